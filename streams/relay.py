"""The only publisher: takes announcements from the outbox to their topics, in order, until the broker has each (decision 2).

A plain synchronous process. A row is marked only after the broker acknowledged it, so each is told at least once; a send
that fails leaves the row where it is.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import orjson
import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError

from dispatcher.ports import Clock, OutboxRow, RelayOutbox
from models.errors import TryLater
from streams.topics import TopicSpec, create_missing, open_admin, topic_ids

BATCH = 1000
IDLE_WAIT_SECONDS = 0.01
_SEND_TIMEOUT_SECONDS = 30

log = structlog.get_logger()


def open_producer(bootstrap: str) -> KafkaProducer:
    """Return an idempotent producer that waits for every replica.

    Raises:
        TryLater: the broker is away.
    """
    try:
        return KafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            linger_ms=2,
            batch_size=128 * 1024,
            delivery_timeout_ms=_SEND_TIMEOUT_SECONDS * 1000,
            request_timeout_ms=15_000,
        )
    except KafkaError as error:
        raise TryLater(f"no broker answers at {bootstrap}: {type(error).__name__}") from error


class Relay:
    """Publishes until told to stop.

    Parameters:
        outbox: the outbox; its connection holds the publisher's lock.
        open_producer: makes a producer; called again after a failed send.
        clock: the only "now".
    """

    def __init__(self, *, outbox: RelayOutbox, open_producer: Callable[[], KafkaProducer], clock: Clock) -> None:
        self._outbox = outbox
        self._open_producer = open_producer
        self._clock = clock
        self._producer = open_producer()

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Publish batch after batch.

        Raises:
            TryLater: PostgreSQL is away; what was sent and not marked is sent again, with the same numbers and ids.
        """
        published: Sequence[int] = ()
        while not should_stop():
            rows = self._outbox.next_rows(published, at=self._clock.now(), limit=BATCH)
            published = self._publish(rows)
            if not rows:
                time.sleep(IDLE_WAIT_SECONDS)
        self._outbox.next_rows(published, at=self._clock.now(), limit=0)
        self._producer.close()

    def _publish(self, rows: Sequence[OutboxRow]) -> list[int]:
        """Send rows in order and return those that the broker acknowledged before the first one that it did not."""
        acknowledged: list[int] = []
        try:
            futures = [
                self._producer.send(row.topic, value=value_of(row), key=row.key.encode(), headers=headers_of(row))
                for row in rows
            ]
            self._producer.flush(timeout=_SEND_TIMEOUT_SECONDS)
            for row, future in zip(rows, futures, strict=True):
                future.get(timeout=_SEND_TIMEOUT_SECONDS)
                acknowledged.append(row.seq)
        except KafkaError as error:
            log.warning("send_failed", error=type(error).__name__, sent=len(acknowledged), unsent=len(rows) - len(acknowledged))
            self._producer.close(timeout=0)
            self._producer = self._open_producer()
        return acknowledged


def value_of(row: OutboxRow) -> bytes:
    """Return the message's bytes; a unit's message carries its place in the unit's stream."""
    if row.unit_seq is None:
        return row.envelope.encode()
    envelope = orjson.loads(row.envelope)
    envelope["unit_seq"] = row.unit_seq
    return orjson.dumps(envelope)


def headers_of(row: OutboxRow) -> list[tuple[str, bytes]]:
    """Return the headers that repeat the envelope's place in a unit's stream."""
    return [] if row.unit_seq is None else [("unit_seq", str(row.unit_seq).encode())]


def prepare_topics(
    bootstrap: str, outbox: RelayOutbox, specs: Sequence[TopicSpec], *, replication: int, now: datetime
) -> dict[str, UUID]:
    """Make missing topics, and fill those again that the broker lost.

    A topic that exists under another id than before is empty: everything that its retention would still hold is published
    again. Numbers and event ids stay, so consumers see no effect twice.
    """
    with open_admin(bootstrap) as admin:
        created = create_missing(admin, specs, replication=replication)
        ids = topic_ids(admin, [spec.name for spec in specs])
    if created:
        log.info("topics_created", amount=len(created))
    for topic in outbox.topics_seen(ids, at=now):
        retention = next(spec.retention for spec in specs if spec.name == topic)
        amount = outbox.publish_again(topic, since=now - retention)
        if amount:
            log.warning("topic_was_made_anew", topic=topic, published_again=amount)
    return ids
