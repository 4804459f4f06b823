"""How fast and how good the classifier is: ``python bench/classifier.py [--profile NAME] [--leaf FILE]``.

Trains the profile's model from its seed corpus on one core, then measures the whole of ``understand()``. ``--leaf`` is a CSV of
real messages with the columns ``text,category,alt_category,type,urgency,sure``: it is measured on, never learned from; a
first guess counts as right when it is the category or its alternative, on rows with ``sure=1``.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before numpy: all figures are per core

import argparse
import csv
import platform
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from classifiers.artifact import Artifact, load_artifact, save_artifact
from classifiers.category import hints_of
from classifiers.rows import LabelledText, read_labelled
from classifiers.training import train
from classifiers.understand import Understander
from classifiers.words import fastest_cutter
from config.profiles import corpus_files, find_profile, load_profile
from hotline.learning import SEED
from models.codes import RequestType, Urgency
from models.profile import Profile

BATCH = 500
SECONDS_OF_MEASURING = 5.0


def main() -> None:
    """Measure and print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="haikou", metavar="NAME")
    parser.add_argument("--leaf", type=Path, metavar="FILE", help="labelled real messages")
    parser.add_argument("--model", type=Path, metavar="DIR", help="where the model is kept (default: var/bench/model)")
    arguments = parser.parse_args()
    directory = find_profile(arguments.profile)
    profile, rows = load_profile(directory), read_labelled(corpus_files(directory))
    report("machine", f"{cpu_name()}, Python {platform.python_version()}, one core")
    report("cutter", "rjieba" if find_spec("rjieba") else "jieba")
    fastest_cutter()
    artifact = measure_training(profile, rows)
    place = arguments.model or Path("var/bench/model")
    save_artifact(artifact, place)
    started = time.perf_counter()
    understander = understander_of(profile, load_artifact(place))
    report("loading the model and the facts", f"{time.perf_counter() - started:.2f} s")
    measure_speed(understander, [row.text for row in rows])
    if arguments.leaf is None:
        report("real messages", "left out: give --leaf FILE")
    else:
        measure_real_messages(understander, arguments.leaf)
    report("resident memory, training included", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


def report(what: str, figure: str) -> None:
    """Print one line."""
    print(f"{what:<44} {figure}", flush=True)


def cpu_name() -> str:
    """Return what the machine calls its processor."""
    names = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    return f"{names[0]} x{len(names)}" if names else platform.processor()


def understander_of(profile: Profile, artifact: Artifact) -> Understander:
    """Return what a worker of the profile uses."""
    return Understander(
        artifact,
        city=profile.city,
        categories=profile.categories,
        districts=profile.districts,
        places=profile.places,
        urgency=profile.urgency,
        facts=profile.facts,
    )


def measure_training(profile: Profile, rows: list[LabelledText]) -> Artifact:
    """Train as a first start does; print time and held-out scores."""
    started = time.process_time()
    artifact = train(
        rows,
        seed=SEED,
        created_at=datetime.now(UTC),
        hints=hints_of(profile.categories.values()),
        profile=profile.name,
    )
    report("training with calibration", f"{time.process_time() - started:.1f} s CPU, {len(rows)} rows")
    scores, bands = artifact.card.scores, artifact.card.bands
    report("model", f"{artifact.card.version}, {len(artifact.features.idf_)} terms, {len(artifact.card.labels)} categories")
    report("own corpus, held out", artifact.card.split)
    report("  first guess right / among three", f"{scores['accuracy']:.3f} / {scores['top3_accuracy']:.3f}")
    report("  macro-F1 / log loss", f"{scores['macro_f1']:.3f} / {scores['log_loss']:.3f}")
    report("  mean confidence", f"{scores['mean_confidence']:.3f}")
    report("  type right", f"{scores['type_accuracy']:.3f}")
    report("  bands automatic / review", f"{bands.automatic} / {bands.review}")
    return artifact


def measure_speed(understander: Understander, texts: list[str]) -> None:
    """Print the rate in batches, and the time of single texts."""
    batch = (texts * (BATCH // len(texts) + 1))[:BATCH] if len(texts) < BATCH else texts[:BATCH]
    characters = sum(map(len, batch)) / BATCH
    doubled = [text * 2 for text in batch]
    for name, each in (("as they are", batch), ("doubled", doubled)):
        seconds = seconds_of(lambda each=each: understander.understand(each))  # type: ignore[misc]
        mean = characters * (1 if each is batch else 2)
        report(f"understand(), batches of {BATCH}, {name}", f"{BATCH / seconds:,.0f} texts/s of {mean:.0f} characters")
    single = []
    for text in doubled:
        started = time.perf_counter()
        understander.understand([text])
        single.append((time.perf_counter() - started) * 1000)
    report("understand(), one text, p50 / p99", f"{np.percentile(single, 50):.2f} / {np.percentile(single, 99):.2f} ms")
    seconds = seconds_of(lambda: [understander.evidence(text) for text in batch])
    report("evidence(), one text", f"{seconds / BATCH * 1000:.2f} ms")
    longest = "停水了，" * 25_000
    report(
        "understand(), one text of 100,000 characters",
        f"{seconds_of(lambda: understander.understand([longest])) * 1000:.0f} ms",
    )


def seconds_of(work: Callable[[], object]) -> float:
    """Return the best time of a run; repeated for some seconds, since others may use the machine."""
    best, end = np.inf, time.perf_counter() + SECONDS_OF_MEASURING
    while time.perf_counter() < end:
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return float(best)


def measure_real_messages(understander: Understander, path: Path) -> None:
    """Print how many real messages are understood by a model that has seen none."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    sure = [row for row in rows if row["sure"] == "1"]
    guesses = understander.understand([row["text"] for row in sure])
    right = [{row["category"], row["alt_category"]} for row in sure]
    first = np.array([guess.best.category_code in codes for guess, codes in zip(guesses, right, strict=True)])
    three = [
        not codes.isdisjoint(each.category_code for each in guess.top) for guess, codes in zip(guesses, right, strict=True)
    ]
    confidences = np.array([guess.best.probability for guess in guesses])
    types = [guess.request_type is RequestType.from_label(row["type"]) for guess, row in zip(guesses, sure, strict=True)]
    report("real messages, sure=1, alternative accepted", f"{len(sure)} of {len(rows)} rows")
    report("  first guess right / among three", f"{first.mean():.3f} / {np.mean(three):.3f}")
    report("  type right", f"{np.mean(types):.3f}")
    for threshold in (0.8, 0.9):
        taken = confidences >= threshold
        share = f"{first[taken].mean():.3f} right" if taken.any() else "none"
        report(f"  at confidence {threshold} and above", f"{taken.mean():.3f} of the rows, {share}")
    false_alarms = sum(
        guess.urgency is Urgency.CRITICAL and row["urgency"] != Urgency.CRITICAL.label
        for guess, row in zip(guesses, sure, strict=True)
    )
    report("  taken for 特急 without being it", f"{false_alarms} of {len(sure)}")


if __name__ == "__main__":
    main()
