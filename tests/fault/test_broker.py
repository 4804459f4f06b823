"""The broker goes away, comes back, or comes back empty."""

import os
import signal

import pytest
from kafka.admin import KafkaAdminClient

from hotline.embedded.broker import EmbeddedBroker
from tests.fault.chaos import Flow
from tests.services.callers import contacts_of
from tests.services.listener import topics_of
from tests.services.stack_fixtures import TOWN, Exposed
from tests.services.truth import judge

pytestmark = pytest.mark.integration


def lose_all_topics(exposed: Exposed) -> None:
    """A reset of the embedded broker empties it; Apache Kafka keeps its data, so somebody deletes the topics."""
    if isinstance(exposed.broker, EmbeddedBroker):
        exposed.broker.kill()
        exposed.broker.start()
        return
    admin = KafkaAdminClient(bootstrap_servers=exposed.broker.bootstrap)
    admin.delete_topics(sorted(topics_of(exposed.broker.bootstrap)))
    admin.close()


class TestOutage:
    """The broker does not answer for a while."""

    def test_a_cut_network_loses_nothing(self, battered: Exposed) -> None:
        """Every connection to the broker is reset and refused for a while; contacts go on coming in."""
        stack = battered.stack
        stack.accept(contacts_of(TOWN, 20, seed=61))
        stack.wait_until_settled()

        with Flow(stack, contacts_of(TOWN, 200, seed=62), per_second=60):
            stack.until(lambda: stack.unsettled() > 0, "contacts flow")
            battered.broker_proxy.cut()
            try:
                stack.until(lambda: stack.unpublished() > 60, "announcements wait for the broker")
            finally:
                battered.broker_proxy.restore()
        stack.wait_until_settled()

        assert judge(stack).problems == []

    def test_a_frozen_broker_loses_nothing(self, battered: Exposed) -> None:
        """The broker stands still for longer than a worker's session lasts, then goes on as if nothing had been."""
        stack = battered.stack
        stack.accept(contacts_of(TOWN, 20, seed=63))
        stack.wait_until_settled()
        assert battered.broker.pid is not None

        with Flow(stack, contacts_of(TOWN, 300, seed=64), per_second=60) as flow:
            os.kill(battered.broker.pid, signal.SIGSTOP)
            try:
                stack.until(lambda: flow.is_over, "contacts came in while the broker stood still")
                assert stack.unpublished() > 0
            finally:
                os.kill(battered.broker.pid, signal.SIGCONT)
        stack.wait_until_settled()

        assert judge(stack).problems == []


class TestReset:
    """All topics are gone and come back under new ids."""

    def test_a_reset_under_load_loses_nothing(self, battered: Exposed) -> None:
        """Contacts before, during and after the reset have one fate each, and units find their streams filled again."""
        stack = battered.stack
        stack.accept(contacts_of(TOWN, 200, seed=71))
        stack.wait_until_settled()
        numbers = stack.rows("SELECT event_id, unit_seq FROM outbox WHERE unit_seq IS NOT NULL")

        with Flow(stack, contacts_of(TOWN, 200, seed=72), per_second=50):
            lose_all_topics(battered)
        stack.wait_until_settled()

        assert judge(stack).problems == []
        assert set(numbers) <= set(stack.rows("SELECT event_id, unit_seq FROM outbox WHERE unit_seq IS NOT NULL"))

    def test_what_was_published_and_not_settled_is_published_again(self, battered: Exposed) -> None:
        """Contacts lie on a topic that no worker has read when the broker loses it; nobody sends anything afterwards."""
        stack = battered.stack
        stack.stop("worker-1")
        stack.accept(contacts_of(TOWN, 60, seed=74))
        stack.until(lambda: stack.unpublished() == 0, "contacts are on the topic")

        lose_all_topics(battered)
        stack.start_worker()

        stack.wait_until_settled()
        assert judge(stack).problems == []
