"""Topics: whether one category explains what is said."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from classifiers.topics import Topics, learn_topics

LABELS = np.array(["building", "parking"])
NOISE, DUST, LORRY, CAR = range(4)


def rows(*texts: tuple[int, ...]) -> csr_matrix:
    """Return the features of texts that hold these terms."""
    return csr_matrix([[0.5 if term in text else 0.0 for term in range(4)] for text in texts])


@pytest.fixture
def topics() -> Topics:
    """Lorries are told of building sites and of parking, cars of parking alone; each text often enough to count."""
    texts = [(NOISE, DUST, LORRY), (NOISE, DUST), (CAR, LORRY), (CAR,)]
    labels = ["building", "building", "parking", "parking"]
    return Topics(*learn_topics(rows(*texts * 10), labels * 10, LABELS))


def test_a_category_explains_what_its_requests_tell(topics: Topics):
    """A term that it never had speaks against it."""
    [noise, car] = topics.of(rows((NOISE,), (CAR,)))

    assert noise[0] > 0 > noise[1]
    assert car[1] > 0 > car[0]


def test_what_several_categories_tell_needs_none_of_its_own(topics: Topics):
    """Noise and a lorry are one matter: the site explains the lorry as well as parking does. Noise and a car are two."""
    noise, lorry, car = topics.of(rows((NOISE,), (LORRY,), (CAR,)))

    def apart(left: np.ndarray, right: np.ndarray) -> float:
        return float(left.max() + right.max() - (left + right).max())

    assert apart(noise, lorry) < apart(noise, car)
    assert apart(noise, lorry) == pytest.approx(0, abs=0.05)


def test_how_often_a_term_stands_does_not_matter(topics: Topics):
    """The features' weights are those of rarity; here each term counts once."""
    [once] = topics.of(rows((NOISE, CAR)))
    [often] = topics.of(rows((NOISE, CAR)) * 3)

    assert np.array_equal(once, often)


def test_rows_add_up(topics: Topics):
    """So a side of a cut is the sum of its clauses."""
    both, left, right = topics.of(rows((NOISE, LORRY), (NOISE,), (LORRY,)))

    assert both == pytest.approx(left + right)


def test_a_rare_term_tells_of_no_category():
    """It was told by few, whoever they were."""
    few = learn_topics(rows((NOISE,), (CAR,)), ["building", "parking"], LABELS)

    assert few.said.nnz == 0
    assert Topics(*few).of(rows((NOISE,))).ravel() == pytest.approx(few.unsaid)
