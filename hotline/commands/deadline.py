"""``hotline deadline``: when is it due, and which days were counted?"""

import argparse
import json
import os
import re
from datetime import datetime, timedelta

from config.profiles import find_profile, load_profile
from config.settings import load_settings
from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.deadlines import Due, deadline_for, due_at
from hotline.commands.check import add_profile_option
from models.codes import ClockKind, RequestType, Stage, Urgency
from models.errors import Rejected
from models.profile import Allowance, Profile

_DESCRIPTION = """\
Compute a deadline by the real calendar: 调休 days are worked, holidays are not, and beyond the loaded years the answer
says that it is provisional. Either give a clock and a number, or a type and an urgency and let the profile's
deadlines.toml decide.

clocks: WD working days, the day of --at does not count; WH working hours, only office hours count;
        WALL hours; ND natural days, a last day that is a rest day moves to the next working day."""

_EXAMPLES = """\
examples:
  hotline deadline --at 2026-09-30T15:20 --clock WD --n 5
  hotline deadline --at 2026-03-10T23:12:00+08:00 --clock WH --n 4 --json
  hotline deadline --at 2026-09-30T15:20 --type 投诉 --urgency 一般 --json
  hotline deadline --at 2026-09-30T15:20 --type 求助 --urgency 一般 --category 0501 --stage resolve
"""

_MOST_DAYS = 3650
_MOST_HOURS = 24 * _MOST_DAYS


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``deadline`` to the main parser."""
    parser = subparsers.add_parser(
        "deadline",
        help="compute a deadline by the real calendar",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--at",
        required=True,
        metavar="ISO",
        help="when the clock starts, such as 2026-09-30T15:20+08:00; without an offset it is the profile's local time",
    )
    parser.add_argument("--clock", choices=[kind.value for kind in ClockKind], help="how time is counted; with --n")
    parser.add_argument("--n", metavar="N", help="how many days (WD, ND) or hours (WH, WALL; 0.5 is half an hour)")
    parser.add_argument("--type", choices=[kind.label for kind in RequestType], help="诉求类型; with --urgency")
    parser.add_argument("--urgency", choices=[urgency.label for urgency in Urgency], help="紧急程度; with --type")
    parser.add_argument("--category", default="", metavar="CODE", help="事项分类, where it has deadlines of its own")
    parser.add_argument(
        "--stage", choices=[stage.value for stage in Stage], default=Stage.RESOLVE.value, help="default: resolve"
    )
    parser.add_argument("--json", action="store_true", help="print due, provisional and days as one JSON object")
    add_profile_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the deadline.

    Raises:
        Rejected: the options do not go together or hold a value that cannot be read.
        BadProfile: the profile has problems.
    """
    profile = load_profile(find_profile(args.profile or load_settings(os.environ).profile))
    start = _start(args.at, profile)
    calendar = WorkingCalendar(profile.calendar)
    by_clock = args.clock is not None or args.n is not None
    by_type = args.type is not None or args.urgency is not None
    if by_clock == by_type:
        raise Rejected("give either --clock with --n, or --type with --urgency")
    due = _due_by_clock(args, start, calendar) if by_clock else _due_by_type(args, start, profile, calendar)
    print(_as_json(due) if args.json else _as_text(due))
    return 0


def _start(text: str, profile: Profile) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Rejected(f"--at {text!r} is not a time such as 2026-09-30T15:20+08:00") from None
    if not 1000 <= moment.year <= 9000:
        raise Rejected(f"--at {text!r} is not a time that a hotline lives in")
    return moment if moment.tzinfo else moment.replace(tzinfo=profile.timezone)


def _due_by_clock(args: argparse.Namespace, start: datetime, calendar: WorkingCalendar) -> Due:
    if args.clock is None or args.n is None:
        raise Rejected("--clock and --n go together")
    clock = ClockKind(args.clock)
    if clock in (ClockKind.WORKING_DAYS, ClockKind.NATURAL_DAYS):
        if not re.fullmatch(r"[0-9]{1,4}", args.n) or not 1 <= int(args.n) <= _MOST_DAYS:
            raise Rejected(f"--n {args.n!r} is not a whole number of days from 1 to {_MOST_DAYS}")
        allowance = Allowance(clock=clock, days=int(args.n), duration=timedelta(), source="--n")
    else:
        hours = float(args.n) if re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,6})?", args.n) else 0.0
        if not 0 < hours <= _MOST_HOURS or not timedelta(hours=hours):
            raise Rejected(f"--n {args.n!r} is not a number of hours above 0, at most {_MOST_HOURS}")
        allowance = Allowance(clock=clock, days=0, duration=timedelta(hours=hours), source="--n")
    return due_at(allowance, start, calendar)


def _due_by_type(args: argparse.Namespace, start: datetime, profile: Profile, calendar: WorkingCalendar) -> Due:
    if args.type is None or args.urgency is None:
        raise Rejected("--type and --urgency go together")
    if args.category and args.category not in profile.categories:
        raise Rejected(f"--category {args.category!r} is not a category of {profile.name}")
    deadline = deadline_for(
        Stage(args.stage),
        unit_code=None,
        category_code=args.category,
        request_type=RequestType.from_label(args.type),
        urgency=Urgency.from_label(args.urgency),
        start=start,
        rules=profile.deadlines,
        calendar=calendar,
        profile_version=profile.version,
    )
    return Due(deadline.due, deadline.provisional, deadline.days)


def _as_json(due: Due) -> str:
    return json.dumps(
        {
            "due": due.due.isoformat(),
            "provisional": due.provisional,
            "days": [day.isoformat() for day in due.days],
        }
    )


def _as_text(due: Due) -> str:
    lines = [due.due.isoformat()]
    if due.provisional:
        lines.append("provisional: the count left the loaded calendar, where only weekends are known")
    if due.days:
        lines.append("days counted: " + " ".join(day.isoformat() for day in due.days))
    return "\n".join(lines)
