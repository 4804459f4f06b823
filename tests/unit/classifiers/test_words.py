"""Cutting words: two cutters, one result."""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest

from classifiers.local_words import local_words_of
from classifiers.normalise import normalise
from classifiers.rows import read_labelled
from classifiers.words import BREAK, CutHan, cut_together, cut_words, jieba_cutter, rjieba_cutter, term_of
from config.profiles import corpus_files, find_profile, load_profile, profile_names
from models.profile import ROAD, District, Place, Unit
from tests.builders import a_profile

_HAN_RUN = re.compile(r"[\u4e00-\u9fd5]+")
_SAID_AGAIN = re.compile(r"(.)\1\1|(..)\2|(.).\3.\3")


@pytest.mark.parametrize("name", profile_names())
@pytest.mark.parametrize("with_local_words", [False, True])
def test_both_cutters_agree_on_every_run_of_the_seed_corpora(name: str, *, with_local_words: bool):
    """A town with the fast cutter and one without it understand the same (decision 12), with the town's names or without.

    Where two ways of cutting are equally probable, which takes a sound said again and again (啪啪啪, 签不签不签), the
    libraries choose differently: at most one run in 10,000.
    """
    runs = _runs_of(name)
    local_words = local_words_of(load_profile(find_profile(name))) if with_local_words else ()
    fast, plain = rjieba_cutter(local_words), jieba_cutter(local_words)

    differing = [run for run in runs if list(fast(run)) != list(plain(run))]

    assert len(differing) <= len(runs) / 10_000, differing
    assert all(_SAID_AGAIN.search(run) for run in differing)


@pytest.mark.parametrize("cutter", [rjieba_cutter, jieba_cutter])
@pytest.mark.parametrize(
    "texts",
    [["海甸岛路灯不亮，12号b栋", "wifi 坏了\n修", "停水"], ["", "停水", "，", "a1"], ["ok", "海甸岛"], ["b12"], [""], []],
)
def test_texts_that_are_cut_together_have_the_words_that_each_has_alone(texts: list[str], cutter: Callable[[], CutHan]):
    """With either cutter, also where a text is empty or has no Han characters."""
    cut = cut_together(texts, cutter())
    joined, is_han = BREAK.join(texts), re.compile(r"[\u4e00-\u9fd5]")
    words: list[list[tuple[int, str]]] = [[] for _ in texts]
    for first, last in zip(cut.first.tolist(), cut.last.tolist(), strict=True):
        words[int(np.searchsorted(cut.offsets, first, side="right")) - 1].append((first, joined[first : last + 1]))
    n_han = len(cut.first) - len(cut.latin)

    assert [[word for _, word in sorted(each)] for each in words] == [cut_words(text, cutter()) for text in texts]
    assert cut.latin == [joined[first : last + 1] for first, last in zip(cut.first[n_han:], cut.last[n_han:], strict=True)]
    assert [joined[place] for place in cut.han] == list(map(chr, cut.codes)) == is_han.findall(joined)


def test_the_names_of_a_town_stay_in_one_piece():
    """Roads, villages and units are words, so that an operator reads 椰海大道 as evidence and not 大道."""
    haikou = load_profile(find_profile("haikou"))
    local_words = local_words_of(haikou)
    cut = rjieba_cutter(local_words)
    runs = _runs_of("haikou")

    assert cut_words("椰海大道白沙门附近没水", cut) == ["椰海大道", "白沙门", "附近", "没水"]
    assert [word for word in local_words if list(cut(word)) != [word]] == []
    assert _cut_apart(runs, local_words, cut) == []
    assert len(_cut_apart(runs, local_words, rjieba_cutter())) > 1_000


def test_the_names_of_a_town_are_written_as_texts_are():
    """Names stand in the form that a normalised text has, of its Han characters alone, each once."""
    town = a_profile(
        places=(Place("濱海大道", None, ROAD), Place("滨海大道", None, ROAD), Place("G98高速", None, ROAD)),
        units={"U-1": Unit("U-1", "社会保险服务中心（社保局）", "", "")},
        districts={"D-1": District("D-1", "东湖区", "U-1", ("东湖", "A区"))},
    )

    assert local_words_of(town) == ("东湖", "东湖区", "滨海大道", "社会保险服务中心", "社保局", "高速")


def _runs_of(profile: str) -> list[str]:
    texts = [normalise(row.text).text for row in read_labelled(corpus_files(find_profile(profile)))]
    return sorted({run for text in texts for run in _HAN_RUN.findall(text)})


def _cut_apart(runs: Sequence[str], names: Sequence[str], cut: CutHan) -> list[str]:
    """Return the names with a cut inside; of names that overlap, the first and longest counts."""
    finder = re.compile("|".join(sorted(names, key=len, reverse=True)))
    apart = []
    for run in runs:
        found = list(finder.finditer(run))
        if found:
            cuts = set(accumulate(map(len, cut(run))))
            apart += [name[0] for name in found if cuts & set(range(name.start() + 1, name.end()))]
    return apart


def test_words_joined_are_the_text_without_its_punctuation():
    """Nothing that was said gets lost in cutting."""
    assert "".join(cut_words("海甸岛b栋12号，路灯不亮！wifi 也没有")) == "海甸岛b栋12号路灯不亮wifi也没有"


def test_both_cutters_give_the_same_words_around_hyphens_and_dots():
    """Where the libraries differ, neither is asked."""
    text = "3-2栋的wi-fi，v1.2_a版a.b-c坏了"

    assert cut_words(text, rjieba_cutter()) == cut_words(text, jieba_cutter())


def test_a_number_counts_by_its_length():
    """No house number, amount or phone number becomes a feature of its own."""
    assert term_of("139" + "00000001") == "#11"
    assert term_of("12") == term_of("99") == "#2"


def test_the_number_of_a_service_stays_a_word():
    """119 and 12345 mean something."""
    assert [term_of(number) for number in ("110", "119", "12345", "12315")] == ["110", "119", "12345", "12315"]


def test_loading_the_module_loads_no_dictionary():
    """A process that classifies nothing pays nothing."""
    check = "import sys, classifiers.understand; print(sorted({'jieba', 'rjieba'} & sys.modules.keys()))"

    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_plain_cutter_says_nothing(tmp_path: Path):
    """Operators see no chatter about dictionaries, also not when the dictionary is cached for the first time."""
    check = "from classifiers.words import jieba_cutter; print('/'.join(jieba_cutter()('路灯不亮')))"
    environment = {"TMPDIR": str(tmp_path), "PATH": "", "PYTHONPATH": str(Path.cwd())}

    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, env=environment)

    assert done.stdout.strip() == "路/灯不亮"
    assert done.stderr == ""
    assert [path.name for path in tmp_path.rglob("*.cache")] == ["jieba.cache"]
