"""Words of a running call become one alert, with the product's own processes around a real broker."""

from collections import Counter
from functools import partial

import pytest

from models.contact import call_contact_id
from tests.services.running_calls import EMERGENCY, alerts, all_is_heard, is_warned_of, say
from tests.services.stack import Stack

pytestmark = pytest.mark.integration

NO_EMERGENCY = ("喂我想问一下", "小区的路灯不亮")


def test_a_running_call_is_one_alert(running_stack: Stack) -> None:
    """The word that alarms is cut in two by a breath; the alert says what was said and what to tell the citizen, once."""
    say(running_stack, "gas", *EMERGENCY)
    say(running_stack, "lamp", *NO_EMERGENCY)
    running_stack.until(lambda: all_is_heard(running_stack), "everything heard")
    assert len(alerts(running_stack)) == 1
    say(running_stack, "gas", "燃气味越来越大了", after=2)
    running_stack.until(lambda: all_is_heard(running_stack), "everything heard")

    [alert] = alerts(running_stack)
    assert (alert["call_id"], alert["contact_id"]) == ("gas", str(call_contact_id("gas")))
    assert (alert["word"], alert["words"]) == ("燃气味", "".join(EMERGENCY))
    assert (alert["category"], alert["script"]) == ("A3", running_stack.profile.safety["A3"])
    assert running_stack.differences() == []


def test_listeners_that_are_killed_warn_once(stack: Stack) -> None:
    """Two workers are killed while sixty citizens call for help: each call is one alert, each message was settled once."""
    stack.start_relay()
    stack.start_worker(1)
    stack.start_worker(2)
    calls = [f"call-{number}" for number in range(60)]
    for first in range(0, 60, 10):
        for call_id in calls[first : first + 10]:
            say(stack, call_id, *EMERGENCY)
        stack.until(partial(is_warned_of, stack, calls[first]), "somebody listens")
        stack.kill(f"worker-{first // 10 % 2 + 1}")
    stack.until(lambda: all_is_heard(stack), "everything heard")

    assert Counter(alert["call_id"] for alert in alerts(stack)) == Counter(calls)
    assert len([end for end in stack.ends if end[1] == -9]) == 6
    assert stack.rows("SELECT count(*) FROM dead_letters") == [(0,)]
    assert stack.differences() == []
