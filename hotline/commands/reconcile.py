"""``hotline reconcile``: do the counters agree with the tickets?"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from config.settings import Settings
    from dispatcher.store.reconciliation import Difference

_DESCRIPTION = """\
Recompute every business counter from contacts, tickets, assignments, deadlines, events, ratings, dead letters and the
access log, and print each one that differs from its rollups. It reads one moment, so contacts may flow meanwhile; it
reads every ticket. Exit code 0: all agree; 1: something differs."""

_EXAMPLES = """\
examples:
  HOTLINE_DATABASE_URL=… hotline reconcile
  HOTLINE_DATABASE_URL=… hotline reconcile --json
"""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "reconcile",
        help="recompute the counters from the tickets",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    parser.add_argument(
        "--repair",
        action="store_true",
        help="make the counters agree with the tables, once you know why they differ; writers wait meanwhile",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the differences; 1 if there are any that were not repaired."""
    from config.settings import load_settings

    found = asyncio.run(_reconcile(load_settings(os.environ), repair=args.repair))
    print(_as_json(found) if args.json else _as_text(found, repaired=args.repair))
    return 1 if found and not args.repair else 0


async def _reconcile(settings: "Settings", *, repair: bool) -> "list[Difference]":
    from tqdm import tqdm

    from dispatcher.store.reconciliation import Reconciliation
    from hotline.bootstrap import open_database, profile_of

    profile = profile_of(settings)
    async with open_database(settings, profile, size=1) as pool:
        reconciliation = Reconciliation(pool, profile.categories)
        with tqdm(total=reconciliation.steps, unit="query", leave=False, disable=not sys.stderr.isatty()) as bar:

            def tell(step: str) -> None:
                bar.set_description(step)
                bar.update()

            return await (reconciliation.correct(tell) if repair else reconciliation.differences(tell))


def _as_json(found: "Sequence[Difference]") -> str:
    from dispatcher.store.reconciliation import NOT_RECOMPUTABLE, Reconciliation

    return json.dumps(
        {
            "differences": [
                {
                    "family": difference.family,
                    "labels": dict(difference.labels),
                    "rollup": difference.rollup,
                    "recomputed": difference.recomputed,
                }
                for difference in found
            ],
            "compared": Reconciliation.families,
            "not_recomputable": dict(NOT_RECOMPUTABLE),
        },
        ensure_ascii=False,
    )


def _as_text(found: "Sequence[Difference]", *, repaired: bool) -> str:
    from dispatcher.store.reconciliation import NOT_RECOMPUTABLE, Reconciliation

    lines = [
        f"{difference.family}{{{labels}}} rollup {difference.rollup} recomputed {difference.recomputed}"
        for difference in found
        for labels in [", ".join(f"{name}={value}" for name, value in difference.labels.items())]
    ]
    verdict = f"{len(found)} differences{', repaired' if repaired and found else ''}" if found else "no difference"
    lines.append(f"{verdict} in {len(Reconciliation.families)} families")
    lines.extend(f"not recomputable: {family}: {reason}" for family, reason in NOT_RECOMPUTABLE.items())
    return "\n".join(lines)
