"""The topics, as declared and as the broker has them.

Partition counts are fixed: changing one would break the order of a caller's contacts. Source: architecture.md, Topics.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code

from models.errors import Rejected, TryLater
from models.message import Topic

_DAY = timedelta(days=1)
_LOOK_AGAIN_SECONDS = 0.2
_REPLICAS_OF_A_CITY = 3

_PATIENCE_MS = 5_000
"""A broker that is away is told so within this time, not kafka-python's 30 s: the exporter waits for it when it ends."""

_REQUEST_MS = 15_000
"""What making a city's topics may take on a slow broker."""

log = structlog.get_logger()


class BrokerAway(TryLater):
    """Kafka does not answer, or not yet with what was asked for."""


class TopicsRefused(Rejected):
    """The broker will not have these topics, however often it is asked; ``reasons`` says why, by topic."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = reasons
        super().__init__("; ".join(f"the broker refuses topic {topic}: {reason}" for topic, reason in reasons.items()))


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it must be: time-based retention, never compacted, for settled offsets must stay dense."""

    name: str
    partitions: int
    retention: timedelta
    replication: int = 1

    def settings(self) -> dict[str, str]:
        """Return the broker's settings for it.

        Of 3 replicas 2 must have a message before it counts as written: one broker may be lost without losing it or stopping.
        Fewer replicas cannot have both, so one suffices there. Source: streaming.md 3.6.
        """
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(int(self.retention.total_seconds() * 1000)),
            "min.insync.replicas": "2" if self.replication >= _REPLICAS_OF_A_CITY else "1",
        }


def declared_topics(unit_codes: Iterable[str], *, replication: int = 1) -> tuple[TopicSpec, ...]:
    """Return every topic of a city with these member units, each with so many replicas."""
    return (
        TopicSpec(Topic.CONTACTS, 12, 7 * _DAY, replication),
        TopicSpec(Topic.CALL_SEGMENTS, 12, _DAY, replication),
        TopicSpec(Topic.TICKET_EVENTS, 12, 30 * _DAY, replication),
        TopicSpec(Topic.ALERTS, 1, 7 * _DAY, replication),
        TopicSpec(Topic.DEAD_LETTERS, 3, 90 * _DAY, replication),
        *(TopicSpec(Topic.dispatch(code), 1, 14 * _DAY, replication) for code in sorted(unit_codes)),
    )


def longest_retention(specs: Iterable[TopicSpec]) -> timedelta:
    """Return how long outbox rows must live so that any topic can be filled again."""
    return max(spec.retention for spec in specs)


@contextmanager
def open_admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    """Connect to the broker as its administrator.

    Raises:
        BrokerAway: the broker is away, or goes away before the end of the block.
    """
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=_PATIENCE_MS, request_timeout_ms=_REQUEST_MS)
    except KafkaError as error:
        raise BrokerAway(f"no broker answers at {bootstrap}: {type(error).__name__}") from error
    try:
        yield admin
    except KafkaError as error:
        raise BrokerAway(f"the broker at {bootstrap} did not do what was asked: {type(error).__name__}") from error
    finally:
        admin.close()


def create_missing(admin: KafkaAdminClient, specs: Iterable[TopicSpec]) -> list[str]:
    """Create the topics that are missing, wait until each has a leader, and return their names.

    Raises:
        TopicsRefused: the broker refuses some, for a reason that no wait mends; the others are there.
        BrokerAway: the broker could not make one now.
    """
    existing = {topic["name"] for topic in admin.describe_topics()}
    missing = {
        spec.name: {"num_partitions": spec.partitions, "replication_factor": spec.replication, "configs": spec.settings()}
        for spec in specs
        if spec.name not in existing
    }
    if not missing:
        return []
    created: list[str] = []
    refused: dict[str, str] = {}
    for answer in admin.create_topics(missing, raise_errors=False)["topics"]:
        name, error = answer["name"], for_code(answer["error_code"])
        if error is NoError:
            created.append(name)
        elif error.retriable:
            raise BrokerAway(f"topic {name} is not made yet: {error.__name__}: {answer['error_message']}")
        elif error is not TopicAlreadyExistsError:  # then somebody made it meanwhile
            refused[name] = f"{error.__name__}: {answer['error_message']}"
    admin.wait_for_topics(sorted(missing.keys() - refused.keys()))
    if refused:
        raise TopicsRefused(refused)
    return sorted(created)


def look_at(admin: KafkaAdminClient, names: Iterable[str]) -> tuple[dict[str, UUID], dict[str, str]]:
    """Return the ids of the topics that exist, and what the broker says of the others.

    A topic made anew under an old name has another id.
    """
    ids: dict[str, UUID] = {}
    absent: dict[str, str] = {}
    for topic in admin.describe_topics(list(names)):
        if topic["error_code"] == 0:
            ids[topic["name"]] = UUID(str(topic["topic_id"]))
        else:
            absent[topic["name"]] = for_code(topic["error_code"]).__name__
    return ids, absent


def topic_ids(admin: KafkaAdminClient, names: Iterable[str]) -> dict[str, UUID]:
    """Return the ids of the topics that exist."""
    return look_at(admin, names)[0]


def wait_for_topic(bootstrap: str, name: str, *, patience: timedelta = timedelta(minutes=1)) -> None:
    """Wait until the relay, which alone makes topics, has made this one.

    Raises:
        TryLater: the broker is away, or the topic still missing when the patience ends.
    """
    until = time.monotonic() + patience.total_seconds()
    told = False
    with open_admin(bootstrap) as admin:
        while name not in topic_ids(admin, [name]):
            if not told:
                log.warning("topic_missing", topic=name, detail="hotline relay or hotline topics makes it; waiting")
                told = True
            if time.monotonic() > until:
                raise TryLater(f"topic {name} does not exist; `hotline relay` or `hotline topics` makes it")
            time.sleep(_LOOK_AGAIN_SECONDS)


def differences(admin: KafkaAdminClient, specs: Iterable[TopicSpec]) -> list[str]:
    """Return each way in which the broker's topics are not as declared, as "topic: setting: has, should be".

    A setting that the broker does not tell is unknown, not different: the embedded one tells those alone that a topic was
    made with.
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
        replicas = sorted({len(partition["replica_nodes"]) for partition in topic["partitions"]})
        if replicas != [spec.replication]:
            has = " and ".join(map(str, replicas))
            problems.append(f"{spec.name}: replicas: has {has}, should be {spec.replication}")
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
