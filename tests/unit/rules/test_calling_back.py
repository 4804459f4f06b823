"""At which times of day a citizen is tried again."""

from datetime import datetime, time

import pytest

from dispatcher.rules.calling_back import tried_at_this_time
from models.profile import CallBackRule
from tests.builders import CHINA

RULE = CallBackRule(attempts=3, bands=((time(8), time(12)), (time(12), time(18)), (time(18), time(21, 30))))


def at(day, hour, minute=0):
    """Return a moment of July 2026."""
    return datetime(2026, 7, day, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("now", "earlier", "tried"),
    [
        (at(10, 9), (), False),
        (at(10, 11, 59), (at(10, 8),), True),
        (at(10, 12), (at(10, 8),), False),
        (at(11, 9), (at(10, 8),), True),  # another day, the same time of day
        (at(11, 19), (at(10, 8), at(10, 15)), False),
        (at(11, 22), (at(10, 8), at(10, 15), at(10, 19)), False),
        (at(11, 6), (at(10, 22),), True),  # outside every band is one more
    ],
)
def test_each_attempt_has_a_time_of_day_of_its_own(now, earlier, tried):
    """Morning, afternoon, evening, and whatever is left."""
    assert tried_at_this_time(now, earlier, RULE) is tried


def test_without_bands_any_time_will_do():
    """A city may leave it to its callers-back."""
    assert not tried_at_this_time(at(10, 9), (at(10, 9),), CallBackRule())
