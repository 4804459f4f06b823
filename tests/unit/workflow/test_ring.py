"""What happens because time passes: each moment once, on its day, in order (domain.md A.3, A.10)."""

from dataclasses import replace
from uuid import UUID

import pytest

from dispatcher.workflow.ring import ring
from models.codes import NoticeKind, Stage, TicketState
from models.command import CommandKind
from models.deadline import DeadlineResult
from models.errors import Rejected
from models.ticket import EventKind
from tests.builders import OPERATOR, SUPERVISOR, a_city, a_profile, a_ticket
from tests.unit.workflow.office import EAST, Office

_K = CommandKind
CARDS = (NoticeKind.YELLOW_CARD, NoticeKind.RED_CARD)
LADDER = (NoticeKind.SUPERVISION_ORDER, NoticeKind.MEETING, NoticeKind.CIRCULAR, NoticeKind.INTERVIEW)

WHAT_COMES = [
    ("U-LAMP", "催办", "05-22"),
    ("U-LAMP", "黄牌", "05-22"),
    ("U-LAMP", "催办", "05-26"),
    ("U-LAMP", "红牌", "05-26"),
    ("U-LAMP", "催办", "05-28"),
]
"""What a unit hears that signs on Monday 18 May, has until Monday 25 May and does nothing, until it is supervised."""


@pytest.fixture
def office():
    """An office with an empty store."""
    return Office()


class TestTimers:
    """A look of the timers."""

    async def test_a_look_finds_each_passed_deadline_once(self, office):
        """Passed means passed: not the one that is due this very moment, and none a second time."""
        await office.reach(TicketState.DISPATCHED)
        tools = {"city": office.city, "open_work": office.store.open_work, "clock": office.clock}
        office.clock.advance(hours=2)
        assert await ring(**tools) == 0
        office.clock.advance(seconds=1)
        assert await ring(**tools) == 1
        assert await ring(**tools) == 0
        assert office.clock_of(Stage.SIGN).result is DeadlineResult.MISSED

    async def test_a_look_takes_no_more_than_its_limit(self, office):
        """A backlog after a standstill is worked off in bites."""
        for number in range(3):
            ticket = a_ticket(f"TT20260518P000{number}010", contact_id=UUID(int=number))
            office.store.tables.tickets[ticket.ticket_no] = ticket
            await office.act(_K.CONFIRM, ticket=ticket)
        office.clock.advance(hours=3)
        tools = {"city": office.city, "open_work": office.store.open_work, "clock": office.clock}

        assert [await ring(**tools, limit=2) for _ in range(3)] == [2, 1, 0]

    async def test_nothing_rings_long_after_the_end(self, office):
        """A closed ticket whose citizen may still rate: its window ends, and that is all."""
        closed = await office.reach(TicketState.CLOSED)
        await office.timers(days=60)

        assert office.ticket == closed
        assert office.notices() == []
        assert not any(one.rings_at for one in office.store.tables.deadlines.values())
        assert DeadlineResult.MISSED not in office.results().values()

    @pytest.mark.parametrize("state", [TicketState.DECLINED, TicketState.WITHDRAWN, TicketState.ARCHIVED])
    async def test_nothing_rings_after_other_ends(self, office, state):
        """Declined, withdrawn, archived."""
        before = await office.reach(state)
        await office.timers(days=60)

        assert office.ticket == before
        assert office.notices() == []


