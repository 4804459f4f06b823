"""Deadlines: which allowance holds for a stage, and when it ends (domain.md A.3 and A.4)."""

from datetime import UTC, date, datetime
from typing import NamedTuple

from dispatcher.rules.calendar import WorkingCalendar
from models.codes import ClockKind, RequestType, Stage, Urgency
from models.deadline import Deadline
from models.profile import Allowance, DeadlineRules


class Due(NamedTuple):
    """When an allowance ends, whether that may still change, and the days that were counted."""

    due: datetime
    provisional: bool
    days: tuple[date, ...]


def due_at(allowance: Allowance, start: datetime, calendar: WorkingCalendar) -> Due:
    """Return when ``allowance`` ends that begins at ``start``, in the profile's time zone.

    ``days`` are the working days (WD) or the days (ND) that were counted, empty for WALL and WH.

    Raises:
        ValueError: ``start`` has no time zone, or the allowance is empty.
    """
    if start.tzinfo is None:
        raise ValueError(f"{start} has no time zone")
    if allowance.days < 1 and not allowance.duration:
        raise ValueError(f"an allowance on the clock {allowance.clock} is empty")
    match allowance.clock:
        case ClockKind.WALL:
            # Added in UTC: local arithmetic would be an hour off where a zone changes to summer time.
            end = (start.astimezone(UTC) + allowance.duration).astimezone(calendar.facts.timezone)
            return Due(end, provisional=False, days=())
        case ClockKind.WORKING_HOURS:
            count = calendar.working_time(start, allowance.duration)
        case ClockKind.WORKING_DAYS:
            count = calendar.working_days(start, allowance.days)
        case ClockKind.NATURAL_DAYS:
            count = calendar.natural_days(start, allowance.days)
    return Due(count.end, count.provisional, count.days)


def deadline_for(
    stage: Stage,
    *,
    unit_code: str | None,
    category_code: str,
    request_type: RequestType,
    urgency: Urgency,
    start: datetime,
    rules: DeadlineRules,
    calendar: WorkingCalendar,
    profile_version: str,
) -> Deadline:
    """Return the deadline of one stage of a ticket, with its proof.

    An allowance of the category replaces that of a 一般 request. It never gives an urgent one more time: of the two
    ends the earlier holds, since emergency words override every working-day clock (architecture decision 13).
    ``unit_code`` is None for the hotline's own stages.

    Raises:
        KeyError: the rules have no allowance; a profile that was loaded has one for every stage, urgency and type.
    """
    allowance = _general_allowance(stage, request_type, urgency, rules)
    of_category = rules.by_category.get((stage, category_code))
    if of_category is not None and urgency is Urgency.NORMAL:
        allowance = of_category
    end = due_at(allowance, start, calendar)
    if of_category is not None and urgency is not Urgency.NORMAL:
        other = due_at(of_category, start, calendar)
        if other.due < end.due:
            allowance, end = of_category, other
    return Deadline(
        stage=stage,
        unit_code=unit_code,
        clock=allowance.clock,
        start=start,
        due=end.due,
        provisional=end.provisional,
        days=end.days,
        calendar_version=calendar.facts.version,
        profile_version=profile_version,
    )


def _general_allowance(stage: Stage, request_type: RequestType, urgency: Urgency, rules: DeadlineRules) -> Allowance:
    """Return the allowance by urgency; 一般 requests go by type where the stage has types."""
    if urgency is Urgency.NORMAL:
        of_type = rules.by_type.get((stage, request_type))
        if of_type is not None:
            return of_type
    return rules.by_urgency[stage, urgency]
