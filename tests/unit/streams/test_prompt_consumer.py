"""Faust's consumer with our fetch wait; holds as long as the pinned Faust is built as we know it."""

import inspect
from importlib.metadata import version

import aiokafka
import faust
from faust.transport.drivers import aiokafka as driver
from yarl import URL

from streams.consumer import FETCH_MAX_WAIT_MS, SeekingConsumer, _PromptThread, seeking_transport


def test_faust_still_has_the_literal_that_we_replace():
    """Should a new Faust offer a setting, use it and drop our change (streaming.md 1.4)."""
    assert version("faust-streaming") == "0.15.3"
    assert "fetch_max_wait_ms=1500" in inspect.getsource(driver.AIOKafkaConsumerThread._create_worker_consumer)


async def test_the_workers_consumer_waits_50_ms(tmp_path):
    """The consumer that a worker builds asks the broker for at most 50 ms, not 1.5 s."""
    app = faust.App("prompt", broker="kafka://127.0.0.1:1", store="memory://", datadir=str(tmp_path), web_enabled=False)
    transport = seeking_transport([URL("kafka://127.0.0.1:1")], app)

    async def nothing(*arguments):
        """Nobody is assigned anything."""

    consumer = transport.create_consumer(callback=nothing, on_partitions_revoked=nothing, on_partitions_assigned=nothing)
    thread = consumer._new_consumer_thread()

    built = thread._create_worker_consumer(transport)

    assert isinstance(consumer, SeekingConsumer)
    assert isinstance(thread, _PromptThread)
    assert FETCH_MAX_WAIT_MS == 50
    assert built._fetch_max_wait_ms == 50
    assert "self._fetch_max_wait_ms" in inspect.getsource(aiokafka.AIOKafkaConsumer.start)
