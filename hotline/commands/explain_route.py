"""``hotline explain-route``."""

import argparse
import asyncio
import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from config.settings import Settings
    from dispatcher.workflow.city import City
    from hotline.route_reasons import RouteQuestion

_DESCRIPTION = """\
Say which line of the 派单目录 chooses lead and co-units of a request, by which basis and from which version, and why each
other line of the category does not. A text is understood first; options stand above what was understood. With
HOTLINE_DATABASE_URL the approved changes count, without it the profile alone. Nothing is stored or sent."""

_EXAMPLES = """\
examples:
  hotline explain-route 龙华区国贸路的路灯坏了三天
  hotline explain-route --category 1802 --district 江东新区 --subject 企业
  hotline explain-route --category 0703 --on 2027-01-01 --json
"""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "explain-route",
        help="show which line of the dispatch matrix decides, and why",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("text", nargs="?", metavar="TEXT", help="the request; without it --category is needed")
    parser.add_argument("--category", metavar="CODE", help="the category")
    parser.add_argument("--district", metavar="CODE|NAME", help="where it happened")
    parser.add_argument("--subject", choices=("个人", "企业"), help="on whose behalf the citizen speaks")
    parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="the day (default: today in the city)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--model", type=Path, metavar="DIR", help="an artifact (default: the profile's serving model)")
    parser.add_argument("--profile", metavar="NAME", help="the city (default: the settings')")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the reason.

    Raises:
        Rejected: neither a text nor a category is given, a code is unknown, or there is no fitting model.
        TryLater: the store is away.
    """
    from config.settings import load_settings
    from dispatcher.workflow.city import City
    from hotline.bootstrap import profile_of
    from hotline.route_reasons import reason_fields, reason_lines, reason_of

    settings = load_settings(os.environ)
    if arguments.profile:
        settings = replace(settings, profile=arguments.profile)
    city = City.of(profile_of(settings))
    if settings.database_url is not None:
        asyncio.run(_take_over(city, settings))
    question = _question(arguments, city, settings)
    reason = reason_of(question, city)
    if arguments.json:
        print(json.dumps(reason_fields(question, reason, city), ensure_ascii=False, indent=2))
    else:
        print("\n".join(reason_lines(question, reason, city)))
    return 0


async def _take_over(city: "City", settings: "Settings") -> None:
    from dispatcher.store.database import Database
    from dispatcher.workflow.amend import refresh_matrix
    from hotline.bootstrap import open_database

    async with open_database(settings, city.profile, size=1) as pool:
        await refresh_matrix(city=city, open_work=Database(pool).open_work)


def _question(arguments: argparse.Namespace, city: "City", settings: "Settings") -> "RouteQuestion":
    from hotline.bootstrap import SystemClock
    from hotline.route_reasons import RouteQuestion
    from models.codes import SubjectType
    from models.errors import Rejected

    if arguments.text is None and arguments.category is None:
        raise Rejected("a TEXT or --category CODE is needed")
    question = RouteQuestion(
        category_code=arguments.category or "",
        district_code=None,
        subject=None,
        on=arguments.on or city.local(SystemClock().now()).date(),
    )
    if arguments.text is not None:
        question = _understood(arguments, city, settings, question)
    if arguments.district:
        question = replace(question, district_code=city.district_code(arguments.district))
    if arguments.subject:
        question = replace(question, subject=SubjectType.from_label(arguments.subject))
    return question


def _understood(
    arguments: argparse.Namespace, city: "City", settings: "Settings", question: "RouteQuestion"
) -> "RouteQuestion":
    """Fill in what the text says; a category that was given stands, and then has no confidence."""
    from classifiers.artifact import load_artifact
    from classifiers.lines import RequestLine
    from hotline.bootstrap import artifact_of, bands_of, understander_of
    from hotline.describing import Describer

    artifact = load_artifact(arguments.model) if arguments.model else artifact_of(settings, city.profile)
    understander = understander_of(city.profile, artifact)
    (understanding,) = understander.understand([arguments.text])
    describer = Describer(understander, city.profile, bands_of(city.profile, artifact.card), artifact.card.labels)
    judgement = describer.judge(RequestLine("", arguments.text, None), understanding)
    return replace(
        question,
        text=arguments.text,
        category_code=arguments.category or judgement.category_code,
        confidence=None if arguments.category else understanding.best.probability,
        district_code=understanding.district_code,
        subject=understanding.facts.subject,
        language=understanding.language,
    )
