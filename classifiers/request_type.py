"""诉求类型: what the citizen wants."""

from collections.abc import Mapping, Sequence

from scipy.sparse import csr_matrix

from classifiers.linear import LinearHead
from models.codes import RequestType
from models.profile import Category

UNKNOWN = RequestType.HELP
"""The type of a request about which nothing is known: help is what a hotline gives."""


def guess_types(head: LinearHead, features: csr_matrix) -> list[RequestType]:
    """Return the most probable type of each row; ``head`` learned values of ``RequestType``."""
    return [RequestType(value) for value in head.predict(features).tolist()]


def usual_types(category_codes: Sequence[str], categories: Mapping[str, Category]) -> list[RequestType]:
    """Return the type that is usual for each category, where no head has learned types."""
    return [categories[code].default_type if code in categories else UNKNOWN for code in category_codes]
