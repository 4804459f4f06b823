"""The agent settles, waits, or ends the process; it never lets an unsettled batch pass as done."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID

import orjson
import pytest
from faust.types import TP

from dispatcher.ports import StreamPosition
from dispatcher.workflow.intake import Intake
from dispatcher.workflow.receive import receive
from models.codes import Fate
from models.contact import PersonalData
from models.errors import TryLater
from models.message import Topic
from streams.intake import GROUP, INTAKE
from streams.listen import LISTEN
from streams.settling import ALONE_AFTER, EXIT_BUG, EXIT_TRY_LATER, PATIENCE_SECONDS, SettlingAgent
from tests.builders import a_city, a_submission
from tests.fakes import FixedClock, MemoryStore, OpenVault, Understands

TOPIC_ID = UUID(int=42)


class Ended(BaseException):
    """The process ended with a code."""


class World:
    """A store that lives on while workers come and go."""

    def __init__(self):
        self.store = MemoryStore()
        self.clock = FixedClock()
        self.vault = OpenVault()
        self.understand = Understands()
        self.topic_id = TOPIC_ID
        self.waited = []
        self.log = {}  # partition: values

    def worker(self, stream=INTAKE):
        """Return a new process's agent with partitions 0 to 2."""

        def end(code):
            raise Ended(code)

        async def sleep(seconds):
            self.waited.append(seconds)

        async def present_topic_id():
            return self.topic_id

        intake = Intake(
            city=a_city(),
            understand=self.understand,
            open_work=self.store.open_work,
            reserve_numbers=self.store.reserve_numbers,
            clock=self.clock,
        )
        return SettlingAgent(
            stream,
            settler=intake,
            offsets=self.store,
            clock=self.clock,
            present_topic_id=present_topic_id,
            end=end,
            sleep=sleep,
        )

    async def citizens_write(self, texts, partition=0):
        """Accept contacts of different callers and put them on a partition as the relay does."""
        start = len(self.log.get(partition, []))
        submissions = [a_submission(f"{partition}-{start + n}", text, personal=PersonalData()) for n, text in enumerate(texts)]
        before = len(self.store.messages)
        await receive(submissions, city=a_city(), vault=self.vault, open_work=self.store.open_work, clock=self.clock)
        new = [message for message in self.store.messages[before:] if message.topic == Topic.CONTACTS]
        self.log.setdefault(partition, []).extend(orjson.dumps(message.envelope()) for message in new)

    async def run(self, worker=None):
        """Start a worker, assign it all partitions and hand it what is not settled."""
        worker = worker or self.worker()
        positions = await worker.positions_of({TP(Topic.CONTACTS, partition) for partition in range(3)})
        events = [
            an_event(tp.partition, offset, value)
            for tp, start in positions.items()
            for offset, value in enumerate(self.log.get(tp.partition, []))
            if offset >= start
        ]
        if events:
            await worker.take(events)
        return worker

    async def crash(self):
        """Run a worker that must end; return its exit code."""
        with pytest.raises(Ended) as ended:
            await self.run()
        return ended.value.args[0]

    def next_offset(self, partition=0):
        """The settled offset."""
        row = self.store.tables.offsets.get(StreamPosition(GROUP, Topic.CONTACTS, TOPIC_ID, partition))
        return row.next_offset if row else 0

    @property
    def fates(self):
        """How many contacts have which fate."""
        settled = [one.fate for one in self.store.tables.fates.values()]
        return {fate: settled.count(fate) for fate in set(settled)}


def an_event(partition, offset, value):
    """Return what Faust hands over, as far as the agent looks."""
    return SimpleNamespace(message=SimpleNamespace(partition=partition, offset=offset, value=value))


@pytest.fixture
def world():
    """An empty world."""
    return World()


def texts(n):
    """Return different requests."""
    return [f"中山路{i}号门前的路灯坏了" for i in range(n)]


async def test_several_partitions_are_settled_in_whatever_order_they_come(world):
    """Events arrive mixed; each partition advances to its own end, and the text work is one batch."""
    for partition in (0, 2):
        await world.citizens_write(texts(3), partition)
    worker = world.worker()
    await worker.positions_of({TP(Topic.CONTACTS, partition) for partition in range(3)})
    mixed = [an_event(partition, offset, world.log[partition][offset]) for offset in (2, 0, 1) for partition in (2, 0)]
    await worker.take(mixed)

    assert (world.next_offset(0), world.next_offset(2)) == (3, 3)
    assert world.fates == {Fate.TICKETED: 6}
    assert world.understand.batches == [6]
    assert worker.settled() == {0: 3, 1: 0, 2: 3}


