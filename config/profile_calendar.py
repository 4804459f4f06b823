"""The calendar files of a profile: which days are rested and which rest days are worked.

Source of the days: the State Council's yearly notice on holidays. Overlays stand over them: a province's own holiday, days
on which work was stopped.
"""

from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from config.profile_files import Problems, Row, read_rows
from config.profile_layers import Layers
from config.profile_rules import CalendarSettings
from models.errors import BadProfile
from models.profile import CalendarFacts, CalendarYears

SHARED_CALENDARS = Path(__file__).parent / "calendars"
"""Where a calendar file is looked for when the profile has none of that name: the nation's days are everybody's."""

STATUTORY_HOLIDAYS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""The breaks that every year has. Source: 全国年节及纪念日放假办法, article 2."""


def read_calendar(layers: Layers, settings: CalendarSettings, timezone: ZoneInfo, problems: Problems) -> CalendarFacts:
    """Return the days of all calendar files, those of the overlays above them; what cannot be meant is noted.

    That is a hole, a twin within the files or within one overlay, a 调休 day on a weekday that is worked anyway.
    """
    holidays: dict[date, str] = {}
    workdays: dict[date, str] = {}
    for name in settings.files:
        for row in _rows_of(name, layers, problems):
            _add_day(row, settings.years, holidays, workdays)
    _note_holes(settings.years, holidays, problems)
    for overlay in settings.overlays:
        _lay_over(_rows_of(overlay.file, layers, problems), settings.years, holidays, workdays)
    return CalendarFacts(
        version="+".join((settings.version, *(overlay.version for overlay in settings.overlays))),
        timezone=timezone,
        years=frozenset(settings.years),
        holidays=MappingProxyType(holidays),
        workdays=MappingProxyType(workdays),
        office_hours=settings.office_hours,
        day_end=settings.day_end,
        warn_days=settings.warn_days,
    )


def read_years(path: Path) -> CalendarYears:
    """Return the days of a calendar file by itself: one or more whole years, as the State Council's notice lists them.

    Its version is the file's name with the beginning of its fingerprint, so that a corrected file is another version.

    Raises:
        BadProfile: the file breaks a rule of calendar files; all problems are in it.
    """
    problems = Problems()
    holidays: dict[date, str] = {}
    workdays: dict[date, str] = {}
    rows = read_rows(path, ("date", "kind", "name"), problems)
    days = [date.fromisoformat(text) for text in (row.optional("date") for row in rows) if text and _is_day(text)]
    years = tuple(sorted({day.year for day in days}))
    for row in rows:
        _add_day(row, years, holidays, workdays)
    if not rows and not problems.lines:
        problems.add(path.name, "file", "names no day")
    _note_holes(years, holidays, problems)
    if problems.lines:
        raise BadProfile(tuple(line.replace("profile.toml: calendar.", f"{path.name}: ") for line in problems.lines))
    fingerprint = sha256(path.read_bytes()).hexdigest()[:8]
    return CalendarYears(f"{path.stem}@{fingerprint}", frozenset(years), MappingProxyType(holidays), MappingProxyType(workdays))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _rows_of(name: str, layers: Layers, problems: Problems) -> list[Row]:
    own = layers.file("calendar", name)
    return read_rows(own if own.exists() else SHARED_CALENDARS / name, ("date", "kind", "name"), problems)


def _lay_over(rows: list[Row], years: tuple[int, ...], holidays: dict[date, str], workdays: dict[date, str]) -> None:
    """Put the days of one overlay in place of what stood there: a 调休 day may be rested, a holiday worked."""
    rested: dict[date, str] = {}
    worked: dict[date, str] = {}
    for row in rows:
        day = row.day("date")
        was_rested = day in holidays or (day.weekday() >= 5 and day not in workdays)
        _add_day(row, years, rested, worked, may_be_weekday=was_rested)
    for day in (*rested, *worked):
        holidays.pop(day, None)
        workdays.pop(day, None)
    holidays |= rested
    workdays |= {day: name for day, name in worked.items() if day.weekday() >= 5}


def _add_day(
    row: Row,
    years: tuple[int, ...],
    holidays: dict[date, str],
    workdays: dict[date, str],
    *,
    may_be_weekday: bool = False,
) -> None:
    day = row.day("date")
    kind = row.text("kind")
    name = row.text("name")
    if day == date.min:
        return
    if day in holidays or day in workdays:
        row.note("date", f"{day} is given twice")
    elif day.year not in years:
        row.note("date", f"{day} is outside the years that profile.toml names")
    elif kind == "holiday":
        holidays[day] = name
    elif kind != "workday":
        row.note("kind", f"{kind!r} is not holiday or workday")
    elif day.weekday() < 5 and not may_be_weekday:
        row.note("date", f"{day} is a {day:%A}: a weekday is worked anyway")
    else:
        workdays[day] = name


def _note_holes(years: tuple[int, ...], holidays: dict[date, str], problems: Problems) -> None:
    for year in years:
        missing = [
            name
            for name in STATUTORY_HOLIDAYS
            if not any(day.year == year and name in given for day, given in holidays.items())
        ]
        if missing:
            problems.add("profile.toml", "calendar.years", f"{year} has no {' '.join(missing)} in the calendar files")
    for earlier, later in zip(sorted(years), sorted(years)[1:], strict=False):
        if later != earlier + 1:
            problems.add("profile.toml", "calendar.years", f"there is a hole between {earlier} and {later}")
    _note_missing_days(holidays, problems)


def _note_missing_days(holidays: dict[date, str], problems: Problems) -> None:
    """Note a single day that is missing inside a break: every published break runs without a gap."""
    for day, name in sorted(holidays.items()):
        after_gap = day + timedelta(days=2)
        if holidays.get(after_gap) == name and day + timedelta(days=1) not in holidays:
            problems.add("profile.toml", "calendar.files", f"{name} has a hole at {day + timedelta(days=1)}")
