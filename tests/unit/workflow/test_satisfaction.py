"""回访、评价、重办: what the citizen says of the answer, and what follows (domain.md A.2, A.3, B.4)."""

from datetime import time

import pytest

from models.codes import DispatchMode, NoticeKind, Stage, TicketState
from models.command import CommandKind
from models.deadline import DeadlineResult
from models.errors import Rejected
from models.profile import CallBackRule
from models.ticket import EventKind
from tests.builders import LAMPS, SUPERVISOR, a_city
from tests.unit.workflow.office import CALLER_BACK, CITIZEN, REACHED, REPLY, Office

_K = CommandKind
UNREACHED = {"reached": False}
BAD = {"rating": "不满意", "reason": "灯又灭了"}


@pytest.fixture
async def office():
    """An office whose ticket waits for the call-back since an hour."""
    office = Office()
    await office.reach(TicketState.AWAITING_CALL_BACK)
    office.clock.advance(hours=1)
    return office


async def answer_again(office):
    """The unit replies a second time, a day later, and the review passes."""
    office.clock.advance(days=1)
    await office.act(_K.REPLY, LAMPS, REPLY)
    await office.act(_K.PASS_REVIEW)
    office.clock.advance(hours=1)


class TestCallBack:
    """回访."""

    async def test_a_satisfied_citizen_closes_the_ticket(self, office):
        """Called back, rated, closed: one call, two events, and the close is the system's."""
        ticket = await office.act(_K.CALL_BACK, CALLER_BACK, {**REACHED, "rating": "非常满意"})

        assert ticket.state is TicketState.CLOSED
        assert office.event_kinds()[-2:] == [EventKind.CALLED_BACK, EventKind.CLOSED]
        assert office.last_event.actor.name == "evaluation"
        assert office.clock_of(Stage.CALL_BACK, None).result is DeadlineResult.MET
        assert office.store.count("hotline_evaluations_total", "U-LAMP", "5") == 1
        assert office.holds() == []

    async def test_a_helped_citizen_who_does_not_rate_may_still(self, office):
        """已回访 waits for the rating until the window ends."""
        assert (await office.act(_K.CALL_BACK)).state is TicketState.CALLED_BACK
        assert (await office.act(_K.RATE)).state is TicketState.CLOSED

    async def test_nobody_is_reached_three_times(self, office):
        """Three attempts a round; the citizen may still rate (domain.md A.2, callback.done)."""
        for attempt in (1, 2, 3):
            ticket = await office.act(_K.CALL_BACK, CALLER_BACK, UNREACHED)
            assert (ticket.state, office.last_event.data["attempt"]) == (TicketState.AWAITING_CALL_BACK, attempt)
        with pytest.raises(Rejected, match="3 attempts"):
            await office.act(_K.CALL_BACK)

        assert [one.reached for one in office.store.tables.call_backs] == [False] * 3
        assert (await office.act(_K.RATE)).state is TicketState.CLOSED

    async def test_what_an_unreached_citizen_would_have_said_is_not_kept(self, office):
        """Without anybody at the telephone there is neither solution nor rating."""
        await office.act(_K.CALL_BACK, CALLER_BACK, {**UNREACHED, "responded": True, "solved": True, "rating": "满意"})

        (attempt,) = office.store.tables.call_backs
        assert (attempt.responded, attempt.solved) == (None, None)
        assert office.store.tables.ratings == {}

    @pytest.mark.parametrize(
        "said",
        [{"reached": True, "responded": True, "solved": False}, {**REACHED, "rating": "不满意"}, {**REACHED, "rating": "1"}],
    )
    async def test_who_is_not_helped_or_not_satisfied_is_helped_again(self, office, said):
        """Unsolved, or one of the two lower levels."""
        ticket = await office.act(_K.CALL_BACK, CALLER_BACK, said)

        assert (ticket.state, ticket.round) == (TicketState.HANDLING, 2)

    async def test_a_call_rates_no_round_twice(self, office):
        """The citizen had rated the second answer already."""
        await office.act(_K.RATE, CITIZEN, BAD)
        await answer_again(office)
        await office.act(_K.RATE, CITIZEN, BAD)

        with pytest.raises(Rejected, match="is rated"):
            await office.act(_K.CALL_BACK, CALLER_BACK, {**REACHED, "rating": "满意"})
        assert (await office.act(_K.CALL_BACK)).state is TicketState.CALLED_BACK

    async def test_who_calls_too_late_has_missed(self, office):
        """The next working day is the last."""
        await office.timers(days=2)
        await office.act(_K.CALL_BACK)

        assert office.clock_of(Stage.CALL_BACK, None).result is DeadlineResult.MISSED
        assert office.store.count("hotline_deadline_total", "hotline", "call_back", "missed") == 1


