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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

CutText = Callable[[str], list[str]]
"""Cuts a normalised text into its words."""

CutHan = Callable[[str], Iterable[str]]
"""Cuts a run of Han characters into words that, joined, are the run again."""

BREAK = "\n"
"""Stands between two runs of characters where texts are cut together; both cutters keep it as it is."""

_FIRST_HAN, _LAST_HAN = 0x4E00, 0x9FD5
_LATIN_RUN = re.compile(r"[a-z0-9]+")
_CHUNK = re.compile(f"[{chr(_FIRST_HAN)}-{chr(_LAST_HAN)}]+|{_LATIN_RUN.pattern}")
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


@dataclass(frozen=True, slots=True, eq=False)
class CutTexts:
    """The words of several texts that stand one behind the other, a ``BREAK`` behind each; *positions* are places there.

    ``offsets`` are the positions where the texts begin and where one more would, shape (n_texts + 1,). ``first`` and ``last``
    are the positions of each word's first and last character, shape (n_words,): those of Han characters in order, then
    ``latin``, the others. ``han`` are the positions of the Han characters, ``codes`` their code points.
    """

    offsets: NDArray[np.int32]
    latin: list[str]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    han: NDArray[np.int32]
    codes: NDArray[np.uint32]


def cut_together(texts: Sequence[str], cut_han: CutHan) -> CutTexts:
    """Return the words of normalised ``texts``, the same as ``cut_words`` gives: one call for all costs a tenth less."""
    joined = BREAK.join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    is_han = (codes >= _FIRST_HAN) & (codes <= _LAST_HAN)
    is_cut = is_han.copy()
    is_cut[1:] |= is_han[:-1]  # a run of Han characters with the character behind it, for which a break stands
    places = np.flatnonzero(is_cut).astype(np.int32)
    runs = np.where(is_han, codes, np.uint32(ord(BREAK)))[places].tobytes().decode("utf-32-le")
    words = cut_han(runs)
    lengths = np.fromiter(map(len, words), np.int32)
    ends = np.cumsum(lengths, dtype=np.int32)
    first, last = places[ends - lengths], places[ends - 1]
    is_word = is_han[first]
    latin_first, latin_end = _runs_of_latin(codes)
    han = np.flatnonzero(is_han).astype(np.int32)
    return CutTexts(
        offsets=np.cumsum([0, *[len(text) + len(BREAK) for text in texts]], dtype=np.int32),
        latin=[joined[start:end] for start, end in zip(latin_first.tolist(), latin_end.tolist(), strict=True)],
        first=np.append(first[is_word], latin_first),
        last=np.append(last[is_word], latin_end - 1),
        han=han,
        codes=codes[han],
    )


def _runs_of_latin(codes: NDArray[np.uint32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return where the runs of ``_LATIN_RUN`` begin and end (not included), in a third of the time."""
    is_latin = np.zeros(len(codes) + 2, np.bool_)
    is_latin[1:-1] = ((codes >= ord("a")) & (codes <= ord("z"))) | ((codes >= ord("0")) & (codes <= ord("9")))
    edges = np.flatnonzero(is_latin[1:] != is_latin[:-1]).astype(np.int32)
    return edges[::2], edges[1::2]


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
