"""How well emergencies are told from false friends: ``python bench/emergencies.py [--profile NAME] [--leaf FILE]``.

Learns from the profile's corpus without the test part (one text in five, by its hash), then measures on the test part: the
files ``emergencies*.csv`` as emergencies with false friends, the others as ordinary requests. ``--leaf`` as in
``bench/classifier.py``; it is measured on, never learned from.
"""

import argparse
import csv
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.classifier import report, understander_of
from classifiers.category import hints_of
from classifiers.rows import LabelledText, read_labelled
from classifiers.test_part import in_test_part
from classifiers.training import train
from classifiers.understand import Understander
from config.profiles import corpus_files, find_profile, load_profile
from hotline.learning import SEED
from models.codes import Urgency

BEGINNINGS = (6, 10, 15)
"""Characters of a call that are heard so far."""


def main() -> None:
    """Measure and print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="haikou", metavar="NAME")
    parser.add_argument("--leaf", type=Path, metavar="FILE", help="labelled real messages")
    arguments = parser.parse_args()
    directory = find_profile(arguments.profile)
    profile = load_profile(directory)
    files = {path: read_labelled([path]) for path in corpus_files(directory)}
    shown = [row for rows in files.values() for row in rows if not in_test_part(row.text)]
    hints = hints_of(profile.categories.values())
    artifact = train(shown, seed=SEED, created_at=datetime.now(UTC), hints=hints, profile=profile.name)
    understander = understander_of(profile, artifact)
    bands = artifact.card.bands
    report("model without the test part", f"{artifact.card.version}, {len(shown)} rows")
    report("  bands 特急 critical / calm", f"{bands.critical} / {bands.calm}")
    ordinary: list[LabelledText] = []
    for path, rows in files.items():
        held = [row for row in rows if in_test_part(row.text)]
        if path.name.startswith("emergencies"):
            measure_emergencies(understander, path.name, held)
        else:
            ordinary += held
    measure_ordinary(understander, [row.text for row in ordinary if row.urgency is Urgency.NORMAL])
    if arguments.leaf is None:
        report("real messages", "left out: give --leaf FILE")
    else:
        measure_real_messages(understander, arguments.leaf)


def measure_emergencies(understander: Understander, name: str, rows: Sequence[LabelledText]) -> None:
    """Print recall and precision of 特急, whole and by the beginnings of the texts."""
    report(name, f"{sum(map(is_emergency, rows))} emergencies, {len(rows)} rows of the test part")
    ways: dict[str, Callable[[str], str]] = {"whole": lambda text: text}
    ways |= {f"first {length} characters": lambda text, length=length: text[:length] for length in BEGINNINGS}  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    for way, change in ways.items():
        taken = alarms(understander, [change(row.text) for row in rows])
        right = sum(is_emergency(row) and alarmed for row, alarmed in zip(rows, taken, strict=True))
        recall, precision = right / sum(map(is_emergency, rows)), right / max(sum(taken), 1)
        report(f"  {way}, recall / precision", f"{recall:.3f} / {precision:.3f}")


def measure_ordinary(understander: Understander, texts: Sequence[str]) -> None:
    """Print how many ordinary requests are taken for 特急."""
    taken = sum(alarms(understander, texts))
    report("ordinary requests taken for 特急", f"{taken} of {len(texts)} ({taken / len(texts):.3f})")


def measure_real_messages(understander: Understander, path: Path) -> None:
    """Print how many real messages are taken for 特急 without being it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        sure = [row for row in csv.DictReader(file) if row["sure"] == "1" and row["urgency"] != Urgency.CRITICAL.label]
    report("real messages taken for 特急", f"{sum(alarms(understander, [row['text'] for row in sure]))} of {len(sure)}")


def is_emergency(row: LabelledText) -> bool:
    """Return whether the row truly is 特急."""
    return row.urgency is Urgency.CRITICAL


def alarms(understander: Understander, texts: Sequence[str]) -> list[bool]:
    """Return which texts are taken for 特急."""
    return [each.urgency is Urgency.CRITICAL for each in understander.understand(texts)]


if __name__ == "__main__":
    main()
