"""Where each partition stands, read and noted outside the transactions that move it."""

from collections.abc import Mapping
from uuid import UUID

from dispatcher.ports import Attempt, StreamPosition
from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries
from dispatcher.store.rows import position_parameters

_QUERIES = load_queries("offsets.sql")


class PostgresOffsets:
    """``ports.Offsets`` on the application's pool; every call is a transaction of its own."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def positions(self, group: str, topic_id: UUID) -> Mapping[int, int]:
        """Return the next offset of every partition of the topic that was ever settled."""
        with translated_errors():
            async with self._pool.connection() as connection:
                cursor = await connection.execute(_QUERIES["positions"], {"group": group, "topic_id": topic_id})
                return dict(await cursor.fetchall())

    async def pass_over(self, position: StreamPosition, next_offset: int) -> None:
        """Move the partition's offset forward, never back."""
        with translated_errors():
            async with self._pool.connection() as connection:
                parameters = {**position_parameters(position), "next_offset": next_offset}
                await connection.execute(_QUERIES["pass_over"], parameters)

    async def begin_attempt(self, position: StreamPosition, offset: int) -> Attempt:
        """Count an attempt at ``offset``; an attempt elsewhere starts the count anew."""
        with translated_errors():
            async with self._pool.connection() as connection:
                parameters = {**position_parameters(position), "offset": offset}
                row = await (await connection.execute(_QUERIES["begin_attempt"], parameters)).fetchone()
        if row is None:
            raise AssertionError("INSERT … RETURNING returned nothing")
        return Attempt(number=row[0], last_error=row[1])

    async def withdraw_attempt(self, position: StreamPosition) -> None:
        """Count one attempt less."""
        with translated_errors():
            async with self._pool.connection() as connection:
                await connection.execute(_QUERIES["withdraw_attempt"], position_parameters(position))

    async def note_error(self, position: StreamPosition, error: str) -> None:
        """Keep what ended the attempt."""
        with translated_errors():
            async with self._pool.connection() as connection:
                await connection.execute(_QUERIES["note_error"], {**position_parameters(position), "error": error})
