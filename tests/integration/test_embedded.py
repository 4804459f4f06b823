"""The embedded stack keeps its promises: data survives, nothing is left behind, several run side by side."""

import os
import secrets
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic

from hotline.embedded.broker import EmbeddedBroker
from hotline.embedded.patience import came_true
from hotline.embedded.postgres import EmbeddedPostgres
from models.errors import TryLater
from tests.services.apache_kafka import ApacheKafka, kafka_classpath
from tests.services.databases import Database
from tests.services.fixtures import ProxiedBroker
from tests.services.proxy import Proxy

pytestmark = pytest.mark.integration

SOON = timedelta(seconds=20)


def write(postgres: EmbeddedPostgres, *notes: str) -> None:
    """Store notes, committed."""
    with psycopg.connect(postgres.owner_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (note text)")
        connection.cursor().executemany("INSERT INTO notes VALUES (%s)", [[note] for note in notes])


def notes_in(postgres: EmbeddedPostgres) -> list[str]:
    """The stored notes, oldest first."""
    with psycopg.connect(postgres.owner_url) as connection:
        return [note for (note,) in connection.execute("SELECT note FROM notes ORDER BY ctid")]


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


class TestPostgres:
    """The embedded database is a database one can trust."""

    @pytest.fixture
    def postgres(self, tmp_path: Path) -> Iterator[EmbeddedPostgres]:
        """A running server with the product's own settings."""
        with EmbeddedPostgres(tmp_path / "postgres") as server:
            yield server

    def test_rows_outlive_a_restart(self, postgres: EmbeddedPostgres) -> None:
        """What was stored before Ctrl-C is there the next morning, at the same address."""
        write(postgres, "路灯不亮")
        address = postgres.owner_url

        postgres.stop()
        postgres.start()

        assert postgres.owner_url == address
        assert notes_in(postgres) == ["路灯不亮"]

    def test_committed_rows_outlive_a_kill(self, postgres: EmbeddedPostgres) -> None:
        """A power cut takes what was not committed, and nothing else."""
        write(postgres, "committed")
        with psycopg.connect(postgres.owner_url) as unfinished:
            unfinished.execute("INSERT INTO notes VALUES ('never committed')")

            postgres.kill()
            postgres.start()

            unfinished.close()
        assert notes_in(postgres) == ["committed"]

    def test_durability_is_on(self, postgres: EmbeddedPostgres) -> None:
        """The embedded server promises what a production server promises."""
        with psycopg.connect(postgres.owner_url) as connection:
            shown = {
                name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()
                for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums", "server_encoding")
            }

        assert shown == {
            "fsync": ("on",),
            "synchronous_commit": ("on",),
            "full_page_writes": ("on",),
            "data_checksums": ("on",),
            "server_encoding": ("UTF8",),
        }

    def test_nobody_else_can_connect(self, postgres: EmbeddedPostgres, tmp_path: Path) -> None:
        """There is no TCP port, and the folder of the socket is closed to other accounts."""
        with psycopg.connect(postgres.owner_url) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)

        for folder in ("socket", "data"):
            assert (tmp_path / "postgres" / folder).stat().st_mode & 0o077 == 0

    def test_a_folder_with_a_long_name_works(self, tmp_path: Path) -> None:
        """A clone deep down in somebody's home works although Unix sockets need short paths."""
        deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 6)

        with EmbeddedPostgres(deep) as postgres:
            write(postgres, "one")
            assert notes_in(postgres) == ["one"]
            assert not (deep / "socket").exists()

    def test_a_folder_serves_one_server_at_a_time(self, postgres: EmbeddedPostgres, tmp_path: Path) -> None:
        """A second start in the same folder is refused in words, and the first server does not notice."""
        write(postgres, "one")

        with pytest.raises(TryLater, match=f"in use by process {os.getpid()}"):
            EmbeddedPostgres(tmp_path / "postgres").start()

        assert notes_in(postgres) == ["one"]

    def test_a_pid_file_that_names_a_stranger_does_not_keep_us_from_starting(
        self, postgres: EmbeddedPostgres, tmp_path: Path
    ) -> None:
        """After a crash the number in the pid file may belong to any program; ours starts all the same."""
        write(postgres, "one")
        postgres.kill()
        pid_file = tmp_path / "postgres" / "data" / "postmaster.pid"
        stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        pid_file.write_text(pid_file.read_text().replace(str(postgres.pid), str(stranger.pid), 1))

        postgres.start()

        assert notes_in(postgres) == ["one"]
        assert stranger.poll() is None
        stranger.kill()
        stranger.wait()

    def test_an_interrupted_first_start_leaves_nothing_half_made(self, tmp_path: Path) -> None:
        """Ctrl-C during the very first start costs that start only."""
        unfinished = tmp_path / "postgres" / "data.unfinished"
        unfinished.mkdir(parents=True)
        (unfinished / "PG_VERSION").write_text("18\n")

        with EmbeddedPostgres(tmp_path / "postgres") as postgres:
            write(postgres, "one")
            assert notes_in(postgres) == ["one"]
        assert not unfinished.exists()

    def test_a_killed_owner_takes_its_server_along(self, tmp_path: Path) -> None:
        """``kill -9`` of the product leaves no server behind; the next start finds every committed row."""
        owner = subprocess.Popen(
            [
                sys.executable,
                "-u",
                "-c",
                textwrap.dedent("""
                    import sys, time
                    from pathlib import Path
                    from hotline.embedded.postgres import EmbeddedPostgres
                    server = EmbeddedPostgres(Path(sys.argv[1]))
                    server.start()
                    print(server.pid)
                    time.sleep(60)
                """),
                str(tmp_path / "postgres"),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert owner.stdout is not None
        server_pid = int(owner.stdout.readline())
        postgres = EmbeddedPostgres(tmp_path / "postgres")
        write(postgres, "one")

        owner.kill()
        owner.communicate()

        with postgres:
            assert notes_in(postgres) == ["one"]
            assert postgres.pid != server_pid

    def test_two_products_run_side_by_side(self, tmp_path: Path) -> None:
        """Two state folders are two hotlines that know nothing of each other."""
        with (
            EmbeddedPostgres(tmp_path / "haikou") as haikou,
            EmbeddedPostgres(tmp_path / "shouguang") as shouguang,
            EmbeddedBroker(tmp_path / "haikou") as haikou_broker,
            EmbeddedBroker(tmp_path / "shouguang") as shouguang_broker,
        ):
            write(haikou, "海口")
            write(shouguang, "寿光")
            for broker in (haikou_broker, shouguang_broker):
                create_topic(broker.bootstrap, "hotline.contacts")
            produce(haikou_broker.bootstrap, "hotline.contacts", b"haikou")
            produce(shouguang_broker.bootstrap, "hotline.contacts", b"shouguang")

            assert (notes_in(haikou), notes_in(shouguang)) == (["海口"], ["寿光"])
            assert consume(haikou_broker.bootstrap, "hotline.contacts", 1) == [b"haikou"]
            assert consume(shouguang_broker.bootstrap, "hotline.contacts", 1) == [b"shouguang"]


class TestBroker:
    """The broker of the run, embedded or Apache's."""

    def test_what_is_produced_is_consumed_in_order(self, broker: EmbeddedBroker | ApacheKafka) -> None:
        """A topic gives back every message once, in the order of its partition."""
        topic = f"order-{secrets.token_hex(4)}"
        values = [str(number).encode() for number in range(500)]
        create_topic(broker.bootstrap, topic)

        produce(broker.bootstrap, topic, *values)

        assert consume(broker.bootstrap, topic, len(values)) == values

    def test_a_group_goes_on_where_it_committed(self, broker: EmbeddedBroker | ApacheKafka) -> None:
        """A consumer that comes back reads on after its last commit."""
        topic = f"group-{secrets.token_hex(4)}"
        create_topic(broker.bootstrap, topic)
        produce(broker.bootstrap, topic, b"one", b"two", b"three")

        def next_value() -> Any:
            consumer = KafkaConsumer(
                topic,
                bootstrap_servers=broker.bootstrap,
                group_id=f"{topic}-readers",
                auto_offset_reset="earliest",
                enable_auto_commit=False,
                max_poll_records=1,
                session_timeout_ms=6000,
                heartbeat_interval_ms=500,
            )
            value = next(iter(consumer)).value
            consumer.commit()
            consumer.close()
            return value

        assert [next_value(), next_value()] == [b"one", b"two"]


class TestEmbeddedBroker:
    """What is special about the broker that we bring along."""

    def test_a_restart_keeps_the_address_and_loses_the_topics(self, tmp_path: Path) -> None:
        """It lives in memory: after a restart the relay has to publish everything again."""
        with EmbeddedBroker(tmp_path) as broker:
            address = broker.bootstrap
            create_topic(broker.bootstrap, "hotline.contacts")
            broker.stop()
            broker.start()
            admin = KafkaAdminClient(bootstrap_servers=address)

            assert broker.bootstrap == address
            assert admin.list_topics() == []
            admin.close()

    def test_a_taken_port_is_named(self, tmp_path: Path) -> None:
        """Two brokers cannot share a port; the second start says which one it is."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]

            with pytest.raises(TryLater, match=f"port {port} is taken"):
                EmbeddedBroker(tmp_path, port).start()


@pytest.mark.kafka
class TestApacheKafka:
    """The real broker of the tests."""

    def test_a_topic_has_the_settings_it_was_made_with(self, apache_kafka: ApacheKafka) -> None:
        """What we declare is what the broker says it has."""
        topic = f"settings-{secrets.token_hex(4)}"
        create_topic(apache_kafka.bootstrap, topic, retention_ms="86400000", cleanup_policy="delete")
        admin = KafkaAdminClient(bootstrap_servers=apache_kafka.bootstrap)

        described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        admin.close()

        assert "86400000" in str(described)

    def test_messages_outlive_a_restart_and_a_kill(self, tmp_path: Path) -> None:
        """Topics and messages stay when the broker stops in good order, and when it is killed."""
        with ApacheKafka(tmp_path / "kafka", classpath=kafka_classpath()) as kafka:
            create_topic(kafka.bootstrap, "kept")
            produce(kafka.bootstrap, "kept", b"one", b"two")

            kafka.stop()
            kafka.start()
            assert consume(kafka.bootstrap, "kept", 2) == [b"one", b"two"]

            produce(kafka.bootstrap, "kept", b"three")
            kafka.kill()
            kafka.start()
            assert consume(kafka.bootstrap, "kept", 3) == [b"one", b"two", b"three"]


class TestProxy:
    """The proxy breaks connections the way the failure tests need it."""

    def test_a_cut_connection_is_an_error_and_a_restored_one_works(self, database: Database, database_proxy: Proxy) -> None:
        """While the cut lasts nobody gets through; afterwards everybody does."""
        url = database.reached_at(database_proxy.port).app_url
        connection = psycopg.connect(url)
        connection.execute("SELECT 1")

        database_proxy.cut()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)

        database_proxy.restore()
        with psycopg.connect(url) as again:
            assert again.execute("SELECT current_user").fetchone() == ("hotline_app",)

    def test_a_commit_can_go_through_without_the_client_learning_of_it(self, database: Database, database_proxy: Proxy) -> None:
        """The hardest moment of a broken network: the answer to a commit is lost, the commit is not."""
        with psycopg.connect(database.owner_url, autocommit=True) as direct:
            direct.execute("CREATE TABLE notes (note text)")
            client = psycopg.connect(database.reached_at(database_proxy.port).owner_url)
            client.execute("INSERT INTO notes VALUES ('committed')")
            database_proxy.hold_answers()

            client.pgconn.send_query(b"COMMIT")
            stored = came_true(lambda: direct.execute("SELECT note FROM notes").fetchall() != [], within=SOON)
            database_proxy.cut()

            assert stored
            with pytest.raises(psycopg.OperationalError):
                client.execute("SELECT 1")

    def test_a_delay_reaches_every_message(self, database: Database, database_proxy: Proxy) -> None:
        """A slow network makes a round trip twice as long as the delay of one way."""
        with (
            psycopg.connect(database.reached_at(database_proxy.port).app_url) as client,
            psycopg.connect(database.owner_url) as direct,
        ):
            database_proxy.delay = timedelta(seconds=0.2)
            before = direct.execute("SELECT clock_timestamp()").fetchone()
            client.execute("SELECT 1")
            after = direct.execute("SELECT clock_timestamp()").fetchone()

        assert before is not None
        assert after is not None
        assert after[0] - before[0] >= timedelta(seconds=0.4)

    def test_a_producer_waits_out_a_cut(self, broker_behind_proxy: ProxiedBroker) -> None:
        """A broker that is away for a moment costs time, not messages."""
        create_topic(broker_behind_proxy.bootstrap, "kept")
        producer = KafkaProducer(bootstrap_servers=broker_behind_proxy.bootstrap)
        producer.send("kept", b"before").get(timeout=10)

        broker_behind_proxy.proxy.cut()
        during = producer.send("kept", b"during")
        broker_behind_proxy.proxy.restore()

        during.get(timeout=30)
        producer.close()
        assert consume(broker_behind_proxy.bootstrap, "kept", 2) == [b"before", b"during"]