async def test_a_worker_starts_where_the_store_says(world):
    """Whatever the group committed, positions come from the store; partitions never seen begin at 0."""
    await world.citizens_write(texts(4), 1)
    await world.run()

    positions = await world.worker().positions_of({TP(Topic.CONTACTS, 0), TP(Topic.CONTACTS, 1)})
    assert {tp.partition: offset for tp, offset in positions.items()} == {0: 0, 1: 4}


async def test_an_unreadable_message_is_buried_between_tickets(world):
    """Its neighbours are tickets; the worker goes on."""
    await world.citizens_write(texts(1))
    world.log[0].append(b"not json")
    await world.citizens_write(texts(1))
    await world.run()

    assert world.next_offset() == 3
    assert [letter.cause for letter in world.store.tables.letters.values()] == ["malformed"]


def away(times):
    """Return what makes the next ``times`` commits fail as PostgreSQL does when it is away."""
    left = iter(range(times))

    def fail():
        if next(left, None) is not None:
            raise TryLater("PostgreSQL is away")

    return fail


async def test_a_store_that_is_away_is_waited_for(world):
    """The same batch is tried again, with longer and longer waits, and nothing is lost or doubled."""
    await world.citizens_write(texts(3))
    world.store.before_commit = away(6)
    await world.run()

    assert world.fates == {Fate.TICKETED: 3}
    assert len(world.waited) == 6
    assert world.waited == sorted(world.waited)
    assert world.waited[0] < 1 < world.waited[-1] <= 5


async def test_patience_ends(world):
    """After a minute the process ends, asking to be started again; nothing is settled and nothing buried."""
    await world.citizens_write(texts(3))
    world.store.before_commit = away(1000)

    assert await world.crash() == EXIT_TRY_LATER
    assert PATIENCE_SECONDS <= sum(world.waited) < PATIENCE_SECONDS + 6
    assert (world.next_offset(), world.fates) == (0, {})


async def test_a_store_that_is_away_when_partitions_arrive_is_waited_for(world):
    """The connection is cut while the worker asks where to go on: it asks again, and does not crash inside Faust."""
    await world.citizens_write(texts(3))
    world.store.before_positions = away(6)
    await world.run()

    assert world.fates == {Fate.TICKETED: 3}
    assert len(world.waited) == 6


async def test_patience_ends_when_partitions_arrive(world):
    """After a minute the process ends as it does with a batch in hand."""
    world.store.before_positions = away(1000)

    assert await world.crash() == EXIT_TRY_LATER


async def test_no_message_is_blamed_for_a_store_that_was_away(world):
    """However often the worker gave up waiting, the contacts become tickets in the end."""
    await world.citizens_write(texts(3))
    for _ in range(2 * ALONE_AFTER):
        world.store.before_commit = away(1000)
        assert await world.crash() == EXIT_TRY_LATER
    world.store.before_commit = lambda: None
    await world.run()

    assert world.fates == {Fate.TICKETED: 3}


async def test_a_gap_ends_the_process(world):
    """A message is missing: start again at the settled offset, and settle nothing beyond the hole."""
    await world.citizens_write(texts(3))
    worker = world.worker()
    await worker.positions_of({TP(Topic.CONTACTS, 0)})

    with pytest.raises(Ended, match=str(EXIT_BUG)):
        await worker.take([an_event(0, 0, world.log[0][0]), an_event(0, 2, world.log[0][2])])
    assert (world.next_offset(), world.fates) == (0, {})


async def test_a_topic_made_anew_ends_the_process(world):
    """What is in flight of the old topic must not be counted for the new one."""
    worker = await world.run()
    world.topic_id = UUID(int=43)

    with pytest.raises(Ended, match=str(EXIT_TRY_LATER)):
        await world.run(worker)


async def test_messages_of_a_topic_made_anew_are_not_taken_for_old_ones(world):
    """Offsets that began again while the worker ran lie below what is settled; it ends before it passes them over."""
    await world.citizens_write(texts(2))
    worker = await world.run()
    await worker.take([an_event(0, 1, world.log[0][1])])
    world.topic_id = UUID(int=43)

    with pytest.raises(Ended, match=str(EXIT_TRY_LATER)):
        await worker.take([an_event(0, 0, world.log[0][0])])


