"""What ``hotline check`` says about a seed corpus that would teach badly."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from classifiers.rows import read_labelled
from config.corpus_twins import near_duplicates, shared_runs
from config.profiles import check_profile, find_profile

HEADER = "text,category,type,urgency,channel\n"

Lint = Callable[..., list[str]]


@pytest.fixture
def lint(tmp_path: Path) -> Lint:
    """A function that adds texts to a good corpus, as file ``more.csv``, and returns what is said about them."""
    directory = shutil.copytree(find_profile("shouguang"), tmp_path / "town")

    def said(*texts: str, line: str = "{},A1,投诉,一般,P\n") -> list[str]:
        (directory / "corpus" / "more.csv").write_text(HEADER + "".join(map(line.format, texts)), encoding="utf-8")
        return [problem.removeprefix("corpus/more.csv: ") for problem in check_profile(directory)]

    return said


def test_a_text_that_was_copied_and_touched_up_is_named_with_its_original(lint: Lint):
    """One word more, other punctuation: the second text teaches nothing."""
    assert lint("昨晚楼下烧烤摊又吵到两点", "昨晚，楼下烧烤摊又吵到两点了！") == [
        "line 3, text: is nearly the same as corpus/more.csv line 2 (similarity 0.91)"
    ]


def test_a_text_may_resemble_one_of_another_file(lint: Lint):
    """The corpus is one, however many files it has."""
    (problem,) = lint("小区门口那排树枝子，耷拉到脸上了，骑车得低头")

    assert problem == "corpus/seed.csv: line 7, text: is nearly the same as corpus/more.csv line 2 (similarity 1.00)"


def test_of_a_hundred_texts_from_one_mould_each_is_named_once(lint: Lint):
    """The clerk sees how many there are, and no pair twice."""
    mould = [
        f"我要反映新兴街菜市场门口每天早上都有人占道卖菜的问题，请尽快派人来处理一下，第{number}次了" for number in range(100)
    ]

    problems = lint(*mould)

    assert [problem.partition(",")[0] for problem in problems] == [f"line {number}" for number in range(3, 102)]
    assert all("is nearly the same as corpus/more.csv line 2" in problem for problem in problems)


def test_twelve_characters_in_a_row_are_a_mould(lint: Lint):
    """Two requests that were written apart do not share a stretch this long, commas or not."""
    assert lint("俺家西边那个厂子半夜偷着往河里排水，没人管", "你好，西边那个厂子半夜偷着往河里排黑水已经半年") == [
        "line 3, text: shares '西边那个厂子半夜偷着往河' with corpus/more.csv line 2"
    ]


def test_eleven_characters_in_a_row_are_chance():
    """The limit is where hand-written texts end."""
    shared = "西边那个厂子半夜偷着往"

    assert len(shared) == 11
    assert list(shared_runs([f"俺说{shared}河里", f"有个{shared}沟里"])) == []
    assert len(list(shared_runs([f"俺说{shared}河里", f"有个{shared}河边"]))) == 1


def test_an_english_word_counts_as_one_character():
    """One long word is no mould; a dozen English words in a row are."""
    sentence = "the street lamp in front of our house has been broken since monday"

    assert list(shared_runs(["administration is slow here", "ask the administration"])) == []
    assert len(list(shared_runs([f"Hello, {sentence}.", f"{sentence.title()}, please help"]))) == 1


def test_texts_without_a_letter_resemble_nobody():
    """。。。 and ？？ are two different void messages."""
    assert list(near_duplicates(["。。。", "？？？？", "", "…"])) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("我电话" + "139" + "0000" + "0001" + "打给我", "a mobile number"),
        ("号码" + "139-" + "0000-" + "0001", "a mobile number"),
        ("你记一下" + "一三九" + "零零零零" + "零零零一", "a number spoken digit by digit"),
        ("身份证" + "370783" + "19000101" + "000X", "an identity number"),
        ("车牌鲁V·" + "0000A", "a plate"),
        ("车牌鲁v" + "D00000" + "堵门", "a plate"),
        ("发到 someone" + "@" + "example.com", "a mail address"),
        ("家里座机" + "0536-" + "0000000", "a telephone number"),
    ],
)
def test_personal_data_in_an_example_are_named(lint: Lint, text: str, what: str):
    """A corpus is read by many: it holds nobody's number."""
    assert lint(text) == [f"line 2, text: holds {what}"]


@pytest.mark.parametrize(
    "text", ["打了12345又打12315", "鲁V***7K堵门了", "新Excel表格", "一二三四五六七八九十号楼都停水", "2026年1月1日起"]
)
def test_what_names_nobody_may_stand_in_an_example(lint: Lint, text: str):
    """Service numbers, masked plates, dates and a row of house numbers are how people talk."""
    assert lint(text) == []


def test_a_category_with_too_few_examples_is_named(tmp_path: Path):
    """The profile says how many each category needs."""
    directory = shutil.copytree(find_profile("shouguang"), tmp_path / "town")
    head = directory / "profile.toml"
    head.write_text(head.read_text(encoding="utf-8").replace("least_rows = 10", "least_rows = 13"), encoding="utf-8")

    problems = check_profile(directory)

    assert "corpus: A1: has 11 examples; profile.toml wants 13" in problems
    assert not [problem for problem in problems if problem.startswith("corpus: A6:")]


def test_a_profile_that_asks_for_no_number_wants_one_example(tmp_path: Path):
    """A small town's profile of an earlier release stays good."""
    directory = shutil.copytree(find_profile("shouguang"), tmp_path / "town")
    head = directory / "profile.toml"
    head.write_text(head.read_text(encoding="utf-8").partition("[corpus]")[0], encoding="utf-8")
    seed = directory / "corpus" / "seed.csv"
    lines = seed.read_text(encoding="utf-8").splitlines(keepends=True)
    of_a4 = [line for line in lines if ",A4," in line]
    seed.write_text("".join(line for line in lines if line not in of_a4[1:]), encoding="utf-8")

    assert check_profile(directory) == ()


@pytest.mark.parametrize(("kind", "said"), [("投诉", ["corpus: A4: has 11 examples, all of them 投诉"]), ("表扬", [])])
def test_a_category_of_one_type_is_named_unless_it_is_praise(tmp_path: Path, kind: str, said: list[str]):
    """A model that saw only complaints about heating takes every question about it for something else."""
    directory = shutil.copytree(find_profile("shouguang"), tmp_path / "town")
    seed = directory / "corpus" / "seed.csv"
    lines = [line.split(",") for line in seed.read_text(encoding="utf-8").splitlines()]
    seed.write_text(
        "".join(",".join([*cells[:-3], kind if cells[-4] == "A4" else cells[-3], *cells[-2:]]) + "\n" for cells in lines)
    )

    assert list(check_profile(directory)) == said


def test_a_row_without_a_type_teaches_none_and_is_no_problem(tmp_path: Path):
    """Who wrote to show what a category is about need not decide what the citizen wants."""
    directory = shutil.copytree(find_profile("shouguang"), tmp_path / "town")
    seed = directory / "corpus" / "seed.csv"
    header, *lines = (line.split(",") for line in seed.read_text(encoding="utf-8").splitlines())
    untyped = [[*cells[:-3], "", *cells[-2:]] for cells in lines]
    seed.write_text("".join(",".join(cells) + "\n" for cells in (header, *untyped)), encoding="utf-8")

    assert check_profile(directory) == ()
    assert {row.request_type for row in read_labelled([seed])} == {None}
