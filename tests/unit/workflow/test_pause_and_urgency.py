"""暂停、恢复 and a change of urgency: what stands still, what runs on, what is due sooner (domain.md A.4)."""

import pytest

from models.codes import NoticeKind, Stage, TicketState, Urgency
from models.command import CommandKind
from models.deadline import DeadlineResult
from models.errors import Rejected
from models.ticket import EventKind
from tests.builders import LAMPS, OPERATOR, SUPERVISOR, WATER
from tests.unit.workflow.office import DISPATCHER, EAST, MATERIAL, Office

_K = CommandKind


@pytest.fixture
def office():
    """An office with an empty store."""
    return Office()


def urgent(label):
    """Return the data that set an urgency."""
    return {"urgency": label, "reason": "水已漫到路面"}


class TestPause:
    """The unit's clock stands, for reasons of the law alone."""

    async def test_two_days_of_waiting_are_two_days_more(self, office):
        """From Tuesday noon to Thursday noon: Monday becomes Wednesday; the promise is flagged and does not move."""
        await office.reach(TicketState.HANDLING)
        office.clock.advance(days=1, hours=3)
        await office.act(_K.PAUSE)
        promise = office.clock_of(Stage.PROMISE, None).deadline
        assert (promise.running_pause.reason.label, office.due(Stage.PROMISE, None)) == ("待诉求人补充材料", "05-25 23:59")
        office.clock.advance(days=2)
        await office.act(_K.RESUME)

        assert office.due(Stage.RESOLVE) == "05-27 23:59"
        assert office.due(Stage.PROMISE, None) == "05-25 23:59"
        assert office.clock_of(Stage.PROMISE, None).deadline.running_pause is None
        assert office.last_event.data["due"].startswith("2026-05-27T23:59")

    @pytest.mark.parametrize("actor", [LAMPS, SUPERVISOR])
    async def test_unit_and_hotline_may_pause_and_resume(self, office, actor):
        """Whoever hears from the citizen."""
        await office.reach(TicketState.SIGNED)
        await office.act(_K.PAUSE, actor)

        assert (await office.act(_K.RESUME, actor)).state is TicketState.SIGNED

    async def test_a_clock_is_paused_once_at_a_time(self, office):
        """It stands or it runs."""
        await office.reach(TicketState.HANDLING)
        with pytest.raises(Rejected, match="not paused"):
            await office.act(_K.RESUME)
        await office.act(_K.PAUSE)
        with pytest.raises(Rejected, match="已在暂停中"):
            await office.act(_K.PAUSE)

    async def test_what_is_overdue_cannot_be_paused(self, office):
        """No pause helps who is late."""
        await office.reach(TicketState.HANDLING)
        await office.timers(days=8)

        with pytest.raises(Rejected, match="已到时限"):
            await office.act(_K.PAUSE)

    async def test_while_the_clock_stands_nothing_is_missed_and_no_card_comes(self, office):
        """The due day passes in the pause."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.PAUSE)
        await office.timers(days=9)

        assert office.clock_of(Stage.RESOLVE).result is None
        assert office.notices() == []

    async def test_a_pause_ends_by_itself_after_ten_working_days(self, office):
        """Paused on Monday 18 May: the tenth working day is Friday 29 May; five days were left from the Monday after."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.PAUSE)
        await office.timers(days=12)

        assert office.last_event.kind is EventKind.RESUMED
        assert office.last_event.actor.name == "timers"
        assert office.clock_of(Stage.RESOLVE).deadline.running_pause is None
        assert office.due(Stage.RESOLVE) == "06-05 23:59"
        with pytest.raises(Rejected, match="上限"):
            await office.act(_K.PAUSE)

    async def test_what_came_due_after_a_pause_while_the_timers_slept_is_made_up_for(self, office):
        """They wake after forty days: the pause ended in time, the cards have their days, the work is missed once."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.PAUSE)
        await office.timers(days=40)

        assert office.due(Stage.RESOLVE) == "06-05 23:59"
        assert office.clock_of(Stage.RESOLVE).result is DeadlineResult.MISSED
        cards = office.notices(NoticeKind.YELLOW_CARD, NoticeKind.RED_CARD)
        assert cards == [("U-LAMP", "黄牌", "06-04"), ("U-LAMP", "红牌", "06-08")]

    async def test_a_missed_promise_stays_missed_when_the_pause_ends(self, office):
        """Both were found at once by timers that had slept: the counter and the row say the same."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.PAUSE)
        await office.timers(days=14)

        assert office.clock_of(Stage.PROMISE, None).result is DeadlineResult.MISSED
        assert office.store.count("hotline_deadline_total", "hotline", "promise", "missed") == 1

    async def test_a_reply_ends_the_pause(self, office):
        """The unit replies after the day on which it would have been due: in time, because its clock stood."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.PAUSE)
        await office.timers(days=9)
        await office.act(_K.REPLY)
        await office.act(_K.PASS_REVIEW)

        assert office.event_kinds()[-3:] == [EventKind.RESUMED, EventKind.REPLIED, EventKind.REVIEW_PASSED]
        assert office.clock_of(Stage.RESOLVE).result is DeadlineResult.MET

    async def test_a_pause_of_the_lead_holds_for_its_co_units(self, office):
        """The lamps wait for the same papers: two days more for both."""
        await office.reach_with_co_unit(_K.SIGN)
        office.clock.advance(days=1)
        await office.act(_K.PAUSE, WATER)
        office.clock.advance(days=2)
        await office.act(_K.RESUME, WATER)

        assert office.due(Stage.RESOLVE, "U-WATER") == "05-27 23:59"
        assert office.due(Stage.RESOLVE, "U-LAMP") == "05-26 23:59"

    async def test_a_withdrawn_ticket_is_not_resumed(self, office):
        """The pause would have ended after ten days; nothing happens any more."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.PAUSE, LAMPS, MATERIAL)
        before = await office.act(_K.WITHDRAW)
        await office.timers(days=40)

        assert office.ticket == before


