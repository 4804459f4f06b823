"""Finding many fixed phrases in a text at once."""

from collections.abc import Iterable
from typing import NamedTuple

from ahocorasick import Automaton


class Found(NamedTuple):
    """A phrase that stands at ``text[start:end]``."""

    start: int
    end: int
    phrase: str


class PhraseFinder:
    """Finds every occurrence of its phrases in one pass; the time grows with the text, not with the number of phrases."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._automaton = Automaton()
        for phrase in phrases:
            if phrase:
                self._automaton.add_word(phrase, phrase)
        self._is_empty = not len(self._automaton)
        self._automaton.make_automaton()

    def every(self, text: str) -> list[Found]:
        """Return all occurrences, also overlapping ones: by start, the longest first."""
        if self._is_empty:
            return []
        found = [Found(last + 1 - len(phrase), last + 1, phrase) for last, phrase in self._automaton.iter(text)]
        found.sort(key=_place)
        return found


def _place(found: Found) -> tuple[int, int]:
    return found.start, -found.end
