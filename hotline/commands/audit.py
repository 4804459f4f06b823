"""``hotline audit``."""

import argparse
import asyncio
import json
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from dispatcher.store.accesses import Access

_MOST = 10_000
_DESCRIPTION = """\
Print the access log, newest first: when, who, what, on which ticket or user, and why. It holds who saw a citizen's contact
data, what a member unit asked for and was denied, whose service was limited, log-ins, failed log-ins, log-outs, and every
change of a user. `nobody` is who failed to log in, `shell:NAME` who used `hotline user`."""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "audit",
        help="print the access log: who, when, what, on which ticket, why",
        description=_DESCRIPTION,
        epilog="example: hotline audit --since 2026-11-01 --user chen.li --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--since",
        required=True,
        type=datetime.fromisoformat,
        metavar="TIME",
        help="a day or an instant; on the city's clocks where it names no offset",
    )
    parser.add_argument("--user", metavar="NAME", help="only what this user did, and what was done to the user")
    parser.add_argument(
        "--limit", type=int, default=200, metavar="N", help=f"at most N entries, up to {_MOST} (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the entries; say on standard error when there are more."""
    return asyncio.run(_audit(arguments))


async def _audit(arguments: argparse.Namespace) -> int:
    from config.settings import load_settings
    from dispatcher.store.accesses import latest_accesses
    from hotline.bootstrap import open_database, profile_of
    from models.errors import Rejected

    if not 0 < arguments.limit <= _MOST:
        raise Rejected(f"--limit: {arguments.limit} is not a whole number from 1 to {_MOST}")
    settings = load_settings(os.environ)
    profile = profile_of(settings)
    zone = profile.timezone
    since = arguments.since if arguments.since.tzinfo else arguments.since.replace(tzinfo=zone)
    async with open_database(settings, profile, size=1) as pool:
        found = await latest_accesses(pool, since=since, username=arguments.user, limit=arguments.limit + 1)
    shown = found[: arguments.limit]
    if arguments.json:
        print(json.dumps([_fields(access, zone) for access in shown], ensure_ascii=False, indent=2))
    else:
        for access in shown:
            print("  ".join(_printable(value) or "-" for value in _fields(access, zone).values()))
    if len(found) > len(shown):
        print(f"只显示最近的 {arguments.limit} 条，还有更早的；用 --limit 放宽，或用 --user 收窄", file=sys.stderr)
    return 0


def _fields(access: "Access", zone: "ZoneInfo") -> dict[str, str]:
    return {
        "at": access.occurred_at.astimezone(zone).isoformat(timespec="seconds"),
        "who": access.actor,
        "what": access.act,
        "on": access.subject,
        "why": access.purpose,
    }


def _printable(value: str) -> str:
    """Return a value on one line, without what a terminal would obey: a purpose is what somebody typed."""
    return "".join(sign if sign.isprintable() else " " for sign in value)
