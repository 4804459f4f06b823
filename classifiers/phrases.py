"""Finding many fixed phrases in a text at once."""

from collections.abc import Iterable
from typing import NamedTuple


class Found(NamedTuple):
    """A phrase that stands at ``text[start:end]``."""

    start: int
    end: int
    phrase: str


class PhraseFinder:
    """Finds every occurrence of its phrases; the time grows with the text, hardly with the number of phrases."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(phrase for phrase in phrases if phrase)
        lengths: dict[str, set[int]] = {}
        for phrase in self._phrases:
            lengths.setdefault(phrase[0], set()).add(len(phrase))
        self._lengths = {first: sorted(of_first, reverse=True) for first, of_first in lengths.items()}

    def every(self, text: str) -> list[Found]:
        """Return all occurrences, also overlapping ones: by start, the longest first."""
        found = []
        lengths_of, phrases = self._lengths.get, self._phrases
        for start, first in enumerate(text):
            for length in lengths_of(first, ()):
                phrase = text[start : start + length]
                if phrase in phrases:
                    found.append(Found(start, start + len(phrase), phrase))
        return found
