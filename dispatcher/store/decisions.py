"""What people decided about requests as ``views.Decisions``, page by page."""

from datetime import datetime, timedelta

from psycopg.rows import dict_row

from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries
from dispatcher.store.rows import month_of
from dispatcher.views import DecidedRequest
from models.codes import RequestType, Urgency

_QUERIES = load_queries("decisions.sql")
_ABOVE_EVERY_MONTH = 999999
_A_DAY = timedelta(days=1)  # a number carries the city's date, which may be another one than that of UTC


class PostgresDecisions:
    """Reads on the application's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def decided(self, *, since: datetime, after: str | None, limit: int) -> list[DecidedRequest]:
        """Return a page; see ``views.Decisions``."""
        parameters = {
            "since": since,
            "since_month": int(f"{since - _A_DAY:%Y%m}"),
            "after": after or "",
            "after_month": month_of(after) if after else _ABOVE_EVERY_MONTH,
            "limit": limit,
        }
        with translated_errors():
            async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
                await cursor.execute(_QUERIES["decided_requests"], parameters)
                found = await cursor.fetchall()
        return [
            DecidedRequest(
                ticket_no=row["ticket_no"],
                text=row["text"],
                category_code=row["category_code"],
                request_type=RequestType(row["request_type"]),
                urgency=Urgency(row["urgency"]),
            )
            for row in found
        ]
