"""The topics, as declared and as the broker has them.

Partition counts are fixed: changing one would break the order of a caller's contacts. Source: architecture.md, Topics.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError

from models.errors import TryLater
from models.message import Topic

_DAY = timedelta(days=1)
_LOOK_AGAIN_SECONDS = 0.2

_PATIENCE_MS = 5_000
"""A broker that is away is told so within this time, not kafka-python's 30 s: the exporter waits for it when it ends."""

_REQUEST_MS = 15_000
"""What making a city's topics may take on a slow broker."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it must be: time-based retention, never compacted, for settled offsets must stay dense."""

    name: str
    partitions: int
    retention: timedelta

    def settings(self) -> dict[str, str]:
        """Return the broker's settings for it."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(int(self.retention.total_seconds() * 1000)),
        }


def declared_topics(unit_codes: Iterable[str]) -> tuple[TopicSpec, ...]:
    """Return every topic of a city with these member units."""
    return (
        TopicSpec(Topic.CONTACTS, 12, 7 * _DAY),
        TopicSpec(Topic.CALL_SEGMENTS, 12, _DAY),
        TopicSpec(Topic.TICKET_EVENTS, 12, 30 * _DAY),
        TopicSpec(Topic.ALERTS, 1, 7 * _DAY),
        TopicSpec(Topic.DEAD_LETTERS, 3, 90 * _DAY),
        *(TopicSpec(Topic.dispatch(code), 1, 14 * _DAY) for code in sorted(unit_codes)),
    )


def longest_retention(specs: Iterable[TopicSpec]) -> timedelta:
    """Return how long outbox rows must live so that any topic can be filled again."""
    return max(spec.retention for spec in specs)


@contextmanager
def open_admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    """Connect to the broker as its administrator.

    Raises:
        TryLater: the broker is away, or goes away before the end of the block.
    """
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=_PATIENCE_MS, request_timeout_ms=_REQUEST_MS)
    except KafkaError as error:
        raise TryLater(f"no broker answers at {bootstrap}: {type(error).__name__}") from error
    try:
        yield admin
    except KafkaError as error:
        raise TryLater(f"the broker at {bootstrap} did not do what was asked: {type(error).__name__}") from error
    finally:
        admin.close()


def create_missing(admin: KafkaAdminClient, specs: Iterable[TopicSpec], *, replication: int) -> list[str]:
    """Create the topics that are missing, wait until each has a leader, and return their names."""
    existing = {topic["name"] for topic in admin.describe_topics()}
    missing = {
        spec.name: {
            "num_partitions": spec.partitions,
            "replication_factor": replication,
            "configs": {**spec.settings(), **({"min.insync.replicas": "2"} if replication >= 3 else {})},
        }
        for spec in specs
        if spec.name not in existing
    }
    if missing:
        try:
            admin.create_topics(missing, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            return create_missing(admin, specs, replication=replication)  # somebody made one meanwhile
    return sorted(missing)


def topic_ids(admin: KafkaAdminClient, names: Iterable[str]) -> dict[str, UUID]:
    """Return the ids of the topics that exist; a topic made anew under an old name has another id."""
    return {
        topic["name"]: UUID(str(topic["topic_id"])) for topic in admin.describe_topics(list(names)) if topic["error_code"] == 0
    }


def wait_for_topic(bootstrap: str, name: str, *, patience: timedelta = timedelta(minutes=1)) -> None:
    """Wait until the relay, which alone makes topics, has made this one.

    Raises:
        TryLater: the broker is away, or the topic still missing when the patience ends.
    """
    until = time.monotonic() + patience.total_seconds()
    with open_admin(bootstrap) as admin:
        while name not in topic_ids(admin, [name]):
            if time.monotonic() > until:
                raise TryLater(f"topic {name} does not exist; `hotline relay` or `hotline topics` makes it")
            time.sleep(_LOOK_AGAIN_SECONDS)


def differences(admin: KafkaAdminClient, specs: Iterable[TopicSpec]) -> list[str]:
    """Return each way in which the broker's topics are not as declared, as "topic: setting: has, should be".

    The embedded broker tells no settings (``describe_configs`` is empty there): partitions alone are compared then.
    """
    specs = list(specs)
    found = {topic["name"]: topic for topic in admin.describe_topics([spec.name for spec in specs])}
    settings = _settings(admin, [spec.name for spec in specs])
    problems = []
    for spec in specs:
        topic = found.get(spec.name)
        if topic is None or topic["error_code"] != 0:
            problems.append(f"{spec.name}: missing")
            continue
        if len(topic["partitions"]) != spec.partitions:
            problems.append(f"{spec.name}: partitions: has {len(topic['partitions'])}, should be {spec.partitions}")
        actual = settings.get(spec.name, {})
        problems.extend(
            f"{spec.name}: {key}: has {actual[key]}, should be {value}"
            for key, value in spec.settings().items()
            if key in actual and actual[key] != value
        )
    return problems


def _settings(admin: KafkaAdminClient, names: list[str]) -> Mapping[str, Mapping[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    described = admin.describe_configs(resources, config_filter="all")
    return {
        name: {key: str(setting["value"]) for key, setting in settings.items()}
        for by_name in described.values()
        for name, settings in by_name.items()
    }
