"""Measures of guesses against the truth; every one is a share between 0 and 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PRECISIONS = (0.90, 0.93, 0.95, 0.97)
"""For which precisions the coverage is told."""


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One label's precision, recall and F1 over ``support`` rows that truly have it."""

    precision: float
    recall: float
    f1: float
    support: int


def accuracy(hits: NDArray[np.bool_]) -> float:
    """Return the share of hits; 0 of none."""
    return float(hits.mean()) if len(hits) else 0.0


def score_classes(wanted: Sequence[str], guessed: Sequence[str]) -> dict[str, ClassScore]:
    """Return the score of each label that occurs in ``wanted``, in the labels' order."""
    truth, guess = np.asarray(wanted), np.asarray(guessed)
    return {str(label): _score_class(truth == label, guess == label) for label in np.unique(truth)}


def _score_class(truth: NDArray[np.bool_], guess: NDArray[np.bool_]) -> ClassScore:
    found, support, claimed = int((truth & guess).sum()), int(truth.sum()), int(guess.sum())
    return ClassScore(
        precision=found / claimed if claimed else 0.0,
        recall=found / support,
        f1=2 * found / (claimed + support),
        support=support,
    )


def macro_f1(scores: Mapping[str, ClassScore]) -> float:
    """Return the mean F1 over the labels that occur in the truth, whatever their size."""
    return float(np.mean([score.f1 for score in scores.values()])) if scores else 0.0


def coverage_at(precision: float, confidences: NDArray[np.floating], hits: NDArray[np.bool_]) -> float:
    """Return the largest share of rows that can be taken, most confident first, with at least this precision."""
    threshold = threshold_for(precision, confidences, hits)
    return 0.0 if threshold is None else float((confidences >= threshold).mean())


def threshold_for(
    precision: float, confidences: NDArray[np.floating], hits: NDArray[np.bool_], least_rows: int = 1
) -> float | None:
    """Return the lowest confidence from which on ``hits`` are at least ``precision``; None when there is none.

    A threshold counts only if ``least_rows`` reach it: three lucky rows prove nothing. Rows of equal confidence stand or
    fall together.
    """
    order = np.argsort(-confidences, kind="stable")
    sorted_confidences = confidences[order]
    precision_here = np.cumsum(hits[order]) / np.arange(1, len(order) + 1)
    last_of_equals = np.append(sorted_confidences[1:] < sorted_confidences[:-1], np.True_)
    enough = np.arange(1, len(order) + 1) >= least_rows
    good = np.flatnonzero((precision_here >= precision) & last_of_equals & enough)
    return float(sorted_confidences[good[-1]]) if len(good) else None
