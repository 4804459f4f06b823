"""The exporter: business numbers for Prometheus, restart-safe because every counter is a row (decision 8)."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Generic, TypeVar

import structlog
import uvicorn
from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from dispatcher.ports import Clock
from dispatcher.store.numbers import Numbers, Reading
from dispatcher.store.reconciliation import Reconciliation
from hotline.exposition import Snapshot, empty_families, families
from models.errors import TryLater
from models.message import Topic
from models.profile import Profile
from streams.topic_ends import TopicEnd

CACHE_FOR = timedelta(seconds=5)
"""Scrapes within this time are answered from one reading; several Prometheus servers cost the database no more than one."""

LAG_EVERY = timedelta(seconds=10)
RECONCILE_EVERY = timedelta(seconds=60)

_SHARE_OF_TIME = 20
"""A source that takes long to read rests this many times as long: reconciling never takes more than 1/20 of a core."""

CONSUMED_TOPICS = (Topic.CONTACTS, Topic.CALL_SEGMENTS)
"""Topics that our own consumers settle."""

TopicEnds = Callable[[Iterable[str]], Mapping[str, TopicEnd]]
"""Asks the broker how far topics reach; blocks, raises ``TryLater`` when the broker is away."""

T = TypeVar("T")

log = structlog.get_logger()


class Watched(Generic[T]):
    """A source with what it told last: ``value`` is None before the first look and whenever the source is away."""

    def __init__(self, source: str, look: Callable[[], Awaitable[T]]) -> None:
        self.source = source
        self.value: T | None = None
        self.seconds = 0.0
        self.looked_at: float | None = None
        self._look = look

    async def look(self) -> None:
        """Ask the source; a source that is away leaves no old value behind."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            self.value = await self._look()
        except TryLater as error:
            self.value = None
            log.warning("source_away", source=self.source, detail=str(error))
        self.looked_at = loop.time()
        self.seconds = self.looked_at - began

    async def keep_looking(self, every: timedelta) -> None:
        """Look again and again, at most ``every`` so often."""
        while True:
            await self.look()
            await asyncio.sleep(max(every.total_seconds(), _SHARE_OF_TIME * self.seconds))


class _Families(Collector):
    """What the registry collects: the families of the snapshot that was put here last."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.snapshot: Snapshot | None = None

    def describe(self) -> Iterator[Metric]:
        """Name the families without reading anything; the registry asks when it is built."""
        return empty_families()

    def collect(self) -> Iterator[Metric]:
        """Yield the families of the snapshot."""
        return empty_families() if self.snapshot is None else families(self.snapshot, self._profile)


class Exporter:
    """Reads the numbers when Prometheus asks; watches the broker and the reconciliation at their own pace."""

    def __init__(
        self,
        *,
        numbers: Numbers,
        reconciliation: Reconciliation,
        topic_ends: TopicEnds,
        profile: Profile,
        clock: Clock,
        model_version: Callable[[], str | None],
        cache_for: timedelta = CACHE_FOR,
    ) -> None:
        self._numbers = numbers
        self._reconciliation = reconciliation
        self._topic_ends = topic_ends
        self._profile = profile
        self._clock = clock
        self._model_version = model_version
        self._database: Watched[Reading] = Watched("database", self._read)
        self._broker: Watched[dict[str, int]] = Watched("broker", self._lags)
        self._differences: Watched[dict[str, int]] = Watched("reconciliation", self._reconcile)
        self._cache_for = cache_for
        self._one_reading = asyncio.Lock()
        self._families = _Families(profile)
        self._registry = CollectorRegistry()
        self._registry.register(self._families)

    async def watch(self) -> None:
        """Watch the slow sources until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._broker.keep_looking(LAG_EVERY))
            tasks.create_task(self._differences.keep_looking(RECONCILE_EVERY))

    async def scrape(self, accept: str) -> tuple[bytes, str]:
        """Return the exposition and its content type; a database that is away costs its families, not the answer."""
        async with self._one_reading:
            looked_at = self._database.looked_at
            if looked_at is None or asyncio.get_running_loop().time() - looked_at >= self._cache_for.total_seconds():
                await self._database.look()
        watched = (self._database, self._broker, self._differences)
        self._families.snapshot = Snapshot(
            at=self._clock.now(),
            reading=self._database.value,
            lags=self._broker.value,
            differences=self._differences.value,
            read_seconds={one.source: one.seconds for one in watched},
            model_version=self._model_version(),
        )
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    async def _read(self) -> Reading:
        return await self._numbers.reading(self._clock.now(), due_soon=self._profile.deadlines.due_soon)

    async def _lags(self) -> dict[str, int]:
        """Return each consumed topic's unsettled messages, of the group that is furthest behind.

        The settled offsets are read first: what arrives in between counts as lag, and none is hidden. Without them no lag is
        known, whatever the broker tells.
        """
        try:
            settled = await self._numbers.settled_offsets()
        except TryLater as error:
            log.warning("source_away", source=self._database.source, detail=str(error))
            settled = None
        ends = await asyncio.to_thread(self._topic_ends, CONSUMED_TOPICS)
        lags: dict[str, int] = {}
        if settled is None:
            return lags
        for topic, end in ends.items():
            groups: dict[str, dict[int, int]] = {"": {}}
            for offset in settled:
                if offset.topic_id == end.topic_id:
                    groups.setdefault(offset.group, {})[offset.partition] = offset.next_offset
            if len(groups) > 1:
                del groups[""]  # stands for the consumer that has not come yet
            lags[topic] = max(
                sum(max(last - done.get(partition, 0), 0) for partition, last in end.ends.items()) for done in groups.values()
            )
        return lags

    async def _reconcile(self) -> dict[str, int]:
        amounts = dict.fromkeys(self._reconciliation.families, 0)
        for difference in await self._reconciliation.differences():
            amounts[difference.family] += abs(difference.rollup - difference.recomputed)
        return amounts


async def serve(exporter: Exporter, listening: socket.socket, stopping: asyncio.Event) -> None:
    """Answer ``/metrics`` and ``/healthz`` until ``stopping`` is set."""
    server = uvicorn.Server(uvicorn.Config(_app(exporter), log_config=None, access_log=False, lifespan="off"))

    async def stop() -> None:
        await stopping.wait()
        server.should_exit = True

    async with asyncio.TaskGroup() as tasks:  # a bug in a watcher ends the server too
        helpers = [tasks.create_task(exporter.watch()), tasks.create_task(stop())]
        await server.serve(sockets=[listening])
        for helper in helpers:
            helper.cancel()


async def serve_until_signalled(exporter: Exporter, listening: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C.

    uvicorn stops at these signals by itself and raises them again afterwards for whoever handled them before: that is us.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await serve(exporter, listening, stopping)


def _app(exporter: Exporter) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        body, content_type = await exporter.scrape(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type})

    @app.get("/healthz")
    async def healthz() -> Response:
        return Response("ok\n", media_type="text/plain")

    return app
