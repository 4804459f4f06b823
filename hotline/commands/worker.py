"""``hotline worker``."""

import argparse
import os

from hotline.commands import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "worker",
        help="turn contacts into tickets, listen to running calls",
        description="Read hotline.contacts and turn contacts into tickets on the units' streams; read hotline.call-segments "
        "and raise an alert where a running call is an emergency. Start one for each core; they share the partitions. Kill "
        "one at any moment: nothing is lost, nothing is done twice.",
        epilog="example: HOTLINE_DATABASE_URL=… HOTLINE_KAFKA=… hotline worker --name worker-1",
    )
    parser.add_argument("--name", default="worker", help="tells workers on one machine apart (default: %(default)s)")
    parser.add_argument(
        "--session-timeout",
        type=float,
        default=20.0,
        metavar="SECONDS",
        help="how long a silent worker keeps its partitions (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Work until a signal ends it."""
    from config.settings import load_settings
    from hotline.bootstrap import bootstrap_of, open_agents
    from hotline.logs import configure_logs
    from hotline.machine import writable_directory
    from streams.app import build_app, run_worker
    from streams.intake import INTAKE
    from streams.listen import LISTEN
    from streams.topics import wait_for_topic

    configure_logs()
    settings = load_settings(os.environ)
    bootstrap = bootstrap_of(settings)
    datadir = writable_directory(settings.state_dir / "faust" / arguments.name, "HOTLINE_STATE_DIR")
    topics = [INTAKE.topic, LISTEN.topic]
    for topic in topics:  # made by the relay alone: it must see a topic made anew before anybody fills it
        wait_for_topic(bootstrap, topic)
    app = build_app(
        bootstrap=bootstrap,
        datadir=datadir,
        topics=topics,
        open_agents=lambda: open_agents(settings),
        session_timeout=arguments.session_timeout,
    )
    run_worker(app)
    return 0
