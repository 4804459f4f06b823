"""诉求类型: what the citizen wants."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from classifiers.batches import in_batches
from classifiers.category import Hint, words_of
from classifiers.linear import LinearHead
from models.codes import RequestType
from models.profile import Category

UNKNOWN = RequestType.HELP
"""The type of a request about which nothing is known: help is what a hotline gives."""

_INVERSE_REGULARISATION = 0.5  # few labels with many rows each: the head may follow its rows more closely

_LETTER, _LETTER_WEIGHT = 80, 4.0
"""A text of more than 80 characters counts for four. Letters are where people argue, and few of the rows are letters.
Measured in five folds of the training part: types of texts of more than 100 characters .839 right, with the phrases and
the weight .863; of all texts .810 and .815; of 657 real letters .668 and .705."""

_PHRASES_OF_A_HINT, _HINT_WEIGHT = 3, 2.0


def type_hints_of(phrases: Mapping[RequestType, Sequence[str]], local_words: tuple[str, ...] = ()) -> list[Hint]:
    """Return short texts, as words, for each type: a few of the ``phrases`` in which people say what they want.

    The head leans on them where its examples lack a phrase; they are learned from, never measured on.
    """
    return [
        (words_of("，".join(some), local_words), kind.value)
        for kind, known in phrases.items()
        for some in in_batches(known, _PHRASES_OF_A_HINT)
    ]


def learn_types(
    features: csr_matrix,
    labels: NDArray[np.str_],
    lengths: NDArray[np.int64],
    *,
    hints: csr_matrix,
    hint_labels: Sequence[str],
    seed: int,
) -> LinearHead:
    """Return a head that learned values of ``RequestType`` from rows of ``lengths`` characters, and from the hints' rows."""
    weights = np.where(lengths > _LETTER, _LETTER_WEIGHT, 1.0)
    return LinearHead(_INVERSE_REGULARISATION, seed).fit(
        vstack([features, hints]).tocsr(),
        np.concatenate([labels, np.asarray(hint_labels, np.str_)]),
        np.concatenate([weights, np.full(hints.shape[0], _HINT_WEIGHT)]),
    )


def guess_types(head: LinearHead, features: csr_matrix) -> list[RequestType]:
    """Return the most probable type of each row; ``head`` learned values of ``RequestType``."""
    return [RequestType(value) for value in head.predict(features).tolist()]


def usual_types(category_codes: Sequence[str], categories: Mapping[str, Category]) -> list[RequestType]:
    """Return the type that is usual for each category, where no head has learned types."""
    return [categories[code].default_type if code in categories else UNKNOWN for code in category_codes]
