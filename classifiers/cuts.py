"""Cuts: the places where the texts of a batch could be cut in two, and what the form of a text tells of each."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classifiers.joints import PUNCTUATION, Joints, Mark

LEAST_CHARACTERS = 5
"""A request is not shorter: 路灯不亮了."""

FORM = (
    *("stop", "halt", "ask", "pause", "another", "besides", "also", "then", "item"),
    *("log_left", "log_right", "log_shorter", "log_whole", "log_joints"),
    *("first", "several", "single", "several_joined", "unpunctuated", "like_before"),
)
"""What the form of a text tells of a cut: how it is joined there, how long both sides are, what the text announces."""

_JOINING = np.array(
    [*(Mark.STOP, Mark.HALT, Mark.ASK, Mark.PAUSE), *(Mark.ANOTHER, Mark.BESIDES, Mark.ALSO, Mark.THEN, Mark.ITEM)], np.int64
)
_PAUSE_ALONE = FORM.index("pause")  # counts where nothing stronger stands
_ANNOUNCING = np.array([Mark.FIRST, Mark.SEVERAL, Mark.SINGLE], np.int64)
_JOINED = int(Mark.ANOTHER | Mark.BESIDES | Mark.ALSO | Mark.THEN | Mark.ITEM | Mark.HALT)


class Piece(NamedTuple):
    """A part of a text, at first the whole, that may hold several requests.

    It is ``[start:end]`` of the text with this number in the batch, with the joints ``first`` to ``last`` (not included;
    numbered through the batch). ``made_by`` are the marks of the cuts that made it, 0 for a whole text.
    """

    text: int
    start: int
    end: int
    first: int
    last: int
    made_by: int


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where pieces could be cut in two of at least ``LEAST_CHARACTERS``; every array has shape (n_cuts,).

    ``piece`` is the place in the list of pieces, ``joint`` the number of the joint in the batch. ``left``, ``right`` and
    ``whole`` are lengths in characters; the others are those of the piece. The cuts of a piece stand together.
    """

    piece: NDArray[np.int64]
    joint: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    whole: NDArray[np.int64]
    text: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    made_by: NDArray[np.int64]

    def only(self, places: NDArray[np.int64]) -> "Cuts":
        """Return the cuts at these places."""
        return Cuts(*(getattr(self, field.name)[places] for field in fields(self)))


def in_columns(columns: Sequence[ArrayLike]) -> NDArray[np.float64]:
    """Return the ``columns`` of a matrix, each a row of numbers, as ``np.column_stack`` does in three times the time."""
    return np.array(columns, np.float64).T


def begins_of(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return where in rising ``numbers`` another one begins."""
    begins = np.ones(len(numbers), np.bool_)
    begins[1:] = numbers[1:] != numbers[:-1]
    return begins


class CutTable:
    """The texts of a batch with their joints.

    Joints and the clauses between them are numbered through the batch: the joint ``j`` of the text ``t`` stands between the
    clauses ``j + t`` and ``j + t + 1``.
    """

    def __init__(self, texts: Sequence[str], joints: Sequence[Joints]) -> None:
        self._texts = texts
        self._offsets = np.cumsum([0, *[len(each.cuts) for each in joints]]).tolist()
        flat = np.array([joint for each in joints for joint in each.cuts], np.int64).reshape(-1, 3)
        self._starts, self._ends, self._marks = flat.T
        self._marks_of_text = np.array([each.marks for each in joints], np.int64)

    def whole(self) -> list[Piece]:
        """Return each text as one piece."""
        offsets = self._offsets
        return [Piece(n, 0, len(text), offsets[n], offsets[n + 1], 0) for n, text in enumerate(self._texts)]

    def halves(self, piece: Piece, joint: int) -> tuple[Piece, Piece]:
        """Return both sides of ``piece`` when it is cut at ``joint``."""
        made_by = int(self._marks[joint]) | piece.made_by
        return (
            Piece(piece.text, piece.start, int(self._starts[joint]), piece.first, joint, made_by),
            Piece(piece.text, int(self._ends[joint]), piece.end, joint + 1, piece.last, made_by),
        )

    def cuts(self, pieces: Sequence[Piece]) -> Cuts:
        """Return where ``pieces`` could be cut, in their order."""
        columns = np.array(pieces, np.int64).reshape(-1, len(Piece._fields))
        counts = columns[:, 4] - columns[:, 3]
        piece = np.repeat(np.arange(len(pieces)), counts)
        text, start, end, first, last, made_by = columns[piece].T
        joint = first + np.arange(len(piece)) - np.repeat(np.cumsum(counts) - counts, counts)
        left, right = self._starts[joint] - start, end - self._ends[joint]
        usable = (left >= LEAST_CHARACTERS) & (right >= LEAST_CHARACTERS)
        return Cuts(*(column[usable] for column in (piece, joint, left, right, end - start, text, first, last, made_by)))

    def form(self, cuts: Cuts) -> NDArray[np.float64]:
        """Return shape (n_cuts, len(FORM))."""
        marks, marks_of_text = self._marks[cuts.joint], self._marks_of_text[cuts.text]
        announced = marks_of_text & _ANNOUNCING[:, None] != 0
        made = marks & _JOINING[:, None] != 0
        made[_PAUSE_ALONE] &= ~made[:_PAUSE_ALONE].any(axis=0)
        lengths = (cuts.left, cuts.right, np.minimum(cuts.left, cuts.right), cuts.whole, 1 + cuts.last - cuts.first)
        return in_columns(
            [
                *(*made, *np.log(lengths), *announced),
                (marks_of_text & Mark.SEVERAL != 0) & (marks & _JOINED != 0),
                *(marks_of_text & PUNCTUATION == 0, cuts.made_by & marks != 0),
            ]
        )

    def clauses(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return what stands between the joints of all texts, in order: of each text one more than it has joints.

        Text, start and end of each; they do not overlap.
        """
        n_joints = np.diff(self._offsets)
        firsts = np.array(self._offsets[:-1], np.int64)
        lengths = [len(text) for text in self._texts]
        starts, ends = np.insert(self._ends, firsts, 0), np.insert(self._starts, self._offsets[1:], lengths)
        return np.repeat(np.arange(len(self._texts)), n_joints + 1), starts, ends

    def behind(self, cuts: Cuts, n_characters: int) -> list[str]:
        """Return how the right side of each cut begins."""
        starts = self._ends[cuts.joint]
        ends = starts + np.minimum(cuts.right, n_characters)
        return [
            self._texts[text][start:end]
            for text, start, end in zip(cuts.text.tolist(), starts.tolist(), ends.tolist(), strict=True)
        ]