class TestRating:
    """评价."""

    async def test_a_rating_ends_the_wait(self, office):
        """No call is owed any more, no invitation goes out, and the close is counted once."""
        await office.act(_K.RATE)
        messages = len(office.store.tables.citizen_messages)
        await office.timers(days=30)

        assert office.clock_of(Stage.CALL_BACK, None).result is DeadlineResult.VOID
        assert len(office.store.tables.citizen_messages) == messages
        assert office.store.count("hotline_closed_total", "U-LAMP") == 1
        assert office.ticket.state is TicketState.CLOSED

    async def test_whose_ticket_was_closed_unrated_is_invited_too(self):
        """The time to rate runs on after the close; who has rated is left in peace."""
        office = Office()
        await office.reach(TicketState.CALLED_BACK)
        await office.act(_K.CLOSE)
        await office.timers(days=4)
        assert [one.name for one in office.store.tables.citizen_messages] == ["answered", "rate_invite"]

        rated = Office()
        await rated.reach(TicketState.CALLED_BACK)
        await rated.act(_K.CLOSE)
        await rated.act(_K.RATE)
        await rated.timers(days=4)
        assert [one.name for one in rated.store.tables.citizen_messages] == ["answered"]

    async def test_whom_nobody_reached_in_the_morning_is_tried_at_another_time(self):
        """The same band twice is refused; who answers is heard at any hour."""
        office = Office(a_city(call_back=CallBackRule(bands=((time(8), time(12)), (time(12), time(18))))))
        await office.reach(TicketState.AWAITING_CALL_BACK)
        await office.act(_K.CALL_BACK, data=UNREACHED)
        office.clock.advance(hours=1)
        with pytest.raises(Rejected, match="换一个时段"):
            await office.act(_K.CALL_BACK, data=UNREACHED)
        office.clock.advance(hours=3)
        await office.act(_K.CALL_BACK, data=UNREACHED)
        office.clock.advance(hours=1)
        assert (await office.act(_K.CALL_BACK)).state is TicketState.CALLED_BACK

    async def test_a_week_is_time_to_rate(self, office):
        """Whoever has said nothing by then is not asked again: closed without a rating, and frozen."""
        await office.timers(days=4)
        assert office.ticket.state is TicketState.AWAITING_CALL_BACK
        assert [one.name for one in office.store.tables.citizen_messages] == ["answered", "rate_invite"]
        await office.timers(days=5)

        assert office.ticket.state is TicketState.CLOSED
        assert office.last_event.actor.name == "timers"
        with pytest.raises(Rejected, match="could be rated until"):
            await office.act(_K.RATE)
        assert office.store.count("hotline_deadline_total", "hotline", "rating_window", "missed") == 0

    async def test_a_closed_ticket_takes_a_late_rating_inside_its_window(self, office):
        """Closed by hand, rated the next day: the ticket stays closed, one version on."""
        closed = await office.act(_K.CLOSE)
        office.clock.advance(hours=3)
        rated = await office.act(_K.RATE)

        assert (rated.state, rated.version) == (TicketState.CLOSED, closed.version + 1)
        assert rated.first_closed_at == closed.first_closed_at

    async def test_a_round_is_rated_once(self, office):
        """The first rating stands."""
        await office.act(_K.RATE)

        with pytest.raises(Rejected, match="is rated"):
            await office.act(_K.RATE, CITIZEN, BAD)


