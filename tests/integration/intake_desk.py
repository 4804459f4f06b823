"""The intake's body on a real store, without a broker: tests hand it what Faust would."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from faust.types import TP

from config.profiles import find_profile, load_profile
from dispatcher.ports import UnderstoodTexts, UnitOfWork
from dispatcher.store.database import Database as Store
from dispatcher.store.database import Pool
from dispatcher.store.offsets import PostgresOffsets
from dispatcher.store.vault import AesVault
from dispatcher.workflow.city import City
from dispatcher.workflow.intake import Intake
from dispatcher.workflow.receive import receive
from models.codes import RequestType, Urgency
from models.contact import Submission
from models.errors import TryLater
from models.message import Topic
from models.understanding import Guess, Understanding
from streams.intake import INTAKE
from streams.settling import SettlingAgent
from tests.builders import BANDS

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
PARTITION = TP(Topic.CONTACTS, 3)


@dataclass(frozen=True, slots=True)
class StoppedClock:
    """Always the same instant."""

    def now(self) -> datetime:
        """Return it."""
        return NOW


@dataclass(frozen=True, slots=True)
class ConsumedMessage:
    """What the agent reads of a message from Kafka."""

    partition: int
    offset: int
    value: bytes


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """What Faust hands to an agent."""

    message: ConsumedMessage


async def understand(texts: Sequence[str]) -> UnderstoodTexts:
    """Everything is surely about roads."""
    roads = Understanding(
        top=(Guess("A2", 0.99),),
        request_type=RequestType.COMPLAINT,
        urgency=Urgency.NORMAL,
        alarm=None,
        alarm_category=None,
        district_code=None,
        address=None,
        language="zh",
        model_version="agent-test",
    )
    return UnderstoodTexts([roads] * len(texts), BANDS)


async def _no_time(_seconds: float) -> None:
    """Waiting is over at once."""


class Hiccup:
    """A store that refuses its next transactions, and takes them afterwards."""

    def __init__(self, store: Store) -> None:
        self.refusals = 0
        self._store = store

    @asynccontextmanager
    async def open_work(self, *, unit_code: str | None = None) -> AsyncIterator[UnitOfWork]:
        """Open a transaction, or refuse."""
        if self.refusals:
            self.refusals -= 1
            raise TryLater("the store has hiccups")
        async with self._store.open_work(unit_code=unit_code) as work:
            yield work


class Desk:
    """An agent with a store of its own."""

    def __init__(self, pool: Pool) -> None:
        self.city = City.of(load_profile(find_profile("shouguang")))
        self.pool = pool
        self.store = Store(pool)
        self.hiccup = Hiccup(self.store)
        self.topic_id = uuid4()
        self.intake = Intake(
            city=self.city,
            understand=understand,
            open_work=self.hiccup.open_work,
            reserve_numbers=self.store.reserve_numbers,
            clock=StoppedClock(),
        )

    def agent(self) -> SettlingAgent:
        """Return an agent as a new worker has it."""
        return SettlingAgent(
            INTAKE,
            settler=self.intake,
            offsets=PostgresOffsets(self.pool),
            clock=StoppedClock(),
            present_topic_id=self._present_topic_id,
            sleep=_no_time,
        )

    async def accept(self, *submissions: Submission) -> list[StreamEvent]:
        """Accept contacts and return the events that they are once the relay has told them, with offsets from 0."""
        await receive(
            submissions,
            city=self.city,
            vault=AesVault(bytes(32), bytes(32)),
            open_work=self.store.open_work,
            clock=StoppedClock(),
        )
        async with self.pool.connection() as connection:
            cursor = await connection.execute("SELECT envelope FROM outbox WHERE topic = %s ORDER BY seq", [Topic.CONTACTS])
            envelopes = [row[0] for row in await cursor.fetchall()]
        return [
            StreamEvent(ConsumedMessage(PARTITION.partition, offset, envelope.encode()))
            for offset, envelope in enumerate(envelopes)
        ]

    async def fates(self) -> list[str | None]:
        """Return every contact's fate, in the order of acceptance."""
        async with self.pool.connection() as connection:
            cursor = await connection.execute("SELECT fate FROM contacts ORDER BY raw_text")
            return [row[0] for row in await cursor.fetchall()]

    async def _present_topic_id(self) -> UUID:
        return self.topic_id