class TestCards:
    """催办、黄牌、红牌, and the first step of supervision."""

    @pytest.mark.parametrize("hours", [1, 7, 24, 24 * 15])
    async def test_each_comes_once_for_its_day_however_seldom_the_timers_look(self, office, hours):
        """Every hour, every day, or once after two weeks of sleep: the same notices, for the same days, in the same order."""
        await office.reach(TicketState.SIGNED)
        for _ in range(24 * 15 // hours):
            await office.timers(hours=hours)

        assert office.notices(*CARDS, NoticeKind.NUDGE) == WHAT_COMES
        assert office.ticket.supervision > 0
        assert office.store.count("hotline_deadline_total", "U-LAMP", "resolve", "missed") == 1

    async def test_a_card_comes_when_the_office_opens(self, office):
        """Not at midnight: at half past eight of its day."""
        await office.reach(TicketState.HANDLING)
        await office.timers(days=3, hours=23)
        assert office.notices() == []
        await office.timers(minutes=30)

        assert office.notices(*CARDS) == [("U-LAMP", "黄牌", "05-22")]

    async def test_after_an_extension_the_cards_come_for_the_new_day(self, office):
        """The yellow card of Friday was shown; three days more, and Wednesday has another."""
        await office.reach(TicketState.HANDLING)
        await office.timers(days=4)
        await office.act(_K.REQUEST_EXTENSION)
        await office.act(_K.APPROVE_EXTENSION)
        await office.timers(days=5)

        assert office.notices(*CARDS) == [("U-LAMP", "黄牌", "05-22"), ("U-LAMP", "黄牌", "05-27")]
        assert office.clock_of(Stage.RESOLVE).result is None

    async def test_a_reply_stops_the_cards(self, office):
        """Who has replied is warned of nothing."""
        await office.reach(TicketState.REPLIED)
        await office.timers(days=30)

        assert office.notices() == []

    async def test_a_co_unit_gets_its_own_cards(self, office):
        """For its own day, Friday; only the lead is nudged, and only its delay is supervised."""
        await office.reach_with_co_unit()
        await office.timers(days=14)

        of_lamps = [one for one in office.notices() if one[0] == "U-LAMP"]
        assert of_lamps == [("U-LAMP", "黄牌", "05-21"), ("U-LAMP", "红牌", "05-25")]
        assert ("U-WATER", "督办单", "06-01") in office.notices()

    async def test_a_nudge_of_the_timers_is_an_event_and_reaches_the_stream(self, office):
        """It counts as one more 催办."""
        await office.reach(TicketState.HANDLING)
        await office.timers(days=4)

        assert office.last_event.kind is EventKind.NUDGED
        assert office.ticket.nudges == 1
        assert "dispatch.nudge" in office.store.kinds()


class TestSupervision:
    """督办单 → 专题协调 → 专项通报 → 约谈提醒 (domain.md A.10)."""

    async def test_five_working_days_late_is_a_supervision_order(self, office):
        """Due on Monday 25 May: on Monday 1 June, when the office opens."""
        await office.reach(TicketState.SIGNED)
        await office.timers(days=13)
        assert office.ticket.supervision == 0
        await office.timers(days=1)

        assert office.ticket.supervision == 1
        assert office.last_event.data == {"step": 1, "name": "督办单", "unit": "U-LAMP", "cause": "overdue"}

    async def test_each_step_has_a_day_and_then_the_next_follows(self, office):
        """One working day a step in this town; the last one is the last."""
        await office.reach(TicketState.SIGNED)
        for _ in range(30):
            await office.timers(days=1)

        assert office.notices(*LADDER) == [
            ("U-LAMP", "督办单", "06-01"),
            ("U-LAMP", "专题协调", "06-03"),
            ("U-LAMP", "专项通报", "06-05"),
            ("U-LAMP", "约谈提醒", "06-09"),
        ]
        assert office.ticket.supervision == 4
        assert office.clock_of(Stage.SUPERVISE, None).result is DeadlineResult.MISSED

    async def test_a_supervisor_may_go_ahead_of_time(self, office):
        """By name, number or D-number; the step that was left has no clock any more, the new one has its whole time."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.SUPERVISE)
        await office.act(_K.SUPERVISE, SUPERVISOR, {"step": "专项通报"})
        await office.timers(days=1)
        assert office.ticket.supervision == 3
        await office.timers(days=1)

        assert office.ticket.supervision == 4
        with pytest.raises(Rejected, match="of 4"):
            await office.act(_K.SUPERVISE)

    @pytest.mark.parametrize("step", ["督办单", "1", "D1"])
    async def test_nobody_goes_down_the_ladder(self, office, step):
        """The same step again is refused, too."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.SUPERVISE, SUPERVISOR, {"step": step})

        with pytest.raises(Rejected, match="stands on step 1"):
            await office.act(_K.SUPERVISE, SUPERVISOR, {"step": step})

    async def test_a_supervised_ticket_is_not_supervised_anew_for_being_late(self, office):
        """The ladder goes on from where it stands."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.SUPERVISE, SUPERVISOR, {"step": "4"})
        await office.timers(days=30)

        assert office.notices(*LADDER) == [("U-LAMP", "约谈提醒", "05-18")]

    async def test_nobody_is_supervised_while_a_person_looks_for_a_unit(self, office):
        """The step waits; the next unit has it with the step's time, and the one after that too."""
        await office.reach(TicketState.DISPATCHED)
        await office.act(_K.SUPERVISE)
        await office.act(_K.RETURN)
        await office.act(_K.ACCEPT_RETURN)
        await office.timers(days=10)
        assert (office.ticket.lead_unit, office.ticket.supervision) == (None, 1)

        await office.act(_K.DISPATCH, OPERATOR, {"unit": "U-EAST"})
        assert office.notices(NoticeKind.SUPERVISION_ORDER)[-1] == ("U-EAST", "督办单", "05-28")
        await office.act(_K.SIGN, EAST)
        await office.timers(days=6)
        assert office.ticket.supervision == 2

    async def test_the_close_ends_the_step(self, office):
        """Closed in the step's time: met, and nothing climbs any more."""
        await office.reach(TicketState.CALLED_BACK)
        await office.act(_K.SUPERVISE)
        await office.act(_K.CLOSE)
        await office.timers(days=30)

        assert office.clock_of(Stage.SUPERVISE, None).result is DeadlineResult.MET
        assert office.ticket.supervision == 1


class TestNudgeWithdrawArchive:
    """催办、撤诉、归档 by people."""

    async def test_each_nudge_is_told(self, office):
        """Two on one day are two: on the unit's stream, in its notices, in the count."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.NUDGE)
        await office.act(_K.NUDGE, OPERATOR, {"reason": "家中有老人"})

        assert office.ticket.nudges == 2
        assert office.notices() == [("U-LAMP", "催办", "05-18")] * 2
        assert office.store.kinds().count("dispatch.nudge") == 2
        assert office.last_event.data == {"unit": "U-LAMP", "reason": "家中有老人"}

    async def test_a_withdrawn_ticket_is_nobodys_work(self, office):
        """Holds end, clocks end, nobody is judged by what was not due; the reason stands."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.WITHDRAW)

        results = office.results()
        assert office.holds() == []
        assert {stage for stage, result in results.items() if result is DeadlineResult.VOID} == {
            Stage.RETURN,
            Stage.RESOLVE,
            Stage.PROMISE,
        }
        assert office.last_event.data == {"reason": "已自行解决"}

    async def test_what_was_due_before_the_withdrawal_is_missed(self, office):
        """Whether or not the timers had looked."""
        await office.reach(TicketState.DISPATCHED)
        office.clock.advance(hours=3)
        await office.act(_K.WITHDRAW)

        assert office.results()[Stage.SIGN] is DeadlineResult.MISSED
        assert office.results()[Stage.RESOLVE] is DeadlineResult.VOID

    async def test_what_is_archived_never_changes(self, office):
        """Not even by a rating inside the window, nor by time."""
        await office.reach(TicketState.CLOSED)
        archived = await office.act(_K.ARCHIVE)
        await office.timers(days=60)

        for kind in (_K.RATE, _K.NUDGE, _K.WITHDRAW, _K.ARCHIVE, _K.CLOSE):
            with pytest.raises(Rejected):
                await office.act(kind)
        assert office.ticket == archived


class TestCriticism:
    """通报批评: five working days late, nudged, and not a word (domain.md A.3)."""

    @pytest.fixture
    def office(self):
        """A city that criticises on the fifth working day."""
        deadlines = a_profile().deadlines
        rule = replace(deadlines.reminders, criticise_after=5)
        return Office(a_city(deadlines=replace(deadlines, reminders=rule)))

    async def test_a_silent_unit_is_criticised_once(self, office):
        """Due on Monday 25 May: on Monday 1 June, when the office opens."""
        await office.reach(TicketState.HANDLING)
        await office.timers(days=30)

        assert office.notices(NoticeKind.CRITICISM) == [("U-LAMP", "通报批评", "06-01")]
        assert office.event_kinds().count(EventKind.CRITICISED) == 1

    async def test_who_asks_for_time_has_given_a_reason(self, office):
        """The hotline has not decided yet."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.REQUEST_EXTENSION)
        await office.timers(days=30)

        assert office.notices(NoticeKind.CRITICISM) == []

    async def test_a_unit_that_replied_is_late_and_not_criticised(self, office):
        """It is judged by its deadline."""
        await office.reach(TicketState.HANDLING)
        office.clock.advance(days=10)
        await office.act(_K.REPLY)
        await office.timers(days=20)

        assert office.notices(NoticeKind.CRITICISM) == []

    async def test_a_city_may_do_without(self):
        """No table in the profile, no criticism."""
        office = Office()
        await office.reach(TicketState.HANDLING)
        await office.timers(days=30)

        assert office.notices(NoticeKind.CRITICISM) == []
