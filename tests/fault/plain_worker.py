"""``python -m tests.fault.plain_worker NAME``: what the worker would be if it trusted Faust to keep count.

The same decoding, understanding and settling, and no offset frame: it starts where the group committed, no offset is read
from PostgreSQL or written there, and errors reach the stream, where Faust acknowledges the batch all the same.
"""

import os
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

import faust
from faust.types import EventT, StreamT

from config.settings import load_settings
from dispatcher.ports import StreamPosition, UnitOfWork
from dispatcher.store.unit_of_work import PostgresUnitOfWork
from hotline.bootstrap import Dispatcher, bootstrap_of, open_dispatcher
from hotline.logs import configure_logs
from models.message import Topic
from streams.app import BATCH, BATCH_WAIT_SECONDS
from streams.decode import contact_from_bytes, record_from_bytes
from streams.intake import GROUP
from streams.topics import wait_for_topic
from tests.fault.workers import datadir_of, intake_of, present_topic_id
from tests.services.stack import SESSION_TIMEOUT


class Unframed:
    """A transaction that believes whatever offset it is shown and keeps none."""

    def __init__(self, work: PostgresUnitOfWork, first_offsets: Mapping[StreamPosition, int]) -> None:
        self._work = work
        self._first_offsets = first_offsets

    async def next_offsets(self, positions: Collection[StreamPosition]) -> dict[StreamPosition, int]:
        """Whatever comes first is what should come."""
        return {position: self._first_offsets[position] for position in positions}

    async def advance(self, next_offsets: Mapping[StreamPosition, int]) -> None:
        """Faust commits, some time."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)


class PlainAgent:
    """The product's intake behind a stream that Faust keeps count of."""

    def __init__(self, dispatcher: Dispatcher, topic_id: UUID) -> None:
        self._dispatcher = dispatcher
        self._topic_id = topic_id
        self._first_offsets: dict[StreamPosition, int] = {}
        self._intake = intake_of(dispatcher, open_work=self._open_work)

    async def take(self, events: Sequence[EventT]) -> None:
        """Settle a batch; an error goes up to Faust."""
        messages = sorted((event.message for event in events), key=attrgetter("partition", "offset"))
        for partition, group in groupby(messages, key=attrgetter("partition")):
            position = StreamPosition(GROUP, Topic.CONTACTS, self._topic_id, partition)
            now = self._dispatcher.clock.now()
            records = [
                record_from_bytes(contact_from_bytes, message.value, position=position, offset=message.offset, now=now)
                for message in group
            ]
            self._first_offsets[position] = records[0].offset
            await self._intake.settle(position, await self._intake.understand(records))

    @asynccontextmanager
    async def _open_work(self, *, unit_code: str | None = None) -> AsyncIterator[UnitOfWork]:
        async with self._dispatcher.database.open_work(unit_code=unit_code) as work:
            yield Unframed(work, self._first_offsets)


class PlainApp(faust.App):
    """A Faust app as its handbook shows it."""

    agent_body: PlainAgent

    async def on_first_start(self) -> None:
        """Open the store on the loop that will use it."""
        await super().on_first_start()
        settings = load_settings(os.environ)
        dispatcher = await self.add_async_context(open_dispatcher(settings, pool_size=4))
        self.agent_body = PlainAgent(dispatcher, present_topic_id(bootstrap_of(settings)))


def main(name: str) -> None:
    """Work until a signal ends it."""
    configure_logs()
    settings = load_settings(os.environ)
    bootstrap = bootstrap_of(settings)
    wait_for_topic(bootstrap, Topic.CONTACTS)
    app = PlainApp(
        GROUP,
        broker=f"kafka://{bootstrap}",
        datadir=str(datadir_of(settings.state_dir, name)),
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        broker_session_timeout=SESSION_TIMEOUT.total_seconds(),
        broker_heartbeat_interval=SESSION_TIMEOUT.total_seconds() / 4,
        broker_max_poll_records=BATCH,
        consumer_auto_offset_reset="earliest",
    )
    contacts = app.topic(Topic.CONTACTS, key_serializer="raw", value_serializer="raw")

    @app.agent(contacts, name="intake")
    async def intake(stream: StreamT[bytes]) -> None:
        async for events in stream.take_events(BATCH, within=BATCH_WAIT_SECONDS):
            await app.agent_body.take(events)

    faust.Worker(app, loglevel="warn", redirect_stdouts=False, override_logging=False, quiet=True).execute_from_commandline()


if __name__ == "__main__":
    main(sys.argv[1])
