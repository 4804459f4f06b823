"""退单: a unit gives a ticket back, and the hotline decides (domain.md A.2, A.8.6)."""

from datetime import timedelta

import pytest

from models.codes import DispatchMode, NoticeKind, ReturnReason, Stage, TicketState
from models.command import CommandKind
from models.deadline import DeadlineResult
from models.errors import NotFound, Rejected
from models.ticket import EventKind
from tests.builders import LAMPS, MONDAY, OPERATOR, WATER
from tests.unit.workflow.office import DISPATCHER, EAST, Office

TO_WATER = {"transfer_to": "U-WATER"}


@pytest.fixture
def office():
    """An office with an empty store."""
    return Office()


async def returned_and_transferred(office):
    """A ticket that the lamps rightly gave back after three hours, and that the water company has now."""
    await office.reach(TicketState.DISPATCHED)
    office.clock.advance(hours=1)
    await office.act(CommandKind.RETURN)
    office.clock.advance(hours=2)
    return await office.act(CommandKind.ACCEPT_RETURN, DISPATCHER, TO_WATER)


@pytest.mark.parametrize("reason", ReturnReason)
async def test_each_reason_with_a_basis_is_a_request(office, reason):
    """R1 to R7; reason and basis stand in the audit."""
    await office.reach(TicketState.SIGNED)
    await office.act(CommandKind.RETURN, LAMPS, {"reason": reason.value, "basis": "三定方案"})

    assert office.last_event.data == {"unit": "U-LAMP", "reason": reason.value, "basis": "三定方案"}
    assert office.ticket.lead_unit == "U-LAMP"


async def test_a_ticket_may_be_returned_while_the_window_is_open(office):
    """One working day from the dispatch of Monday: until the end of Tuesday, and not a moment longer."""
    await office.reach(TicketState.DISPATCHED)
    assert office.due(Stage.RETURN) == "05-19 23:59"
    await office.timers(days=2)

    with pytest.raises(Rejected, match="could be returned until 2026-05-19"):
        await office.act(CommandKind.RETURN)


async def test_who_lets_the_window_pass_has_missed_nothing(office):
    """To return a ticket is no duty: nobody is counted as late because it was kept."""
    await office.reach(TicketState.SIGNED)
    await office.timers(days=2)

    assert office.clock_of(Stage.RETURN).result is None
    assert office.store.count("hotline_deadline_total", "U-LAMP", "return", "missed") == 0


async def test_the_units_clocks_run_while_the_hotline_decides(office):
    """A request that is rejected after two hours has not stopped anything: the signature was due meanwhile."""
    await office.reach(TicketState.DISPATCHED)
    await office.act(CommandKind.RETURN)
    await office.timers(hours=3)
    await office.act(CommandKind.REJECT_RETURN)

    assert office.clock_of(Stage.SIGN).result is DeadlineResult.MISSED


async def test_a_rejected_return_counts_as_a_signature(office):
    """The ticket is the unit's: signed now, with the clock of the first contact running (domain.md A.2)."""
    await office.reach(TicketState.DISPATCHED)
    await office.act(CommandKind.RETURN)
    office.clock.advance(hours=1)
    ticket = await office.act(CommandKind.REJECT_RETURN)

    assert (ticket.state, ticket.lead_unit, ticket.accepted_returns) == (TicketState.SIGNED, "U-LAMP", 0)
    assert office.clock_of(Stage.SIGN).done_at == office.clock.now()
    assert office.clock_of(Stage.FIRST_CONTACT).deadline.start == office.clock.now()
    (row,) = office.store.tables.assignments
    assert {"signed", "returned", "rejected"} <= set(row.moments)
    assert office.store.count("hotline_returns_total", "U-LAMP", "rejected") == 1


async def test_the_signature_that_was_there_stays_after_a_rejected_return(office):
    """A return of a signed ticket leaves the moment of signing as it was, and starts no second clock."""
    await office.reach(TicketState.SIGNED)
    office.clock.advance(hours=1)
    await office.act(CommandKind.RETURN)
    await office.act(CommandKind.REJECT_RETURN)

    assert office.clock_of(Stage.SIGN).done_at == MONDAY
    assert office.clock_of(Stage.FIRST_CONTACT).number == 1
    assert office.store.count("hotline_deadline_total", "U-LAMP", "sign", "met") == 1


