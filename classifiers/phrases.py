"""Finding many fixed phrases in a text at once."""

from collections.abc import Iterable
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind


class Found(NamedTuple):
    """A phrase that stands at ``text[start:end]``."""

    start: int
    end: int
    phrase: str


class PhraseFinder:
    """Finds its phrases in one pass; the time grows with the text, not with the number of phrases.

    Texts must be normalised: half a surrogate pair raises ``UnicodeEncodeError``.
    """

    def __init__(self, phrases: Iterable[str], *, overlapping: bool = False) -> None:
        self._phrases = sorted({phrase for phrase in phrases if phrase})
        self._overlapping = overlapping
        kind = MatchKind.Standard if overlapping else MatchKind.LeftmostLongest
        self._automaton = AhoCorasick(self._phrases, kind, store_patterns=False)

    def every(self, text: str) -> list[Found]:
        """Return the occurrences from the left, each as long as possible; with ``overlapping`` also those within them."""
        phrases = self._phrases
        found = [
            Found(start, end, phrases[number])
            for number, start, end in self._automaton.find_matches_as_indexes(text, self._overlapping)
        ]
        if self._overlapping:
            found.sort(key=_place)
        return found


def _place(found: Found) -> tuple[int, int]:
    return found.start, -found.end
