"""Kafka threw away what nobody had settled yet: of contacts the worker says so and stops, of words it goes on."""

from datetime import timedelta

import pytest
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from models.message import Topic
from tests.services.callers import contacts_of
from tests.services.listener import Heard
from tests.services.running_calls import EMERGENCY, alerts, all_is_heard, say
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


def test_a_worker_goes_on_where_words_of_calls_are_gone(stack: Stack) -> None:
    """Their calls are contacts by now; it says what it passes over, and warns of the calls that come."""
    stack.start_relay()
    stack.start_worker()
    for number in range(8):
        say(stack, f"old-{number}", *EMERGENCY)
    stack.until(lambda: all_is_heard(stack), "the old calls heard")
    stack.stop("worker-1")
    for number in range(8):
        say(stack, f"gone-{number}", *EMERGENCY)
    stack.until(lambda: stack.unpublished() == 0, "the words are on the topic")

    throw_away(stack, stack.listen([Topic.CALL_SEGMENTS]))
    stack.start_worker()
    say(stack, "new", *EMERGENCY)
    stack.until(lambda: all_is_heard(stack), "the new call heard")

    warned = {alert["call_id"] for alert in alerts(stack)}
    assert warned == {f"old-{number}" for number in range(8)} | {"new"}
    [passed] = [event for event in stack.log_of("worker-1") if event.get("event") == "messages_passed_over"]
    assert (passed["level"], passed["topic"]) == ("error", Topic.CALL_SEGMENTS)


def throw_away(stack: Stack, heard: list[Heard]) -> None:
    """Delete what was heard of a topic; then no message is left whose offset could betray the hole."""
    ends: dict[TopicPartition, int] = {}
    for one in heard:
        partition = TopicPartition(one.topic, one.partition)
        ends[partition] = max(ends.get(partition, 0), one.offset + 1)
    admin = KafkaAdminClient(bootstrap_servers=stack.bootstrap)
    admin.delete_records(ends)
    admin.close()
