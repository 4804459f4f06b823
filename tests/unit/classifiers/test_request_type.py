"""The type head learns from letters most, and from phrases."""

import numpy as np
from scipy.sparse import csr_matrix

from classifiers.request_type import guess_types, learn_types, type_hints_of
from models.codes import RequestType

NOTHING = csr_matrix((0, 2), dtype=np.float32)
ONE_PHRASE = csr_matrix(np.array([[1, 0]], np.float32))


def test_a_letter_counts_for_several_short_messages():
    """Where a phrase means two things, it means what letters mean by it."""
    features = csr_matrix(np.array([[1, 0]] * 3 + [[0, 1]], np.float32))
    labels = np.array([RequestType.HELP.value] * 2 + [RequestType.COMPLAINT.value] * 2)

    alike, letter = (
        learn_types(features, labels, np.array([20, 20, length, 20]), hints=NOTHING, hint_labels=[], seed=1)
        for length in (20, 300)
    )

    assert guess_types(alike, ONE_PHRASE) == [RequestType.HELP]
    assert guess_types(letter, ONE_PHRASE) == [RequestType.COMPLAINT]


def test_phrases_are_taught_a_few_at_a_time():
    """Each row of phrases carries the code of its type."""
    hints = type_hints_of({RequestType.HELP: ("恳请", "求助", "通融", "体谅"), RequestType.PRAISE: ("锦旗",)})

    assert hints == [
        (["恳请", "求助", "通融"], RequestType.HELP.value),
        (["体谅"], RequestType.HELP.value),
        (["锦旗"], RequestType.PRAISE.value),
    ]
