"""The only publisher: takes announcements from the outbox to their topics, in order, until the broker has each (decision 2).

A plain synchronous process. A row is marked only after the broker acknowledged it, so each is told at least once; a send
that fails leaves the row where it is. Order is kept in each topic: one that Kafka refuses is held from the refused row on, and
the others go on.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import structlog
from kafka import KafkaProducer
from kafka.errors import InvalidTopicError, KafkaError, MessageSizeTooLargeError, TopicAuthorizationFailedError
from kafka.producer.future import FutureRecordMetadata

from dispatcher.ports import Clock, OutboxRow, RelayOutbox
from streams.topics import BrokerAway, TopicSpec, TopicsRefused, create_missing, look_at, open_admin

BATCH = 1000
IDLE_WAIT_SECONDS = 0.01

LOOK_EVERY_SECONDS = 2.0
"""How often the topics' ids are compared with those that were filled; a look takes 6 ms for 68 topics."""

_SEND_TIMEOUT_SECONDS = 10
"""When a send has failed. Well before the producer itself gives up on a message: it would send the ones behind it, and a
unit's numbers would no longer rise."""

_OUTAGE_WAIT_SECONDS = 1.0

TRY_AGAIN_SECONDS = 60.0
"""How often a refused message is tried again, and how often the log tells of a topic that is held."""

_REFUSALS = (InvalidTopicError, MessageSizeTooLargeError, TopicAuthorizationFailedError)
"""What Kafka says of one topic, or of one message, and will say again; all else is an outage, met with a new producer."""

log = structlog.get_logger()


