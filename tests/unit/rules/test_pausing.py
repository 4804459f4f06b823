"""Pauses: what is left when a clock stops is left when it runs again, and rest time is not given twice."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.pausing import pause_ends_at, pause_refusal, paused, paused_working_days, read_reason, resumed
from models.codes import ClockKind, DueChange, PauseReason, PauseRefusal, Stage
from models.deadline import Deadline, Pause
from tests.unit.rules.deadline_desk import CALENDAR, CHINA, HAIKOU, RULES, at, five_days, record

RULE = RULES.pause
MATERIAL = PauseReason.MATERIAL

moments = st.datetimes(
    min_value=datetime(2024, 1, 2),  # noqa: DTZ001  hypothesis adds the zone itself
    max_value=datetime(2026, 9, 1),  # noqa: DTZ001
    timezones=st.just(CHINA),
)
clocks = st.sampled_from(
    [
        (ClockKind.WALL, 24.0),
        (ClockKind.WALL, 0.5),
        (ClockKind.WORKING_HOURS, 4.0),
        (ClockKind.WORKING_HOURS, 20.0),
        (ClockKind.WORKING_DAYS, 1),
        (ClockKind.WORKING_DAYS, 5),
        (ClockKind.WORKING_DAYS, 15),
        (ClockKind.NATURAL_DAYS, 7),
    ]
)
shares = st.floats(0, 1)


def pause(deadline: Deadline, start: datetime, end: datetime) -> Deadline:
    """Return the deadline after one pause."""
    return resumed(paused(deadline, MATERIAL, start), end, rule=RULE, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("start", "stopped", "again", "due"),
    [
        # Five days from Monday 2 March end on the 9th. Wednesday to Tuesday: 4, 5, 6 and 9 March end in the pause.
        ("2026-03-02T10:00", "2026-03-04T10:00", "2026-03-10T15:00", "2026-03-13T23:59:59"),
        ("2026-03-02T10:00", "2026-03-04T10:00", "2026-03-04T17:00", "2026-03-09T23:59:59"),  # the same day
        ("2026-03-02T10:00", "2026-03-04T10:00", "2026-03-05T09:00", "2026-03-10T23:59:59"),  # over night: one day
        ("2026-03-02T10:00", "2026-03-07T10:00", "2026-03-08T20:00", "2026-03-09T23:59:59"),  # Saturday to Sunday: nothing
        ("2026-03-02T10:00", "2026-03-06T10:00", "2026-03-09T09:00", "2026-03-10T23:59:59"),  # Friday to Monday: one day
        (
            "2026-03-02T10:00",
            "2026-03-09T10:00",
            "2026-03-11T09:00",
            "2026-03-11T23:59:59",
        ),  # on the last day: what is left of it
        (
            "2026-09-24T10:00",
            "2026-09-30T10:00",
            "2026-10-08T09:00",
            "2026-10-10T23:59:59",
        ),  # over National Day: one day, a worked Saturday
    ],
)
def test_a_working_day_that_ends_in_a_pause_is_not_counted(start, stopped, again, due):
    """The day of the pause is still to come, the day of the resumption takes its place."""
    assert pause(five_days(start), at(stopped), at(again)).due == at(due)


def test_office_hours_keep_what_was_left():
    """Four hours from 08:30, stopped at 10:00: two and a half are left, and the pause's lunch and night give none."""
    deadline = record(ClockKind.WORKING_HOURS, 4, "2026-03-11T08:30")

    assert deadline.due == at("2026-03-11T14:30")
    assert pause(deadline, at("2026-03-11T10:00"), at("2026-03-12T09:00")).due == at("2026-03-12T11:30")
    assert pause(deadline, at("2026-03-11T12:00"), at("2026-03-11T14:00")).due == deadline.due
    assert pause(deadline, at("2026-03-11T12:00"), at("2026-03-11T14:10")).due == at("2026-03-11T14:40")


def test_natural_time_keeps_what_was_left():
    """24 hours, stopped after 6: 18 are left."""
    deadline = record(ClockKind.WALL, 24, "2026-03-11T08:00")

    assert pause(deadline, at("2026-03-11T14:00"), at("2026-03-13T09:00")).due == at("2026-03-14T03:00")


