"""``hotline evaluate``."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from classifiers.artifact import Artifact
    from classifiers.evaluation import Evaluation
    from classifiers.rows import LabelledText

_DESCRIPTION = """\
Measure an artifact on CSV rows with the header text,category[,type] that it did not learn from: as they are, in
traditional characters, with the noise of speech recognition, and by their first 40 characters. macro_f1 is the mean over
the labels that occur in the file; coverage_at_precision tells which share of the rows the most confident guesses can take
with that precision."""

_EXAMPLES = """\
examples:
  hotline evaluate --model model/ --data held_out.csv
  hotline evaluate --model model/ --data held_out.csv --json > scores.json
  hotline evaluate --model model/ --data held_out.csv --pictures pictures/
"""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "evaluate",
        help="measure a model on labelled texts",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", required=True, type=Path, metavar="DIR", help="an artifact that `hotline train` wrote")
    parser.add_argument("--data", required=True, nargs="+", type=Path, metavar="FILE", help="CSV files")
    parser.add_argument("--json", action="store_true", help="print one JSON object, with the scores of each label")
    parser.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="also write confusion.html, and PNG files where Pillow and a Chinese font are there; the page quotes rows",
    )
    parser.add_argument("--profile", metavar="NAME", help="whose names the pictures give to labels (default: the settings')")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the scores.

    Raises:
        Rejected: the artifact or a file cannot be read, or the pictures cannot be written.
    """
    from classifiers.artifact import load_artifact
    from classifiers.evaluation import evaluate
    from classifiers.rows import read_labelled
    from hotline.progress import progress_bars

    artifact = load_artifact(arguments.model)
    rows = read_labelled(arguments.data)
    with progress_bars() as progress:
        evaluation = evaluate(artifact, rows, progress=progress)
    if arguments.pictures:
        _write_pictures(arguments, artifact, evaluation, rows)
    print(json.dumps(evaluation.to_dict(), ensure_ascii=False, indent=2) if arguments.json else _as_text(evaluation))
    return 0


def _write_pictures(
    arguments: argparse.Namespace, artifact: "Artifact", evaluation: "Evaluation", rows: "list[LabelledText]"
) -> None:
    """Write the page and its pictures; stderr tells where they are, since stdout belongs to the scores."""
    from config.profiles import find_profile, load_profile
    from config.settings import load_settings
    from hotline.pictures.names import LabelNames
    from hotline.pictures.page import write_page, write_pngs
    from hotline.pictures.raster import NoPng
    from hotline.pictures.report import report_of

    profile = load_profile(find_profile(arguments.profile or load_settings(os.environ).profile))
    report = report_of(artifact, evaluation, rows, LabelNames(profile.categories))
    print(write_page(report, arguments.pictures), file=sys.stderr)
    try:
        print(f"{write_pngs(report, arguments.pictures)} PNG files beside it", file=sys.stderr)
    except NoPng as error:
        print(f"no PNG files: {error}", file=sys.stderr)


def _as_text(evaluation: "Evaluation") -> str:
    lines = [
        f"model {evaluation.model_version} on {evaluation.rows} rows",
        f"{'':<14}accuracy  macro-F1",
        f"{'as written':<14}{evaluation.accuracy:8.3f}  {evaluation.macro_f1:8.3f}",
        *(f"{name:<14}{scores['accuracy']:8.3f}  {scores['macro_f1']:8.3f}" for name, scores in evaluation.variants.items()),
        f"among three   {evaluation.top3_accuracy:8.3f}",
        "taken at precision: "
        + ", ".join(f"{precision} {share:.1%}" for precision, share in evaluation.coverage_at_precision.items()),
    ]
    if evaluation.type_accuracy is not None:
        lines.append(f"type right {evaluation.type_accuracy:.3f}")
    return "\n".join(lines)
