"""The head that guesses categories: what tells one from the others, and how likely each is to be told in such words."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.linear import LinearHead
from classifiers.topics import learn_topics

_LIKELIHOOD, _INVERSE_REGULARISATION = 0.1, 0.35
"""How much naive Bayes weighs beside the SVM, and the SVM's ``C``: docs/decisions/0031."""


class CategoryHead(LinearHead):
    """A linear SVM, to whose weights those of naive Bayes are added.

    The SVM weighs words by what they change at the border between two categories; of a word that some twenty rows hold it knows
    little. Naive Bayes knows how often each category holds it and nothing of borders. Their sum (after Wang and Manning 2012)
    is a linear head again, so it costs nothing to ask.
    """

    def __init__(self, inverse_regularisation: float = _INVERSE_REGULARISATION, seed: int = 0) -> None:
        super().__init__(inverse_regularisation, seed)

    def fit(
        self,
        features: csr_matrix,
        labels: Sequence[str] | NDArray[np.str_],
        row_weights: NDArray[np.floating] | None = None,
    ) -> Self:
        """Learn as ``LinearHead`` does, from rows of ``TextFeatures``; ``row_weights`` count for the SVM alone."""
        super().fit(features, labels, row_weights)
        known = learn_topics(features, list(map(str, labels)), self.classes_)
        n_rows, n_terms = features.shape
        # A row holds each term by its rarity, which naive Bayes has counted already.
        rarity = np.log((1 + n_rows) / (1 + np.bincount(features.indices, minlength=n_terms))) + 1
        likelihood = (known.said.toarray() + known.unsaid) / rarity[:, None]
        # Beside the mean of all labels: else a long text would be unlikely by its length, whatever it tells.
        likelihood -= likelihood.mean(axis=1, keepdims=True)
        self.weights_ = np.ascontiguousarray(self.weights_ + _LIKELIHOOD * likelihood, np.float32)
        return self
