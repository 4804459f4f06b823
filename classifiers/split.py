"""Splitting: one contact cut into the requests that it holds (domain.md A.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.batches import in_batches
from classifiers.clauses import Explanation, Meaning, Sense, groups_of
from classifiers.cuts import LEAST_CHARACTERS, Cuts, CutTable, Piece, begins_of
from classifiers.features import Terms, TextFeatures
from classifiers.joints import Joints
from classifiers.linear import LinearHead
from classifiers.pauses import JointReader
from classifiers.split_gate import N_MARKS, glances, marks_seen
from classifiers.topics import Topics
from classifiers.words import CutHan, text_cutter
from models.profile import SplitCues

_ROUNDS = 3
"""How often pieces are cut again: 8 requests at most."""

_AT_ONCE = 80
"""Texts that are read together: with 128 a process holds 8 MB more, with 64 it is a twenty-fifth slower."""

_LATEST_OPENING = 80
"""Characters; later in a text, 第一 or 两个问题 belong to a request."""

_NO_SECOND = -5.0
"""The log odds of the second best cut where there is but one."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class SplitWeights:
    """What splitting has learned.

    ``ordinary`` are the weights of terms by which a text of several requests differs from ordinary ones, ``glance`` and
    ``gate`` those of what else is seen of it (``glances``; and ``marks_seen``): is it worth a closer look? ``several`` are
    the weights of terms by which it differs from one request that seems to be several. ``pauses`` are those of
    ``JointReader``, ``complete`` that of ``Sense``. ``topic_starts``, ``topic_labels``, ``topic_values`` and ``unsaid`` are
    its ``topics``, row by row. ``cut`` are the weights of a cut's columns (``FORM`` and ``MEANING``), by
    which the best one of a text is found; ``early`` those of the best cut's columns by which most are given up before
    ``topics`` are asked; ``first`` and ``further`` those of the best cut's columns by which it is made or
    not, in a whole text and in a part. Constants stand last. ``thresholds`` are the log odds that glance, gate, first and
    further cuts must reach.
    """

    ordinary: NDArray[np.float32]
    glance: NDArray[np.float64]
    gate: NDArray[np.float64]
    several: NDArray[np.float32]
    pauses: NDArray[np.float32]
    complete: NDArray[np.float32]
    topic_starts: NDArray[np.int32]
    topic_labels: NDArray[np.int16]
    topic_values: NDArray[np.float32]
    unsaid: NDArray[np.float32]
    cut: NDArray[np.float64]
    early: NDArray[np.float64]
    first: NDArray[np.float64]
    further: NDArray[np.float64]
    thresholds: NDArray[np.float64]

    @property
    def topics(self) -> Topics:
        """What was learned of terms and categories."""
        rows = (self.topic_values, self.topic_labels.astype(np.int32), self.topic_starts)
        return Topics(csr_matrix(rows, shape=(len(self.topic_starts) - 1, len(self.unsaid))), self.unsaid)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything by name, as an artifact keeps it."""
        return {f"split_{field.name}": getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "SplitWeights | None":
        """Return what ``arrays`` gave; None when the model has not learned to split."""
        if "split_cut" not in arrays:
            return None
        return cls(**{field.name: arrays[f"split_{field.name}"] for field in fields(cls)})


class Splitter:
    """Cuts a text at its best place, and both parts again, as long as the odds for several requests reach what was learned.

    ``features``, ``category`` and ``request_type`` are those of the model; ``level1`` maps its labels to the first level of
    the taxonomy, ``cut_han`` cuts into words; None: the fastest.
    """

    def __init__(
        self,
        weights: SplitWeights,
        *,
        features: TextFeatures,
        category: LinearHead,
        request_type: LinearHead | None,
        level1: Mapping[str, str],
        cues: SplitCues,
        cut_han: CutHan | None = None,
    ) -> None:
        self._weights = weights
        groups = groups_of(category, level1)
        self._sense = Sense(features, category, request_type, groups, weights.complete, weights.topics)
        self._joints = JointReader(cues, weights.pauses, text_cutter(cut_han))

    def split(
        self,
        texts: Sequence[str],
        terms: Terms,
        features: csr_matrix,
        margins: NDArray[np.floating],
        begins: NDArray[np.integer],
    ) -> dict[int, list[Span]]:
        """Return the spans of the requests, in order, of those normalised texts that hold several, by their place in ``texts``.

        The texts stand without courtesies: 好的明白了谢谢 is no praise. ``features`` are theirs, shape (n_texts, n_terms), and
        ``margins`` those of the category head. ``terms`` are those of the whole texts, in which they stand at ``begins``.
        """
        worth, joints, marks = self._worth_reading(texts, features, margins)
        wholes = np.column_stack([(features @ self._weights.several)[worth], marks])
        spans: dict[int, list[Span]] = {}
        for some in in_batches(range(len(worth)), _AT_ONCE):
            numbers = worth[some]
            of_some = [self._joints.with_pauses(texts[worth[each]], joints[each]) for each in some]
            table = CutTable([texts[number] for number in numbers], of_some)
            found = self._cut(table, Meaning(table, terms, numbers, self._sense, begins[numbers]), wholes[some])
            spans |= {int(numbers[place]): of_text for place, of_text in _spans(found, of_some).items()}
        return spans

    def _cut(self, table: CutTable, meaning: Meaning, wholes: NDArray[np.float64]) -> list[Piece]:
        """Return the pieces of the texts of ``table`` when all cuts are made."""
        pieces, done = table.whole(), list[Piece]()
        _, _, early, first, further = self._weights.thresholds.tolist()
        verdicts = (self._weights.first, first), *[(self._weights.further, further)] * (_ROUNDS - 1)
        for turn, (weights, threshold) in enumerate(verdicts):
            cuts = table.cuts(pieces)
            if not len(cuts.piece):
                break
            best = best_cuts(cuts, rows_of(table, meaning, cuts), self._weights.cut, wholes)
            if not turn:
                best = best.only(log_odds(best.rows, self._weights.early) >= early)
                explanation = meaning.explanation(cuts.only(best.cut))
            made = log_odds(verdict_rows(best, cuts, explanation), weights) >= threshold
            chosen = dict(zip(best.piece[made].tolist(), cuts.joint[best.cut[made]].tolist(), strict=True))
            done += [piece for number, piece in enumerate(pieces) if number not in chosen]
            pieces = [half for number, joint in chosen.items() for half in table.halves(pieces[number], joint)]
        return [*done, *pieces]

    def _worth_reading(
        self, texts: Sequence[str], features: csr_matrix, margins: NDArray[np.floating]
    ) -> tuple[NDArray[np.intp], list[Joints], NDArray[np.float64]]:
        """Return the places of the texts that may hold several requests, with their joints and ``marks_seen``."""
        weights, (glance, gate, *_) = self._weights, self._weights.thresholds.tolist()
        seen = glances(features @ weights.ordinary, features, margins, self._sense.category, self._sense.level1)
        worth = np.flatnonzero(log_odds(seen, weights.glance) >= glance)
        joints = [self._joints.find(texts[number]) for number in worth.tolist()]
        if not joints:
            return worth, joints, np.empty((0, N_MARKS))
        marks = marks_seen(joints)
        through = np.flatnonzero(log_odds(np.hstack([seen[worth], marks]), weights.gate) >= gate)
        return worth[through], [joints[number] for number in through.tolist()], marks[through]


@dataclass(frozen=True, slots=True, eq=False)
class BestCuts:
    """The best cut of each piece that can be cut: the piece's place, the cut's place, and what is seen of it.

    ``rows`` hold the cut's columns, then the log odds of the best, the second, the mean and all cuts together, and what is
    seen of the whole text: what its terms say, and ``marks_seen``.
    """

    piece: NDArray[np.int64]
    cut: NDArray[np.int64]
    rows: NDArray[np.float64]

    def only(self, which: NDArray[np.bool_]) -> "BestCuts":
        """Return some of them."""
        return BestCuts(self.piece[which], self.cut[which], self.rows[which])


def best_cuts(cuts: Cuts, rows: NDArray[np.float64], weights: NDArray[np.float64], wholes: NDArray[np.float64]) -> BestCuts:
    """Choose each piece's cut of the highest log odds; ``wholes`` tells of each text, shape (n_texts, n_columns)."""
    return best_by_odds(cuts, rows, log_odds(rows, weights), wholes)


