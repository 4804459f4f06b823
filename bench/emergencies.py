"""How well emergencies are told from false friends: ``python -m bench.emergencies [--profile NAME] [--leaf FILE]``.

Learns as a first start does, from the profile's corpus without the test part, and measures on the test part: the files
``emergencies*.csv`` hold emergencies with their false friends, the others ordinary requests. ``--leaf`` as in
``bench/classifier.py``; it is measured on, never learned from.
"""

import argparse
import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from bench.classifier import report, understander_of
from classifiers.category import hints_of
from classifiers.rows import LabelledText, read_labelled
from classifiers.training import train
from classifiers.understand import Understander
from config.profiles import corpus_files, find_profile, load_profile
from hotline.learning import SEED, kept_apart, outside_test_part
from models.codes import Urgency


class Scores(NamedTuple):
    """Shares, 0 to 1, of 特急: how many are found, and how many of those taken for it are it."""

    recall: float
    precision: float


def main() -> None:
    """Measure and print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="haikou", metavar="NAME")
    parser.add_argument("--leaf", type=Path, metavar="FILE", help="labelled real messages")
    arguments = parser.parse_args()
    directory = find_profile(arguments.profile)
    profile, rows = load_profile(directory), read_labelled(corpus_files(directory))
    artifact = train(
        outside_test_part(rows),
        unseen=kept_apart(rows),
        seed=SEED,
        created_at=datetime.now(UTC),
        hints=hints_of(profile.categories.values()),
        profile=profile.name,
    )
    report("model", f"{artifact.card.version}, measured on {artifact.card.split}")
    report("  特急 surely from / hardly below", f"{artifact.card.bands.critical} / {artifact.card.bands.calm}")
    understander = understander_of(profile, artifact)
    emergencies, ordinary = rows_kept_apart(directory)
    for name, held in {**emergencies, "all": [*chain(*emergencies.values())]}.items():
        scores = score(understander, held)
        report(f"{name}, {len(held)} rows", f"recall {scores.recall:.3f}, precision {scores.precision:.3f}")
    report("ordinary requests taken for 特急", share(understander, [row.text for row in ordinary if is_calm(row)]))
    if arguments.leaf is None:
        report("real messages", "left out: give --leaf FILE")
    else:
        report("real messages taken for 特急", share(understander, real_messages(arguments.leaf)))


def rows_kept_apart(directory: Path) -> tuple[Mapping[str, list[LabelledText]], list[LabelledText]]:
    """Return the test part of a profile: its emergencies with false friends by file, and all other rows."""
    emergencies, others = {}, []
    for path in corpus_files(directory):
        held = kept_apart(read_labelled([path]))
        if path.name.startswith("emergencies"):
            emergencies[path.name] = held
        else:
            others += held
    return emergencies, others


def score(understander: Understander, rows: Sequence[LabelledText]) -> Scores:
    """Return how well the emergencies among ``rows`` are told."""
    taken = alarms(understander, [row.text for row in rows])
    true = [row.urgency is Urgency.CRITICAL for row in rows]
    right = sum(is_one and alarmed for is_one, alarmed in zip(true, taken, strict=True))
    return Scores(right / sum(true), right / max(sum(taken), 1))


def share(understander: Understander, texts: Sequence[str]) -> str:
    """Return how many of ``texts`` are taken for 特急, as a person reads it."""
    taken = sum(alarms(understander, texts))
    return f"{taken} of {len(texts)} ({taken / max(len(texts), 1):.3f})"


def alarms(understander: Understander, texts: Sequence[str]) -> list[bool]:
    """Return which texts are taken for 特急."""
    return [each.urgency is Urgency.CRITICAL for each in understander.understand(texts)]


def is_calm(row: LabelledText) -> bool:
    """Return whether nobody would hurry."""
    return row.urgency is Urgency.NORMAL


def real_messages(path: Path) -> list[str]:
    """Return the surely labelled messages of a file that are not 特急."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows if row["sure"] == "1" and row["urgency"] != Urgency.CRITICAL.label]


if __name__ == "__main__":
    main()
