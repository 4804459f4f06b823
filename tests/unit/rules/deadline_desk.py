"""What tests of deadlines need: a moment, a record, two profiles with their calendars."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.profiles import find_profile, load_profile
from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.deadlines import due_at
from models.codes import ClockKind, Stage
from models.deadline import Deadline
from models.profile import Allowance

CHINA = ZoneInfo("Asia/Shanghai")
HAIKOU = load_profile(find_profile("haikou"))
CALENDAR = WorkingCalendar(HAIKOU.calendar)
RULES = HAIKOU.deadlines


def at(text: str) -> datetime:
    """Return a moment in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def allowance(clock: ClockKind, amount: float, *, roll: bool = True) -> Allowance:
    """Return so many days (WD, ND) or hours (WH, WALL)."""
    if clock in (ClockKind.WORKING_DAYS, ClockKind.NATURAL_DAYS):
        return Allowance(clock, int(amount), timedelta(), "test", roll=roll)
    return Allowance(clock, 0, timedelta(hours=amount), "test")


def record(
    clock: ClockKind,
    amount: float,
    start: str | datetime,
    *,
    stage: Stage = Stage.RESOLVE,
    calendar: WorkingCalendar = CALENDAR,
    roll: bool = True,
) -> Deadline:
    """Return a unit's deadline that runs since ``start``."""
    started = at(start) if isinstance(start, str) else start
    own = allowance(clock, amount, roll=roll)
    due = due_at(own, started, calendar)
    return Deadline(
        stage=stage,
        unit_code="HK-ZHZF",
        clock=clock,
        start=started,
        due=due.due,
        provisional=due.provisional,
        days=due.days,
        calendar_version=calendar.facts.version,
        profile_version="2026.1",
        allowance=own,
    )


def five_days(start: str | datetime, *, stage: Stage = Stage.RESOLVE) -> Deadline:
    """Return a deadline of five working days, that of a complaint."""
    return record(ClockKind.WORKING_DAYS, 5, start, stage=stage)
