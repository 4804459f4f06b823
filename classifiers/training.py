"""Training: labelled rows become an artifact, measured on rows it had not seen."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.pipeline import Pipeline

from classifiers.artifact import Artifact, Card, MeasuredBands, content_version
from classifiers.category import HINT_REPEATS, Hint, category_pipeline, words_of
from classifiers.held_out import ALWAYS_SHOWN, deal_folds
from classifiers.linear import LinearHead, log_loss
from classifiers.measures import PRECISIONS, accuracy, coverage_at, macro_f1, score_classes, threshold_for
from classifiers.rows import LabelledText
from models.codes import Urgency
from models.errors import Rejected

N_FOLDS = 5
AUTOMATIC_PRECISION = 0.95
REVIEW_PRECISION = 0.85
URGENCY_PRECISION = 0.75
CALM_SHARE = 0.01

_SIDE_REGULARISATION = 0.5  # few labels with many rows each: side heads may follow their rows more closely
_LEAST_ROWS_OF_A_BAND = 20
_LEAST_EMERGENCIES = 100  # fewer cannot show that 1 in 100 is lost
_NOTED_PACKAGES = ("scikit-learn", "numpy", "scipy", "jieba", "opencc")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, the steps done and the steps in all."""


@dataclass(frozen=True, slots=True)
class _Material:
    """Rows in the form that heads learn from; ``sides`` holds "" where a row has no such label."""

    words: Sequence[list[str]]
    labels: NDArray[np.str_]
    sides: Mapping[str, NDArray[np.str_]]
    hints: Sequence[Hint]
    seed: int


@dataclass(frozen=True, slots=True)
class _Margins:
    """Margins of each row by heads that were not shown it, shape (n_rows, n_labels); NaN where there are none."""

    category: NDArray[np.float32]
    sides: Mapping[str, NDArray[np.float32]]


def train(
    rows: Sequence[LabelledText],
    *,
    seed: int,
    created_at: datetime,
    hints: Sequence[Hint] = (),
    profile: str | None = None,
    progress: Progress = lambda _what, _done, _total: None,
) -> Artifact:
    """Learn category, type and urgency from ``rows`` of any label set; ``hints`` (``hints_of``) lend a profile's words.

    A label of a single text is learned but cannot be measured; the card names it. Rows without a type teach no type; with
    fewer than two types there is no type head. The same holds for urgency.

    Raises:
        Rejected: fewer than two categories, or none with two different texts.
    """
    labels = np.array([row.category for row in rows], dtype=np.str_)
    known = set(labels)
    if len(known) < 2:
        raise Rejected(f"training needs at least two categories; the {len(rows)} rows have {len(known)}")
    material = _Material(
        words=_cut(rows, progress),
        labels=labels,
        sides={
            "type": np.array([row.request_type or "" for row in rows], dtype=np.str_),
            "urgency": np.array([row.urgency or "" for row in rows], dtype=np.str_),
        },
        hints=[hint for hint in hints if hint[1] in known],
        seed=seed,
    )
    folds = deal_folds(labels.tolist(), [" ".join(row) for row in material.words], n_folds=N_FOLDS, seed=seed)
    if (folds == ALWAYS_SHOWN).all():
        raise Rejected("training needs a category with two different texts at least, to measure itself")
    margins = _held_out_margins(material, folds, progress)
    pipeline, sides = _learn(material, np.arange(len(rows)))
    progress("learning", N_FOLDS + 1, N_FOLDS + 1)
    scores, bands = _calibrate(pipeline["head"], sides, margins, material)
    card = Card(
        version=content_version(pipeline["features"], pipeline["head"], sides, bands),
        created_at=created_at,
        seed=seed,
        profile=profile,
        labels=tuple(pipeline["head"].classes_.tolist()),
        side_labels={name: tuple(head.classes_.tolist()) for name, head in sides.items()},
        rows_by_label=dict(sorted(Counter(labels.tolist()).items())),
        thin_labels=tuple(sorted(known - set(labels[folds != ALWAYS_SHOWN]))),
        training_sha256=_hash_of(rows, material.hints),
        packages={name: version(name) for name in _NOTED_PACKAGES},
        split=f"{N_FOLDS} folds, equal texts together, seed {seed}",
        scores=scores,
        bands=bands,
    )
    return Artifact(card, pipeline["features"], pipeline["head"], sides)


def _cut(rows: Sequence[LabelledText], progress: Progress) -> list[list[str]]:
    words = []
    for done, row in enumerate(rows, start=1):
        words.append(words_of(row.text))
        progress("cutting words", done, len(rows))
    return words


def _learn(material: _Material, shown: NDArray[np.int64]) -> tuple[Pipeline, dict[str, LinearHead]]:
    """Fit the category pipeline and those side heads that have labels to tell apart, on the rows ``shown``."""
    words = [material.words[row] for row in shown.tolist()]
    pipeline = category_pipeline(material.seed)
    pipeline.fit(
        [*words, *[hint_words for hint_words, _ in material.hints] * HINT_REPEATS],
        [*material.labels[shown], *[label for _, label in material.hints] * HINT_REPEATS],
    )
    features = pipeline["features"].transform(words)
    sides = {}
    for name, labels in material.sides.items():
        labelled = labels[shown] != ""
        if len(set(labels[shown][labelled])) > 1:
            sides[name] = LinearHead(_SIDE_REGULARISATION, material.seed).fit(features[labelled], labels[shown][labelled])
    return pipeline, sides


