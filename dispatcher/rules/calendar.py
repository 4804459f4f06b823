"""The working calendar: which days count, and where a count of days or office hours ends.

Outside the loaded years only weekends are known, so every answer that leaves them says that it is provisional
(domain.md 0.7: next year's notice is published in November, but December's deadlines already need it).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from models.profile import CalendarFacts, CalendarYears

_DAY = timedelta(days=1)
_MARGIN_YEARS = 1


def with_years(facts: CalendarFacts, loaded: Sequence[CalendarYears]) -> CalendarFacts:
    """Return ``facts`` with the years that it has not, from calendars that were loaded, the latest standing last.

    A year of the profile itself stays as the profile has it. The version names every calendar that added a year.
    """
    by_year = {year: calendar for calendar in loaded for year in calendar.years if year not in facts.years}
    used = [calendar for calendar in loaded if calendar in by_year.values()]
    if not used:
        return facts
    holidays, workdays = dict(facts.holidays), dict(facts.workdays)
    for year, calendar in by_year.items():
        holidays |= {day: name for day, name in calendar.holidays.items() if day.year == year}
        workdays |= {day: name for day, name in calendar.workdays.items() if day.year == year}
    return replace(
        facts,
        version="+".join((facts.version, *(calendar.version for calendar in used))),
        years=facts.years | by_year.keys(),
        holidays=MappingProxyType(holidays),
        workdays=MappingProxyType(workdays),
    )


def covered_until(facts: CalendarFacts, today: date) -> date:
    """Return the last day of the years that are loaded without a gap from today's on; before today's year where it is none."""
    year = today.year
    while year in facts.years:
        year += 1
    return date(year - 1, 12, 31)


class Count(NamedTuple):
    """Where a count ended: the last moment, the days that it counted, and whether it left the loaded years."""

    end: datetime
    days: tuple[date, ...]
    provisional: bool


class WorkingCalendar:
    """Counts days and office hours of one profile. Immutable; made once, asked for every deadline.

    All answers are in the profile's time zone, and so are the days: a moment in another zone is converted first.
    """

    def __init__(self, facts: CalendarFacts) -> None:
        self.facts = facts
        self._spans = tuple((_offset(opening), _offset(closing)) for opening, closing in facts.office_hours)
        self._hours = sum((closing - opening for opening, closing in self._spans), timedelta())
        # The working days of the loaded years and their neighbours, so that counting is one bisection.
        self._first = date(min(facts.years) - _MARGIN_YEARS, 1, 1)
        last = date(max(facts.years) + _MARGIN_YEARS, 12, 31)
        days = (self._first + _DAY * offset for offset in range((last - self._first).days + 1))
        self._working = [day for day in days if self.is_working_day(day)]

    def is_working_day(self, day: date) -> bool:
        """Return whether ``day`` is worked. Outside the loaded years: whether it is no weekend."""
        if day in self.facts.holidays:
            return False
        return day.weekday() < 5 or day in self.facts.workdays

    def local(self, moment: datetime) -> datetime:
        """Return a moment on the city's clocks."""
        return moment.astimezone(self.facts.timezone)

    def day_of(self, moment: datetime) -> date:
        """Return the day of a moment in the profile's zone."""
        return moment.astimezone(self.facts.timezone).date()

    def end_of(self, day: date) -> datetime:
        """Return the last moment of a day, by the profile's ``day_end``."""
        return datetime.combine(day, self.facts.day_end, self.facts.timezone)

    def midnight_after(self, day: date) -> datetime:
        """Return the moment at which the next day begins."""
        return datetime.combine(day + _DAY, time(), self.facts.timezone)

    def opening_of(self, day: date) -> datetime:
        """Return when the office opens on a working day."""
        return datetime.combine(day, self.facts.office_hours[0][0], self.facts.timezone)

    def working_days_after(self, day: date) -> Iterator[date]:
        """Iterate over the working days after ``day``; there is no end.

        Where nothing was prepared, long before or after the loaded years, the days are looked at one by one.
        """
        if day >= self._first:
            for position in range(bisect_right(self._working, day), len(self._working)):
                yield self._working[position]
            day = max(day, self._working[-1])
        while True:
            day += _DAY
            if self.is_working_day(day):
                yield day

    def working_day_from(self, day: date, offset: int) -> date:
        """Return the working day that is ``offset`` ahead of ``day`` (below 0: before it); ``day`` itself never counts."""
        step = _DAY if offset > 0 else -_DAY
        for _ in range(abs(offset)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def count_working_days(self, first: date, last: date) -> int:
        """Return how many days from ``first`` to ``last``, both included, are worked."""
        after = last + _DAY
        if self._first <= first and after <= self._working[-1]:
            return max(bisect_left(self._working, after) - bisect_left(self._working, first), 0)
        return sum(self.is_working_day(first + _DAY * offset) for offset in range((after - first).days))

    def office_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much office time passes from ``start`` to ``end``, which is not before it."""
        first, last = start.astimezone(self.facts.timezone), end.astimezone(self.facts.timezone)
        full_days = self.count_working_days(first.date(), last.date() - _DAY)
        return full_days * self._hours + self._used_on(last) - self._used_on(first)

    def leaves_loaded_years(self, first: date, last: date) -> bool:
        """Return whether a day from ``first`` to ``last`` lies in a year of which only the weekends are known."""
        return any(year not in self.facts.years for year in range(first.year, last.year + 1))

    def working_days(self, moment: datetime, count: int) -> Count:
        """Count working days after the day of ``moment``, which itself does not count.

        Ends at the profile's ``day_end`` on the last one. Source: Civil Code 201 to 203 (domain.md A.4.2).
        """
        start = moment.astimezone(self.facts.timezone).date()
        days = self._next_working_days(start, count)
        return Count(self.end_of(days[-1]), days, self.leaves_loaded_years(start + _DAY, days[-1]))

    def natural_days(self, moment: datetime, count: int, *, roll: bool = True) -> Count:
        """Count days after the day of ``moment``; with ``roll`` a last day that is a rest day moves to the next working day.

        Only the last day and those it moves over can be in doubt. Source: Civil Code 201 to 203.
        """
        start = moment.astimezone(self.facts.timezone).date()
        days = tuple(start + _DAY * offset for offset in range(1, count + 1))
        if not roll:
            return Count(self.end_of(days[-1]), days, provisional=False)
        last = days[-1] if self.is_working_day(days[-1]) else self._next_working_days(days[-1], 1)[0]
        return Count(self.end_of(last), days, self.leaves_loaded_years(days[-1], last))

    def working_time(self, moment: datetime, duration: timedelta) -> Count:
        """Count office time from ``moment`` on, or from the next opening when the office is closed.

        A count that is used up at a closing ends there and not at the next opening. ``days`` stays empty.
        """
        local = moment.astimezone(self.facts.timezone)
        start = local.date()
        used = self._used_on(local)
        full_days, rest = divmod(used + duration, self._hours)
        if not rest:
            full_days, rest = full_days - 1, self._hours
        end_day = self._next_working_days(start - _DAY, full_days + 1)[-1]
        end = datetime.combine(end_day, time(), self.facts.timezone) + self._offset_after(rest)
        return Count(end, (), self.leaves_loaded_years(start, end_day))

    def _next_working_days(self, start: date, count: int) -> tuple[date, ...]:
        if start >= self._first:
            position = bisect_right(self._working, start)
            if position + count <= len(self._working):
                return tuple(self._working[position : position + count])
        return tuple(islice(self.working_days_after(start), count))

    def _used_on(self, local: datetime) -> timedelta:
        """Return how much office time of its day has passed at a local moment."""
        if not self.is_working_day(local.date()):
            return timedelta()
        return self._office_time_until(_offset(local.timetz()))

    def _office_time_until(self, offset: timedelta) -> timedelta:
        """Return how much office time of a working day has passed at ``offset`` from midnight."""
        passed = (min(offset, closing) - opening for opening, closing in self._spans if offset > opening)
        return sum(passed, timedelta())

    def _offset_after(self, office_time: timedelta) -> timedelta:
        """Return the offset from midnight at which ``office_time`` of a working day, above 0, has passed."""
        for opening, closing in self._spans:
            if office_time <= closing - opening:
                return opening + office_time
            office_time -= closing - opening
        raise ValueError(f"a working day has no {office_time} more than its {self._hours}")


def _offset(moment: time) -> timedelta:
    """Return the time of day as an offset from midnight."""
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
