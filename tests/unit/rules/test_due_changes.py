"""What moves a due time: extension, urgency, a calendar that arrives; and what never does."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.changes import decided, extended, extension_refusal, hastened, reloaded
from dispatcher.rules.deadlines import deadline_for
from dispatcher.rules.pausing import paused, resumed
from dispatcher.rules.recounting import recount
from models.codes import ClockKind, DueChange, ExtensionRefusal, PauseReason, RequestType, Stage, Track, Urgency
from models.deadline import Deadline
from tests.unit.rules.deadline_desk import CALENDAR, CHINA, HAIKOU, RULES, at, five_days, record

RULE = RULES.extension

NEXT_YEAR = WorkingCalendar(
    replace(
        HAIKOU.calendar,
        version="cn-2027@1",
        years=HAIKOU.calendar.years | {2027},
        holidays={**HAIKOU.calendar.holidays, date(2027, 1, 1): "元旦"},
        workdays={**HAIKOU.calendar.workdays, date(2027, 1, 3): "元旦调休上班"},
    )
)
"""2027 as it might be published: New Year's Day is rested, the Sunday after it worked."""

TYPHOON = WorkingCalendar(
    replace(
        HAIKOU.calendar,
        version="cn-2026@1+typhoon@1",
        holidays={**HAIKOU.calendar.holidays, date(2026, 3, 5): "台风停工"},
    )
)

moments = st.datetimes(
    min_value=datetime(2024, 1, 2),  # noqa: DTZ001  hypothesis adds the zone itself
    max_value=datetime(2026, 9, 1),  # noqa: DTZ001
    timezones=st.just(CHINA),
)
clocks = st.sampled_from(
    [(ClockKind.WALL, 24.0), (ClockKind.WORKING_HOURS, 4.0), (ClockKind.WORKING_DAYS, 5), (ClockKind.NATURAL_DAYS, 7)]
)


def ask(deadline: Deadline, moment: str, working_days: int = 5, reason: str = "E1 需检测", **more) -> ExtensionRefusal | None:
    """Return how a request for an extension fares."""
    return extension_refusal(deadline, working_days=working_days, reason=reason, at=at(moment), rule=RULE, **more)


def urged(deadline: Deadline, urgency: Urgency, moment: str = "2026-03-03T10:00") -> Deadline | None:
    """Return a complaint's deadline after a change of urgency."""
    return hastened(
        deadline,
        category_code="0301",
        request_type=RequestType.COMPLAINT,
        urgency=urgency,
        at=at(moment),
        rules=RULES,
        calendar=CALENDAR,
    )


