"""Faust's Kafka consumer with two changes: it starts where PostgreSQL says, and does not wait 1.5 s for a full fetch.

Both are held by tests; faust-streaming is pinned (``streaming.md`` 1.4: ``fetch_max_wait_ms`` is a literal there).
"""

from collections.abc import Mapping
from typing import Any

import aiokafka
import structlog
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

FETCH_MAX_WAIT_MS = 50
"""How long a broker may hold an empty fetch. Measured: p50 363 ms at 1,500; 16 ms at 50 (streaming.md 1.4)."""

POSITIONS_TAKEN = "stream_positions_taken"
"""The log event that says: this worker has its partitions and knows where each goes on."""

log = structlog.get_logger()


class _PromptThread(driver.AIOKafkaConsumerThread):
    """Builds the same consumer as Faust, with our fetch wait."""

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_MAX_WAIT_MS  # noqa: SLF001  read at start; there is no setting
        return consumer


class SeekingConsumer(driver.Consumer):
    """Seeks each assigned partition to PostgreSQL's offset, whatever the group committed (decision 1)."""

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return _PromptThread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek to the settled offsets and return them."""
        settled = await self.app.positions_of(self.assignment())
        positions: Mapping[TP, int] = await self.app.beyond_loss(settled, await self.earliest_offsets(*settled))
        await self.seek_wait(positions)
        log.info(POSITIONS_TAKEN, partitions=len(positions), settled=sum(positions.values()))
        return positions


def seeking_transport(*arguments: Any) -> driver.Transport:
    """Return Faust's Kafka transport that makes our consumer."""

    class SeekingTransport(driver.Transport):
        Consumer = SeekingConsumer

    return SeekingTransport(*arguments)
