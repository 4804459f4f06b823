"""并案: callers who tell of one event become one job for the unit (domain.md A.7)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatcher.workflow.commands import run_command
from dispatcher.workflow.ring import ring
from models.codes import NoticeKind, RequestType, Role, Stage, TicketState, Urgency
from models.command import CommandKind
from models.errors import Forbidden, IllegalTransition, NotFound, Rejected, TryLater
from models.profile import IncidentRule
from models.ticket import Actor, EventKind
from tests.builders import LAMPS, MONDAY, OPERATOR, SUPERVISOR, WATER, a_city, a_command, a_contact, an_understanding
from tests.fakes import MemoryWork
from tests.unit.workflow.intake_desk import Desk

_K, _S = CommandKind, TicketState
EAST = Actor(Role.UNIT_CLERK, "east-1", "U-EAST")
DISPATCHER = Actor(Role.DISPATCHER, "dispatcher-1")
CITIZEN = Actor(Role.CITIZEN, "citizen")
RETURN = {"reason": "R1", "basis": "三定方案"}
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
    "解放路急着没把握": told(probability=0.6, urgency=Urgency.URGENT),
    "解放路急着": told(urgency=Urgency.URGENT),
    "解放路谢谢": told(request_type=RequestType.PRAISE),
    "解放路东区": told(district_code="D-EAST"),
    "解放路西区": told(district_code="D-WEST"),
    "解放路": told(),
    "和平路": told("和平路"),
    "友谊路没把握": told("友谊路", 0.6),
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

    def promise(self, ticket):
        """The promise to a ticket's citizen."""
        return self.store.tables.deadlines[ticket.ticket_no, Stage.PROMISE, 1].deadline

    def follows(self, ticket):
        """Whether a ticket waits for its lead."""
        return self.store.tables.incident_links[ticket.ticket_no].follows

    async def give_back(self, ticket, *units):
        """Let units rightly return a ticket, each to the next, the last one to a person."""
        for clerk, following in zip(units, [*units[1:], None], strict=True):
            await self.act(ticket, _K.RETURN, clerk, RETURN)
            data = {"transfer_to": following.unit_code} if following else {}
            await self.act(ticket, _K.ACCEPT_RETURN, SUPERVISOR, data)

    async def timers(self, **span):
        """Let time pass, then let the timers look until nothing rings."""
        self.clock.advance(**span)
        while await ring(city=self.city, open_work=self.store.open_work, clock=self.clock):
            pass

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

    async def test_a_lead_that_all_have_left_is_a_ticket_like_any_other(self, street):
        """It may leave its incident, or join another one; nobody answers the one that is empty."""
        await street.hear(BURST, BURST, "和平路水管爆了")
        lead, follower, other = street.tickets
        await street.act(follower, _K.UNLINK, OPERATOR)
        await street.act(lead, _K.LINK, OPERATOR, {"to": other.ticket_no})

        assert street.follows(street.stored(lead))
        await street.act(lead, _K.UNLINK, OPERATOR)
        await street.act(other, _K.UNLINK, OPERATOR)
        links = street.store.tables.incident_links
        assert [links[one.ticket_no].left_at is not None for one in (lead, other)] == [True, True]

    @pytest.mark.parametrize(
        ("odd", "sentence"),
        [
            ("itself", "不能并入自己：请填写同一事件的另一张工单号"),
            ("nothing", "没有找到要并入的工单，请核对工单号"),
            ("answered", "已是“待回访”，不能再并入：请并入还没有答复的工单"),
            ("in one", "请先解除并案"),
            ("signed", "本单已是“已签收”，由承办单位单独办理"),
            ("without unit", "把它并入本单"),
            ("alone", "本单不在等待答复的并案中"),
            ("lead", "请先把随它办理的工单逐张解除并案"),
        ],
    )
    async def test_what_cannot_be_linked_is_refused(self, street, odd, sentence):
        """Each refusal tells an operator why, and what to do next."""
        await street.hear(BURST, BURST, "和平路水管爆了", "友谊路没把握水管")
        lead, follower, other, waiting = street.tickets
        if odd == "signed":
            await street.act(other, _K.SIGN, WATER)
        if odd == "answered":
            await street.answer(lead)
        kind = _K.UNLINK if odd in ("alone", "lead") else _K.LINK
        ticket, to = {
            "itself": (other, other.ticket_no),
            "nothing": (other, "TT20260518P9999999"),
            "answered": (other, lead.ticket_no),
            "in one": (follower, other.ticket_no),
            "signed": (other, lead.ticket_no),
            "without unit": (other, waiting.ticket_no),
            "alone": (other, None),
            "lead": (lead, None),
        }[odd]
        before = street.stored(ticket)
        with pytest.raises(Rejected) as refused:
            await street.act(ticket, kind, OPERATOR, {"to": to} if to else {})
        assert sentence in refused.value.sentence
        assert street.stored(ticket) == before

    @pytest.mark.parametrize("urgency", ["紧急", "特急"])
    async def test_an_urgency_that_rises_ends_the_waiting(self, street, urgency):
        """What is more urgent than the lead goes out by itself, whatever it belongs to."""
        await street.hear(BURST, BURST)
        lead, follower = street.tickets
        await street.act(follower, _K.CHANGE_URGENCY, OPERATOR, {"urgency": urgency, "reason": "老人被困"})

        assert street.items() == [lead.ticket_no, follower.ticket_no]
        assert not street.follows(follower)
        with pytest.raises(NotFound):
            await street.act(follower, _K.SIGN, LAMPS)


class TestUrgency:
    """The unit's clocks are the lead's: what has less time than they know of has its own (domain.md A.3)."""

    async def test_what_is_more_urgent_than_the_lead_goes_out_by_itself(self, street):
        """It belongs to the incident, and the unit has it as a work item; the next ordinary one follows."""
        await street.hear(BURST)
        urgent = await street.hear("解放路急着水管爆了", minutes=1)
        third = await street.hear(BURST, minutes=2)

        assert street.items() == [street.tickets[0].ticket_no, urgent.ticket_no]
        assert [street.follows(ticket) for ticket in street.tickets] == [False, False, True]
        assert street.incident.tickets == 3
        await street.answer(street.tickets[0])
        assert [street.stored(each).state for each in (urgent, third)] == [_S.DISPATCHED, _S.AWAITING_CALL_BACK]

    async def test_what_is_as_urgent_as_the_lead_follows(self, street):
        """The lead's clocks know its time."""
        await street.hear("解放路急着水管爆了")
        second = await street.hear("解放路急着水管爆了", minutes=1)

        assert street.follows(second)
        assert len(street.items()) == 1

    async def test_a_more_urgent_ticket_is_linked_and_keeps_its_own_work(self, street):
        """As an emergency does."""
        await street.hear(BURST, "和平路水管爆了")
        lead, other = street.tickets
        await street.act(other, _K.CHANGE_URGENCY, OPERATOR, {"urgency": "紧急"})
        await street.act(other, _K.LINK, OPERATOR, {"to": lead.ticket_no})

        assert not street.follows(other)
        await street.act(other, _K.SIGN, WATER)

    async def test_an_urgent_one_that_waits_does_not_follow_an_ordinary_one(self, street):
        """The sure one leads at once; the urgent one keeps waiting for a person, who sends it by itself."""
        urgent = await street.hear("解放路急着没把握水管")
        sure = await street.hear(BURST, minutes=1)

        assert street.incident.lead_ticket == sure.ticket_no
        assert not street.follows(urgent)
        await street.act(urgent, _K.CONFIRM, OPERATOR)
        assert street.items() == [sure.ticket_no, urgent.ticket_no]

    async def test_an_urgent_lead_goes_along_with_an_ordinary_one_as_its_own_work(self, street):
        """A person sends the ordinary one: the urgent one is sent too, with its own clocks."""
        await street.hear("解放路急着没把握水管", "解放路急着没把握水管", "解放路没把握水管")
        urgent, second, calm = street.tickets
        await street.act(calm, _K.CONFIRM, OPERATOR)

        assert street.incident.lead_ticket == calm.ticket_no
        assert sorted(street.items()) == [urgent.ticket_no, second.ticket_no, calm.ticket_no]
        assert [street.follows(ticket) for ticket in street.tickets] == [False, False, False]

    async def test_an_urgent_one_that_waits_behind_an_ordinary_lead_is_sent_by_itself(self, street):
        """It followed an urgent one, which leads no longer."""
        await street.hear("解放路急着没把握水管", "解放路急着没把握水管")
        _, waiting = street.tickets
        lead = await street.hear(BURST, minutes=1)
        assert street.follows(waiting)
        await street.act(waiting, _K.CONFIRM, OPERATOR)

        assert street.items() == [lead.ticket_no, waiting.ticket_no]
        assert not street.follows(waiting)


class TestWhatUnitsHaveReturned:
    """What was decided about the lead holds for those who follow it (domain.md A.8.5)."""

    async def test_no_operator_sends_a_lead_in_consultation_by_way_of_a_follower(self, street):
        """A dispatcher may: it decides the consultation, and the lead goes along."""
        await street.hear(BURST)
        (lead,) = street.tickets
        await street.give_back(lead, WATER, EAST)
        follower = await street.hear(BURST, minutes=5)
        for kind in (_K.CONFIRM, _K.DISPATCH):
            with pytest.raises(Forbidden, match="consultation"):
                await street.act(follower, kind, OPERATOR, {"unit": "U-WEST"})
        assert street.stored(lead).state is _S.PENDING

        await street.act(follower, _K.DISPATCH, DISPATCHER, {"unit": "U-WEST"})
        assert {street.stored(each).lead_unit for each in (lead, follower)} == {"U-WEST"}
        (asked,) = street.store.tables.consultations.values()
        assert (asked.unit_code, asked.decided_at) == ("U-WEST", street.clock.now())

    async def test_the_matrix_sends_no_follower_to_a_unit_that_has_returned_the_lead(self, street):
        """A person may name the unit, as for the lead itself."""
        await street.hear(BURST)
        (lead,) = street.tickets
        await street.give_back(lead, WATER)
        follower = await street.hear(BURST, minutes=5)
        with pytest.raises(Rejected, match="rightly returned"):
            await street.act(follower, _K.CONFIRM, OPERATOR)

        await street.act(follower, _K.CONFIRM, OPERATOR, {"unit": "U-WATER"})
        assert street.stored(lead).lead_unit == "U-WATER"

    async def test_an_emergency_leaves_a_returned_lead_where_it_waits(self, street):
        """It waits for nobody, and says nothing about what units have returned."""
        await street.hear(BURST)
        (lead,) = street.tickets
        await street.give_back(lead, WATER)
        emergency = await street.hear("解放路急着没把握水管", minutes=1)
        await street.act(emergency, _K.CONFIRM, OPERATOR)

        assert street.items()[-1] == emergency.ticket_no
        assert street.incident.lead_ticket == lead.ticket_no
        assert street.stored(lead).state is _S.PENDING

    async def test_no_operator_links_a_ticket_in_consultation(self, street):
        """A dispatcher may, where the lead's unit has not returned it; that decides the consultation."""
        await street.hear(BURST, "和平路水管爆了")
        lead, other = street.tickets
        await street.act(lead, _K.RETURN, WATER, RETURN)
        await street.act(lead, _K.ACCEPT_RETURN, SUPERVISOR, {"transfer_to": "U-WEST"})
        await street.give_back(other, WATER, EAST)
        with pytest.raises(Forbidden, match="consultation") as refused:
            await street.act(other, _K.LINK, OPERATOR, {"to": lead.ticket_no})
        assert f"{other.ticket_no} 正在疑难会商，由派单审核员或督办员" in refused.value.sentence

        await street.act(other, _K.LINK, DISPATCHER, {"to": lead.ticket_no})
        assert street.stored(other).lead_unit == "U-WEST"
        (asked,) = street.store.tables.consultations.values()
        assert asked.unit_code == "U-WEST"

    @pytest.mark.parametrize("lead_has_a_unit", [True, False])
    async def test_a_link_leads_no_ticket_back_to_a_unit_that_has_returned_it(self, street, lead_has_a_unit):
        """Neither now nor later: a lead that waits for its unit may go there."""
        await street.hear(BURST if lead_has_a_unit else "解放路没把握水管", "和平路水管爆了")
        lead, other = street.tickets
        await street.give_back(other, WATER)
        with pytest.raises(Rejected, match="returned") as refused:
            await street.act(other, _K.LINK, DISPATCHER, {"to": lead.ticket_no})
        assert "请另选承办单位" in refused.value.sentence if lead_has_a_unit else "请先派出" in refused.value.sentence

    async def test_a_linked_ticket_that_waits_is_not_dispatched(self, street):
        """The clock of its dispatch runs on until a unit has the lead."""
        await street.hear("解放路没把握水管")
        other = await street.hear("解放路听不出什么", minutes=1)
        lead = street.tickets[0]
        await street.act(other, _K.LINK, OPERATOR, {"to": lead.ticket_no})
        clock = (other.ticket_no, Stage.DISPATCH, 1)
        assert street.store.tables.deadlines[clock].result is None

        await street.act(lead, _K.CONFIRM, OPERATOR)
        assert street.store.tables.deadlines[clock].done_at == street.clock.now()


