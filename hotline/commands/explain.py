"""``hotline explain``."""

import argparse
import json
import os
import sys
from pathlib import Path

from hotline.commands import Subparsers

_DESCRIPTION = """\
Show what was understood of one request, and why: the text as it was read with what was changed in it, the three guesses
with the words behind the first two, type, urgency with the alarming word, place, the unit by the 派单目录 of today with its
basis, and whether the engine would dispatch by itself. Nothing is stored or sent."""

_EXAMPLES = """\
examples:
  hotline explain 小区门口的路灯坏了三天了，在龙华区国贸路
  hotline explain --json 小区门口的路灯坏了
  hotline explain < letter.txt
"""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "explain",
        help="show what was understood of one text, and why",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("text", nargs="?", metavar="TEXT", help="the request (default: standard input)")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object: all that `hotline classify` tells, and more"
    )
    parser.add_argument("--model", type=Path, metavar="DIR", help="an artifact (default: the profile's serving model)")
    parser.add_argument("--profile", metavar="NAME", help="the city (default: the settings')")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the explanation.

    Raises:
        Rejected: standard input is not UTF-8, or there is no fitting model.
    """
    from classifiers.lines import RequestLine
    from dispatcher.workflow.city import City
    from hotline.bootstrap import SystemClock, bands_of, understander_of
    from hotline.commands.classify import model_and_profile
    from hotline.describing import Describer
    from hotline.explaining import Explainer, as_fields
    from hotline.explanation_lines import Paper, lines_of

    artifact, profile = model_and_profile(arguments)
    text = _read_input() if arguments.text is None else arguments.text
    city, understander = City.of(profile), understander_of(profile, artifact)
    describer = Describer(understander, profile, bands_of(profile, artifact.card), artifact.card.labels)
    explainer = Explainer(city, understander, describer)
    on = city.local(SystemClock().now()).date()
    explanation = explainer.explain(RequestLine("", text, None), on=on)
    if arguments.json:
        printed = json.dumps(as_fields(explanation, city), ensure_ascii=False, indent=2)
    else:
        printed = "\n".join(lines_of(explanation, city, Paper.of_terminal(sys.stdout, os.environ)))
    print(printed.encode("utf-8", "backslashreplace").decode("utf-8"))  # a lone surrogate appears as an escape
    return 0


def _read_input() -> str:
    from models.errors import Rejected

    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").rstrip("\n")
    except UnicodeDecodeError as error:
        raise Rejected(f"standard input: byte {error.start} is not UTF-8") from None
