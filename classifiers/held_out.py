"""Held-out rows: which rows a model is not shown, so that it can be measured on them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ALWAYS_SHOWN = -1
"""The fold of rows that are learned from and never measured on."""


def deal_folds(labels: Sequence[str], texts: Sequence[str], *, n_folds: int, seed: int) -> NDArray[np.int64]:
    """Return each row's fold, 0 to ``n_folds - 1``; ``ALWAYS_SHOWN`` where a label has but one text.

    A label's texts are dealt out evenly. Rows of the same text stay together, also under different labels: a twin among
    the shown rows would be an answer known beforehand.
    """
    chance = np.random.default_rng(seed)
    folds = np.full(len(labels), ALWAYS_SHOWN, dtype=np.int64)
    dealt = 0
    for texts_of_label in _rows_by_label_and_text(labels, texts):
        groups = list(texts_of_label.values())
        if len(groups) < 2:
            continue
        for position in chance.permutation(len(groups)):
            folds[groups[position]] = dealt % n_folds
            dealt += 1
    return folds


def _rows_by_label_and_text(labels: Sequence[str], texts: Sequence[str]) -> list[dict[str, list[int]]]:
    """Return the row numbers of each text, label by label; a text belongs to the label it came with first."""
    first_label: dict[str, str] = {}
    rows: dict[str, dict[str, list[int]]] = {}
    for row, (label, text) in enumerate(zip(labels, texts, strict=True)):
        rows.setdefault(first_label.setdefault(text, label), {}).setdefault(text, []).append(row)
    return [rows[label] for label in sorted(rows)]
