"""Training: labelled rows become an artifact, measured on rows it had not seen."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
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
from classifiers.linear import LinearHead, log_loss, softmax
from classifiers.measures import PRECISIONS, accuracy, coverage_at, macro_f1, score_classes, threshold_for
from classifiers.request_type import type_head
from classifiers.rows import LabelledText
from models.errors import Rejected

N_FOLDS = 5
AUTOMATIC_PRECISION = 0.95
REVIEW_PRECISION = 0.85

_LEAST_ROWS_OF_A_BAND = 30
_NOTED_PACKAGES = ("scikit-learn", "numpy", "scipy", "jieba", "opencc")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, the steps done and the steps in all."""


@dataclass(frozen=True, slots=True)
class _Material:
    """Rows in the form that heads learn from; ``types`` holds "" where a row has none."""

    words: Sequence[list[str]]
    labels: NDArray[np.str_]
    types: NDArray[np.str_]
    hints: Sequence[Hint]
    seed: int


def train(
    rows: Sequence[LabelledText],
    *,
    seed: int,
    created_at: datetime,
    hints: Sequence[Hint] = (),
    profile: str | None = None,
    progress: Progress = lambda _what, _done, _total: None,
) -> Artifact:
    """Learn category and type from ``rows`` of any label set; ``hints`` (``hints_of``) lend a profile's words.

    A label of a single text is learned but cannot be measured; the card names it. Rows without a type teach no type; with
    fewer than two types there is no type head.

    Raises:
        Rejected: fewer than two categories, or none with two different texts.
    """
    labels = np.array([row.category for row in rows], dtype=np.str_)
    if len(set(labels)) < 2:
        raise Rejected(f"training needs at least two categories; the {len(rows)} rows have {len(set(labels))}")
    words = _cut(rows, progress)
    folds = deal_folds(list(labels), [" ".join(row) for row in words], n_folds=N_FOLDS, seed=seed)
    if (folds == ALWAYS_SHOWN).all():
        raise Rejected("training needs a category with two different texts at least, to measure itself")
    types = np.array([row.request_type.value if row.request_type else "" for row in rows], dtype=np.str_)
    known = set(labels)
    material = _Material(words, labels, types, [hint for hint in hints if hint[1] in known], seed)
    category_margins, type_margins = _held_out_margins(material, folds, progress)
    pipeline, type_ = _learn(material, np.arange(len(rows)))
    progress("learning", N_FOLDS + 1, N_FOLDS + 1)
    features, category = pipeline["features"], pipeline["head"]
    scores, bands = _calibrate_category(category, category_margins, labels)
    if type_ is not None:
        scores |= _calibrate_type(type_, type_margins, types)
    card = Card(
        version=content_version(features, category, type_),
        created_at=created_at,
        seed=seed,
        profile=profile,
        labels=tuple(map(str, category.classes_)),
        types=() if type_ is None else tuple(map(str, type_.classes_)),
        rows_by_label={str(label): count for label, count in sorted(Counter(labels).items())},
        thin_labels=tuple(sorted(set(map(str, labels)) - set(map(str, labels[folds != ALWAYS_SHOWN])))),
        training_sha256=_hash_of(rows, material.hints),
        packages={name: version(name) for name in _NOTED_PACKAGES},
        split=f"{N_FOLDS} folds, equal texts together, seed {seed}",
        scores=scores,
        bands=bands,
    )
    return Artifact(card, features, category, type_)


def _cut(rows: Sequence[LabelledText], progress: Progress) -> list[list[str]]:
    words = []
    for done, row in enumerate(rows, start=1):
        words.append(words_of(row.text))
        progress("cutting words", done, len(rows))
    return words


def _learn(material: _Material, shown: NDArray[np.int64]) -> tuple[Pipeline, LinearHead | None]:
    """Fit the category pipeline and the type head, if there are types to tell apart, on the rows ``shown``."""
    words = [material.words[row] for row in shown.tolist()]
    pipeline = category_pipeline(material.seed)
    pipeline.fit(
        [*words, *[hint_words for hint_words, _ in material.hints] * HINT_REPEATS],
        [*material.labels[shown], *[label for _, label in material.hints] * HINT_REPEATS],
    )
    types = material.types[shown]
    typed = types != ""
    if len(set(types[typed])) < 2:
        return pipeline, None
    features = pipeline["features"].transform(words)
    return pipeline, type_head(material.seed).fit(features[typed], types[typed])


def _held_out_margins(
    material: _Material, folds: NDArray[np.int64], progress: Progress
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the margins of both heads for each row by a model that was not shown it.

    Shapes (n_rows, n_labels) and (n_rows, n_types); rows of ``ALWAYS_SHOWN`` are NaN.
    """
    categories, types = np.unique(material.labels), np.unique(material.types[material.types != ""])
    category_margins = np.full((len(folds), len(categories)), np.nan, dtype=np.float32)
    type_margins = np.full((len(folds), len(types)), np.nan, dtype=np.float32)
    for fold in range(N_FOLDS):
        held = np.flatnonzero(folds == fold)
        progress("learning", fold, N_FOLDS + 1)
        if not len(held):
            continue
        pipeline, type_ = _learn(material, np.flatnonzero(folds != fold))
        features = pipeline["features"].transform([material.words[row] for row in held.tolist()])
        category_margins[held] = _margins(pipeline["head"], features, categories)
        if type_ is not None:
            type_margins[held] = _margins(type_, features, types)
    return category_margins, type_margins


def _margins(head: LinearHead, features: csr_matrix, labels: NDArray[np.str_]) -> NDArray[np.float32]:
    """Return the head's margins with a column for each of ``labels``; a label that it was not shown is impossible."""
    margins = np.full((features.shape[0], len(labels)), -np.inf, dtype=np.float32)
    margins[:, np.searchsorted(labels, head.classes_)] = head.decision_function(features)
    return margins


def _calibrate_category(
    head: LinearHead, margins: NDArray[np.float32], labels: NDArray[np.str_]
) -> tuple[dict[str, float], MeasuredBands]:
    """Set the head's steepness; return its scores and bands on the held-out rows."""
    measured = ~np.isnan(margins[:, 0])
    margins, labels = margins[measured], labels[measured]
    head.calibrate(margins, labels)
    probabilities = softmax(margins * head.steepness_)
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
    return scores, _bands(confidences, hits, among_three)


def _bands(confidences: NDArray[np.floating], hits: NDArray[np.bool_], among_three: NDArray[np.bool_]) -> MeasuredBands:
    automatic = threshold_for(AUTOMATIC_PRECISION, confidences, hits, _LEAST_ROWS_OF_A_BAND)
    below = confidences < automatic if automatic is not None else np.full(len(hits), fill_value=True)
    review = threshold_for(REVIEW_PRECISION, confidences[below], among_three[below], _LEAST_ROWS_OF_A_BAND)
    return MeasuredBands(automatic, AUTOMATIC_PRECISION, review, REVIEW_PRECISION)


def _calibrate_type(head: LinearHead, margins: NDArray[np.float32], types: NDArray[np.str_]) -> dict[str, float]:
    measured = (types != "") & ~np.isnan(margins).any(axis=1)
    if not measured.any():
        return {}
    head.calibrate(margins[measured], types[measured])
    return {"type_accuracy": accuracy(head.classes_[margins[measured].argmax(axis=1)] == types[measured])}


def _hash_of(rows: Sequence[LabelledText], hints: Sequence[Hint]) -> str:
    """Return the SHA-256 of everything that was learned from, in its order."""
    content = [[asdict(row) for row in rows], hints]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
