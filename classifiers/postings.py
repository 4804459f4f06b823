"""Postings: which texts hold which terms, as plain arrays.

A text is a slot, a number from 0. Blocks never change; two of like size become one, as the digits of a binary counter carry,
so that a hundred thousand texts stand in a few blocks whatever order they came in.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
"""Terms as numbers, see ``codes_of``."""

_BLOCK_FULL = 1_500_000
"""Postings beyond which two blocks stay apart: joining them would take 60 MB for a moment."""

_WAIT = 100_000
"""Postings that may wait for the next question before they become a block."""

_WORD = 1 << 62


def codes_of(terms: Iterable[str]) -> Codes:
    """Return a number for each term: exact for two characters, a hash of 62 bits for anything else."""
    pairs: list[str] = []
    words: list[int] = []
    for term in terms:
        if len(term) == 2:
            pairs.append(term)
        else:
            words.append(hash(term) & (_WORD - 1) | _WORD)
    characters = np.frombuffer("".join(pairs).encode("utf-32-le"), np.uint32).reshape(-1, 2).astype(np.int64)
    return np.concatenate([characters[:, 0] << 21 | characters[:, 1], np.array(words, np.int64)])


@dataclass(frozen=True, slots=True)
class _Block:
    """``slots[starts[i]:starts[i + 1]]`` hold the term ``terms[i]``; terms are sorted and occur once."""

    terms: Codes
    starts: NDArray[np.int32]
    slots: NDArray[np.int32]

    @classmethod
    def of(cls, terms: Codes, slots: NDArray[np.int32]) -> "_Block":
        """Return a block of the pairs (term, slot) in any order."""
        order = np.argsort(terms, kind="stable")  # fast where the input is two sorted runs, as when blocks are joined
        ordered = terms[order]
        firsts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(ordered) else np.array([], np.int64)
        return cls(ordered[firsts], np.append(firsts, len(ordered)).astype(np.int32), slots[order])

    def spread(self) -> Codes:
        """Return the term of each posting."""
        return np.repeat(self.terms, np.diff(self.starts))

    def holders(self, terms: Codes) -> Iterator[NDArray[np.int32]]:
        """Yield the slots of each of the ``terms`` that stands here."""
        if not len(self.terms):
            return
        places = np.minimum(np.searchsorted(self.terms, terms), len(self.terms) - 1)
        for place in places[self.terms[places] == terms].tolist():
            yield self.slots[self.starts[place] : self.starts[place + 1]]


class Postings:
    """Counts for every slot how many of a request's terms it holds."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._waiting: list[tuple[int, Codes]] = []
        self._n_waiting = 0

    def add(self, slot: int, terms: Codes) -> None:
        """Add a slot; its terms occur once."""
        self._waiting.append((slot, terms))
        self._n_waiting += len(terms)
        if self._n_waiting > _WAIT:
            self._settle()

    def counts(self, terms: Codes, n_slots: int) -> NDArray[np.int64]:
        """Return for each slot below ``n_slots`` how many of the ``terms``, each given once, it holds."""
        self._settle()
        found = [slots for block in self._blocks for slots in block.holders(terms)]
        if not found:
            return np.zeros(n_slots, np.int64)
        return np.bincount(np.concatenate(found), minlength=n_slots)

    def renumber(self, new_numbers: NDArray[np.int32]) -> None:
        """Give every slot its new number and forget those whose new number is below 0."""
        self._settle()
        for place, block in enumerate(self._blocks):
            numbers = new_numbers[block.slots]
            kept = numbers >= 0
            self._blocks[place] = _Block.of(block.spread()[kept], numbers[kept])

    def _settle(self) -> None:
        if self._waiting:
            self._push(_block_of_texts(self._waiting))
            self._waiting, self._n_waiting = [], 0

    def _push(self, block: _Block) -> None:
        while self._blocks and _may_join(self._blocks[-1], block):
            earlier = self._blocks.pop()
            terms = np.concatenate([earlier.spread(), block.spread()])
            block = _Block.of(terms, np.concatenate([earlier.slots, block.slots]))
        self._blocks.append(block)


def _block_of_texts(texts: Sequence[tuple[int, Codes]]) -> _Block:
    lengths = [len(terms) for _, terms in texts]
    slots = np.repeat(np.array([slot for slot, _ in texts], np.int32), lengths)
    return _Block.of(np.concatenate([terms for _, terms in texts]), slots)


def _may_join(earlier: _Block, later: _Block) -> bool:
    both = len(earlier.slots) + len(later.slots)
    return both <= _BLOCK_FULL and len(earlier.slots) < 2 * len(later.slots)
