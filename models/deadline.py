"""A deadline as a record: when, by which clock, and which days were counted."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.codes import ClockKind, Stage


class DeadlineResult(StrEnum):
    """Set once. A deadline that passed unmet is missed at that instant, not when somebody finally acts.

    ``VOID``: the work was taken away before it was due, by an accepted return or because the citizen withdrew; nobody is judged.
    """

    MET = "met"
    MISSED = "missed"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One stage's due time with its proof.

    ``days`` are the working days that were counted (empty for WALL and WH). ``provisional`` is true when the count left
    the loaded calendar; it is computed again when that year's notice is loaded. ``unit_code`` is None for the hotline's own.
    """

    stage: Stage
    unit_code: str | None
    clock: ClockKind
    start: datetime
    due: datetime
    provisional: bool
    days: tuple[date, ...]
    calendar_version: str
    profile_version: str
