"""One caller says the same again, at once and through several doors: one ticket, and a nudge for each repeat."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from dispatcher.ports import StreamPosition
from dispatcher.store.database import open_pool
from dispatcher.workflow.batches import Record
from models.message import Topic
from streams.decode import contact_from_bytes
from streams.intake import GROUP
from tests.integration.intake_desk import Desk
from tests.services.callers import contact
from tests.services.databases import Database
from tests.services.stack import Stack
from tests.services.truth import judge

pytestmark = pytest.mark.integration

WORDS = "小区门口垃圾桶满了三天没人清运"
TIMES = 12


async def test_two_workers_at_once_make_one_ticket(database: Database) -> None:
    """The same caller's contacts reach two workers on two partitions at the same moment; the caller's lock decides."""
    async with open_pool(database.app_url, size=8) as pool, open_pool(database.app_url, size=8) as other_pool:
        desk, other = Desk(pool), Desk(other_pool)
        events = await desk.accept(*(contact(WORDS, name=f"merge-{number}", caller="anna") for number in range(TIMES)))

        async def settle(number: int) -> None:
            intake = (desk, other)[number % 2].intake
            position = StreamPosition(GROUP, Topic.CONTACTS, desk.topic_id, partition=number)
            record = Record(0, position.reference(0), contact_from_bytes(events[number].message.value), None)
            await intake.settle(position, await intake.understand([record]))

        await asyncio.gather(*(settle(number) for number in range(TIMES)))

        fates = await desk.fates()
        assert (fates.count("ticketed"), fates.count("merged")) == (1, TIMES - 1)
        async with pool.connection() as connection:
            rows = await (await connection.execute("SELECT nudges, version FROM tickets")).fetchall()
        assert rows == [(TIMES - 1, TIMES + 2)]  # registered, dispatched, one version for each repeat, supervised once


def test_many_doors_at_once_make_one_ticket(running_stack: Stack) -> None:
    """The same through doors, topics and two workers."""
    running_stack.start_worker(2)
    with ThreadPoolExecutor(TIMES) as doors:
        accepted = [
            doors.submit(running_stack.accept, [contact(WORDS, name=f"doors-{number}", caller="berta")])
            for number in range(TIMES)
        ]
        ids = [one.result(timeout=60)[0] for one in accepted]
    running_stack.wait_until_settled(within=timedelta(seconds=60))

    fates = list(running_stack.fates(ids).values())
    assert (fates.count("ticketed"), fates.count("merged")) == (1, TIMES - 1)
    nudges = "SELECT nudges FROM tickets WHERE contact_id = ANY(%s)"
    assert running_stack.rows(nudges, ids) == [(TIMES - 1,)]
    running_stack.stop("worker-2")
    running_stack.accept([contact(WORDS, name="doors-late", caller="berta")])
    running_stack.wait_until_settled()
    assert running_stack.rows(nudges, ids) == [(TIMES,)]
    assert judge(running_stack).problems == []