def best_by_odds(cuts: Cuts, rows: NDArray[np.float64], odds: NDArray[np.float64], wholes: NDArray[np.float64]) -> BestCuts:
    """Choose each piece's cut by log ``odds`` that are known, shape (n_cuts,)."""
    order = np.lexsort((-odds, cuts.piece))
    piece, falling = cuts.piece[order], odds[order]
    starts = np.flatnonzero(begins_of(piece))
    counts = np.append(starts[1:], len(order)) - starts
    best = order[starts]
    second = np.where(counts > 1, falling[np.minimum(starts + 1, len(order) - 1)], _NO_SECOND)
    mean = np.add.reduceat(falling, starts) / counts
    together = np.log(np.add.reduceat(np.exp(falling), starts))
    seen = np.column_stack([rows[best], falling[starts], second, mean, together, wholes[cuts.text[best]]])
    return BestCuts(piece[starts], best, seen)


def rows_of(table: CutTable, meaning: Meaning, cuts: Cuts) -> NDArray[np.float64]:
    """Return what is seen of each cut, shape (n_cuts, len(FORM) + len(MEANING))."""
    return np.hstack([table.form(cuts), meaning.of_cuts(cuts)])


def verdict_rows(best: BestCuts, cuts: Cuts, explanation: Explanation) -> NDArray[np.float64]:
    """Return by what it is decided whether the best cuts are made: their rows and ``EXPLAINED``; ``cuts`` are all."""
    return np.hstack([best.rows, explanation.of(cuts.only(best.cut))])


def log_odds(rows: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log odds of rows by weights whose last one is the constant."""
    odds: NDArray[np.float64] = rows @ weights[:-1] + weights[-1]
    return odds


def _spans(pieces: Sequence[Piece], joints: Sequence[Joints]) -> dict[int, list[Span]]:
    """Return the spans of texts in several pieces; the first begins behind what only announces or numbers it."""
    spans: dict[int, list[Span]] = {}
    for piece in sorted(pieces):
        start = piece.start
        if not start:
            openings = (end for _, end, _ in joints[piece.text].openings)
            start = max((end for end in openings if end <= min(_LATEST_OPENING, piece.end - LEAST_CHARACTERS)), default=0)
        spans.setdefault(piece.text, []).append((start, piece.end))
    return {text: of_text for text, of_text in spans.items() if len(of_text) > 1}