class TestUrgency:
    """A person finds a request more, or less, urgent than it was taken for."""

    async def test_more_urgency_counts_anew_from_the_start(self, office):
        """特急 has two hours from the dispatch: at ten o'clock an hour is left; the promise stays as it was."""
        await office.reach(TicketState.HANDLING)
        office.clock.advance(hours=1)
        ticket = await office.act(_K.CHANGE_URGENCY, OPERATOR, urgent("特急"))

        assert ticket.urgency is Urgency.CRITICAL
        assert office.due(Stage.RESOLVE) == "05-18 11:00"
        assert office.due(Stage.PROMISE, None) == "05-25 23:59"
        assert office.last_event.data == {"from": "一般", "to": "特急", "reason": "水已漫到路面"}

    async def test_less_urgency_gives_nobody_more_time(self, office):
        """What was due at eleven stays due at eleven."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.CHANGE_URGENCY, OPERATOR, urgent("特急"))
        await office.act(_K.CHANGE_URGENCY, OPERATOR, urgent("一般"))

        assert office.ticket.urgency is Urgency.NORMAL
        assert office.due(Stage.RESOLVE) == "05-18 11:00"

    async def test_what_the_new_urgency_finds_overdue_is_missed(self, office):
        """After a day 特急 would have been due long ago: the timers find it, and the red card of that day comes."""
        await office.reach(TicketState.HANDLING)
        await office.timers(days=1)
        await office.act(_K.CHANGE_URGENCY, OPERATOR, urgent("特急"))
        await office.timers(minutes=1)

        assert office.clock_of(Stage.RESOLVE).result is DeadlineResult.MISSED
        assert office.notices(NoticeKind.RED_CARD) == [("U-LAMP", "红牌", "05-19")]

    async def test_what_was_told_for_a_day_is_not_told_again_when_the_due_moves(self, office):
        """The nudge of Friday came for the old due day; for the new one, Tuesday, Friday's is the second after it."""
        await office.reach(TicketState.HANDLING)
        office.clock.advance(hours=1)
        await office.act(_K.PAUSE)
        office.clock.advance(hours=23)
        await office.act(_K.RESUME)
        await office.timers(days=3, hours=1)
        assert office.notices(NoticeKind.NUDGE) == [("U-LAMP", "催办", "05-22")]
        await office.act(_K.CHANGE_URGENCY, OPERATOR, urgent("特急"))
        assert office.due(Stage.RESOLVE) == "05-19 10:00"
        await office.timers(minutes=1)

        assert office.notices(NoticeKind.NUDGE) == [("U-LAMP", "催办", "05-22"), ("U-LAMP", "催办", "05-20")]

    async def test_a_co_units_pause_ends_when_its_own_days_are_used_up(self, office):
        """It stood with the first lead already: its ten days are 18 to 29 May, the new lead's 19 May to 1 June."""
        await office.reach_with_co_unit(CommandKind.SIGN)
        await office.act(CommandKind.PAUSE, WATER)
        await office.act(CommandKind.RETURN, WATER)
        office.clock.advance(days=1)
        await office.act(CommandKind.ACCEPT_RETURN, DISPATCHER, {"transfer_to": "U-EAST"})
        await office.act(CommandKind.SIGN, EAST)
        await office.act(CommandKind.PAUSE, EAST)
        await office.timers(days=14)

        ends = [office.clock_of(Stage.RESOLVE, unit_code).deadline.pauses[-1].end for unit_code in ("U-LAMP", "U-EAST")]
        assert [f"{office.city.local(end):%m-%d}" for end in ends] == ["05-30", "06-02"]

    async def test_the_clocks_of_a_unit_follow(self, office):
        """The signature of 特急 is due in half an hour."""
        await office.reach(TicketState.DISPATCHED)
        await office.act(_K.CHANGE_URGENCY, OPERATOR, {"urgency": 3})

        assert office.due(Stage.SIGN) == "05-18 09:30"

    async def test_a_span_is_counted_under_the_urgency_that_it_had(self, office):
        """Signed as 一般, then found urgent: the histogram keeps what it was told."""
        await office.reach(TicketState.SIGNED)
        await office.act(_K.CHANGE_URGENCY, OPERATOR, urgent("紧急"))
        await office.act(_K.REPLY)
        await office.act(_K.PASS_REVIEW)

        assert office.store.count("hotline_stage_seconds", "sign", "一般", "60") == 1
        assert office.store.count("hotline_stage_seconds", "resolve", "紧急", "60") == 1
