"""What moves a due time besides a pause: an extension, a higher urgency, a decision, a calendar (domain.md A.2 to A.4).

Each returns a new record that keeps the version before it.
"""

from dataclasses import replace
from datetime import datetime

from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.deadlines import allowances_for
from dispatcher.rules.recounting import moved, recount
from models.codes import DueChange, ExtensionRefusal, RequestType, Stage, Track, Urgency
from models.deadline import Deadline
from models.profile import DeadlineRules, ExtensionRule


def extension_refusal(
    deadline: Deadline, *, working_days: int, reason: str, at: datetime, rule: ExtensionRule, by_supervisor: bool = False
) -> ExtensionRefusal | None:
    """Return why an extension that is asked for at ``at`` is refused, None when it may be decided on.

    A supervisor may extend again and for longer, but nobody may extend what is past (domain.md A.3, I.1; story S15).
    """
    if not reason.strip():
        return ExtensionRefusal.REASON
    if working_days < 1:
        return ExtensionRefusal.DAYS
    if at > deadline.due:
        return ExtensionRefusal.LATE
    if by_supervisor:
        return None
    if deadline.extensions >= rule.times:
        return ExtensionRefusal.AGAIN
    return ExtensionRefusal.TOO_LONG if working_days > rule.most_days else None


def extended(deadline: Deadline, working_days: int, *, at: datetime, calendar: WorkingCalendar) -> Deadline:
    """Return ``deadline`` with so many working days added after the day on which it was due.

    Raises:
        ValueError: the deadline was stored without its allowance.
    """
    longer = replace(deadline, extension_days=deadline.extension_days + working_days)
    return moved(longer, recount(longer, calendar), because=DueChange.EXTENSION, at=at, calendar=calendar)


def hastened(
    deadline: Deadline,
    *,
    category_code: str,
    request_type: RequestType,
    urgency: Urgency,
    at: datetime,
    rules: DeadlineRules,
    calendar: WorkingCalendar,
    track: Track | None = None,
) -> Deadline | None:
    """Return ``deadline`` as the new urgency wants it, None where it stays: a change of urgency never gives more time.

    Counted from the original start with the pauses that there were. An extension belonged to the slower clock and falls
    away. A promise stays (invariant 2 of domain.md A.2).

    Raises:
        KeyError: the rules have no allowance.
    """
    if deadline.stage is Stage.PROMISE:
        return None
    competing = allowances_for(
        deadline.stage, category_code=category_code, request_type=request_type, urgency=urgency, rules=rules, track=track
    )
    counted = [replace(deadline, allowance=allowance, clock=allowance.clock, extension_days=0) for allowance in competing]
    due, faster = min(((recount(each, calendar), each) for each in counted), key=lambda pair: pair[0].due)
    if due.due >= deadline.due:
        return None
    changed = moved(deadline, due, because=DueChange.URGENCY, at=at, calendar=calendar)
    return replace(changed, allowance=faster.allowance, clock=faster.clock, extension_days=0)


def decided(deadline: Deadline, track: Track, *, at: datetime, rules: DeadlineRules, calendar: WorkingCalendar) -> Deadline:
    """Return ``deadline`` on another track, as a person decided: 复杂疑难 with leave, or an enterprise's simple request.

    Counted from the original start with the pauses that there were; it may end later or earlier, a promise too.

    Raises:
        KeyError: the rules have no allowance for the track.
    """
    allowance = rules.by_track[deadline.stage, track]
    own = replace(deadline, allowance=allowance, clock=allowance.clock)
    changed = moved(deadline, recount(own, calendar), because=DueChange.DECISION, at=at, calendar=calendar)
    return replace(changed, allowance=allowance, clock=allowance.clock)


def reloaded(deadline: Deadline, *, at: datetime, calendar: WorkingCalendar) -> Deadline | None:
    """Return an open ``deadline`` as ``calendar`` counts it, None where it says the same.

    What was due before ``at`` stays as it was: no calendar makes a met deadline missed or the reverse. Nor does one move
    a due time into the past: then the old one holds, and is certain where the calendar is.

    Raises:
        ValueError: the deadline was stored without its allowance.
    """
    if deadline.due < at or deadline.calendar_version == calendar.facts.version:
        return None
    due = recount(deadline, calendar)
    if due.due < at:
        due = due._replace(due=deadline.due, days=deadline.days)
    if (due.due, due.days, due.provisional) == (deadline.due, deadline.days, deadline.provisional):
        return None
    return moved(deadline, due, because=DueChange.CALENDAR, at=at, calendar=calendar)
