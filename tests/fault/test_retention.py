"""Kafka threw away what nobody had settled yet: the worker says so and stops."""

from datetime import timedelta

import pytest
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from models.message import Topic
from tests.services.callers import contacts_of
from tests.services.listener import Heard
from tests.services.stack import Stack
from tests.services.stack_fixtures import TOWN

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

SOON = timedelta(seconds=45)


def test_a_worker_stops_where_messages_are_gone(stack: Stack) -> None:
    """It ends with an error and a critical event that says what is lost; nothing is passed over, no contact gets a fate."""
    stack.start_relay()
    stack.start_worker()
    stack.accept(contacts_of(TOWN, 40, seed=101))
    stack.wait_until_settled()
    stack.stop("worker-1")
    stack.accept(contacts_of(TOWN, 200, seed=102))
    stack.until(lambda: stack.unpublished() == 0, "contacts are on the topic")

    throw_away(stack, stack.listen([Topic.CONTACTS]))
    worker = stack.start_worker(supervised=False)
    stack.until(lambda: not worker.is_running, "the worker stops", within=SOON)

    assert worker.exit_code not in (0, None)
    critical = [event for event in stack.log_of("worker-1") if event.get("level") == "critical"]
    assert [event["event"] for event in critical] == ["messages_gone"]
    assert stack.unsettled() == 200


def throw_away(stack: Stack, heard: list[Heard]) -> None:
    """Delete what lies on the contacts topic; then no message is left whose offset could betray the hole."""
    ends: dict[int, int] = {}
    for one in heard:
        ends[one.partition] = max(ends.get(one.partition, 0), one.offset + 1)
    admin = KafkaAdminClient(bootstrap_servers=stack.bootstrap)
    admin.delete_records({TopicPartition(Topic.CONTACTS, partition): end for partition, end in ends.items()})
    admin.close()