async def test_a_rejected_unit_may_ask_again_while_the_window_is_open(office):
    """With better reasons; each decision is counted."""
    await office.reach(TicketState.DISPATCHED)
    for _ in range(2):
        await office.act(CommandKind.RETURN)
        await office.act(CommandKind.REJECT_RETURN)

    assert office.store.count("hotline_returns_total", "U-LAMP", "rejected") == 2


@pytest.mark.parametrize("kind", [CommandKind.ACCEPT_RETURN, CommandKind.REJECT_RETURN])
@pytest.mark.parametrize(("hours", "result"), [(5, DeadlineResult.MET), (48, DeadlineResult.MISSED)])
async def test_the_hotline_has_a_day_to_decide(office, kind, hours, result):
    """退单审核 is the hotline's own deadline, from the request to the decision."""
    await office.reach(TicketState.RETURN_REQUESTED)
    await office.timers(hours=hours)
    await office.act(kind)

    assert office.clock_of(Stage.RETURN_REVIEW, None).result is result
    assert office.store.count("hotline_deadline_total", "hotline", "return_review", result.value) == 1


class TestAccepted:
    """准退."""

    async def test_without_another_unit_a_person_decides_anew(self, office):
        """The ticket waits again, led by nobody, and remembers that it came back."""
        await office.reach(TicketState.RETURN_REQUESTED)
        ticket = await office.act(CommandKind.ACCEPT_RETURN)

        assert (ticket.state, ticket.lead_unit, ticket.accepted_returns) == (TicketState.PENDING, None, 1)
        assert office.holds() == []
        assert office.store.count("hotline_returns_total", "U-LAMP", "accepted") == 1

    async def test_nobody_judges_the_unit_that_was_rightly_rid_of_it(self, office):
        """What was not due yet ends without a result, and no card comes to it later."""
        await office.reach(TicketState.RETURN_REQUESTED)
        await office.act(CommandKind.ACCEPT_RETURN)
        await office.timers(days=30)

        of_lamps = [one for one in office.store.tables.deadlines.values() if one.deadline.unit_code == "U-LAMP"]
        assert {one.result for one in of_lamps} == {DeadlineResult.VOID}
        assert office.notices() == []

    async def test_what_was_missed_before_stays_missed_and_rings_no_more(self, office):
        """The signature was late before the return; the unit gets no card for a ticket that is not its own any more."""
        await office.reach(TicketState.DISPATCHED)
        await office.timers(hours=3)
        await office.act(CommandKind.RETURN)
        await office.act(CommandKind.ACCEPT_RETURN)
        await office.timers(days=30)

        assert office.clock_of(Stage.SIGN).result is DeadlineResult.MISSED
        assert office.store.count("hotline_deadline_total", "U-LAMP", "sign", "missed") == 1
        assert office.notices() == []

    async def test_whether_the_timers_looked_makes_no_difference(self, office):
        """A signature that was due before the return was accepted is missed, also where no timer had noticed."""
        await office.reach(TicketState.DISPATCHED)
        await office.act(CommandKind.RETURN)
        office.clock.advance(hours=3)
        await office.act(CommandKind.ACCEPT_RETURN)

        assert office.clock_of(Stage.SIGN).result is DeadlineResult.MISSED
        assert office.store.count("hotline_deadline_total", "U-LAMP", "sign", "missed") == 1

    async def test_a_transfer_is_the_new_units_to_sign(self, office):
        """It is on the new unit's stream, as a transfer, and the new unit is told so; the old one cannot even see it act."""
        ticket = await returned_and_transferred(office)

        assert (ticket.state, ticket.lead_unit) == (TicketState.DISPATCHED, "U-WATER")
        assert office.holds() == [("U-WATER", "lead")]
        assert office.store.tables.assignments[-1].assignment.mode is DispatchMode.TRANSFER
        items = [message.unit_code for message in office.store.messages if message.kind == "dispatch.item"]
        assert items == ["U-LAMP", "U-WATER"]
        assert office.notices() == [("U-WATER", "改派", "05-18")]
        assert office.store.count("hotline_dispatched_total", "U-WATER", "transfer") == 1
        assert (await office.act(CommandKind.SIGN, WATER)).state is TicketState.SIGNED

    async def test_the_new_units_clocks_start_fresh_and_the_promise_stays(self, office):
        """Three hours later: the new unit has its whole time; to the citizen nothing has changed (domain.md 0.9)."""
        await returned_and_transferred(office)

        assert office.clock_of(Stage.SIGN, "U-WATER").deadline.due == MONDAY + timedelta(hours=5)
        assert office.clock_of(Stage.RETURN, "U-WATER").deadline.start == MONDAY + timedelta(hours=3)
        promise = office.clock_of(Stage.PROMISE, None).deadline
        assert (promise.start, promise.former) == (MONDAY, ())
        assert office.due(Stage.PROMISE, None) == "05-25 23:59"

    async def test_the_unit_that_returns_a_ticket_does_nothing_more_with_it(self, office):
        """It may still look at what it had, and is refused whatever it tries."""
        await returned_and_transferred(office)

        for kind in (CommandKind.SIGN, CommandKind.RETURN, CommandKind.REPLY):
            with pytest.raises(Rejected):
                await office.act(kind, LAMPS)
        with pytest.raises(NotFound):
            await office.act(CommandKind.SIGN, EAST)

    async def test_no_ticket_goes_round_in_a_circle(self, office):
        """Who has rightly given it back does not get it by transfer; a person may still dispatch it there, after all.

        Each hold is a row of its own, with clocks of its own.
        """
        await returned_and_transferred(office)
        office.clock.advance(hours=1)
        await office.act(CommandKind.RETURN, WATER)
        with pytest.raises(Rejected, match="U-LAMP has rightly returned"):
            await office.act(CommandKind.ACCEPT_RETURN, DISPATCHER, {"transfer_to": "U-LAMP"})
        await office.act(CommandKind.ACCEPT_RETURN)
        with pytest.raises(Rejected, match="U-LAMP has rightly returned"):
            await office.act(CommandKind.CONFIRM, DISPATCHER)
        ticket = await office.act(CommandKind.DISPATCH, DISPATCHER, {"unit": "U-LAMP"})

        assert (ticket.lead_unit, ticket.accepted_returns) == ("U-LAMP", 2)
        assert [row.assignment.unit_code for row in office.store.tables.assignments] == ["U-LAMP", "U-WATER", "U-LAMP"]
        assert office.clock_of(Stage.RESOLVE).deadline.start == office.clock.now()
        assert office.clock_of(Stage.RESOLVE).number == 3

    @pytest.mark.parametrize("by_hand", [False, True])
    async def test_what_two_units_rightly_returned_is_supervised(self, office, by_hand):
        """退单 ≥2: the third unit has it with a supervision order, told once (domain.md A.10)."""
        await returned_and_transferred(office)
        assert office.ticket.supervision == 0
        office.clock.advance(hours=1)
        await office.act(CommandKind.RETURN, WATER)
        await office.act(CommandKind.ACCEPT_RETURN, DISPATCHER, {} if by_hand else {"transfer_to": "U-EAST"})
        if by_hand:
            assert office.ticket.supervision == 0
            await office.act(CommandKind.DISPATCH, DISPATCHER, {"unit": "U-EAST"})

        assert (office.ticket.state, office.ticket.supervision) == (TicketState.DISPATCHED, 1)
        assert office.last_event.data == {"step": 1, "name": "督办单", "unit": "U-EAST", "cause": "returned twice"}
        assert office.notices(NoticeKind.SUPERVISION_ORDER) == [("U-EAST", "督办单", "05-18")]

    async def test_dispatching_a_returned_ticket_by_hand_is_a_transfer_too(self, office):
        """The unit is told; the first dispatch alone counts as the engine's or a person's choice."""
        await office.reach(TicketState.RETURN_REQUESTED)
        await office.act(CommandKind.ACCEPT_RETURN)
        office.clock.advance(hours=1)
        await office.act(CommandKind.DISPATCH, OPERATOR, {"unit": "U-EAST"})

        assert office.store.count("hotline_dispatched_total", "U-EAST", "transfer") == 1
        assert office.store.count("hotline_dispatched_total", "U-LAMP", "manual") == 1
        assert office.store.count("hotline_corrections_total") == 0
        assert office.notices(NoticeKind.TRANSFER) == [("U-EAST", "改派", "05-18")]

    async def test_what_the_old_unit_asked_for_is_not_the_new_ones(self, office):
        """An extension that was asked for and not decided goes with the unit; the pause ends for the promise too."""
        await office.reach(TicketState.SIGNED)
        await office.act(CommandKind.REQUEST_EXTENSION)
        await office.act(CommandKind.PAUSE)
        await office.act(CommandKind.RETURN)
        office.clock.advance(hours=1)
        ticket = await office.act(CommandKind.ACCEPT_RETURN, DISPATCHER, TO_WATER)

        assert ticket.extension_asked is None
        assert office.clock_of(Stage.PROMISE, None).deadline.running_pause is None
        await office.act(CommandKind.SIGN, WATER)
        assert (await office.act(CommandKind.PAUSE, WATER)).state is TicketState.SIGNED


