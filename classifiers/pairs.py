"""Pairs: things that alarm only together (小孩 + 锁车里)."""

from collections.abc import Iterable, Sequence

from classifiers.phrases import Found
from models.profile import CriticalPair

REACH = 20
"""How many characters may stand between the two things of a pair: about one spoken clause."""

Pair = tuple[str, str, str | None]
"""Both words as they stand in the text, with the code of the category that the pair belongs to, if it knows."""


class PairFinder:
    """Finds pairs among the words that stand in a text. ``words`` are all the words of its pairs."""

    def __init__(self, pairs: Iterable[CriticalPair]) -> None:
        self._partners: dict[str, list[tuple[frozenset[str], str | None]]] = {}
        for pair in pairs:
            for these, those in ((pair.first, pair.second), (pair.second, pair.first)):
                for word in these:
                    self._partners.setdefault(word, []).append((those, pair.category_code))
        self.words = self._partners.keys()

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
