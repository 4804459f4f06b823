"""A deadline as a record: when, by which clock, which days were counted, and what moved it since."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.codes import ClockKind, DueChange, PauseReason, Stage
from models.profile import Allowance


class DeadlineResult(StrEnum):
    """Set once. A deadline that passed unmet is missed at that instant, not when somebody finally acts.

    ``VOID``: the work was taken away before it was due, by an accepted return, a withdrawal, the close, or because something
    else took its place; nobody is judged.
    """

    MET = "met"
    MISSED = "missed"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Pause:
    """A span in which a unit's clock stands still; ``end`` is None while it does."""

    reason: PauseReason
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class FormerDue:
    """What a deadline said before it was moved at ``at``: no version is ever rewritten."""

    due: datetime
    days: tuple[date, ...]
    provisional: bool
    clock: ClockKind
    calendar_version: str
    changed_by: DueChange
    at: datetime


@dataclass(frozen=True, slots=True)
class Deadline:
    """One stage's due time with its proof.

    ``days`` are the days that were counted, an extension's included (empty for WALL and WH without one). ``provisional`` is
    true when the count left the loaded calendar; it is computed again when that year's notice is loaded. ``unit_code`` is
    None for the hotline's own.

    ``allowance``, ``start``, ``pauses`` and ``extension_days`` are what the due time is counted from, so that it can be
    counted again; ``allowance`` is None in records of release 0.1, which cannot. ``former`` tells every earlier version,
    oldest first.
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
    allowance: Allowance | None = None
    pauses: tuple[Pause, ...] = ()
    extension_days: int = 0
    former: tuple[FormerDue, ...] = ()

    @property
    def running_pause(self) -> Pause | None:
        """The pause that has not ended."""
        last = self.pauses[-1] if self.pauses else None
        return last if last is not None and last.end is None else None

    @property
    def extensions(self) -> int:
        """How often the deadline was extended."""
        return sum(former.changed_by is DueChange.EXTENSION for former in self.former)

    @property
    def due_before_extension(self) -> datetime:
        """The due time that held before the first extension, for 原时限办结率 (M24a)."""
        return next((former.due for former in self.former if former.changed_by is DueChange.EXTENSION), self.due)