def open_producer(bootstrap: str) -> KafkaProducer:
    """Return an idempotent producer that waits for every replica.

    Raises:
        BrokerAway: it does not answer.
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
        raise BrokerAway(f"no broker answers at {bootstrap}: {type(error).__name__}") from error


@dataclass(frozen=True, slots=True)
class Ready:
    """The topics that can be published to, and why the others of interest cannot."""

    topics: frozenset[str]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a message did not get onto its topic, and until when (monotonic) the topic is left alone."""

    reason: str
    until: float


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
        prepare: Callable[[], Ready],
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._open_producer = open_producer
        self._prepare = prepare
        self._clock = clock
        self._producer: KafkaProducer | None = None
        self._looked_at = -LOOK_EVERY_SECONDS
        self._topics: frozenset[str] = frozenset()
        self._refusals: dict[str, _Refusal] = {}
        self._told_at: dict[str, float] = {}

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
            rows = self._outbox.next_rows(published, topics=self._topics, at=self._clock.now(), limit=BATCH)
            published = self._publish(rows)
            if not rows:
                time.sleep(IDLE_WAIT_SECONDS)
        self._mark(published)
        self._close()

    def _mark(self, published: Sequence[int]) -> None:
        self._outbox.next_rows(published, topics=(), at=self._clock.now(), limit=0)

    def _is_ready(self) -> bool:
        """Whether the broker is there, with its topics filled; the producer is open then."""
        try:
            ready = self._prepare()
            if self._producer is None:
                self._producer = self._open_producer()
        except BrokerAway as error:
            self._close()
            log.warning("broker_away", detail=str(error))
            return False
        self._looked_at = now = time.monotonic()
        self._refusals = {topic: refusal for topic, refusal in self._refusals.items() if refusal.until > now}
        held = {**{topic: refusal.reason for topic, refusal in self._refusals.items()}, **ready.refused}
        self._outbox.hold(held, at=self._clock.now())
        self._tell(held, now)
        self._topics = ready.topics - held.keys()
        return True

    def _tell(self, held: Mapping[str, str], now: float) -> None:
        """Name each held topic at once and then once a minute, and each that is free again."""
        for topic in self._told_at.keys() - held.keys():
            del self._told_at[topic]
            log.info("topic_tried_again", topic=topic)
        due = [topic for topic in held if now - self._told_at.get(topic, -TRY_AGAIN_SECONDS) >= TRY_AGAIN_SECONDS]
        if not due:
            return
        waiting = {each.topic: each for each in self._outbox.waiting()}
        for topic in due:
            self._told_at[topic] = now
            rows = waiting.get(topic)
            log.error(
                "topic_refused",
                topic=topic,
                unit=rows.unit_code if rows else None,
                reason=held[topic],
                waiting=rows.messages if rows else 0,
            )

    def _publish(self, rows: Sequence[OutboxRow]) -> list[int]:
        """Send rows in order and return those that the broker has.

        In a topic these end before the first row that was refused, in all topics before the first that was not answered for.
        """
        acknowledged: list[int] = []
        producer = self._producer
        if producer is None:
            return acknowledged
        try:
            sent = self._send(producer, rows)
            producer.flush(timeout=_SEND_TIMEOUT_SECONDS)
            acknowledged.extend(self._answered_for(sent))  # an error leaves in it what came before
        except KafkaError as error:
            detail = f"{type(error).__name__}: {error}"
            log.warning("send_failed", detail=detail, sent=len(acknowledged), unsent=len(rows) - len(acknowledged))
            self._close()
        if self._refusals.keys() & self._topics:
            self._close()  # the next look holds them
        return acknowledged

    def _send(self, producer: KafkaProducer, rows: Sequence[OutboxRow]) -> list[tuple[OutboxRow, FutureRecordMetadata]]:
        """Hand rows to the producer; of a topic none after one that it refuses."""
        sent = []
        for row in rows:
            if row.topic in self._refusals:
                continue
            try:
                future = producer.send(row.topic, value=value_of(row), key=row.key.encode(), headers=headers_of(row))
            except _REFUSALS as error:
                self._refuse(row.topic, error)
            else:
                sent.append((row, future))
        return sent

    def _answered_for(self, sent: Sequence[tuple[OutboxRow, FutureRecordMetadata]]) -> Iterator[int]:
        """Yield the rows that the broker has; of a topic none after one that it refuses."""
        refused: set[str] = set()
        for row, future in sent:
            if row.topic in refused:
                continue
            try:
                future.get(timeout=_SEND_TIMEOUT_SECONDS)
            except _REFUSALS as error:
                self._refuse(row.topic, error)
                refused.add(row.topic)
            else:
                yield row.seq

    def _refuse(self, topic: str, error: KafkaError) -> None:
        self._refusals[topic] = _Refusal(f"{type(error).__name__}: {error}", time.monotonic() + TRY_AGAIN_SECONDS)

    def _close(self) -> None:
        """Let go of the producer at once; after a failed send nothing of it may still go out by itself."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(timeout=0)
        except KafkaError:  # with messages in flight it gives up before it has stopped its sender (kafka-python 3.0.12)
            sender = producer._sender  # noqa: SLF001  there is no other way
            sender.force_close()
            sender.join(timeout=_OUTAGE_WAIT_SECONDS)


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


def prepare_topics(bootstrap: str, outbox: RelayOutbox, specs: Sequence[TopicSpec], *, now: datetime) -> Ready:
    """Make missing topics, fill those again that the broker lost, and tell which can be published to.

    A topic that exists under another id than before is empty: everything that its retention would still hold is published
    again. Numbers and event ids stay, so consumers see no effect twice. The new id is remembered last: whoever dies before
    fills the topic at the next start. A topic that the profile does not declare (a unit that it no longer has) is published
    to where it exists, but neither made nor filled.

    Raises:
        BrokerAway: the broker is away.
        TryLater: PostgreSQL is away.
    """
    retentions = {spec.name: spec.retention for spec in specs}
    names = retentions.keys() | {each.topic for each in outbox.waiting()}
    refused: dict[str, str] = {}
    with open_admin(bootstrap) as admin:
        ids, absent = look_at(admin, names)
        if retentions.keys() & absent.keys():
            try:
                log.info("topics_created", amount=len(create_missing(admin, specs)))
            except TopicsRefused as refusal:
                refused.update(refusal.reasons)
            ids, absent = look_at(admin, names)
    declared = {topic: topic_id for topic, topic_id in ids.items() if topic in retentions}
    for topic in outbox.topics_made_anew(declared):
        amount = outbox.publish_again(topic, since=now - retentions[topic])
        log.warning("topic_was_made_anew", topic=topic, published_again=amount)
    outbox.remember_topics(declared, at=now)
    strangers = {
        topic: f"{absent[topic]}; the profile has no unit with this topic" for topic in absent.keys() - retentions.keys()
    }
    return Ready(frozenset(ids), {**absent, **strangers, **refused})