def _held_out_margins(material: _Material, folds: NDArray[np.int64], progress: Progress) -> _Margins:
    """Learn once for each fold without it."""
    known = {name: np.unique(labels[labels != ""]) for name, labels in material.sides.items()}
    categories = np.unique(material.labels)
    margins = _Margins(
        np.full((len(folds), len(categories)), np.nan, np.float32),
        {name: np.full((len(folds), len(labels)), np.nan, np.float32) for name, labels in known.items()},
    )
    for fold in range(N_FOLDS):
        progress("learning", fold, N_FOLDS + 1)
        held = np.flatnonzero(folds == fold)
        if not len(held):
            continue
        pipeline, sides = _learn(material, np.flatnonzero(folds != fold))
        features = pipeline["features"].transform([material.words[row] for row in held.tolist()])
        margins.category[held] = _margins(pipeline["head"], features, categories)
        for name, head in sides.items():
            margins.sides[name][held] = _margins(head, features, known[name])
    return margins


def _margins(head: LinearHead, features: csr_matrix, labels: NDArray[np.str_]) -> NDArray[np.float32]:
    """Return the head's margins with a column for each of ``labels``; a label that it was not shown is impossible."""
    margins = np.full((features.shape[0], len(labels)), -np.inf, np.float32)
    margins[:, np.searchsorted(labels, head.classes_)] = head.decision_function(features)
    return margins


def _calibrate(
    category: LinearHead, sides: Mapping[str, LinearHead], margins: _Margins, material: _Material
) -> tuple[dict[str, float], MeasuredBands]:
    """Set the steepness of all heads; return scores and bands on the held-out rows."""
    scores, (automatic, review) = _calibrate_category(category, margins.category, material.labels)
    critical = urgent = calm = None
    for name, head in sides.items():
        labels = material.sides[name]
        measured = (labels != "") & ~np.isnan(margins.sides[name]).any(axis=1)
        if not measured.any():
            continue
        labels, side_margins = labels[measured], margins.sides[name][measured]
        head.calibrate(side_margins, labels)
        scores[f"{name}_accuracy"] = accuracy(head.classes_[side_margins.argmax(axis=1)] == labels)
        if name == "urgency":
            probabilities = head.probabilities(side_margins)
            critical = _urgency_threshold(head, probabilities, labels, Urgency.CRITICAL)
            urgent = _urgency_threshold(head, probabilities, labels, Urgency.URGENT)
            calm = _calm_below(head, probabilities, labels)
    return scores, MeasuredBands(
        automatic, AUTOMATIC_PRECISION, review, REVIEW_PRECISION, critical, urgent, URGENCY_PRECISION, calm
    )


def _calm_below(head: LinearHead, probabilities: NDArray[np.float32], labels: NDArray[np.str_]) -> float | None:
    emergencies = labels == Urgency.CRITICAL.value
    if emergencies.sum() < _LEAST_EMERGENCIES:
        return None
    column = head.classes_.tolist().index(Urgency.CRITICAL.value)
    return float(np.quantile(probabilities[emergencies, column], CALM_SHARE))


def _urgency_threshold(
    head: LinearHead, probabilities: NDArray[np.float32], labels: NDArray[np.str_], least: Urgency
) -> float | None:
    at_least = probabilities[:, head.classes_ >= least.value].sum(axis=1)
    return threshold_for(URGENCY_PRECISION, at_least, labels >= least.value, _LEAST_ROWS_OF_A_BAND)


def _calibrate_category(
    head: LinearHead, margins: NDArray[np.float32], labels: NDArray[np.str_]
) -> tuple[dict[str, float], tuple[float | None, float | None]]:
    """Set the head's steepness; return its scores and the bands ``automatic`` and ``review``."""
    measured = ~np.isnan(margins).any(axis=1)
    margins, labels = margins[measured], labels[measured]
    probabilities = head.calibrate(margins, labels).probabilities(margins)
    wanted = np.searchsorted(head.classes_, labels)
    ranked = np.argsort(-probabilities, axis=1)[:, :3]
    confidences, hits = probabilities.max(axis=1), ranked[:, 0] == wanted
    among_three = (ranked == wanted[:, None]).any(axis=1)
    scores = {
        "rows": float(len(labels)),
        "accuracy": accuracy(hits),
        "top3_accuracy": accuracy(among_three),
        "macro_f1": macro_f1(score_classes(labels.tolist(), head.classes_[ranked[:, 0]].tolist())),
        "log_loss": log_loss(probabilities, wanted),
        "mean_confidence": float(confidences.mean()),
    }
    scores |= {f"coverage_at_{precision:.2f}": coverage_at(precision, confidences, hits) for precision in PRECISIONS}
    automatic = threshold_for(AUTOMATIC_PRECISION, confidences, hits, _LEAST_ROWS_OF_A_BAND)
    if automatic is None:  # no band ends where none begins
        return scores, (None, None)
    below = confidences < automatic
    review = threshold_for(REVIEW_PRECISION, confidences[below], among_three[below], _LEAST_ROWS_OF_A_BAND)
    return scores, (automatic, review)


def _hash_of(rows: Sequence[LabelledText], hints: Sequence[Hint]) -> str:
    """Return the SHA-256 of everything that was learned from, in its order."""
    content = [[asdict(row) for row in rows], hints]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
