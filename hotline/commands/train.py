"""``hotline train``."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from classifiers.artifact import Artifact
    from classifiers.rows import LabelledText
    from models.profile import Profile

SEED = 12345
"""Of folds and solver. Fixed, so that the same rows give the same model anywhere."""

_DESCRIPTION = """\
Learn from CSV files with the header text,category[,type,urgency] and write an artifact: the model with a card that tells
its labels, its scores on held-out rows and its confidence bands. Type and urgency are learned when the files have them, as
labels (投诉, 紧急) or codes (30, 2). The same rows give the same model."""

_EXAMPLES = """\
examples:
  hotline train                                    the serving model, from the profile's own seed corpus
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
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, write the artifact and print one line of scores.

    Raises:
        Rejected: a file cannot be read, its labels are not the profile's, or there is too little to learn from.
    """
    from classifiers.artifact import save_artifact
    from classifiers.rows import read_labelled
    from config.profiles import corpus_files, find_profile, load_profile
    from config.settings import load_settings
    from hotline.bootstrap import artifact_directory
    from models.errors import Rejected

    settings = load_settings(os.environ)
    if arguments.data:
        if arguments.out is None:
            raise Rejected("--data needs --out: say where this model goes")
        profile = load_profile(find_profile(arguments.profile)) if arguments.profile else None
        files, out = arguments.data, arguments.out
    else:
        directory = find_profile(arguments.profile or settings.profile)
        profile = load_profile(directory)
        files, out = corpus_files(directory), arguments.out or artifact_directory(settings, profile)
    artifact = train_model(read_labelled(files), profile)
    save_artifact(artifact, out)
    print(_summary(artifact, out))
    return 0


def train_model(rows: "list[LabelledText]", profile: "Profile | None") -> "Artifact":
    """Return a model of ``rows`` with progress bars on stderr; ``profile`` lends the words of its categories.

    Raises:
        Rejected: a row's category is not the profile's, or there is too little to learn from.
    """
    from datetime import UTC, datetime

    from classifiers.category import hints_of
    from classifiers.training import train
    from hotline.progress import progress_bars
    from models.errors import Rejected

    if profile is not None and (unknown := sorted({row.category for row in rows} - profile.categories.keys())):
        raise Rejected(f"the rows have categories that profile {profile.name} lacks: {', '.join(unknown[:5])}")
    with progress_bars() as progress:
        return train(
            rows,
            seed=SEED,
            created_at=datetime.now(UTC),
            hints=() if profile is None else hints_of(profile.categories.values()),
            profile=None if profile is None else profile.name,
            progress=progress,
        )


def _summary(artifact: "Artifact", out: Path) -> str:
    scores, card = artifact.card.scores, artifact.card
    return (
        f"{out}: model {card.version}, {sum(card.rows_by_label.values())} rows, {len(card.labels)} categories; held out: "
        f"first guess right {scores['accuracy']:.3f}, among three {scores['top3_accuracy']:.3f}, "
        f"macro-F1 {scores['macro_f1']:.3f}"
    )
