"""When time alone makes something happen to a deadline, and what: each moment once, in order (domain.md A.3, A.10)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.pausing import pause_ends_at
from dispatcher.rules.reminding import criticism_day, reminders_of, supervision_day
from models.codes import ReminderKind, Stage
from models.deadline import Deadline
from models.profile import DeadlineRules

_AFTER = timedelta(microseconds=1)
"""A deadline is kept until its last moment has passed."""

WORK = frozenset({Stage.RESOLVE, Stage.REOPEN})
"""Stages in which a unit works on a request, and of which cards tell."""

WINDOWS = frozenset({Stage.RETURN, Stage.RATING_INVITE, Stage.RATING_WINDOW})
"""Spans in which something may be done and need not be: when they have passed nobody is judged."""


class RingKind(Enum):
    """What happens then."""

    PASSED = auto()
    NUDGE = auto()
    YELLOW_CARD = auto()
    RED_CARD = auto()
    SUPERVISION = auto()
    PAUSE_ENDS = auto()
    CRITICISM = auto()


class Ring(NamedTuple):
    """One moment; ``day`` is the working day that it belongs to."""

    at: datetime
    kind: RingKind
    day: date


_REMINDERS = {
    ReminderKind.NUDGE: RingKind.NUDGE,
    ReminderKind.YELLOW_CARD: RingKind.YELLOW_CARD,
    ReminderKind.RED_CARD: RingKind.RED_CARD,
}


def rings_of(deadline: Deadline, *, rules: DeadlineRules, calendar: WorkingCalendar) -> tuple[Ring, ...]:
    """Return every moment at which time makes something happen to a deadline whose clock is not stopped by a reply."""
    return tuple(sorted(_rings(deadline, rules, calendar), key=lambda ring: (ring.at, ring.kind.value)))


def next_ring(deadline: Deadline, after: datetime, *, rules: DeadlineRules, calendar: WorkingCalendar) -> Ring | None:
    """Return the first moment after ``after``, None where there is none."""
    return next((ring for ring in rings_of(deadline, rules=rules, calendar=calendar) if ring.at > after), None)


def _rings(deadline: Deadline, rules: DeadlineRules, calendar: WorkingCalendar) -> Iterator[Ring]:
    if deadline.running_pause is not None and deadline.stage is not Stage.PROMISE:
        ends = pause_ends_at(deadline, rule=rules.pause, calendar=calendar)
        yield Ring(ends, RingKind.PAUSE_ENDS, calendar.day_of(ends))
        return
    passed = deadline.due + _AFTER
    yield Ring(passed, RingKind.PASSED, calendar.day_of(deadline.due))
    if deadline.stage not in WORK:
        return
    for reminder in reminders_of(deadline, rule=rules.reminders, calendar=calendar):
        yield Ring(reminder.at, _REMINDERS[reminder.kind], reminder.day)
    day = supervision_day(deadline, rule=rules.reminders, calendar=calendar)
    yield Ring(calendar.opening_of(day), RingKind.SUPERVISION, day)
    criticised = criticism_day(deadline, rule=rules.reminders, calendar=calendar)
    if criticised is not None:
        yield Ring(calendar.opening_of(criticised), RingKind.CRITICISM, criticised)
