"""Confusion: which labels a model takes for which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of rows by what they are (row of the matrix) and what they were taken for (column), both by ``labels``."""

    labels: tuple[str, ...]
    counts: NDArray[np.int64]

    def grouped(self, group_of: Mapping[str, str]) -> "Confusion":
        """Return the confusion between groups of labels, the groups in the order of their first labels."""
        groups = tuple(dict.fromkeys(group_of[label] for label in self.labels))
        numbers = np.array([groups.index(group_of[label]) for label in self.labels])
        counts = np.zeros((len(groups), len(groups)), dtype=np.int64)
        np.add.at(counts, (numbers[:, None], numbers[None, :]), self.counts)
        return Confusion(groups, counts)

    def within(self, labels: Sequence[str]) -> NDArray[np.int64]:
        """Return the counts of some labels among each other, with a last column for all that was taken for another one."""
        numbers = [self.labels.index(label) for label in labels]
        among = self.counts[np.ix_(numbers, numbers)]
        elsewhere = self.counts[numbers].sum(axis=1) - among.sum(axis=1)
        return np.column_stack([among, elsewhere])


@dataclass(frozen=True, slots=True)
class Pair:
    """``rows`` of ``truth`` that were taken for ``guess``: their numbers, the most confident mistake first.

    ``share`` is their part of all rows of ``truth``.
    """

    truth: str
    guess: str
    rows: tuple[int, ...]
    share: float


def confusion_of(wanted: Sequence[str], guessed: Sequence[str]) -> Confusion:
    """Return the confusion over all labels that occur on either side, sorted."""
    labels, numbers = np.unique([*wanted, *guessed], return_inverse=True)
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(counts, (numbers[: len(wanted)], numbers[len(wanted) :]), 1)
    return Confusion(tuple(labels.tolist()), counts)


def worst_pairs(wanted: Sequence[str], guessed: Sequence[str], confidences: NDArray[np.floating], most: int) -> list[Pair]:
    """Return the ``most`` pairs with the most mistakes; of equals the one that takes the larger share of its truth."""
    rows: dict[tuple[str, str], list[int]] = {}
    for row in np.argsort(-confidences, kind="stable").tolist():
        if wanted[row] != guessed[row]:
            rows.setdefault((wanted[row], guessed[row]), []).append(row)
    support = dict(zip(*np.unique(wanted, return_counts=True), strict=True))
    pairs = [Pair(truth, guess, tuple(found), len(found) / int(support[truth])) for (truth, guess), found in rows.items()]
    return sorted(pairs, key=lambda pair: (-len(pair.rows), -pair.share, pair.truth, pair.guess))[:most]
