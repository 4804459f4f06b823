"""Tickets of one incident in many hands at once, on PostgreSQL: everybody waits for somebody, and nobody for ever."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from dispatcher.store.database import Database, open_pool
from dispatcher.workflow.commands import run_command
from dispatcher.workflow.intake import Intake
from dispatcher.workflow.ring import ring
from models.codes import Role, Stage, TicketState
from models.command import CommandKind
from models.errors import Rejected, StaleVersion, TryLater
from models.ticket import Actor
from tests.builders import OPERATOR, POSITION, SUPERVISOR, WATER, a_city, a_command, a_contact, a_record
from tests.unit.workflow.intake_desk import Desk
from tests.unit.workflow.test_joining import BURST, HEARD, REPLY, RULE

pytestmark = pytest.mark.integration

_K, _S = CommandKind, TicketState
CITIZEN = Actor(Role.CITIZEN, "citizen")
MOMENT = 0.1


class Slow:
    """A transaction that rests after each lock, so that others take theirs meanwhile."""

    def __init__(self, work):
        self._work = work

    def __getattr__(self, name):
        """Return the method, resting where it locks."""
        method = getattr(self._work, name)
        if not name.startswith("lock_") and name != "membership":
            return method

        async def resting(*given, **named):
            found = await method(*given, **named)
            await asyncio.sleep(MOMENT)
            return found

        return resting


class Town(Desk):
    """A desk whose store is PostgreSQL, with commands of which several may run at once."""

    def __init__(self, store):
        super().__init__(**HEARD)
        self.store = store
        self.city = a_city(incidents=RULE)
        self.intake = Intake(
            city=self.city,
            understand=self.understand,
            open_work=store.open_work,
            reserve_numbers=store.reserve_numbers,
            clock=self.clock,
        )
        self.calls = 0

    async def hear(self, *texts):
        """Let one new caller after the other speak, all at once, and return the numbers of their tickets."""
        before = self.calls
        self.calls += len(texts)
        contacts = [a_contact(f"c{before + n}", text, caller_ref=f"caller-{before + n}") for n, text in enumerate(texts)]
        await self.know(*contacts)
        await self.settle(*(a_record(before + n, contact, None) for n, contact in enumerate(contacts)))
        async with self.store.open_work() as work:
            found = await work.open_requests([contact.caller_ref for contact in contacts])
        return sorted(request.ticket_no for request in found)

    async def stored(self, ticket_no):
        """A ticket as it is now."""
        async with self.store.open_work() as work:
            return await work.ticket(ticket_no)

    async def act(self, ticket_no, kind, actor, data=None, *, slowly=False):
        """Give a command on a ticket as it stands."""
        command = a_command(await self.stored(ticket_no), kind, actor, data or {})
        open_work = self._open_slowly if slowly else self.store.open_work
        return await run_command(command, city=self.city, open_work=open_work, clock=self.clock)

    @asynccontextmanager
    async def _open_slowly(self, **given):
        async with self.store.open_work(**given) as work:
            yield Slow(work)

    async def look(self):
        """Let the timers look until nothing rings that nobody holds."""
        while await ring(city=self.city, open_work=self.store.open_work, clock=self.clock):
            pass

    async def paused(self, *ticket_nos):
        """Whether the promise of each ticket is flagged as paused."""
        async with self.store.open_work() as work:
            found = await work.deadlines_of(ticket_nos)
        clocks = ((number, one.deadline) for number in ticket_nos for one in found[number])
        return [clock.running_pause is not None for _, clock in clocks if clock.stage is Stage.PROMISE]

    async def place(self, ticket_no):
        """A ticket's place in its incident."""
        async with self.store.open_work() as work:
            return await work.membership(ticket_no)


@pytest.fixture
async def town(database):
    """A town with as many connections as there are hands."""
    async with open_pool(database.app_url, size=6) as pool:
        yield Town(Database(pool))


async def test_a_lead_is_answered_while_its_citizens_hurry_it(town):
    """A command on the lead and commands on its followers take their locks in one order."""
    lead, *followers = await town.hear(BURST, BURST, BURST)
    await town.act(lead, _K.SIGN, WATER)
    await town.act(lead, _K.OVERRIDE_CO_REPLY, WATER, {"reason": "无需协办"})
    await town.act(lead, _K.REPLY, WATER, REPLY)

    nudges = [town.act(each, _K.NUDGE, CITIZEN, slowly=True) for each in followers]
    passed = town.act(lead, _K.PASS_REVIEW, SUPERVISOR, slowly=True)
    done = await asyncio.wait_for(asyncio.gather(passed, *nudges, return_exceptions=True), 30)

    refused = [each for each in done if isinstance(each, BaseException)]
    assert all(isinstance(each, StaleVersion) for each in refused), refused  # who came after the answer
    assert {(await town.stored(each)).state for each in (lead, *followers)} == {_S.AWAITING_CALL_BACK}


