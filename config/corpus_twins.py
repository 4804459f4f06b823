"""Twins: texts of a corpus so much alike that the second teaches nothing new.

A corpus written by hand has none; a mould, or a text copied and altered, shows here. Punctuation, blanks and capitals do
not count: recognised calls have none. Thresholds: issue 3, item 1.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

ALIKE = 0.8
"""From this Jaccard similarity of their three-character pieces on, two texts are near-duplicates."""

RUN_LENGTH = 12
"""So many characters in a row are shared by no two texts that were written apart."""

_PIECE_LENGTH = 3
_NO_LETTERS = re.compile(r"[^\u3400-\u9fffa-z0-9]+")
_CHARACTER = re.compile(r"[\u3400-\u9fff0-9]|[a-z]+")  # a Latin word says about as much as a Han character


class NearDuplicate(NamedTuple):
    """``texts[later]`` resembles ``texts[earlier]`` with this similarity, ``ALIKE`` to 1."""

    later: int
    earlier: int
    similarity: float


class SharedRun(NamedTuple):
    """``texts[later]`` holds a ``run`` of characters that ``texts[earlier]`` holds too."""

    later: int
    earlier: int
    run: str


def near_duplicates(texts: Sequence[str]) -> Iterator[NearDuplicate]:
    """Yield, for each text that resembles one before it, the first such; texts without any letter resemble none.

    A text that was told is not compared with later ones: where a hundred come from one mould, each is told once, by the
    first of them.

    Only texts that share one of their rarest pieces are compared (prefix filtering): 14,700 texts take a second.
    """
    pieces = [_pieces(text) for text in texts]
    counts = Counter(chain.from_iterable(pieces))
    holders: dict[str, list[int]] = defaultdict(list)
    for later, own in enumerate(pieces):
        telling = _telling(own, counts)
        candidates = sorted({earlier for piece in telling for earlier in holders.get(piece, ())})
        twin = next(_alike(later, own, pieces, candidates), None)
        if twin is not None:
            yield twin
            continue
        for piece in telling:
            holders[piece].append(later)


def _pieces(text: str) -> frozenset[str]:
    """Return the three-character pieces; a text of one or two letters is one piece."""
    letters = _NO_LETTERS.sub("", text.lower())
    n_pieces = max(len(letters) - _PIECE_LENGTH + 1, min(len(letters), 1))
    return frozenset([letters[start : start + _PIECE_LENGTH] for start in range(n_pieces)])


def _telling(own: frozenset[str], counts: Counter[str]) -> list[str]:
    """Return pieces of which each near-duplicate shares one: the rarest fifth, without those that no other text has.

    A near-duplicate lacks at most ``1 - ALIKE`` of the pieces, so that it cannot lack that many and one more.
    """
    n_telling = int((1 - ALIKE) * len(own)) + 2  # one to spare, for rounding
    shared = [piece for piece in own if counts[piece] > 1]
    n_telling -= len(own) - len(shared)
    if n_telling <= 0:
        return []
    return sorted(shared, key=lambda piece: (counts[piece], piece))[:n_telling]


def _alike(
    later: int, own: frozenset[str], pieces: Sequence[frozenset[str]], candidates: Iterable[int]
) -> Iterator[NearDuplicate]:
    for earlier in candidates:
        other = pieces[earlier]
        common = len(own & other)
        similarity = common / (len(own) + len(other) - common)
        if similarity >= ALIKE:
            yield NearDuplicate(later, earlier, similarity)


def shared_runs(texts: Sequence[str]) -> Iterator[SharedRun]:
    """Yield, for each text with a run that stands in one before it, the first such."""
    holder: dict[str, int] = {}
    for later, text in enumerate(texts):
        told = False
        for run in _runs(text):
            earlier = holder.setdefault(run, later)
            if earlier != later and not told:
                told = True
                yield SharedRun(later, earlier, run)


def _runs(text: str) -> Iterator[str]:
    characters = _CHARACTER.findall(text.lower())
    if len(characters) == sum(map(len, characters)):  # no Latin word: slices of one string are quicker
        joined = "".join(characters)
        return (joined[start : start + RUN_LENGTH] for start in range(len(joined) - RUN_LENGTH + 1))
    return ("".join(characters[start : start + RUN_LENGTH]) for start in range(len(characters) - RUN_LENGTH + 1))
