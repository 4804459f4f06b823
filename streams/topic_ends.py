"""How far topics reach: what a consumer's settled offset is measured against."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec

from streams.topics import open_admin


@dataclass(frozen=True, slots=True)
class TopicEnd:
    """The offset that each partition of a topic gives its next message. ``topic_id`` changes when it is made anew."""

    topic_id: UUID
    ends: Mapping[int, int]


def topic_ends(bootstrap: str, names: Iterable[str]) -> dict[str, TopicEnd]:
    """Return the ends of those topics that exist.

    The embedded broker gives the first offset of the last batch plus one: up to one batch too little.

    Raises:
        TryLater: the broker is away.
    """
    with open_admin(bootstrap) as admin:
        return _ends(admin, list(names))


def _ends(admin: KafkaAdminClient, names: list[str]) -> dict[str, TopicEnd]:
    found = {topic["name"]: topic for topic in admin.describe_topics(names) if topic["error_code"] == 0}
    partitions = [
        TopicPartition(name, partition["partition_index"]) for name, topic in found.items() for partition in topic["partitions"]
    ]
    offsets = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST)) if partitions else {}
    return {
        name: TopicEnd(
            UUID(str(topic["topic_id"])),
            {partition.partition: end.offset for partition, end in offsets.items() if partition.topic == name},
        )
        for name, topic in found.items()
    }
