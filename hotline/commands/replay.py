"""``hotline replay``."""

import argparse
import asyncio
import os
from dataclasses import replace
from pathlib import Path

from hotline.commands import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "replay",
        help="play an event file in virtual time and write what came of it",
        description="Play the events of FILE in virtual time, through the same rules, workflow and store as in production, on "
        "a scratch database of its own. The same file gives the same bytes; the model's version stands in the outcome. "
        "Shapes of both files: docs/replay.md.",
        epilog="example: hotline replay story.jsonl --out outcome.json",
    )
    parser.add_argument("file", type=Path, metavar="FILE.jsonl", help="one event a line, in the order of their times")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.json", help="where the outcome goes")
    parser.add_argument("--profile", metavar="NAME", help="profile instead of HOTLINE_PROFILE")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Play and write."""
    from config.settings import load_settings
    from hotline.model_at_hand import ensure_model
    from hotline.replay.run import replay_file

    settings = load_settings(os.environ)
    if arguments.profile:
        settings = replace(settings, profile=arguments.profile)
    ensure_model(settings)
    asyncio.run(replay_file(arguments.file, arguments.out, settings))
    return 0
