"""On which days a unit is told of a due time that is near or past: nudges, yellow and red card (domain.md A.3)."""

from datetime import date, datetime
from typing import NamedTuple

from dispatcher.rules.calendar import WorkingCalendar
from models.codes import ReminderKind
from models.deadline import Deadline
from models.profile import ReminderRule


class Reminder(NamedTuple):
    """What is told, on which day; ``at`` is the moment at which the office opens on it."""

    kind: ReminderKind
    day: date
    at: datetime


def reminders_of(deadline: Deadline, *, rule: ReminderRule, calendar: WorkingCalendar) -> tuple[Reminder, ...]:
    """Return the cards and nudges of a deadline, in the order of their days; an extension or a pause moves them with it."""
    days = [
        (yellow_card_day(deadline, rule=rule, calendar=calendar), ReminderKind.YELLOW_CARD),
        (red_card_day(deadline, rule=rule, calendar=calendar), ReminderKind.RED_CARD),
        *((_day_before(deadline, days, calendar), ReminderKind.NUDGE) for days in rule.nudges_before),
        *((_day_after(deadline, days, calendar), ReminderKind.NUDGE) for days in rule.nudges_after),
    ]
    told = (Reminder(kind, day, calendar.opening_of(day)) for day, kind in days if day is not None)
    return tuple(sorted(told, key=lambda reminder: (reminder.day, list(ReminderKind).index(reminder.kind))))


def yellow_card_day(deadline: Deadline, *, rule: ReminderRule, calendar: WorkingCalendar) -> date | None:
    """Return the working day of the 黄牌: one before the day of the due time (stories S01 and S15).

    None where that day is not after the one on which the clock started: nobody is warned of what just came.
    """
    return _day_before(deadline, rule.yellow_card_before, calendar)


def red_card_day(deadline: Deadline, *, rule: ReminderRule, calendar: WorkingCalendar) -> date:
    """Return the working day of the 红牌: the first after the day of the due time."""
    return _day_after(deadline, rule.red_card_after, calendar)


def supervision_day(deadline: Deadline, *, rule: ReminderRule, calendar: WorkingCalendar) -> date:
    """Return the working day on which an unmet deadline calls for supervision (domain.md A.10: 超期 ≥5 WD)."""
    return _day_after(deadline, rule.supervise_after, calendar)


def criticism_day(deadline: Deadline, *, rule: ReminderRule, calendar: WorkingCalendar) -> date | None:
    """Return the working day of the 通报批评, None where the city criticises nobody (domain.md A.3 通报)."""
    return None if rule.criticise_after is None else _day_after(deadline, rule.criticise_after, calendar)


def _day_before(deadline: Deadline, days: int, calendar: WorkingCalendar) -> date | None:
    day = calendar.working_day_from(calendar.day_of(deadline.due), -days)
    return day if day > calendar.day_of(deadline.start) else None


def _day_after(deadline: Deadline, days: int, calendar: WorkingCalendar) -> date:
    return calendar.working_day_from(calendar.day_of(deadline.due), days)
