"""What became of given contacts, asked of the tables themselves; for checking an installation, not for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries

_QUERIES = load_queries("audit.sql")


@dataclass(frozen=True, slots=True)
class PendingTicket:
    """A ticket that waits for an operator."""

    ticket_no: str
    version: int
    category_code: str
    district_code: str | None


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A unit that must find a ticket on its stream."""

    ticket_no: str
    unit_code: str
    role: str
    mode: str
    accepted_at: datetime


class Audit:
    """Asks about one set of contacts.

    Parameters:
        pool: the application's pool.
        contact_ids: the contacts in question.
    """

    def __init__(self, pool: Pool, contact_ids: Sequence[UUID]) -> None:
        self._pool = pool
        self._parameters = {"contact_ids": list(contact_ids)}

    async def fates(self) -> dict[str | None, int]:
        """Return how many contacts met which fate; None stands for those still unsettled."""
        return dict(await self._rows("contacts_by_fate"))

    async def unsettled(self) -> tuple[int, int]:
        """Return how many contacts of anybody wait for their fate, and how many announcements for the relay."""
        with translated_errors():
            async with self._pool.connection() as connection:
                row = await (await connection.execute(_QUERIES["unsettled"])).fetchone()
        if row is None:
            raise AssertionError("a SELECT of two counts returned nothing")
        return row[0], row[1]

    async def tickets(self) -> dict[str, int]:
        """Return how many tickets are ``dispatched``, ``pending``, ``direct`` or ``declined``."""
        return dict(await self._rows("tickets_by_fate"))

    async def foreign_contacts(self) -> int:
        """Return how many contacts of others the database holds."""
        return int((await self._rows("foreign_contacts"))[0][0])

    async def unknown(self) -> set[UUID]:
        """Return those of the contacts that no door has accepted yet."""
        return {row[0] for row in await self._rows("unknown_contacts")}

    async def pending(self) -> list[PendingTicket]:
        """Return the tickets that wait for an operator, oldest first."""
        with translated_errors():
            async with self._pool.connection() as connection, connection.cursor(row_factory=class_row(PendingTicket)) as cursor:
                await cursor.execute(_QUERIES["pending_tickets"], self._parameters)
                return await cursor.fetchall()

    async def dispatches(self) -> list[Dispatch]:
        """Return every unit's share of the tickets."""
        with translated_errors():
            async with self._pool.connection() as connection, connection.cursor(row_factory=class_row(Dispatch)) as cursor:
                await cursor.execute(_QUERIES["dispatches"], self._parameters)
                return await cursor.fetchall()

    async def _rows(self, name: str) -> list[tuple[Any, ...]]:
        with translated_errors():
            async with self._pool.connection() as connection:
                return await (await connection.execute(_QUERIES[name], self._parameters)).fetchall()
