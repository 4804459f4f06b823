"""The outbox as the relay works it: synchronous, on one connection that holds the publisher's lock."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from dispatcher.ports import OutboxRow, WaitingTopic
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries

_QUERIES = load_queries("relay.sql")

_PUBLISHER_LOCK = 12345_0002
"""One advisory lock in the whole database: there is one publisher (decision 2)."""


class PostgresRelayOutbox:
    """``ports.RelayOutbox``. When its connection dies, so does its lock; make a new one with ``open_relay_outbox``."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def become_leader(self) -> bool:
        """Take the publisher's lock, held until the connection ends."""
        with translated_errors():
            row = self._connection.execute(_QUERIES["become_leader"], {"lock": _PUBLISHER_LOCK}).fetchone()
        return bool(row and row[0])

    def next_rows(self, published: Sequence[int], *, topics: Collection[str], at: datetime, limit: int) -> list[OutboxRow]:
        """Mark ``published`` and return the oldest unpublished rows of ``topics`` with their numbers, durable on return."""
        with translated_errors(), self._connection.transaction():
            if published:
                self._connection.execute(_QUERIES["mark_published"], {"seqs": list(published), "at": at})
            with self._connection.cursor(row_factory=class_row(OutboxRow)) as cursor:
                return cursor.execute(_QUERIES["next_rows"], {"topics": list(topics), "limit": limit}).fetchall()

    def waiting(self) -> list[WaitingTopic]:
        """Return the topics that have unpublished rows."""
        with translated_errors(), self._connection.cursor(row_factory=class_row(WaitingTopic)) as cursor:
            return cursor.execute(_QUERIES["waiting"]).fetchall()

    def hold(self, reasons: Mapping[str, str], *, at: datetime) -> None:
        """Remember that these topics are held, and why; no others are."""
        parameters = {"topics": list(reasons), "reasons": list(reasons.values()), "at": at}
        with translated_errors(), self._connection.transaction():
            self._connection.execute(_QUERIES["release"], parameters)
            self._connection.execute(_QUERIES["hold"], parameters)

    def topics_made_anew(self, topic_ids: Mapping[str, UUID]) -> list[str]:
        """Return the names of the topics that are remembered with another id."""
        with translated_errors():
            known: dict[str, UUID] = dict(self._connection.execute(_QUERIES["known_topics"]).fetchall())
        return [topic for topic, topic_id in topic_ids.items() if topic in known and known[topic] != topic_id]

    def remember_topics(self, topic_ids: Mapping[str, UUID], *, at: datetime) -> None:
        """Remember the ids."""
        with translated_errors():
            self._connection.execute(
                _QUERIES["remember_topics"], {"topics": list(topic_ids), "topic_ids": list(topic_ids.values()), "at": at}
            )

    def publish_again(self, topic: str, *, since: datetime) -> int:
        """Make the topic's younger rows unpublished again; their numbers and event ids stay."""
        with translated_errors():
            return self._connection.execute(_QUERIES["publish_again"], {"topic": topic, "since": since}).rowcount


@contextmanager
def open_relay_outbox(database_url: str) -> Iterator[PostgresRelayOutbox]:
    """Connect and, at the end, let go of the connection with its lock.

    Raises:
        TryLater: PostgreSQL is away.
    """
    with translated_errors():
        connection = psycopg.connect(database_url, autocommit=True)
    try:
        yield PostgresRelayOutbox(connection)
    finally:
        connection.close()
