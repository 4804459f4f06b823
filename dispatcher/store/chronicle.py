"""Everything that happened in a database, in order: for replays, whose databases are small."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg.rows import DictRow, dict_row

from dispatcher.ports import CallBack, CitizenMessage, NewRating, Notice
from dispatcher.rules.call_rates import CountedCall
from dispatcher.rules.calls import LATE_WORDS, SILENCE
from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.incidents import incident_from_row
from dispatcher.store.queries import load_queries
from dispatcher.store.reading import PostgresViews
from dispatcher.store.rows import rating_from_row
from dispatcher.views import TicketDetail
from models.call import MissedCall
from models.codes import CallResult, Channel, Fate, NoticeKind
from models.incident import Incident
from models.message import Topic

_QUERIES = {**load_queries("chronicle.sql"), **load_queries("incidents.sql"), **load_queries("callers.sql")}


@dataclass(frozen=True, slots=True)
class ToldContact:
    """A contact with what became of it."""

    contact_id: UUID
    channel: Channel
    received_at: datetime
    accepted_at: datetime
    raw_text: str = field(repr=False)
    fate: Fate | None
    ticket_no: str | None
    queue: str | None
    language: str | None


class Chronicle:
    """Reads over the application's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._views = PostgresViews(pool)

    async def contacts(self) -> list[ToldContact]:
        """Return every contact, in the order in which they came.

        Raises:
            TryLater: the store is away.
        """
        return [
            ToldContact(**{**row, "channel": Channel(row["channel"]), "fate": Fate(row["fate"]) if row["fate"] else None})
            for row in await self._rows("contacts", {})
        ]

    async def tickets(self) -> list[TicketDetail]:
        """Return every ticket with its history, in the order of registration.

        Raises:
            TryLater: the store is away.
        """
        return [await self._views.ticket(ticket_no) for ticket_no, _ in await self.ticket_contacts()]

    async def ticket_contacts(self) -> list[tuple[str, UUID]]:
        """Return every ticket's number and contact, in the order of registration."""
        return [(row["ticket_no"], row["contact_id"]) for row in await self._rows("ticket_contacts", {})]

    async def announced(self, topic: str, *, after: int = 0) -> list[tuple[int, str]]:
        """Return the envelopes that were written for one topic, as texts, in order, each with its place among all messages.

        Those up to the place ``after`` are left out.
        """
        return [(row["seq"], row["envelope"]) for row in await self._rows("messages", {"topic": topic, "after": after})]

    async def dispatches(self) -> list[Mapping[str, Any]]:
        """Return the envelopes of all units' streams, in the order in which they were written."""
        return await self._envelopes(Topic.dispatch("")[:-1])

    async def alerts(self) -> list[Mapping[str, Any]]:
        """Return the envelopes of the alerts."""
        return await self._envelopes(Topic.ALERTS)

    async def notices(self) -> list[Notice]:
        """Return what the units were told, in order."""
        return [Notice(**{**row, "kind": NoticeKind(row["kind"])}) for row in await self._rows("notices", {})]

    async def citizen_messages(self) -> list[CitizenMessage]:
        """Return what citizens were told, in order."""
        return [
            CitizenMessage(**{**row, "channel": Channel(row["channel"])}) for row in await self._rows("citizen_messages", {})
        ]

    async def incidents(self) -> list[tuple[Incident, str | None]]:
        """Return the incidents of several tickets, each with the unit that has its lead ticket, in the order of opening."""
        return [(incident_from_row(row), row["lead_unit"]) for row in await self._rows("incidents", {})]

    async def call_backs(self) -> Sequence[CallBack]:
        """Return every attempt to call back."""
        return [CallBack(**row) for row in await self._rows("call_backs", {})]

    async def ratings(self) -> Sequence[NewRating]:
        """Return every rating."""
        return [rating_from_row(row) for row in await self._rows("ratings", {})]

    async def missed_calls(self) -> list[MissedCall]:
        """Return every call that rang off unanswered, whatever became of it, oldest first."""
        return [MissedCall(**row) for row in await self._rows("all_missed_calls", {})]

    async def calls(self) -> list[CountedCall]:
        """Return every call that has ended, in the order in which they came in."""
        return [_counted_call(row) for row in await self._rows("calls", {})]

    async def next_call_end(self) -> datetime | None:
        """Return when the next call is over: hung up and silent long enough, or silent for very long; None for none."""
        parameters = {"late_words": LATE_WORDS, "silence": SILENCE}
        (row,) = await self._rows("next_call_end", parameters)
        ends: datetime | None = row["ends_at"]
        return ends

    async def _envelopes(self, topic: str) -> list[Mapping[str, Any]]:
        return [orjson.loads(envelope) for _, envelope in await self.announced(topic)]

    async def _rows(self, name: str, parameters: Mapping[str, Any]) -> list[DictRow]:
        with translated_errors():
            async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
                await cursor.execute(_QUERIES[name], parameters)
                return await cursor.fetchall()


def _counted_call(row: DictRow) -> CountedCall:
    listed_at, reached_at, called_back_at = row["listed_at"], row["reached_at"], row["called_back_at"]
    return CountedCall(
        result=CallResult(row["result"]),
        began_at=row["began_at"],
        queued_at=row["queued_at"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        listed=listed_at is not None and (reached_at is None or reached_at > listed_at),
        called_back_in_time=called_back_at is not None and called_back_at <= row["due"],
    )