def test_natural_days_keep_what_was_left():
    """Seven days with two that end in a pause are over on the ninth; an end on a rest day moves on."""
    deadline = record(ClockKind.NATURAL_DAYS, 7, "2026-03-02T10:00")
    later = pause(deadline, at("2026-03-04T10:00"), at("2026-03-06T10:00"))

    assert deadline.due == at("2026-03-09T23:59:59")
    assert (later.due, len(later.days)) == (at("2026-03-11T23:59:59"), 7)
    assert pause(deadline, at("2026-03-07T10:00"), at("2026-03-09T10:00")).due == at("2026-03-11T23:59:59")


def test_a_pause_in_the_days_that_an_end_moves_over_ends_before_the_due_time():
    """Natural days used up on Saturday 14 March end on Monday; a pause from Sunday to Tuesday ends on Tuesday."""
    deadline = record(ClockKind.NATURAL_DAYS, 5, "2026-03-09T10:00")

    assert deadline.due == at("2026-03-16T23:59:59")
    assert pause(deadline, at("2026-03-15T10:00"), at("2026-03-17T10:00")).due == at("2026-03-17T23:59:59")


def test_natural_days_without_roll_may_end_on_a_rest_day():
    """A window that no office keeps ends when its days are over."""
    deadline = record(ClockKind.NATURAL_DAYS, 5, "2026-03-09T10:00", roll=False)

    assert deadline.due == at("2026-03-14T23:59:59")
    assert pause(deadline, at("2026-03-10T10:00"), at("2026-03-11T10:00")).due == at("2026-03-15T23:59:59")


def test_a_day_that_ended_before_the_pause_is_used():
    """Where a working day ends at 17:30, a pause from 18:00 to the next morning costs nothing."""
    calendar = WorkingCalendar(replace(HAIKOU.calendar, day_end=time(17, 30)))
    deadline = record(ClockKind.WORKING_DAYS, 5, "2026-03-02T10:00", calendar=calendar)
    stopped = paused(deadline, MATERIAL, at("2026-03-04T18:00"))

    assert resumed(stopped, at("2026-03-05T08:00"), rule=RULE, calendar=calendar).due == at("2026-03-09T17:30")
    assert resumed(stopped, at("2026-03-05T18:00"), rule=RULE, calendar=calendar).due == at("2026-03-10T17:30")
    assert paused_working_days(resumed(stopped, at("2026-03-05T18:00"), rule=RULE, calendar=calendar), calendar) == 1
    assert pause_ends_at(stopped, rule=RULE, calendar=calendar) == at("2026-03-19T00:00")


@pytest.mark.parametrize(
    ("stopped", "again", "due", "paused_days"),
    [
        ("2026-03-04T17:30", "2026-03-05T08:00", "2026-03-10T17:30", 1),
        ("2026-03-04T10:00", "2026-03-04T17:30", "2026-03-09T17:30", 0),
    ],
)
def test_the_last_moment_of_a_day_belongs_to_a_pause_that_begins_with_it(stopped, again, due, paused_days):
    """A pause that begins as the day ends has it; one that ends with the day has not."""
    calendar = WorkingCalendar(replace(HAIKOU.calendar, day_end=time(17, 30)))
    deadline = paused(record(ClockKind.WORKING_DAYS, 5, "2026-03-02T10:00", calendar=calendar), MATERIAL, at(stopped))
    running = resumed(deadline, at(again), rule=RULE, calendar=calendar)

    assert running.due == at(due)
    assert paused_working_days(running, calendar) == paused_days


def test_a_year_that_arrived_during_a_pause_makes_the_due_time_certain():
    """The date stays, but it is no guess any more."""
    stopped = paused(five_days("2026-12-25T10:00"), MATERIAL, at("2026-12-26T10:00"))
    known = WorkingCalendar(replace(HAIKOU.calendar, years=HAIKOU.calendar.years | {2027}, version="cn-2027@1"))
    running = resumed(stopped, at("2026-12-26T10:00"), rule=RULE, calendar=known)

    assert (stopped.due, stopped.provisional) == (at("2027-01-01T23:59:59"), True)
    assert (running.due, running.provisional, running.calendar_version) == (stopped.due, False, "cn-2027@1")


