"""How many deadlines one core computes in a second: ``python -m bench.deadlines [--profile NAME]``.

Starts are spread over three years, holidays and nights among them. A figure is the best of several runs of processor time,
so that other work on the machine counts little.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from bench.figures import HEADER, Figure
from bench.machine import machine
from config.profiles import find_profile, load_profile
from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.changes import reloaded
from dispatcher.rules.deadlines import deadline_for, due_at
from dispatcher.rules.explaining import explain
from dispatcher.rules.pausing import paused, resumed
from dispatcher.rules.reminding import reminders_of
from models.codes import ClockKind, PauseReason, RequestType, Stage, Urgency
from models.deadline import Deadline
from models.profile import Allowance, Profile

T = TypeVar("T")

WANTED = 50_000
"""Deadlines a second and core that the house must compute (issue 4)."""

N_STARTS, RUNS = 20_000, 5

_AMOUNTS = (
    (ClockKind.WORKING_DAYS, 5, timedelta()),
    (ClockKind.WORKING_HOURS, 0, timedelta(hours=4)),
    (ClockKind.NATURAL_DAYS, 7, timedelta()),
    (ClockKind.WALL, 0, timedelta(hours=24)),
)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="haikou", metavar="NAME")
    profile = load_profile(find_profile(parser.parse_args().profile))
    print(machine())
    print(HEADER)
    for figure in measure(profile):
        print(figure.line())


def measure(profile: Profile) -> Iterator[Figure]:
    """Yield a figure for each clock, for whole records, and for what is done with them."""
    calendar = WorkingCalendar(profile.calendar)
    first = datetime(min(profile.calendar.years), 1, 1, tzinfo=profile.timezone).astimezone(UTC)
    # A step that is no whole number of days, so that every time of day comes.
    starts = [first + timedelta(minutes=77) * number for number in range(N_STARTS)]
    for clock, days, duration in _AMOUNTS:
        allowance = Allowance(clock, days, duration, "bench")
        yield _figure(f"due times, {clock.value}", partial(due_at, allowance, calendar=calendar), starts, WANTED)
    records = [record_of(start, profile, calendar) for start in starts]
    yield _figure("records by the profile's rules", lambda start: record_of(start, profile, calendar), starts, WANTED)
    yield _figure("pause and resumption, WD", lambda deadline: _paused_once(deadline, profile, calendar), records)
    other = WorkingCalendar(replace(profile.calendar, version="other"))
    yield _figure("counted again by another calendar", lambda each: reloaded(each, at=each.start, calendar=other), records)
    rule = profile.deadlines.reminders
    yield _figure("cards and nudges", lambda deadline: reminders_of(deadline, rule=rule, calendar=calendar), records)
    yield _figure("days explained", lambda deadline: explain(deadline, calendar), records)


def record_of(start: datetime, profile: Profile, calendar: WorkingCalendar) -> Deadline:
    """Return the deadline of an ordinary complaint."""
    return deadline_for(
        Stage.RESOLVE,
        unit_code="U",
        category_code="",
        request_type=RequestType.COMPLAINT,
        urgency=Urgency.NORMAL,
        start=start,
        rules=profile.deadlines,
        calendar=calendar,
        profile_version=profile.version,
    )


def _paused_once(deadline: Deadline, profile: Profile, calendar: WorkingCalendar) -> Deadline:
    stopped = paused(deadline, PauseReason.MATERIAL, deadline.start + timedelta(days=1))
    return resumed(stopped, deadline.start + timedelta(days=3), rule=profile.deadlines.pause, calendar=calendar)


def _figure(what: str, work: Callable[[T], object], values: list[T], wanted: int = 0) -> Figure:
    rate = len(values) / min(_seconds(work, values) for _ in range(RUNS))
    return Figure(
        what=what,
        on=f"{len(values):,} starts",
        figure=f"{rate:,.0f}/s",
        how=f"one core, best of {RUNS}",
        target=f"≥ {wanted:,}/s" if wanted else "",
        missed=rate < wanted,
    )


def _seconds(work: Callable[[T], object], values: list[T]) -> float:
    started = time.process_time()
    for value in values:
        work(value)
    return time.process_time() - started


if __name__ == "__main__":
    main()
