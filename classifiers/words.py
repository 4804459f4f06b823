"""Words: a normalised text cut into its words.

Only runs of Han characters go to the cutter, because jieba and rjieba differ around ``-``, ``.`` and ``_`` and agree on
those runs (decision 12 of the architecture). Latin words and numbers are cut here. Neither cutter gets words of the town.
"""

import logging
import os
import re
import tempfile
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import cast

CutText = Callable[[str], list[str]]
"""Cuts a normalised text into its words."""

CutHan = Callable[[str], Iterable[str]]
"""Cuts a run of Han characters into words that, joined, are the run again."""

_CHUNK = re.compile(r"(?P<han>[\u4e00-\u9fd5]+)|[a-z0-9]+")
_SERVICE_NUMBER = re.compile(r"1[12]\d|12\d{3}")  # 110, 119, 122, 12345, 12315: such a number is a word


def cut_words(text: str, cut_han: CutHan | None = None) -> list[str]:
    """Return the words of a normalised ``text`` in order, as they are written there; punctuation is left out."""
    cut_han = cut_han or fastest_cutter()
    words: list[str] = []
    for match in _CHUNK.finditer(text):
        if match.lastgroup == "han":
            words += cut_han(match[0])
        else:
            words.append(match[0])
    return words


def term_of(word: str) -> str:
    """Return what ``word`` counts as: numbers count by their length alone, so that no house number becomes a feature."""
    if word.isdigit() and _SERVICE_NUMBER.fullmatch(word) is None:
        return f"#{min(len(word), 12)}"
    return word


@lru_cache(maxsize=1)
def fastest_cutter() -> CutHan:
    """Return rjieba's cutter where it is installed, else jieba's (the same words, 17 times slower)."""
    try:
        return rjieba_cutter()
    except ImportError:
        return jieba_cutter()


def rjieba_cutter() -> CutHan:
    """Return the cutter of the Rust library.

    Raises:
        ImportError: rjieba is not installed.
    """
    import rjieba  # noqa: PLC0415 - optional, and its dictionary is loaded with it

    return cast("CutHan", rjieba.cut)


@lru_cache(maxsize=1)
def jieba_cutter() -> CutHan:
    """Return the cutter of the Python library, with its dictionary loaded (0.6 s; 2 s the first time)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba imports pkg_resources, which warns that it is old
        import jieba  # noqa: PLC0415 - takes 0.2 s, and only installations without rjieba need it

    jieba.setLogLevel(logging.WARNING)  # it reports its dictionary on stderr
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(_cache_directory())
    tokenizer.initialize()
    return cast("CutHan", tokenizer.lcut)


def _cache_directory() -> Path:
    """Return where jieba keeps its dictionary: one per user, since what stands there is loaded unchecked."""
    directory = Path(tempfile.gettempdir()) / f"hotline-jieba-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory
