"""并案: callers who tell of one event become one job for the unit (domain.md A.7)."""

from datetime import timedelta

import pytest

from dispatcher.workflow.commands import run_command
from models.codes import NoticeKind, RequestType, Role, Stage, TicketState, Urgency
from models.command import CommandKind
from models.errors import NotFound, Rejected
from models.profile import IncidentRule
from models.ticket import Actor, EventKind
from tests.builders import LAMPS, MONDAY, OPERATOR, SUPERVISOR, WATER, a_city, a_command, a_contact, an_understanding
from tests.unit.workflow.intake_desk import Desk

_K = CommandKind
REPLY = {"investigation": "现场查看", "result": "已抢修", "basis": "供水合同", "contacted": True}
BURST = "解放路水管爆了，水流了一地"
RULE = IncidentRule(area_categories=frozenset({"0801"}), hotspot=3, supervise_callers=4)


def told(place="解放路", probability=0.95, **changes):
    """Return an understanding of a burst pipe in a street."""
    return an_understanding("0801", probability, address=place, **changes)


HEARD = {
    "解放路没把握": told(probability=0.6),
    "解放路听不出": told(probability=0.4),
    "解放路危险": told(urgency=Urgency.CRITICAL, alarm="危险"),
    "解放路谢谢": told(request_type=RequestType.PRAISE),
    "解放路东区": told(district_code="D-EAST"),
    "解放路西区": told(district_code="D-WEST"),
    "解放路": told(),
    "和平路": told("和平路"),
}


class Street(Desk):
    """A desk whose callers tell of burst pipes; incidents are a hotspot from three and a matter of 督办 from four."""

    def __init__(self):
        super().__init__(**HEARD)
        self.city = a_city(incidents=RULE)
        self.intake._city = self.city
        self.calls = 0

    async def hear(self, *texts, minutes=0, caller=None):
        """Let one new caller after the other speak, all at once."""
        contacts = []
        for text in texts:
            self.calls += 1
            contacts.append(
                a_contact(
                    f"call-{self.calls}",
                    text,
                    caller_ref=caller or f"caller-{self.calls}",
                    received_at=MONDAY + timedelta(minutes=minutes),
                )
            )
        self.clock.advance(seconds=1)
        await self.tell(*contacts)
        return self.tickets[-1]

    async def act(self, ticket, kind, actor, data=None):
        """Give a command on a ticket as it stands."""
        self.clock.advance(minutes=1)
        command = a_command(self.stored(ticket), kind, actor, data or {})
        return await run_command(command, city=self.city, open_work=self.store.open_work, clock=self.clock)

    def stored(self, ticket):
        """A ticket as it is now."""
        return self.store.tables.tickets[ticket.ticket_no]

    async def answer(self, ticket, *, alone=False):
        """Let the unit sign and reply, without its co-unit where it is not ``alone``, and the reply pass."""
        await self.act(ticket, _K.SIGN, WATER)
        await self.act(ticket, _K.CONTACT_CITIZEN, WATER)
        if not alone:
            await self.act(ticket, _K.OVERRIDE_CO_REPLY, WATER, {"reason": "无需协办"})
        await self.act(ticket, _K.REPLY, WATER, REPLY)
        await self.act(ticket, _K.PASS_REVIEW, SUPERVISOR)

    def items(self, unit="U-WATER"):
        """The numbers of the work items on a unit's stream."""
        return [m.ticket_no for m in self.store.messages if m.kind == "dispatch.item" and m.unit_code == unit]

    @property
    def incident(self):
        """The one incident."""
        (incident,) = self.store.tables.incidents.values()
        return incident

    def kinds(self, ticket):
        """What happened to a ticket."""
        return [event.kind for (number, _), event in self.store.tables.events.items() if number == ticket.ticket_no]


@pytest.fixture
def street():
    """A desk."""
    return Street()


@pytest.mark.parametrize("together", [True, False])
async def test_callers_of_one_burst_pipe_are_one_job(street, together):
    """Five callers: the unit sees one item and how many it stands for, each ticket keeps its own promise."""
    texts = [f"{BURST}{n}号门口" for n in range(5)]
    if together:
        await street.hear(*texts)
    else:
        for minute, text in enumerate(texts):
            await street.hear(text, minutes=minute)
    lead, *others = street.tickets

    assert street.items() == [lead.ticket_no]
    assert {ticket.state for ticket in street.tickets} == {TicketState.DISPATCHED}
    assert {ticket.lead_unit for ticket in others} == {"U-WATER"}
    assert (street.incident.incident, street.incident.lead_ticket) == (f"BA{lead.ticket_no}", lead.ticket_no)
    assert street.incident.tickets == 5
    told = [m for m in street.store.messages if m.kind == "dispatch.incident"]
    assert [(m.ticket_no, m.data["tickets"]) for m in told] == [(lead.ticket_no, n) for n in (2, 3, 4, 5)]
    promises = [key for key in street.store.tables.deadlines if key[1] is Stage.PROMISE]
    assert len(promises) == 5


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("和平路水管爆了", 1), (BURST.replace("水流了一地", "已经两天没修"), 16), ("解放路谢谢修好了水管", 1)],
    ids=["another street", "after the burst in other words", "praise"],
)
async def test_what_is_another_matter_stays_alone(street, text, minutes):
    """A wrong merge would hide a request from the unit."""
    await street.hear(BURST)
    await street.hear(text, minutes=minutes)

    assert len(street.items()) == 2
    assert not street.store.tables.incidents


async def test_two_districts_have_two_events(street):
    """A street of the same name elsewhere is another street."""
    await street.hear("解放路东区水管爆了")
    await street.hear("解放路西区水管爆了")

    assert not street.store.tables.incidents


async def test_the_same_words_about_the_same_place_join_for_a_week(street):
    """After the burst text and address must be alike (domain.md A.7)."""
    await street.hear(BURST)
    await street.hear(BURST, minutes=60 * 24 * 3)
    await street.hear(BURST, minutes=60 * 24 * 11)

    assert street.incident.tickets == 2


async def test_other_categories_need_the_matter_too(street):
    """Two callers from one estate about its management within minutes may mean two things."""
    street.city = a_city(incidents=IncidentRule())
    street.intake._city = street.city
    await street.hear("解放路小区门口的消防栓漏水漏了一地没人关")
    await street.hear("解放路有个井盖旁边管道噪音大", minutes=1)
    assert not street.store.tables.incidents

    await street.hear("解放路那个消防栓漏水漏了一地", minutes=2)
    assert street.incident.tickets == 2


async def test_one_caller_is_no_incident(street):
    """Who calls twice hurries his own ticket."""
    await street.hear(BURST, caller="caller-1")
    await street.hear(BURST, caller="caller-1", minutes=1)

    assert len(street.tickets) == 1
    assert not street.store.tables.incidents


async def test_many_callers_are_a_hotspot_told_once(street):
    """From the third of this town's callers on; from the fourth the lead is a matter of 督办 (群体性)."""
    await street.hear(BURST, BURST)
    assert "alert.hotspot" not in street.store.kinds()
    await street.hear(BURST, minutes=3)
    (alert,) = [m for m in street.store.messages if m.kind == "alert.hotspot"]
    assert (alert.data["incident"], alert.data["tickets"]) == (street.incident.incident, 3)
    assert street.store.count("hotline_burst_alerts_total", "08") == 1

    await street.hear(BURST, minutes=4)
    await street.hear(BURST, minutes=5)
    lead = street.tickets[0]
    assert street.store.kinds().count("alert.hotspot") == 1
    assert [(one.ticket_no, one.kind) for one in street.store.tables.notices] == [
        (lead.ticket_no, NoticeKind.SUPERVISION_ORDER)
    ]


async def test_an_emergency_goes_out_by_itself(street):
    """It belongs to the incident, and waits for nobody's work."""
    await street.hear(BURST)
    emergency = await street.hear("解放路危险水管爆了", minutes=1)

    assert emergency.ticket_no in street.items()
    assert street.incident.tickets == 2
    await street.answer(street.tickets[0])
    assert street.stored(emergency).state is TicketState.DISPATCHED


async def test_every_citizen_is_answered_with_the_lead(street):
    """Each is told, each is called back, each rates for himself; who is dissatisfied has his ticket handled again alone."""
    await street.hear(BURST, BURST, BURST)
    lead, second, third = street.tickets
    await street.answer(lead)

    assert {ticket.state for ticket in street.tickets} == {TicketState.AWAITING_CALL_BACK}
    answered = [m.ticket_no for m in street.store.tables.citizen_messages if m.name == "answered"]
    assert sorted(answered) == [ticket.ticket_no for ticket in (lead, second, third)]
    assert street.kinds(second)[-1] is EventKind.ANSWERED_TOGETHER
    await street.act(second, _K.RATE, Actor(Role.CITIZEN, "citizen"), {"rating": "满意"})
    await street.act(third, _K.RATE, Actor(Role.CITIZEN, "citizen"), {"rating": "不满意"})
    assert street.stored(second).state is TicketState.CLOSED
    assert (street.stored(third).state, street.stored(third).round) == (TicketState.HANDLING, 2)
    assert street.items() == [lead.ticket_no, third.ticket_no]
    assert street.stored(lead).state is TicketState.AWAITING_CALL_BACK


async def test_nobody_joins_what_is_answered(street):
    """The next caller tells of something new, or of what was not repaired: his ticket is a job."""
    await street.hear(BURST, BURST)
    await street.answer(street.tickets[0])
    late = await street.hear(BURST, minutes=5)

    assert late.ticket_no in street.items()
    assert late.ticket_no not in street.store.tables.incident_links


async def test_a_follower_is_no_work_of_the_unit(street):
    """The unit cannot see it; who hurries it hurries the lead."""
    await street.hear(BURST, BURST)
    lead, follower = street.tickets
    with pytest.raises(NotFound):
        await street.act(follower, _K.SIGN, WATER)

    await street.act(follower, _K.NUDGE, Actor(Role.CITIZEN, "citizen"))
    nudge = [m for m in street.store.messages if m.kind == "dispatch.nudge"][-1]
    assert nudge.ticket_no == nudge.data["ticket_no"] == lead.ticket_no
    assert street.stored(follower).nudges == 1
    with pytest.raises(Rejected, match="supervise that one"):
        await street.act(follower, _K.SUPERVISE, SUPERVISOR)


async def test_a_repeat_of_a_follower_hurries_the_lead(street):
    """The caller's second call is merged into his own ticket, the unit hears of its own."""
    await street.hear(BURST)
    await street.hear(BURST, caller="caller-x", minutes=1)
    await street.hear(BURST, caller="caller-x", minutes=2)
    lead, follower = street.tickets

    nudge = [m for m in street.store.messages if m.kind == "dispatch.nudge"][-1]
    assert nudge.ticket_no == lead.ticket_no
    assert street.stored(follower).nudges == 1


async def test_what_is_unsure_follows_what_is_sure(street):
    """The event says where a request belongs; what nobody can make out waits for a person."""
    await street.hear(BURST)
    unsure = await street.hear("解放路没把握水管", minutes=1)
    unclear = await street.hear("解放路听不出什么", minutes=2)

    assert (unsure.state, unclear.state) == (TicketState.DISPATCHED, TicketState.PENDING)
    assert len(street.items()) == 1


async def test_the_first_that_a_person_sends_takes_the_others_along(street):
    """While none has a unit all wait; then all go with the one that was sent."""
    await street.hear("解放路没把握水管", "解放路没把握水管")
    first, second = street.tickets
    assert {ticket.state for ticket in street.tickets} == {TicketState.PENDING}

    await street.act(second, _K.CONFIRM, OPERATOR)
    assert street.incident.lead_ticket == second.ticket_no
    assert (street.stored(first).state, street.stored(first).lead_unit) == (TicketState.DISPATCHED, "U-WATER")
    assert street.items() == [second.ticket_no]


async def test_a_sure_one_leads_an_unsure_one(street):
    """It waits for nobody; who waited follows when a person confirms it, without an item of its own."""
    first = await street.hear("解放路没把握水管")
    second = await street.hear(BURST, minutes=1)
    assert street.incident.lead_ticket == second.ticket_no

    await street.act(first, _K.CONFIRM, OPERATOR)
    assert street.items() == [second.ticket_no]
    assert street.stored(first).state is TicketState.DISPATCHED


async def test_followers_go_with_a_transfer(street):
    """The lead is returned and sent to another unit: the others are that unit's, too."""
    await street.hear(BURST, BURST)
    lead, follower = street.tickets
    await street.act(lead, _K.RETURN, WATER, {"reason": "R1", "basis": "三定方案"})
    await street.act(lead, _K.ACCEPT_RETURN, SUPERVISOR, {"transfer_to": "U-EAST"})

    assert street.stored(follower).lead_unit == "U-EAST"
    assert street.kinds(follower)[-1] is EventKind.FOLLOWED


async def test_when_the_lead_is_withdrawn_the_next_one_leads(street):
    """The event is there still: the unit has the next citizen's ticket as its job."""
    await street.hear(BURST, BURST)
    lead, follower = street.tickets
    await street.act(lead, _K.WITHDRAW, OPERATOR, {"reason": "误报"})

    assert street.incident.lead_ticket == follower.ticket_no
    assert street.items() == [lead.ticket_no, follower.ticket_no]
    await street.answer(follower, alone=True)
    assert street.stored(follower).state is TicketState.AWAITING_CALL_BACK


class TestByHand:
    """An operator sees what the engine does not."""

    async def test_a_sent_ticket_is_linked_and_taken_back(self, street):
        """The unit is told why its item is gone, and is judged by nothing of it."""
        await street.hear(BURST, "和平路水管爆了")
        lead, other = street.tickets
        await street.act(other, _K.LINK, OPERATOR, {"to": lead.ticket_no})

        assert street.incident.tickets == 2
        assert ("U-WATER", NoticeKind.JOINED) in [(one.unit_code, one.kind) for one in street.store.tables.notices]
        held = next(row for row in street.store.tables.assignments if row.assignment.ticket_no == other.ticket_no)
        assert "ended" in held.moments
        await street.answer(lead)
        assert street.stored(other).state is TicketState.AWAITING_CALL_BACK

    async def test_a_linked_ticket_is_let_go(self, street):
        """It is a work item of its own again; the lead stays as it is."""
        await street.hear(BURST, BURST)
        lead, follower = street.tickets
        await street.act(follower, _K.UNLINK, OPERATOR)

        assert street.items() == [lead.ticket_no, follower.ticket_no]
        assert street.incident.tickets == 1
        await street.answer(lead)
        assert street.stored(follower).state is TicketState.DISPATCHED
        await street.act(follower, _K.SIGN, WATER)

    @pytest.mark.parametrize("odd", ["itself", "nothing", "in one", "signed", "alone", "lead"])
    async def test_what_cannot_be_linked_is_refused(self, street, odd):
        """Each refusal says why."""
        await street.hear(BURST, BURST, "和平路水管爆了", "和平路供水一直断断续续")
        lead, follower, other, fourth = street.tickets
        if odd == "signed":
            await street.act(other, _K.SIGN, WATER)
        kind = _K.UNLINK if odd in ("alone", "lead") else _K.LINK
        ticket, to = {
            "itself": (other, other.ticket_no),
            "nothing": (other, "TT20260518P9999999"),
            "in one": (follower, other.ticket_no),
            "signed": (other, lead.ticket_no),
            "alone": (other, None),
            "lead": (lead, None),
        }[odd]
        with pytest.raises(Rejected):
            await street.act(ticket, kind, OPERATOR, {"to": to} if to else {})
        assert street.stored(ticket).version <= 3
        assert fourth.ticket_no

    async def test_an_urgency_that_rises_ends_the_waiting(self, street):
        """特急 goes out by itself, whatever it belongs to."""
        await street.hear(BURST, BURST)
        lead, follower = street.tickets
        await street.act(follower, _K.CHANGE_URGENCY, OPERATOR, {"urgency": "特急", "reason": "老人被困"})

        assert street.items() == [lead.ticket_no, follower.ticket_no]
        assert not street.store.tables.incident_links[follower.ticket_no].follows
        with pytest.raises(NotFound):
            await street.act(follower, _K.SIGN, LAMPS)
