"""Turns what was read into metric families; pure, so that one test can look at all of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import product

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from dispatcher import metrics
from dispatcher.metrics import FAMILIES, HOTLINE_ITSELF, Family
from dispatcher.rules.calendar import covered_until
from dispatcher.rules.rates import Sums
from dispatcher.store.numbers import Reading
from dispatcher.workflow.reveal import REVEALING
from hotline import gauges
from hotline.gauges import GAUGES, Gauge
from models.codes import (
    CallResult,
    Channel,
    Correction,
    DeclineCode,
    DispatchMode,
    Fate,
    MissedCallStep,
    ModelReload,
    Rating,
    ReplyFault,
    Stage,
    TicketState,
    Urgency,
)
from models.deadline import DeadlineResult
from models.profile import CalendarFacts, Profile
from models.ticket import OPEN_STATES


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the exporter knows at one moment; None stands for a source that cannot be read now.

    ``lags`` are messages by topic, ``differences`` amounts by family, ``read_seconds`` durations by source.
    ``model_version`` is the serving model's; None where no card can be read.
    """

    at: datetime
    reading: Reading | None
    lags: Mapping[str, int] | None
    differences: Mapping[str, int] | None
    read_seconds: Mapping[str, float]
    model_version: str | None


def empty_families() -> Iterator[Metric]:
    """Yield every family without samples: what will be exported, told before anything is read."""
    for family in FAMILIES:
        yield (_histogram if family.buckets else _counter)(family, {})
    for gauge in GAUGES:
        yield _gauge(gauge, ())


def families(snapshot: Snapshot, profile: Profile) -> Iterator[Metric]:
    """Yield every family of the vocabulary; one whose source is away has no samples, never old ones."""
    sums = None if snapshot.reading is None else {**zeros(profile), **snapshot.reading.sums}
    for family in FAMILIES:
        yield (_histogram if family.buckets else _counter)(family, sums or {})
    yield from _standing(snapshot, profile)
    yield _gauge(gauges.CONSUMER_LAG, _by_one_label(snapshot.lags or {}))
    yield _gauge(gauges.RECONCILIATION, _by_one_label(snapshot.differences or {}))
    yield from _facts(snapshot, profile)
    sources = {"database": snapshot.reading, "broker": snapshot.lags, "reconciliation": snapshot.differences}
    yield _gauge(gauges.UP, [((source,), int(known is not None)) for source, known in sources.items()])
    yield _gauge(gauges.READ_SECONDS, _by_one_label(snapshot.read_seconds))


_CAUSES = (
    *("empty_text", "oversized_text", "malformed", "unknown_version", "unknown_type"),
    *("unknown_contact", "refused", "ended_the_worker"),
)
"""Causes of dead letters that doors and intake give."""


def zeros(profile: Profile) -> Sums:
    """Return 0 for every series that is known beforehand, so that the first event is seen to raise it.

    ``hotline_tickets_registered_total`` has too many combinations (channel × type × category): its series appear with
    their first ticket. So does a cause of dead letters that is not among ``_CAUSES``.
    """
    units = [code for code, unit in profile.units.items() if unit.active]
    level1 = sorted({category.level1_code for category in profile.categories.values()})
    channels, results = list(Channel), list(DeadlineResult)
    known: Mapping[Family, Iterable[Sequence[str]]] = {
        metrics.CONTACTS: product(channels),
        metrics.CONTACTS_SETTLED: product(Fate),
        metrics.DUPLICATES_DROPPED: product(channels),
        metrics.REPEATS: product(level1),
        metrics.BURST_ALERTS: product(level1),
        metrics.DISPATCHED: product(units, DispatchMode),
        metrics.DEADLINES: (
            *product(units, (Stage.SIGN, Stage.RESOLVE), results),
            *product((HOTLINE_ITSELF,), (Stage.DISPATCH, Stage.PROMISE), results),
        ),
        metrics.CLOSED: product(units),
        metrics.DIRECT_ANSWERS: product(level1),
        metrics.DECLINED: product(DeclineCode),
        metrics.EVALUATIONS: product(units, Rating),
        metrics.REPLY_FINDINGS: product(ReplyFault),
        metrics.DEAD_LETTERS: product(_CAUSES),
        metrics.REVEALS: product(sorted(REVEALING)),
        metrics.CORRECTIONS: product(level1, Correction),
        metrics.MODEL_RELOADS: product(ModelReload),
        metrics.CALLS: product(CallResult),
        metrics.MISSED_CALLS: product(MissedCallStep),
        metrics.CALL_WAIT: (("sum",),),
        metrics.STAGE_SECONDS: (
            (stage, urgency.label, "sum") for stage, urgency in product((Stage.DISPATCH, Stage.SIGN, Stage.RESOLVE), Urgency)
        ),
        metrics.CONFIDENCE: product(level1, ("sum",)),
    }
    return {(family.name, tuple(str(label) for label in labels)): 0 for family, rows in known.items() for labels in rows}


def span_label(span: timedelta) -> str:
    """Return a span as the label ``within`` shows it: 4h, 1d, 3d."""
    hours = span // timedelta(hours=1)
    return f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"


