"""The access log, for those who look into it: who did what to what, when and why."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries

_QUERIES = load_queries("accesses.sql")


@dataclass(frozen=True, slots=True)
class Access:
    """One entry. ``actor`` is role and log-in name, ``subject`` a ticket number, or what it names: ``user chen.li``."""

    occurred_at: datetime
    actor: str
    act: str
    subject: str
    purpose: str


async def latest_accesses(pool: Pool, *, since: datetime, username: str | None, limit: int) -> list[Access]:
    """Return up to ``limit`` entries from ``since`` on, newest first; of one user those by and about the user.

    Raises:
        TryLater: the store is away.
    """
    with translated_errors():
        async with pool.connection() as connection, connection.cursor(row_factory=class_row(Access)) as cursor:
            await cursor.execute(_QUERIES["latest_accesses"], {"since": since, "username": username, "limit": limit})
            return await cursor.fetchall()
