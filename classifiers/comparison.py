"""Comparison: two models on the same rows, measure by measure, with how far chance alone would move each difference.

The rows are drawn again and again with replacement, the same ones for both models (a paired bootstrap). McNemar's test would
do for the first guess, but macro-F1 and the precision within a band are no sums over rows; this way one rule judges all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.measures import score_classes
from classifiers.rows import LabelledText

FIRST_GUESS = "first guess right"
AMONG_THREE = "among three"
MACRO_F1 = "macro-F1"
TYPE = "type right"
COVERAGE = "taken automatically"
PRECISION = "of these right"

RESAMPLES = 1000
_INTERVAL = (2.5, 97.5)

Figures = Mapping[str, NDArray[np.float64]]
"""Each measure in every resample, shape (1 + RESAMPLES,); the rows as they are come first. NaN where nothing was measured."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one model answers to rows.

    ``labels`` are the best three, best first, shape (n_rows, 3), "" where there are fewer; ``types`` values of
    ``RequestType``; ``automatic`` tells where the model is sure enough to decide by itself.
    """

    labels: NDArray[np.str_]
    types: NDArray[np.str_]
    automatic: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measure:
    """One share of both models, 0 to 1; in 95 of 100 resamples candidate - serving lies from ``low`` to ``high``.

    NaN where there was nothing to measure.
    """

    serving: float
    candidate: float
    low: float
    high: float

    @property
    def gain(self) -> float:
        """Candidate - serving."""
        return self.candidate - self.serving

    @property
    def is_worse(self) -> bool:
        """Whether the candidate is worse, and not by chance."""
        return self.high < 0


@dataclass(frozen=True, slots=True)
class Change:
    """The F1 of one label by both models, over ``rows`` that have it."""

    label: str
    serving: float
    candidate: float
    rows: int

    @property
    def gain(self) -> float:
        """Candidate - serving."""
        return self.candidate - self.serving


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on ``rows`` rows; ``changes`` hold every label of the rows, the greatest loss first."""

    rows: int
    measures: Mapping[str, Measure]
    changes: tuple[Change, ...]


def compare(rows: Sequence[LabelledText], serving: Answers, candidate: Answers, *, seed: int) -> Comparison:
    """Compare what both models answer to ``rows``, of which there is at least one."""
    weights = _resamples(len(rows), seed)
    ours, theirs = _figures(rows, candidate, weights), _figures(rows, serving, weights)
    return Comparison(
        len(rows), {name: _measure(theirs[name], ours[name]) for name in ours}, _changes(rows, serving, candidate)
    )


def _resamples(n_rows: int, seed: int) -> NDArray[np.float64]:
    """Return how often each row is drawn, shape (1 + RESAMPLES, n_rows); first of all each row once."""
    chance = np.random.default_rng(seed)
    drawn = [np.bincount(chance.integers(n_rows, size=n_rows), minlength=n_rows) for _ in range(RESAMPLES)]
    return np.vstack([np.ones(n_rows), *drawn])


def _figures(rows: Sequence[LabelledText], answers: Answers, weights: NDArray[np.float64]) -> Figures:
    wanted = np.array([row.category for row in rows], dtype=np.str_)
    types = np.array([row.request_type or "" for row in rows], dtype=np.str_)
    hits = answers.labels[:, 0] == wanted
    everywhere = np.ones(len(rows), np.bool_)
    return {
        FIRST_GUESS: _share(hits, everywhere, weights),
        AMONG_THREE: _share((answers.labels == wanted[:, None]).any(axis=1), everywhere, weights),
        MACRO_F1: _macro_f1(wanted, answers.labels[:, 0], weights),
        TYPE: _share(answers.types == types, types != "", weights),
        COVERAGE: _share(answers.automatic, everywhere, weights),
        PRECISION: _share(hits, answers.automatic, weights),
    }


def _share(hits: NDArray[np.bool_], among: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):  # of none there is no share
        share: NDArray[np.float64] = (weights @ (hits & among)) / (weights @ among)
    return share


def _macro_f1(wanted: NDArray[np.str_], guessed: NDArray[np.str_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean F1 over the labels that a resample holds."""
    labels = np.unique(np.concatenate([wanted, guessed]))
    truth, guess = _one_hot(wanted, labels), _one_hot(guessed, labels)
    support, claimed, found = (_counted(each, weights) for each in (truth, guess, truth.multiply(guess)))
    with np.errstate(invalid="ignore"):
        f1 = np.where(support > 0, 2 * found / (support + claimed), np.nan)
    mean: NDArray[np.float64] = np.nanmean(f1, axis=1)
    return mean


def _one_hot(values: NDArray[np.str_], labels: NDArray[np.str_]) -> csr_matrix:
    columns = np.searchsorted(labels, values)
    return csr_matrix((np.ones(len(values)), (np.arange(len(values)), columns)), shape=(len(values), len(labels)))


def _counted(marks: csr_matrix, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how often each label was drawn, shape (1 + RESAMPLES, n_labels)."""
    counted: NDArray[np.float64] = (marks.T @ weights.T).T
    return counted


def _measure(serving: NDArray[np.float64], candidate: NDArray[np.float64]) -> Measure:
    differences = (candidate - serving)[1:]
    known = differences[~np.isnan(differences)]
    low, high = np.percentile(known, _INTERVAL) if len(known) else (np.nan, np.nan)
    return Measure(float(serving[0]), float(candidate[0]), float(low), float(high))


def _changes(rows: Sequence[LabelledText], serving: Answers, candidate: Answers) -> tuple[Change, ...]:
    wanted = [row.category for row in rows]
    before, after = (score_classes(wanted, answers.labels[:, 0].tolist()) for answers in (serving, candidate))
    changes = [Change(label, score.f1, after[label].f1, score.support) for label, score in before.items()]
    return tuple(sorted(changes, key=lambda change: (change.gain, change.label)))
