"""Waiting for a condition with an end to it."""

import time
from collections.abc import Callable
from datetime import timedelta

_LOOK_AGAIN_AFTER = 0.03  # seconds; short beside any start or stop, long beside the look itself


def came_true(condition: Callable[[], bool], *, within: timedelta) -> bool:
    """Ask until ``condition`` holds; return False when the time is up. It is asked at least once."""
    until = time.monotonic() + within.total_seconds()
    while not condition():
        if time.monotonic() >= until:
            return False
        time.sleep(_LOOK_AGAIN_AFTER)
    return True
