"""``hotline selfcheck``."""

import argparse
import asyncio
import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from hotline.embedded.installation import Installation
    from hotline.selfcheck import Outcome


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "selfcheck",
        help="send contacts through everything and count what comes out",
        description="Start what is not configured in a scratch directory, send the contacts of FILE (default: the profile's "
        "seed corpus), play the operator who confirms what waits, read every unit's topic with a consumer of its own, send the "
        "file a second time, and tear down. Exit 1 if anything was lost or doubled. With a configured database it must be "
        "one that holds no contacts of others: units would receive the check's tickets.",
        epilog="example: hotline selfcheck --contacts messages.csv --json",
    )
    parser.add_argument("--contacts", type=Path, metavar="FILE", help="a .csv or .jsonl file as `hotline ingest` reads it")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="worker processes (default: %(default)s)")
    parser.add_argument("--rate", type=float, metavar="N", help="at most N contacts a second; for honest latencies")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check and print the outcome."""
    from config.settings import load_settings
    from hotline.embedded.installation import installation
    from hotline.embedded.signals import ending_like_ctrl_c

    settings = load_settings(os.environ)
    with (
        ending_like_ctrl_c(),
        tempfile.TemporaryDirectory(prefix="hotline-selfcheck-") as scratch,
        installation(replace(settings, state_dir=Path(scratch))) as installed,
    ):
        outcome = _check(arguments, installed)
    _print(outcome, as_json=arguments.json)
    return 1 if outcome.complaints else 0


def _check(arguments: argparse.Namespace, installed: "Installation") -> "Outcome":
    from hotline.bootstrap import migrate
    from hotline.model_at_hand import ensure_model
    from hotline.production import production, wait_for_workers

    migrate(installed.settings)
    ensure_model(installed.settings)
    with production(installed, workers=arguments.workers, others=()):
        wait_for_workers(installed, workers=arguments.workers)
        return asyncio.run(_send(arguments, installed))


async def _send(arguments: argparse.Namespace, installed: "Installation") -> "Outcome":
    from dispatcher.store.audit import Audit
    from hotline.bootstrap import bootstrap_of, open_dispatcher
    from hotline.contact_files import read_contacts
    from hotline.progress import progress_bars
    from hotline.sample_contacts import corpus_contacts
    from hotline.selfcheck import selfcheck
    from models.codes import Channel
    from models.errors import Rejected
    from streams.unit_reader import UnitReader

    async with open_dispatcher(installed.settings) as dispatcher:
        profile, clock = dispatcher.city.profile, dispatcher.clock
        if arguments.contacts is None:
            contacts = list(corpus_contacts(installed.settings.profile, now=clock.now()))
        else:
            contacts = list(read_contacts(arguments.contacts, channel=Channel.WEB, timezone=profile.timezone, now=clock.now()))
        if await Audit(dispatcher.pool, [contact.contact_id for contact in contacts]).foreign_contacts():
            raise Rejected("the configured database holds contacts of others; check an empty one")
        with (
            UnitReader(bootstrap_of(installed.settings), list(profile.units), clock=clock) as reader,
            progress_bars() as progress,
        ):
            return await selfcheck(contacts, dispatcher, reader, rate=arguments.rate, progress=progress)


def _print(outcome: "Outcome", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(outcome.as_json(), ensure_ascii=False, indent=2))
        return
    fates = "，".join(f"{name} {amount}" for name, amount in outcome.fates.items())
    print(f"来件 {outcome.contacts}：{fates}")
    print(
        f"工单 {outcome.tickets}：直答 {outcome.direct}，不予受理 {outcome.declined}，"
        f"已派 {outcome.dispatched}，待派 {outcome.pending}"
    )
    print(f"单位主题上读到 {outcome.on_unit_topics}，丢失 {outcome.lost}，重复 {outcome.doubled}")
    latency = outcome.latency_ms
    print(f"每秒 {outcome.contacts_per_second} 件；受理到可读 p50 {latency['p50']} ms，p99 {latency['p99']} ms")
    print("\n".join(outcome.complaints) or "核对无误")
