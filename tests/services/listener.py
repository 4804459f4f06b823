"""Reads topics whole, with a consumer that the product knows nothing of."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

_STEP_MS = 200
_QUIET = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as it stands on its topic. ``envelope`` is None where the value is no JSON object."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: Mapping[str, bytes]
    value: bytes
    envelope: Mapping[str, Any] | None


def listen(
    bootstrap: str,
    topics: Iterable[str],
    *,
    enough: Callable[[list[Heard]], bool] = lambda _: True,
    within: timedelta = timedelta(seconds=30),
) -> list[Heard]:
    """Return all messages of ``topics`` in the order of each partition.

    Reads until ``enough`` is true and nothing more came for a while, or the time is up: end offsets are no help, for the
    embedded broker's are wrong.
    """
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=100,
        allow_auto_create_topics=False,
    )
    try:
        partitions = _partitions(bootstrap, topics)
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        heard: list[Heard] = []
        until = time.monotonic() + within.total_seconds()
        last = time.monotonic()
        while time.monotonic() < until:
            batch = consumer.poll(timeout_ms=_STEP_MS)
            heard.extend(_heard(record) for records in batch.values() for record in records)
            if batch:
                last = time.monotonic()
            elif time.monotonic() - last > _QUIET.total_seconds() and enough(heard):
                break
        return sorted(heard, key=lambda one: (one.topic, one.partition, one.offset))
    finally:
        consumer.close()


def topics_of(bootstrap: str) -> set[str]:
    """Return the names of all topics of the product that the broker has."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        return {topic["name"] for topic in admin.describe_topics() if topic["name"].startswith("hotline.")}
    finally:
        admin.close()


def _partitions(bootstrap: str, topics: Iterable[str]) -> list[TopicPartition]:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        return [
            TopicPartition(topic["name"], partition["partition_index"])
            for topic in admin.describe_topics(sorted(topics))
            for partition in topic["partitions"]
        ]
    finally:
        admin.close()


def _heard(record: Any) -> Heard:
    value = record.value or b""
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = None
    return Heard(
        record.topic,
        record.partition,
        record.offset,
        record.key,
        dict(record.headers),
        value,
        parsed if isinstance(parsed, dict) else None,
    )
