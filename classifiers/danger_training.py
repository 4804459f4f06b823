"""Learning danger: the head from whole texts and their beginnings, the scale from margins of texts the head had not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from classifiers.danger import Danger, DangerScale, kinds_of
from classifiers.features import TextFeatures
from classifiers.held_out import ALWAYS_SHOWN, deal_folds
from classifiers.linear import LinearHead
from classifiers.urgency import Signs
from models.codes import Urgency

_LEAST_EMERGENCIES = 100  # fewer show nothing of what emergencies have in common
_FOLDS = 5
_REGULARISATION = 0.5

_BEGINNING, _LONG = 12, 18
"""An emergency of more than 18 characters is learned from once more by its first 12: a call is listened to while it goes on.
So are some others, or every short text would sound like one. In folds, 97 % found: ordinary ones taken .057 instead of .061,
by the first 6 characters .61 found instead of .52."""
_OTHER_BEGINNINGS = 0.3  # so much of the long rows that are no emergencies


@dataclass(frozen=True, slots=True, eq=False)
class DangerRows:
    """What danger is learned from, in the order of the rows; an urgency of "" teaches nothing."""

    words: Sequence[list[str]]
    categories: NDArray[np.str_]
    urgencies: NDArray[np.str_]
    signs: Sequence[Signs]


def learn_danger(features: TextFeatures, rows: DangerRows, seed: int) -> tuple[Danger, NDArray[np.float64]] | None:
    """Return what hears danger with each row's probability by a head that was not shown it; NaN where there is none.

    With fewer than 100 emergencies nothing is learned. The weights of terms come from all rows: they know no labels.
    """
    words, urgencies = rows.words, rows.urgencies
    critical = urgencies == Urgency.CRITICAL.value
    if critical.sum() < _LEAST_EMERGENCIES:
        return None
    kinds = kinds_of(rows.categories.tolist(), urgencies.tolist())
    beginnings = _rows_with_beginnings(words, critical, seed)
    material = _Material(
        features.transform(words),
        features.transform([_beginning(words[row]) for row in beginnings.tolist()]),
        kinds,
        beginnings,
        seed,
    )
    folds = deal_folds(kinds.tolist(), [" ".join(each) for each in words], n_folds=_FOLDS, seed=seed)
    folds[urgencies == ""] = ALWAYS_SHOWN
    labelled = np.flatnonzero(urgencies != "")
    head = material.learn(labelled)
    margins = np.full((len(words), len(head.classes_)), np.nan, np.float32)
    for fold in range(_FOLDS):
        held = np.flatnonzero(folds == fold)
        if len(held):
            margins[held] = material.learn(labelled[folds[labelled] != fold]).decision_function(material.texts[held])
    measured = np.flatnonzero(folds != ALWAYS_SHOWN)
    labels, known_signs = head.classes_.tolist(), [rows.signs[row] for row in measured.tolist()]
    scale = DangerScale().fit(margins[measured], labels, known_signs, critical[measured])
    probabilities = np.full(len(words), np.nan)
    probabilities[measured] = scale.of(margins[measured], labels, known_signs)
    return Danger(head, scale), probabilities


@dataclass(frozen=True, slots=True)
class _Material:
    """Rows in the form that the head learns from; ``beginnings`` are those whose beginnings stand in ``begun``."""

    texts: csr_matrix
    begun: csr_matrix
    kinds: NDArray[np.str_]
    beginnings: NDArray[np.intp]
    seed: int

    def learn(self, shown: NDArray[np.intp]) -> LinearHead:
        """Return a head that was shown these rows, with the beginnings among them, and no others."""
        begun = np.flatnonzero(np.isin(self.beginnings, shown))
        features = vstack([self.texts[shown], self.begun[begun]]).tocsr()
        kinds = np.concatenate([self.kinds[shown], self.kinds[self.beginnings[begun]]])
        return LinearHead(_REGULARISATION, self.seed).fit(features, kinds)


def _rows_with_beginnings(words: Sequence[list[str]], critical: NDArray[np.bool_], seed: int) -> NDArray[np.intp]:
    is_long = np.array([sum(map(len, text)) > _LONG for text in words])
    chosen = np.random.default_rng(seed).random(len(words)) < _OTHER_BEGINNINGS
    return np.flatnonzero(is_long & (critical | chosen))


def _beginning(words: Sequence[str]) -> list[str]:
    lengths = np.cumsum([len(word) for word in words])
    return list(words[: int(np.searchsorted(lengths, _BEGINNING)) + 1])
