"""How good the classifier is: on our own test part, and on real messages where they were given."""

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure, shares
from bench.subject import Answers, Subject
from classifiers.measures import coverage_at, macro_f1, score_classes
from classifiers.rows import LabelledText
from models.codes import RequestType, Urgency

_EMERGENCIES = "emergencies*.csv"

_BEGINNINGS = (6, 10, 15)
"""Characters of a call that are heard so far."""

_FRAMES = (
    *(("", ""), ("喂你好请问是政府热线吗", ""), ("不好意思打扰一下", ""), ("", "好的谢谢"), ("", "麻烦你们快点处理一下")),
    *(("请问一下", ""), ("我是这里的居民，", ""), ("同志你帮帮我啊", ""), ("", "我说的你听清楚没有")),
)
"""What everyday speech puts before and behind a request. Those of the second line are no courtesies to the classifier."""

_EVERY = 3  # of the test part's rows one in so many is framed


def own_test_part(subject: Subject) -> Iterator[Figure]:
    """Category, type and automatic band on the fifth of the corpus that the model has not seen."""
    rows = subject.test_rows
    answers = subject.answers(subject.model, [row.text for row in rows])
    wanted = [row.category for row in rows]
    guessed = [each.best.category_code for each in answers.understandings]
    on = f"own test part, {len(rows)} rows"
    how = "fifth of the corpus by hash, trained on the rest"
    strict = [{code} for code in wanted]
    f1 = macro_f1(score_classes(wanted, guessed))
    figures = (_first_right(answers, strict).mean(), None), (_among_three(answers, strict), None), (f1, None)
    yield shares("category: first guess / among three / macro-F1", on, how, *figures)
    accepted = [{row.category, row.alternative} for row in rows]
    hits = _first_right(answers, accepted)
    how += ", alternative category accepted"
    yield shares("category: first guess / among three", on, how, (hits.mean(), None), (_among_three(answers, accepted), None))
    types = [row.request_type for row in rows]
    n_typed = len(rows) - types.count(None)
    yield shares("type", f"the {n_typed} of them that have one", how, (_types_right(answers, types), None))
    yield from _dispatched(answers, accepted, on=on, how=how)
    yield _coverage(answers, hits, precision=0.97, least=0.60, on=on, how=how)


def emergencies(subject: Subject) -> Iterator[Figure]:
    """特急 on emergencies and false friends of the test part, and false alarms among its ordinary requests."""
    how = "trained on the rest; 特急 by words and model together"
    by_file = subject.test_rows_of(_EMERGENCIES)
    together = [row for rows in by_file.values() for row in rows]
    for name, rows in {**by_file, "all": together}.items():
        hits, alarms, wanted = _alarms(subject, rows)
        on = f"emergencies and false friends of the own test part ({name}), {len(rows)} rows"
        yield shares("特急: recall / precision", on, how, (hits / max(wanted, 1), 0.99), (hits / max(alarms, 1), 0.75))
    hits, alarms, wanted = _alarms(subject, together, surely=True)
    on = f"the same (all), {len(together)} rows"
    what = "特急, surely: recall / precision"
    yield shares(
        what, on, f"{how}; a hot word or the model's band", (hits / max(wanted, 1), None), (hits / max(alarms, 1), None)
    )
    for length in _BEGINNINGS:
        hits, alarms, wanted = _alarms(subject, [replace(row, text=row.text[:length]) for row in together])
        on = f"the same (all), first {length} characters"
        yield shares("特急: recall / precision", on, how, (hits / max(wanted, 1), None), (hits / max(alarms, 1), None))
    known = {row.text for row in together}
    ordinary = [row for row in subject.test_rows if row.urgency is Urgency.NORMAL and row.text not in known]
    on = f"ordinary requests of the own test part, {len(ordinary)} rows"
    for what, surely in (
        ("特急: taken for it without being it", False),
        ("the same, surely: a hot word or the model's band", True),
    ):
        _, alarms, _ = _alarms(subject, ordinary, surely=surely)
        yield Figure(what, on, f"{alarms} ({alarms / max(len(ordinary), 1):.3f})", how)


