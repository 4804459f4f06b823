"""``hotline deadline``: when is it due, and which days were counted?"""

import argparse
import json
import os
import re
from dataclasses import replace
from datetime import datetime, timedelta

from config.profiles import find_profile, load_profile
from config.settings import load_settings
from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.co_units import co_unit_deadline
from dispatcher.rules.deadlines import deadline_for, due_at
from dispatcher.rules.explaining import DayReason, explain
from dispatcher.rules.recounting import allowance_of, recount
from dispatcher.rules.reminding import red_card_day, yellow_card_day
from hotline.commands.check import add_profile_option
from models.codes import ClockKind, PauseReason, RequestType, Stage, Track, Urgency
from models.deadline import Deadline, Pause
from models.errors import Rejected
from models.profile import Allowance, Profile

_DESCRIPTION = """\
Compute a deadline by the real calendar: 调休 days are worked, holidays are not, and beyond the loaded years the answer
says that it is provisional. Either give a clock and a number, or a type and an urgency and let the profile's
deadlines.toml decide.

clocks: WD working days, the day of --at does not count; WH working hours, only office hours count;
        WALL hours; ND natural days, a last day that is a rest day moves to the next working day.

--json also tells each day that was counted or passed over with the reason, the days of 黄牌 and 红牌, and a co-unit's due
time. A pause takes what was left to its end; an extension adds working days after the due day."""

_EXAMPLES = """\
examples:
  hotline deadline --at 2026-09-30T15:20 --clock WD --n 5
  hotline deadline --at 2026-03-10T23:12:00+08:00 --clock WH --n 4 --json
  hotline deadline --at 2026-09-30T15:20 --type 投诉 --urgency 一般 --json
  hotline deadline --at 2026-09-30T15:20 --type 求助 --urgency 一般 --category 0501 --stage resolve
  hotline deadline --at 2026-09-30T15:20 --type 投诉 --urgency 一般 --track 营商单一部门
  hotline deadline --at 2026-04-13T10:00 --type 投诉 --urgency 一般 --pause 2026-04-15T09:00/2026-04-17T16:00 --extend 10
  hotline deadline --at 2026-09-25T10:00 --type 投诉 --urgency 一般 --profile beijing-like --json
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
    parser.add_argument("--track", choices=[track.label for track in Track], help="营商环境专席 or 复杂疑难; with --type")
    parser.add_argument(
        "--pause", action="append", default=[], metavar="FROM/TO", help="the clock stands still in between; may be given again"
    )
    parser.add_argument("--extend", type=int, default=0, metavar="N", help="working days added after the due day")
    parser.add_argument("--json", action="store_true", help="print due, provisional, days and their reasons as one JSON object")
    add_profile_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the deadline.

    Raises:
        Rejected: the options do not go together or hold a value that cannot be read.
        BadProfile: the profile has problems.
    """
    profile = load_profile(find_profile(args.profile or load_settings(os.environ).profile))
    start = _moment("--at", args.at, profile)
    calendar = WorkingCalendar(profile.calendar)
    by_clock = args.clock is not None or args.n is not None
    by_type = args.type is not None or args.urgency is not None
    if by_clock == by_type:
        raise Rejected("give either --clock with --n, or --type with --urgency")
    deadline = _by_clock(args, start, profile, calendar) if by_clock else _by_type(args, start, profile, calendar)
    deadline = _changed(args, deadline, profile, calendar)
    print(_as_json(deadline, profile, calendar) if args.json else _as_text(deadline, calendar))
    return 0


def _moment(option: str, text: str, profile: Profile) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Rejected(f"{option} {text!r} is not a time such as 2026-09-30T15:20+08:00") from None
    if not 1000 <= moment.year <= 9000:
        raise Rejected(f"{option} {text!r} is not a time that a hotline lives in")
    return moment if moment.tzinfo else moment.replace(tzinfo=profile.timezone)


def _by_clock(args: argparse.Namespace, start: datetime, profile: Profile, calendar: WorkingCalendar) -> Deadline:
    if args.clock is None or args.n is None:
        raise Rejected("--clock and --n go together")
    if args.track is not None:
        raise Rejected("--track goes with --type and --urgency")
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
    end = due_at(allowance, start, calendar)
    return Deadline(
        stage=Stage(args.stage),
        unit_code=None,
        clock=clock,
        start=start,
        due=end.due,
        provisional=end.provisional,
        days=end.days,
        calendar_version=calendar.facts.version,
        profile_version=profile.version,
        allowance=allowance,
    )


