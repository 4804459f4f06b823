"""Cutting words: two cutters, one result."""

import re
import subprocess
import sys
from pathlib import Path

from classifiers.rows import read_labelled
from classifiers.words import cut_words, jieba_cutter, rjieba_cutter, term_of
from config.profiles import corpus_files, find_profile, profile_names

_HAN_RUN = re.compile(r"[\u4e00-\u9fd5]+")


def test_both_cutters_agree_on_every_run_of_the_seed_corpora():
    """A town with the fast cutter and one without it understand the same (decision 12).

    Where two ways of cutting are equally probable (签不签不签) the libraries choose differently: at most one run in 2,000.
    """
    texts = [row.text for name in profile_names() for row in read_labelled(corpus_files(find_profile(name)))]
    runs = sorted({run for text in texts for run in _HAN_RUN.findall(text)})
    fast, plain = rjieba_cutter(), jieba_cutter()

    differing = [run for run in runs if list(fast(run)) != list(plain(run))]

    assert len(runs) > 5_000
    assert len(differing) <= len(runs) / 2_000, differing


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
