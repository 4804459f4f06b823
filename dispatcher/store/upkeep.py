"""Removes what nobody can need any more."""

from datetime import datetime

from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries

_QUERIES = load_queries("upkeep.sql")
_AT_ONCE = 5000


async def purge_published(pool: Pool, *, before: datetime, topic: str | None = None) -> int:
    """Delete published outbox rows (of ``topic``, or of any) written before ``before`` and return how many there were.

    Raises:
        TryLater: PostgreSQL is away.
    """
    purged = 0
    with translated_errors():
        async with pool.connection() as connection:
            while True:
                parameters = {"before": before, "topic": topic, "limit": _AT_ONCE}
                cursor = await connection.execute(_QUERIES["purge_published"], parameters)
                purged += cursor.rowcount
                if cursor.rowcount < _AT_ONCE:
                    return purged
