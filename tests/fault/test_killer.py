"""A message that ends the worker each time is found, and alone goes to the dead letters."""

import pytest

from models.message import Topic
from tests.fault.unlucky_worker import SEGMENTATION_FAULT
from tests.services.callers import contact, contacts_of
from tests.services.stack import Stack
from tests.services.stack_fixtures import TOWN
from tests.services.truth import judge

pytestmark = pytest.mark.integration

WORD = "霹雳"


def test_a_message_that_ends_the_worker_is_the_only_dead_letter(running_stack: Stack) -> None:
    """Three ends with its batch, one alone; then it is a dead letter, and whoever came with it has a ticket."""
    stack = running_stack
    stack.wait_until_settled()
    stack.stop("worker-1")
    earlier = len(stack.ends)
    [killer] = stack.accept([contact(f"一声{WORD}，路灯全灭了", name="killer")])
    others = stack.accept(contacts_of(TOWN, 60, seed=41))

    stack.start_module("unlucky-worker", "tests.fault.unlucky_worker", "unlucky-worker", WORD)
    stack.wait_until_settled()
    stack.stop("unlucky-worker")
    stack.start_worker()

    assert stack.fates([killer]) == {killer: "dead"}
    assert "dead" not in stack.fates(others).values()
    assert stack.ends[earlier:] == [("unlucky-worker", SEGMENTATION_FAULT)] * 4
    letters = "SELECT contact_id FROM dead_letters WHERE cause = 'ended_the_worker'"
    assert stack.rows(letters) == [(killer,)]
    [letter] = [one for one in stack.listen([Topic.DEAD_LETTERS]) if str(killer).encode() in one.value]
    assert letter.envelope is not None
    assert letter.envelope["data"]["cause"] == "ended_the_worker"
    assert WORD.encode() not in letter.value
    assert judge(stack).problems == []
