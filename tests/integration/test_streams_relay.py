"""The relay's side of the outbox: which announcement goes next, under which number."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from dispatcher.store.relay_outbox import PostgresRelayOutbox, open_relay_outbox
from hotline.embedded.patience import came_true
from tests.services.databases import Database

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
UNIT, TOPIC = "U1", "hotline.dispatch.U1"


@pytest.fixture
def outbox(database: Database) -> Iterator[PostgresRelayOutbox]:
    """The outbox as a relay works it."""
    with open_relay_outbox(database.app_url) as opened:
        yield opened


def announce(connection: psycopg.Connection, key: str) -> None:
    """Write one announcement for the unit, in the connection's transaction."""
    connection.execute(
        "INSERT INTO outbox (event_id, topic, key, unit_code, ticket_no, envelope, written_at)"
        " VALUES (%s, %s, %s, %s, NULL, '{}', %s)",
        [uuid4(), TOPIC, key, UNIT, NOW],
    )


def numbers(outbox: PostgresRelayOutbox, published: list[int], *, limit: int = 10) -> list[tuple[str, int | None]]:
    """What the relay would send now, in order."""
    return [(row.key, row.unit_seq) for row in outbox.next_rows(published, topics=[TOPIC], at=NOW, limit=limit)]


class TestOrder:
    """A unit's numbers rise on its topic, for a reader skips what does not rise."""

    def test_a_late_commit_is_sent_after_what_was_numbered_before_it(
        self, database: Database, outbox: PostgresRelayOutbox
    ) -> None:
        """A writer came first and committed last; the relay died after it had numbered the others, before it sent them."""
        with psycopg.connect(database.app_url) as slow, psycopg.connect(database.app_url) as quick:
            announce(slow, "first written")
            announce(quick, "second written")
            quick.commit()
            assert numbers(outbox, []) == [("second written", 1)]
            slow.commit()

        assert numbers(outbox, []) == [("second written", 1), ("first written", 2)]
        assert numbers(outbox, [], limit=1) == [("second written", 1)]

    def test_a_stream_that_is_filled_again_has_its_old_order(self, database: Database, outbox: PostgresRelayOutbox) -> None:
        """Numbers were given against the order of writing; the topic that was lost gets them in rising order again."""
        with psycopg.connect(database.app_url) as slow, psycopg.connect(database.app_url) as quick:
            announce(slow, "first written")
            for key in ("second written", "third written"):
                announce(quick, key)
            quick.commit()
            sent = outbox.next_rows([], topics=[TOPIC], at=NOW, limit=10)
            slow.commit()
        sent += outbox.next_rows([row.seq for row in sent], topics=[TOPIC], at=NOW, limit=10)
        assert outbox.next_rows([row.seq for row in sent], topics=[TOPIC], at=NOW, limit=10) == []

        assert outbox.publish_again(TOPIC, since=datetime(2026, 3, 1, tzinfo=UTC)) == 3

        assert numbers(outbox, [], limit=2) == [("second written", 1), ("third written", 2)]

    def test_numbers_have_no_gap_when_a_writer_gives_up(self, database: Database, outbox: PostgresRelayOutbox) -> None:
        """A transaction that is rolled back leaves a hole in the outbox and none in the unit's stream."""
        with psycopg.connect(database.app_url) as connection:
            announce(connection, "kept")
            connection.commit()
            announce(connection, "given up")
            connection.rollback()
            announce(connection, "kept too")

        assert numbers(outbox, []) == [("kept", 1), ("kept too", 2)]


class TestLeadership:
    """There is one publisher."""

    def test_a_second_relay_leads_only_when_the_first_is_gone(self, database: Database, outbox: PostgresRelayOutbox) -> None:
        """The lock lives as long as its holder's connection, and not longer."""
        assert outbox.become_leader()
        with open_relay_outbox(database.app_url) as other:
            assert not other.become_leader()
            with psycopg.connect(database.owner_url, autocommit=True) as owner:
                owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            assert came_true(other.become_leader, within=timedelta(seconds=10))  # the server ends it a moment later
