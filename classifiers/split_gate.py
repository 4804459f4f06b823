"""The gate of splitting: which texts are worth a closer look, seen cheaply, since most hold one request."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.joints import PUNCTUATION, Joints, Mark
from classifiers.linear import LinearHead

N_GLANCES, N_MARKS = 6, 14

_COUNTED = np.array([Mark.STOP, Mark.HALT, Mark.ASK, Mark.PAUSE], np.int64)
_ANYWHERE = np.array(
    [*(Mark.ANOTHER, Mark.BESIDES, Mark.ALSO, Mark.THEN, Mark.ITEM), *(Mark.FIRST, Mark.SEVERAL, Mark.SINGLE)], np.int64
)


def glances(
    said: NDArray[np.floating],
    features: csr_matrix,
    margins: NDArray[np.floating],
    category: LinearHead,
    level1: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Return what is seen of texts without reading them again, shape (n_texts, N_GLANCES).

    ``said`` is what their terms say, shape (n_texts,); ``margins`` are those of ``category``. Two requests make a text long
    and its category doubtful, the more so its level-1 group (``level1``: see ``clauses.Sense``).
    """
    groups = np.sort(category.probabilities(margins) @ level1, axis=1)[:, -2:]
    best = np.sort(np.partition(margins, -2, axis=1)[:, -2:], axis=1)
    size = np.log1p(np.diff(features.indptr))
    return np.column_stack([said, size, best[:, 1], best[:, 1] - best[:, 0], groups[:, 1], groups[:, 0]]).astype(np.float64)


def marks_seen(joints: Sequence[Joints]) -> NDArray[np.float64]:
    """Return what the joints of texts tell, shape (n_texts, N_MARKS): how many of each punctuation, which cues there are."""
    number = np.repeat(np.arange(len(joints)), [len(each.cuts) for each in joints])
    marks = np.array([mark for each in joints for _, _, mark in each.cuts], np.int64)
    marks_of_text = np.array([each.marks for each in joints], np.int64)
    counts = np.zeros((len(joints), len(_COUNTED)))
    np.add.at(counts, number, marks[:, None] & _COUNTED != 0)
    n_joints = np.bincount(number, minlength=len(joints))
    return np.column_stack(
        [np.log1p(counts), marks_of_text[:, None] & _ANYWHERE != 0, marks_of_text & PUNCTUATION == 0, np.log1p(n_joints)]
    )
