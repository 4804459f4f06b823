"""Calibration: margins of held-out rows become probabilities, scores and bands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from classifiers.artifact import MeasuredBands
from classifiers.confidence import LEAST_ROWS, Confidence, cross_confidences
from classifiers.linear import LinearHead, log_loss
from classifiers.measures import PRECISIONS, accuracy, coverage_at, macro_f1, score_classes, threshold_for
from classifiers.rows import LabelledText
from classifiers.strangeness import strange_above
from models.codes import Urgency

AUTOMATIC_PRECISION = 0.95
REVIEW_PRECISION = 0.85
URGENCY_PRECISION = 0.75
EMERGENCY_PRECISION = 0.9
"""What is surely an emergency is sent without a person. One row in seven of the corpus is one, but hardly one call in fifty,
so units go out in vain more often than this share says: with .85 for one ordinary request of a stranger's in 34, with .9 for
one in 45."""

_LEAST_ROWS_OF_A_BAND = 20


@dataclass(frozen=True, slots=True)
class Truth:
    """What rows are labelled with; ``sides`` and ``alternatives`` hold "" where a row has no such label."""

    labels: NDArray[np.str_]
    alternatives: NDArray[np.str_]
    sides: Mapping[str, NDArray[np.str_]]

    @classmethod
    def of(cls, rows: Sequence[LabelledText]) -> Self:
        """Return the labels of ``rows`` as arrays."""
        return cls(
            np.array([row.category for row in rows], dtype=np.str_),
            np.array([row.alternative or "" for row in rows], dtype=np.str_),
            {
                "type": np.array([row.request_type or "" for row in rows], dtype=np.str_),
                "urgency": np.array([row.urgency or "" for row in rows], dtype=np.str_),
            },
        )


@dataclass(frozen=True, slots=True)
class Margins:
    """Margins of each row by heads that were not shown it, shape (n_rows, n_labels); NaN where there are none.

    ``unknown_shares`` are the shares of a row's terms that those heads' features do not know, shape (n_rows,).
    """

    category: NDArray[np.float32]
    sides: Mapping[str, NDArray[np.float32]]
    unknown_shares: NDArray[np.float32]

    @classmethod
    def unknown(cls, n_rows: int, categories: NDArray[np.str_], sides: Mapping[str, NDArray[np.str_]]) -> Self:
        """Return margins of which none is known yet."""
        return cls(
            np.full((n_rows, len(categories)), np.nan, np.float32),
            {name: np.full((n_rows, len(labels)), np.nan, np.float32) for name, labels in sides.items()},
            np.full(n_rows, np.nan, np.float32),
        )


def calibrate(
    category: LinearHead, sides: Mapping[str, LinearHead], margins: Margins, truth: Truth
) -> tuple[Confidence | None, dict[str, float], MeasuredBands]:
    """Set the steepness of all heads; return what tells how sure a first guess is, and scores and bands of held-out rows."""
    confidence, scores, (automatic, review) = _calibrate_category(category, margins.category, truth)
    urgent = None
    for name, head in sides.items():
        labels = truth.sides[name]
        measured = (labels != "") & ~np.isnan(margins.sides[name]).any(axis=1)
        if not measured.any():
            continue
        labels, side_margins = labels[measured], margins.sides[name][measured]
        head.calibrate(side_margins, labels)
        scores[f"{name}_accuracy"] = accuracy(head.classes_[side_margins.argmax(axis=1)] == labels)
        if name == "urgency":
            probabilities = head.probabilities(side_margins)
            urgent = _urgent_from(head, probabilities, labels)
    bands = MeasuredBands(
        automatic=automatic,
        automatic_precision=AUTOMATIC_PRECISION,
        review=review,
        review_precision=REVIEW_PRECISION,
        critical=None,
        urgent=urgent,
        urgency_precision=URGENCY_PRECISION,
        strange=_strange_above(margins),
    )
    return confidence, scores, bands


def _strange_above(margins: Margins) -> float | None:
    measured = ~np.isnan(margins.unknown_shares)
    if measured.sum() < LEAST_ROWS:
        return None
    return strange_above(margins.category[measured], margins.unknown_shares[measured])


def _urgent_from(head: LinearHead, probabilities: NDArray[np.float32], labels: NDArray[np.str_]) -> float | None:
    least = Urgency.URGENT.value
    return threshold_for(
        URGENCY_PRECISION, probabilities[:, head.classes_ >= least].sum(axis=1), labels >= least, _LEAST_ROWS_OF_A_BAND
    )


def sure_danger_from(probabilities: NDArray[np.float64], critical: NDArray[np.bool_]) -> float | None:
    """Return the probability of an emergency from which it is right often enough; NaN stands where none was measured."""
    measured = ~np.isnan(probabilities)
    return threshold_for(EMERGENCY_PRECISION, probabilities[measured], critical[measured], _LEAST_ROWS_OF_A_BAND)


def _calibrate_category(
    head: LinearHead, margins: NDArray[np.float32], truth: Truth
) -> tuple[Confidence | None, dict[str, float], tuple[float | None, float | None]]:
    """Set the head's steepness; return the confidence, the scores and the bands ``automatic`` and ``review``.

    A guess is right for the bands, and in the scores that begin with ``accepted``, when it is the row's category or its
    alternative: nobody would correct such a dispatch.
    """
    measured = ~np.isnan(margins).any(axis=1)
    margins, labels, alternatives = margins[measured], truth.labels[measured], truth.alternatives[measured]
    probabilities = head.calibrate(margins, labels).probabilities(margins)
    ranked = head.classes_[np.argsort(-probabilities, axis=1)[:, :3]]
    strict, accepted = ranked == labels[:, None], (ranked == labels[:, None]) | (ranked == alternatives[:, None])
    hits = accepted[:, 0]
    confidence, confidences = None, probabilities.max(axis=1)
    if len(hits) >= LEAST_ROWS and 0 < hits.sum() < len(hits):
        confidence, confidences = Confidence().fit(margins, hits), cross_confidences(margins, hits)
    scores = {
        "rows": float(len(labels)),
        "accuracy": accuracy(strict[:, 0]),
        "top3_accuracy": accuracy(strict.any(axis=1)),
        "accepted_accuracy": accuracy(hits),
        "accepted_top3_accuracy": accuracy(accepted.any(axis=1)),
        "macro_f1": macro_f1(score_classes(labels.tolist(), ranked[:, 0].tolist())),
        "log_loss": log_loss(probabilities, np.searchsorted(head.classes_, labels)),
        "mean_confidence": float(confidences.mean()),
    }
    scores |= {f"coverage_at_{precision:.2f}": coverage_at(precision, confidences, hits) for precision in PRECISIONS}
    automatic = threshold_for(AUTOMATIC_PRECISION, confidences, hits, _LEAST_ROWS_OF_A_BAND)
    if automatic is None:  # no band ends where none begins
        return confidence, scores, (None, None)
    below = confidences < automatic
    among_three = accepted.any(axis=1)
    review = threshold_for(REVIEW_PRECISION, confidences[below], among_three[below], _LEAST_ROWS_OF_A_BAND)
    return confidence, scores, (automatic, review)
