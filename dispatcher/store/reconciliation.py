"""Recomputes every business counter from the tables and compares it with its rollups (decision 8): they must agree."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from dispatcher import metrics
from dispatcher.metrics import FAMILIES, HOTLINE_ITSELF, Family
from dispatcher.rules.rates import Sums
from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries
from dispatcher.store.rows import encode
from models.codes import Urgency
from models.profile import Category

_QUERIES = load_queries("reconciliation.sql")
_NUMBERS = load_queries("numbers.sql")

NOT_RECOMPUTABLE: Mapping[str, str] = MappingProxyType(
    {
        metrics.DUPLICATES_DROPPED.name: "a submission that a door had already accepted leaves no row of its own",
        metrics.MODEL_RELOADS.name: "a process that looks at the serving model leaves no row of its own",
    }
)
"""Families that no table can prove, and why; ``hotline reconcile`` names them instead of passing over them."""

_CORRECTIONS_SLOT = 63
"""No writer of the workflow has this slot."""

Amounts = Counter[tuple[str, tuple[str, ...]]]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One counter that does not agree: what its rollups add up to, and what the tables say."""

    family: str
    labels: Mapping[str, str]
    rollup: int
    recomputed: int


class Reconciliation:
    """Compares, and on request corrects, on one snapshot of the database.

    ``categories`` give each category its first level, as they did when the counters were raised.
    """

    families = tuple(family.name for family in FAMILIES if family.name not in NOT_RECOMPUTABLE)
    """Names of the families that are compared."""

    def __init__(self, pool: Pool, categories: Mapping[str, Category]) -> None:
        self._pool = pool
        self._recomputing = _Recomputing(categories)

    @property
    def steps(self) -> int:
        """How often ``progress`` will be told a step."""
        return len(self._recomputing.queries)

    async def differences(self, progress: Progress = lambda _: None) -> list[Difference]:
        """Return the counters that disagree with the tables; contacts may flow meanwhile. Reads every ticket.

        ``progress`` is told each query before it runs.

        Raises:
            TryLater: the store is away.
        """
        async with self._snapshot() as connection:
            return await self._compare(connection, progress)

    async def correct(self, progress: Progress = lambda _: None) -> list[Difference]:
        """Make the counters agree with the tables and return what differed. Writers wait while it reads every ticket.

        Raises:
            TryLater: the store is away; nothing was corrected.
        """
        async with self._snapshot() as connection:
            await connection.execute(_QUERIES["hold_rollups"])
            found = await self._compare(connection, progress)
            rows = [
                {
                    "family": difference.family,
                    "labels": list(difference.labels.values()),
                    "amount": difference.recomputed - difference.rollup,
                }
                for difference in found
            ]
            await connection.execute(_QUERIES["correct_rollups"], {"rows": encode(rows), "slot": _CORRECTIONS_SLOT})
        return found

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[AsyncConnection[TupleRow]]:
        with translated_errors():
            async with self._pool.connection() as connection, connection.transaction():
                for name in ("snapshot", "read_everything", "read_on_one_core"):
                    await connection.execute(_QUERIES[name])
                yield connection

    async def _compare(self, connection: AsyncConnection[TupleRow], progress: Progress) -> list[Difference]:
        cursor = await connection.execute(_NUMBERS["rollup_sums"])
        rollups = {(family, tuple(labels)): value for family, labels, value in await cursor.fetchall()}
        recomputed: Amounts = Counter()
        for name, parameters in self._recomputing.queries.items():
            progress(name)
            rows = await (await connection.execute(_QUERIES[name], parameters)).fetchall()
            self._recomputing.add(name, rows, recomputed)
        return _differences(rollups, recomputed)


def _differences(rollups: Sums, recomputed: Sums) -> list[Difference]:
    checked = {family.name: family for family in FAMILIES if family.name in Reconciliation.families}
    return [
        Difference(
            name,
            dict(zip(_label_names(checked[name]), labels, strict=True)),
            rollups.get((name, labels), 0),
            recomputed.get((name, labels), 0),
        )
        for name, labels in sorted({*rollups, *recomputed})
        if name in checked and rollups.get((name, labels), 0) != recomputed.get((name, labels), 0)
    ]


def _label_names(family: Family) -> tuple[str, ...]:
    return (*family.labels, "le") if family.buckets else family.labels


