"""Training: labelled rows become an artifact, measured on rows it had not seen."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.pipeline import Pipeline

from classifiers.artifact import Artifact, Card, signed
from classifiers.background import NO_BACKGROUND, Background
from classifiers.calibration import Margins, Truth, calibrate, sure_danger_from
from classifiers.category import Hint, words_of
from classifiers.courtesies import read_told
from classifiers.danger import Danger
from classifiers.danger_training import DangerRows, learn_danger
from classifiers.features import TextFeatures
from classifiers.held_out import ALWAYS_SHOWN, deal_folds
from classifiers.linear import LinearHead
from classifiers.normalise import normalise
from classifiers.pipeline import category_pipeline
from classifiers.request_type import learn_types
from classifiers.rows import LabelledText
from classifiers.split_lessons import SplitLessons
from classifiers.split_training import learn_to_split
from classifiers.urgency import Signs, UrgencyReader
from classifiers.words import fastest_cutter
from models.codes import Urgency
from models.errors import Rejected
from models.example import ExampleContact

_BEGINNING, _LONG = 40, 60
"""A text of more than 60 characters is learned from once more by its first 40: what is known early in a call. Measured on
the seven labels of the Taidi contest: the first 40 characters alone .785 instead of .768, whole raw texts .905 and .899."""

_SIDE_REGULARISATION = 0.5  # few labels with many rows each: side heads may follow their rows more closely
N_FOLDS = 5
_ENOUGH_UNSEEN = 500
"""So many unseen rows are enough to measure and calibrate on; fewer are left to those who compare models."""

_NOTED_PACKAGES = ("scikit-learn", "numpy", "scipy", "jieba", "opencc")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, the steps done and the steps in all."""


@dataclass(frozen=True, slots=True)
class _Material:
    """Rows in the form that heads learn from."""

    words: Sequence[list[str]]
    truth: Truth
    hints: Sequence[Hint]
    type_hints: Sequence[Hint]
    seed: int


def train(
    rows: Sequence[LabelledText],
    *,
    seed: int,
    created_at: datetime,
    unseen: Sequence[LabelledText] = (),
    background: Background = NO_BACKGROUND,
    lessons: SplitLessons | None = None,
    progress: Progress = lambda _what, _done, _total: None,
) -> Artifact:
    """Learn category, type and urgency from ``rows`` of any label set, with the ``background`` that a profile lends.

    Splitting is learned from ``lessons``; without enough of them the model splits no contact. Their requests teach categories,
    too, but no types, which splitting asks about.

    The model is measured on the rows ``unseen``, from which it never learns, if there are enough of them; otherwise on
    ``rows``, in folds: each by a model that was not shown it. A label of a single text is learned but cannot be measured in
    folds; the card names it. Rows without a type teach no type; with fewer than two types there is no type head. The same
    holds for urgency.

    Raises:
        Rejected: fewer than two categories, or none with two different texts.
    """
    known = {row.category for row in rows}
    if len(known) < 2:
        raise Rejected(f"training needs at least two categories; the {len(rows)} rows have {len(known)}")
    told = [] if lessons is None else [request for request in lessons.requests() if request.category in known]
    taught = [*rows, *told]
    truth = Truth.of(taught)
    known_types = set(truth.sides["type"].tolist())
    material = _Material(
        _cut(taught, background.local_words, progress),
        truth,
        [hint for hint in background.hints if hint[1] in known],
        [hint for hint in background.type_hints if hint[1] in known_types],
        seed,
    )
    measured = [row for row in unseen if row.category in known]
    pipeline, sides = _learn(material, np.arange(len(taught)))
    if len(measured) >= _ENOUGH_UNSEEN:
        progress("measuring", 0, 1)
        margins = _unseen_margins(pipeline, sides, truth, _cut(measured, background.local_words, progress))
        thin, split, truth = known - {row.category for row in measured}, "rows that were kept apart", Truth.of(measured)
    else:
        folds = deal_folds(truth.labels.tolist(), [" ".join(each) for each in material.words], n_folds=N_FOLDS, seed=seed)
        if (folds == ALWAYS_SHOWN).all():
            raise Rejected("training needs a category with two different texts at least, to measure itself")
        margins = _held_out_margins(material, folds, progress)
        thin = known - set(truth.labels[folds != ALWAYS_SHOWN].tolist())
        split = f"{N_FOLDS} folds, equal texts together, seed {seed}"
    progress("learning", N_FOLDS + 1, N_FOLDS + 1)
    features, category = pipeline["features"], pipeline["head"]
    danger, sure_from = _learn_danger(features, material, _signs_of(rows, background.urgency))
    confidence, scores, bands = calibrate(category, sides, margins, truth)
    bands = replace(bands, critical=sure_from)
    splitting = None
    if lessons is not None:
        progress("learning to split", 0, 1)
        splitting = learn_to_split(
            lessons,
            rows,
            features=features,
            category=category,
            request_type=sides.get("type"),
            seed=seed,
            cut_han=fastest_cutter(background.local_words),
        )
    card = Card(
        version="",
        created_at=created_at,
        seed=seed,
        profile=background.profile,
        labels=tuple(category.classes_.tolist()),
        side_labels={name: tuple(head.classes_.tolist()) for name, head in sides.items()},
        rows_by_label=dict(sorted(Counter(row.category for row in taught).items())),
        thin_labels=tuple(sorted(thin)),
        training_sha256=_hash_of(rows, [*material.hints, *material.type_hints], () if lessons is None else lessons.examples),
        packages={name: version(name) for name in _NOTED_PACKAGES},
        split=split,
        scores=scores,
        bands=bands,
    )
    return signed(Artifact(card, features, category, sides, confidence, danger, background.local_words, splitting))


