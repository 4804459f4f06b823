"""How well a text that is no request is told from one: on strange texts of our own, and on requests of the test part."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.figures import Figure, shares
from bench.subject import Subject

STRANGE = Path(__file__).parents[1] / "tests" / "data" / "out_of_domain.csv"

_HOW = "share of unknown terms and best margin; threshold read off unseen requests"


def out_of_domain(subject: Subject) -> Iterator[Figure]:
    """Strange texts that are told, and requests that are taken for strange ones."""
    with STRANGE.open(encoding="utf-8", newline="") as file:
        strange = [row["text"] for row in csv.DictReader(file)]
    on = f"{len(strange)} texts of tests/data/{STRANGE.name}"
    yield shares("out of domain: told", on, _HOW, (_share_told(subject, strange), None))
    requests = [row.text for row in subject.test_rows]
    on = f"own test part, {len(requests)} rows"
    yield Figure("out of domain: a request taken for it", on, f"{_share_told(subject, requests):.3f}", f"{_HOW}; at most 0.01")


def _share_told(subject: Subject, texts: Sequence[str]) -> float:
    return float(np.mean([each.out_of_domain for each in subject.answers(subject.model, texts).understandings]))
