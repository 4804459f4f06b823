"""Reading rows and lines: what is wrong is named with its place."""

import json
from pathlib import Path

import pytest

from classifiers.batches import in_batches
from classifiers.lines import RequestLine, read_lines
from classifiers.rows import LabelledText, read_labelled
from models.codes import RequestType, Urgency
from models.errors import Rejected


def a_file(directory: Path, content: str | bytes) -> Path:
    """Return a file with this content."""
    path = directory / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path


def test_rows_are_read_with_labels_or_codes(tmp_path: Path):
    """Columns may stand in any order, and others are passed over."""
    path = a_file(tmp_path, "\ufeffcategory,note,text,type,urgency\n0703,x,路灯不亮,投诉,紧急\n0801,,停水,20,\n")

    assert read_labelled([path]) == [
        LabelledText("路灯不亮", "0703", RequestType.COMPLAINT, Urgency.URGENT),
        LabelledText("停水", "0801", RequestType.HELP, None),
    ]


def test_a_long_letter_with_line_breaks_is_one_row(tmp_path: Path):
    """Letters are longer than the csv module expects."""
    letter = "尊敬的领导\n" * 30_000

    assert read_labelled([a_file(tmp_path, f'text,category\n"{letter}",0703\n')])[0].text == letter.strip()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("text,label\na,b\n", "line 1: the header lacks the column 'category'; it has text, label"),
        ("", "line 1: the header lacks the column 'text'; it has none"),
        ("text,category\n路灯,0703\n,0801\n", "line 3: text is empty"),
        ("text,category\n路灯\n", "line 2: category is empty"),
        ("text,category,type\n路灯,0703,吐槽\n", "line 2: type '吐槽' is none of 咨询, 求助"),
        ("text,category,urgency\n路灯,0703,5\n", "line 2: urgency '5' is none of 一般, 紧急, 特急"),
        ('text,category\n"路灯,0703\n', "not CSV"),
        (b"text,category\n\xff\xfe,0703\n", "is not UTF-8"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, content: str | bytes, reason: str):
    """One sentence with file, line and reason."""
    path = a_file(tmp_path, content)

    with pytest.raises(Rejected) as caught:
        read_labelled([path])

    assert str(path) in str(caught.value)
    assert reason in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path):
    """The message names it."""
    for read in (lambda path: read_labelled([path]), lambda path: list(read_lines(path))):
        with pytest.raises(Rejected, match=r"nowhere\.csv: cannot be read"):
            read(tmp_path / "nowhere.csv")


def test_typed_texts_and_calls_are_read(tmp_path: Path):
    """Of a call the caller's words count, with how well they were recognised; the id is handed back as it came."""
    lines = [
        {"id": 1, "text": "路灯不亮"},
        {
            "id": "c-2",
            "segments": [
                {"spk": "agent", "text": "您好请讲", "conf": 0.99},
                {"spk": "caller", "text": "停水了", "conf": 0.8},
                {"spk": "caller", "text": "两天了", "conf": 0.6},
            ],
        },
        {"id": None, "segments": [{"text": "没有说话人"}]},
        {"id": 4, "segments": [{"spk": "agent", "text": "只有坐席", "conf": None}]},
    ]

    read = list(read_lines(a_file(tmp_path, "\n\n".join(json.dumps(line) for line in lines))))

    assert read[0] == RequestLine(1, "路灯不亮", None)
    assert read[1].text == "停水了\n两天了"
    assert read[1].asr_confidence == pytest.approx(0.7)
    assert read[2] == RequestLine(None, "没有说话人", None)
    assert read[3].text == "只有坐席"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("路灯不亮", "is not JSON"),
        ("[]", "is not a JSON object"),
        ('{"text": "停水"}', "has no id"),
        ('{"id": 2}', "has neither a text nor segments"),
        ('{"id": 2, "text": 5}', "has neither a text nor segments"),
        ('{"id": 2, "segments": "停水"}', "segments that are not a list"),
        ('{"id": 2, "segments": [{"spk": "caller"}]}', "segments that are not a list of objects with a text"),
        ('{"id": 2, "segments": [{"text": "停水", "conf": "high"}]}', "conf is not a number from 0 to 1"),
        ('{"id": 2, "segments": [{"text": "停水", "conf": 85}]}', "conf is not a number from 0 to 1"),
        (b"\xff\xfe\xfa", "is not"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str | bytes, reason: str):
    """One sentence with file, line and reason."""
    start = b'{"id": 1, "text": "\xe5\x81\x9c\xe6\xb0\xb4"}\n'
    path = a_file(tmp_path, start + (line if isinstance(line, bytes) else line.encode()))

    with pytest.raises(Rejected) as caught:
        list(read_lines(path))

    assert f"{path}, line 2: " in str(caught.value)
    assert reason in str(caught.value)


def test_batches_keep_the_order_and_lose_nothing():
    """The last batch may be short."""
    assert list(in_batches(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(in_batches([], 3)) == []