def calendar_days_left(calendar: CalendarFacts, today: date) -> int:
    """Return the days from ``today`` to the end of the last year that is loaded without a gap; 0 beyond it."""
    return max((covered_until(calendar, today) - today).days, 0)


def _counter(family: Family, sums: Sums) -> Metric:
    found = CounterMetricFamily(family.name, family.meaning, labels=family.labels)
    for labels, value in _rows_of(family, sums):
        found.add_metric(labels, value)
    return found


def _histogram(family: Family, sums: Sums) -> Metric:
    """Rollup rows count each bucket for itself, Prometheus counts upwards; the sum is kept in thousandths."""
    found = HistogramMetricFamily(family.name, family.meaning, labels=family.labels)
    by_labels: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for labels, value in _rows_of(family, sums):
        by_labels[labels[:-1]][labels[-1]] = value
    for labels, buckets in by_labels.items():
        cumulative, upto = [], 0
        for bound in family.buckets:
            upto += buckets.get(f"{bound:g}", 0)
            cumulative.append((str(float(bound)), float(upto)))
        cumulative.append(("+Inf", float(upto + buckets.get("+Inf", 0))))
        found.add_metric(labels, cumulative, buckets.get("sum", 0) / 1000)
    return found


def _rows_of(family: Family, sums: Sums) -> list[tuple[tuple[str, ...], int]]:
    return sorted((labels, value) for (name, labels), value in sums.items() if name == family.name)


def _standing(snapshot: Snapshot, profile: Profile) -> Iterator[Metric]:
    if snapshot.reading is None:
        yield from (_gauge(gauge, ()) for gauge in _OF_THE_DATABASE)
        return
    standing = snapshot.reading.standing
    units = [code for code, unit in profile.units.items() if unit.active]
    pending = (HOTLINE_ITSELF, TicketState.PENDING)
    of_units = product(units, OPEN_STATES - {TicketState.PENDING})
    yield _gauge(gauges.OPEN_TICKETS, {**dict.fromkeys((pending, *of_units), 0), **standing.open_tickets}.items())
    yield _gauge(gauges.OVERDUE, _by_one_label({**dict.fromkeys((HOTLINE_ITSELF, *units), 0), **standing.overdue}))
    due_soon = {**dict.fromkeys(product(units, profile.deadlines.due_soon), 0), **standing.due_soon}
    yield _gauge(gauges.DUE_SOON, [((code, span_label(span)), tickets) for (code, span), tickets in due_soon.items()])
    yield _gauge(gauges.REVIEW_QUEUE, _alone(standing.review_queue))
    yield _gauge(gauges.PROVISIONAL, _alone(standing.provisional))
    yield _gauge(gauges.UNSWEPT, _alone(standing.unswept))
    yield _gauge(gauges.UNPUBLISHED, _alone(standing.unpublished))
    oldest = standing.oldest_unpublished
    age = 0.0 if oldest is None else max((snapshot.at - oldest).total_seconds(), 0.0)
    yield _gauge(gauges.OUTBOX_OLDEST, _alone(age))
    yield _gauge(gauges.HELD, _by_one_label(standing.held))


_OF_THE_DATABASE = (
    gauges.OPEN_TICKETS,
    gauges.OVERDUE,
    gauges.DUE_SOON,
    gauges.REVIEW_QUEUE,
    gauges.PROVISIONAL,
    gauges.UNSWEPT,
    gauges.UNPUBLISHED,
    gauges.OUTBOX_OLDEST,
    gauges.HELD,
)


def _facts(snapshot: Snapshot, profile: Profile) -> Iterator[Metric]:
    """What the profile and the artifact directory know without any source."""
    today = snapshot.at.astimezone(profile.timezone).date()
    loaded = snapshot.reading.standing.loaded_years if snapshot.reading else frozenset()
    calendar = replace(profile.calendar, years=profile.calendar.years | loaded)
    yield _gauge(gauges.CALENDAR_DAYS_LEFT, _alone(calendar_days_left(calendar, today)))
    yield _gauge(gauges.UNIT_INFO, [((unit.code, unit.name, unit.kind), 1) for unit in profile.units.values()])
    level1 = {(category.level1_code, category.level1) for category in profile.categories.values()}
    yield _gauge(gauges.CATEGORY_INFO, [(names, 1) for names in level1])
    yield _gauge(gauges.MODEL_INFO, [] if snapshot.model_version is None else [((snapshot.model_version,), 1)])


def _by_one_label(values: Mapping[str, float]) -> list[tuple[tuple[str], float]]:
    return [((label,), value) for label, value in values.items()]


def _alone(value: float) -> list[tuple[tuple[str, ...], float]]:
    return [((), value)]


def _gauge(gauge: Gauge, samples: Iterable[tuple[Sequence[str], float]]) -> Metric:
    found = GaugeMetricFamily(gauge.name, gauge.meaning, labels=gauge.labels)
    for labels, value in sorted(samples):
        found.add_metric([str(label) for label in labels], value)
    return found
