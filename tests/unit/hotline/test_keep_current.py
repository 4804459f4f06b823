"""A running process takes approved changes over without a restart."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from config.profiles import matrix_problems
from dispatcher.workflow.amend import Draft, approve_change, propose_change
from hotline.keep_current import kept_current
from models.errors import TryLater
from tests.builders import SUPERVISOR, a_city
from tests.fakes import FixedClock, MemoryStore
from tests.unit.workflow.office import DISPATCHER

OFTEN = timedelta(milliseconds=2)


async def approve(store: MemoryStore, category: str = "0703") -> None:
    """Let another process propose and approve a change."""
    there, clock = a_city(), FixedClock()
    wanted = Draft(category, "U-WEST", "移交纪要")
    proposal = await propose_change(wanted, actor=DISPATCHER, city=there, open_work=store.open_work, clock=clock)
    await approve_change(
        proposal.number, actor=SUPERVISOR, city=there, check=matrix_problems, open_work=store.open_work, clock=clock
    )


async def until_version(city, version: str) -> None:
    """Wait until the process decides by this matrix."""
    async with asyncio.timeout(10):
        while city.routes.version != version:  # noqa: ASYNC110  nobody tells when
            await asyncio.sleep(0.002)


async def test_what_was_approved_before_the_start_holds_from_the_first_decision():
    """A process that starts asks before it works."""
    store, city = MemoryStore(), a_city()
    await approve(store)

    async with kept_current(city, store.open_work):
        assert city.routes.version == "m1+1"


async def test_what_is_approved_while_it_runs_is_taken_over():
    """Again and again."""
    store, city = MemoryStore(), a_city()

    async with kept_current(city, store.open_work, look_every=OFTEN):
        assert city.routes.version == "m1"
        await approve(store)
        await until_version(city, "m1+1")
        await approve(store, "0801")
        await until_version(city, "m1+2")


async def test_a_store_that_is_away_is_waited_for():
    """The matrix in force stays, and the next look is taken all the same."""
    store, city = MemoryStore(), a_city()
    away = False
    refused = asyncio.Event()

    @asynccontextmanager
    async def open_work(*, unit_code=None):
        if away:
            refused.set()
            raise TryLater("PostgreSQL is away")
        async with store.open_work(unit_code=unit_code) as work:
            yield work

    async with kept_current(city, open_work, look_every=OFTEN):
        away = True
        await asyncio.wait_for(refused.wait(), 10)
        assert city.routes.version == "m1"
        await approve(store)
        away = False
        await until_version(city, "m1+1")


async def test_a_store_that_is_away_at_the_start_is_told():
    """Nobody dispatches by half a matrix."""

    @asynccontextmanager
    async def open_work(*, unit_code=None):
        raise TryLater("PostgreSQL is away")
        yield

    with pytest.raises(TryLater):
        async with kept_current(a_city(), open_work):
            pass
