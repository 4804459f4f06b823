"""Deadlines: which allowance holds for a stage, and when it ends (domain.md A.3 and A.4)."""

from datetime import UTC, date, datetime
from typing import NamedTuple

from dispatcher.rules.calendar import WorkingCalendar
from models.codes import ClockKind, RequestType, Stage, SubjectType, Track, Urgency
from models.deadline import Deadline
from models.profile import Allowance, DeadlineRules, DeskRule


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
            count = calendar.natural_days(start, allowance.days, roll=allowance.roll)
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
    track: Track | None = None,
) -> Deadline:
    """Return the deadline of one stage of a ticket, with its proof.

    Of the allowances that compete the earliest end holds. ``unit_code`` is None for the hotline's own stages.

    Raises:
        KeyError: the rules have no allowance; a profile that was loaded has one for every stage, urgency and type.
    """
    competing = allowances_for(
        stage, category_code=category_code, request_type=request_type, urgency=urgency, rules=rules, track=track
    )
    allowance, end = competing[0], due_at(competing[0], start, calendar)
    for other in competing[1:]:
        other_end = due_at(other, start, calendar)
        if other_end.due < end.due:
            allowance, end = other, other_end
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
        allowance=allowance,
    )


def allowances_for(
    stage: Stage,
    *,
    category_code: str,
    request_type: RequestType,
    urgency: Urgency,
    rules: DeadlineRules,
    track: Track | None = None,
) -> tuple[Allowance, ...]:
    """Return the allowances that compete for a stage; the one that ends first holds.

    A 一般 request has one: that of its track, else of its category, else of its type. An urgent one has that of its urgency
    beside it, so that nothing gives it more time: emergency words override every working-day clock (architecture
    decision 13).

    Raises:
        KeyError: the rules have none.
    """
    special = rules.by_track.get((stage, track)) if track is not None else None
    if special is None:
        special = rules.by_category.get((stage, category_code))
    if urgency is not Urgency.NORMAL:
        general = rules.by_urgency[stage, urgency]
        return (general,) if special is None else (general, special)
    if special is None:
        special = rules.by_type.get((stage, request_type))
    return (special or rules.by_urgency[stage, urgency],)


def desk_track(
    subject: SubjectType | None,
    level1_code: str,
    request_type: RequestType,
    *,
    units: int,
    rule: DeskRule,
    simple: bool = False,
) -> Track | None:
    """Return the track of a request that ``units`` handle together, None where the desk for enterprises is not asked.

    ``simple`` is a person's decision; the types that the profile names are simple without one. Source: domain.md A.3.
    """
    if subject is not SubjectType.ENTERPRISE or level1_code not in rule.groups:
        return None
    return enterprise_track(units, simple=simple or request_type in rule.simple)


def enterprise_track(units: int, *, simple: bool = False) -> Track:
    """Return the track of a request at the desk for enterprises that so many units handle together.

    ``simple`` is a person's decision. Source: 杭州钱塘, 简单诉求 1 天、单一部门 3 天、跨部门 5 天 (domain.md A.3).
    """
    if units > 1:
        return Track.SEVERAL_UNITS
    return Track.SIMPLE if simple else Track.ONE_UNIT
