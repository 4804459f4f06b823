"""How requests were routed as ``views.RoutedRequests``, page by page: for a what-if."""

from datetime import datetime, timedelta

from psycopg.rows import dict_row

from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries
from dispatcher.store.rows import month_of
from dispatcher.views import RoutedRequest
from models.codes import SubjectType

_QUERIES = load_queries("matrix.sql")
_A_DAY = timedelta(days=1)  # a number carries the city's date, which may be another one than that of UTC


class PostgresRouted:
    """Reads on the application's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def routed(self, *, since: datetime, until: datetime, after: str | None, limit: int) -> list[RoutedRequest]:
        """Return a page; see ``views.RoutedRequests``."""
        parameters = {
            "since": since,
            "until": until,
            "since_month": int(f"{since - _A_DAY:%Y%m}"),
            "until_month": int(f"{until + _A_DAY:%Y%m}"),
            "after": after or "",
            "after_month": month_of(after) if after else 0,
            "limit": limit,
        }
        with translated_errors():
            async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
                await cursor.execute(_QUERIES["routed_requests"], parameters)
                found = await cursor.fetchall()
        return [RoutedRequest(**{**row, "subject": SubjectType(row["subject"]) if row["subject"] else None}) for row in found]
