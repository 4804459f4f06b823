"""Topics of a real broker, written and read with plain clients."""

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic


def produce(bootstrap: str, topic: str, *values: bytes) -> None:
    """Send the values and wait until the broker has acknowledged each."""
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for sent in [producer.send(topic, value) for value in values]:
        sent.get(timeout=10)
    producer.close()


def consume(bootstrap: str, topic: str, count: int) -> list[bytes]:
    """Read the topic from its start until ``count`` values came or time is up."""
    consumer = KafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None, consumer_timeout_ms=10_000
    )
    values: list[bytes] = []
    while len(values) < count:
        batch = consumer.poll(timeout_ms=10_000)
        if not batch:
            break
        values.extend(record.value for records in batch.values() for record in records)
    consumer.close()
    return values


def create_topic(bootstrap: str, topic: str, **configs: str) -> None:
    """Make a topic of one partition; underscores stand for the dots of a setting's name."""
    settings = {name.replace("_", "."): value for name, value in configs.items()}
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(topic, 1, 1, topic_configs=settings)])
    admin.close()
