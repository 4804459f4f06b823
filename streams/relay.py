"""The only publisher: takes announcements from the outbox to their topics, in order, until the broker has each (decision 2).

A plain synchronous process. A row is marked only after the broker acknowledged it, so each is told at least once; a send
that fails leaves the row where it is.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

import orjson
import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError

from dispatcher.ports import Clock, OutboxRow, RelayOutbox
from models.errors import TryLater
from streams.topics import TopicSpec, create_missing, open_admin, topic_ids

BATCH = 1000
IDLE_WAIT_SECONDS = 0.01

LOOK_EVERY_SECONDS = 2.0
"""How often the topics' ids are compared with those that were filled; a look takes 6 ms for 68 topics."""

_SEND_TIMEOUT_SECONDS = 10
"""When a send has failed. Well before the producer itself gives up on a message: it would send the ones behind it, and a
unit's numbers would no longer rise."""

_OUTAGE_WAIT_SECONDS = 1.0

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
            delivery_timeout_ms=6 * _SEND_TIMEOUT_SECONDS * 1000,
            request_timeout_ms=15_000,
            max_block_ms=_SEND_TIMEOUT_SECONDS * 1000,
            allow_auto_create_topics=False,
        )
    except KafkaError as error:
        raise TryLater(f"no broker answers at {bootstrap}: {type(error).__name__}") from error


class Relay:
    """Publishes until told to stop.

    Parameters:
        outbox: the outbox; its connection holds the publisher's lock.
        open_producer: makes a producer; called again after a failed send.
        prepare: makes the topics ready; called before the first send, after a failed one, and every few seconds, because
            topics that are made anew between two sends are empty and look no different.
        clock: the only "now".
    """

    def __init__(
        self,
        *,
        outbox: RelayOutbox,
        open_producer: Callable[[], KafkaProducer],
        prepare: Callable[[], None],
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._open_producer = open_producer
        self._prepare = prepare
        self._clock = clock
        self._producer: KafkaProducer | None = None
        self._looked_at = -LOOK_EVERY_SECONDS

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Publish batch after batch; a broker that is away is waited for.

        Raises:
            TryLater: PostgreSQL is away; what was sent and not marked is sent again, with the same numbers and ids.
        """
        published: Sequence[int] = ()
        while not should_stop():
            if self._producer is None or time.monotonic() - self._looked_at >= LOOK_EVERY_SECONDS:
                self._mark(published)  # before the look: what a lost topic had is then published again
                published = ()
                if not self._is_ready():
                    time.sleep(_OUTAGE_WAIT_SECONDS)
                    continue
            rows = self._outbox.next_rows(published, at=self._clock.now(), limit=BATCH)
            published = self._publish(rows)
            if not rows:
                time.sleep(IDLE_WAIT_SECONDS)
        self._mark(published)
        self._close()

    def _mark(self, published: Sequence[int]) -> None:
        self._outbox.next_rows(published, at=self._clock.now(), limit=0)

    def _is_ready(self) -> bool:
        """Whether the broker is there, with its topics filled; the producer is open then."""
        try:
            self._prepare()
            if self._producer is None:
                self._producer = self._open_producer()
        except TryLater as error:
            self._close()
            log.warning("broker_away", detail=str(error))
            return False
        self._looked_at = time.monotonic()
        return True

    def _publish(self, rows: Sequence[OutboxRow]) -> list[int]:
        """Send rows in order and return those that the broker acknowledged before the first one that it did not."""
        acknowledged: list[int] = []
        producer = self._producer
        if producer is None:
            return acknowledged
        try:
            futures = [
                producer.send(row.topic, value=value_of(row), key=row.key.encode(), headers=headers_of(row)) for row in rows
            ]
            producer.flush(timeout=_SEND_TIMEOUT_SECONDS)
            for row, future in zip(rows, futures, strict=True):
                future.get(timeout=_SEND_TIMEOUT_SECONDS)
                acknowledged.append(row.seq)
        except KafkaError as error:
            log.warning("send_failed", error=type(error).__name__, sent=len(acknowledged), unsent=len(rows) - len(acknowledged))
            self._close()
        return acknowledged

    def _close(self) -> None:
        """Let go of the producer at once; after a failed send nothing of it may still go out by itself."""
        if self._producer is not None:
            self._producer.close(timeout=0)
            self._producer = None


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


def prepare_topics(bootstrap: str, outbox: RelayOutbox, specs: Sequence[TopicSpec], *, replication: int, now: datetime) -> None:
    """Make missing topics, and fill those again that the broker lost.

    A topic that exists under another id than before is empty: everything that its retention would still hold is published
    again. Numbers and event ids stay, so consumers see no effect twice. The new id is remembered last: whoever dies before
    fills the topic at the next start.

    Raises:
        TryLater: the broker or PostgreSQL is away.
    """
    retentions = {spec.name: spec.retention for spec in specs}
    with open_admin(bootstrap) as admin:
        ids = topic_ids(admin, retentions)
        if ids.keys() != retentions.keys():
            created = create_missing(admin, specs, replication=replication)
            log.info("topics_created", amount=len(created))
            ids = topic_ids(admin, retentions)
    for topic in outbox.topics_made_anew(ids):
        amount = outbox.publish_again(topic, since=now - retentions[topic])
        log.warning("topic_was_made_anew", topic=topic, published_again=amount)
    outbox.remember_topics(ids, at=now)