class TestExtension:
    """延期: asked for in time, with a reason, once, at most ten working days."""

    def test_ten_working_days_over_the_may_break(self):
        """Story S15: due on 20 April, ten working days more end on 7 May."""
        deadline = five_days("2026-04-13T10:00")
        longer = extended(deadline, 10, at=at("2026-04-17T09:00"), calendar=CALENDAR)

        assert (deadline.due, longer.due) == (at("2026-04-20T23:59:59"), at("2026-05-07T23:59:59"))
        assert longer.due_before_extension == deadline.due
        assert (longer.extensions, longer.extension_days, len(longer.days)) == (1, 10, 15)
        assert longer.former[0].changed_by is DueChange.EXTENSION

    @pytest.mark.parametrize(
        ("clock", "amount", "due"),
        [
            (ClockKind.WALL, 24, "2026-03-05T23:59:59"),
            (ClockKind.WORKING_HOURS, 4, "2026-03-04T23:59:59"),
            (ClockKind.NATURAL_DAYS, 7, "2026-03-11T23:59:59"),
        ],
    )
    def test_other_clocks_are_extended_by_working_days_after_the_day_of_their_due_time(self, clock, amount, due):
        """Two working days more, to the end of the second."""
        longer = extended(record(clock, amount, "2026-03-02T10:00"), 2, at=at("2026-03-02T11:00"), calendar=CALENDAR)

        assert longer.due == at(due)

    def test_a_promise_is_moved_by_an_extension(self):
        """An approved extension is told to the citizen, and is the promise from then on."""
        promise = five_days("2026-04-13T10:00", stage=Stage.PROMISE)

        assert extended(promise, 10, at=at("2026-04-17T09:00"), calendar=CALENDAR).due == at("2026-05-07T23:59:59")

    def test_an_extension_of_a_guess_is_a_guess(self):
        """Nothing is known of 2023 but its weekends, however well known the days are that are added."""
        longer = extended(five_days("2023-12-26T10:00"), 2, at=at("2024-01-02T10:00"), calendar=CALENDAR)

        assert longer.provisional
        assert record(ClockKind.WORKING_DAYS, 7, "2023-12-26T10:00").due == longer.due

    def test_who_may_ask(self):
        """In time and with a reason, up to the last second; not after it, not without, not for longer."""
        deadline = five_days("2026-04-13T10:00")

        assert ask(deadline, "2026-04-16T15:00", 10) is None
        assert ask(deadline, "2026-04-20T23:59:59") is None
        assert ask(deadline, "2026-04-21T00:00:59") is ExtensionRefusal.LATE
        assert ask(deadline, "2026-04-16T15:00", reason=" ") is ExtensionRefusal.REASON
        assert ask(deadline, "2026-04-16T15:00", 0) is ExtensionRefusal.DAYS
        assert ask(deadline, "2026-04-16T15:00", 11) is ExtensionRefusal.TOO_LONG

    def test_a_second_one_needs_a_supervisor(self):
        """Once is the unit's, more is the supervisor's; nobody extends what is past."""
        longer = extended(five_days("2026-04-13T10:00"), 10, at=at("2026-04-17T09:00"), calendar=CALENDAR)

        assert ask(longer, "2026-05-06T09:00", 3) is ExtensionRefusal.AGAIN
        assert ask(longer, "2026-05-06T09:00", 20, by_supervisor=True) is None
        assert ask(longer, "2026-05-08T09:00", 3, by_supervisor=True) is ExtensionRefusal.LATE

    def test_a_pause_after_an_extension_counts_on(self):
        """Two days end in the pause; Friday and the worked Saturday after it take their place."""
        longer = extended(five_days("2026-04-13T10:00"), 10, at=at("2026-04-17T09:00"), calendar=CALENDAR)
        stopped = paused(longer, PauseReason.JUDICIAL, at("2026-05-06T09:00"))

        assert resumed(stopped, at("2026-05-08T09:00"), rule=RULES.pause, calendar=CALENDAR).due == at("2026-05-09T23:59:59")

    @given(clocks, moments, st.integers(1, 10))
    def test_it_ends_so_many_working_days_after_the_day_of_the_old_due_time(self, clock, start, days):
        """Counted by the calendar alone, whatever the clock."""
        deadline = record(*clock, start)
        longer = extended(deadline, days, at=start, calendar=CALENDAR)

        assert longer.due == CALENDAR.working_days(deadline.due, days).end


