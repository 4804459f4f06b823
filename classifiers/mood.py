"""Mood: how the citizen sounds at the end of a talk."""

from classifiers.phrases import LongestPhraseFinder
from models.codes import Mood
from models.profile import FactLexicon

_END = 80
"""How many of the last characters are the end of a talk. Source: default of this project (D)."""


class MoodReader:
    """Reads the mood by a profile's words. The last one counts: who was angry may end content."""

    def __init__(self, lexicon: FactLexicon) -> None:
        self._mood_of: dict[str, Mood | None] = dict.fromkeys(lexicon.satisfied, Mood.SATISFIED)
        self._mood_of |= dict.fromkeys(lexicon.dissatisfied, Mood.DISSATISFIED)
        self._mood_of |= dict.fromkeys(lexicon.no_mood)
        self._finder = LongestPhraseFinder(self._mood_of)

    def read(self, text: str) -> Mood | None:
        """Return the mood of a normalised ``text``, None where nothing tells one."""
        mood = None
        for _, _, word in self._finder.all_in(text[-_END:]):
            mood = self._mood_of[word] or mood
        return mood
