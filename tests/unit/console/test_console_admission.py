"""How long an open stream's reader is believed."""

from datetime import timedelta

import pytest

from console.admission import Admission, is_stale
from tests.builders import MONDAY
from tests.fakes import FixedClock


@pytest.mark.parametrize(("passed", "stale"), [(0, False), (14.9, False), (15, True), (3600, True), (-1, True)])
def test_an_answer_is_good_for_fifteen_seconds(passed, stale):
    """A clock that was set back makes it stale too."""
    assert is_stale(MONDAY, MONDAY + timedelta(seconds=passed)) is stale


async def test_the_account_is_asked_once_in_fifteen_seconds():
    """However often something is sent; and once refused, always refused."""
    clock, asked, right = FixedClock(), [], [True]

    async def ask():
        asked.append(clock.now())
        return right[0]

    admission = Admission(ask, clock)
    for _ in range(10):
        assert await admission.holds()
        clock.advance(seconds=5)
    right[0] = False
    clock.advance(seconds=15)

    assert len(asked) == 3
    assert not await admission.holds()
    assert not await admission.holds()
