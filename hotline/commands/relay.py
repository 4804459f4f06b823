"""``hotline relay``."""

import argparse
import os
import signal
import time
from types import FrameType

from hotline.commands import Subparsers

_STANDBY_SECONDS = 1.0


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "relay",
        help="publish the outbox to Kafka",
        description="The only process that writes topics. Start two for a standby: one publishes, the other waits. "
        "Topics that the broker lost are made anew and filled from the outbox.",
        epilog="example: HOTLINE_DATABASE_URL=… HOTLINE_KAFKA=… hotline relay",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Publish until a signal ends it."""
    import structlog

    from config.settings import load_settings
    from dispatcher.store.relay_outbox import open_relay_outbox
    from hotline.bootstrap import SystemClock, bootstrap_of, database_url_of, installation_of, profile_of
    from hotline.logs import configure_logs
    from streams.relay import Relay, open_producer, prepare_topics
    from streams.topics import declared_topics

    configure_logs()
    log = structlog.get_logger()
    settings = load_settings(os.environ)
    bootstrap, clock = bootstrap_of(settings), SystemClock()
    profile, database_url = profile_of(settings), database_url_of(settings)
    specs = declared_topics(profile.units, replication=settings.kafka_replication)
    installation_of(settings, profile).start_on(database_url)
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with open_relay_outbox(database_url) as outbox:
        while not outbox.become_leader():
            if stopping:
                return 0
            time.sleep(_STANDBY_SECONDS)
        log.info("relay_publishing", topics=len(specs))
        Relay(
            outbox=outbox,
            open_producer=lambda: open_producer(bootstrap),
            prepare=lambda: prepare_topics(bootstrap, outbox, specs, now=clock.now()),
            clock=clock,
        ).run(lambda: stopping)
    return 0
