"""``hotline calendar``."""

import argparse
import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from config.settings import Settings
    from models.profile import CalendarYears

_LOAD = """\
Store the days of a year that the profile has not, as the State Council's notice lists them: CSV with the columns date, kind
(holiday or workday) and name, as in config/calendars. Running processes count by it within half a minute; the timers count
the provisional deadlines again, tell the units and the citizens whose date moved, and leave the rest as it is. The same file
loaded twice changes nothing; a corrected one takes the year's place for what is counted from then on."""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "calendar",
        help="load the days of another year",
        epilog="example: HOTLINE_DATABASE_URL=… hotline calendar load cn_2027.csv",
    )
    acts = parser.add_subparsers(metavar="ACT", required=True)
    load = acts.add_parser(
        "load",
        help="store a year's holidays and 调休 days",
        description=_LOAD,
        epilog="example: HOTLINE_DATABASE_URL=… hotline calendar load cn_2027.csv",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    load.add_argument("file", metavar="FILE", type=Path, help="CSV with date, kind, name")
    load.set_defaults(run=_run_load)
    listed = acts.add_parser(
        "list",
        help="show what was loaded, and which years are known",
        epilog="example: HOTLINE_DATABASE_URL=… hotline calendar list",
    )
    listed.set_defaults(run=_run_list)


def _run_load(args: argparse.Namespace) -> int:
    """Store the file's days.

    Raises:
        Rejected: the file breaks a rule, or its years do not follow those that are known; nothing was stored.
    """
    from config.profile_calendar import read_years
    from config.settings import load_settings

    calendar = read_years(args.file)
    is_new = asyncio.run(_load(load_settings(os.environ), calendar))
    years = " ".join(map(str, sorted(calendar.years)))
    days = f"{len(calendar.holidays)} holidays, {len(calendar.workdays)} working rest days"
    print(f"{calendar.version}: {years}, {days}{'' if is_new else '; was loaded before'}")
    return 0


def _run_list(_: argparse.Namespace) -> int:
    """Print the calendars and the years."""
    from config.settings import load_settings

    print("\n".join(asyncio.run(_list(load_settings(os.environ)))))
    return 0


async def _load(settings: "Settings", calendar: "CalendarYears") -> bool:
    from dispatcher.store.database import Database
    from dispatcher.workflow.calendars import load_calendar
    from dispatcher.workflow.city import City
    from hotline.bootstrap import SystemClock, open_database, profile_of

    city = City.of(profile_of(settings))
    async with open_database(settings, city.profile, size=1) as pool:
        open_work = Database(pool).open_work
        return await load_calendar(calendar, actor="command line", city=city, open_work=open_work, clock=SystemClock())


async def _list(settings: "Settings") -> list[str]:
    from dispatcher.rules.calendar import with_years
    from dispatcher.store.database import Database
    from hotline.bootstrap import open_database, profile_of

    profile = profile_of(settings)
    async with open_database(settings, profile, size=1) as pool, Database(pool).open_work() as work:
        loaded = await work.calendars()
    facts = with_years(profile.calendar, loaded)
    lines = [f"{each.version}: {' '.join(map(str, sorted(each.years)))}" for each in loaded]
    return [*lines, f"in use: {facts.version}, years {min(facts.years)}-{max(facts.years)}"]
