"""``hotline train``."""

import argparse
import asyncio
import os
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from classifiers.artifact import Artifact
    from classifiers.rows import LabelledText
    from config.settings import Settings
    from hotline.decided_rows import DecidedRows
    from models.profile import Profile

_DESCRIPTION = """\
Learn from CSV files with the header text,category[,type,urgency] and write an artifact: the model with a card that tells
its labels, its scores on held-out rows and its confidence bands. Type and urgency are learned when the files have them, as
labels (投诉, 紧急) or codes (30, 2). The same rows give the same model.
Without --data a fifth of the profile's seed corpus, its test part, is left out: `hotline model promote` compares on it.
--from-database adds what people decided: requests that were confirmed, corrected, dispatched by hand or answered, each
text once. Nothing but their redacted texts and labels is read, and no text is written anywhere but into the model's words."""

_EXAMPLES = """\
examples:
  hotline train                                    the serving model, from the profile's own seed corpus
  hotline train --from-database --since 2026-01-01 a candidate that learned from the hotline too
  hotline train --candidate                        a candidate from the seed corpus alone
  hotline train --data rows.csv --out model/       a model for any label set
  hotline train --data rows.csv --out model/ --profile haikou
                                                   the profile's own words help where rows are few
"""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "train",
        help="learn categories from labelled texts",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", nargs="+", type=Path, metavar="FILE", help="CSV files (default: the profile's seed corpus); with --out"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where the artifact goes (default: where workers look for the profile's)"
    )
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="its categories must hold every label, and its words help to learn them (default without --data: the settings')",
    )
    parser.add_argument(
        "--candidate", action="store_true", help="write beside the serving model, for `hotline model promote` to compare"
    )
    parser.add_argument(
        "--from-database",
        action="store_true",
        help="add what people decided, from HOTLINE_DATABASE_URL; writes a candidate unless --out is given",
    )
    parser.add_argument(
        "--since",
        type=_day,
        metavar="DATE",
        help="with --from-database: requests registered on that day or later, as 2026-01-31 (default: all)",
    )
    parser.add_argument(
        "--per-category",
        type=_number,
        metavar="N",
        help="with --from-database: at most N of a category, drawn over the whole time (default: 500)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, write the artifact and print one line of scores.

    Raises:
        Rejected: a file cannot be read, its labels are not the profile's, or there is too little to learn from.
        TryLater: the database is away.
    """
    _refuse_contradictions(arguments)
    artifact, out = _from_files(arguments) if arguments.data else _of_the_profile(arguments)
    print(_summary(artifact, out))
    return 0


def _from_files(arguments: argparse.Namespace) -> "tuple[Artifact, Path]":
    from classifiers.rows import read_labelled
    from config.profiles import find_profile, load_profile
    from hotline.learning import learn
    from hotline.machine import writable_directory

    writable_directory(arguments.out.parent, "--out")
    profile = load_profile(find_profile(arguments.profile)) if arguments.profile else None
    return learn(read_labelled(arguments.data), profile, arguments.out), arguments.out


def _of_the_profile(arguments: argparse.Namespace) -> "tuple[Artifact, Path]":
    from config.profiles import find_profile
    from config.settings import load_settings
    from hotline.bootstrap import profile_of, shelf_of
    from hotline.learning import kept_apart, learn, outside_test_part, own_rows, split_lessons_of
    from hotline.machine import writable_directory

    settings = load_settings(os.environ)
    if arguments.profile:
        settings = replace(settings, profile=arguments.profile)
    profile = profile_of(settings)
    shelf = shelf_of(settings, profile)
    out = arguments.out or (shelf.candidate if arguments.candidate or arguments.from_database else shelf.serving)
    writable_directory(out.parent, "--out" if arguments.out else "HOTLINE_ARTIFACT_DIR")
    directory = find_profile(settings.profile)
    own = own_rows(directory)
    rows = outside_test_part(own)
    if arguments.from_database:
        decided = _read_decided(arguments, settings, profile, own)
        print(_summary_of_decided(decided))
        rows += decided.to_learn
    return learn(rows, profile, out, unseen=kept_apart(own), lessons=split_lessons_of(profile, directory)), out


def _read_decided(
    arguments: argparse.Namespace, settings: "Settings", profile: "Profile", own: "list[LabelledText]"
) -> "DecidedRows":
    from hotline.decided_rows import EVER, PER_CATEGORY, decided_rows

    since = datetime.combine(arguments.since, time.min, profile.timezone) if arguments.since else EVER
    per_category = arguments.per_category or PER_CATEGORY
    return asyncio.run(decided_rows(settings, profile, own, since=since, per_category=per_category))


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    from models.errors import Rejected

    if arguments.data and arguments.out is None:
        raise Rejected("--data needs --out: say where this model goes")
    if arguments.data and (arguments.from_database or arguments.candidate):
        raise Rejected("--data trains a model of its own; --from-database and --candidate are about the profile's")
    if arguments.candidate and arguments.out is not None:
        raise Rejected("--candidate and --out both say where the model goes; give one")
    if not arguments.from_database and (arguments.since or arguments.per_category):
        raise Rejected("--since and --per-category choose among what --from-database reads")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day as 2026-01-31") from None


def _number(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _summary_of_decided(decided: "DecidedRows") -> str:
    return (
        f"decided by people: {decided.read} requests; "
        f"{len(decided.to_learn)} to learn from, {len(decided.to_compare)} kept for comparing; "
        f"{decided.repeated} say what others say, {decided.beyond} exceed their category's limit, "
        f"{decided.unknown} have a category that the profile lacks"
    )


def _summary(artifact: "Artifact", out: Path) -> str:
    scores, card = artifact.card.scores, artifact.card
    return (
        f"{out}: model {card.version}, {sum(card.rows_by_label.values())} rows, {len(card.labels)} categories; held out: "
        f"first guess right {scores['accuracy']:.3f}, among three {scores['top3_accuracy']:.3f}, "
        f"macro-F1 {scores['macro_f1']:.3f}"
    )
