"""Open tickets like one: over HTTP, on the operator's page, and as the store tells them."""

import re
from datetime import timedelta

import pytest

from dispatcher.store.reading import PostgresViews
from dispatcher.views import COMPARED_TEXT
from models.command import CommandKind
from tests.integration.console_town import a_console
from tests.services.databases import Database

pytestmark = pytest.mark.integration

SITE = "国贸花园对面工地半夜打桩吵得睡不着"
SITE_TOO = "就在国贸花园对面那个工地十二点还在打桩"


@pytest.fixture
async def console(database: Database):
    """A town's console."""
    async with a_console(database.app_url) as console:
        yield console


async def told(program, ticket, **parameters):
    """Return the similar tickets of one by number."""
    answer = await program.get(f"/api/v1/tickets/{ticket.ticket_no}/similar", params=parameters)
    assert answer.status_code == 200, answer.text
    return {each["ticket_no"]: each for each in answer.json()["similar"]}


async def test_neighbours_who_tell_of_one_event_are_found(console):
    """With score and reasons; what came or was closed after the first question is known at the next one."""
    first = await console.town.hears(SITE, confidence=0.6)
    await console.town.hears("村里停水三天了要到河里挑水", category="A6")
    async with console.program("operator") as operator:
        assert await told(operator, first) == {}
        second = await console.town.hears(SITE_TOO, confidence=0.6)
        console.town.clock.passes(timedelta(seconds=3))
        (found,) = (await told(operator, first)).values()

        assert (found["ticket_no"], found["title"], found["state"]) == (second.ticket_no, SITE_TOO, "pending")
        assert found["words"][0] == "国贸花园对面"
        assert (found["same_category"], found["place"]) == (True, None)
        assert 0.4 < found["score"] < 1

        await console.town.commands(second, CommandKind.ANSWER, text="已告知")
        assert await told(operator, first) == {}
        console.town.clock.passes(timedelta(seconds=3))
        assert await told(operator, first) == {}


async def test_only_staff_may_ask(console):
    """A unit sees its own tickets alone; nobody gets more than twenty."""
    ticket = await console.town.hears(SITE)
    path = f"/api/v1/tickets/{ticket.ticket_no}/similar"
    async with console.program("lead") as lead, console.program("supervisor") as supervisor:
        assert (await lead.get(path)).status_code == 403
        assert (await supervisor.get(path, params={"limit": 21})).status_code == 422
        assert (await supervisor.get(path.replace(ticket.ticket_no, "SG2026"))).status_code == 404
        assert (await supervisor.get(path)).json() == {"similar": []}


async def test_the_operator_sees_them_beside_the_ticket_that_waits(console):
    """The panel asks for them by itself; the list names number, district, time, words and how similar."""
    waiting = await console.town.hears(SITE, confidence=0.6)
    twin = await console.town.hears(SITE + "请快来", confidence=0.6)
    async with console.browser("operator") as operator, console.browser("lead") as lead:
        panel = (await operator.get(f"/tickets/{waiting.ticket_no}")).text
        (later,) = re.findall(r'data-later="([^"]+/similar)"', panel)
        listed = (await operator.get(later)).text

        assert (await lead.get(later)).status_code == 403
    assert f'data-ticket="{twin.ticket_no}"' in listed
    assert ">高<" in listed
    assert "属地不明" in listed
    assert SITE in listed


async def test_the_store_tells_open_texts_page_by_page(console):
    """Each open ticket once, in whatever order, its text cut; closed ones are left out."""
    tickets = [await console.town.hears(f"第{n}条街有小广告", caller=f"caller-{n % 3}", confidence=0.6) for n in range(5)]
    long = await console.town.hears("路" * 5000, confidence=0.6)
    await console.town.commands(tickets[0], CommandKind.ANSWER, text="已告知")
    views = PostgresViews(console.town.pool)
    texts, after = [], None
    while True:
        page = await views.open_texts(after=after, limit=2)
        assert len(page.texts) <= 2
        texts += page.texts
        after = page.next
        if after is None:
            break

    assert sorted(each.ticket_no for each in texts) == sorted(each.ticket_no for each in [*tickets[1:], long])
    (cut,) = (each.text for each in texts if each.ticket_no == long.ticket_no)
    assert len(cut) == COMPARED_TEXT


async def test_the_store_tells_what_has_changed_page_by_page(console):
    """Each ticket once, however many events it had; what ended is told by number."""
    old = await console.town.hears("很久以前的事")
    console.town.clock.passes(timedelta(hours=1))
    since = console.town.clock.now()
    tickets = [await console.town.hears(f"第{n}条街有小广告", confidence=0.6) for n in range(3)]
    await console.town.commands(tickets[1], CommandKind.ANSWER, text="已告知")
    views = PostgresViews(console.town.pool)
    open_now, ended, after = [], [], ""
    while after is not None:
        page = await views.changed_texts(since=since, after=after, limit=2)
        open_now += [each.ticket_no for each in page.texts]
        ended += page.ended
        after = page.next

    assert old.ticket_no not in open_now
    assert open_now == [tickets[0].ticket_no, tickets[2].ticket_no]
    assert ended == [tickets[1].ticket_no]
