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
        "Connects by HOTLINE_OWNER_DATABASE_URL (a role that may create roles and tables) or HOTLINE_DATABASE_URL. The first "
        "run ties the database to the profile and the keys that are set; every process compares them at its start.",
        epilog="example: HOTLINE_PROFILE=mycity HOTLINE_OWNER_DATABASE_URL=postgresql://postgres@db/hotline hotline migrate",
    )
    parser.add_argument("--pre", action="store_true", help="only what older processes that still run can live with")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Migrate and say what was applied."""
    from config.settings import load_settings
    from hotline.bootstrap import migrate

    settings = load_settings(os.environ)
    applied = migrate(settings, pre_only=arguments.pre)
    for name in applied:
        print(f"已执行 {name}")
    rest = "；旧进程全部停止后，再运行一次 hotline migrate" if arguments.pre else ""
    print(f"数据库结构已是最新（档案 {settings.profile}，本次执行 {len(applied)} 个迁移）{rest}")
    return 0
