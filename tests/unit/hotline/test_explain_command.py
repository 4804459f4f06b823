"""``hotline explain``: one request, and why it was understood as it was."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.artifact import save_artifact
from classifiers.split_lessons import SplitLessons
from classifiers.training import train
from hotline.__main__ import main
from hotline.explanation_lines import Paper
from models.profile import SplitCues
from tests.unit.classifiers.conftest import A_DAY, some_examples, some_rows

CODES = {"lamp": "0703", "water": "0801", "noise": "0301"}

Explain = Callable[..., str]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of three categories of the default profile, which has seen contacts of two requests."""
    rows = [replace(row, category=CODES[row.category]) for row in some_rows(with_sides=False)]
    directory = tmp_path_factory.mktemp("explain") / "model"
    lessons = SplitLessons(some_examples(), level1={}, cues=SplitCues(also=("还有",)))
    save_artifact(train(rows, seed=7, created_at=A_DAY, lessons=lessons), directory)
    return directory


@pytest.fixture
def explain(model: Path, capsys: pytest.CaptureFixture[str]) -> Explain:
    """A function that runs the command and returns what it prints."""

    def printed(*words: str) -> str:
        assert main(["explain", "--model", str(model), "--profile", "haikou", *words]) == 0
        return capsys.readouterr().out

    return printed


def row_of(printed: str, title: str) -> str:
    """Return what stands beside a title."""
    (line,) = [line for line in printed.splitlines() if line.startswith(title)]
    return line.removeprefix(title).strip()


def test_a_clerk_reads_which_requests_a_contact_holds(explain: Explain):
    """Each with its category, and where it stands; such a contact waits for a person."""
    text = "门口的路灯三天了没人管，还有昨天反映的停水又来了"
    lines = explain(text).splitlines()

    (first,) = [number for number, line in enumerate(lines) if line.startswith("拆分")]
    assert "1. 0703 路灯故障" in lines[first]
    assert f"{text[:11]} [0:11]" in lines[first]
    assert "2. 0801" in lines[first + 1]
    told = json.loads(explain("--json", text))
    assert [text[slice(*issue["span"])] for issue in told["issues"]] == [text[:11], text[14:]]
    assert "several_requests" in told["reasons"]


def test_a_clerk_reads_what_was_understood_and_why(explain: Explain):
    """Category with its words, place, unit with its basis, and who decides."""
    printed = explain("嗯，龍華區国贸路的路灯不亮")

    assert row_of(printed, "识读") == "龙华区国贸路的路灯不亮"
    assert row_of(printed, "改动") == "繁体 龍華區→龙华区；略去语气词 嗯，"
    assert row_of(printed, "分类").startswith("0703 路灯故障")
    assert "路灯" in row_of(printed, "分类")
    assert row_of(printed, "程度") == "一般"
    assert row_of(printed, "地点") == "龙华区 · 龍華區国贸路"
    assert row_of(printed, "单位") == "市市政管理局（主办）"
    assert row_of(printed, "依据").startswith("单位职责")


def test_an_alarming_word_is_named_with_the_category_that_it_leads_to(explain: Explain):
    """The unit is that of the emergency, not of the guess."""
    printed = explain("厨房有煤气味，龙华区")

    assert row_of(printed, "程度") == "特急 · 听到“煤气味” · 属于 0805 燃气泄漏"
    assert row_of(printed, "结论") == "特急，不看分档，立即派单"
    assert "燃气" in row_of(printed, "单位")


def test_what_else_the_request_tells_stands_below_the_place(explain: Explain):
    """Subject, amount and wishes; a misheard local name is told among the changes."""
    printed = explain("我们公司是做软件的，海殿五西路的路灯不亮，赔了三千元，请不要透露我的信息")

    assert row_of(printed, "要素") == "企业诉求；金额 3,000 元；要求保密"
    assert row_of(printed, "改动") == "听错的地名 海殿五西路→海甸五西路"
    assert row_of(printed, "地点") == "美兰区 · 海甸五西路"


