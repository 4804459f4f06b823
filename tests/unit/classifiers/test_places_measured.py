"""How well places are read on a test set of their own: requests written by hand, spoken and typed, half of them traps."""

import pytest

from bench.places import Scores, is_accepted, measure_places
from models.profile import Profile


@pytest.fixture(scope="module")
def scores(haikou: Profile) -> Scores:
    """What the shipped profile reaches."""
    return measure_places(haikou)


def test_districts_are_told_as_a_dispatcher_would(scores: Scores):
    """The right one, and none where two contradict each other or the place lies elsewhere."""
    assert scores.district_f1 >= 0.98


def test_addresses_are_those_that_a_clerk_would_accept(scores: Scores):
    """The stretches of the citizen's own text that say where, not many characters more."""
    assert scores.addresses >= 0.93


def test_streets_are_told_by_their_proper_names(scores: Scores):
    """Misheard ones too: 白龙男路 is 白龙南路."""
    assert scores.streets >= 0.97


def test_the_measure_itself_knows_good_from_bad():
    """A word too many is forgiven, a missing street is not, and where nothing is wanted nothing may be given."""
    assert is_accepted("国贸路那家店", ["国贸路"], [(0, 6)])
    assert not is_accepted("国贸路和金龙路", ["国贸路", "金龙路"], [(0, 3)])
    assert not is_accepted("我们小区门口", [], [(2, 6)])
    assert is_accepted("我们小区门口", [], [])