class TestUrgency:
    """A higher urgency counts from the original start; no change of it gives more time."""

    def test_a_complaint_that_turns_urgent_is_counted_from_its_start(self):
        """Five working days become 24 hours from the dispatch, not from the change."""
        faster = urged(five_days("2026-03-02T15:00"), Urgency.URGENT)

        assert faster is not None
        assert (faster.due, faster.clock, faster.days) == (at("2026-03-03T15:00"), ClockKind.WALL, ())
        assert (faster.start, faster.former[0].clock) == (at("2026-03-02T15:00"), ClockKind.WORKING_DAYS)

    def test_pauses_before_the_change_are_kept(self):
        """Stopped for two hours on the first day: the 24 hours end two hours later."""
        stopped = paused(five_days("2026-03-02T15:00"), PauseReason.MATERIAL, at("2026-03-02T16:00"))
        running = resumed(stopped, at("2026-03-02T18:00"), rule=RULES.pause, calendar=CALENDAR)
        faster = urged(running, Urgency.URGENT)

        assert faster is not None
        assert (faster.due, faster.pauses) == (at("2026-03-03T17:00"), running.pauses)

    def test_a_lower_urgency_leaves_the_due_time(self):
        """What was urgent once keeps its 24 hours when somebody calls it ordinary."""
        urgent = urged(five_days("2026-03-02T15:00"), Urgency.URGENT)

        assert urgent is not None
        assert urged(urgent, Urgency.NORMAL) is None

    def test_a_promise_stays(self):
        """A promise moves only by extension, supervisor or calendar (invariant 2)."""
        assert urged(five_days("2026-03-02T15:00", stage=Stage.PROMISE), Urgency.CRITICAL) is None

    def test_an_extension_belonged_to_the_slower_clock(self):
        """A request that was extended and turns urgent has the urgent clock alone."""
        longer = extended(five_days("2026-03-02T15:00"), 10, at=at("2026-03-03T09:00"), calendar=CALENDAR)
        faster = urged(longer, Urgency.URGENT, "2026-03-03T10:00")

        assert faster is not None
        assert (faster.due, faster.extension_days, faster.extensions) == (at("2026-03-03T15:00"), 0, 1)

    @given(moments, st.sampled_from(list(Urgency)), st.sampled_from(list(Urgency)), st.sampled_from(list(RequestType)))
    def test_no_change_of_urgency_gives_more_time(self, start, before, after, kind):
        """Never later than the old due time, from any urgency to any other."""
        deadline = deadline_for(
            Stage.RESOLVE,
            unit_code="U",
            category_code="0301",
            request_type=kind,
            urgency=before,
            start=start,
            rules=RULES,
            calendar=CALENDAR,
            profile_version="p",
        )
        changed = hastened(
            deadline, category_code="0301", request_type=kind, urgency=after, at=start, rules=RULES, calendar=CALENDAR
        )

        assert changed is None or changed.due < deadline.due


class TestDecision:
    """A person puts a request on another track, with leave for a hard case."""

    @pytest.mark.parametrize("stage", [Stage.RESOLVE, Stage.PROMISE])
    def test_a_hard_case_has_fifteen_days_from_its_start(self, stage):
        """Leave is given on Friday; the days count from Monday's dispatch, and the promise moves too."""
        deadline = five_days("2026-03-02T10:00", stage=stage)
        hard = decided(deadline, Track.COMPLEX, at=at("2026-03-06T10:00"), rules=RULES, calendar=CALENDAR)

        assert (hard.due, len(hard.days)) == (at("2026-03-23T23:59:59"), 15)
        assert (hard.former[0].due, hard.former[0].changed_by) == (deadline.due, DueChange.DECISION)
        assert recount(hard, CALENDAR).due == hard.due

    def test_pauses_are_kept(self):
        """A day that was given back before stays given back."""
        stopped = paused(five_days("2026-03-02T10:00"), PauseReason.MATERIAL, at("2026-03-03T10:00"))
        running = resumed(stopped, at("2026-03-04T10:00"), rule=RULES.pause, calendar=CALENDAR)

        hard = decided(running, Track.COMPLEX, at=at("2026-03-06T10:00"), rules=RULES, calendar=CALENDAR)

        assert hard.due == at("2026-03-24T23:59:59")


