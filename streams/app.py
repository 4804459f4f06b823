"""The Faust application: membership, ownership and batches; everything that matters is settled in PostgreSQL."""

import logging
from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import faust
from faust.types import TP, StreamT

from models.errors import HotlineError
from streams.consumer import seeking_transport
from streams.intake import GROUP
from streams.settling import Agents
from streams.watchdog import watch

BATCH = 500
"""Events taken together at most; the store writes 500 rows a statement at its best (streaming.md 6)."""

BATCH_WAIT_SECONDS = 0.02

METADATA_MAX_AGE_MS = 5_000
"""A worker that joined while the topic was away has no partitions until it looks again; the default looks every 5 minutes."""

OpenAgents = Callable[[], AbstractAsyncContextManager[Agents]]


class HotlineApp(faust.App):
    """A Faust app whose consumer seeks to PostgreSQL's offsets."""

    def __init__(self, *arguments: Any, open_agents: OpenAgents, bootstrap: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._bootstrap = bootstrap
        self._open_agents = open_agents
        self._agents: Agents | None = None
        self.refusal: HotlineError | None = None

    async def on_first_start(self) -> None:
        """Open the agents' tools on the loop that will use them, before any partition is assigned."""
        await super().on_first_start()
        try:
            self._agents = await self.add_async_context(self._open_agents())
        except HotlineError as error:
            self.refusal = error  # Faust turns every error into exit code 1; ``run_worker`` knows better
            raise
        watch(self._bootstrap, {topic: agent.settled for topic, agent in self.tools.items()})

    async def positions_of(self, assigned: AbstractSet[TP]) -> Mapping[TP, int]:
        """Return where each assigned partition goes on."""
        positions: dict[TP, int] = {}
        for topic, agent in self.tools.items():
            positions |= await agent.positions_of({partition for partition in assigned if partition.topic == topic})
        return positions

    async def beyond_loss(self, positions: Mapping[TP, int], first_kept: Mapping[TP, int]) -> Mapping[TP, int]:
        """Return where to go on, given the first offset that the broker still has of each partition."""
        beyond: dict[TP, int] = {}
        for topic, agent in self.tools.items():
            of_topic = {partition: position for partition, position in positions.items() if partition.topic == topic}
            beyond |= await agent.beyond_loss(of_topic, first_kept)
        return beyond

    @property
    def tools(self) -> Agents:
        """The agents' bodies, once the app has started."""
        if self._agents is None:
            raise RuntimeError("the application has not started")
        return self._agents

    def _new_transport(self) -> Any:
        return seeking_transport(self.conf.broker_consumer, self)


def build_app(
    *, bootstrap: str, datadir: Path, topics: Collection[str], open_agents: OpenAgents, session_timeout: float = 20.0
) -> HotlineApp:
    """Return the application that settles ``topics``; ``open_agents`` opens a body for each.

    ``session_timeout`` in seconds: how long a silent worker keeps its partitions. Tables, leader topic, web server and topic
    declaration are off: none is needed, each is a way to stall (streaming.md 1.5, 1.6).
    """
    app = HotlineApp(
        GROUP,
        open_agents=open_agents,
        bootstrap=bootstrap,
        broker=[f"kafka://{server}" for server in bootstrap.split(",")],
        datadir=str(datadir),
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        producer_threaded=False,
        broker_session_timeout=session_timeout,
        broker_heartbeat_interval=min(3.0, session_timeout / 4),
        broker_max_poll_records=BATCH,
        stream_buffer_maxsize=2 * BATCH,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=METADATA_MAX_AGE_MS,
    )
    for topic in topics:
        _add_agent(app, topic)
    return app


def _add_agent(app: HotlineApp, topic: str) -> None:
    source = app.topic(topic, key_serializer="raw", value_serializer="raw")

    @app.agent(source, name=topic)
    async def settle(stream: StreamT[bytes]) -> None:
        async for events in stream.take_events(BATCH, within=BATCH_WAIT_SECONDS):
            await app.tools[topic].take(events)


def run_worker(app: HotlineApp, *, loglevel: int = logging.WARNING) -> None:
    """Run until a signal ends it, by ``SystemExit``.

    Raises:
        Rejected: a setting, the profile or the model is missing or wrong.
        TryLater: PostgreSQL is away at the start.
    """
    worker = faust.Worker(app, loglevel=loglevel, redirect_stdouts=False, override_logging=False, quiet=True)
    worker.spinner = None  # it writes terminal codes between the lines of the log
    try:
        worker.execute_from_commandline()
    except SystemExit:
        if app.refusal is not None:
            raise app.refusal from None
        raise
