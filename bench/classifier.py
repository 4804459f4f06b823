"""How good and how fast the classifier is: ``python -m bench.classifier [--taidi DIR] [--leaf FILE]``.

Prints one line of a Markdown table for each figure, with its target and how it was measured. Models are trained from the
profile's own corpus. ``--taidi`` and ``--leaf`` name real messages, which are measured on; those of ``--leaf`` are never
learned from, those of ``--taidi`` only by models of their own seven labels.

A figure is added by a function that yields ``Figure``; put it into ``MEASURES``.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before numpy: all figures are per core

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figures import HEADER, Figure
from bench.machine import machine
from bench.out_of_domain import out_of_domain
from bench.places import places
from bench.quality import cold_start, emergencies, framed, own_test_part
from bench.speed import memory, single_texts, speed
from bench.splitting import splitting
from bench.subject import Subject
from bench.taidi import taidi


def training(subject: Subject) -> Iterator[Figure]:
    """How long a first start waits for its model, and what the model's card says of itself."""
    started = time.process_time()
    card = subject.model.card
    seconds = time.process_time() - started
    on = f"own corpus, {sum(card.rows_by_label.values()):,} rows, {len(card.labels)} categories"
    yield Figure("training with calibration", on, f"{seconds:.0f} s of one core", f"model {card.version}")
    scores = card.scores
    figure = f"{scores['accuracy']:.3f} / {scores['top3_accuracy']:.3f} / {scores['macro_f1']:.3f}"
    yield Figure("category: first guess / among three / macro-F1", on, figure, card.split)


MEASURES: tuple[Callable[[Subject], Iterator[Figure]], ...] = (
    training,
    taidi,
    cold_start,
    own_test_part,
    emergencies,
    framed,
    out_of_domain,
    places,
    splitting,
    speed,
    single_texts,
    memory,
)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="haikou", metavar="NAME")
    parser.add_argument(
        "--taidi", type=Path, metavar="DIR", help="messages_raw_train.csv.gz and messages_segmented_train.csv.gz"
    )
    parser.add_argument("--leaf", type=Path, metavar="FILE", help="CSV text,category,alt_category,type,urgency,sure")
    arguments = parser.parse_args()
    subject = Subject(arguments.profile, taidi=arguments.taidi, leaf=arguments.leaf)
    print(f"{machine()}, one core used\n\n{HEADER}")
    for measure in MEASURES:
        for figure in measure(subject):
            print(figure.line(), flush=True)
    if subject.taidi is None:
        print("\nLeft out: the seven labels of the Taidi Cup; give --taidi DIR (make bench-classifier TAIDI=DIR).")
    if subject.leaf is None:
        print("\nLeft out: real messages with categories of the profile; give --leaf FILE (make bench-classifier LEAF=FILE).")


if __name__ == "__main__":
    main()
