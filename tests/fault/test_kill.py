"""The kill test: whatever is killed whenever, each accepted contact has one fate and each ticket one place on its stream."""

from datetime import timedelta

import pytest

from tests.fault.chaos import Chaos, Flow
from tests.services.callers import contacts_of, repeated
from tests.services.stack import Stack
from tests.services.truth import judge

pytestmark = pytest.mark.integration

VICTIMS = ("worker-1", "worker-2", "relay-1")


def survive(stack: Stack, *, contacts: int, per_second: int, kills: int, seed: int, within: timedelta) -> None:
    """Kill two workers, the relay and connections while contacts flow; then compare everything with everything."""
    submissions = contacts_of("shouguang", contacts, seed=seed)
    stack.start_relay()
    stack.start_worker(1)
    stack.start_worker(2)
    stack.accept(submissions[:10])
    stack.wait_until_settled()
    chaos = Chaos(stack, seed=seed, victims=VICTIMS)

    with Flow(stack, submissions[10:], per_second=per_second) as flow:
        while chaos.kills() < kills or not flow.is_over:
            chaos.rest(timedelta(seconds=0.3), timedelta(seconds=2.5))
            chaos.strike()
    stack.wait_until_settled(within=within)

    verdict = judge(stack)
    print(f"{chaos.done} ends {stack.ends} {verdict}")  # noqa: T201 - shown when the test fails
    assert verdict.problems == []
    assert (verdict.lost, verdict.doubled) == (0, 0)
    assert verdict.fates["ticketed"] + repeated(submissions) == contacts
    assert chaos.kills() >= kills
    assert chaos.done["connection"] > 0
    unexpected = [(name, code) for name, code in stack.ends if code not in (-9, 75)]
    assert unexpected == []


def test_kills_neither_lose_nor_double_a_ticket(stack: Stack) -> None:
    """Two thousand contacts flow while workers, relay and connections are killed, seven processes at least."""
    survive(stack, contacts=2000, per_second=160, kills=7, seed=12345, within=timedelta(seconds=120))


@pytest.mark.long
def test_many_kills_neither_lose_nor_double_a_ticket(stack: Stack) -> None:
    """Twenty thousand contacts, and at least twenty-five kills of processes."""
    survive(stack, contacts=20_000, per_second=250, kills=25, seed=2026, within=timedelta(minutes=5))