class _Recomputing:
    """Turns the rows of each query into what the counters should be."""

    def __init__(self, categories: Mapping[str, Category]) -> None:
        self._categories = categories
        self.queries: Mapping[str, Mapping[str, Any]] = {
            **{name: {} for name in (*_PLAIN, *_BY_CATEGORY)},
            "deadlines": {"hotline": HOTLINE_ITSELF},
            "registered": {"negated_bounds": _negated(metrics.CONFIDENCE)},
            **{name: {"negated_bounds": _negated(family)} for name, family in _OBSERVED.items()},
            "stage_seconds": {"negated_bounds": _negated(metrics.STAGE_SECONDS)},
        }

    def add(self, query: str, rows: list[TupleRow], amounts: Amounts) -> None:
        """Add the rows of ``query`` to ``amounts``."""
        for row in rows:
            if query in _PLAIN:
                *labels, amount = row
                amounts[_PLAIN[query].name, tuple(labels)] += amount
            elif query in _BY_CATEGORY:
                category_code, *labels, amount = row
                amounts[_BY_CATEGORY[query].name, (self._level1(category_code), *labels)] += amount
            elif query == "registered":
                self._add_registered(row, amounts)
            elif query in _OBSERVED:
                _add_observed(_OBSERVED[query], (), row, amounts)
            else:
                stage, urgency, *observed = row
                _add_observed(metrics.STAGE_SECONDS, (stage, _urgency_label(urgency)), observed, amounts)

    def _add_registered(self, row: TupleRow, amounts: Amounts) -> None:
        channel, request_type, category_code, *observed = row
        level1 = self._level1(category_code)
        registered = (channel, request_type, level1)
        amounts[metrics.REGISTERED.name, registered] += observed[1]
        _add_observed(metrics.CONFIDENCE, (level1,), observed, amounts)

    def _level1(self, category_code: str) -> str:
        """A category that the profile no longer has shows as a difference under its own code."""
        category = self._categories.get(category_code)
        return category_code if category is None else category.level1_code


_PLAIN: Mapping[str, Family] = MappingProxyType(
    {
        "contacts": metrics.CONTACTS,
        "contacts_settled": metrics.CONTACTS_SETTLED,
        "dispatched": metrics.DISPATCHED,
        "returns": metrics.RETURNS,
        "reopened": metrics.REOPENED,
        "deadlines": metrics.DEADLINES,
        "closed": metrics.CLOSED,
        "declined": metrics.DECLINED,
        "evaluations": metrics.EVALUATIONS,
        "reply_findings": metrics.REPLY_FINDINGS,
        "dead_letters": metrics.DEAD_LETTERS,
        "reveals": metrics.REVEALS,
        "calls": metrics.CALLS,
        "missed_calls": metrics.MISSED_CALLS,
    }
)
"""Queries whose rows are the family's labels with the amount."""

_BY_CATEGORY: Mapping[str, Family] = MappingProxyType(
    {
        "repeats": metrics.REPEATS,
        "burst_alerts": metrics.BURST_ALERTS,
        "direct_answers": metrics.DIRECT_ANSWERS,
        "corrections": metrics.CORRECTIONS,
    }
)
"""Queries whose rows are a category, the other labels and the amount, for families that are counted by first level."""


_OBSERVED: Mapping[str, Family] = MappingProxyType(
    {"call_wait": metrics.CALL_WAIT, "emergency_alerts": metrics.EMERGENCY_ALERT}
)
"""Queries whose rows are one bucket of a histogram without labels."""


def _add_observed(family: Family, labels: tuple[str, ...], observed: Sequence[int], amounts: Amounts) -> None:
    """Add one bucket: ``observed`` is how many upper bounds lie at or above it, the observations, their thousandths."""
    bounds, amount, thousandths = observed
    bound = f"{family.buckets[len(family.buckets) - bounds]:g}" if bounds else "+Inf"
    amounts[family.name, (*labels, bound)] += amount
    amounts[family.name, (*labels, "sum")] += thousandths


def _negated(family: Family) -> list[float]:
    """The bounds as ``width_bucket`` takes them, rising: it counts bounds below, negated it counts those above."""
    return [-float(bound) for bound in reversed(family.buckets)]


def _urgency_label(told: str) -> str:
    """Return the label of an urgency: rows hold its code, events its label."""
    return next(urgency.label for urgency in Urgency if told in (urgency.value, urgency.label))
