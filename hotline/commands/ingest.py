"""``hotline ingest``."""

import argparse
import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from hotline.commands import Subparsers
from models.contact import Submission


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "ingest",
        help="receive contacts from a CSV or JSONL file",
        description="Send the contacts of FILE through the receive workflow, in batches. Safe to run twice: a contact is known "
        "by its id. Columns by name: id or msg_id; text, detail or content; topic; time; phone; name; user (stands for "
        "the caller); district; channel. A file with any other column is refused.",
        epilog="example: hotline ingest contacts.csv --channel 网站 --rate 50",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a .csv or .jsonl file, UTF-8")
    parser.add_argument("--channel", default="网站", help="where a row names no channel (default: %(default)s)")
    parser.add_argument("--rate", type=float, metavar="N", help="at most N contacts a second")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ingest and say how many were new."""
    return asyncio.run(_ingest(arguments))


async def _ingest(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from config.settings import load_settings
    from hotline.bootstrap import open_dispatcher
    from hotline.contact_files import read_contacts
    from hotline.ingest import ingest
    from models.codes import Channel
    from models.errors import Rejected

    try:
        channel = Channel(Channel.from_label(arguments.channel))
    except ValueError as error:
        raise Rejected(str(error)) from error
    async with open_dispatcher(load_settings(os.environ)) as dispatcher:

        def rows() -> Iterator[Submission]:
            return read_contacts(
                arguments.file, channel=channel, timezone=dispatcher.city.profile.timezone, now=dispatcher.clock.now()
            )

        total = sum(1 for _ in rows())  # the whole file is checked before anything is written
        with tqdm(total=total, unit="件", desc="受理", disable=None) as bar:
            done = await ingest(rows(), dispatcher, rate=arguments.rate, progress=bar.update)
    print(f"新受理 {done.accepted} 件，此前已受理 {done.repeated} 件")
    return 0
