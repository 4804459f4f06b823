"""``hotline timers``."""

import argparse
import asyncio
import os

from hotline.commands import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "timers",
        help="mark passed deadlines, finish calls and keep the house",
        description="Every second: deadlines that passed unmet are missed, and calls that ended become contacts. Every hour: "
        "outbox rows go that no topic's retention would still hold. Safe to run twice at once; each is settled once.",
        epilog="example: HOTLINE_DATABASE_URL=… hotline timers",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Keep time until a signal ends it."""
    from hotline.logs import configure_logs
    from hotline.timekeeping import keep_time

    configure_logs()
    from config.settings import load_settings

    asyncio.run(keep_time(load_settings(os.environ)))
    return 0
