"""Fixtures that run the product whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.embedded.broker import EmbeddedBroker
from tests.services.apache_kafka import ApacheKafka, kafka_classpath
from tests.services.databases import Database, DatabaseServer
from tests.services.models import TrainedModels
from tests.services.stack import Stack

TOWN = "shouguang"
"""A small town has few units, so its topics are made and read quickly."""


@pytest.fixture(scope="session")
def models(scratch: Path) -> TrainedModels:
    """Trained models, each made when first asked for."""
    return TrainedModels(scratch / "artifacts")


@pytest.fixture
def stack(
    database: Database, fresh_broker: EmbeddedBroker | ApacheKafka, models: TrainedModels, tmp_path: Path
) -> Iterator[Stack]:
    """A town's hotline for this test alone; no process runs yet."""
    with Stack(
        database=database,
        bootstrap=fresh_broker.bootstrap,
        artifacts=models.directory(TOWN),
        directory=tmp_path / "stack",
        profile=TOWN,
    ) as made:
        yield made


@pytest.fixture(scope="module")
def running_stack(
    request: pytest.FixtureRequest,
    postgres_server: DatabaseServer,
    models: TrainedModels,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """A town's hotline with one relay and one worker, shared by the tests of a module."""
    directory = tmp_path_factory.mktemp("stack")
    broker: EmbeddedBroker | ApacheKafka
    if request.config.getoption("--broker") == "apache":
        broker = ApacheKafka(directory / "kafka", classpath=kafka_classpath())
    else:
        broker = EmbeddedBroker(directory / "broker")
    with (
        postgres_server.fresh_database() as database,
        broker,
        Stack(
            database=database,
            bootstrap=broker.bootstrap,
            artifacts=models.directory(TOWN),
            directory=directory,
            profile=TOWN,
        ) as made,
    ):
        made.start_relay()
        made.start_worker()
        yield made