def _cut(rows: Sequence[LabelledText], local_words: tuple[str, ...], progress: Progress) -> list[list[str]]:
    words = []
    for done, row in enumerate(rows, start=1):
        words.append(words_of(row.text, local_words))
        progress("cutting words", done, len(rows))
    return words


def _learn(material: _Material, shown: NDArray[np.int64]) -> tuple[Pipeline, dict[str, LinearHead]]:
    """Fit the category pipeline and those side heads that have labels to tell apart, on the rows ``shown``."""
    words = [material.words[row] for row in shown.tolist()]
    labels = material.truth.labels[shown].tolist()
    beginnings = [(_beginning(text), label) for text, label in zip(words, labels, strict=True) if sum(map(len, text)) > _LONG]
    more = [*beginnings, *material.hints]
    pipeline = category_pipeline(material.seed)
    pipeline.fit([*words, *[text for text, _ in more]], [*labels, *[label for _, label in more]])
    features = pipeline["features"].transform(words)
    sides = {}
    for name, side_labels in material.truth.sides.items():
        labelled = side_labels[shown] != ""
        taught = side_labels[shown][labelled]
        if len(set(taught)) < 2:
            continue
        if name == "type":
            lengths = np.array([sum(map(len, text)) for text in words])[labelled]
            phrases = pipeline["features"].transform([text for text, _ in material.type_hints])
            kinds = [kind for _, kind in material.type_hints]
            sides[name] = learn_types(features[labelled], taught, lengths, hints=phrases, hint_labels=kinds, seed=material.seed)
        else:
            sides[name] = LinearHead(_SIDE_REGULARISATION, material.seed).fit(features[labelled], taught)
    return pipeline, sides


def _signs_of(rows: Sequence[LabelledText], urgency: UrgencyReader | None) -> list[Signs]:
    texts = [normalise(row.text).text for row in rows]
    told = [read_told(text) for text in texts]
    if urgency is None:
        return [Signs(characters=end - start) for start, end, _ in told]
    return [urgency.read(text[start:], (), end - start)[1] for text, (start, end, _) in zip(texts, told, strict=True)]


def _learn_danger(features: TextFeatures, material: _Material, signs: Sequence[Signs]) -> tuple[Danger | None, float | None]:
    """Return what hears danger, if there is enough to learn from, with the probability from which it is sure.

    The rows that teach it are the first ones, those of which the ``signs`` are known.
    """
    n_rows, truth = len(signs), material.truth
    urgencies = truth.sides["urgency"][:n_rows]
    rows = DangerRows(material.words[:n_rows], truth.labels[:n_rows], urgencies, signs)
    learned = learn_danger(features, rows, material.seed)
    if learned is None:
        return None, None
    danger, probabilities = learned
    return danger, sure_danger_from(probabilities, urgencies == Urgency.CRITICAL.value)


def _beginning(words: Sequence[str]) -> list[str]:
    lengths = np.cumsum([len(word) for word in words])
    return list(words[: int(np.searchsorted(lengths, _BEGINNING)) + 1])


def _unseen_margins(pipeline: Pipeline, sides: Mapping[str, LinearHead], truth: Truth, words: Sequence[list[str]]) -> Margins:
    features, unknown_shares = pipeline["features"].look_up(words)
    known = {name: np.unique(labels[labels != ""]) for name, labels in truth.sides.items()}
    return Margins(
        _margins(pipeline["head"], features, np.unique(truth.labels)),
        {name: _margins(head, features, known[name]) for name, head in sides.items()},
        unknown_shares,
    )


def _held_out_margins(material: _Material, folds: NDArray[np.int64], progress: Progress) -> Margins:
    """Learn once for each fold without it."""
    truth = material.truth
    known = {name: np.unique(labels[labels != ""]) for name, labels in truth.sides.items()}
    categories = np.unique(truth.labels)
    margins = Margins.unknown(len(truth.labels), categories, known)
    for fold in range(N_FOLDS):
        progress("learning", fold, N_FOLDS + 1)
        held = np.flatnonzero(folds == fold)
        if not len(held):
            continue
        pipeline, sides = _learn(material, np.flatnonzero(folds != fold))
        features, unknown_shares = pipeline["features"].look_up([material.words[row] for row in held.tolist()])
        margins.unknown_shares[held] = unknown_shares
        margins.category[held] = _margins(pipeline["head"], features, categories)
        for name, head in sides.items():
            margins.sides[name][held] = _margins(head, features, known[name])
    return margins


def _margins(head: LinearHead, features: csr_matrix, labels: NDArray[np.str_]) -> NDArray[np.float32]:
    """Return the head's margins with a column for each of ``labels``; a label that it was not shown is impossible."""
    margins = np.full((features.shape[0], len(labels)), -np.inf, np.float32)
    margins[:, np.searchsorted(labels, head.classes_)] = head.decision_function(features)
    return margins


def _hash_of(rows: Sequence[LabelledText], hints: Sequence[Hint], examples: Sequence[ExampleContact]) -> str:
    """Return the SHA-256 of everything that was learned from, in its order."""
    content = [[asdict(row) for row in rows], hints, [asdict(example) for example in examples]]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
