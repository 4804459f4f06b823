"""Hotlines lived at random on PostgreSQL: what they counted is what their tables say."""

import pytest

from dispatcher.store.database import Database as Store
from dispatcher.store.database import Pool, open_pool
from dispatcher.store.reconciliation import Reconciliation
from models.message import Topic
from tests.builders import a_city
from tests.fakes import FixedClock, OpenVault
from tests.services.databases import Database
from tests.walking import Walk, walk

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("seed", range(5))
async def test_after_a_life_at_random_the_counters_agree_with_the_tables(database: Database, seed: int) -> None:
    """Returns, extensions, pauses, second handlings, supervision: ``hotline reconcile`` finds no difference."""
    city = a_city()
    async with open_pool(database.app_url, size=2) as pool:
        store = Store(pool)
        one = Walk(
            seed=seed,
            city=city,
            vault=OpenVault(),
            clock=FixedClock(),
            open_work=store.open_work,
            reserve_numbers=store.reserve_numbers,
            look=lambda: _look(pool),
            most_open=8,
        )
        await walk(one, 250)

        assert await Reconciliation(pool, city.profile.categories).differences() == [], "\n".join(one.done)


async def _look(pool: Pool):
    async with pool.connection() as connection:
        numbers = await (await connection.execute("SELECT ticket_no FROM ticket_keys ORDER BY 1")).fetchall()
        contacts = await (
            await connection.execute("SELECT envelope FROM outbox WHERE topic = %s ORDER BY seq", [Topic.CONTACTS])
        ).fetchall()
    async with Store(pool).open_work() as work:
        tickets = await work.lock_tickets([number for (number,) in numbers])
    return list(tickets.values()), [told.encode() for (told,) in contacts]
