"""``hotline evaluate --pictures``: a page that people would rather look at than at a table."""

import csv
import re
import shutil
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from classifiers.artifact import save_artifact
from classifiers.training import train
from hotline.__main__ import main
from hotline.pictures.raster import NoPng, PngPainter, chinese_font
from hotline.pictures.shapes import Box, Ink, Label, Picture, Stroke
from tests.unit.classifiers.conftest import A_DAY, some_rows

CODES = {"lamp": "0703", "water": "0801", "noise": "0301"}
PICTURE = Picture(
    "any",
    "题目",
    80,
    40,
    (Box(2, 2, 20, 20, Ink.HIT, 0.5), Stroke(((0, 0), (80, 40)), Ink.SOFT, 1, dashed=True), Label(40, 20, "路灯", 12)),
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of three categories of the default profile."""
    rows = [replace(row, category=CODES[row.category]) for row in some_rows()]
    directory = tmp_path_factory.mktemp("pictures") / "model"
    save_artifact(train(rows, seed=7, created_at=A_DAY), directory)
    return directory


@pytest.fixture
def page(model: Path, tmp_path: Path) -> str:
    """The page on rows with a mistake in them: a street lamp that was labelled as water, and one with markup."""
    data = tmp_path / "rows.csv"
    with data.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "category"])
        writer.writerows([row.text, CODES[row.category]] for row in some_rows())
        writer.writerows([["路灯<script>不亮</script>", "0801"], ["门口的路灯灯泡坏了" * 40, "0801"], ["请问路灯", "0102"]])
    arguments = ["--model", str(model), "--data", str(data), "--profile", "haikou", "--pictures", str(tmp_path / "out")]
    assert main(["evaluate", *arguments]) == 0
    return (tmp_path / "out" / "confusion.html").read_text(encoding="utf-8")


class Links(HTMLParser):
    """Collects what a page would load or run, and whether its elements are closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note the element, and whether it fetches something."""
        if tag not in {"meta", "rect", "polyline"}:
            self.open.append(tag)
        if tag in {"script", "link", "img", "iframe", "object"} or any(name in {"src", "href"} for name, _ in attributes):
            self.loaded.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """``<rect/>`` opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        if tag != "rect":
            assert self.open.pop() == tag


def test_the_page_needs_nothing_from_elsewhere(page: str):
    """It can be kept, sent and opened without a network; what citizens wrote is text and never markup."""
    links = Links(page)

    assert links.loaded == []
    assert links.open == []
    assert "url(" not in page
    assert "&lt;script&gt;" in page


def test_the_page_calls_categories_by_the_profiles_names(page: str):
    """Nobody knows codes by heart."""
    assert "0703 路灯故障" in page
    assert "03 噪音扰民" in page


def test_a_mistake_is_shown_with_the_words_that_led_to_it(page: str):
    """The reader sees why; of a long text the part where it happened."""
    pair = page[page.index('<article class="card pair">') :].partition("</article>")[0]

    assert re.findall(r"<span>(\d{4}) ", pair) == ["0801", "0703"]
    assert "<mark>" in pair
    assert "…" in pair
    assert len(re.sub(r"<[^>]+>", "", pair)) < 600


def test_unknown_labels_are_shown_as_they_are(model: Path, tmp_path: Path):
    """A model of another label set has one matrix, without first levels."""
    data = tmp_path / "rows.csv"
    data.write_text("text,category\n路灯不亮,0703\n停水,0801\n", encoding="utf-8")
    arguments = ["--model", str(model), "--data", str(data), "--profile", "shouguang", "--pictures", str(tmp_path / "out")]

    assert main(["evaluate", *arguments]) == 0

    page = (tmp_path / "out" / "confusion.html").read_text(encoding="utf-8")
    assert "其他标签" in page
    assert "一级分类之间" not in page


def test_scores_stay_alone_on_standard_output(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """``--json > scores.json`` holds JSON; where the pictures are stands on stderr."""
    data = tmp_path / "rows.csv"
    data.write_text("text,category\n路灯不亮,0703\n", encoding="utf-8")

    assert main(["evaluate", "--model", str(model), "--data", str(data), "--json", "--pictures", str(tmp_path / "out")]) == 0

    printed = capsys.readouterr()
    assert printed.out.startswith("{")
    assert "confusion.html" in printed.err


def test_a_place_that_cannot_be_written_is_refused(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A file stands where the directory should be: one sentence, exit code 2."""
    data = tmp_path / "rows.csv"
    data.write_text("text,category\n路灯不亮,0703\n", encoding="utf-8")

    assert main(["evaluate", "--model", str(model), "--data", str(data), "--pictures", str(data)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_without_pillow_the_page_is_all_there_is(monkeypatch: pytest.MonkeyPatch):
    """The reason names what to install."""
    monkeypatch.setitem(sys.modules, "PIL", None)

    with pytest.raises(NoPng, match=r"hotline-dispatch\[pictures\]"):
        PngPainter()


def test_without_a_chinese_font_no_png_is_drawn(monkeypatch: pytest.MonkeyPatch):
    """Empty boxes instead of names would help nobody."""
    chinese_font.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda _: None)

    with pytest.raises(NoPng, match="no font with Chinese characters"):
        chinese_font()


def test_a_picture_becomes_a_png_of_twice_its_size_with_its_title():
    """Sharp on a screen of today."""
    pytest.importorskip("PIL", reason="Pillow is not installed")
    chinese_font.cache_clear()
    try:
        content = PngPainter().png(PICTURE)
    except NoPng as error:
        pytest.skip(str(error))

    assert content.startswith(b"\x89PNG")
    assert (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) == (160, 152)
