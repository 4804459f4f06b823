"""Topics: how well the words of a text are explained when it is about one category.

A category's head asks what tells it from the others. Whether two clauses are one matter is another question: the lorries of a
building site are told like any lorry, yet a complaint about the site explains them. So each term has, for each category, the
logarithm of how many times likelier it is in requests of that category than anywhere (naive Bayes).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

_SMOOTHING = 1_000.0
"""So many terms as they are anywhere are added to what a category was seen with; 300 to 10,000 do the same."""

_LEAST_TEXTS = 5  # a rarer term tells of no category


@dataclass(frozen=True, slots=True, eq=False)
class Topics:
    """What is known of terms and categories.

    ``said`` is by how much a term that was seen in a category speaks for it, beyond one that was not; shape (n_terms,
    n_labels), mostly nothing. ``unsaid`` is what a term speaks for a category in which it was not seen; shape (n_labels,).
    """

    said: csr_matrix
    unsaid: NDArray[np.float32]

    def of(self, counts: csr_matrix) -> NDArray[np.float32]:
        """Return how well each category explains each row of counted terms; shape (n_rows, n_labels). Rows add up."""
        n_terms = np.asarray(counts.sum(axis=1), np.float32)
        # What is said of the batch's own terms is dense enough: a product of two sparse matrices took six times as long.
        terms, columns = np.unique(counts.indices, return_inverse=True)
        compact = csr_matrix((counts.data, columns, counts.indptr), shape=(counts.shape[0], len(terms)))
        explained: NDArray[np.float32] = compact @ self._dense(terms) + n_terms * self.unsaid
        return explained

    def _dense(self, terms: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return what is said of ``terms``, shape (n, n_labels)."""
        starts = self.said.indptr[terms]
        sizes = self.said.indptr[terms + 1] - starts
        begins = np.cumsum(sizes) - sizes
        places = np.arange(sizes.sum()) + np.repeat(starts - begins, sizes)
        dense = np.zeros((len(terms), len(self.unsaid)), np.float32)
        dense[np.repeat(np.arange(len(terms)), sizes), self.said.indices[places]] = self.said.data[places]
        return dense


def learn_topics(features: csr_matrix, labels: Sequence[str], known: NDArray[np.str_]) -> Topics:
    """Learn from texts of one category each; ``known`` are all labels, sorted, in the order of the columns."""
    present = present_in(features)
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
    return Topics(said, np.log(_SMOOTHING / (n_of_label + _SMOOTHING)).astype(np.float32))


def present_in(features: csr_matrix) -> csr_matrix:
    """Return a 1 for each term of each row, however often it stands there."""
    return csr_matrix((np.ones(len(features.data), np.float32), features.indices, features.indptr), shape=features.shape)
