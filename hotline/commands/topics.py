"""``hotline topics``."""

import argparse
import os

from hotline.commands import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "topics",
        help="make the Kafka topics and verify their settings",
        description="Make the topics that are missing, one for each member unit of the profile among them, and compare "
        "partitions, replicas, min.insync.replicas, cleanup policy and retention with what is declared. "
        "Differences are printed; exit 1 if there are any.",
        epilog="example: HOTLINE_KAFKA=kafka1:9092,kafka2:9092 HOTLINE_KAFKA_REPLICATION=3 hotline topics",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Make, verify and say what differs."""
    from config.settings import load_settings
    from hotline.bootstrap import bootstrap_of, profile_of
    from streams.topics import create_missing, declared_topics, differences, open_admin

    settings = load_settings(os.environ)
    specs = declared_topics(profile_of(settings).units, replication=settings.kafka_replication)
    with open_admin(bootstrap_of(settings)) as admin:
        created = create_missing(admin, specs)
        found = differences(admin, specs)
    for difference in found:
        print(difference)
    print(f"{len(specs)} 个主题，本次新建 {len(created)} 个，{len(found)} 处与声明不符")
    return 1 if found else 0
