"""Would the checker see a loss? The offset frame is taken out, and it must go red."""

import time
from datetime import timedelta

import pytest

from tests.fault.chaos import Chaos, Flow
from tests.services.callers import contacts_of
from tests.services.stack import Stack
from tests.services.stack_fixtures import TOWN
from tests.services.truth import judge

pytestmark = pytest.mark.integration

QUIET = timedelta(seconds=3)


def test_without_the_offset_frame_the_checker_goes_red(running_stack: Stack) -> None:
    """A worker that trusts Faust's own count loses contacts when connections end mid-batch, and the checker says so.

    Then the product's worker comes back: it goes on from PostgreSQL's offset, finds what was passed over, and all is well.
    """
    stack = running_stack
    stack.wait_until_settled()
    stack.stop("worker-1")
    stack.start_module("plain-worker", "tests.fault.plain_worker", "plain-worker")
    stack.accept(contacts_of(TOWN, 40, seed=111))
    stack.wait_until_settled()
    assert judge(stack).problems == []  # undisturbed, it works: nothing else is wrong with it
    chaos = Chaos(stack, seed=112, victims=())

    with Flow(stack, contacts_of(TOWN, 300, seed=113), per_second=120) as flow:
        while not flow.is_over:
            chaos.rest(timedelta(seconds=0.1), timedelta(seconds=0.4))
            chaos.terminate_connection()
    wait_until_nothing_moves(stack)

    verdict = judge(stack)
    assert chaos.done["connection"] >= 3
    assert verdict.lost > 0
    assert any("without a fate" in problem for problem in verdict.problems)

    stack.stop("plain-worker")
    stack.start_worker()
    stack.wait_until_settled()
    assert judge(stack).problems == []


def wait_until_nothing_moves(stack: Stack) -> None:
    """Wait until no contact has been settled for a while."""
    seen, since = stack.settled(), time.monotonic()

    def nothing_moves() -> bool:
        nonlocal seen, since
        if stack.settled() != seen or stack.unpublished():
            seen, since = stack.settled(), time.monotonic()
        return time.monotonic() - since > QUIET.total_seconds()

    stack.until(nothing_moves, "nothing moves any more")
