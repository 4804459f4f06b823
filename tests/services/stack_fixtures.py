"""Fixtures that run the product whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotline.embedded.broker import EmbeddedBroker
from hotline.embedded.ports import LOOPBACK, free_port
from tests.services.apache_kafka import ApacheKafka, kafka_classpath
from tests.services.databases import DatabaseServer
from tests.services.listener import topics_of
from tests.services.models import TrainedModels
from tests.services.proxy import Proxy
from tests.services.stack import BROKER_SETTINGS, Stack

TOWN = "shouguang"
"""A small town has few units, so its topics are made and read quickly."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """A stack with its broker, and with proxies on every way, so that all of it can be broken."""

    stack: Stack
    broker: EmbeddedBroker | ApacheKafka
    broker_proxy: Proxy
    database_proxy: Proxy


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> TrainedModels:
    """Trained models, each made when first asked for; the workers of a run share them."""
    folder = tmp_path_factory.getbasetemp()
    return TrainedModels((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "artifacts")


@pytest.fixture
def exposed(
    request: pytest.FixtureRequest, postgres_server: DatabaseServer, models: TrainedModels, tmp_path: Path
) -> Iterator[Exposed]:
    """A town's hotline for this test alone; no process runs yet."""
    with _exposed(request, postgres_server, models, tmp_path) as made:
        yield made


@pytest.fixture
def stack(exposed: Exposed) -> Stack:
    """The same, for tests that break processes alone."""
    return exposed.stack


@pytest.fixture(scope="session")
def battered(
    request: pytest.FixtureRequest,
    postgres_server: DatabaseServer,
    models: TrainedModels,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Exposed]:
    """A town's hotline with one relay and one worker, broken by one test after another; each leaves it whole."""
    with _exposed(request, postgres_server, models, tmp_path_factory.mktemp("stack")) as made:
        made.stack.start_relay()
        made.stack.start_worker()
        made.stack.until(lambda: topics_of(made.stack.bootstrap).issuperset(made.stack.topics), "the relay has made the topics")
        yield made


@pytest.fixture
def running_stack(battered: Exposed) -> Stack:
    """The same hotline, for tests that use it without breaking it."""
    return battered.stack


@contextmanager
def _exposed(
    request: pytest.FixtureRequest, server: DatabaseServer, models: TrainedModels, directory: Path
) -> Iterator[Exposed]:
    port = free_port()
    with (
        server.fresh_database() as database,
        Proxy(database.address) as database_proxy,
        Proxy((LOOPBACK, port)) as broker_proxy,
    ):
        broker: EmbeddedBroker | ApacheKafka
        if request.config.getoption("--broker") == "apache":
            broker = ApacheKafka(
                directory / "kafka",
                classpath=kafka_classpath(),
                port=port,
                advertised_port=broker_proxy.port,
                settings=BROKER_SETTINGS,
            )
        else:
            broker = EmbeddedBroker(directory / "broker", port, advertised_port=broker_proxy.port)
        with (
            broker,
            Stack(
                database=database,
                proxied_database=database.reached_at(database_proxy.port),
                bootstrap=f"{LOOPBACK}:{broker_proxy.port}",
                artifacts=models.directory(TOWN),
                directory=directory,
                profile=TOWN,
            ) as stack,
        ):
            yield Exposed(stack, broker, broker_proxy, database_proxy)
