"""Deadlines against a second implementation that walks from day to day and from minute to minute.

Which days are worked it takes from the package chinesecalendar, not from our files. It shares no line with the product.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import NamedTuple

import chinese_calendar
import pytest

from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.recounting import recount
from models.codes import ClockKind, PauseReason
from models.deadline import Pause
from tests.unit.rules.deadline_desk import CALENDAR, CHINA, HAIKOU, record

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)

SAMPLE = [
    *("2024-02-08", "2024-02-17", "2024-02-18", "2024-04-30", "2024-09-13", "2024-10-12"),
    *("2025-01-26", "2025-01-27", "2025-04-27", "2025-06-15", "2025-09-30", "2025-10-11"),
    *("2026-01-04", "2026-02-13", "2026-02-28", "2026-05-09", "2026-09-20", "2026-09-30"),
]
"""Days before breaks, inside them, rest days that are worked, and an ordinary Sunday."""

WORKED = [FIRST + DAY * n for n in range((LAST - FIRST).days + 1) if chinese_calendar.is_workday(FIRST + DAY * n)]
IS_WORKED = frozenset(WORKED)
OFFICE_MINUTES = [
    datetime.combine(day, time()) + MINUTE * n
    for day in WORKED
    for n in (*range(8 * 60 + 30, 12 * 60), *range(14 * 60, 17 * 60 + 30))
]
"""Each minute in which an office of Haikou is open, in three years."""

CLOSES_EARLY = WorkingCalendar(replace(HAIKOU.calendar, day_end=time(17, 30)))

Span = tuple[datetime, datetime]


class Case(NamedTuple):
    """A clock with its amount (days, or minutes), its start, its pauses, an extension, and when a day ends."""

    clock: ClockKind
    amount: int
    start: datetime
    pauses: tuple[Span, ...]
    extension: int
    day_end: time


def oracle(case: Case) -> datetime:
    """Return the due time by walking: the allowance, then the extension's working days after its last day."""
    due, left = oracle_allowance(case), case.extension
    while left:
        due = end_of(due.date() + DAY, case)
        if due.date() in IS_WORKED and not stands_still(due, case):
            left -= 1
    return due


def oracle_allowance(case: Case) -> datetime:
    """Return when the allowance alone is used up."""
    if case.clock is ClockKind.WALL:
        return walk_minutes(case, iter_minutes(case.start))
    if case.clock is ClockKind.WORKING_HOURS:
        return walk_minutes(case, islice(OFFICE_MINUTES, bisect_left(OFFICE_MINUTES, case.start), None))
    left, day = case.amount, case.start.date()
    while left:
        day += DAY
        if (case.clock is ClockKind.NATURAL_DAYS or day in IS_WORKED) and not stands_still(end_of(day, case), case):
            left -= 1
    while case.clock is ClockKind.NATURAL_DAYS and (day not in IS_WORKED or stands_still(end_of(day, case), case)):
        day += DAY
    return end_of(day, case)


def walk_minutes(case: Case, minutes: Iterator[datetime]) -> datetime:
    """Let minute after minute pass; those inside a pause do not count."""
    left = case.amount
    for minute in minutes:
        if not stands_still(minute, case):
            left -= 1
        if not left:
            return minute + MINUTE
    raise AssertionError("the sample reaches beyond the three years")


def iter_minutes(start: datetime) -> Iterator[datetime]:
    """Iterate over the minutes from ``start`` on."""
    while True:
        yield start
        start += MINUTE


def end_of(day: date, case: Case) -> datetime:
    """Return the last moment of a day."""
    return datetime.combine(day, case.day_end)


def stands_still(moment: datetime, case: Case) -> bool:
    """Return whether a moment lies in a pause."""
    return any(start <= moment < end for start, end in case.pauses)


def product(case: Case) -> datetime:
    """Return the due time that the product counts."""
    calendar = CALENDAR if case.day_end == time(23, 59, 59) else CLOSES_EARLY
    in_days = case.clock in (ClockKind.WORKING_DAYS, ClockKind.NATURAL_DAYS)
    amount = case.amount if in_days else case.amount / 60
    deadline = record(case.clock, amount, case.start.replace(tzinfo=CHINA), calendar=calendar)
    pauses = tuple(
        Pause(PauseReason.MATERIAL, start.replace(tzinfo=CHINA), end.replace(tzinfo=CHINA)) for start, end in case.pauses
    )
    due = recount(replace(deadline, pauses=pauses, extension_days=case.extension), calendar)
    assert not due.provisional, case
    return due.due.replace(tzinfo=None)


def a_case(chance: Random, start: datetime, clock: ClockKind) -> Case:
    """Return a case that starts at ``start``: every third one with up to three pauses."""
    amount = {
        ClockKind.WALL: lambda: chance.choice((5, 30, 120, 240, 1440)),
        ClockKind.WORKING_HOURS: lambda: chance.choice((30, 120, 240, 420, 1000)),
        ClockKind.WORKING_DAYS: lambda: chance.choice((1, 3, 5, 10, 15)),
        ClockKind.NATURAL_DAYS: lambda: chance.choice((1, 3, 7, 15)),
    }[clock]()
    pauses: list[Span] = []
    moment = start
    for _ in range(chance.randint(1, 3) if chance.random() < 1 / 3 else 0):
        begin = moment + MINUTE * chance.choice((0, 1, 45, 600, 1440, 4000, 9000))
        moment = begin + MINUTE * chance.choice((1, 30, 500, 1440, 3000, 8000))
        pauses.append((begin, moment))
    extension = chance.choice((1, 3, 10)) if chance.random() < 1 / 5 else 0
    return Case(clock, amount, start, tuple(pauses), extension, chance.choice((time(23, 59, 59), time(17, 30))))


def cases(seed: int, minutes_a_day: int) -> Iterator[Case]:
    """Yield cases of every sampled day on every clock, from so many of its minutes, chosen by ``seed``."""
    chance = Random(seed)  # noqa: S311  a sample, no secret
    for text in SAMPLE:
        midnight = datetime.fromisoformat(text)
        for minute in sorted(chance.sample(range(1440), minutes_a_day)):
            for clock in ClockKind:
                yield a_case(chance, midnight + MINUTE * minute, clock)


def assert_agreement(all_cases: Iterator[Case]) -> int:
    """Compare every case and return how many there were."""
    compared = 0
    for case in all_cases:
        assert product(case) == oracle(case), case
        compared += 1
    return compared


def test_the_loaded_calendar_is_the_one_of_chinesecalendar():
    """Each of the 1,096 days of 2024 to 2026 is worked in both, or in none."""
    days = [FIRST + DAY * n for n in range((LAST - FIRST).days + 1)]

    assert [day for day in days if CALENDAR.is_working_day(day)] == WORKED


def test_due_times_agree_with_the_oracle():
    """Forty minutes of each sampled day, every clock, with and without pauses and extensions, both ends of a day."""
    assert assert_agreement(cases(seed=20261126, minutes_a_day=40)) == len(SAMPLE) * 40 * len(ClockKind)


@pytest.mark.long
def test_due_times_agree_with_the_oracle_from_every_minute():
    """Every minute of each sampled day: more than 100,000 cases."""
    assert assert_agreement(cases(seed=12345, minutes_a_day=1440)) == len(SAMPLE) * 1440 * len(ClockKind) > 100_000
