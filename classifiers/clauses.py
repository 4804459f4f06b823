"""The meaning of clauses: what the words on both sides of a cut tell of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix

from classifiers.cuts import Cuts, CutTable, begins_of, in_columns
from classifiers.features import Terms, TextFeatures
from classifiers.linear import LinearHead
from classifiers.topics import Topics

MEANING = (
    *("other_level1", "alike"),
    *("sure_left", "sure_right", "less_sure", "both_sure_and_other"),
    *("margin_left", "margin_right", "less_margin", "less_lead"),
    *("left_has_rights", "right_has_lefts", "margin_whole", "gain"),
    *("left_no_beginning", "right_no_end", "both_whole", "left_no_end", "right_no_beginning"),
    *("same_type", "sure_type_left", "sure_type_right"),
    *("place", "hearsay"),
)
"""What is seen of a cut, beside its form: are both sides of one matter, is each sure of its own, are both whole requests."""

EXPLAINED = (
    *("apart", "apart_for_length", "right_needs_own", "left_needs_own", "both_need_own"),
    *("left_explains_right", "right_explains_left", "less_need", "other_topic"),
)
"""What is seen of a cut at a higher price: does one category explain both sides (``topics``)."""

_PLACE = re.compile(r"[路街村镇]|小区|学校|医院|门口|楼[上下]|旁边|对面|附近|公园|市场")
_HEARSAY = re.compile(r".{0,4}?[说讲问]")
"""物业说…, 打电话问…: the same story goes on."""

_BEGINNING = 12
"""Characters: a new request soon says where it is, a story that goes on who said something."""

_LEAST_PROBABILITY = 1e-4
_N_COMPLETE = 2  # columns of ``Sense.complete``

Number = TypeVar("Number", bound=np.generic)

_Runs = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where runs of clauses begin and end (not included), numbered through the batch."""


@dataclass(frozen=True, slots=True, eq=False)
class Sense:
    """By what clauses are read.

    ``level1`` has a 1 where a label of ``category`` belongs to a level-1 group, shape (n_labels, n_groups). ``complete``
    tells how much each term sounds like a whole request and not like its beginning (first column) or its end: (n_terms, 2).
    ``topics`` has the labels of ``category``. ``request_type`` is None for a model that guesses no types.
    """

    features: TextFeatures
    category: LinearHead
    request_type: LinearHead | None
    level1: NDArray[np.float32]
    complete: NDArray[np.float32]
    topics: Topics


def groups_of(head: LinearHead, level1: Mapping[str, str]) -> NDArray[np.float32]:
    """Return ``Sense.level1``; ``level1`` maps labels to groups, a label that is not in it stands alone."""
    group_of_label = [level1.get(label, label) for label in map(str, head.classes_)]
    groups = sorted(set(group_of_label))
    return np.array([[group == own for group in groups] for own in group_of_label], np.float32)


class _Margins(NamedTuple):
    """What runs of clauses are weighed as, without the heads' constants; no columns of types where none are guessed."""

    category: NDArray[np.float32]
    complete: NDArray[np.float32]
    request_type: NDArray[np.float32]


