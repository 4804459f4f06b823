"""Pauses of a unit's clock: for which reasons, for how long, and what is left afterwards (domain.md A.4.5)."""

from dataclasses import replace
from datetime import datetime

from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.recounting import moved, recount
from models.codes import DueChange, PauseReason, PauseRefusal, Stage
from models.deadline import Deadline, Pause
from models.profile import PauseRule


def read_reason(text: str, rule: PauseRule) -> PauseReason | None:
    """Return the allowed reason that a clerk's words name, None when they name none."""
    for reason, words in rule.words.items():
        if reason.label in text or any(word in text for word in words):
            return reason
    return None


def pause_refusal(
    deadline: Deadline, *, reason: PauseReason | None, at: datetime, rule: PauseRule, calendar: WorkingCalendar
) -> PauseRefusal | None:
    """Return why the clock of ``deadline`` may not be paused at ``at``, None when it may."""
    if reason is None:
        return PauseRefusal.REASON
    if deadline.stage is Stage.PROMISE:
        return PauseRefusal.PROMISE
    if deadline.running_pause is not None:
        return PauseRefusal.RUNNING
    if at >= deadline.due:
        return PauseRefusal.OVERDUE
    if paused_working_days(deadline, calendar) >= rule.most_days:
        return PauseRefusal.USED_UP
    return None


def paused(deadline: Deadline, reason: PauseReason, at: datetime) -> Deadline:
    """Return ``deadline`` with its clock stopped, or a promise flagged as paused; the due time stays as it is shown.

    Raises:
        ValueError: a pause runs already, or at ``at`` the clock had not started or the last pause not ended.
    """
    runs_since = deadline.pauses[-1].end if deadline.pauses else deadline.start
    if runs_since is None or at < runs_since:
        raise ValueError(f"a {deadline.stage} deadline that runs since {runs_since} cannot be paused at {at}")
    return replace(deadline, pauses=(*deadline.pauses, Pause(reason, at)))


def resumed(deadline: Deadline, at: datetime, *, rule: PauseRule, calendar: WorkingCalendar) -> Deadline:
    """Return ``deadline`` running again, with the amount that was left; a promise loses its flag and keeps its due time.

    A pause never lasts longer than ``pause_ends_at`` says, however late the clock is resumed.

    Raises:
        ValueError: no pause runs, or it began after ``at``.
    """
    running = deadline.running_pause
    if running is None or at < running.start:
        raise ValueError(f"a {deadline.stage} deadline of {deadline.start} is not paused at {at}")
    end = at if deadline.stage is Stage.PROMISE else min(at, pause_ends_at(deadline, rule=rule, calendar=calendar))
    closed = replace(deadline, pauses=(*deadline.pauses[:-1], replace(running, end=end)))
    if deadline.stage is Stage.PROMISE:
        return closed
    due = recount(closed, calendar)
    if (due.due, due.days, due.provisional) == (closed.due, closed.days, closed.provisional):
        return closed
    return moved(closed, due, because=DueChange.PAUSE, at=at, calendar=calendar)


def pause_ends_at(deadline: Deadline, *, rule: PauseRule, calendar: WorkingCalendar) -> datetime:
    """Return when the running pause ends by itself: at midnight after the last working day that the limit leaves.

    Raises:
        ValueError: no pause runs.
    """
    running = deadline.running_pause
    if running is None:
        raise ValueError(f"a {deadline.stage} deadline of {deadline.start} is not paused")
    # A rule that was tightened meanwhile may leave nothing: then the day on which the pause began is its last.
    left = max(rule.most_days - paused_working_days(deadline, calendar), 1)
    day = calendar.day_of(running.start)
    begins_today = calendar.is_working_day(day) and running.start <= calendar.end_of(day)
    last = calendar.working_day_from(day, left - begins_today)
    return calendar.midnight_after(last)


def paused_working_days(deadline: Deadline, calendar: WorkingCalendar) -> int:
    """Return how many working days ended inside the pauses that are over."""
    return sum(_working_days_in(pause, calendar) for pause in deadline.pauses)


def _working_days_in(pause: Pause, calendar: WorkingCalendar) -> int:
    if pause.end is None:
        return 0
    first, last = calendar.day_of(pause.start), calendar.day_of(pause.end)
    days = calendar.count_working_days(first, last)
    # The first and the last day belong to the pause only where their end lies in it.
    if calendar.is_working_day(first) and calendar.end_of(first) < pause.start:
        days -= 1
    if calendar.is_working_day(last) and calendar.end_of(last) >= pause.end:
        days -= 1
    return days