def framed(subject: Subject) -> Iterator[Figure]:
    """The test part again, each request with words around it that tell nothing of it."""
    rows = subject.test_rows[::_EVERY]
    accepted = [{row.category, row.alternative} for row in rows]
    critical = np.array([row.urgency is Urgency.CRITICAL for row in rows])
    on = f"every third row of the own test part, {len(rows)} rows, {critical.sum()} of them 特急"
    for before, behind in _FRAMES:
        answers = subject.answers(subject.model, [f"{before}{row.text}{behind}" for row in rows])
        claimed = np.array([each.urgency is Urgency.CRITICAL for each in answers.understandings])
        split = np.mean([bool(each.issues) for each in answers.understandings])
        yield shares(
            "category: first guess / 特急: recall / split",
            on,
            f"as {before}…{behind}, alternative category accepted",
            (float(_first_right(answers, accepted).mean()), None),
            (float(claimed[critical].mean()), None),
            (float(split), None),
        )


def cold_start(subject: Subject) -> Iterator[Figure]:
    """Real messages, of which the model has seen none; the labeller's second choice counts as right too."""
    if subject.leaf is None:
        return
    rows = _sure_rows(subject.leaf)
    answers = subject.answers(subject.model, [row["text"] for row in rows])
    right = [{row["category"], row["alt_category"]} for row in rows]
    hits = _first_right(answers, right)
    on = f"real messages, {len(rows)} rows with sure=1"
    how = "trained on the own corpus alone; alternative category accepted"
    yield shares(
        "cold start, category: first guess / among three", on, how, (hits.mean(), 0.72), (_among_three(answers, right), 0.90)
    )
    types = [RequestType.from_label(row["type"]) for row in rows]
    yield shares("cold start, type", on, how, (_types_right(answers, types), 0.75))
    yield from _dispatched(answers, right, on=on, how=how)
    yield _coverage(answers, hits, precision=0.93, least=0.35, on=on, how=how)
    critical = np.array([row["urgency"] == Urgency.CRITICAL.label for row in rows])
    alarmed = np.array([each.urgency is Urgency.CRITICAL for each in answers.understandings])
    figure = f"{(critical & alarmed).sum()} of {critical.sum()} / {(alarmed & ~critical).sum()}"
    yield Figure("特急: found / taken for it without being it", on, figure, how)


def _sure_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["sure"] == "1"]


def _first_right(answers: Answers, right: Sequence[Collection[str | None]]) -> NDArray[np.bool_]:
    return np.array([each.best.category_code in codes for each, codes in zip(answers.understandings, right, strict=True)])


def _among_three(answers: Answers, right: Sequence[Collection[str | None]]) -> float:
    found = [
        any(guess.category_code in codes for guess in each.top)
        for each, codes in zip(answers.understandings, right, strict=True)
    ]
    return float(np.mean(found))


def _types_right(answers: Answers, wanted: Sequence[RequestType | None]) -> float:
    typed = [(each, kind) for each, kind in zip(answers.understandings, wanted, strict=True) if kind is not None]
    return float(np.mean([each.request_type is kind for each, kind in typed]))


def _dispatched(answers: Answers, right: Sequence[Collection[str | None]], *, on: str, how: str) -> Iterator[Figure]:
    """What the engine would dispatch by itself: by the band alone, and with 特急, which passes the bands."""
    judged = answers.judgements
    hits = np.array([each.category_code in codes for each, codes in zip(judged, right, strict=True)])
    taken = np.array([not each.doubts for each in judged])
    critical = np.array([each.urgency is Urgency.CRITICAL for each in judged])
    how = f"{how}; bands of the card"
    for what, part in (("automatic band", taken & ~critical), ("automatic band and 特急", taken)):
        precision = f"{hits[part].mean():.3f}" if part.any() else "none"
        yield Figure(f"{what}: coverage / precision", on, f"{part.mean():.3f} / {precision}", how)


def _coverage(answers: Answers, hits: NDArray[np.bool_], *, precision: float, least: float, on: str, how: str) -> Figure:
    coverage = coverage_at(precision, answers.confidences(), hits)
    return shares(f"coverage at ≥ {precision:.2f} precision", on, f"{how}; best threshold on these rows", (coverage, least))


def _alarms(subject: Subject, rows: Sequence[LabelledText], *, surely: bool = False) -> tuple[int, int, int]:
    """Return how many 特急 were found, how many were claimed, and how many there are."""
    answers = subject.answers(subject.model, [row.text for row in rows])
    claimed = np.array(
        [each.urgency is Urgency.CRITICAL and (each.alarm_is_sure or not surely) for each in answers.understandings]
    )
    critical = np.array([row.urgency is Urgency.CRITICAL for row in rows])
    return int((claimed & critical).sum()), int(claimed.sum()), int(critical.sum())
