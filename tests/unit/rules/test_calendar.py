"""The working calendar, against the published days and against a slow oracle that counts day by day."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import config
from config.profiles import find_profile, load_profile
from dispatcher.rules.calendar import WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkingCalendar(load_profile(find_profile("haikou")).calendar)
OFFICE_HOURS = ((time(8, 30), time(12)), (time(14), time(17, 30)))

with (Path(config.__file__).parent / "calendars" / "cn_2024_2026.csv").open(encoding="utf-8") as _file:
    KIND_OF_DAY = {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(_file)}


def at(text: str) -> datetime:
    """Return a moment in the profile's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def oracle_works(day: date) -> bool:
    """Look the day up in the published list, else it is a weekday or not."""
    if day in KIND_OF_DAY:
        return KIND_OF_DAY[day] == "workday"
    return day.weekday() < 5


def oracle_days(start: date, count: int) -> list[date]:
    """Walk from day to day."""
    days: list[date] = []
    day = start
    while len(days) < count:
        day += timedelta(days=1)
        if oracle_works(day):
            days.append(day)
    return days


def oracle_office_minutes(start: datetime, minutes: int) -> datetime:
    """Let minute after minute pass and count those inside office hours."""
    moment = start
    while minutes:
        inside = any(opening <= moment.time() < closing for opening, closing in OFFICE_HOURS)
        if inside and oracle_works(moment.date()):
            minutes -= 1
        moment += timedelta(minutes=1)
    return moment


moments = st.datetimes(
    min_value=datetime(2023, 6, 1),  # noqa: DTZ001  hypothesis adds the zone itself
    max_value=datetime(2027, 6, 1),  # noqa: DTZ001
    timezones=st.just(SHANGHAI),
)


@pytest.mark.parametrize(("year", "worked"), [(2024, 251), (2025, 248), (2026, 248)])
def test_each_loaded_year_has_the_published_number_of_working_days(year, worked):
    """251, 248 and 248 days are worked in 2024, 2025 and 2026 (domain.md A.9)."""
    first = date(year, 1, 1)
    days = [first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days)]

    assert sum(CALENDAR.is_working_day(day) for day in days) == worked


def test_a_saturday_that_is_worked_counts_and_the_sunday_after_it_does_not():
    """Saturday 2026-10-10 is a 调休 day: five working days from 30 September end on Tuesday 13 October."""
    count = CALENDAR.working_days(at("2026-09-30T15:20"), 5)

    assert count.days == tuple(date(2026, 10, day) for day in (8, 9, 10, 12, 13))
    assert count.end == at("2026-10-13T23:59:59")
    assert not count.provisional


def test_a_contact_ten_minutes_after_midnight_has_a_day_more():
    """The day of the contact does not count, so 23:50 and 00:10 end a day apart."""
    late = CALENDAR.working_days(at("2026-03-10T23:50"), 1)
    early = CALENDAR.working_days(at("2026-03-11T00:10"), 1)

    assert (late.end, early.end) == (at("2026-03-11T23:59:59"), at("2026-03-12T23:59:59"))


def test_a_contact_on_a_rest_day_counts_from_the_first_working_day():
    """Received on National Day, day one is the first working day after the break."""
    assert CALENDAR.working_days(at("2026-10-01T09:00"), 1).days == (date(2026, 10, 8),)


def test_the_last_loaded_day_is_certain_and_the_next_is_provisional():
    """A count that reaches 2027 says so, since that year's notice is not loaded."""
    certain = CALENDAR.working_days(at("2026-12-30T09:00"), 1)
    provisional = CALENDAR.working_days(at("2026-12-30T09:00"), 2)

    assert (certain.days[-1], certain.provisional) == (date(2026, 12, 31), False)
    assert (provisional.days[-1], provisional.provisional) == (date(2027, 1, 1), True)


def test_years_before_the_loaded_ones_are_provisional_too():
    """Nothing is known of 2023 but its weekends."""
    count = CALENDAR.working_days(at("2023-12-28T09:00"), 1)

    assert (count.days, count.provisional) == ((date(2023, 12, 29),), True)


@pytest.mark.parametrize("year", [1995, 2060])
def test_far_away_years_are_counted_by_weekends(year):
    """Long before and after the loaded years the count still ends, provisionally."""
    start = at(f"{year}-03-01T09:00")
    count = CALENDAR.working_days(start, 30)

    assert list(count.days) == oracle_days(start.date(), 30)
    assert count.provisional


