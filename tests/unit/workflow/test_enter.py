"""登记: a person enters a ticket whose facts are decided."""

from dataclasses import replace

import pytest

from dispatcher.workflow.enter import BY_HAND, Entry, enter_ticket
from models.codes import Channel, DispatchMode, Fate, RequestType, Stage, TicketState, Urgency
from models.contact import PersonalData
from models.errors import Rejected
from models.ticket import EventKind
from tests.builders import NAME, OPERATOR, PHONE, a_city, a_submission
from tests.fakes import FixedClock, MemoryStore, OpenVault

ENTRY = Entry(RequestType.COMPLAINT, "0801", Urgency.NORMAL, "D-EAST", unit_code="U-WATER", co_units=("U-LAMP", "U-WATER"))
CITY = a_city()


@pytest.fixture
def store():
    """An empty store."""
    return MemoryStore()


async def enter(store, entry=ENTRY, **changes):
    """Enter a request that came over the counter."""
    values = {"text": f"我是{NAME}，电话{PHONE}，家里停水", "channel": Channel.COUNTER, **changes}
    return await enter_ticket(
        a_submission("counter-1", **values),
        entry,
        actor=OPERATOR,
        city=CITY,
        vault=OpenVault(),
        open_work=store.open_work,
        reserve_numbers=store.reserve_numbers,
        clock=FixedClock(),
    )


async def test_with_a_unit_it_is_dispatched_at_once(store):
    """By that person, to that unit and its co-units, each once; nobody's model has a say."""
    ticket = await enter(store)

    assert (ticket.state, ticket.lead_unit, ticket.model_version) == (TicketState.DISPATCHED, "U-WATER", BY_HAND)
    assert (ticket.request_type, ticket.district_code, ticket.confidence) == (RequestType.COMPLAINT, "D-EAST", 1.0)
    held = [(row.assignment.unit_code, row.assignment.role, row.assignment.mode) for row in store.tables.assignments]
    assert held == [("U-WATER", "lead", DispatchMode.MANUAL), ("U-LAMP", "co", DispatchMode.MANUAL)]
    events = list(store.tables.events.values())
    assert [(event.kind, event.actor) for event in events] == [
        (EventKind.REGISTERED, OPERATOR),
        (EventKind.DISPATCHED, OPERATOR),
    ]
    assert store.count("hotline_dispatched_total", "U-WATER", "manual") == 1


async def test_without_a_unit_it_waits_for_one(store):
    """As any other ticket does, with the clock of the dispatch running and set to ring."""
    ticket = await enter(store, replace(ENTRY, unit_code=None, co_units=()))

    assert (ticket.state, ticket.lead_unit) == (TicketState.PENDING, None)
    rings = {one.deadline.stage: one.rings_at for one in store.tables.deadlines.values()}
    assert set(rings) == {Stage.DISPATCH, Stage.PROMISE}
    assert None not in rings.values()


async def test_its_contact_is_a_contact_like_others(store):
    """Counted and settled once; the citizen's name and number stay in the vault, and no stream asks to understand it."""
    ticket = await enter(store)

    (settled,) = store.tables.fates.values()
    assert (settled.fate, settled.ticket_no) == (Fate.TICKETED, ticket.ticket_no)
    assert store.count("hotline_contacts_total") == 1
    assert "contact.received" not in store.kinds()
    told = "".join(str(message.envelope()) for message in store.messages)
    assert NAME not in told
    assert PHONE not in told
    assert [one.name for one in store.tables.citizen_messages] == ["received"]


async def test_the_same_request_is_entered_once(store):
    """The second time it is refused, and nothing is written."""
    await enter(store)
    with pytest.raises(Rejected, match="entered before"):
        await enter(store, personal=PersonalData())

    assert len(store.tables.tickets) == 1


@pytest.mark.parametrize(
    ("entry", "changes"),
    [
        (ENTRY, {"text": "  "}),
        (replace(ENTRY, category_code="7777"), {}),
        (replace(ENTRY, district_code="D-MOON"), {}),
        (replace(ENTRY, unit_code="U-MOON"), {}),
        (replace(ENTRY, unit_code="U-GONE"), {}),
        (replace(ENTRY, co_units=("U-MOON",)), {}),
    ],
)
async def test_what_cannot_be_a_ticket_is_refused(store, entry, changes):
    """No text, an unknown category or district, an unknown or closed unit: nothing is written."""
    with pytest.raises(Rejected):
        await enter(store, entry, **changes)

    assert not store.tables.contacts
    assert not store.messages
