"""自主服务 over a real store: whoever writes needs one connection, so that a crowd waits and nobody starves."""

import asyncio
from uuid import UUID

import pytest

from config.profiles import find_profile, load_profile
from dispatcher.ports import Effects, Settled, StoredDeadline
from dispatcher.store.database import Database as Store
from dispatcher.store.database import open_pool
from dispatcher.workflow.city import City
from dispatcher.workflow.converse import Tools, converse
from dispatcher.workflow.receive import receive
from models.codes import Channel, Fate, Stage, TicketState
from models.contact import PersonalData, Submission
from models.incident import Incident, IncidentLink
from models.understanding import Facts
from tests.builders import MONDAY, a_deadline, a_ticket, an_understanding
from tests.fakes import FixedClock, OpenVault, Understands
from tests.services.databases import Database

pytestmark = pytest.mark.integration

CITY = City.of(load_profile(find_profile("haikou")))
CITIZEN = PersonalData(openid="openid-1")
NUMBER = "HK20260518W0000010"


def says(source_id, text):
    """Return a message of the citizen."""
    return Submission(source_id=source_id, channel=Channel.WECHAT, text=text, received_at=MONDAY, personal=CITIZEN)


@pytest.fixture
async def tools(database: Database):
    """What serving needs, with one connection for everything."""
    async with open_pool(database.app_url, size=1) as pool:
        plated = an_understanding("0501", facts=Facts(plate="琼AD12345"))
        yield Tools(CITY, Understands({"琼A": plated}), OpenVault(), Store(pool).open_work, FixedClock())


@pytest.mark.parametrize(
    ("said", "state", "told"),
    [
        ("催办", TicketState.SIGNED, "已催促办理"),
        ("5", TicketState.AWAITING_CALL_BACK, "感谢您的评价，工单号"),
        ("2", TicketState.AWAITING_CALL_BACK, "已交市市政管理局重新办理"),
    ],
    ids=["nudge", "rating", "bad rating"],
)
async def test_a_command_in_a_talk_is_part_of_its_transaction(tools: Tools, said: str, state: TicketState, told: str) -> None:
    """The citizen nudges, or rates, the ticket of an earlier message."""
    earlier = says("m0", "中山路的路灯不亮了")
    await receive([earlier], city=CITY, vault=tools.vault, open_work=tools.open_work, clock=tools.clock)
    caller_ref = tools.vault.seal(earlier.contact_id, CITIZEN).caller_ref
    ticket = a_ticket(NUMBER, contact_id=earlier.contact_id, state=state, lead_unit="HK-SZJ", caller_ref=caller_ref)
    async with tools.open_work() as work:
        effects = Effects(
            new_tickets=[ticket],
            new_deadlines=[StoredDeadline(NUMBER, 1, a_deadline(Stage.RESOLVE, unit_code="HK-SZJ"))],
            settled_contacts=[Settled(earlier.contact_id, Fate.TICKETED, NUMBER, MONDAY, "zh")],
        )
        await work.apply(effects, slot=0)

    answer = await converse(says("m1", said), tools)
    assert answer is not None
    assert NUMBER in answer
    assert told in answer


async def test_who_hurries_a_ticket_of_an_incident_waits_for_the_incident_first(database: Database) -> None:
    """Somebody acts on its lead meanwhile: the talk holds no ticket that the other one needs."""
    async with open_pool(database.app_url, size=2) as pool:
        tools = Tools(CITY, Understands(), OpenVault(), Store(pool).open_work, FixedClock())
        told = says("m0", "解放路水管爆了")
        await receive([told], city=CITY, vault=tools.vault, open_work=tools.open_work, clock=tools.clock)
        caller_ref = tools.vault.seal(told.contact_id, CITIZEN).caller_ref
        sent = {"state": TicketState.DISPATCHED, "lead_unit": "HK-SZJ"}
        lead = a_ticket(contact_id=UUID(int=2), **sent)
        follower = a_ticket(NUMBER, contact_id=told.contact_id, caller_ref=caller_ref, **sent)
        links = [IncidentLink(one.ticket_no, "BA1", MONDAY, MONDAY, one is follower) for one in (lead, follower)]
        async with tools.open_work() as work:
            effects = Effects(
                new_tickets=[lead, follower],
                incidents=[Incident("BA1", "0801", None, lead.ticket_no, MONDAY, 2)],
                incident_links=links,
                settled_contacts=[Settled(told.contact_id, Fate.TICKETED, NUMBER, MONDAY, "zh")],
            )
            await work.apply(effects, slot=0)

        async with tools.open_work() as work:
            await work.lock_incidents_of([lead.ticket_no])
            talk = asyncio.create_task(converse(says("m1", "催办"), tools))
            await asyncio.sleep(0.3)
            await asyncio.wait_for(work.lock_tickets([lead.ticket_no, NUMBER]), 10)
        answer = await asyncio.wait_for(talk, 10)
        assert answer is not None
        assert NUMBER in answer


async def test_a_car_is_moved_with_one_connection(tools: Tools) -> None:
    """The ticket's number is reserved within the talk's transaction too."""
    answer = await converse(says("m1", "挪车 琼AD12345"), tools)

    assert answer is not None
    assert "HK20260518W" in answer
