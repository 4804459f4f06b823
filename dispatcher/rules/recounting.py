"""A deadline counted again from what it was counted from: start, allowance, pauses, extension (domain.md A.4).

A clock of hours keeps what was left when it was paused: time inside a pause does not pass. A clock of days moves on at
the end of a day (``day_end``): a day that ends inside a pause is not counted, so the day of the pause is still to come and
the day of the resumption takes its place. Rest days and closed hours inside a pause would not have counted anyway.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.deadlines import Due, due_at
from models.codes import ClockKind, DueChange, Stage
from models.deadline import Deadline, FormerDue
from models.profile import Allowance

_DAY = timedelta(days=1)

Span = tuple[datetime, datetime]


def recount(deadline: Deadline, calendar: WorkingCalendar) -> Due:
    """Return when ``deadline`` ends by ``calendar``, with the days that count, an extension's included.

    A pause that still runs costs nothing yet. A promise is never moved by a pause (invariant 2 of domain.md A.2).

    Raises:
        ValueError: the deadline was stored without its allowance.
    """
    allowance = allowance_of(deadline)
    spans = stopped_spans(deadline)
    due = _paused_due(allowance, deadline.start, spans, calendar) if spans else due_at(allowance, deadline.start, calendar)
    return _extended(due, deadline.extension_days, spans, calendar) if deadline.extension_days else due


def moved(deadline: Deadline, due: Due, *, because: DueChange, at: datetime, calendar: WorkingCalendar) -> Deadline:
    """Return ``deadline`` with another due time; what it said before is kept."""
    before = FormerDue(
        due=deadline.due,
        days=deadline.days,
        provisional=deadline.provisional,
        clock=deadline.clock,
        calendar_version=deadline.calendar_version,
        changed_by=because,
        at=at,
    )
    return replace(
        deadline,
        due=due.due,
        days=due.days,
        provisional=due.provisional,
        calendar_version=calendar.facts.version,
        former=(*deadline.former, before),
    )


def allowance_of(deadline: Deadline) -> Allowance:
    """Return what the deadline was counted from.

    Raises:
        ValueError: it was stored without.
    """
    if deadline.allowance is None:
        raise ValueError(f"a {deadline.stage} deadline of {deadline.start} was stored without its allowance")
    return deadline.allowance


def stopped_spans(deadline: Deadline) -> tuple[Span, ...]:
    """Return the spans in which the deadline's clock stood still, in order; a promise's clock never does."""
    if deadline.stage is Stage.PROMISE:
        return ()
    return tuple((pause.start, pause.end) for pause in deadline.pauses if pause.end is not None)


def is_stopped(moment: datetime, spans: Sequence[Span]) -> bool:
    """Return whether a moment lies inside a span."""
    return any(start <= moment < end for start, end in spans)


def _paused_due(allowance: Allowance, start: datetime, spans: Sequence[Span], calendar: WorkingCalendar) -> Due:
    match allowance.clock:
        case ClockKind.WALL | ClockKind.WORKING_HOURS:
            return _hours_left(allowance, start, spans, calendar)
        case ClockKind.WORKING_DAYS:
            days = tuple(islice(_counting_days(calendar.day_of(start), spans, calendar), allowance.days))
            return _end(calendar.day_of(start) + _DAY, days[-1], days, calendar)
        case ClockKind.NATURAL_DAYS:
            return _natural_days(allowance, start, spans, calendar)


def _hours_left(allowance: Allowance, start: datetime, spans: Sequence[Span], calendar: WorkingCalendar) -> Due:
    """Let the clock run from each resumption to the next pause, until it is used up."""
    left, runs_from = allowance.duration, start
    for pause_start, pause_end in spans:
        if allowance.clock is ClockKind.WALL:
            passed = pause_start.astimezone(UTC) - runs_from.astimezone(UTC)
        else:
            passed = calendar.office_time_between(runs_from, pause_start)
        if passed >= left:
            break
        left, runs_from = left - passed, pause_end
    due = due_at(replace(allowance, duration=left), runs_from, calendar)
    unknown = calendar.leaves_loaded_years(calendar.day_of(start), calendar.day_of(due.due))
    return due._replace(provisional=allowance.clock is ClockKind.WORKING_HOURS and unknown)


def _counting_days(after: date, spans: Sequence[Span], calendar: WorkingCalendar) -> Iterator[date]:
    """Iterate over the working days after a day that do not end inside a pause."""
    return (day for day in calendar.working_days_after(after) if not is_stopped(calendar.end_of(day), spans))


def _natural_days(allowance: Allowance, start: datetime, spans: Sequence[Span], calendar: WorkingCalendar) -> Due:
    days: list[date] = []
    day = calendar.day_of(start)
    while len(days) < allowance.days:
        day += _DAY
        if not is_stopped(calendar.end_of(day), spans):
            days.append(day)
    if not allowance.roll:
        return Due(calendar.end_of(day), provisional=False, days=tuple(days))
    last = next(_counting_days(day - _DAY, spans, calendar))
    return _end(day, last, tuple(days), calendar)


def _extended(due: Due, working_days: int, spans: Sequence[Span], calendar: WorkingCalendar) -> Due:
    """Add working days after the day of the due time (domain.md A.3 延期; story S15)."""
    day = calendar.day_of(due.due)
    added = tuple(islice(_counting_days(day, spans, calendar), working_days))
    end = _end(day + _DAY, added[-1], (*due.days, *added), calendar)
    return end._replace(provisional=end.provisional or due.provisional)


def _end(first: date, last: date, days: tuple[date, ...], calendar: WorkingCalendar) -> Due:
    return Due(calendar.end_of(last), calendar.leaves_loaded_years(first, last), days)
