"""A member unit's stream as its own program reads it: a plain kafka-python consumer."""

from collections.abc import Iterator
from typing import Any

import orjson
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from models.errors import TryLater
from models.message import Topic


def follow(bootstrap: str, unit_code: str, *, from_start: bool, idle_ms: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the envelopes of a unit's stream in order, each once by its ``unit_seq``.

    The broker may tell a message twice; one whose number does not rise is skipped. With ``idle_ms`` the iteration ends
    after that time without a message.

    Raises:
        TryLater: the broker is away.
    """
    partition = TopicPartition(Topic.dispatch(unit_code), 0)
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            consumer_timeout_ms=idle_ms if idle_ms is not None else float("inf"),
        )
    except KafkaError as error:
        raise TryLater(f"no broker answers at {bootstrap}: {type(error).__name__}") from error
    try:
        consumer.assign([partition])
        if from_start:
            consumer.seek_to_beginning(partition)
        else:
            consumer.seek_to_end(partition)
        last = 0
        for message in consumer:
            envelope = orjson.loads(message.value)
            if envelope["unit_seq"] > last:
                last = envelope["unit_seq"]
                yield envelope
    finally:
        consumer.close()
