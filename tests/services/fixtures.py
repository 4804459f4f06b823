"""The services as pytest fixtures.

``database`` is a migrated database of one's own; ``broker`` the Kafka broker of this run (``--broker=apache`` for a
real one); ``apache_kafka`` always the real one; ``prometheus_tools`` and ``promtool`` a real Prometheus.
"""

import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from hotline.embedded.broker import EmbeddedBroker
from hotline.embedded.ports import LOOPBACK, free_port
from hotline.embedded.postgres import EmbeddedPostgres
from tests.services.apache_kafka import ApacheKafka, kafka_classpath
from tests.services.databases import Database, DatabaseServer
from tests.services.prometheus import PrometheusTools, prometheus_tools_or_skip
from tests.services.proxy import Proxy

# A test database need not survive a power cut. Commits still reach the system before they are answered, so a killed
# server loses nothing: the promises that the tests check are unchanged.
_QUICKER = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "128MB", "max_wal_size": "256MB"}

_MEMORY, _ROOM = Path("/dev/shm"), 2 * 2**30  # noqa: S108 - a folder of one's own is made in it
"""A database is a thousand files. To copy and drop one takes 60 ms where files are memory, and 300 ms on ext4."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Choose the broker of the run."""
    parser.addoption(
        "--broker",
        choices=("embedded", "apache"),
        default=os.environ.get("HOTLINE_TEST_BROKER", "embedded"),
        help="the Kafka broker behind the fixture 'broker' (default: $HOTLINE_TEST_BROKER or embedded)",
    )


_BROKER_FIXTURES = frozenset(
    {"broker", "fresh_broker", "broker_behind_proxy", "apache_kafka", "stack", "exposed", "running_stack", "battered"}
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A run on Apache Kafka repeats what meets a broker, and nothing else."""
    if config.getoption("--broker") != "apache":
        return
    meeting = [item for item in items if _BROKER_FIXTURES & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=[item for item in items if item not in meeting])
    items[:] = meeting


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder for the services of this run; removed afterwards, but for what pytest shows of a failure."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-tests-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _quickest_folder() -> Path | None:
    """Memory where it has room, else None: the system's folder for temporary files."""
    has_room = os.access(_MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM
    return _MEMORY if has_room else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[DatabaseServer]:
    """The PostgreSQL server of the run: ``HOTLINE_TEST_DATABASE_URL`` (a superuser), or an embedded one."""
    given = os.environ.get("HOTLINE_TEST_DATABASE_URL")
    if given:
        server = DatabaseServer(given, password=secrets.token_urlsafe(18))
        yield server
        server.close()
        return
    with (
        tempfile.TemporaryDirectory(prefix="hotline-tests-", dir=_quickest_folder(), ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder) / "postgres", settings=_QUICKER) as embedded,
    ):
        yield DatabaseServer(embedded.owner_url, password=None)


@pytest.fixture
def logs_of_a_command() -> Iterator[None]:
    """Whoever runs a long-lived command in this process: how it configured the logs ends with the test."""
    yield
    structlog.reset_defaults()
    logging.basicConfig(handlers=[], force=True)


@pytest.fixture
def database(postgres_server: DatabaseServer) -> Iterator[Database]:
    """A migrated, empty database for this test alone."""
    with postgres_server.fresh_database() as fresh:
        yield fresh


@pytest.fixture
def empty_database(postgres_server: DatabaseServer) -> Iterator[Database]:
    """A database without a schema for this test alone."""
    with postgres_server.empty_database() as empty:
        yield empty


@pytest.fixture(scope="session")
def apache_kafka(scratch: Path) -> Iterator[ApacheKafka]:
    """One real Apache Kafka for the whole run; use topic names of your own."""
    with ApacheKafka(scratch / "kafka", classpath=kafka_classpath()) as kafka:
        yield kafka


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest, scratch: Path) -> Iterator[EmbeddedBroker | ApacheKafka]:
    """The Kafka broker of the run; use topic names of your own."""
    if request.config.getoption("--broker") == "apache":
        yield request.getfixturevalue("apache_kafka")
        return
    with EmbeddedBroker(scratch / "broker") as embedded:
        yield embedded


@pytest.fixture
def fresh_broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedBroker | ApacheKafka]:
    """A broker without any topic, for tests that use the product's topic names."""
    if request.config.getoption("--broker") == "apache":
        with ApacheKafka(tmp_path / "kafka", classpath=kafka_classpath()) as kafka:
            yield kafka
        return
    with EmbeddedBroker(tmp_path / "broker") as embedded:
        yield embedded


@pytest.fixture
def database_proxy(database: Database) -> Iterator[Proxy]:
    """Stands before ``database``; reach it with ``database.reached_at(database_proxy.port)``."""
    with Proxy(database.address) as proxy:
        yield proxy


@dataclass(frozen=True, slots=True)
class ProxiedBroker:
    """A broker whose clients all pass the proxy, because it advertises the proxy's address."""

    broker: EmbeddedBroker | ApacheKafka
    proxy: Proxy

    @property
    def bootstrap(self) -> str:
        """What Kafka clients call ``bootstrap_servers``."""
        return f"{LOOPBACK}:{self.proxy.port}"


@pytest.fixture
def broker_behind_proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ProxiedBroker]:
    """A broker of one's own, without topics, with a proxy before it."""
    port = free_port()
    with Proxy((LOOPBACK, port)) as proxy:
        broker: EmbeddedBroker | ApacheKafka
        if request.config.getoption("--broker") == "apache":
            broker = ApacheKafka(tmp_path / "kafka", classpath=kafka_classpath(), port=port, advertised_port=proxy.port)
        else:
            broker = EmbeddedBroker(tmp_path / "broker", port, advertised_port=proxy.port)
        with broker:
            yield ProxiedBroker(broker, proxy)


@pytest.fixture(scope="session")
def prometheus_tools() -> PrometheusTools:
    """The programs ``prometheus`` and ``promtool``."""
    return prometheus_tools_or_skip()


@pytest.fixture(scope="session")
def promtool(prometheus_tools: PrometheusTools) -> Path:
    """The program that checks rule files and runs their tests."""
    return prometheus_tools.promtool
