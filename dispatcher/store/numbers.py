"""Reads the numbers: business counters from their rollups, and how things stand now from the tables."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from dispatcher.metrics import DISPATCHED, HOTLINE_ITSELF
from dispatcher.rules.rates import Counts, Sums, count_up
from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries
from models.codes import TicketState

_QUERIES = load_queries("numbers.sql")

STATEMENT_LIMIT = timedelta(seconds=4)
"""The longest that one statement may take; below the scrape timeout of ``config/prometheus/prometheus.yml``."""

_CONNECTION_LIMIT = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class SettledOffset:
    """The offset that a consumer group settles next in one partition."""

    group: str
    topic: str
    topic_id: UUID
    partition: int
    next_offset: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at one moment.

    Keys named ``unit`` are unit codes, and ``metrics.HOTLINE_ITSELF`` for what waits for the hotline. ``unswept`` are
    deadlines of which a moment has come that the timers have not dealt with. ``oldest_unpublished`` is None when all
    messages are published. ``held`` are unpublished messages by topic, where Kafka refuses it.
    """

    open_tickets: Mapping[tuple[str, TicketState], int]
    review_queue: int
    overdue: Mapping[str, int]
    due_soon: Mapping[tuple[str, timedelta], int]
    unswept: int
    provisional: int
    unpublished: int
    oldest_unpublished: datetime | None
    held: Mapping[str, int]
    loaded_years: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that one scrape needs of the database, read in one transaction."""

    sums: Sums
    standing: Standing


class Numbers:
    """Reads numbers over the application's pool; ``views.NumbersDesk`` for pages, ``reading`` for the exporter."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def counts(self, unit_code: str | None) -> Counts:
        """Return what the rates of a unit, or of the whole city, are made of.

        Raises:
            TryLater: the store is away or too slow.
        """
        async with self._reading() as connection:
            return count_up(await _sums(connection), unit_code)

    async def counts_by_unit(self) -> Mapping[str, Counts]:
        """Return the counts of every unit that was ever dispatched to.

        Raises:
            TryLater: the store is away or too slow.
        """
        async with self._reading() as connection:
            sums = await _sums(connection)
        units = {labels[0] for family, labels in sums if family == DISPATCHED.name}
        return {unit_code: count_up(sums, unit_code) for unit_code in sorted(units)}

    async def reading(self, now: datetime, *, due_soon: Sequence[timedelta]) -> Reading:
        """Return counters and standing as of ``now``; ``due_soon`` are the spans to count ahead.

        Raises:
            TryLater: the store is away or too slow.
        """
        async with self._reading() as connection:
            return Reading(await _sums(connection), await _standing(connection, now, due_soon))

    async def settled_offsets(self) -> tuple[SettledOffset, ...]:
        """Return how far each consumer group has come in each partition that it ever settled.

        Raises:
            TryLater: the store is away or too slow.
        """
        async with self._reading() as connection:
            return tuple(SettledOffset(*row) for row in await _all(connection, "settled_offsets", {}))

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection[TupleRow]]:
        limit = f"{STATEMENT_LIMIT // timedelta(milliseconds=1)}ms"
        with translated_errors():
            pooled = self._pool.connection(timeout=_CONNECTION_LIMIT.total_seconds())
            async with pooled as connection, connection.transaction():
                await connection.execute(_QUERIES["limit_statements"], {"milliseconds": limit})
                yield connection


async def _sums(connection: AsyncConnection[TupleRow]) -> Sums:
    return {(family, tuple(labels)): value for family, labels, value in await _all(connection, "rollup_sums", {})}


async def _standing(connection: AsyncConnection[TupleRow], now: datetime, spans: Sequence[timedelta]) -> Standing:
    hotline = {"hotline": HOTLINE_ITSELF, "now": now}
    limits = {"now": now, "limits": [now + span for span in spans]}
    ((unswept, provisional),) = await _all(connection, "deadline_health", {"now": now})
    ((unpublished, oldest),) = await _all(connection, "outbox_backlog", {})
    ((review_queue,),) = await _all(connection, "review_queue", {})
    return Standing(
        open_tickets={
            (unit_code, TicketState(state)): tickets
            for unit_code, state, tickets in await _all(connection, "open_tickets", hotline)
        },
        review_queue=review_queue,
        overdue=dict(await _all(connection, "overdue_tickets", hotline)),
        due_soon={
            (unit_code, spans[position - 1]): tickets
            for unit_code, position, tickets in await _all(connection, "due_soon", limits)
        },
        unswept=unswept,
        provisional=provisional,
        unpublished=unpublished,
        oldest_unpublished=oldest,
        held=dict(await _all(connection, "held_messages", {})),
        loaded_years=frozenset(year for (year,) in await _all(connection, "loaded_years", {})),
    )


async def _all(connection: AsyncConnection[TupleRow], name: str, parameters: Mapping[str, Any]) -> list[TupleRow]:
    return await (await connection.execute(_QUERIES[name], parameters)).fetchall()
