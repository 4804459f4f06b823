"""How well places are read, and what places and facts cost: ``python -m bench.places [--profile NAME]``.

The places are those of ``tests/data/places.jsonl``: requests written by hand, spoken and typed, half of them traps. They are
Haikou's, so quality is measured on that profile alone; it stands in the table of ``bench.classifier`` too. Speed is processor
time per text of 150 characters.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.figures import Figure, shares
from bench.subject import Subject
from classifiers.facts import FactReader
from classifiers.normalise import normalise
from classifiers.place import PlaceReader
from classifiers.rows import read_labelled
from config.profiles import corpus_files, find_profile, load_profile
from models.profile import Profile

CASES = Path(__file__).parents[1] / "tests" / "data" / "places.jsonl"

MOST_EXTRA, MOST_MISSING = 6, 1
"""A clerk accepts an address with a few characters too many (一家健身房), and with one too few."""

BATCH, CHARACTERS = 500, 150
RUNS = 15


class Scores(NamedTuple):
    """Shares, 0 to 1. ``district_f1`` is over requests; none told where none is wanted counts neither way."""

    n_cases: int
    district_f1: float
    addresses: float
    streets: float


def main() -> None:
    """Measure and print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="haikou", metavar="NAME")
    directory = find_profile(parser.parse_args().profile)
    profile = load_profile(directory)
    if profile.name.startswith("haikou"):
        scores = measure_places(profile)
        print(f"{scores.n_cases} places: district F1 {scores.district_f1:.3f}, address accepted {scores.addresses:.3f}", end="")
        print(f", street {scores.streets:.3f}")
    texts = texts_of_one_length([row.text for row in read_labelled(corpus_files(directory))])
    normalised = [normalise(text) for text in texts]
    places, facts = reader_of(profile), FactReader(profile.facts)
    for name, work in (
        ("normalising", lambda: [normalise(text) for text in texts]),
        ("place", lambda: places.read_all([text.text for text in normalised])),
        ("facts", lambda: facts.read_all(normalised)),
    ):
        print(f"{name:<12} {microseconds(work) / len(texts):.1f} µs per text of {CHARACTERS} characters")


def places(subject: Subject) -> Iterator[Figure]:
    """The places of the cases, for the table of the classifier."""
    if subject.profile.name.startswith("haikou"):
        scores = measure_places(subject.profile)
        yield shares(
            "district F1 / address accepted / street",
            f"{scores.n_cases} requests of tests/data/places.jsonl",
            "rules and gazetteer",
            (scores.district_f1, 0.97),
            (scores.addresses, None),
            (scores.streets, None),
        )


def reader_of(profile: Profile) -> PlaceReader:
    """Return what reads the profile's places."""
    return PlaceReader(profile.districts, profile.places, city=profile.city, lexicon=profile.facts)


def measure_places(profile: Profile) -> Scores:
    """Read every case and count what a dispatcher would have read too."""
    reader = reader_of(profile)
    cases = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    right = given = wanted = addresses = streets = 0
    for case in cases:
        text = normalise(case["text"])
        guess = reader.read(text.text)
        district = profile.districts[guess.district_code].name if guess.district_code else None
        right += district is not None and district == case["district"]
        given += district is not None
        wanted += case["district"] is not None
        addresses += is_accepted(case["text"], case["address"] or [], [text.raw_span(*span) for span in guess.spans])
        streets += guess.street == case["street"]
    return Scores(len(cases), 2 * right / (given + wanted), addresses / len(cases), streets / len(cases))


def is_accepted(text: str, wanted: Sequence[str], given: Sequence[tuple[int, int]]) -> bool:
    """Return whether a clerk would take the stretches ``given`` for the pieces ``wanted``, which follow each other."""
    wanted_at: set[int] = set()
    start = 0
    for piece in wanted:
        start = text.index(piece, start)
        wanted_at |= set(range(start, start + len(piece)))
    given_at = {position for first, last in given for position in range(first, last)}
    if not wanted_at:
        return not given_at
    return len(wanted_at - given_at) <= MOST_MISSING and len(given_at - wanted_at) <= MOST_EXTRA


def texts_of_one_length(texts: Sequence[str]) -> list[str]:
    """Return a batch of texts of ``CHARACTERS`` each, every one made of whole requests as far as they go."""
    joined = "，".join(texts[:: max(1, len(texts) // (BATCH * 6))])
    while len(joined) < BATCH * CHARACTERS:
        joined += "，" + joined
    return [joined[number * CHARACTERS :][:CHARACTERS] for number in range(BATCH)]


def microseconds(work: Callable[[], object]) -> float:
    """Return the processor time of the best of several runs."""
    best = float("inf")
    for _ in range(RUNS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best * 1e6


if __name__ == "__main__":
    main()
