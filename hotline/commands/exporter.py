"""``hotline exporter``."""

import argparse
import asyncio
import os
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from config.settings import Settings


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "exporter",
        help="serve the business numbers to Prometheus",
        description="Serves /metrics on HOTLINE_METRICS_HOST, HOTLINE_METRICS_PORT (127.0.0.1:9108 unless set): the counters "
        "from their rows in PostgreSQL, so that a restart loses nothing; what is open, overdue and due soon; the lag of "
        "the consumers; and whether counters and tickets agree. While PostgreSQL is away hotline_exporter_up is 0 and no old "
        "number is shown. Let one exporter run; docs/metrics.md lists every name.",
        epilog="example: HOTLINE_DATABASE_URL=… HOTLINE_KAFKA=… hotline exporter",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    from config.settings import load_settings
    from hotline.logs import configure_logs

    configure_logs()
    asyncio.run(_export(load_settings(os.environ)))
    return 0


async def _export(settings: "Settings") -> None:
    from functools import partial

    from dispatcher.store.numbers import Numbers
    from dispatcher.store.reconciliation import Reconciliation
    from hotline.bootstrap import SystemClock, bootstrap_of, open_database, profile_of, shelf_of
    from hotline.exporter import Exporter, serve_until_signalled
    from hotline.machine import listening_socket
    from hotline.shelf import version_in
    from streams.topic_ends import topic_ends

    profile = profile_of(settings)
    listening_on = "HOTLINE_METRICS_HOST, HOTLINE_METRICS_PORT"
    with listening_socket(settings.metrics_host, settings.metrics_port, listening_on) as listening:
        async with open_database(settings, profile, size=3) as pool:
            exporter = Exporter(
                numbers=Numbers(pool),
                reconciliation=Reconciliation(pool, profile.categories),
                topic_ends=partial(topic_ends, bootstrap_of(settings)),
                profile=profile,
                clock=SystemClock(),
                model_version=partial(version_in, shelf_of(settings, profile).serving),
            )
            await serve_until_signalled(exporter, listening)
