"""A deadline can be followed day by day: which count, which do not, and why."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.rules.changes import extended
from dispatcher.rules.explaining import explain
from dispatcher.rules.pausing import paused, resumed
from models.codes import ClockKind, PauseReason
from models.deadline import Deadline
from tests.unit.rules.deadline_desk import CALENDAR, RULES, at, five_days, record
from tests.unit.rules.test_pausing import clocks, moments, shares


def lines(deadline: Deadline) -> list[tuple[str, str, int | None]]:
    """Return span, reason and number of each line."""
    return [
        (f"{each.first:%m-%d}" + ("" if each.first == each.last else f"..{each.last:%m-%d}"), each.why, each.counted)
        for each in explain(deadline, CALENDAR)
    ]


def test_working_days_over_national_day():
    """The example of domain.md I.4: the break, the worked Saturday, the Sunday after it."""
    assert lines(five_days("2026-09-30T15:20")) == [
        ("09-30", "起算当日不计入", None),
        ("10-01..10-07", "国庆节", None),
        ("10-08", "工作日", 1),
        ("10-09", "工作日", 2),
        ("10-10", "国庆节调休上班", 3),
        ("10-11", "周日", None),
        ("10-12", "工作日", 4),
        ("10-13", "工作日", 5),
    ]


def test_a_pause_is_told():
    """Days that ended in a pause stand between those that count."""
    stopped = paused(five_days("2026-03-02T10:00"), PauseReason.MATERIAL, at("2026-03-04T10:00"))
    running = resumed(stopped, at("2026-03-06T10:00"), rule=RULES.pause, calendar=CALENDAR)

    assert ("03-04..03-05", "暂停", None) in lines(running)
    assert lines(running)[-1] == ("03-11", "工作日", 5)


def test_natural_days_tell_over_what_their_end_moved():
    """Five days end on Saturday 14 March, and move on to Monday."""
    assert lines(record(ClockKind.NATURAL_DAYS, 5, "2026-03-09T10:00"))[-3:] == [
        ("03-14", "周六", 5),
        ("03-15", "周日，顺延", None),
        ("03-16", "工作日，顺延至此", None),
    ]


def test_office_hours_tell_how_much_of_each_day_was_used():
    """Four hours from Tuesday night: Wednesday morning and half an hour after lunch."""
    explained = explain(record(ClockKind.WORKING_HOURS, 4, "2026-03-10T23:12"), CALENDAR)

    assert [(each.first, each.why, each.office_time) for each in explained] == [
        (date(2026, 3, 10), "不在办公时间内", None),
        (date(2026, 3, 11), "工作日", timedelta(hours=4)),
    ]


def test_an_extension_of_hours_is_told_after_them():
    """The hours as they were used, then the working days that were added."""
    office = extended(record(ClockKind.WORKING_HOURS, 1, "2026-03-13T17:00"), 1, at=at("2026-03-13T17:10"), calendar=CALENDAR)
    natural = extended(record(ClockKind.WALL, 24, "2026-03-12T10:00"), 1, at=at("2026-03-12T17:10"), calendar=CALENDAR)

    assert [(f"{each.first:%m-%d}", each.office_time, each.counted) for each in explain(office, CALENDAR)] == [
        ("03-13", timedelta(minutes=30), None),
        ("03-14", None, None),
        ("03-15", None, None),
        ("03-16", timedelta(minutes=30), None),
        ("03-17", None, 1),
    ]
    assert lines(natural) == [
        ("03-12..03-13", "按自然时间计", None),
        ("03-14", "周六", None),
        ("03-15", "周日", None),
        ("03-16", "工作日", 1),
    ]


def test_a_year_that_is_not_loaded_says_so():
    """Only its weekends are known."""
    assert lines(five_days("2026-12-29T10:00"))[-1][1] == "工作日（当年日历未载入，只按周末推算）"


def test_hours_need_no_days():
    """24 hours are 24 hours."""
    assert explain(record(ClockKind.WALL, 24, "2026-03-02T10:00"), CALENDAR) == ()


@given(clocks, moments, shares, st.floats(0, 5))
def test_the_days_told_are_all_days_and_the_counted_ones_are_those_of_the_record(clock, start, share, days):
    """Without a gap from the start to the due time; office time adds up to what was allowed."""
    deadline = record(*clock, start)
    stopped_at = start + (deadline.due - start) * share
    stopped = paused(deadline, PauseReason.MATERIAL, stopped_at)
    deadline = resumed(stopped, stopped_at + timedelta(days=days), rule=RULES.pause, calendar=CALENDAR)
    explained = explain(deadline, CALENDAR)

    if deadline.clock is ClockKind.WALL:
        assert explained == ()
        return
    assert (explained[0].first, explained[-1].last) == (start.date(), deadline.due.date())
    for earlier, later in pairwise(explained):
        assert later.first == earlier.last + timedelta(days=1)
    assert tuple(each.first for each in explained if each.counted) == deadline.days
    if deadline.clock is ClockKind.WORKING_HOURS:
        used = sum((each.office_time or timedelta() for each in explained), timedelta())
        assert used == deadline.allowance.duration
