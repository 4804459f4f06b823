"""Tickets that release 0.1.0 left behind: their deadlines do not say what they were counted from."""

from dataclasses import replace

import pytest

from models.codes import Stage, TicketState
from models.command import CommandKind
from models.deadline import DeadlineResult
from models.errors import Rejected
from tests.unit.workflow.office import Office

_K = CommandKind


@pytest.fixture
async def office():
    """An office whose ticket is handled, with rows as release 0.1.0 wrote them."""
    office = Office()
    await office.reach(TicketState.HANDLING)
    deadlines = office.store.tables.deadlines
    for key, stored in deadlines.items():
        deadlines[key] = replace(stored, deadline=replace(stored.deadline, allowance=None))
    return office


@pytest.mark.parametrize("kind", [_K.REQUEST_EXTENSION, _K.PAUSE])
async def test_what_cannot_be_counted_again_is_not_moved(office, kind):
    """It is refused with the reason, instead of failing when the timers or a judge come to it."""
    with pytest.raises(Rejected, match="cannot be counted again"):
        await office.act(kind)


async def test_more_urgency_leaves_it_as_it_is(office):
    """The ticket is urgent from now on, its old days stay."""
    await office.act(_K.CHANGE_URGENCY)

    assert office.due(Stage.RESOLVE) == "05-25 23:59"


async def test_the_rest_of_its_life_is_as_usual(office):
    """Cards, misses, reply and review."""
    await office.timers(days=9)
    await office.act(_K.REPLY)
    await office.act(_K.PASS_REVIEW)

    assert ("U-LAMP", "红牌", "05-26") in office.notices()
    assert office.clock_of(Stage.RESOLVE).result is DeadlineResult.MISSED


async def test_what_was_closed_without_a_window_is_rated_at_any_time():
    """Release 0.1.0 closed tickets without one; their citizens keep their right to rate."""
    office = Office()
    await office.reach(TicketState.CLOSED)
    deadlines = office.store.tables.deadlines
    for key in [key for key in deadlines if key[1] is Stage.RATING_WINDOW]:
        del deadlines[key]
    office.clock.advance(days=100)

    assert (await office.act(_K.RATE)).state is TicketState.CLOSED
