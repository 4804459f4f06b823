"""诉求类型: what the citizen wants, guessed from the same features as the category."""

from scipy.sparse import csr_matrix

from classifiers.linear import LinearHead
from models.codes import RequestType


def type_head(seed: int) -> LinearHead:
    """Return the untrained head; its labels are values of ``RequestType``."""
    return LinearHead(inverse_regularisation=0.5, seed=seed)


def guess_types(head: LinearHead, features: csr_matrix) -> list[RequestType]:
    """Return the most probable type of each row."""
    return [RequestType(str(value)) for value in head.predict(features)]