def test_the_record_keeps_every_pause_and_every_version():
    """Two pauses: both stand in the record with their reasons, and what was due before each."""
    first = pause(five_days("2026-03-02T10:00"), at("2026-03-04T10:00"), at("2026-03-05T10:00"))
    second = resumed(
        paused(first, PauseReason.FORCE_MAJEURE, at("2026-03-09T10:00")), at("2026-03-11T10:00"), rule=RULE, calendar=CALENDAR
    )

    assert [(kept.reason, kept.start, kept.end) for kept in second.pauses] == [
        (MATERIAL, at("2026-03-04T10:00"), at("2026-03-05T10:00")),
        (PauseReason.FORCE_MAJEURE, at("2026-03-09T10:00"), at("2026-03-11T10:00")),
    ]
    assert [former.due for former in second.former] == [at("2026-03-09T23:59:59"), at("2026-03-10T23:59:59")]
    assert {former.changed_by for former in second.former} == {DueChange.PAUSE}
    assert second.due == at("2026-03-12T23:59:59")
    assert paused_working_days(second, CALENDAR) == 3


def test_a_promise_is_flagged_and_never_moved():
    """The citizen reads 暂停 with its reason; the date that was promised stays (invariant 2)."""
    promise = five_days("2026-03-02T10:00", stage=Stage.PROMISE)
    flagged = paused(promise, PauseReason.FORCE_MAJEURE, at("2026-03-04T10:00"))
    again = resumed(flagged, at("2026-03-20T10:00"), rule=RULE, calendar=CALENDAR)

    assert flagged.running_pause == Pause(PauseReason.FORCE_MAJEURE, at("2026-03-04T10:00"))
    assert again.running_pause is None
    assert (flagged.due, again.due, again.former) == (promise.due, promise.due, ())


def test_ten_working_days_of_pause_are_the_limit():
    """Stopped on Wednesday 4 March, the tenth working day ends on the 17th: then the clock runs by itself."""
    stopped = paused(five_days("2026-03-02T10:00"), MATERIAL, at("2026-03-04T10:00"))
    late = resumed(stopped, at("2026-04-20T10:00"), rule=RULE, calendar=CALENDAR)

    assert pause_ends_at(stopped, rule=RULE, calendar=CALENDAR) == at("2026-03-18T00:00")
    assert late.pauses[-1].end == at("2026-03-18T00:00")
    assert late.due == at("2026-03-23T23:59:59")
    assert paused_working_days(late, CALENDAR) == RULE.most_days
    refusal = pause_refusal(late, reason=MATERIAL, at=at("2026-03-18T10:00"), rule=RULE, calendar=CALENDAR)
    assert refusal is PauseRefusal.USED_UP


def test_what_earlier_pauses_took_is_missing_from_the_limit():
    """After nine days of pause the next one ends with the day on which it began."""
    first = pause(five_days("2026-03-02T10:00"), at("2026-03-04T10:00"), at("2026-03-17T10:00"))
    stopped = paused(first, MATERIAL, at("2026-03-18T10:00"))

    assert paused_working_days(first, CALENDAR) == 9
    assert pause_ends_at(stopped, rule=RULE, calendar=CALENDAR) == at("2026-03-19T00:00")


@pytest.mark.parametrize(
    ("reason", "moment", "refusal"),
    [
        (MATERIAL, "2026-03-04T10:00", None),
        (None, "2026-03-04T10:00", PauseRefusal.REASON),
        (MATERIAL, "2026-03-09T23:59:58", None),
        (MATERIAL, "2026-03-09T23:59:59", PauseRefusal.OVERDUE),
    ],
)
def test_who_may_pause(reason, moment, refusal):
    """Only for an allowed reason, and only while there is something left to stop."""
    found = pause_refusal(five_days("2026-03-02T10:00"), reason=reason, at=at(moment), rule=RULE, calendar=CALENDAR)

    assert found is refusal


def test_a_clock_pauses_once_at_a_time_and_a_promise_not_by_itself():
    """A second pause inside the first is refused; the promise follows the unit's clock."""
    stopped = paused(five_days("2026-03-02T10:00"), MATERIAL, at("2026-03-04T10:00"))
    promise = five_days("2026-03-02T10:00", stage=Stage.PROMISE)
    ask = {"reason": MATERIAL, "at": at("2026-03-05T10:00"), "rule": RULE, "calendar": CALENDAR}

    assert pause_refusal(stopped, **ask) is PauseRefusal.RUNNING
    assert pause_refusal(promise, **ask) is PauseRefusal.PROMISE