class TestWithCoUnits:
    """A lead that has co-units returns the ticket."""

    async def test_the_co_units_go_on(self, office):
        """The lamps help the water company, which gives the ticket back: the lamps keep their work and their clock."""
        await office.reach_with_co_unit(CommandKind.RETURN)
        await office.act(CommandKind.ACCEPT_RETURN, DISPATCHER, {"transfer_to": "U-EAST"})

        assert office.holds() == [("U-LAMP", "co"), ("U-EAST", "lead")]
        assert office.clock_of(Stage.RESOLVE).result is None

    async def test_a_co_unit_may_become_the_lead(self, office):
        """It holds the ticket once: as the lead, with the lead's clocks."""
        await office.reach_with_co_unit(CommandKind.RETURN)
        office.clock.advance(hours=1)
        await office.act(CommandKind.ACCEPT_RETURN, DISPATCHER, {"transfer_to": "U-LAMP"})

        assert office.holds() == [("U-LAMP", "lead")]
        assert office.clock_of(Stage.RESOLVE).deadline.start == office.clock.now()
        first, second = [
            one
            for one in office.store.tables.deadlines.values()
            if (one.deadline.stage, one.deadline.unit_code) == (Stage.RESOLVE, "U-LAMP")
        ]
        assert (first.result, second.result) == (DeadlineResult.VOID, None)

    async def test_a_co_unit_that_still_helps_is_not_sent_for_twice(self, office):
        """Dispatched by hand with the same co-unit, and with it as the lead."""
        await office.reach_with_co_unit(CommandKind.RETURN)
        await office.act(CommandKind.ACCEPT_RETURN)
        office.clock.advance(hours=1)
        await office.act(CommandKind.DISPATCH, OPERATOR, {"unit": "U-EAST", "co_units": ["U-LAMP", "U-WEST"]})

        assert office.holds() == [("U-LAMP", "co"), ("U-EAST", "lead"), ("U-WEST", "co")]
        assert len([one for one in office.store.messages if one.kind == "dispatch.item" and one.unit_code == "U-LAMP"]) == 1

    @pytest.mark.parametrize("kind", [CommandKind.ANSWER, CommandKind.DECLINE, CommandKind.WITHDRAW])
    async def test_the_end_of_a_returned_ticket_ends_the_work_of_co_units(self, office, kind):
        """The hotline answers itself, declines, or the citizen withdraws: nobody works on, and no card comes."""
        await office.reach_with_co_unit(CommandKind.RETURN)
        await office.act(CommandKind.ACCEPT_RETURN)
        await office.act(kind)
        await office.timers(days=30)

        assert office.holds() == []
        assert office.notices() == []
        assert EventKind.SUPERVISED not in office.event_kinds()