class TestALeadWithoutUnit:
    """A return is accepted and nobody named: who follows has no unit either, and nothing of theirs goes there."""

    @pytest.fixture
    async def pair(self, street):
        """A lead that its unit has returned, and a follower."""
        await street.hear(BURST, BURST)
        lead, follower = street.tickets
        await street.give_back(lead, WATER)
        assert street.items() == [lead.ticket_no]
        return lead, follower

    async def test_its_followers_wait_with_it(self, street, pair):
        """Until a person sends the lead: then they go with it."""
        lead, follower = pair
        assert (street.stored(follower).state, street.stored(follower).lead_unit) == (_S.PENDING, None)
        assert street.kinds(follower)[-1] is EventKind.FOLLOWED

        await street.act(lead, _K.DISPATCH, OPERATOR, {"unit": "U-EAST"})
        assert (street.stored(follower).state, street.stored(follower).lead_unit) == (_S.DISPATCHED, "U-EAST")

    async def test_an_emergency_or_an_unlinked_ticket_does_not_go_to_the_unit(self, street, pair):
        """A person sends it."""
        _, follower = pair
        await street.act(follower, _K.CHANGE_URGENCY, OPERATOR, {"urgency": "特急"})
        await street.act(follower, _K.UNLINK, OPERATOR)

        assert follower.ticket_no not in street.items()
        assert street.stored(follower).state is _S.PENDING

    async def test_nobody_hurries_the_unit(self, street, pair):
        """It has nothing to do with the ticket any more."""
        _, follower = pair
        with pytest.raises(IllegalTransition):
            await street.act(follower, _K.NUDGE, CITIZEN)
        await street.hear(BURST, caller=follower.caller_ref, minutes=3)

        assert street.stored(follower).nudges == 1
        assert "dispatch.nudge" not in street.store.kinds()

    async def test_the_next_one_leads_and_waits(self, street, pair):
        """The lead is declined; its unit has returned the event, so nobody gives it the next ticket."""
        lead, follower = pair
        await street.act(lead, _K.DECLINE, OPERATOR, {"code": "N4"})

        assert street.incident.lead_ticket == follower.ticket_no
        assert follower.ticket_no not in street.items()


