"""Danger: how likely a request tells of an emergency, weighed from its words and from what the lexicon found in it.

Two steps. A linear head hears the kinds of danger one by one (a fire, a threat, a child in the water), because what they have
in common is little. A logistic regression then weighs its margins with the lexicon's findings and the length of the text.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import expit

from classifiers.linear import LinearHead
from classifiers.urgency import Signs
from models.codes import Urgency

_OWN_KIND_FROM = 40
"""A category with so many emergencies is a kind of danger of its own; the others are heard together."""

_OF = ":"  # stands in a kind's name between the urgency and the category

SHARPNESS = 4.0  # margins of a linear SVM on TF-IDF lie within one or two of each other
_SHORT = 15  # characters: what is heard of a call when it has just begun, or a message of few words


class DangerScale:
    """Weighs the margins of the kinds of danger with the lexicon's signs and the length.

    The signs are few on purpose. The lexicon was written by people who had read the training part: whatever more the scale is
    told of it, it trusts too much. Counts of words, pairs and calming words gained one emergency in a hundred in folds and
    none on the test part.

    Attributes set by ``fit`` or ``restore``:
        weights_: of the inputs, in the order of ``_inputs``; shape (n_inputs,).
        intercept_: a number.
    """

    def fit(
        self, margins: NDArray[np.floating], labels: Sequence[str], signs: Sequence[Signs], critical: NDArray[np.bool_]
    ) -> Self:
        """Learn from held-out ``margins``, shape (n_rows, n_labels), with columns as in ``labels``, and who is ``critical``."""
        inputs = _inputs(margins, labels, signs)
        means, spreads = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a process that works never learns

        machine = LogisticRegression(max_iter=3000).fit((inputs - means) / spreads, critical)
        weights = machine.coef_[0] / spreads
        return self.restore(weights, float(machine.intercept_[0] - means @ weights))

    def restore(self, weights: NDArray[np.floating], intercept: float) -> Self:
        """Take over what an earlier ``fit`` learned."""
        self.weights_, self.intercept_ = weights, intercept
        return self

    def of(self, margins: NDArray[np.floating], labels: Sequence[str], signs: Sequence[Signs]) -> NDArray[np.float64]:
        """Return the probability that each row tells of an emergency; shape (n_rows,)."""
        return np.asarray(expit(_inputs(margins, labels, signs) @ self.weights_ + self.intercept_))


@dataclass(frozen=True, eq=False)
class Danger:
    """What hears the kinds of danger, with what weighs them. The head's labels are those of ``kinds_of``."""

    head: LinearHead
    scale: DangerScale

    @cached_property
    def categories(self) -> frozenset[str]:
        """The categories whose emergencies are a kind of danger of their own: they have many."""
        named = (str(label).partition(_OF) for label in self.head.classes_)
        return frozenset(code for urgency, _, code in named if urgency == Urgency.CRITICAL.value and code)

    def probabilities(self, features: csr_matrix, signs: Sequence[Signs]) -> NDArray[np.float64]:
        """Return the probability that each row of ``features`` tells of an emergency; shape (n_rows,)."""
        return self.scale.of(self.head.decision_function(features), self.head.classes_.tolist(), signs)


def kinds_of(categories: Sequence[str], urgencies: Sequence[str]) -> NDArray[np.str_]:
    """Return what each row is to the head: its urgency, of an emergency in a dangerous category with the category's code."""
    critical = Urgency.CRITICAL.value
    counts = Counter(code for code, urgency in zip(categories, urgencies, strict=True) if urgency == critical)
    return np.array(
        [
            f"{urgency}{_OF}{code}" if urgency == critical and counts[code] >= _OWN_KIND_FROM else urgency
            for code, urgency in zip(categories, urgencies, strict=True)
        ]
    )


def _inputs(margins: NDArray[np.floating], labels: Sequence[str], signs: Sequence[Signs]) -> NDArray[np.float64]:
    """Return, row by row: the margins, the loudest danger, the signs but the length, and the length in four ways."""
    kinds = [column for column, label in enumerate(labels) if label.startswith(Urgency.CRITICAL.value)]
    loudest = np.logaddexp.reduce(SHARPNESS * margins[:, kinds], axis=1)
    counts = np.array(signs, np.float64).reshape(len(signs), len(Signs._fields))
    found, characters = counts[:, :-1], counts[:, -1]
    length = np.log1p(characters)
    return np.column_stack([margins, loudest, found, length, length * length, length * loudest, characters < _SHORT])