async def test_two_tickets_linked_to_each_other_at_once_are_one_incident(town):
    """One of the two operators is told to look again."""
    one, other = await town.hear(BURST, "和平路水管爆了")
    links = [town.act(a, _K.LINK, OPERATOR, {"to": b}, slowly=True) for a, b in ((one, other), (other, one))]
    done = await asyncio.wait_for(asyncio.gather(*links, return_exceptions=True), 30)

    refused = [each for each in done if isinstance(each, BaseException)]
    assert len(refused) == 1
    assert isinstance(refused[0], Rejected | TryLater)
    places = [await town.place(number) for number in (one, other)]
    assert places[0].incident == places[1].incident
    assert places[0].incident.tickets == 2


async def test_intake_waits_for_no_incident_that_somebody_holds(town):
    """A missed merge costs a look; a partition that stands still costs everybody."""
    lead, _ = await town.hear(BURST, BURST)
    async with town.store.open_work() as work:
        await work.lock_incidents_of([lead])
        (alone,) = await asyncio.wait_for(town.hear(BURST), 10)
    assert await town.place(alone) is None

    (joined,) = await town.hear(BURST)
    assert (await town.place(joined)).incident.lead_ticket == lead


async def test_timers_end_no_pause_while_somebody_holds_a_follower(town):
    """They wait for nobody, and leave the lead for the next look."""
    lead, follower = await town.hear(BURST, BURST)
    await town.act(lead, _K.SIGN, WATER)
    await town.act(lead, _K.PAUSE, WATER, {"reason": "不可抗力"})
    town.clock.advance(days=9)
    await town.look()
    town.clock.advance(days=7)

    async with town.store.open_work() as work:
        await work.lock_tickets([follower])
        await asyncio.wait_for(town.look(), 10)
        assert await town.paused(lead, follower) == [True, True]
    await town.look()
    assert await town.paused(lead, follower) == [False, False]


async def test_an_incident_that_others_open_meanwhile_is_not_opened_again(database):
    """A batch of more places than are locked looks, another worker opens the incident, then the batch takes its locks."""
    looked, opened = asyncio.Event(), asyncio.Event()

    class Late:
        """A transaction that takes the free tickets when somebody else has opened the incident."""

        def __init__(self, work):
            self._work = work

        def __getattr__(self, name):
            """Return the method."""
            return getattr(self._work, name)

        async def lock_free(self, ticket_nos):
            """Wait, then lock."""
            looked.set()
            await opened.wait()
            return await self._work.lock_free(ticket_nos)

    async with open_pool(database.app_url, size=4) as pool:
        town = Town(Database(pool))

        @asynccontextmanager
        async def open_late(**given):
            async with town.store.open_work(**given) as work:
                yield Late(work)

        async def settle(partition, texts, open_work=town.store.open_work):
            contacts = [a_contact(f"{partition}-{n}", text, caller_ref=f"{partition}-{n}") for n, text in enumerate(texts)]
            await town.know(*contacts)
            intake = Intake(
                city=town.city,
                understand=town.understand,
                open_work=open_work,
                reserve_numbers=town.store.reserve_numbers,
                clock=town.clock,
            )
            items = await intake.understand([a_record(n, contact, None) for n, contact in enumerate(contacts)])
            await intake.settle(replace(POSITION, partition=partition), items)

        await settle(0, [BURST])
        elsewhere = [f"{chr(0x4E61 + 97 * n)}{chr(0x5035 + 53 * n)}路的路灯坏了" for n in range(90)]
        large = asyncio.create_task(settle(1, [*elsewhere, BURST], open_late))
        await looked.wait()
        await settle(2, [BURST])
        opened.set()
        await large

        async with pool.connection() as connection:
            told = await (await connection.execute("SELECT tickets FROM incidents")).fetchall()
            linked = await (await connection.execute("SELECT count(*) FROM incident_tickets")).fetchone()
    assert (told, linked) == ([(2,)], (2,))
