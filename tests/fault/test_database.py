"""PostgreSQL goes away in the middle of a batch and comes back."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

import pytest

from dispatcher.store.database import Database as Store
from dispatcher.store.database import open_pool
from models.errors import TryLater
from tests.fault.chaos import Chaos, Flow
from tests.services.callers import contacts_of
from tests.services.databases import Database
from tests.services.proxy import Proxy
from tests.services.stack_fixtures import TOWN, Exposed
from tests.services.truth import judge

pytestmark = pytest.mark.integration


def test_a_cut_network_stores_each_ticket_once(battered: Exposed) -> None:
    """Answers are held back, so nobody learns what was committed; then everything is cut, and restored."""
    stack = battered.stack
    stack.accept(contacts_of(TOWN, 20, seed=81))
    stack.wait_until_settled()

    with Flow(stack, contacts_of(TOWN, 300, seed=82), per_second=100) as flow:
        stack.until(lambda: stack.unsettled() > 0, "contacts flow")
        battered.database_proxy.hold_answers()
        held_until = time.monotonic() + 0.5
        stack.until(lambda: time.monotonic() > held_until, "a commit goes without an answer")
        battered.database_proxy.cut()
        try:
            stack.until(lambda: flow.is_over, "contacts came in while the processes had no database")
            assert stack.unsettled() > 0
        finally:
            battered.database_proxy.restore()
    stack.wait_until_settled()

    assert judge(stack).problems == []


def test_terminated_connections_store_each_ticket_once(battered: Exposed) -> None:
    """The server ends connections one by one while batches are settled: what the plain worker of this folder dies of."""
    stack = battered.stack
    stack.accept(contacts_of(TOWN, 20, seed=85))
    stack.wait_until_settled()
    chaos = Chaos(stack, seed=83, victims=())

    with Flow(stack, contacts_of(TOWN, 400, seed=84), per_second=100) as flow:
        while not flow.is_over:
            chaos.rest(timedelta(seconds=0.2), timedelta(seconds=0.6))
            chaos.terminate_connection()
    stack.wait_until_settled()

    assert chaos.done["connection"] >= 3
    assert judge(stack).problems == []


@pytest.mark.long
async def test_a_long_outage_is_over_when_it_is_over(database: Database, database_proxy: Proxy) -> None:
    """After twenty seconds without PostgreSQL the first command goes through soon, not after as long a wait again."""
    async with open_pool(database.reached_at(database_proxy.port).app_url, size=2) as pool:
        store = Store(pool)
        database_proxy.cut()
        restored_at = time.monotonic() + 20
        while time.monotonic() < restored_at:
            with suppress(TryLater):
                await store.reserve_numbers("20260310", 1)
            await asyncio.sleep(0.5)
        database_proxy.restore()

        while True:
            try:
                await store.reserve_numbers("20260310", 1)
            except TryLater:
                assert time.monotonic() - restored_at < 60
            else:
                break

    assert time.monotonic() - restored_at < 8
