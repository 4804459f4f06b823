"""Finding many fixed phrases in a text at once.

The time grows with the text, not with the number of phrases. Texts must be normalised: half a surrogate pair raises
``UnicodeEncodeError``.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind


class Found(NamedTuple):
    """A phrase that stands at ``text[start:end]``."""

    start: int
    end: int
    phrase: str


class PhraseFinder:
    """Finds every occurrence of its phrases."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = _sorted(phrases)
        self._automaton = _automaton(self._phrases, MatchKind.Standard)

    def said_in(self, text: str) -> list[str]:
        """Return the phrase of each occurrence, in any order: half as dear as where they stand."""
        phrases = self._phrases
        return [phrases[number] for number, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)]

    def every(self, text: str) -> list[Found]:
        """Return all occurrences, also overlapping ones: by start, the longest first."""
        phrases = self._phrases
        found = [
            Found(start, end, phrases[number])
            for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True)
        ]
        found.sort(key=_place)
        return found


class LongestPhraseFinder:
    """Finds the occurrences of its phrases that do not overlap, from the left, each as long as possible."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = _sorted(phrases)
        self._automaton = _automaton(self._phrases, MatchKind.LeftmostLongest)

    def all_in(self, text: str) -> list[tuple[int, int, str]]:
        """Return start, end and phrase of each; bare tuples, because most texts have a dozen and take as long to name."""
        phrases = self._phrases
        return [(start, end, phrases[number]) for number, start, end in self._automaton.find_matches_as_indexes(text)]


def _sorted(phrases: Iterable[str]) -> list[str]:
    return sorted({phrase for phrase in phrases if phrase})


def _automaton(phrases: Collection[str], kind: MatchKind) -> AhoCorasick:
    """Return the automaton in its largest and fastest form: 4 MB for the 3,000 phrases that tell of emergencies."""
    return AhoCorasick(phrases, kind, store_patterns=False, implementation=Implementation.DFA)


def _place(found: Found) -> tuple[int, int]:
    return found.start, -found.end
