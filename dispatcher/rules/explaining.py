"""Which days a deadline counted, which it passed over, and why: the proof that a clerk can follow (domain.md I.4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.recounting import Span, is_stopped, recount, stopped_spans
from models.codes import ClockKind
from models.deadline import Deadline

_DAY = timedelta(days=1)
_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class DayReason:
    """A day, or a run of days passed over for one reason.

    ``counted`` is the number of the day among those that count, None where it does not; ``office_time`` what was used of it
    on the clock WH.
    """

    first: date
    last: date
    why: str
    counted: int | None = None
    office_time: timedelta | None = None

    @property
    def is_passed_over(self) -> bool:
        """Whether nothing of it counts."""
        return self.counted is None and self.office_time is None


def explain(deadline: Deadline, calendar: WorkingCalendar) -> tuple[DayReason, ...]:
    """Return the days from the start to the due time with the reason of each; a clock of hours alone has none to tell."""
    if deadline.clock is ClockKind.WALL and not deadline.days:
        return ()
    found: list[DayReason] = []
    for reason in _reasons(deadline, calendar):
        if found and found[-1].is_passed_over and reason.is_passed_over and found[-1].why == reason.why:
            found[-1] = replace(found[-1], last=reason.last)
        else:
            found.append(reason)
    return tuple(found)


def _reasons(deadline: Deadline, calendar: WorkingCalendar) -> Iterator[DayReason]:
    numbers = {day: number for number, day in enumerate(deadline.days, start=1)}
    start, end = calendar.day_of(deadline.start), calendar.day_of(deadline.due)
    spans = stopped_spans(deadline)
    hours_end = recount(replace(deadline, extension_days=0), calendar).due if deadline.extension_days else deadline.due
    for offset in range((end - start).days + 1):
        day = start + _DAY * offset
        if day in numbers:
            yield DayReason(day, day, _kind_of(day, calendar), numbers[day])
        elif deadline.clock is ClockKind.WORKING_HOURS:
            yield _office_day(day, (deadline.start, hours_end), spans, calendar)
        elif deadline.clock is ClockKind.WALL and day <= calendar.day_of(hours_end):
            yield DayReason(day, day, "按自然时间计")
        elif day == start:
            yield DayReason(day, day, "起算当日不计入")
        elif is_stopped(calendar.end_of(day), spans):
            yield DayReason(day, day, "暂停")
        elif day > deadline.days[-1]:
            yield DayReason(day, day, f"{_kind_of(day, calendar)}，{'顺延' if day < end else '顺延至此'}")
        else:
            yield DayReason(day, day, _kind_of(day, calendar))


def _office_day(day: date, running: Span, spans: Sequence[Span], calendar: WorkingCalendar) -> DayReason:
    if not calendar.is_working_day(day):
        return DayReason(day, day, _kind_of(day, calendar))
    used = _office_time_on(day, running, spans, calendar)
    return DayReason(day, day, _kind_of(day, calendar) if used else "不在办公时间内", office_time=used or None)


def _office_time_on(day: date, running: Span, spans: Sequence[Span], calendar: WorkingCalendar) -> timedelta:
    """Return the office time of a day inside ``running``, without what lay inside pauses."""
    start, end = max(calendar.midnight_after(day - _DAY), running[0]), min(calendar.midnight_after(day), running[1])
    if end <= start:
        return timedelta()
    used = calendar.office_time_between(start, end)
    for pause_start, pause_end in spans:
        lost_from, lost_to = max(start, pause_start), min(end, pause_end)
        if lost_from < lost_to:
            used -= calendar.office_time_between(lost_from, lost_to)
    return used


def _kind_of(day: date, calendar: WorkingCalendar) -> str:
    """Return what sort of day it is, in the words of a calendar on the wall."""
    name = calendar.facts.holidays.get(day) or calendar.facts.workdays.get(day)
    if name is None:
        name = "工作日" if day.weekday() < 5 else _WEEKDAYS[day.weekday()]
    return name if day.year in calendar.facts.years else f"{name}（当年日历未载入，只按周末推算）"