class TestSecondHandling:
    """重办."""

    async def test_it_is_the_same_units_work_again(self, office):
        """On its stream once more, with five days of its own; the first answer stays judged as it was."""
        ticket = await office.act(_K.RATE, CITIZEN, BAD)

        assert (ticket.state, ticket.round, ticket.lead_unit) == (TicketState.HANDLING, 2, "U-LAMP")
        assert office.holds() == [("U-LAMP", "lead")]
        assert [row.assignment.mode for row in office.store.tables.assignments] == [DispatchMode.MANUAL, DispatchMode.REOPENED]
        items = [one for one in office.store.messages if one.kind == "dispatch.item"]
        assert [item.data["round"] for item in items] == [1, 2]
        assert office.last_event.data == {"unit": "U-LAMP", "round": 2, "reason": "灯又灭了"}
        assert office.clock_of(Stage.RESOLVE).result is DeadlineResult.MET
        assert office.clock_of(Stage.REOPEN).deadline.start == office.clock.now()
        assert office.store.count("hotline_reopened_total", "U-LAMP") == 1
        assert office.store.count("hotline_dispatched_total", "U-LAMP", "reopened") == 1

    async def test_a_closed_ticket_is_opened_again(self, office):
        """By a bad rating inside the window; it was closed once, whatever comes."""
        await office.act(_K.CLOSE)
        office.clock.advance(hours=3)
        assert (await office.act(_K.RATE, CITIZEN, BAD)).state is TicketState.HANDLING
        await answer_again(office)
        await office.act(_K.RATE)

        assert office.ticket.state is TicketState.CLOSED
        assert office.store.count("hotline_closed_total", "U-LAMP") == 1
        assert office.store.count("hotline_evaluations_total") == 2

    async def test_the_window_of_the_first_round_does_not_close_the_second(self, office):
        """Reopened on the day after, answered again on the sixth: the citizen has a week from then."""
        office.clock.advance(days=1)
        await office.act(_K.RATE, CITIZEN, BAD)
        office.clock.advance(days=4)
        await answer_again(office)
        await office.timers(days=3)

        assert office.ticket.state is TicketState.AWAITING_CALL_BACK
        assert (await office.act(_K.RATE)).state is TicketState.CLOSED

    async def test_the_second_handling_has_cards_and_a_due_day_too(self, office):
        """Five working days from Monday: yellow on Friday, missed on Monday, red on Tuesday."""
        await office.act(_K.RATE, CITIZEN, BAD)
        await office.timers(days=9)

        assert office.clock_of(Stage.REOPEN).result is DeadlineResult.MISSED
        cards = office.notices(NoticeKind.YELLOW_CARD, NoticeKind.RED_CARD)
        assert cards == [("U-LAMP", "黄牌", "05-22"), ("U-LAMP", "红牌", "05-26")]

    async def test_each_round_has_its_own_attempts_to_call(self, office):
        """Three in vain, reopened by a rating, three more."""
        for _ in range(3):
            await office.act(_K.CALL_BACK, CALLER_BACK, UNREACHED)
        await office.act(_K.RATE, CITIZEN, BAD)
        await answer_again(office)
        await office.act(_K.CALL_BACK, CALLER_BACK, UNREACHED)

        assert [(one.round, one.attempt) for one in office.store.tables.call_backs] == [(1, 1), (1, 2), (1, 3), (2, 1)]

    async def test_who_is_dissatisfied_again_is_a_matter_of_the_supervisors(self, office):
        """No third round: a supervision order, and nobody but a person closes the ticket (domain.md A.10)."""
        await office.act(_K.RATE, CITIZEN, BAD)
        await answer_again(office)
        ticket = await office.act(_K.RATE, CITIZEN, {"rating": "非常不满意"})

        assert (ticket.state, ticket.round, ticket.supervision) == (TicketState.AWAITING_CALL_BACK, 2, 1)
        assert office.last_event.data["cause"] == "dissatisfied again"
        assert office.notices(NoticeKind.SUPERVISION_ORDER) == [("U-LAMP", "督办单", "05-19")]
        await office.timers(days=10)
        assert office.ticket.state is TicketState.AWAITING_CALL_BACK
        assert (await office.act(_K.CLOSE, SUPERVISOR)).state is TicketState.CLOSED

    async def test_an_extension_and_a_pause_of_the_second_handling(self, office):
        """They move its own day; the promise was kept already."""
        await office.act(_K.RATE, CITIZEN, BAD)
        await office.act(_K.REQUEST_EXTENSION)
        await office.act(_K.APPROVE_EXTENSION)
        assert office.due(Stage.REOPEN) == "05-28 23:59"
        await office.act(_K.PAUSE)
        office.clock.advance(days=2)
        await office.act(_K.RESUME)

        assert office.due(Stage.REOPEN) == "05-29 23:59"
        assert office.due(Stage.PROMISE, None) == "05-25 23:59"
