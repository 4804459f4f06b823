"""Curves: how far a confidence can be trusted."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

N_BINS = 10
_MOST_POINTS = 200  # more than a picture's pixels show


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose confidence lies from ``low`` to below ``high`` (the last bin: to 1); means are None of no rows."""

    low: float
    high: float
    rows: int
    mean_confidence: float | None
    accuracy: float | None


class Point(NamedTuple):
    """The most confident ``coverage`` of the rows are right in ``precision`` of the cases."""

    coverage: float
    precision: float


def reliability(confidences: NDArray[np.floating], hits: NDArray[np.bool_]) -> list[Bin]:
    """Return ``N_BINS`` bins of equal width: an honest model is right as often as it says."""
    numbers = np.minimum((confidences * N_BINS).astype(int), N_BINS - 1)
    bins = []
    for number in range(N_BINS):
        inside = numbers == number
        some = bool(inside.any())
        bins.append(
            Bin(
                low=number / N_BINS,
                high=(number + 1) / N_BINS,
                rows=int(inside.sum()),
                mean_confidence=float(confidences[inside].mean()) if some else None,
                accuracy=float(hits[inside].mean()) if some else None,
            )
        )
    return bins


def mean_gap(bins: list[Bin]) -> float:
    """Return how far confidence and accuracy lie apart on average, weighted by rows (expected calibration error)."""
    n_rows = sum(each.rows for each in bins)
    return sum(
        each.rows * abs(each.accuracy - each.mean_confidence)
        for each in bins
        if each.accuracy is not None and each.mean_confidence is not None
    ) / max(n_rows, 1)


def coverage_curve(confidences: NDArray[np.floating], hits: NDArray[np.bool_]) -> list[Point]:
    """Return the precision of ever larger shares of the rows, the most confident first; rows of equal confidence together."""
    order = np.argsort(-confidences, kind="stable")
    taken = np.arange(1, len(order) + 1)
    precisions = np.cumsum(hits[order]) / taken
    ends = np.flatnonzero(np.append(np.diff(confidences[order]) < 0, np.True_))
    if len(ends) > _MOST_POINTS:
        ends = ends[np.unique(np.linspace(0, len(ends) - 1, _MOST_POINTS).astype(int))]
    return [Point(float(taken[end] / len(order)), float(precisions[end])) for end in ends]
