"""``hotline model``."""

import argparse
import asyncio
import os
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from classifiers.artifact import Card
    from classifiers.comparison import Change, Comparison
    from config.settings import Settings
    from hotline.promotion import Contestant, Match
    from models.profile import Category, Profile

_OWN, _DECIDED = "seed corpus, test part", "decided by people, test part"
_SHOWN = 10
_NOTABLE = 0.05

_PROMOTE = """\
Compare the candidate with the serving model on the same rows, print a table, and let the candidate serve. The rows are the
test part of the profile's seed corpus and, with HOTLINE_DATABASE_URL, of what people decided; those that either model has
learned from are left out. A difference stands with the interval that holds it in 95 of 100 resamples of the rows.

A candidate whose first guess, or whose automatic band, is worse beyond chance is refused: exit code 1, unless --yes. Running
workers and web processes take the new model over within seconds; what served before is kept as `previous`."""


def add_parser(commands: Subparsers) -> None:
    """Add the command with its acts."""
    parser = commands.add_parser("model", help="show, promote and roll back the profile's models")
    acts = parser.add_subparsers(metavar="ACT", required=True)
    show = acts.add_parser(
        "list",
        help="show the serving model, the candidate and the previous one",
        epilog="example: hotline model list",
    )
    show.set_defaults(run=lambda arguments: _list(_settings(arguments)))
    promote = acts.add_parser(
        "promote",
        help="compare the candidate with the serving model, and let it serve",
        description=_PROMOTE,
        epilog="example: hotline model promote --min-gain 0.01",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    promote.add_argument(
        "--min-gain", type=float, metavar="SHARE", help="refuse, too, unless the first guess gains so much over all rows"
    )
    promote.add_argument("--yes", action="store_true", help="promote in spite of every objection")
    promote.set_defaults(run=_promote)
    back = acts.add_parser(
        "rollback",
        help="let the previous model serve again; a second time takes it back",
        epilog="example: hotline model rollback",
    )
    back.set_defaults(run=lambda arguments: _roll_back(_settings(arguments)))
    for act in (show, promote, back):
        act.add_argument("--profile", metavar="NAME", help="whose models (default: the settings')")


def _settings(arguments: argparse.Namespace) -> "Settings":
    from config.settings import load_settings

    settings = load_settings(os.environ)
    return replace(settings, profile=arguments.profile) if arguments.profile else settings


def _list(settings: "Settings") -> int:
    from classifiers.artifact import BadArtifact
    from hotline.bootstrap import profile_of, shelf_of
    from hotline.shelf import card_in

    shelf = shelf_of(settings, profile_of(settings))
    for place in (shelf.serving, shelf.candidate, shelf.previous):
        if not place.is_dir():
            print(f"{place.name}: none")
            continue
        try:
            print(f"{place.name}: {_card_lines(card_in(place))}")
        except BadArtifact as error:
            print(f"{place.name}: {error}")
    return 0


def _card_lines(card: "Card") -> str:
    scores, bands = card.scores, card.bands
    automatic = (
        "its bands are the profile's"
        if bands.automatic is None
        else (f"decides from {bands.automatic:.3f} on, right in {bands.automatic_precision:.2f} of the rows there")
    )
    return (
        f"model {card.version}, made {card.created_at:%Y-%m-%d %H:%M}, "
        f"{sum(card.rows_by_label.values())} rows, {len(card.labels)} categories\n"
        f"    {card.split}: first guess right {scores['accuracy']:.3f}, among three {scores['top3_accuracy']:.3f}, "
        f"macro-F1 {scores['macro_f1']:.3f}\n"
        f"    {automatic}"
    )


def _promote(arguments: argparse.Namespace) -> int:
    from hotline.bootstrap import profile_of, shelf_of
    from hotline.promotion import objections
    from hotline.shelf import version_in
    from models.errors import Rejected

    settings = _settings(arguments)
    profile = profile_of(settings)
    shelf = shelf_of(settings, profile)
    if not shelf.candidate.is_dir():
        raise Rejected(f"{shelf.candidate}: no candidate here; `hotline train --candidate` or --from-database makes one")
    candidate = _contestant(shelf.candidate, profile)
    if version_in(shelf.serving) == candidate.card.version:
        raise Rejected(f"model {candidate.card.version} serves already")
    if shelf.serving.is_dir():
        serving = _contestant(shelf.serving, profile)
        matches = _matches(settings, profile, serving, candidate)
        print(f"serving {serving.card.version}, candidate {candidate.card.version}")
        for match in matches:
            print(_table(match, profile.categories))
        reasons = objections(matches, promised=candidate.card.bands.automatic_precision, min_gain=arguments.min_gain)
        for reason in reasons:
            print(f"objection: {reason}")
        if reasons and not arguments.yes:
            print("not promoted; --yes promotes all the same")
            return 1
    if version_in(shelf.candidate) != candidate.card.version:
        raise Rejected(f"{shelf.candidate}: another candidate came meanwhile; compare again")
    shelf.promote()
    print(f"model {candidate.card.version} serves; running processes take it over within seconds")
    return 0


def _roll_back(settings: "Settings") -> int:
    from hotline.bootstrap import load_model, profile_of, shelf_of
    from models.errors import Rejected

    profile = profile_of(settings)
    shelf = shelf_of(settings, profile)
    if not shelf.previous.is_dir():
        raise Rejected(f"{shelf.previous}: no model served before")
    model = load_model(profile, shelf.previous)  # one that does not load must not serve
    shelf.roll_back()
    print(f"model {model.version} serves again; running processes take it over within seconds")
    return 0


def _contestant(place: Path, profile: "Profile") -> "Contestant":
    from classifiers.fingerprints import read_learned
    from hotline.bootstrap import load_model
    from hotline.promotion import Contestant
    from hotline.shelf import card_in

    return Contestant(card_in(place), load_model(profile, place), read_learned(place))


def _matches(settings: "Settings", profile: "Profile", serving: "Contestant", candidate: "Contestant") -> "list[Match]":
    from config.profiles import find_profile
    from hotline.decided_rows import decided_rows
    from hotline.learning import SEED, kept_apart, own_rows
    from hotline.progress import progress_bars
    from hotline.promotion import play

    own = own_rows(find_profile(settings.profile))
    sources = {_OWN: kept_apart(own)}
    if settings.database_url is None:
        print(f"{_DECIDED}: left out, HOTLINE_DATABASE_URL is not set")
    else:
        sources[_DECIDED] = list(asyncio.run(decided_rows(settings, profile, own)).to_compare)
    with progress_bars() as progress:
        return [play(source, rows, serving, candidate, seed=SEED, progress=progress) for source, rows in sources.items()]


def _table(match: "Match", categories: "Mapping[str, Category]") -> str:
    learned = f"learned from: serving {match.learned_by_serving}, candidate {match.learned_by_candidate}"
    if match.comparison is None:
        return f"\n{match.source}: {match.given} rows, none to compare on ({learned})"
    lines = [
        f"\n{match.source}: {match.comparison.rows} of {match.given} rows ({learned})",
        f"{'':<22}serving  candidate  difference",
    ]
    for name, measure in match.comparison.measures.items():
        if isnan(measure.serving) and isnan(measure.candidate):
            continue
        lines.append(
            f"{name:<22}{measure.serving:7.3f}  {measure.candidate:9.3f}  {measure.gain:+.3f} "
            f"({measure.low:+.3f} to {measure.high:+.3f})"
        )
    lines += _notable(match.comparison, categories)
    return "\n".join(lines)


def _notable(comparison: "Comparison", categories: "Mapping[str, Category]") -> list[str]:
    """Return the labels that lost or won five points of F1 or more, the greatest first."""
    losers = [change for change in comparison.changes if change.gain <= -_NOTABLE]
    winners = [change for change in reversed(comparison.changes) if change.gain >= _NOTABLE]
    return [*_named("lost", losers, categories), *_named("won", winners, categories)]


def _named(what: str, changes: "Sequence[Change]", categories: "Mapping[str, Category]") -> list[str]:
    if not changes:
        return []
    lines = [f"{what} 5 points of F1 or more: {len(changes)} categories" + (", the first" if len(changes) > _SHOWN else "")]
    for change in changes[:_SHOWN]:
        name = categories[change.label].level2 if change.label in categories else ""
        lines.append(f"    {change.label} {name}: {change.serving:.2f} → {change.candidate:.2f} ({change.rows} rows)")
    return lines