class TestCalendar:
    """A calendar that arrives is told apart from the one before; history stays."""

    def test_a_provisional_deadline_is_counted_again_when_the_year_arrives(self):
        """Five days from 29 December: guessed over weekends, then over the real New Year."""
        guess = five_days("2026-12-29T10:00")
        known = reloaded(guess, at=at("2026-12-30T10:00"), calendar=NEXT_YEAR)

        assert (guess.due, guess.provisional) == (at("2027-01-05T23:59:59"), True)
        assert known is not None
        assert (known.due, known.provisional, known.calendar_version) == (at("2027-01-05T23:59:59"), False, "cn-2027@1")
        assert [f"{day:%m-%d}" for day in known.days] == ["12-30", "12-31", "01-03", "01-04", "01-05"]

    def test_both_versions_stand_in_the_record(self):
        """What was told before, by which calendar, and when that changed."""
        guess = five_days("2026-12-29T10:00")
        known = reloaded(guess, at=at("2026-12-30T10:00"), calendar=NEXT_YEAR)

        assert known is not None
        (before,) = known.former
        assert (before.due, before.days, before.provisional) == (guess.due, guess.days, True)
        assert (before.calendar_version, before.changed_by) == ("cn-2026@1", DueChange.CALENDAR)
        assert before.at == at("2026-12-30T10:00")

    def test_what_says_the_same_stays_as_it_is(self):
        """A deadline of March does not care about next year's notice."""
        assert reloaded(five_days("2026-03-02T10:00"), at=at("2026-03-03T10:00"), calendar=NEXT_YEAR) is None
        assert reloaded(five_days("2026-12-29T10:00"), at=at("2026-12-30T10:00"), calendar=CALENDAR) is None

    def test_a_stop_of_work_moves_what_is_open(self):
        """A typhoon closes Thursday 5 March: a day more for the unit, and for the promise."""
        for stage in (Stage.RESOLVE, Stage.PROMISE):
            later = reloaded(five_days("2026-03-02T10:00", stage=stage), at=at("2026-03-04T20:00"), calendar=TYPHOON)

            assert later is not None
            assert (later.due, later.calendar_version) == (at("2026-03-10T23:59:59"), "cn-2026@1+typhoon@1")

    def test_what_was_due_before_is_not_touched(self):
        """No calendar makes a missed deadline a met one."""
        assert reloaded(five_days("2026-03-02T10:00"), at=at("2026-03-10T09:00"), calendar=TYPHOON) is None

    def test_a_calendar_makes_nothing_overdue_at_once(self):
        """A Sunday that turns out to be worked would have been the last day; told on Monday, Monday stays and is certain."""
        weekend = WorkingCalendar(
            replace(NEXT_YEAR.facts, holidays=HAIKOU.calendar.holidays, workdays={date(2027, 1, 2): "调休上班"})
        )
        known = reloaded(record(ClockKind.WORKING_DAYS, 3, "2026-12-30T10:00"), at=at("2027-01-03T08:00"), calendar=weekend)

        assert known is not None
        assert (known.due, known.days[-1], known.provisional) == (at("2027-01-04T23:59:59"), date(2027, 1, 4), False)

    def test_pauses_and_extension_are_counted_again_too(self):
        """Everything that the due time was counted from is in the record."""
        stopped = paused(five_days("2026-03-02T10:00"), PauseReason.MATERIAL, at("2026-03-03T10:00"))
        running = resumed(stopped, at("2026-03-04T10:00"), rule=RULES.pause, calendar=CALENDAR)
        longer = extended(running, 2, at=at("2026-03-04T11:00"), calendar=CALENDAR)
        later = reloaded(longer, at=at("2026-03-04T20:00"), calendar=TYPHOON)

        assert later is not None
        assert (longer.due, later.due) == (at("2026-03-12T23:59:59"), at("2026-03-13T23:59:59"))

    @given(clocks, moments)
    def test_counting_again_by_the_same_calendar_says_the_same(self, clock, start):
        """A record holds all that its due time was counted from."""
        deadline = record(*clock, start)
        due = recount(deadline, CALENDAR)

        assert (due.due, due.days, due.provisional) == (deadline.due, deadline.days, deadline.provisional)

    def test_a_record_of_the_first_release_cannot_be_counted_again(self):
        """It was stored without the allowance; nobody guesses it."""
        old = replace(five_days("2026-03-02T10:00"), allowance=None)

        with pytest.raises(ValueError, match="stored without its allowance"):
            reloaded(old, at=at("2026-03-03T10:00"), calendar=TYPHOON)
