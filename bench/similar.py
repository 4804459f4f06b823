"""How well repeats are told from other matters, and how fast similar tickets are found: ``python -m bench.similar``.

The model is the one in ``var/bench/model`` (or ``--model DIR``); where none is, one is trained on the profile's corpus and left
there. The pairs of ``tests/data/retellings.jsonl`` are understood by it and put before the profile's
rule of repeats. The hundred thousand open tickets are the profile's corpus and mixtures of two of its rows of one category
behind a place of the gazetteer; the second telling of each pair that is one matter asks for the first.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before numpy: times are those of one core

import argparse
import gc
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.machine import machine
from classifiers.artifact import load_artifact, save_artifact
from classifiers.background import background_of
from classifiers.rows import LabelledText, read_labelled
from classifiers.training import train
from classifiers.understand import Understander
from config.profiles import corpus_files, find_profile, load_profile
from dispatcher.workflow.city import City
from hotline.bootstrap import text_index_of, understander_of
from models.codes import Channel, Urgency
from models.contact import Contact, call_contact_id
from models.profile import Profile
from models.ticket import OpenRequest, OpenText
from models.understanding import Understanding

PAIRS = Path("tests/data/retellings.jsonl")
TICKETS = 100_000
NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
SEED = 12345
_SHOWN_FROM = (0.5, 0.6)


class Pair(NamedTuple):
    """Two things that one caller said, as they were understood; ``repeat``: they are one matter."""

    half: str
    repeat: bool
    first: str
    second: str
    meant: Understanding
    meant_again: Understanding


def main() -> None:
    """Measure and print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="haikou", metavar="NAME")
    parser.add_argument("--model", type=Path, default=Path("var/bench/model"), metavar="DIR")
    arguments = parser.parse_args()
    report("machine", machine())
    directory = find_profile(arguments.profile)
    profile, rows = load_profile(directory), read_labelled(corpus_files(directory))
    understander = the_model(arguments.model, profile, rows)
    city = City.of(profile)
    pairs = the_pairs(understander)
    for half in ("tuning", "held_out"):
        measure_repeats(city, [pair for pair in pairs if pair.half == half], half)
    measure_chance(city, rows)
    measure_index(city, profile, rows, [pair for pair in pairs if pair.repeat])


def report(what: str, figure: str) -> None:
    """Print one line."""
    print(f"{what:<50} {figure}", flush=True)


def the_model(place: Path, profile: Profile, rows: list[LabelledText]) -> Understander:
    """Return what a worker of the profile uses, trained and saved at ``place`` when nothing is there."""
    if not place.is_dir():
        now = datetime.now(UTC)
        save_artifact(train(rows, seed=SEED, created_at=now, background=background_of(profile)), place)
    artifact = load_artifact(place)
    report("model", artifact.card.version)
    return understander_of(profile, artifact)


def the_pairs(understander: Understander) -> list[Pair]:
    """Return the pairs with what the model makes of them."""
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    meant = understander.understand([row["first"] for row in rows])
    again = understander.understand([row["second"] for row in rows])
    return [
        Pair(row["half"], row["repeat"], row["first"], row["second"], one, other)
        for row, one, other in zip(rows, meant, again, strict=True)
    ]


def measure_repeats(city: City, pairs: list[Pair], half: str) -> None:
    """Print how many retellings the rule recognises, and how many other matters it takes for one."""
    merged = [pair for pair in pairs if is_repeat(city, pair)]
    right, n_repeats = sum(pair.repeat for pair in merged), sum(pair.repeat for pair in pairs)
    report(f"repeats, {half}: recall", f"{right / n_repeats:.3f} ({right} of {n_repeats})")
    others = f"{len(merged) - right} false of {len(pairs) - n_repeats} other matters"
    report(f"repeats, {half}: precision", f"{right / len(merged):.3f} ({others})")
    for pair in merged:
        if not pair.repeat:
            report("  taken for a repeat", f"{pair.first} | {pair.second}")


def is_repeat(city: City, pair: Pair) -> bool:
    """Ask the rule."""
    request = OpenRequest(
        ticket_no="",
        caller_ref="",
        text=pair.first,
        category_code=pair.meant.best.category_code,
        machine_category=pair.meant.best.category_code,
        district_code=pair.meant.district_code,
        address=pair.meant.address,
        received_at=NOW,
        urgency=Urgency.CRITICAL,  # whatever the second one's urgency, it is compared
    )
    contact = Contact(call_contact_id(""), Channel.PHONE, pair.second, NOW, "", None, None, None)
    district = pair.meant_again.district_code
    return city.repeats.repeated_request(contact, pair.meant_again, [request], district_code=district) is not None