def test_programs_read_the_same_as_json(explain: Explain):
    """All that ``hotline classify`` tells, with edits, the words behind two guesses, unit and bands."""
    text = "門口的路灯不亮，又停水"

    told = json.loads(explain("--json", text))

    assert told["category"] == "0703"
    assert told["normalised"] == "门口的路灯不亮，又停水"
    assert told["edits"] == [{"span": [0, 1], "to": "门", "kind": "traditional"}]
    assert [guess["category"] for guess in told["guesses"]] == [category for category, _ in told["top3"]]
    assert told["guesses"][0]["name"] == "路灯故障"
    assert [bool(guess["evidence"]) for guess in told["guesses"]] == [True, True, False]
    for guess in told["guesses"]:
        for word in guess["evidence"]:
            assert text[slice(*word["span"])] == word["word"]
    assert told["unit"] == {"code": "HK-SZJ", "name": "市市政管理局"}
    assert told["bands"].keys() == {"automatic", "review", "asr"}
    assert told.keys() >= {"basis", "co_units", "matrix_version", "model", "reasons", "review", "urgency", "type"}


def test_the_words_of_a_guess_speak_for_that_guess(explain: Explain):
    """Two halves of a sentence, two guesses, each with its own half."""
    told = json.loads(explain("--json", "自来水停水，路灯不亮"))
    words = {guess["category"]: [word["word"] for word in guess["evidence"]] for guess in told["guesses"][:2]}

    assert words.keys() == {"0703", "0801"}
    assert words["0703"][0] in {"路灯", "灯不亮"}
    assert words["0801"][0] in {"停水", "自来水"}


def test_a_letter_is_read_from_standard_input(explain: Explain, monkeypatch: pytest.MonkeyPatch):
    """Long texts need no quoting."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("停水了，\n自来水没有".encode()), encoding="utf-8"))

    printed = explain()

    assert row_of(printed, "原文") == "停水了， 自来水没有"
    assert row_of(printed, "分类").startswith("0801")


def test_input_that_is_not_utf8_is_refused(model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """A file in another encoding is named as such, with the byte."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("路灯".encode("gb18030")), encoding="utf-8"))

    assert main(["explain", "--model", str(model)]) == 2
    assert capsys.readouterr().err == "hotline: standard input: byte 2 is not UTF-8\n"


@pytest.mark.parametrize("text", ["", "😀😀", "\x1b[31m停水\x00", "停水\udcff", "<p>停水</p>", "水" * 120_000])
def test_no_text_breaks_the_page(explain: Explain, text: str):
    """An empty text, emoji, control characters, a lone surrogate, markup, 120,000 characters: each gets its explanation."""
    printed = explain(text)

    assert row_of(printed, "结论")
    assert "\x1b" not in printed
    assert json.loads(explain("--json", text))["text"] == text


def test_no_line_is_wider_than_the_paper(explain: Explain, monkeypatch: pytest.MonkeyPatch):
    """A Han character takes two columns; continued lines stand beneath the text, not beneath the title."""
    monkeypatch.setenv("COLUMNS", "60")

    lines = explain("路灯不亮，" * 30).splitlines()

    assert max(len(line.encode("gb18030")) for line in lines[:6]) <= 60
    assert lines[0].startswith("原文  路")
    assert all(line.startswith(" " * 6) and line[6] != "，" for line in lines[1:6])


def test_colours_are_for_terminals_alone(monkeypatch: pytest.MonkeyPatch):
    """A pipe gets none, and neither does who asks for none."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert Paper.of_terminal(Terminal(), {"TERM": "xterm"}).colours
    assert not Paper.of_terminal(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}).colours
    assert not Paper.of_terminal(Terminal(), {"TERM": "dumb"}).colours
    assert not Paper.of_terminal(io.StringIO(), {"TERM": "xterm"}).colours