def test_the_moment_is_read_in_the_profiles_zone():
    """23:30 UTC on the 9th is already the 10th in Haikou."""
    assert CALENDAR.working_days(datetime(2026, 3, 9, 23, 30, tzinfo=UTC), 1).days == (date(2026, 3, 11),)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-10T23:12", 240, "2026-03-11T14:30"),  # S01: at night, the clock starts at 08:30
        ("2026-03-10T08:30", 210, "2026-03-10T12:00"),  # used up at noon, not at 14:00
        ("2026-03-10T08:30", 420, "2026-03-10T17:30"),  # used up at closing, not next morning
        ("2026-03-10T12:00", 1, "2026-03-10T14:01"),  # over lunch
        ("2026-03-10T17:30", 420, "2026-03-11T17:30"),  # a whole day from closing
        ("2026-03-13T17:00", 60, "2026-03-16T09:00"),  # over a weekend
        ("2026-09-30T17:00", 60, "2026-10-08T09:00"),  # over National Day
        ("2026-10-09T17:00", 60, "2026-10-10T09:00"),  # into a Saturday that is worked
        ("2026-10-11T10:00", 30, "2026-10-12T09:00"),  # a Sunday's morning does not count
    ],
)
def test_office_time_runs_only_while_the_office_is_open(start, minutes, end):
    """Nights, lunch, weekends and holidays stop the clock; 调休 days do not."""
    count = CALENDAR.working_time(at(start), timedelta(minutes=minutes))

    assert count == (at(end), (), False)


def test_office_time_keeps_seconds():
    """A clock that starts at 10:00:07 ends seven seconds past."""
    assert CALENDAR.working_time(at("2026-03-10T10:00:07"), timedelta(minutes=30)).end == at("2026-03-10T10:30:07")


def test_office_time_that_reaches_the_next_year_is_provisional():
    """The last afternoon of 2026 is certain, the morning after it is not."""
    assert not CALENDAR.working_time(at("2026-12-31T15:00"), timedelta(hours=2)).provisional
    assert CALENDAR.working_time(at("2026-12-31T16:00"), timedelta(hours=2)).provisional


def test_natural_days_end_on_a_working_day():
    """Seven days from 25 September end inside National Day and move to 8 October."""
    count = CALENDAR.natural_days(at("2026-09-25T10:00"), 7)

    assert count.end == at("2026-10-08T23:59:59")
    assert count.days[0] == date(2026, 9, 26)
    assert count.days[-1] == date(2026, 10, 2)


def test_natural_days_are_certain_when_only_their_end_is_known():
    """Days that merely pass need no calendar; only the last one may be a rest day."""
    assert not CALENDAR.natural_days(at("2023-12-28T10:00"), 7).provisional
    assert CALENDAR.natural_days(at("2026-12-28T10:00"), 7).provisional


@given(moments, st.integers(1, 60))
def test_working_days_agree_with_counting_day_by_day(moment, count):
    """The prepared calendar and the oracle end on the same day, everywhere."""
    found = CALENDAR.working_days(moment, count)
    expected = oracle_days(moment.date(), count)

    assert list(found.days) == expected
    assert found.end == datetime.combine(expected[-1], time(23, 59, 59), SHANGHAI)
    passed = range((moment + timedelta(days=1)).year, expected[-1].year + 1)
    assert found.provisional == any(year not in (2024, 2025, 2026) for year in passed)


@settings(max_examples=40)
@given(moments, st.integers(1, 3000))
def test_office_time_agrees_with_counting_minute_by_minute(moment, minutes):
    """The computed end and the oracle's end are the same minute."""
    start = moment.replace(second=0, microsecond=0)

    assert CALENDAR.working_time(start, timedelta(minutes=minutes)).end == oracle_office_minutes(start, minutes)


@given(moments, st.integers(1, 40))
def test_natural_days_agree_with_counting_day_by_day(moment, count):
    """The last day is the count-th after the start, or the first working day after that."""
    last = moment.date() + timedelta(days=count)
    while not oracle_works(last):
        last += timedelta(days=1)

    assert CALENDAR.natural_days(moment, count).end == datetime.combine(last, time(23, 59, 59), SHANGHAI)


@given(moments, st.integers(1, 2000), st.integers(1, 2000))
def test_office_time_adds_up(moment, first, second):
    """Two allowances one after the other end where their sum ends."""
    middle = CALENDAR.working_time(moment, timedelta(minutes=first)).end
    end = CALENDAR.working_time(middle, timedelta(minutes=second)).end

    assert end == CALENDAR.working_time(moment, timedelta(minutes=first + second)).end
