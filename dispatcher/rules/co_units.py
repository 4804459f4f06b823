"""A co-unit's deadline beside the lead unit's (domain.md A.3; stories S06 and S20)."""

from dataclasses import replace

from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.recounting import allowance_of, recount
from models.codes import ClockKind
from models.deadline import Deadline
from models.profile import CoUnitRule


def co_unit_deadline(lead: Deadline, unit_code: str, *, rule: CoUnitRule, calendar: WorkingCalendar) -> Deadline:
    """Return the deadline of ``unit_code`` beside ``lead``, the lead unit's: some days less, at least one.

    On a clock of hours it is the lead's own. An extension or a pause of the lead holds for it too; it is judged on its own
    due time.

    Raises:
        ValueError: ``lead`` was stored without its allowance.
    """
    own = replace(lead, unit_code=unit_code, former=())
    if not rule.days_ahead or lead.clock not in (ClockKind.WORKING_DAYS, ClockKind.NATURAL_DAYS):
        return own
    most = max(allowance_of(lead).days - rule.days_ahead, 1)
    # Natural days that end on a rest day may move to the lead's day: then fewer are wanted, if there are any before it.
    shorter = (_counted(own, days, calendar) for days in range(most, 0, -1))
    return next((each for each in shorter if each.due < lead.due), _counted(own, most, calendar))


def _counted(deadline: Deadline, days: int, calendar: WorkingCalendar) -> Deadline:
    own = replace(deadline, allowance=replace(allowance_of(deadline), days=days))
    due = recount(own, calendar)
    return replace(own, due=due.due, days=due.days, provisional=due.provisional)