class Meaning:
    """What the clauses of a batch mean, added up so that any run of clauses is weighed at once.

    The weight of a term in a run is the sum of its weights in the clauses; the run then has length 1, as texts have.
    ``numbers`` tell which of the texts of ``terms`` are those of ``table``, ``begins`` where the latter begin in them.
    """

    def __init__(
        self, table: CutTable, terms: Terms, numbers: NDArray[np.integer], sense: Sense, begins: NDArray[np.integer]
    ) -> None:
        self._table, self._sense = table, sense
        texts, starts, ends = table.clauses()
        before = begins[texts]
        features, _ = sense.features.look_up_spans(terms, numbers[texts], before + starts, before + ends)
        lengths = _lengths(features, sense.features.idf_)[:, None]
        weights = [sense.category.weights_, sense.complete]
        if sense.request_type is not None:
            weights.append(sense.request_type.weights_)
        self._features = features
        self._squares = _summed(lengths**2)[:, 0]
        self._sums = _summed(np.hstack([features @ each for each in weights]) * lengths)

    def of_cuts(self, cuts: Cuts) -> NDArray[np.float64]:
        """Return shape (n_cuts, len(MEANING))."""
        first, middle, end = cuts.first + cuts.text, cuts.joint + cuts.text + 1, cuts.last + cuts.text + 1
        sides = self._margins((np.append(first, middle), np.append(middle, end)))  # of all left sides, then of all right ones
        beginnings = self._table.behind(cuts, _BEGINNING)
        columns: list[ArrayLike] = [
            *self._of_categories(sides.category, self._margins_of_wholes(cuts, (first, end))),
            *_of_completeness(*_halves(sides.complete)),
            *self._of_types(sides.request_type),
            [_PLACE.search(beginning) is not None for beginning in beginnings],
            [_HEARSAY.match(beginning) is not None for beginning in beginnings],
        ]
        return in_columns(columns)

    def _margins_of_wholes(self, cuts: Cuts, whole: _Runs) -> NDArray[np.floating]:
        """Return the best margin of the piece that each cut would cut: a piece has a dozen cuts."""
        is_first = begins_of(cuts.piece)
        margins = self._margins((whole[0][is_first], whole[1][is_first])).category + self._sense.category.intercepts_
        best: NDArray[np.floating] = margins.max(axis=1)[np.cumsum(is_first) - 1]
        return best

    def _of_categories(
        self, sides: NDArray[np.float32], margin_whole: NDArray[np.floating]
    ) -> tuple[NDArray[np.floating], ...]:
        category, level1 = self._sense.category, self._sense.level1
        margins = sides + category.intercepts_
        lefts, rights = _halves(margins)
        sure_left, sure_right = _halves(category.probabilities(margins))
        best_left, best_right = _halves(margins.argmax(axis=1))
        each = np.arange(len(lefts))
        other = 1 - ((sure_left @ level1) * (sure_right @ level1)).sum(axis=1)
        top_left, top_right = sure_left[each, best_left], sure_right[each, best_right]
        margin_left, margin_right = lefts[each, best_left], rights[each, best_right]
        less_margin = np.minimum(margin_left, margin_right)
        return (
            *(other, _cosines(lefts, rights)),
            *(top_left, top_right, np.minimum(top_left, top_right), top_left * top_right * other),
            *(margin_left, margin_right, less_margin),
            np.minimum(margin_left - lefts[each, best_right], margin_right - rights[each, best_left]),
            np.log(np.maximum(sure_left[each, best_right], _LEAST_PROBABILITY)),
            np.log(np.maximum(sure_right[each, best_left], _LEAST_PROBABILITY)),
            *(margin_whole, less_margin - margin_whole),
        )

    def explanation(self, cuts: Cuts) -> "Explanation":
        """Return how well the pieces that ``cuts`` would cut are explained; it costs more than the rest, so ask for few."""
        firsts, ends = cuts.first + cuts.text, cuts.last + cuts.text + 1
        changes = np.zeros(self._features.shape[0] + 1, np.int64)
        np.add.at(changes, firsts, 1)
        np.add.at(changes, ends, -1)
        asked = np.cumsum(changes[:-1]) > 0
        features = self._features if asked.all() else self._features[np.flatnonzero(asked)]
        return Explanation(_summed(self._sense.topics.of(features)), np.append(0, np.cumsum(asked)))

    def _of_types(self, sides: NDArray[np.float32]) -> tuple[NDArray[np.floating], ...]:
        head = self._sense.request_type
        if head is None:
            unknown = np.zeros(len(sides) // 2)
            return unknown, unknown, unknown
        lefts, rights = _halves(head.probabilities(sides + head.intercepts_))
        return (lefts * rights).sum(axis=1), lefts.max(axis=1), rights.max(axis=1)

    def _margins(self, runs: _Runs) -> _Margins:
        start, end = runs
        squares = np.maximum(self._squares[end] - self._squares[start], 1.0)
        margins = (self._sums[end] - self._sums[start]).astype(np.float32) / np.sqrt(squares).astype(np.float32)[:, None]
        complete = len(self._sense.category.classes_)
        types = complete + _N_COMPLETE
        return _Margins(margins[:, :complete], margins[:, complete:types], margins[:, types:])


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """How well each category explains some clauses of a batch, added up: ``sums`` of the first 0, 1, 2, … of them.

    ``place`` says how many of them stand before each clause of the batch.
    """

    sums: NDArray[np.float64]
    place: NDArray[np.int64]

    def of(self, cuts: Cuts) -> NDArray[np.float64]:
        """Return shape (n_cuts, len(EXPLAINED)): what explains each side best beside what explains the other, and both."""
        first, middle, end = (
            self.sums[self.place[clause + cuts.text]] for clause in (cuts.first, cuts.joint + 1, cuts.last + 1)
        )
        lefts, rights = middle - first, end - middle
        each, best_left, best_right = np.arange(len(lefts)), lefts.argmax(axis=1), rights.argmax(axis=1)
        own_left, own_right = lefts[each, best_left], rights[each, best_right]
        rights_of_left, lefts_of_right = rights[each, best_left], lefts[each, best_right]
        apart = own_left + own_right - (lefts + rights).max(axis=1)
        need_left, need_right = own_left - lefts_of_right, own_right - rights_of_left
        size_left, size_right = np.sqrt(cuts.left), np.sqrt(cuts.right)
        columns: list[ArrayLike] = [
            *(apart, apart / np.sqrt(cuts.whole)),
            *(need_right / size_right, need_left / size_left, np.minimum(need_right / size_right, need_left / size_left)),
            *(rights_of_left / size_right, lefts_of_right / size_left),
            *(np.minimum(need_left, need_right), best_left != best_right),
        ]
        return in_columns(columns)


def _lengths(features: csr_matrix, idf: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how long each row was before it was given length 1; a row without a known term has length 0.

    A term that stands once in the row has the weight ``idf / length``, one that stands more often a higher weight.
    """
    lengths = np.zeros(features.shape[0])
    filled = np.flatnonzero(np.diff(features.indptr))
    if len(filled):
        lengths[filled] = np.maximum.reduceat(idf[features.indices] / features.data, features.indptr[filled])
    return lengths


def _halves(rows: NDArray[Number]) -> tuple[NDArray[Number], NDArray[Number]]:
    """Return the first and the second half of ``rows``."""
    middle = len(rows) // 2
    return rows[:middle], rows[middle:]


def _of_completeness(left: NDArray[np.float32], right: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
    return left[:, 0], right[:, 1], np.minimum(left[:, 0], right[:, 1]), left[:, 1], right[:, 0]


def _summed(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the sums of the first 0, 1, 2, … rows."""
    sums = np.zeros((len(rows) + 1, rows.shape[1]))
    np.cumsum(rows, axis=0, out=sums[1:])
    return sums


def _cosines(lefts: NDArray[np.float32], rights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how alike the margins are, row by row, -1 to 1."""
    lefts, rights = (margins - margins.mean(axis=1, keepdims=True) for margins in (lefts, rights))
    lengths = np.sqrt((lefts * lefts).sum(axis=1) * (rights * rights).sum(axis=1))
    cosines: NDArray[np.float32] = (lefts * rights).sum(axis=1) / np.maximum(lengths, 1e-9)
    return cosines
