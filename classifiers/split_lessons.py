"""Lessons in splitting: possible cuts of example contacts, with the right ones known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from classifiers.clauses import Meaning, Sense
from classifiers.courtesies import read_told
from classifiers.cuts import Cuts, CutTable, Piece
from classifiers.normalise import normalise
from classifiers.pauses import JointReader
from classifiers.rows import LabelledText
from classifiers.split import rows_of
from classifiers.words import CutHan, cut_together
from models.codes import Channel, RequestType
from models.example import ExampleContact, ExampleRequest
from models.profile import SplitCues

_NEAR = 4  # characters by which a joint may miss the end of a request, and twice that its begin: people fill the gap
_GAP = 30  # characters: a longer stretch between two requests (a story, a plea) is no joint by itself


@dataclass(frozen=True, slots=True)
class SplitLessons:
    """From what splitting is learned: example contacts, with a profile's cues and the level-1 group of each category."""

    examples: Sequence[ExampleContact]
    level1: Mapping[str, str]
    cues: SplitCues

    def requests(self) -> list[LabelledText]:
        """Return the requests of the examples, each as a text of its own with its category."""
        return [
            LabelledText(example.text[request.start : request.end], request.category_code)
            for example in self.examples
            for request in example.requests
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Possible cuts of pieces of the examples: what is seen of each, and whether it is right.

    ``example`` and ``is_whole`` tell of each piece the example and whether it is all of it.
    """

    cuts: Cuts
    meaning: Meaning
    rows: NDArray[np.float64]
    right: NDArray[np.bool_]
    example: NDArray[np.int64]
    is_whole: NDArray[np.bool_]

    def example_of_cuts(self) -> NDArray[np.int64]:
        """Return the example of each cut."""
        return self.example[self.cuts.piece]


def as_example(request: LabelledText) -> ExampleContact:
    """Return an ordinary request as a contact that must not be split."""
    only = ExampleRequest(0, len(request.text), request.category, RequestType.HELP)
    return ExampleContact(request.text, Channel.PHONE, (only,))


def lesson_of(examples: Sequence[ExampleContact], reader: JointReader, sense: Sense, cut_han: CutHan) -> Lesson:
    """Return the possible cuts of whole examples, and of every run of their requests."""
    normalised = [normalise(example.text) for example in examples]
    told = [read_told(text.text) for text in normalised]
    texts = [each.of(text.text) for each, text in zip(told, normalised, strict=True)]
    joints = [reader.read(text) for text in texts]
    table = CutTable(texts, joints)
    is_right = np.array(
        [
            _is_right(example, *text.raw_span(begin + start, begin + max(end, start + 1)))
            for example, text, (begin, *_), of_text in zip(examples, normalised, told, joints, strict=True)
            for start, end, _ in of_text.cuts
        ],
        np.bool_,
    )
    pieces = [piece for whole in table.whole() for piece in _pieces_of(table, whole, is_right)]
    terms = sense.features.terms_of(cut_together(texts, cut_han))
    numbers = np.arange(len(texts))
    cuts, meaning = table.cuts(pieces), Meaning(table, terms, numbers, sense, np.zeros_like(numbers))
    return Lesson(
        cuts=cuts,
        meaning=meaning,
        rows=rows_of(table, meaning, cuts),
        right=is_right[cuts.joint],
        example=np.array([piece.text for piece in pieces]),
        is_whole=np.array([piece.made_by == 0 for piece in pieces]),
    )


def _is_right(example: ExampleContact, start: int, end: int) -> bool:
    """Return whether a joint at ``text[start:end]`` stands between two requests."""
    return any(
        (abs(start - before.end) <= _NEAR and abs(end - after.start) <= 2 * _NEAR)
        or (start < before.end + _NEAR and end > after.start - _NEAR)
        or (start >= before.end - _NEAR and end <= after.start + _NEAR and after.start - before.end <= _GAP)
        for before, after in pairwise(example.requests)
    )


def _pieces_of(table: CutTable, whole: Piece, is_right: NDArray[np.bool_]) -> Iterator[Piece]:
    """Yield a text and every run of its requests, as they would come out when it is cut rightly."""
    yield whole
    right = [joint for joint in range(whole.first, whole.last) if is_right[joint]]
    for first, last in combinations([None, *right, None], 2):
        if first is not None or last is not None:
            piece = whole if first is None else table.halves(whole, first)[1]
            yield piece if last is None else table.halves(piece, last)[0]
