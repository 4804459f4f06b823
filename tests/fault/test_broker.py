"""The broker goes away, comes back, or comes back empty."""

import os
import signal
from datetime import timedelta

import pytest
from kafka.admin import KafkaAdminClient

from hotline.embedded.broker import EmbeddedBroker
from tests.fault.chaos import Flow
from tests.services.apache_kafka import ApacheKafka
from tests.services.callers import contacts_of
from tests.services.databases import Database
from tests.services.fixtures import ProxiedBroker
from tests.services.listener import topics_of
from tests.services.models import TrainedModels
from tests.services.stack import Stack
from tests.services.stack_fixtures import TOWN
from tests.services.truth import judge

pytestmark = pytest.mark.integration


def lose_all_topics(broker: EmbeddedBroker | ApacheKafka) -> None:
    """A reset of the embedded broker empties it; Apache Kafka keeps its data, so somebody deletes the topics."""
    if isinstance(broker, EmbeddedBroker):
        broker.kill()
        broker.start()
        return
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.delete_topics(sorted(topics_of(broker.bootstrap)))
    admin.close()


class TestReset:
    """All topics are gone and come back under new ids."""

    def test_a_reset_under_load_loses_nothing(self, stack: Stack, fresh_broker: EmbeddedBroker | ApacheKafka) -> None:
        """Contacts before, during and after the reset have one fate each, and units find their streams filled again."""
        stack.start_relay()
        stack.start_worker()
        accepted = stack.accept(contacts_of(TOWN, 300, seed=71))
        stack.wait_until_settled()
        numbers = stack.rows("SELECT event_id, unit_seq FROM outbox WHERE unit_seq IS NOT NULL ORDER BY 1")

        with Flow(stack, contacts_of(TOWN, 200, seed=72), per_second=50) as flow:
            lose_all_topics(fresh_broker)
        stack.wait_until_settled()

        verdict = judge(stack, [*accepted, *flow.accepted])
        assert verdict.problems == []
        assert set(numbers) <= set(stack.rows("SELECT event_id, unit_seq FROM outbox WHERE unit_seq IS NOT NULL"))

    def test_what_was_published_and_not_settled_is_published_again(
        self, stack: Stack, fresh_broker: EmbeddedBroker | ApacheKafka
    ) -> None:
        """Contacts lie on a topic that no worker has read when the broker loses it; nobody sends anything afterwards."""
        stack.start_relay()
        stack.start_worker()
        settled = stack.accept(contacts_of(TOWN, 40, seed=73))
        stack.wait_until_settled()
        stack.stop("worker-1")
        unread = stack.accept(contacts_of(TOWN, 60, seed=74))
        stack.until(lambda: stack.unpublished() == 0, "contacts are on the topic")

        lose_all_topics(fresh_broker)
        stack.start_worker()

        stack.wait_until_settled()
        assert judge(stack, [*settled, *unread]).problems == []


class TestOutage:
    """The broker does not answer for a while."""

    def test_a_cut_network_loses_nothing(
        self, broker_behind_proxy: ProxiedBroker, database: Database, models: TrainedModels, tmp_path
    ) -> None:
        """Every connection to the broker is reset and refused for a while; contacts go on coming in."""
        with Stack(
            database=database,
            bootstrap=broker_behind_proxy.bootstrap,
            artifacts=models.directory(TOWN),
            directory=tmp_path / "stack",
            profile=TOWN,
        ) as stack:
            stack.start_relay()
            stack.start_worker()
            accepted = stack.accept(contacts_of(TOWN, 100, seed=61))
            stack.wait_until_settled()

            with Flow(stack, contacts_of(TOWN, 200, seed=62), per_second=60) as flow:
                stack.until(lambda: stack.unsettled() > 0, "contacts flow")
                broker_behind_proxy.proxy.cut()
                stack.until(lambda: stack.unpublished() > 60, "announcements wait for the broker")
                broker_behind_proxy.proxy.restore()
            stack.wait_until_settled()

            assert judge(stack, [*accepted, *flow.accepted]).problems == []

    def test_a_frozen_broker_loses_nothing(self, stack: Stack, fresh_broker: EmbeddedBroker | ApacheKafka) -> None:
        """The broker stands still for longer than a worker's session lasts, then goes on as if nothing had been."""
        stack.start_relay()
        stack.start_worker()
        accepted = stack.accept(contacts_of(TOWN, 100, seed=63))
        stack.wait_until_settled()
        assert fresh_broker.pid is not None

        with Flow(stack, contacts_of(TOWN, 300, seed=64), per_second=35) as flow:
            os.kill(fresh_broker.pid, signal.SIGSTOP)
            try:
                stack.until(lambda: flow.is_over, "contacts came in while the broker stood still", within=timedelta(seconds=60))
                assert stack.unpublished() > 0
            finally:
                os.kill(fresh_broker.pid, signal.SIGCONT)
        stack.wait_until_settled()

        assert judge(stack, [*accepted, *flow.accepted]).problems == []
