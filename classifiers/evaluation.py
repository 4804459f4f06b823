"""Evaluation: how good an artifact is on labelled rows that it did not learn from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.artifact import Artifact
from classifiers.batches import in_batches
from classifiers.category import words_of
from classifiers.measures import PRECISIONS, ClassScore, accuracy, coverage_at, macro_f1, score_classes
from classifiers.noise import asr_noise, first_characters, traditional
from classifiers.rows import LabelledText
from models.errors import Rejected

VARIANTS: dict[str, Callable[[str], str]] = {
    "traditional": traditional,
    "asr_noise": asr_noise,
    "first_40": first_characters,
}

_BATCH = 500

Progress = Callable[[str, int, int], None]
"""Called with the variant, the rows done and the rows in all."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """What a model makes of some texts.

    ``labels``: the best three of each, best first, shape (n_texts, 3), or fewer columns where there are fewer labels.
    ``confidences``: the first one's probability. ``types``: the type's value; None where the model guesses no types.
    """

    labels: NDArray[np.str_]
    confidences: NDArray[np.float32]
    types: NDArray[np.str_] | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Shares from 0 to 1. ``macro_f1`` is the mean over the labels that occur in the rows.

    ``coverage_at_precision`` is the largest share of rows, most confident first, that are right with that precision.
    ``type_accuracy`` is None unless the model guesses types and the rows have them. ``guesses`` are those of the rows as
    written.
    """

    model_version: str
    rows: int
    accuracy: float
    macro_f1: float
    top3_accuracy: float
    type_accuracy: float | None
    per_class: dict[str, ClassScore]
    coverage_at_precision: dict[str, float]
    variants: dict[str, dict[str, float]]
    guesses: Guesses = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the scores ready for JSON."""
        fields = asdict(self)
        del fields["guesses"]
        return fields


def evaluate(
    artifact: Artifact,
    rows: Sequence[LabelledText],
    *,
    progress: Progress = lambda _what, _done, _total: None,
) -> Evaluation:
    """Measure on ``rows`` as they are and in each variant. A row whose label the model does not know counts as wrong.

    Raises:
        Rejected: there are no rows.
    """
    if not rows:
        raise Rejected("there are no rows to measure on")
    wanted = np.array([row.category for row in rows], dtype=np.str_)
    plain = guess(artifact, [row.text for row in rows], lambda done: progress("as written", done, len(rows)))
    variants = {}
    for name, change in VARIANTS.items():
        changed = (change(row.text) for row in rows)
        guessed = guess(artifact, changed, lambda done, name=name: progress(name, done, len(rows)))  # type: ignore[misc]
        variants[name] = {
            "accuracy": accuracy(guessed.labels[:, 0] == wanted),
            "macro_f1": macro_f1(score_classes(wanted.tolist(), guessed.labels[:, 0].tolist())),
        }
    hits = plain.labels[:, 0] == wanted
    per_class = score_classes(wanted.tolist(), plain.labels[:, 0].tolist())
    return Evaluation(
        model_version=artifact.card.version,
        rows=len(rows),
        accuracy=accuracy(hits),
        macro_f1=macro_f1(per_class),
        top3_accuracy=accuracy((plain.labels == wanted[:, None]).any(axis=1)),
        type_accuracy=_type_accuracy(plain.types, rows),
        per_class=per_class,
        coverage_at_precision={f"{precision:.2f}": coverage_at(precision, plain.confidences, hits) for precision in PRECISIONS},
        variants=variants,
        guesses=plain,
    )


def guess(artifact: Artifact, texts: Iterable[str], progress: Callable[[int], None] = lambda _done: None) -> Guesses:
    """Return the model's guesses of ``texts`` (at least one); ``progress`` is called with the texts done."""
    labels, confidences, types = [], [], []
    head = artifact.sides.get("type")
    done = 0
    for batch in in_batches(texts, _BATCH):
        features = artifact.features.transform([words_of(text, artifact.local_words) for text in batch])
        probabilities = artifact.probabilities(artifact.category.decision_function(features))
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, :3]
        labels.append(artifact.category.classes_[best])
        confidences.append(probabilities.max(axis=1))
        if head is not None:
            types.append(head.predict(features))
        done += len(batch)
        progress(done)
    return Guesses(np.concatenate(labels), np.concatenate(confidences), np.concatenate(types) if types else None)


def _type_accuracy(guessed: NDArray[np.str_] | None, rows: Sequence[LabelledText]) -> float | None:
    if guessed is None:
        return None
    wanted = np.array([row.request_type or "" for row in rows], dtype=np.str_)
    typed = wanted != ""
    return accuracy((guessed == wanted)[typed]) if typed.any() else None
