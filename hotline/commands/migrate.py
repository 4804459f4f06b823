"""``hotline migrate``."""

import argparse
import os

from hotline.commands import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "migrate",
        help="bring the database schema up to date",
        description="Apply the migrations that are missing, each once, and make the partitions of the coming 18 months. "
        "Connects by HOTLINE_OWNER_DATABASE_URL (a role that may create roles and tables) or HOTLINE_DATABASE_URL.",
        epilog="example: HOTLINE_OWNER_DATABASE_URL=postgresql://postgres@db/hotline hotline migrate",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Migrate and say what was applied."""
    from config.settings import load_settings
    from dispatcher.store import migrations
    from hotline.bootstrap import SystemClock, owner_database_url_of

    applied = migrations.apply(owner_database_url_of(load_settings(os.environ)), today=SystemClock().now().date())
    for name in applied:
        print(f"已执行 {name}")
    print(f"数据库结构已是最新（本次执行 {len(applied)} 个迁移）")
    return 0
