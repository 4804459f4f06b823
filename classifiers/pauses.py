"""Pauses: where a recognised call, which has no punctuation, would have some if it had been written."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.joints import PUNCTUATION, Joint, JointFinder, Joints, Mark
from classifiers.words import CutText, cut_words
from models.profile import SplitCues

_N_SIGNS = 1 << 15
_LEAST_ODDS = -1.2  # of a pause; lower would cut sentences to words, whose meaning is in no single one
_REGULARISATION = 0.3
_APART = 4  # characters between two joints; a cue's own joint stands for the pauses around it
_REMEMBERED = 1 << 16  # pairs of words whose verdict is kept at hand
_SENTENCE_END = int(Mark.STOP | Mark.HALT | Mark.ASK)
_SENTENCES = 2
"""From so many ends of sentences on, people part requests by them: of 293 example contacts one does by a comma alone."""
_MOST_GAPS = 300  # what is considered of one text: a call of ten minutes is cut at its cues alone behind that

Gap = tuple[int, tuple[str, str]]
"""Where it stands, with the words before and behind it."""


class JointReader:
    """Finds the joints of normalised texts; in one without punctuation the pauses, too, by the words around them.

    ``pauses`` has a weight for each sign, and the constant last: what ``learn_pauses`` returned.
    """

    def __init__(self, cues: SplitCues, pauses: NDArray[np.float32], cut: CutText = cut_words) -> None:
        self._cut = cut
        self._finder = JointFinder(cues)
        self._weights = pauses.tolist()
        self._is_pause = lru_cache(maxsize=_REMEMBERED)(self._is_pause_between)

    def read(self, text: str) -> Joints:
        """Return the joints of ``text`` with its pauses."""
        return self.with_pauses(text, self.find(text))

    def find(self, text: str) -> Joints:
        """Return the joints of ``text`` that are written there."""
        return self._finder.find(text)

    def with_pauses(self, text: str, joints: Joints) -> Joints:
        """Return ``joints``, which were found in ``text``, with its pauses among them, marked ``PAUSE``.

        In a text of sentences its commas are left out.
        """
        if joints.marks & PUNCTUATION:
            return _without_commas(joints)
        taken = [False] * (len(text) + 1)
        for start, end, _ in (*joints.cuts, *joints.openings):
            for position in range(max(0, start - _APART), min(len(text), end + _APART) + 1):
                taken[position] = True
        found: list[Joint] = []
        for position, words in _gaps_of(text, self._cut(text)):
            if not taken[position] and self._is_pause(words):
                found.append((position, position, int(Mark.PAUSE)))
        return Joints(sorted([*joints.cuts, *found]), joints.openings, joints.marks)

    def _is_pause_between(self, words: tuple[str, str]) -> bool:
        return bool(self._weights[-1] + sum(self._weights[sign] for sign in _signs_of(words)) > _LEAST_ODDS)


def _without_commas(joints: Joints) -> Joints:
    """Return ``joints`` without those of a comma alone, if enough sentences end in the text."""
    if sum(marks & _SENTENCE_END != 0 for _, _, marks in joints.cuts) < _SENTENCES:
        return joints
    return Joints([joint for joint in joints.cuts if joint[2] != Mark.PAUSE], joints.openings, joints.marks)


def learn_pauses(texts: Iterable[str], cut: CutText = cut_words) -> NDArray[np.float32]:
    """Return the weights by which the punctuation of normalised ``texts`` can be told from their words.

    Without any punctuation there, nothing is ever a pause.
    """
    signs: list[Sequence[int]] = []
    is_pause: list[bool] = []
    for text in texts:
        for position, words in _gaps_of(text, cut(text)):
            signs.append(_signs_of(words))
            is_pause.append(not text[position].isalnum())
    if not any(is_pause) or all(is_pause):
        return np.append(np.zeros(_N_SIGNS), -np.inf).astype(np.float32)
    ends = np.cumsum([0, *map(len, signs)])
    rows = csr_matrix(
        (np.ones(ends[-1], np.float32), np.fromiter((sign for of_gap in signs for sign in of_gap), np.int32), ends),
        shape=(len(signs), _N_SIGNS),
    )
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a process that works never learns

    model = LogisticRegression(C=_REGULARISATION, solver="liblinear").fit(rows, is_pause)
    return np.append(model.coef_[0], model.intercept_[0]).astype(np.float32)


def _gaps_of(text: str, words: Sequence[str]) -> list[Gap]:
    """Return the places where a word ends and another follows."""
    gaps: list[Gap] = []
    end = 0
    for both in pairwise(words[:_MOST_GAPS]):
        end = text.index(both[0], end) + len(both[0])
        gaps.append((end, both))
    return gaps


def _signs_of(words: tuple[str, str]) -> Sequence[int]:
    left, right = words
    signs = (f"l{left}", f"r{right}", f"{left[-1]}|{right[0]}", f"e{left[-1]}")
    return [crc32(sign.encode("utf-8", "surrogatepass")) % _N_SIGNS for sign in signs]
