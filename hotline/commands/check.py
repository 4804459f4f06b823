"""``hotline check``: does a profile hold together?"""

import argparse
import os
import sys
from datetime import UTC, datetime

from config.profiles import check_profile, corpus_files, find_profile, load_articles, load_profile
from config.settings import load_settings
from models.profile import Profile

_DESCRIPTION = """\
Read every file of a profile and print each problem with file, key and reason: codes that do not exist, categories
without a lead unit, overlapping lines of the 派单目录, calendar holes, keys that nobody reads; and in the seed corpus
copies and moulds, categories with too few examples, personal data; in the knowledge articles without
a source, expired ones, links to articles that do not exist, titles that ask the same.

Exit code 0 when the profile is good, 1 when it has problems, 2 when there is no such profile."""

_EXAMPLES = """\
examples:
  hotline check                            the profile of HOTLINE_PROFILE, else haikou
  hotline check --profile shouguang        another one that comes with the program
  hotline check --profile /etc/hotline/my-city   a directory of your own
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``check`` to the main parser."""
    parser = subparsers.add_parser(
        "check",
        help="verify a profile",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_profile_option(parser)
    parser.set_defaults(run=run)


def add_profile_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--profile``, which names the city."""
    parser.add_argument(
        "--profile",
        metavar="NAME|DIR",
        help="a profile that comes with the program, or a directory (default: HOTLINE_PROFILE, else haikou)",
    )


def run(args: argparse.Namespace) -> int:
    """Print the problems, or one line of counts.

    Raises:
        NotFound: there is no such profile.
    """
    directory = find_profile(args.profile or load_settings(os.environ).profile)
    problems = check_profile(directory, on=datetime.now(UTC).date())
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problems in {directory}", file=sys.stderr)
        return 1
    articles = len(load_articles(directory))
    print(_counts(load_profile(directory), corpus_files=len(corpus_files(directory)), articles=articles))
    return 0


def _counts(profile: Profile, *, corpus_files: int, articles: int) -> str:
    years = f"{min(profile.calendar.years)}-{max(profile.calendar.years)}"
    return (
        f"{profile.name} {profile.version} ({profile.city}): {len(profile.categories)} categories, "
        f"{len(profile.units)} units, {len(profile.districts)} districts, {len(profile.places)} places, "
        f"{len(profile.matrix.entries)} matrix entries, calendar {years}, {corpus_files} corpus files, "
        f"{articles} articles"
    )
