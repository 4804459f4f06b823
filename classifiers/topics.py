"""Topics: how well the words of a text are explained when it is about one category.

A category's head asks what tells it from the others. Whether two clauses are one matter is another question: the lorries of a
building site are told like any lorry, yet a complaint about the site explains them. So each term has, for each category, the
logarithm of how many times likelier it is in requests of that category than anywhere (naive Bayes).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

_SMOOTHING = 1_000.0
"""So many terms as they are anywhere are added to what a category was seen with; 300 to 10,000 do the same."""

_LEAST_TEXTS = 8  # a rarer term tells of no category


class Likelihoods(NamedTuple):
    """What is known of terms and categories.

    ``said`` is by how much a term that was seen in a category speaks for it, beyond one that was not: shape (n_terms,
    n_labels), mostly nothing. ``unsaid`` is what a term speaks for a category in which it was not seen, shape (n_labels,).
    """

    said: csr_matrix
    unsaid: NDArray[np.float32]


class Topics:
    """Explains texts by ``Likelihoods``, which it does not keep."""

    def __init__(self, said: csr_matrix, unsaid: NDArray[np.float32]) -> None:
        self._unsaid = unsaid
        # Half as fast without the table: 11 MB of steps of ``_step``, which become numbers seven times as fast as half
        # precision does, and are finer. Most terms say nothing and share row 0.
        is_known = np.diff(said.indptr) > 0
        self._row_of_term = np.cumsum(is_known) * is_known
        self._step = np.float32(said.data.max(initial=1.0) / np.iinfo(np.int16).max)
        steps = np.rint(said[is_known].toarray() / self._step).astype(np.int16)
        self._table = np.vstack([np.zeros((1, len(unsaid)), np.int16), steps])

    def of(self, features: csr_matrix) -> NDArray[np.float32]:
        """Return how well each category explains each row; shape (n_rows, n_labels).

        A term counts once, however often it stands there: its weight in ``features`` is that of its rarity.
        """
        rows, columns = np.unique(self._row_of_term[features.indices], return_inverse=True)
        once = np.ones(len(columns), np.float32)
        present = csr_matrix((once, columns, features.indptr), shape=(features.shape[0], len(rows)))
        n_terms = np.diff(features.indptr)[:, None].astype(np.float32)
        steps = self._table[rows].astype(np.float32)
        explained: NDArray[np.float32] = (present @ steps) * self._step + n_terms * self._unsaid
        return explained


def learn_topics(features: csr_matrix, labels: Sequence[str], known: NDArray[np.str_]) -> Likelihoods:
    """Learn from texts of one category each; ``known`` are all labels, sorted, in the order of the columns."""
    present = csr_matrix((np.ones(len(features.data), np.float32), features.indices, features.indptr), shape=features.shape)
    n_rows, n_terms = features.shape
    rows = np.arange(n_rows)
    of_label = csr_matrix((np.ones(n_rows, np.float32), (rows, np.searchsorted(known, labels))), shape=(n_rows, len(known)))
    seen = (present.T @ of_label).tocsr()
    texts = np.asarray(present.sum(axis=0)).ravel()
    anywhere = (texts + 0.5) / (texts.sum() + 0.5 * n_terms)
    n_of_label = np.asarray(seen.sum(axis=0)).ravel()
    term = np.repeat(np.arange(n_terms), np.diff(seen.indptr))
    values = np.where(texts[term] < _LEAST_TEXTS, 0, np.log1p(seen.data / (_SMOOTHING * anywhere[term])))
    said = csr_matrix((values.astype(np.float32), seen.indices, seen.indptr), shape=seen.shape)
    said.eliminate_zeros()  # in the arrays of ``seen``, too
    return Likelihoods(said, np.log(_SMOOTHING / (n_of_label + _SMOOTHING)).astype(np.float32))
