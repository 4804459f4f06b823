"""The rates of the telephone queue, counted by hand (domain.md B.1)."""

from datetime import timedelta

import pytest

from dispatcher.rules.call_rates import CountedCall, call_rates
from models.codes import CallResult
from tests.builders import MONDAY


def a_call(result, *, at=0, menu=5, waited=10, **changes):
    """A call ``at`` minutes after nine: ``menu`` seconds in the voice menu, then ``waited`` seconds for a person."""
    began = MONDAY + timedelta(minutes=at)
    queued = None if result is CallResult.ABANDONED_IVR else began + timedelta(seconds=menu)
    end = (queued or began) + timedelta(seconds=waited)
    answered = end if result is CallResult.ANSWERED else None
    return CountedCall(result, began, queued, answered, end, **changes)


def values(*calls):
    """The rates by their codes."""
    return {rate.code: rate.value for rate in call_rates(calls)}


def test_a_morning_of_six_calls():
    """Two answered after 10 and 30 s, two given up in the queue, one of them at once, one in the menu, one called back."""
    found = values(
        a_call(CallResult.ANSWERED, waited=10),
        a_call(CallResult.ANSWERED, at=10, waited=30),
        a_call(CallResult.ABANDONED_QUEUE, at=20, waited=50, listed=True, called_back_in_time=True),
        a_call(CallResult.ABANDONED_QUEUE, at=30, waited=3, listed=True),
        a_call(CallResult.ABANDONED_IVR, at=40),
    )

    assert found == {
        "M04": 2 / 4,
        "M04a": 2 / 5,
        "M04b": 2 / 3,
        "M04c": 2 / 4,
        "M05": 20,
        "M05a": 25,
        "M06": 1 / 2,
        "M06a": 1 / 4,
        "M07": 2 / 4,
        "M08": 1 / 2,
    }


def test_the_worst_day_counts():
    """A bad night among good days: of any 24 hours the worst, however few its calls."""
    good = [a_call(CallResult.ANSWERED, at=day * 1440) for day in range(3)]
    bad = a_call(CallResult.ABANDONED_QUEUE, at=3 * 1440 + 5)

    assert values(*good, bad)["M04c"] == pytest.approx(0)
    assert values(*good, bad)["M04"] == pytest.approx(3 / 4)


def test_without_calls_there_is_no_rate():
    """Nothing counted is no 100 %."""
    assert set(values().values()) == {None}