async def test_an_event_of_many_keeps_its_supervision_when_the_next_one_leads(street):
    """群体性 does not end because the first caller takes his own word back."""
    for minute in range(4):
        await street.hear(BURST, minutes=minute)
    lead, second, *_ = street.tickets
    assert street.stored(lead).supervision == 1
    await street.act(lead, _K.WITHDRAW, OPERATOR, {"reason": "误报"})

    assert street.incident.lead_ticket == second.ticket_no
    assert street.stored(second).supervision == 1


async def test_the_next_lead_is_one_that_the_unit_has_the_most_urgent_of_them(street):
    """Who waits for a person leads nobody while others are with the unit."""
    unsure = await street.hear("解放路没把握水管")
    await street.hear("解放路急着水管爆了", minutes=1)
    await street.hear(BURST, "解放路急着水管爆了", minutes=2)
    _, lead, calm, urgent = street.tickets
    assert [street.follows(ticket) for ticket in street.tickets] == [True, False, True, True]
    await street.act(lead, _K.WITHDRAW, OPERATOR, {"reason": "误报"})

    assert street.incident.lead_ticket == urgent.ticket_no
    assert street.stored(calm).state is _S.DISPATCHED
    assert street.stored(unsure).state is _S.PENDING


async def test_who_supervises_a_linked_ticket_supervises_its_lead(street):
    """The step of the follower is over: its unit, which sees the lead alone, hears no more of it."""
    await street.hear(BURST, "和平路水管爆了")
    lead, other = street.tickets
    await street.act(other, _K.SUPERVISE, SUPERVISOR)
    await street.act(other, _K.LINK, OPERATOR, {"to": lead.ticket_no})
    await street.timers(days=10)

    assert [one.kind for one in street.store.tables.notices if one.ticket_no == other.ticket_no] == [
        NoticeKind.SUPERVISION_ORDER,
        NoticeKind.JOINED,
    ]


