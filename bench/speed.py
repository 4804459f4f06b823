"""How fast the classifier is, and how much memory it takes; all on one core."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import numpy as np

from bench.figures import Figure
from bench.subject import Subject
from classifiers.artifact import save_artifact
from classifiers.words import jieba_cutter, rjieba_cutter

_BATCH, _CHARACTERS = 500, 150
_SINGLE_TEXTS = 3_000
_SECONDS = 5.0
_LEAST_PER_SECOND, _MOST_MILLISECONDS, _MOST_MEGABYTES = 6_000, 3.0, 300


def speed(subject: Subject) -> Iterator[Figure]:
    """The whole of ``understand()`` beside the cutters alone, on texts of one length."""
    understander = subject.understander(subject.model)
    texts = _texts_of_one_length(subject)
    on = f"batches of {_BATCH}, {_CHARACTERS} characters, one core"
    how = f"best run in {_SECONDS:.0f} s"
    ours = _BATCH / _best_seconds(lambda: understander.understand(texts))
    jieba = _BATCH / _best_seconds(lambda: [list(jieba_cutter()(text)) for text in texts])
    target = f"≥ {_LEAST_PER_SECOND:,} texts/s"
    yield Figure("understand()", on, f"{ours:,.0f} texts/s", how, target, missed=ours < _LEAST_PER_SECOND)
    yield Figure("jieba.cut alone", on, f"{jieba:,.0f} texts/s; understand() is {ours / jieba:.2f} times as fast", how)
    try:
        cut = rjieba_cutter()
    except ImportError:
        yield Figure("rjieba alone", on, "not installed", how)
    else:
        rjieba = _BATCH / _best_seconds(lambda: [cut(text) for text in texts])
        yield Figure("rjieba alone", on, f"{rjieba:,.0f} texts/s; understand() takes {rjieba / ours:.1f} times as long", how)
    evidence = _best_seconds(lambda: [understander.evidence(text) for text in texts]) / _BATCH
    yield Figure("evidence()", f"{_CHARACTERS} characters", f"{evidence * 1000:.2f} ms", how)


def single_texts(subject: Subject) -> Iterator[Figure]:
    """One text at a time, as a door asks; and a hostile one."""
    understander = subject.understander(subject.model)
    milliseconds = []
    for _, text in zip(range(_SINGLE_TEXTS), cycle(_texts_of_one_length(subject)), strict=False):
        started = time.perf_counter()
        understander.understand([text])
        milliseconds.append((time.perf_counter() - started) * 1000)
    middle, late = np.percentile(milliseconds, [50, 99])
    how = f"{_SINGLE_TEXTS:,} calls"
    target = f"p99 ≤ {_MOST_MILLISECONDS:.0f} ms"
    figure = f"{middle:.2f} / {late:.2f} ms"
    yield Figure(
        "one text: p50 / p99", f"{_CHARACTERS} characters", figure, how, target, missed=bool(late > _MOST_MILLISECONDS)
    )
    longest = "停水了，" * 25_000
    seconds = _best_seconds(lambda: understander.understand([longest]))
    yield Figure("one text", "100,000 characters", f"{seconds * 1000:.0f} ms", f"best run in {_SECONDS:.0f} s")


def memory(subject: Subject) -> Iterator[Figure]:
    """What a process holds that has loaded model and profile, before and after its first batch."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / "model"
        save_artifact(subject.model, place)
        size = sum(file.stat().st_size for file in place.iterdir()) / 1e6
        child = [sys.executable, "-m", "bench.footprint", str(subject.directory), str(place)]
        answer = subprocess.run(child, capture_output=True, text=True, check=True)
    loaded, worked = map(float, answer.stdout.split())
    figure = f"{loaded:.0f} / {worked:.0f} MB"
    target = f"≤ {_MOST_MEGABYTES} MB"
    yield Figure(
        "resident memory: loaded / after a batch",
        "model and profile",
        figure,
        "VmRSS of a process of its own",
        target,
        missed=worked > _MOST_MEGABYTES,
    )
    yield Figure("size of the artifact", f"{len(subject.model.card.labels)} categories", f"{size:.0f} MB", "files")


def _texts_of_one_length(subject: Subject) -> list[str]:
    """Return a batch of texts of the corpus, joined and cut to the same length."""
    joined = "，".join(row.text for row in subject.rows)
    return [joined[start : start + _CHARACTERS] for start in range(0, _BATCH * _CHARACTERS, _CHARACTERS)]


def _best_seconds(work: Callable[[], object]) -> float:
    """Return the best time of a run; repeated for some seconds, since others may use the machine."""
    best, end = np.inf, time.perf_counter() + _SECONDS
    while time.perf_counter() < end:
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return float(best)