def test_stopping_twice_and_running_without_a_stop_are_mistakes_of_the_caller():
    """The guard is asked first; what it refuses is not done."""
    running = five_days("2026-03-02T10:00")
    stopped = paused(running, MATERIAL, at("2026-03-04T10:00"))

    with pytest.raises(ValueError, match="cannot be paused"):
        paused(stopped, MATERIAL, at("2026-03-05T10:00"))
    with pytest.raises(ValueError, match="cannot be paused"):
        paused(running, MATERIAL, at("2026-03-02T09:59"))
    with pytest.raises(ValueError, match="is not paused"):
        resumed(running, at("2026-03-05T10:00"), rule=RULE, calendar=CALENDAR)
    with pytest.raises(ValueError, match="is not paused"):
        resumed(stopped, at("2026-03-03T10:00"), rule=RULE, calendar=CALENDAR)
    with pytest.raises(ValueError, match="is not paused"):
        pause_ends_at(running, rule=RULE, calendar=CALENDAR)


def test_years_that_are_not_loaded_are_paused_by_their_weekends():
    """Long after the loaded years the days are those of any week, and the answer is provisional."""
    deadline = five_days("2060-03-01T10:00")
    again = pause(deadline, at("2060-03-03T10:00"), at("2060-03-09T10:00"))

    assert deadline.due == at("2060-03-08T23:59:59")
    assert (again.due, again.provisional) == (at("2060-03-12T23:59:59"), True)
    assert paused_working_days(again, CALENDAR) == 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("待诉求人补充材料", PauseReason.MATERIAL),
        ("诉求人需补充材料：购房合同", PauseReason.MATERIAL),
        ("诉求人要求延后到下周处理", PauseReason.CITIZEN),
        ("不可抗力（台风红色预警）", PauseReason.FORCE_MAJEURE),
        ("房屋安全鉴定期间", PauseReason.JUDICIAL),
        ("司法/鉴定期间", PauseReason.JUDICIAL),
        ("公司法务出差", None),
        ("人手不足", None),
        ("", None),
    ],
)
def test_a_clerks_words_name_a_reason_or_none(text, reason):
    """Being busy is no reason to stop a clock."""
    assert read_reason(text, RULE) is reason


@given(clocks, moments, shares, st.floats(0, 20))
def test_a_pause_never_gives_less_time_and_never_ends_overdue(clock, start, share, days):
    """Whatever the clock: later or the same, and never due before the clock runs again."""
    deadline = record(*clock, start)
    stopped_at = start + (deadline.due - start) * share
    assume(stopped_at < deadline.due)
    again = pause(deadline, stopped_at, stopped_at + timedelta(days=days))

    assert again.due >= deadline.due
    assert again.due >= again.pauses[-1].end
    assert paused_working_days(again, CALENDAR) <= RULE.most_days


@given(moments, shares, st.floats(0, 10), st.sampled_from([1, 5, 15]))
def test_the_working_days_still_to_come_are_kept(start, share, days, count):
    """As many working days follow the resumption as were still to come at the pause."""
    deadline = record(ClockKind.WORKING_DAYS, count, start)
    stopped_at = start + (deadline.due - start) * share
    again = pause(deadline, stopped_at, stopped_at + timedelta(days=days))
    end = again.pauses[-1].end

    def to_come(days: tuple[date, ...], moment: datetime) -> int:
        return sum(CALENDAR.end_of(day) >= moment for day in days)

    assert len(again.days) == count
    assert to_come(again.days, end) == to_come(deadline.days, stopped_at)


@given(clocks, moments, shares)
def test_a_pause_that_ends_when_it_begins_changes_nothing(clock, start, share):
    """Pause and resume in one moment."""
    deadline = record(*clock, start)
    moment = start + (deadline.due - start) * share

    assert replace(pause(deadline, moment, moment), pauses=()) == deadline


@given(clocks, moments, shares, st.floats(0.01, 6), st.floats(0.1, 0.9))
def test_a_pause_cut_in_two_costs_the_same(clock, start, share, days, cut):
    """Resuming and pausing again in the same moment gives and takes nothing."""
    deadline = record(*clock, start)
    stopped_at = start + (deadline.due - start) * share
    middle, end = stopped_at + timedelta(days=days * cut), stopped_at + timedelta(days=days)

    assert pause(pause(deadline, stopped_at, middle), middle, end).due == pause(deadline, stopped_at, end).due
