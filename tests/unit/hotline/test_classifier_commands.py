"""``hotline train``, ``evaluate`` and ``classify`` from the command line."""

import csv
import json
from pathlib import Path

import pytest

from hotline.__main__ import main
from tests.unit.classifiers.conftest import some_rows


@pytest.fixture
def rows_file(tmp_path: Path) -> Path:
    """A CSV file of 90 rows with three labels of its own."""
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "category", "type"])
        writer.writerows([row.text, row.category, row.request_type.label] for row in some_rows())
    return path


@pytest.fixture
def model(rows_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A model of these rows."""
    assert main(["train", "--data", str(rows_file), "--out", str(tmp_path / "model")]) == 0
    capsys.readouterr()
    return tmp_path / "model"


def write_lines(path: Path, *lines: object) -> Path:
    """Write one JSON value a line."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_any_label_set_can_be_trained_and_measured(model: Path, rows_file: Path, capsys: pytest.CaptureFixture[str]):
    """A file of one's own is enough: no profile knows these labels."""
    assert main(["evaluate", "--model", str(model), "--data", str(rows_file), "--json"]) == 0

    report = json.loads(capsys.readouterr().out)
    assert report["accuracy"] == 1.0
    assert report["per_class"].keys() == {"lamp", "noise", "water"}


def test_evaluate_prints_a_table_for_people(model: Path, rows_file: Path, capsys: pytest.CaptureFixture[str]):
    """Without --json a supervisor can read it."""
    assert main(["evaluate", "--model", str(model), "--data", str(rows_file)]) == 0

    printed = capsys.readouterr().out
    assert "as written" in printed
    assert "asr_noise" in printed


def test_classify_answers_line_by_line_in_order(model: Path, tmp_path: Path):
    """Every line has its answer, also those that say nothing."""
    lines = write_lines(
        tmp_path / "in.jsonl",
        {"id": "a", "text": "路灯不亮"},
        {"id": 2, "text": ""},
        {"id": [3], "segments": [{"spk": "caller", "text": "停水了，龙华区", "conf": 0.4}]},
        {"id": 4, "text": "\ud800施工噪音半夜打桩"},
        {"id": 5, "text": "白龙男路的健身房不退我三千二，车牌琼A·D12345，请保密"},
    )
    out = tmp_path / "out.jsonl"

    assert main(["classify", "--in", str(lines), "--out", str(out), "--model", str(model)]) == 0

    answers = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert [answer["id"] for answer in answers] == ["a", 2, [3], 4, 5]
    assert [answers[0]["category"], answers[2]["category"], answers[3]["category"]] == ["lamp", "water", "noise"]
    assert answers[0].keys() >= {
        *("id", "category", "confidence", "top3", "type", "urgency", "district", "street", "address", "language"),
        *("facts", "repairs", "issues", "review", "reasons", "evidence"),
    }
    assert [(issue["category"], issue["span"]) for issue in answers[0]["issues"]] == [("lamp", [0, 4])]
    assert answers[1]["review"] is True
    assert answers[2]["district"] == "龙华区"
    assert "asr_low_confidence" in answers[2]["reasons"]
    assert (answers[4]["street"], answers[4]["address"]) == ("白龙南路", "白龙南路")
    assert answers[4]["repairs"] == [{"heard": "白龙男路", "taken": "白龙南路", "span": [0, 4]}]
    assert answers[4]["facts"] == {
        "plate": "琼AD12345",
        "plate_kind": "新能源小型车",
        "amount": 3200.0,
        "when": None,
        "company": None,
        "subject": "个人",
        "anonymous": False,
        "confidential": True,
        "mood": None,
    }
    assert [path.name for path in tmp_path.glob("*out.jsonl*")] == ["out.jsonl"]


def test_classify_crosses_its_batches_in_order(model: Path, tmp_path: Path):
    """More lines than one batch come out as they went in."""
    lines = write_lines(tmp_path / "in.jsonl", *({"id": number, "text": "停水"} for number in range(1_203)))
    out = tmp_path / "out.jsonl"

    assert main(["classify", "--in", str(lines), "--out", str(out), "--model", str(model)]) == 0

    assert [json.loads(line)["id"] for line in out.read_bytes().splitlines()] == list(range(1_203))


def test_a_bad_line_leaves_no_output(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Nothing is half-written, and an older output stays as it was."""
    lines = write_lines(tmp_path / "in.jsonl", {"id": 1, "text": "停水"}, {"id": 2})
    out = tmp_path / "out.jsonl"
    out.write_text("older")

    assert main(["classify", "--in", str(lines), "--out", str(out), "--model", str(model)]) == 2

    assert capsys.readouterr().err == f"hotline: {lines}, line 2: has neither a text nor segments\n"
    assert out.read_text() == "older"
    assert [path.name for path in tmp_path.glob("*out.jsonl*")] == ["out.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["train", "--data", "{rows}"], "--data needs --out"),
        (["train", "--data", "{rows}", "--out", "{tmp}/m", "--profile", "haikou"], "categories that profile"),
        (["train", "--data", "{tmp}/none.csv", "--out", "{tmp}/m"], "none.csv: cannot be read"),
        (["train", "--data", "{rows}", "--out", "{tmp}"], "holds other files"),
        (["evaluate", "--model", "{tmp}/none", "--data", "{rows}"], "no trained model here"),
        (["classify", "--in", "{rows}", "--out", "{tmp}/x/out.jsonl", "--model", "{model}"], "cannot be written"),
        (["classify", "--in", "{tmp}/none.jsonl", "--out", "{tmp}/out.jsonl", "--model", "{model}"], "cannot be read"),
    ],
)
def test_wrong_usage_is_told_in_one_sentence(
    *,
    model: Path,
    rows_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    reason: str,
):
    """Exit code 2, one line on stderr, nothing on stdout."""
    given = [argument.format(rows=rows_file, tmp=tmp_path, model=model) for argument in arguments]

    assert main(given) == 2

    printed = capsys.readouterr()
    assert reason in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("command", ["train", "evaluate", "classify", "explain"])
def test_help_teaches_with_an_example(command: str, capsys: pytest.CaptureFixture[str]):
    """Whoever asks for help can copy a line that works."""
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])

    assert ended.value.code == 0
    assert f"  hotline {command} --" in capsys.readouterr().out
