"""Words: a normalised text cut into its words.

Only runs of Han characters go to the cutter, because jieba and rjieba differ around ``-``, ``.`` and ``_`` and agree on
those runs (decision 12 of the architecture). Latin words and numbers are cut here. Both cutters can be given words of the
town, each with the same fixed frequency, since the two libraries' own suggestions differ by one here and there.
"""

import logging
import os
import re
import tempfile
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple, cast

CutText = Callable[[str], list[str]]
"""Cuts a normalised text into its words."""

CutHan = Callable[[str], Iterable[str]]
"""Cuts a run of Han characters into words that, joined, are the run again."""

BREAK = "\n"
"""Stands between two runs of characters where texts are cut together; both cutters keep it as it is."""

_HAN_RUN, _LATIN_RUN = re.compile(r"[\u4e00-\u9fd5]+"), re.compile(r"[a-z0-9]+")
_CHUNK = re.compile(f"{_HAN_RUN.pattern}|{_LATIN_RUN.pattern}")
_LOCAL_FREQUENCY = 5_000
"""How often a word of the town counts as seen, of 60,101,967 (jieba's dictionary, where 路灯 has 168 and 海口 474). With what
the libraries suggest themselves 12 of 3,186 names in the corpus are still cut apart, with 100 one, with this none; ten times
as much changes nothing more."""

_SERVICE_NUMBER = re.compile(r"1[12]\d|12\d{3}")  # 110, 119, 122, 12345, 12315: such a number is a word


def cut_words(text: str, cut_han: CutHan | None = None) -> list[str]:
    """Return the words of a normalised ``text`` in order, as they are written there; punctuation is left out."""
    cut_han = cut_han or fastest_cutter()
    words: list[str] = []
    for chunk in _CHUNK.findall(text):
        if chunk[0] > "z":
            words += cut_han(chunk)
        else:
            words.append(chunk)
    return words


def text_cutter(cut_han: CutHan | None) -> CutText:
    """Return what cuts a normalised text with ``cut_han``."""
    return partial(cut_words, cut_han=cut_han)


class CutTexts(NamedTuple):
    """The words of several texts, for which their order within a text does not matter.

    ``words`` are those of one run of characters after the other, with a ``BREAK`` between two runs; ``text_of_run`` is the
    number of the text that each run is from. ``han`` are the Han characters of each text in order.
    """

    words: list[str]
    text_of_run: list[int]
    han: list[str]


def cut_together(texts: Iterable[str], cut_han: CutHan) -> CutTexts:
    """Return the words of normalised ``texts``, the same as ``cut_words`` gives: one call for all costs a tenth less."""
    han_runs: list[str] = []
    latin_runs: list[str] = []
    texts_of_han: list[int] = []
    texts_of_latin: list[int] = []
    han: list[str] = []
    for number, text in enumerate(texts):
        runs = _HAN_RUN.findall(text)
        han_runs += runs
        texts_of_han += [number] * len(runs)
        han.append("".join(runs))
        runs = _LATIN_RUN.findall(text)
        latin_runs += runs
        texts_of_latin += [number] * len(runs)
    words = list(cut_han(BREAK.join(han_runs)))
    for run in latin_runs:
        words += [BREAK, run] if words else [run]
    return CutTexts(words, texts_of_han + texts_of_latin, han)


def term_of(word: str) -> str:
    """Return what ``word`` counts as: numbers count by their length alone, so that no house number becomes a feature."""
    if word.isdigit() and _SERVICE_NUMBER.fullmatch(word) is None:
        return f"#{min(len(word), 12)}"
    return word


@lru_cache(maxsize=4)
def fastest_cutter(local_words: tuple[str, ...] = ()) -> CutHan:
    """Return rjieba's cutter where it is installed, else jieba's (the same words, 17 times slower).

    ``local_words`` (``classifiers.local_words``) stay in one piece. Each set of them is a dictionary of its own: 0.1 s and
    27 MB with rjieba.
    """
    try:
        return rjieba_cutter(local_words)
    except ImportError:
        return jieba_cutter(local_words)


def rjieba_cutter(local_words: tuple[str, ...] = ()) -> CutHan:
    """Return the cutter of the Rust library.

    Raises:
        ImportError: rjieba is not installed.
    """
    import rjieba  # noqa: PLC0415 - optional, and its dictionary is loaded with it

    if not local_words:
        return cast("CutHan", rjieba.cut)
    dictionary = rjieba.Jieba()
    for word in local_words:
        dictionary.add_word(word, _LOCAL_FREQUENCY, None)
    return cast("CutHan", dictionary.cut)


def jieba_cutter(local_words: tuple[str, ...] = ()) -> CutHan:
    """Return the cutter of the Python library, with its dictionary loaded (0.6 s; 2 s the first time)."""
    plain = _jieba_tokenizer()
    if not local_words:
        return cast("CutHan", plain.lcut)
    own = type(plain)()
    own.FREQ, own.total, own.initialized = dict(plain.FREQ), plain.total, True
    for word in local_words:
        own.add_word(word, _LOCAL_FREQUENCY)
    return cast("CutHan", own.lcut)


@lru_cache(maxsize=1)
def _jieba_tokenizer() -> Any:
    """Return a tokenizer with jieba's own dictionary alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba imports pkg_resources, which warns that it is old
        import jieba  # noqa: PLC0415 - takes 0.2 s, and only installations without rjieba need it

    jieba.setLogLevel(logging.WARNING)  # it reports its dictionary on stderr
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(_cache_directory())
    tokenizer.initialize()
    return tokenizer


def _cache_directory() -> Path:
    """Return where jieba keeps its dictionary: one per user, since what stands there is loaded unchecked."""
    directory = Path(tempfile.gettempdir()) / f"hotline-jieba-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory
