"""What ties a ticket to others, on its page: who sees which numbers."""

import re
from datetime import date, timedelta

import pytest

from dispatcher.ports import Effects
from dispatcher.workflow.commands import run_command
from models.codes import Channel, DispatchMode, TicketState
from models.command import CommandKind
from models.ticket import Assignment
from models.ticket_number import ticket_number
from models.understanding import Guess
from tests.builders import MONDAY, OPERATOR, SUPERVISOR, a_command, a_ticket
from tests.integration.console_town import LEAD, a_console
from tests.integration.story import DISPATCHER
from tests.services.databases import Database

pytestmark = pytest.mark.integration


@pytest.fixture
async def console(database: Database):
    """A town's console."""
    async with a_console(database.app_url) as console:
        yield console


async def act(town, ticket, kind, data=None, actor=OPERATOR):
    """Give a command on a ticket and return it as it is then."""
    command = a_command(ticket, kind, actor, data or {})
    return await run_command(command, city=town.city, open_work=town.database.open_work, clock=town.clock)


async def test_an_incident_is_shown_to_operators_with_numbers_and_to_units_with_a_count(console):
    """The unit's page tells how many citizens its ticket stands for, and none of the other numbers."""
    lead = await console.town.hears("夜市占道经营", category="A1")
    other = await console.town.hears("还有人说夜市占道", category="A1", confidence=0.3, caller="caller-2")
    await act(console.town, other, CommandKind.LINK, {"to": lead.ticket_no})
    async with console.browser("operator") as operator, console.browser("lead") as unit:
        of_operator = (await operator.get(f"/tickets/{other.ticket_no}")).text
        of_lead = (await operator.get(f"/tickets/{lead.ticket_no}")).text
        of_unit = (await unit.get(f"/tickets/{lead.ticket_no}")).text

        assert (await unit.get(f"/tickets/{other.ticket_no}")).status_code == 404
    assert f"BA{lead.ticket_no}" in of_operator
    assert "共 2 件" in of_operator
    assert other.ticket_no in of_lead
    assert "2 位诉求人" in of_unit
    assert other.ticket_no not in of_unit


async def test_a_programs_ticket_names_its_incident(console):
    """The lead and the others to the staff, to the unit the number of citizens alone."""
    lead = await console.town.hears("夜市占道经营", category="A1")
    other = await console.town.hears("还有人说夜市占道", category="A1", confidence=0.3, caller="caller-2")
    await act(console.town, other, CommandKind.LINK, {"to": lead.ticket_no})
    async with console.program("operator") as operator, console.program("lead") as unit:
        of_operator = (await operator.get(f"/api/v1/tickets/{other.ticket_no}")).json()["incident"]
        of_unit = (await unit.get(f"/api/v1/tickets/{lead.ticket_no}")).json()["incident"]

    known = {"tickets": 2, "hotspot_at": None, "answered_at": None}
    assert of_operator == {**known, "follows": True, "lead": lead.ticket_no, "others": [lead.ticket_no]}
    assert of_unit == {**known, "follows": False, "lead": None, "others": []}


async def test_a_programs_ticket_names_its_sisters_and_its_consultation(console):
    """So that another system need not read them off the events."""
    ticket = await console.town.hears("看不清写的什么", category="A1", confidence=0.3)
    await act(console.town, ticket, CommandKind.CONSULT, {"reason": "两家单位依据不一"}, SUPERVISOR)
    async with console.program("operator") as operator:
        seen = (await operator.get(f"/api/v1/tickets/{ticket.ticket_no}")).json()

    assert (seen["again_of"], seen["sisters"]) == (None, [])
    assert seen["consultation"]["cause"] == "两家单位依据不一"
    assert seen["consultation"]["decided_at"] is None


async def test_a_link_that_is_refused_says_why_and_what_to_do(console):
    """On the page in the reader's language; a program reads what it always read."""
    ticket = await console.town.hears("夜市占道经营", category="A1")
    path = f"/tickets/{ticket.ticket_no}/commands"
    order = {"command": "link", "expected_version": ticket.version}
    to = ticket_number("SG", date(2026, 3, 10), Channel.PHONE, 99)
    async with console.browser("operator") as operator, console.program("operator") as program:
        refused = await operator.post(path, data={**order, "to": to})
        told = await program.post(f"/api/v1{path}", json={**order, "data": {"to": to}})
        repeated = await operator.post(path, data={"command": "decline", "code": "N7", "expected_version": ticket.version})

    assert refused.status_code == told.status_code == 422
    assert "没有找到要并入的工单，请核对工单号。" in refused.text
    assert told.json() == {
        "error": "rejected",
        "detail": f"{to!r} is no other ticket that waits for its answer; nothing can be linked to it",
    }
    assert "N7 须有同一诉求人同一事由、已经办结的工单" in repeated.text


def region(html, name):
    """What stands in a live region of a page."""
    return re.search(rf'data-region="{name}">(.*?)</(?:section|div)>', html, re.DOTALL)[1]


async def desk(console, who):
    """Somebody's page as it is shown first."""
    async with console.browser(who) as browser:
        return (await browser.get(f"/{who}")).text


async def test_a_running_consultation_is_found_while_it_runs(console):
    """By supervisors, with who asked for what and what is due next; by the operator as a mark on the ticket."""
    town = console.town
    ticket = await town.hears("看不清写的什么", category="A1", confidence=0.3)
    other = await town.hears("也看不清写的什么", category="A1", confidence=0.3)
    for one in (ticket, other):
        await town.commands(one, CommandKind.CONSULT, DISPATCHER, reason="两家单位依据不一")
        town.clock.passes(timedelta(minutes=61))
    listed, queue = (
        region(await desk(console, "supervisor"), "consultations"),
        region(await desk(console, "operator"), "pending"),
    )
    async with console.browser("operator") as operator:
        panel = (await operator.get(f"/tickets/{ticket.ticket_no}")).text
    await town.commands(ticket, CommandKind.CONSULT_DECIDE, DISPATCHER, lead=LEAD, basis="编办意见")
    await town.commands(other, CommandKind.WITHDRAW, reason="已自行解决")
    later = region(await desk(console, "supervisor"), "consultations")

    assert re.findall(r'data-ticket="(\w+)"', listed) == [ticket.ticket_no, other.ticket_no]
    for words in ("两家单位依据不一", "派单审核员 dispatcher1 提请", "2小时1分前", "派单剩"):
        assert words in listed
    assert queue.count("疑难会商") == 2
    assert '<span class="tag nudged">疑难会商</span>' in panel
    assert "没有进行中的会商" in later
    assert await console.asks("SELECT count(*) FROM consultations WHERE decided_at IS NULL") == [(0,)]


async def test_a_hotspot_is_found_until_it_is_answered(console):
    """By supervisors with who has it, for how many citizens, since when; by the operator as a mark on each ticket."""
    town = console.town
    lead = await town.hears("夜市占道经营", category="A1")
    other = await town.hears("还有人说夜市占道", category="A1", confidence=0.3, caller="caller-2")
    await town.commands(other, CommandKind.LINK, to=lead.ticket_no)
    before = region(await desk(console, "supervisor"), "hotspots")
    await console.asks("UPDATE incidents SET hotspot_at = opened_at RETURNING 1")
    town.clock.passes(timedelta(minutes=21))
    listed = region(await desk(console, "supervisor"), "hotspots")
    async with console.browser("operator") as operator, console.browser("lead") as unit:
        panels = [(await operator.get(f"/tickets/{one.ticket_no}")).text for one in (lead, other)]
        of_unit = (await unit.get(f"/tickets/{lead.ticket_no}")).text
    await town.answers(lead)
    later = region(await desk(console, "supervisor"), "hotspots")

    assert "没有进行中的热点" in before
    assert re.findall(r'data-ticket="(\w+)"', listed) == [lead.ticket_no]
    for words in ("2 件", "市综合行政执法局", "20分钟前", "签收剩"):
        assert words in listed
    assert all("突发热点" in re.search(r'id="ticket-title".*?</h2>', panel, re.DOTALL)[0] for panel in panels)
    assert "突发热点" not in of_unit
    assert "没有进行中的热点" in later


async def test_sister_tickets_are_shown_to_operators_alone(console):
    """The other request of the same contact is nothing to the unit that has this one."""
    parent = ticket_number("SG", date(2026, 3, 10), Channel.PHONE, 1)
    numbers = (f"{parent}-01", f"{parent}-02")
    same = {"parent_no": parent, "category_code": "A1", "machine_category": "A1", "top": (Guess("A1", 0.9),)}
    first, second = (
        a_ticket(number, item=item, state=TicketState.DISPATCHED, lead_unit=LEAD, **same)
        for item, number in enumerate(numbers, start=1)
    )
    held = Assignment(first.ticket_no, LEAD, "lead", DispatchMode.AUTO, MONDAY, "m1", "权责清单")
    async with console.town.database.open_work() as work:
        await work.apply(Effects(new_tickets=[first, second], assignments=[held]), slot=0)
    async with console.browser("operator") as operator, console.browser("lead") as unit:
        of_operator = (await operator.get(f"/tickets/{first.ticket_no}")).text
        of_unit = (await unit.get(f"/tickets/{first.ticket_no}")).text

    assert "同一来件的其他诉求" in of_operator
    assert second.ticket_no in of_operator
    assert second.ticket_no not in of_unit


async def test_a_consultation_is_decided_on_the_page(console):
    """The dispatcher names lead and basis; an operator reads that others decide."""
    ticket = await console.town.hears("看不清写的什么", category="A1", confidence=0.3)
    async with console.browser("dispatcher") as dispatcher, console.browser("operator") as operator:
        form = {"command": "consult", "expected_version": str(ticket.version), "reason": "两家单位依据不一"}
        await dispatcher.post(f"/tickets/{ticket.ticket_no}/commands", data=form)
        seen = (await operator.get(f"/tickets/{ticket.ticket_no}")).text
        form = {"command": "consult_decide", "expected_version": str(ticket.version + 1), "lead": LEAD, "basis": "编办意见"}
        decided = (await dispatcher.post(f"/tickets/{ticket.ticket_no}/commands", data=form)).text

    assert "疑难会商中（两家单位依据不一）" in seen
    assert "已确定主办单位" in decided
    assert "编办意见" in decided
