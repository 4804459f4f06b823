"""The embedded stack keeps its promises: data survives, nothing is left behind, several run side by side."""

import os
import secrets
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kafka import KafkaConsumer
from kafka.admin import KafkaAdminClient
from psycopg.conninfo import conninfo_to_dict

from hotline.embedded.broker import EmbeddedBroker
from hotline.embedded.postgres import EmbeddedPostgres
from models.errors import TryLater
from tests.services.apache_kafka import ApacheKafka
from tests.services.kafka_topics import consume, create_topic, produce

pytestmark = pytest.mark.integration


def write(postgres: EmbeddedPostgres, *notes: str) -> None:
    """Store notes, committed."""
    with psycopg.connect(postgres.owner_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (note text)")
        connection.cursor().executemany("INSERT INTO notes VALUES (%s)", [[note] for note in notes])


def notes_in(postgres: EmbeddedPostgres) -> list[str]:
    """The stored notes, oldest first."""
    with psycopg.connect(postgres.owner_url) as connection:
        return [note for (note,) in connection.execute("SELECT note FROM notes ORDER BY ctid")]


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

    def test_what_citizens_said_stays_out_of_the_log(self, postgres: EmbeddedPostgres, tmp_path: Path) -> None:
        """A refused row leaves its error in the server's log, without the row."""
        with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
            connection.execute("CREATE TABLE notes (note text CHECK (length(note) < 3))")
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute("INSERT INTO notes VALUES ('海甸岛三东路')")

        log = (tmp_path / "postgres" / "postgres.log").read_text()
        assert "violates check constraint" in log
        assert "海甸岛" not in log

    def test_a_folder_with_a_long_name_works(self, tmp_path: Path) -> None:
        """A clone deep down in somebody's home works although Unix sockets need short paths."""
        deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 6)

        with EmbeddedPostgres(deep) as postgres:
            write(postgres, "one")
            assert notes_in(postgres) == ["one"]
            assert not (deep / "socket").exists()
            elsewhere = Path(str(conninfo_to_dict(postgres.owner_url)["host"]))
            assert elsewhere.stat().st_mode & 0o077 == 0
        assert not elsewhere.exists()

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
