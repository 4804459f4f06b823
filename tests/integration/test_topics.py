"""The topics as a broker has them: made, compared, refused."""

from datetime import timedelta

import pytest
from kafka.admin import KafkaAdminClient
from structlog.testing import capture_logs

from models.errors import Rejected, TryLater
from models.message import Topic
from streams.topics import TopicsRefused, create_missing, declared_topics, differences, open_admin, wait_for_topic

pytestmark = pytest.mark.integration


def test_what_was_made_is_as_declared(fresh_broker) -> None:
    """Made once; a second look makes nothing and finds no difference."""
    specs = declared_topics(["U-A", "U-B"])
    with open_admin(fresh_broker.bootstrap) as admin:
        assert create_missing(admin, specs) == sorted(spec.name for spec in specs)
        assert create_missing(admin, specs) == []
        assert differences(admin, specs) == []


def test_too_few_replicas_are_a_difference(fresh_broker) -> None:
    """The topics were made for a trial, the city wants three replicas of which two must have a message."""
    with open_admin(fresh_broker.bootstrap) as admin:
        create_missing(admin, declared_topics(["U-A"]))
        found = differences(admin, declared_topics(["U-A"], replication=3))

    for topic in ("hotline.contacts", "hotline.dispatch.U-A"):
        assert f"{topic}: replicas: has 1, should be 3" in found
        assert f"{topic}: min.insync.replicas: has 1, should be 2" in found


def test_what_a_broker_does_not_tell_is_no_difference(broker) -> None:
    """A topic that somebody made without naming a setting: the embedded broker does not tell the setting then."""
    [spec] = [spec for spec in declared_topics(["U-BARE"]) if spec.name == "hotline.dispatch.U-BARE"]
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    try:
        admin.create_topics({spec.name: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
        found = differences(admin, [spec])
    finally:
        admin.close()

    # Apache Kafka tells its default of 7 days; the embedded broker tells nothing.
    assert [each for each in found if "retention.ms" not in each] == []


def test_who_waits_for_a_topic_says_so_at_once(fresh_broker) -> None:
    """A worker that was started before the relay; the operator need not wait for the end of its patience."""
    with capture_logs() as logs, pytest.raises(TryLater, match="hotline topics"):
        wait_for_topic(fresh_broker.bootstrap, Topic.CONTACTS, patience=timedelta(seconds=0.5))

    assert [(event["event"], event["topic"]) for event in logs] == [("topic_missing", Topic.CONTACTS)]


@pytest.mark.kafka
class TestRefusals:
    """What Apache Kafka will not have, and the embedded broker would."""

    def test_a_topic_that_kafka_refuses_is_named_with_its_reason(self, apache_kafka) -> None:
        """The others are made all the same; no wait would mend it."""
        with open_admin(apache_kafka.bootstrap) as admin:
            with pytest.raises(TopicsRefused) as refusal:
                create_missing(admin, declared_topics(["市局", "U-GOOD"]))
            names = {topic["name"] for topic in admin.describe_topics()}

        assert isinstance(refusal.value, Rejected)
        assert list(refusal.value.reasons) == ["hotline.dispatch.市局"]
        assert str(refusal.value).startswith("the broker refuses topic hotline.dispatch.市局: InvalidTopicError: ")
        assert "hotline.dispatch.U-GOOD" in names

    def test_more_replicas_than_brokers_are_named(self, apache_kafka) -> None:
        """The setting asks for three, the cluster is one."""
        with open_admin(apache_kafka.bootstrap) as admin, pytest.raises(TopicsRefused) as refusal:
            create_missing(admin, declared_topics(["U-THREE"], replication=3)[-1:])

        assert "hotline.dispatch.U-THREE: InvalidReplicationFactorError: " in str(refusal.value)
