"""The topics as the architecture declares them."""

from datetime import timedelta

import pytest

from streams.topics import declared_topics, longest_retention

DAY_MS = 24 * 3600 * 1000


def test_every_topic_has_its_declared_settings():
    """Partitions and retention of architecture.md; never compacted, for settled offsets must stay dense."""
    topics = {spec.name: (spec.partitions, spec.settings()) for spec in declared_topics(["U-B", "U-A"])}

    expected = {
        "hotline.contacts": (12, 7),
        "hotline.call-segments": (12, 1),
        "hotline.ticket-events": (12, 30),
        "hotline.alerts": (1, 7),
        "hotline.dead-letters": (3, 90),
        "hotline.dispatch.U-A": (1, 14),
        "hotline.dispatch.U-B": (1, 14),
    }
    assert topics == {
        name: (
            partitions,
            {"cleanup.policy": "delete", "retention.ms": str(days * DAY_MS), "min.insync.replicas": "1"},
        )
        for name, (partitions, days) in expected.items()
    }


@pytest.mark.parametrize(("replication", "needed"), [(1, "1"), (2, "1"), (3, "2"), (5, "2")])
def test_a_city_may_lose_one_broker(replication, needed):
    """Of three replicas two must have a message (streaming.md 3.6); with fewer one suffices."""
    for spec in declared_topics(["U-A"], replication=replication):
        assert (spec.replication, spec.settings()["min.insync.replicas"]) == (replication, needed)


def test_the_outbox_must_outlive_the_longest_topic():
    """From it a lost broker is filled again."""
    assert longest_retention(declared_topics(["U-A"])) == timedelta(days=90)
