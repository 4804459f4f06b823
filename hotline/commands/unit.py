"""``hotline unit follow``."""

import argparse
import json
import os
from typing import Any

from hotline.commands import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser("unit", help="a member unit's stream on the terminal")
    acts = parser.add_subparsers(metavar="ACT", required=True)
    follow = acts.add_parser(
        "follow",
        help="print a unit's stream as it arrives",
        description="Read hotline.dispatch.CODE with a plain Kafka consumer and print one line for each message, in order.",
        epilog="example: HOTLINE_KAFKA=127.0.0.1:9092 hotline unit follow HK-SZJ --from-start --json",
    )
    follow.add_argument("code", metavar="CODE", help="the unit's code, as in units.csv")
    follow.add_argument("--from-start", action="store_true", help="everything that the topic still holds, then what comes")
    follow.add_argument("--json", action="store_true", help="print whole envelopes, one a line")
    follow.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print until Ctrl-C.

    Raises:
        NotFound: the profile has no such unit.
    """
    from config.settings import load_settings
    from hotline.bootstrap import bootstrap_of, profile_of
    from models.errors import NotFound
    from streams.follow import follow

    settings = load_settings(os.environ)
    if arguments.code not in profile_of(settings).units:
        raise NotFound(f"unit {arguments.code!r} is not in profile {settings.profile}")
    for envelope in follow(bootstrap_of(settings), arguments.code, from_start=arguments.from_start):
        print(json.dumps(envelope, ensure_ascii=False) if arguments.json else _line(envelope), flush=True)
    return 0


def _line(envelope: dict[str, Any]) -> str:
    data = envelope["data"]
    parts = [f"{envelope['unit_seq']:>6}", envelope["ticket_no"], envelope["type"]]
    parts += [str(data[key]) for key in ("urgency", "title", "resolve_due", "repeat_count") if data.get(key)]
    return "  ".join(parts)