def measure_chance(city: City, rows: list[LabelledText]) -> None:
    """Print how often two rows of one category, whatever their places, have as much in common as the rule asks."""
    by_category: dict[str, list[frozenset[str]]] = defaultdict(list)
    for row in rows:
        by_category[row.category].append(city.repeats.terms_of(row.text))
    chance, rule = random.Random(SEED), city.profile.merge  # noqa: S311 - a draw, no secret
    drawn = [chance.sample(texts, 2) for texts in by_category.values() if len(texts) > 1 for _ in range(400)]
    common = [(len(one & other), len(one & other) / max(min(len(one), len(other)), 1)) for one, other in drawn]
    enough = [terms >= rule.retold_terms and share >= rule.retold_share for terms, share in common]
    report("other matters of one category, enough in common", f"{np.mean(enough):.2%} of {len(drawn):,} pairs of the corpus")


def measure_index(city: City, profile: Profile, rows: list[LabelledText], repeats: list[Pair]) -> None:
    """Print what the index costs and what it finds."""
    gc.collect()
    before = resident_megabytes()
    index = text_index_of(city)
    started, n_characters = time.process_time(), 0
    for ticket in tickets(profile, rows, TICKETS - len(repeats)):
        index.add(ticket)
        n_characters += len(ticket.text)
    for number, pair in enumerate(repeats):
        index.add(as_text(f"R{number}", pair.first, pair.meant))
    index.candidates(as_text("", repeats[0].second, repeats[0].meant_again), limit=1)
    report(f"index of {len(index):,} texts, {n_characters / TICKETS:.0f} characters", f"{time.process_time() - started:.1f} s")
    gc.collect()
    report("  memory, texts included", f"{resident_megabytes() - before:.0f} MB")
    seconds, ranks, shown = [], [], []
    for number, pair in enumerate(repeats):
        started = time.process_time()
        found = index.candidates(as_text("", pair.second, pair.meant_again), limit=20)
        seconds.append(time.process_time() - started)
        right = [each.ticket_no == f"R{number}" for each in found]
        ranks.append(right.index(True) if True in right else len(right))
        shown += [(each.score, is_right) for each, is_right in zip(found[:5], right[:5], strict=True)]
    report("  a question, p50 / p99", f"{np.percentile(seconds, 50) * 1e3:.1f} / {np.percentile(seconds, 99) * 1e3:.1f} ms")
    report("  retellings found first / among five", f"{np.mean(np.array(ranks) < 1):.3f} / {np.mean(np.array(ranks) < 5):.3f}")
    for least in _SHOWN_FROM:
        hits = [is_right for score, is_right in shown if score >= least]
        figure = f"{len(hits) / len(repeats):.2f} a question, {np.mean(hits):.3f} right"
        report(f"  score {least} and above, among the first five", figure)
    started = time.process_time()
    for number, pair in enumerate(repeats):
        index.remove(f"R{number}")
        index.add(as_text(f"R{number}", pair.first, pair.meant))
        index.candidates(as_text("", pair.second, pair.meant_again), limit=1)
    report("  remove, add and ask", f"{(time.process_time() - started) / len(repeats) * 1e3:.1f} ms")


def tickets(profile: Profile, rows: list[LabelledText], amount: int) -> Iterator[OpenText]:
    """Yield so many open tickets, always the same ones."""
    chance = random.Random(SEED)  # noqa: S311 - a draw, no secret
    places = [place for place in profile.places if place.district_code]
    by_category: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_category[row.category].append(row.text)
    for number in range(amount):
        row, place = chance.choice(rows), chance.choice(places)
        text = f"{place.name}{row.text[:70]}{chance.choice(by_category[row.category])[-70:]}"
        at = NOW - timedelta(minutes=number)
        yield OpenText(f"HK{20260310:08d}P{number:07d}", text, row.category, place.district_code, place.name, at)


def as_text(ticket_no: str, text: str, meant: Understanding) -> OpenText:
    """Return a request as the index knows it."""
    return OpenText(ticket_no, text, meant.best.category_code, meant.district_code, meant.address, NOW)


def resident_megabytes() -> float:
    """Return what the process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    main()