KEPT = {TP(Topic.CONTACTS, 0): 2, TP(Topic.CONTACTS, 1): 7}


async def test_contacts_that_retention_took_end_the_process(world):
    """They were never settled: a person decides."""
    worker = await world.run()
    positions = {TP(Topic.CONTACTS, 0): 2, TP(Topic.CONTACTS, 1): 5}

    with pytest.raises(Ended, match=str(EXIT_BUG)):
        await worker.beyond_loss(positions, KEPT)
    assert await worker.beyond_loss({TP(Topic.CONTACTS, 0): 2}, KEPT) == {TP(Topic.CONTACTS, 0): 2}


async def test_words_that_retention_took_are_passed_over(world):
    """The worker goes on with the first that is left, in the store too, where nothing of another partition moves."""
    worker = world.worker(replace(LISTEN, topic=Topic.CONTACTS))
    positions = await worker.positions_of({TP(Topic.CONTACTS, partition) for partition in range(3)})

    beyond = await worker.beyond_loss(positions, KEPT)

    assert {partition.partition: offset for partition, offset in beyond.items()} == {0: 2, 1: 7, 2: 0}
    assert worker.settled() == {0: 2, 1: 7, 2: 0}
    assert await world.store.positions(LISTEN.group, TOPIC_ID) == {0: 2, 1: 7}


async def test_a_cancelled_batch_is_no_bug(world):
    """A rebalance may cancel: the error passes on, the transaction is undone, and the process lives."""

    def cancel():
        raise asyncio.CancelledError

    await world.citizens_write(texts(1))
    world.store.before_commit = cancel
    with pytest.raises(asyncio.CancelledError):
        await world.run()
    assert world.next_offset() == 0


class Killer(Understands):
    """Understands everything but one text, on which it breaks."""

    async def __call__(self, batch):
        """Break on the killer."""
        if any("杀手" in text for text in batch):
            raise ZeroDivisionError("杀手")
        return await super().__call__(batch)


@pytest.mark.parametrize("place", [0, 2, 4])
async def test_a_message_that_kills_the_worker_is_buried_in_the_end(world, place):
    """Its batch kills a few workers, then it is settled alone, then buried with the error's name; the others are tickets."""
    world.understand = Killer()
    requests = texts(5)
    requests[place] = "杀手"
    await world.citizens_write(requests)

    deaths = 0
    while world.next_offset() < 5 and deaths < 12:
        try:
            await world.run()
        except Ended:
            deaths += 1
    (letter,) = world.store.tables.letters.values()
    assert letter.cause == "ended_the_worker"
    assert letter.detail.startswith("ZeroDivisionError in ")
    assert "杀手" not in letter.detail
    assert world.fates == {Fate.TICKETED: 4, Fate.DEAD: 1}
    assert deaths > ALONE_AFTER


async def test_a_neighbouring_partition_survives_a_killer(world):
    """While one partition's message kills, the other partition's contacts wait and become tickets all the same."""
    world.understand = Killer()
    await world.citizens_write(["杀手"], 0)
    await world.citizens_write(texts(3), 1)
    for _ in range(12):
        if (world.next_offset(0), world.next_offset(1)) == (1, 3):
            break
        try:
            await world.run()
        except Ended:
            continue

    assert world.fates == {Fate.TICKETED: 3, Fate.DEAD: 1}


async def test_a_worker_killed_from_outside_buries_nothing(world):
    """Deaths without a word (kill -9) before any commit: three of them, and the fourth settles one by one."""

    def kill():
        raise Ended(-9)

    await world.citizens_write(texts(4))
    world.store.before_commit = kill
    for _ in range(ALONE_AFTER):
        with pytest.raises(Ended):
            await world.run()
    world.store.before_commit = lambda: None
    await world.run()

    assert world.fates == {Fate.TICKETED: 4}


async def test_an_error_that_cannot_be_noted_ends_the_process_too(world):
    """Not even a bug in the noting lets a batch pass as done."""

    async def broken(position, error):
        raise KeyError(position)

    world.understand = Killer()
    world.store.note_error = broken
    await world.citizens_write(["杀手"])

    assert await world.crash() == EXIT_BUG