class TestTime:
    """What is decided about the lead's time holds for the promise to every citizen (domain.md A.2, A.4.5)."""

    @pytest.fixture
    async def pair(self, street):
        """A lead that its unit has signed, and a follower who called on the same day."""
        await street.hear(BURST, BURST)
        lead, follower = street.tickets
        await street.act(lead, _K.SIGN, WATER)
        return lead, follower

    async def test_an_extension_is_every_citizens(self, street, pair):
        """Each promise moves by as many days, and each citizen is told the new day."""
        lead, follower = pair
        before = street.promise(follower).due
        await street.act(lead, _K.REQUEST_EXTENSION, WATER, {"working_days": 3, "reason": "需专业机构检测"})
        assert street.promise(follower).due == before
        await street.act(lead, _K.APPROVE_EXTENSION, DISPATCHER)

        assert street.promise(follower).due == street.promise(lead).due > before
        self.check_told(street, pair, EventKind.EXTENSION_APPROVED)

    async def test_leave_for_a_hard_case_is_every_citizens(self, street, pair):
        """Each promise is counted anew from its own start."""
        lead, follower = pair
        before = street.promise(follower).due
        await street.act(lead, _K.APPROVE_COMPLEX, SUPERVISOR, {"reason": "需多部门现场会商"})

        assert street.promise(follower).due == street.promise(lead).due > before
        self.check_told(street, pair, EventKind.COMPLEX_APPROVED)

    def check_told(self, street, pair, kind):
        """Both citizens know of it, and the follower's record says of which lead it is."""
        lead, follower = pair
        told = [one.ticket_no for one in street.store.tables.citizen_messages if one.name == "extended"]
        assert told == [lead.ticket_no, follower.ticket_no]
        event = street.store.tables.events[follower.ticket_no, street.stored(follower).version]
        assert (event.kind, event.data["lead"]) == (kind, lead.ticket_no)

    async def test_a_promise_that_is_past_stays(self, street, pair):
        """What is past nobody extends, and there is nothing to tell."""
        lead, follower = pair
        key = (follower.ticket_no, Stage.PROMISE, 1)
        stored = street.store.tables.deadlines[key]
        past = replace(stored, deadline=replace(stored.deadline, due=MONDAY))
        street.store.tables.deadlines[key] = past
        await street.act(lead, _K.APPROVE_EXTENSION, SUPERVISOR, {"working_days": 3, "reason": "并案"})
        await street.act(lead, _K.APPROVE_COMPLEX, SUPERVISOR, {"reason": "需多部门现场会商"})

        assert street.promise(follower).due == MONDAY
        assert EventKind.EXTENSION_APPROVED not in street.kinds(follower)
        assert EventKind.COMPLEX_APPROVED not in street.kinds(follower)

    async def test_who_waits_for_a_person_keeps_his_time(self, street):
        """Nobody knows yet whether the lead's work is his."""
        unsure = await street.hear("解放路没把握水管")
        lead = await street.hear(BURST, minutes=1)
        before = street.promise(unsure).due
        await street.act(lead, _K.SIGN, WATER)
        await street.act(lead, _K.APPROVE_EXTENSION, SUPERVISOR, {"working_days": 3, "reason": "并案"})

        assert street.promise(unsure).due == before

    @pytest.mark.parametrize("end", ["resumed", "reply", "timers", "withdrawn", "returned", "unlinked", "decided"])
    async def test_a_pause_of_the_lead_is_flagged_on_every_promise_until_it_ends(self, street, pair, end):
        """However it ends; the due time stays as it is."""
        lead, follower = pair
        due = street.promise(follower).due
        await street.act(lead, _K.PAUSE, WATER, {"reason": "不可抗力"})
        assert street.promise(follower).running_pause.reason is street.promise(lead).running_pause.reason
        assert street.kinds(follower)[-1] is EventKind.PAUSED

        if end == "resumed":
            await street.act(lead, _K.RESUME, WATER)
        elif end == "reply":
            await street.act(lead, _K.OVERRIDE_CO_REPLY, WATER, {"reason": "无需协办"})
            await street.act(lead, _K.REPLY, WATER, REPLY)
        elif end == "timers":
            await street.timers(days=21)
        elif end == "withdrawn":
            await street.act(lead, _K.WITHDRAW, OPERATOR, {"reason": "误报"})
        elif end == "returned":
            await street.give_back(lead, WATER)
        elif end == "unlinked":
            await street.act(follower, _K.UNLINK, OPERATOR)
        else:
            await street.act(follower, _K.CONSULT, DISPATCHER, {"reason": "两家单位依据不一"})
            await street.act(follower, _K.CONSULT_DECIDE, DISPATCHER, {"lead": "U-EAST", "basis": "编办函"})

        assert street.promise(follower).running_pause is None
        assert street.promise(follower).due == due
        assert street.kinds(follower).count(EventKind.RESUMED) == 1

    async def test_the_timers_wait_until_nobody_holds_a_follower(self, street, pair, monkeypatch):
        """Then they end the pause of both: one look later, and nobody waits for a lock."""
        lead, follower = pair
        await street.act(lead, _K.PAUSE, WATER, {"reason": "不可抗力"})
        await street.timers(days=9)  # the promises are missed
        street.clock.advance(days=7)

        async def none(_self, _numbers):
            return {}

        with monkeypatch.context() as held:
            held.setattr(MemoryWork, "lock_free", none)
            await ring(city=street.city, open_work=street.store.open_work, clock=street.clock)
            assert street.promise(lead).running_pause is not None
        await street.timers()
        assert street.promise(lead).running_pause is None
        assert street.promise(follower).running_pause is None


async def test_a_ticket_that_joins_while_a_command_comes_is_looked_at_again(street, monkeypatch):
    """The lock of its incident was not taken: the command comes again, nothing is written."""
    await street.hear(BURST, BURST)
    lead, _ = street.tickets

    async def none(_self, _numbers):
        return []

    monkeypatch.setattr(MemoryWork, "lock_incidents_of", none)
    with pytest.raises(TryLater, match="just joined"):
        await street.act(lead, _K.SIGN, WATER)
    assert street.stored(lead).state is _S.DISPATCHED
