"""Kafka refuses one topic, or goes away with messages in flight; the relay loses nothing and stops nobody else."""

import time
from datetime import timedelta
from threading import Thread
from typing import Self
from uuid import uuid4

import psycopg
import pytest
from structlog.testing import capture_logs

from dispatcher.store.relay_outbox import open_relay_outbox
from hotline.bootstrap import SystemClock
from hotline.embedded.patience import came_true
from models.message import Topic
from streams.relay import Relay, open_producer, prepare_topics
from streams.topics import declared_topics
from tests.services.databases import Database
from tests.services.fixtures import ProxiedBroker
from tests.services.kafka_topics import create_topic
from tests.services.listener import listen

pytestmark = pytest.mark.integration

UNIT, OLD = "U-LAMP", "U-OLD"


class Publishing:
    """A relay at work on a thread of its own, for a town of one unit."""

    def __init__(self, database: Database, bootstrap: str, *, unit: str = UNIT) -> None:
        self.specs = declared_topics([unit])
        self.database = database
        self.bootstrap = bootstrap
        self.error: BaseException | None = None
        self._stop = False
        self._thread = Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop = True
        self._thread.join(timeout=60)
        assert not self._thread.is_alive()
        assert self.error is None

    def _run(self) -> None:
        clock = SystemClock()
        try:
            with open_relay_outbox(self.database.app_url) as outbox:
                Relay(
                    outbox=outbox,
                    open_producer=lambda: open_producer(self.bootstrap),
                    prepare=lambda: prepare_topics(self.bootstrap, outbox, self.specs, now=clock.now()),
                    clock=clock,
                ).run(lambda: self._stop)
        except BaseException as error:  # noqa: BLE001  told when the block ends
            self.error = error

    def announce(self, topic: str, *keys: str, unit: str | None = None) -> None:
        """Write announcements, as a change's transaction does."""
        with psycopg.connect(self.database.app_url) as connection:
            for key in keys:
                connection.execute(
                    "INSERT INTO outbox (event_id, topic, key, unit_code, ticket_no, envelope, written_at)"
                    " VALUES (%s, %s, %s, %s, NULL, '{}', now())",
                    [uuid4(), topic, key, unit],
                )

    def asks(self, sql: str) -> list[tuple[object, ...]]:
        """Rows as the application sees them."""
        with psycopg.connect(self.database.app_url) as connection:
            return connection.execute(sql).fetchall()

    def until(self, sql: str, rows: list[tuple[object, ...]], *, within: timedelta = timedelta(seconds=60)) -> None:
        """Wait until the database says so."""
        end = time.monotonic() + within.total_seconds()
        while (found := self.asks(sql)) != rows:
            assert self.error is None, self.error
            assert time.monotonic() < end, found
            time.sleep(0.1)


WAITING = "SELECT topic, count(*) FROM outbox WHERE published_at IS NULL GROUP BY topic"


def test_a_topic_that_is_missing_stops_no_other_and_is_served_when_it_comes(database: Database, fresh_broker) -> None:
    """A unit that the profile no longer has stands at the head of the outbox."""
    old, new = Topic.dispatch(OLD), Topic.dispatch(UNIT)
    with Publishing(database, fresh_broker.bootstrap) as relay:
        relay.announce(old, "1", "2", unit=OLD)
        relay.announce(new, "3", unit=UNIT)
        relay.announce(Topic.ALERTS, "4")
        relay.until(WAITING, [(old, 2)])
        relay.until("SELECT topic FROM held_topics", [(old,)])
        create_topic(fresh_broker.bootstrap, old)
        relay.until(WAITING, [])
        relay.until("SELECT topic FROM held_topics", [])

    assert relay.asks("SELECT key, unit_seq FROM outbox WHERE unit_code = 'U-OLD' ORDER BY seq") == [("1", 1), ("2", 2)]


@pytest.mark.kafka
def test_a_unit_code_that_kafka_refuses_stops_no_other(database: Database, apache_kafka) -> None:
    """A profile that slipped past the check: every other topic is made and served, this one is held with Kafka's reason."""
    bad = Topic.dispatch("市局")
    with Publishing(database, apache_kafka.bootstrap, unit="市局") as relay:
        relay.announce(bad, "1", unit="市局")
        relay.announce(Topic.ALERTS, "2")
        relay.until(WAITING, [(bad, 1)])
        relay.until("SELECT topic, reason LIKE 'InvalidTopicError: %' FROM held_topics", [(bad, True)])


def test_a_broker_that_goes_away_with_messages_in_flight_gets_them_later(
    database: Database, broker_behind_proxy: ProxiedBroker
) -> None:
    """The producer cannot be closed in good order then; the relay waits, and every row goes out once the broker is back."""
    with capture_logs() as logs, Publishing(database, broker_behind_proxy.bootstrap) as relay:
        relay.announce(Topic.ALERTS, "0")
        relay.until(WAITING, [])
        broker_behind_proxy.proxy.stall()
        relay.announce(Topic.ALERTS, *map(str, range(1, 50)))
        assert came_true(lambda: any(event["event"] == "send_failed" for event in logs), within=timedelta(seconds=30))
        broker_behind_proxy.proxy.cut()
        assert came_true(lambda: any(event["event"] == "broker_away" for event in logs), within=timedelta(seconds=30))
        broker_behind_proxy.proxy.restore()
        relay.until(WAITING, [])

    heard = {one.key for one in listen(broker_behind_proxy.bootstrap, [Topic.ALERTS])}
    assert heard == {str(n).encode() for n in range(50)}
