"""Pairs: things that alarm only together (小孩 + 锁车里)."""

from collections.abc import Iterable, Sequence

from classifiers.phrases import Found
from models.profile import CriticalPair

REACH = 20
"""How many characters may stand between the two things of a pair: about one spoken clause."""

Pair = tuple[str, str, str | None]
"""Both words as they stand in the text, with the code of the category that the pair belongs to, if it knows."""


Sides = tuple[int, int]
"""The pairs of which a word is the first thing and those of which it is the second, as bits."""

NO_SIDES: Sides = (0, 0)


class PairFinder:
    """Finds pairs among the words that stand in a text. ``words`` are all the words of its pairs."""

    def __init__(self, pairs: Iterable[CriticalPair]) -> None:
        self._partners: dict[str, list[tuple[frozenset[str], str | None]]] = {}
        self._sides: dict[str, Sides] = {}
        for number, pair in enumerate(pairs):
            bit = 1 << number
            for these, those, sides in ((pair.first, pair.second, (bit, 0)), (pair.second, pair.first, (0, bit))):
                for word in these:
                    self._partners.setdefault(word, []).append((those, pair.category_code))
                    first, second = self.sides_of(word)
                    self._sides[word] = first | sides[0], second | sides[1]
        self.words = self._partners.keys()

    def sides_of(self, word: str) -> Sides:
        """Return of which pairs ``word`` is a thing: two words are a pair only where a first and a second of one meet."""
        return self._sides.get(word, NO_SIDES)

    def among(self, found: Sequence[Found]) -> set[Pair]:
        """Return the pairs, each with its category; ``found`` is ordered by start.

        Each word is compared once with each other word that it meets, at the last place where that stood.
        """
        pairs: set[Pair] = set()
        compared: set[tuple[str, str]] = set()
        recent: dict[str, int] = {}
        for start, end, word in found:
            partners = self._partners.get(word)
            if partners is None:
                continue
            for other, other_end in reversed(recent.items()):
                if other_end < start - REACH:
                    break
                if other_end <= start and (other, word) not in compared:
                    compared.add((other, word))
                    pairs.update((other, word, code) for words, code in partners if other in words)
            recent.pop(word, None)
            recent[word] = end
        return pairs
