"""Learning danger: the head from whole texts and excerpts of them, the scale from margins of texts the head had not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from classifiers.danger import SHARPNESS, Danger, DangerScale, kinds_of
from classifiers.features import TextFeatures
from classifiers.held_out import ALWAYS_SHOWN, deal_folds
from classifiers.linear import LinearHead
from classifiers.urgency import Signs
from models.codes import Urgency

_LEAST_EMERGENCIES = 100  # fewer show nothing of what emergencies have in common
_FOLDS = 5
_REGULARISATION = 0.25

_EXCERPT, _STEP, _MOST_EXCERPTS = 20, 10, 12
"""An emergency is learned from once more by excerpts of 20 characters, each beginning 10 after the one before: one clause is
often all that tells of it, and a call is listened to while it goes on."""

_TELLING = 0.5
"""The share of an emergency's excerpts that is learned from, those that sound most like it to a head that knows whole texts:
我在美兰区 begins many a call for help and tells of none. Measured in folds, 3 % of the ordinary requests taken: .926 of the
emergencies found instead of .909 with all excerpts; of those in texts of 80 characters and more .857 instead of .829."""
_LONG = 24  # characters; a shorter text is its own excerpt
_OTHERS = 0.1  # the share of other rows that are cut up too, or every short text would sound like an emergency


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
    cut, excerpts = _excerpts(words, critical, seed)
    whole = _Material(features.transform(words), features.transform(excerpts), kinds, cut, seed)
    labelled = np.flatnonzero(urgencies != "")
    material = whole.telling(critical, labelled)
    folds = deal_folds(kinds.tolist(), [" ".join(each) for each in words], n_folds=_FOLDS, seed=seed)
    folds[urgencies == ""] = ALWAYS_SHOWN
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
    """Rows in the form that the head learns from; ``cut`` tells of which row each of the ``excerpts`` is."""

    texts: csr_matrix
    excerpts: csr_matrix
    kinds: NDArray[np.str_]
    cut: NDArray[np.intp]
    seed: int

    def learn(self, shown: NDArray[np.intp]) -> LinearHead:
        """Return a head that was shown these rows, with the excerpts from them, and no others."""
        excerpts = np.flatnonzero(np.isin(self.cut, shown))
        features = vstack([self.texts[shown], self.excerpts[excerpts]]).tocsr()
        kinds = np.concatenate([self.kinds[shown], self.kinds[self.cut[excerpts]]])
        return LinearHead(_REGULARISATION, self.seed).fit(features, kinds)

    def telling(self, critical: NDArray[np.bool_], labelled: NDArray[np.intp]) -> "_Material":
        """Return the rows with those excerpts of each emergency that tell most of it, and all excerpts of the others."""
        head = LinearHead(_REGULARISATION, self.seed).fit(self.texts[labelled], self.kinds[labelled])
        is_danger = np.char.startswith(head.classes_, Urgency.CRITICAL.value)
        margins = SHARPNESS * head.decision_function(self.excerpts)
        odds = np.logaddexp.reduce(margins[:, is_danger], axis=1) - np.logaddexp.reduce(margins[:, ~is_danger], axis=1)
        order = np.lexsort((-odds, self.cut))
        rows, starts, counts = np.unique(self.cut[order], return_index=True, return_counts=True)
        rank = np.empty(len(order), np.intp)
        rank[order] = np.arange(len(order)) - np.repeat(starts, counts)
        most = np.where(critical[rows], np.ceil(counts * _TELLING), counts)
        kept = np.flatnonzero(rank < most[np.searchsorted(rows, self.cut)])
        return replace(self, excerpts=self.excerpts[kept], cut=self.cut[kept])


def _excerpts(words: Sequence[list[str]], critical: NDArray[np.bool_], seed: int) -> tuple[NDArray[np.intp], list[list[str]]]:
    """Return the row of each excerpt, and the excerpts."""
    chosen = critical | (np.random.default_rng(seed).random(len(words)) < _OTHERS)
    cut, excerpts = [], []
    for row in np.flatnonzero(chosen).tolist():
        ends = np.cumsum([0, *(len(word) for word in words[row])])
        if ends[-1] <= _LONG:
            continue
        for start in range(0, ends[-1] - _EXCERPT + _STEP, _STEP)[:_MOST_EXCERPTS]:
            first, last = np.searchsorted(ends, [start, start + _EXCERPT])
            cut.append(row)
            excerpts.append(words[row][first:last])
    return np.array(cut, np.intp), excerpts