def _by_type(args: argparse.Namespace, start: datetime, profile: Profile, calendar: WorkingCalendar) -> Deadline:
    if args.type is None or args.urgency is None:
        raise Rejected("--type and --urgency go together")
    if args.category and args.category not in profile.categories:
        raise Rejected(f"--category {args.category!r} is not a category of {profile.name}")
    return deadline_for(
        Stage(args.stage),
        unit_code=None,
        category_code=args.category,
        request_type=RequestType.from_label(args.type),
        urgency=Urgency.from_label(args.urgency),
        start=start,
        rules=profile.deadlines,
        calendar=calendar,
        profile_version=profile.version,
        track=Track.from_label(args.track) if args.track else None,
    )


def _changed(args: argparse.Namespace, deadline: Deadline, profile: Profile, calendar: WorkingCalendar) -> Deadline:
    """Return the deadline after the pauses, as they come in time, and the extension; the profile's limits do not hold here."""
    if not 0 <= args.extend <= _MOST_DAYS:
        raise Rejected(f"--extend {args.extend} is not a number of working days from 0 to {_MOST_DAYS}")
    if not args.pause and not args.extend:
        return deadline
    pauses = tuple(sorted((_pause(text, profile) for text in args.pause), key=lambda pause: pause.start))
    resumed_at = deadline.start
    for pause in pauses:
        if pause.start < resumed_at:
            raise Rejected(f"--pause from {pause.start.isoformat()} begins before --at or inside another pause")
        resumed_at = pause.end or pause.start
    changed = replace(deadline, pauses=pauses, extension_days=args.extend)
    due = recount(changed, calendar)
    return replace(changed, due=due.due, days=due.days, provisional=due.provisional)


def _pause(text: str, profile: Profile) -> Pause:
    start, _, end = text.partition("/")
    pause = Pause(PauseReason.MATERIAL, _moment("--pause", start, profile), _moment("--pause", end, profile))
    if pause.end is None or pause.end <= pause.start:
        raise Rejected(f"--pause {text!r} ends before it begins")
    if pause.end - pause.start > timedelta(days=_MOST_DAYS):
        raise Rejected(f"--pause {text!r} is longer than {_MOST_DAYS} days")
    return pause


def _as_json(deadline: Deadline, profile: Profile, calendar: WorkingCalendar) -> str:
    """Return the deadline with its proof as one JSON object (domain.md I.4)."""
    rules, allowance = profile.deadlines, allowance_of(deadline)
    yellow = yellow_card_day(deadline, rule=rules.reminders, calendar=calendar)
    return json.dumps(
        {
            "due": deadline.due.isoformat(),
            "provisional": deadline.provisional,
            "days": [day.isoformat() for day in deadline.days],
            "clock": deadline.clock.value,
            "n": allowance.days or allowance.duration / timedelta(hours=1),
            "start": calendar.local(deadline.start).isoformat(),
            "stage": deadline.stage.value,
            "source": allowance.source,
            "explanation": [_row(reason) for reason in explain(deadline, calendar)],
            "yellow_card": yellow.isoformat() if yellow else None,
            "red_card": red_card_day(deadline, rule=rules.reminders, calendar=calendar).isoformat(),
            "co_unit_due": co_unit_deadline(deadline, "", rule=rules.co_unit, calendar=calendar).due.isoformat(),
            "calendar": deadline.calendar_version,
            "profile": f"{profile.name}@{deadline.profile_version}",
        },
        ensure_ascii=False,
    )


def _row(reason: DayReason) -> dict[str, object]:
    row: dict[str, object] = {"from": reason.first.isoformat(), "to": reason.last.isoformat(), "why": reason.why}
    row["counted"] = reason.counted
    if reason.office_time is not None:
        row["minutes"] = reason.office_time / timedelta(minutes=1)
    return row


def _as_text(deadline: Deadline, calendar: WorkingCalendar) -> str:
    """Return the deadline in lines for a person."""
    lines = [deadline.due.isoformat()]
    if deadline.provisional:
        lines.append("provisional: the count left the loaded calendar, where only weekends are known")
    if deadline.days:
        lines.append("days counted: " + " ".join(day.isoformat() for day in deadline.days))
    passed_over = [reason for reason in explain(deadline, calendar) if reason.is_passed_over]
    lines.extend(f"not counted: {_span(reason)} {reason.why}" for reason in passed_over)
    lines.append(f"source: {allowance_of(deadline).source}")
    return "\n".join(lines)


def _span(reason: DayReason) -> str:
    return f"{reason.first}" if reason.first == reason.last else f"{reason.first}..{reason.last}"
