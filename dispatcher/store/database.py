"""The application's connection pool with the transactions that it opens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries
from dispatcher.store.unit_of_work import PostgresUnitOfWork
from models.errors import TryLater

_QUERIES = load_queries("work.sql")

_RECONNECT_SECONDS = 5.0
"""How long the pool tries again by itself, with growing pauses; from then on each command that comes makes it try. With the
pool's own five minutes an outage lasted up to twice as long for us as for PostgreSQL."""

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


@asynccontextmanager
async def open_pool(database_url: str, *, size: int = 8) -> AsyncIterator[Pool]:
    """Open the application's pool; ``Installation.start_on`` looks before whether the database may be worked on.

    Raises:
        TryLater: PostgreSQL is away.
    """
    pool: Pool = AsyncConnectionPool(
        database_url,
        min_size=1,
        max_size=size,
        open=False,
        timeout=10,
        reconnect_timeout=_RECONNECT_SECONDS,
        kwargs={"autocommit": True},
    )
    try:
        await pool.open(wait=True, timeout=10)
    except PoolTimeout as error:
        await pool.close()
        raise TryLater("PostgreSQL cannot be reached") from error
    try:
        yield pool
    finally:
        await pool.close()


class Database:
    """Opens units of work on a pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def open_work(self, *, unit_code: str | None = None) -> AsyncIterator[PostgresUnitOfWork]:
        """Open a transaction that commits on a normal exit; see ``ports.OpenUnitOfWork``."""
        with translated_errors():
            async with self._pool.connection() as connection, connection.transaction():
                if unit_code is not None:
                    await connection.execute(_QUERIES["become_unit"], {"unit_code": unit_code})
                yield PostgresUnitOfWork(connection)

    async def reserve_numbers(self, day: str, amount: int) -> int:
        """Reserve numbers in a transaction of its own, so that no worker waits for another's batch."""
        with translated_errors():
            async with self._pool.connection() as connection:
                cursor = await connection.execute(_QUERIES["reserve_numbers"], {"day": day, "amount": amount})
                row = await cursor.fetchone()
        if row is None:
            raise AssertionError("INSERT … RETURNING returned nothing")
        return int(row[0])
