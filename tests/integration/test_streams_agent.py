"""The intake agent's body on a real store: what it does with events, without a broker."""

from collections.abc import AsyncIterator

import pytest

from dispatcher.store.database import open_pool
from dispatcher.workflow.batches import OffsetsOfAnotherTopic
from models.contact import Submission
from tests.integration.intake_desk import PARTITION, ConsumedMessage, Desk, StreamEvent
from tests.services.callers import contact
from tests.services.databases import Database

pytestmark = pytest.mark.integration


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    """An agent's desk on a fresh database."""
    async with open_pool(database.app_url, size=3) as pool:
        yield Desk(pool)


def three() -> list[Submission]:
    """Three contacts of three callers."""
    return [contact(f"第{number}号路口的井盖破损，车辆经过很响", name=f"agent-{number}") for number in (1, 2, 3)]


async def test_a_store_with_hiccups_makes_no_message_a_suspect(desk: Desk) -> None:
    """Five refused transactions are one attempt: nothing ended the worker, so nothing goes to the dead letters."""
    events = await desk.accept(*three())
    agent = desk.agent()
    await agent.positions_of({PARTITION})
    desk.hiccup.refusals = 5

    await agent.take(events)

    assert await desk.fates() == ["ticketed"] * 3


async def test_events_from_before_and_after_a_rebalance_count_once(desk: Desk) -> None:
    """Old and new events of the same messages in one batch, a malformed one among them: one fate each, one dead letter."""
    events = await desk.accept(*three())
    events.append(StreamEvent(ConsumedMessage(PARTITION.partition, 3, b"not a message")))
    agent = desk.agent()
    await agent.positions_of({PARTITION})

    await agent.take([*events, *events])
    await agent.take(events)

    assert await desk.fates() == ["ticketed"] * 3
    async with desk.pool.connection() as connection:
        assert await (await connection.execute("SELECT cause FROM dead_letters")).fetchall() == [("malformed",)]


async def test_settled_offsets_are_not_believed_against_unsettled_contacts(desk: Desk) -> None:
    """Three messages were settled, then the topic began anew unnoticed: its first messages are not passed over as old ones."""
    settled = await desk.accept(*three())
    agent = desk.agent()
    await agent.positions_of({PARTITION})
    await agent.take(settled)
    everything = await desk.accept(contact("新修的路又塌了一块", name="agent-4"))
    begun_anew = [StreamEvent(ConsumedMessage(PARTITION.partition, 0, everything[-1].message.value))]

    with pytest.raises(OffsetsOfAnotherTopic):
        await agent._settle(begun_anew)  # ``take`` would end this process

    assert (await desk.fates()).count(None) == 1
