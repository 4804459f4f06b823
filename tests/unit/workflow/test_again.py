"""Told again after the end, told too often, and who decides what nobody wants (domain.md A.7, A.8.5, A.10)."""

from datetime import timedelta

import pytest

from dispatcher.ports import CallBack, NuisanceCaller, NuisanceDecision
from dispatcher.workflow.commands import run_command
from models.codes import Fate, NoticeKind, Role, Stage, TicketState
from models.command import CommandKind
from models.errors import Forbidden, Rejected
from models.profile import StreetRule, Unit
from models.ticket import Actor, EventKind, TicketEvent
from tests.builders import LAMPS, MONDAY, OPERATOR, SUPERVISOR, a_city, a_command, a_contact
from tests.unit.workflow.intake_desk import Desk
from tests.unit.workflow.office import CITIZEN, DISPATCHER, EAST, REPLY, RETURN, Office

_K = CommandKind
LAMP = "中山路的路灯坏了三天没人修"


class Lamps(Desk):
    """A desk with one caller, whose lamp is out."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    async def hear(self, text=LAMP):
        """Let the caller speak, and return the contact."""
        self.calls += 1
        contact = a_contact(f"call-{self.calls}", text, received_at=self.clock.now())
        await self.tell(contact)
        return contact

    async def act(self, kind, actor, data=None, ticket=None):
        """Give a command on the latest ticket as it stands, or on another one."""
        command = a_command(ticket or self.tickets[-1], kind, actor, data or {})
        return await run_command(command, city=self.city, open_work=self.store.open_work, clock=self.clock)

    async def repaired(self, rating=None):
        """Let the lamp be repaired, and the ticket be closed."""
        await self.act(_K.SIGN, LAMPS)
        await self.act(_K.CONTACT_CITIZEN, LAMPS)
        await self.act(_K.REPLY, LAMPS, REPLY)
        await self.act(_K.PASS_REVIEW, SUPERVISOR)
        await (self.act(_K.RATE, CITIZEN, {"rating": rating}) if rating else self.act(_K.CLOSE, OPERATOR))

    def notices(self, kind):
        """How often a unit was told so."""
        return [one.ticket_no for one in self.store.tables.notices if one.kind is kind]

    def data_of(self, kind):
        """What the first event of a kind says."""
        return next(event.data for event in self.store.tables.events.values() if event.kind is kind)


@pytest.fixture
def lamps():
    """A desk."""
    return Lamps()


async def test_a_repeat_while_it_may_be_rated_is_handled_again(lamps):
    """重办: no new ticket, the second round, the unit has it as work again."""
    await lamps.hear()
    await lamps.repaired()
    lamps.clock.advance(days=3)
    again = await lamps.hear()

    (ticket,) = lamps.tickets
    assert (ticket.state, ticket.round) == (TicketState.HANDLING, 2)
    assert lamps.fate(again) is Fate.MERGED
    assert lamps.data_of(EventKind.REOPENED)["reason"] == "再次反映"
    assert [m.data["round"] for m in lamps.store.messages if m.kind == "dispatch.item"] == [1, 2]


@pytest.mark.parametrize(("days", "rating"), [(8, None), (3, "满意")], ids=["after the window", "rated"])
async def test_a_repeat_after_that_is_a_ticket_that_names_the_first(lamps, days, rating):
    """再次反映: a new ticket with new clocks; operator, unit and replay see of what it is a repeat."""
    await lamps.hear()
    await lamps.repaired(rating)
    lamps.clock.advance(days=days)
    again = await lamps.hear()

    first, second = lamps.tickets
    assert lamps.fate(again) is Fate.TICKETED
    assert (first.state, second.state) == (TicketState.CLOSED, TicketState.DISPATCHED)
    assert lamps.store.tables.repeat_links == {second.ticket_no: first.ticket_no}
    item = [m for m in lamps.store.messages if m.kind == "dispatch.item"][-1]
    assert item.data["again_of"] == first.ticket_no


async def test_a_disputed_result_is_handled_again_after_the_window(lamps):
    """The citizen had said at the call-back that nothing was solved, and nobody could handle it again meanwhile."""
    await lamps.hear()
    await lamps.repaired()
    ticket = lamps.tickets[0]
    unsolved = lamps.store.tables.call_backs
    lamps.clock.advance(days=8)
    unsolved.append(_unsolved(ticket))
    await lamps.hear()

    assert lamps.tickets[0].round == 2
    assert len(lamps.tickets) == 1


async def test_after_two_rounds_a_repeat_is_a_new_ticket(lamps):
    """One second handling; the third telling of the matter is one of 督办."""
    await lamps.hear()
    await lamps.repaired()
    lamps.clock.advance(hours=1)
    await lamps.hear()
    await lamps.act(_K.REPLY, LAMPS, REPLY)
    await lamps.act(_K.PASS_REVIEW, SUPERVISOR)
    await lamps.act(_K.CLOSE, OPERATOR)
    await lamps.hear()

    first, second = lamps.tickets
    assert (first.round, second.round) == (2, 1)
    assert lamps.notices(NoticeKind.SUPERVISION_ORDER) == [second.ticket_no]


async def test_beyond_thirty_days_nothing_is_a_repeat(lamps):
    """The profile's window counts from the end."""
    await lamps.hear()
    lamps.clock.advance(days=25)
    await lamps.repaired()
    lamps.clock.advance(days=29)
    await lamps.hear()
    lamps.clock.advance(days=31)
    assert lamps.store.tables.repeat_links
    lamps.store.tables.repeat_links.clear()
    await lamps.repaired()
    lamps.clock.advance(days=31)
    await lamps.hear()

    assert not lamps.store.tables.repeat_links
    assert len(lamps.tickets) == 3


async def test_the_third_telling_is_supervised_once(lamps):
    """同一来电人同一事由 ≥3: two contacts are a nudge each, the third telling brings the order, the fourth none."""
    await lamps.hear()
    await lamps.hear()
    assert not lamps.notices(NoticeKind.SUPERVISION_ORDER)
    await lamps.hear()
    await lamps.hear()

    (ticket,) = lamps.tickets
    assert (ticket.nudges, ticket.supervision) == (3, 1)
    assert lamps.notices(NoticeKind.SUPERVISION_ORDER) == [ticket.ticket_no]
    assert lamps.data_of(EventKind.SUPERVISED)["cause"] == "reported again"


async def test_the_citizens_own_nudge_is_a_telling(lamps):
    """By WeChat, say; an operator's is none, for the call that asked for it is a contact."""
    await lamps.hear()
    await lamps.act(_K.NUDGE, OPERATOR)
    await lamps.act(_K.NUDGE, OPERATOR)
    await lamps.act(_K.NUDGE, CITIZEN)
    assert lamps.tickets[0].supervision == 0
    await lamps.act(_K.NUDGE, CITIZEN)

    assert lamps.tickets[0].supervision == 1


async def test_a_reopening_and_a_third_telling_in_one_batch_are_both_heard(lamps):
    """Two calls come together after the repair: the ticket is handled again, and supervised."""
    await lamps.hear()
    await lamps.repaired()
    lamps.clock.advance(hours=1)
    now = lamps.clock.now()
    await lamps.tell(a_contact("second", LAMP, received_at=now), a_contact("third", LAMP, received_at=now))

    (ticket,) = lamps.tickets
    assert (ticket.round, ticket.nudges, ticket.supervision) == (2, 1, 1)


async def test_a_limited_callers_word_after_the_end_waits_for_a_person(lamps):
    """Nothing is handled again by itself for who only disturbs; the new ticket names the old one."""
    contact = await lamps.hear()
    await lamps.repaired()
    now, tables = lamps.clock.now(), lamps.store.tables
    tables.nuisance_callers.append(NuisanceCaller(contact.caller_ref, now, contact.contact_id, 10))
    tables.nuisance_decisions.append(
        NuisanceDecision(contact.caller_ref, now, now, "lead-1", now + lamps.city.profile.nuisance.limited)
    )
    lamps.clock.advance(hours=1)
    await lamps.hear()

    first, second = lamps.tickets
    assert (first.round, second.state) == (1, TicketState.PENDING)


async def test_what_waits_for_a_person_is_supervised_once_a_unit_has_it():
    """Nobody can be put under supervision for what nobody has."""
    office = Office()
    ticket = await office.open()
    for version in (-1, -2):
        office.store.tables.events[ticket.ticket_no, version] = _merged(ticket, version)
    await office.act(_K.CONFIRM)

    assert office.ticket.supervision == 1


class TestNothingNew:
    """N7 不再受理: only where the same matter of the same citizen was properly closed."""

    async def test_it_names_the_earlier_ticket(self, lamps):
        """Which one the decline leans on stands in the audit."""
        await lamps.hear()
        await lamps.repaired("满意")
        lamps.clock.advance(days=5)
        await lamps.hear()
        first, second = lamps.tickets
        await lamps.act(_K.RETURN, LAMPS, RETURN)
        await lamps.act(_K.ACCEPT_RETURN, SUPERVISOR)
        ticket = await lamps.act(_K.DECLINE, OPERATOR, {"code": "N7"})

        assert ticket.state is TicketState.DECLINED
        assert lamps.data_of(EventKind.DECLINED) == {"code": "N7", "earlier": first.ticket_no}
        assert second.ticket_no == ticket.ticket_no

    async def test_without_one_it_is_refused(self):
        """The guard says what is missing."""
        office = Office()
        await office.open()
        with pytest.raises(Rejected, match="no closed ticket of this citizen") as none:
            await office.act(_K.DECLINE, OPERATOR, {"code": "N7"})
        with pytest.raises(Rejected, match="TT20260101P0000001 is no closed ticket") as another:
            await office.act(_K.DECLINE, OPERATOR, {"code": "N7", "earlier": "TT20260101P0000001"})
        for refused in (none, another):
            assert "请换一个理由，或派单办理" in refused.value.sentence
        assert office.ticket.state is TicketState.PENDING


class TestConsultation:
    """疑难会商: who leads what two units have rightly returned."""

    @pytest.fixture
    async def returned(self):
        """A ticket that lamps and east have rightly returned."""
        office = Office()
        await office.reach(TicketState.RETURN_REQUESTED)
        await office.act(_K.ACCEPT_RETURN, DISPATCHER, {"transfer_to": "U-EAST"})
        office.clock.advance(hours=1)
        await office.act(_K.RETURN, EAST)
        await office.act(_K.ACCEPT_RETURN)
        return office

    async def test_two_accepted_returns_open_it(self, returned):
        """The supervisors are told, and no operator sends it on meanwhile."""
        assert returned.last_event.kind is EventKind.CONSULTATION_OPENED
        assert "alert.consultation" in returned.store.kinds()
        assert [one.kind for one in returned.store.tables.notices][-1] is NoticeKind.CONSULTATION
        with pytest.raises(Forbidden, match="consultation"):
            await returned.act(_K.DISPATCH, OPERATOR, {"unit": "U-WATER"})

    async def test_it_is_decided_with_lead_and_basis(self, returned):
        """The ticket goes there, supervised; what was decided is recorded for the matrix."""
        ticket = await returned.act(_K.CONSULT_DECIDE, DISPATCHER, {"lead": "U-WATER", "basis": "编办函〔2026〕3号"})

        assert (ticket.state, ticket.lead_unit, ticket.supervision) == (TicketState.DISPATCHED, "U-WATER", 1)
        decided = [event for event in returned.store.tables.events.values() if event.kind is EventKind.CONSULTATION_DECIDED]
        assert [event.data for event in decided] == [{"category": "0703", "unit": "U-WATER", "basis": "编办函〔2026〕3号"}]
        assert returned.clock_of(Stage.RESOLVE, "U-WATER").deadline.start == returned.clock.now()
        with pytest.raises(Rejected, match="in no consultation"):
            await returned.act(_K.CONSULT_DECIDE)

    @pytest.mark.parametrize("data", [{"lead": "U-WATER"}, {"basis": "编办函"}, {"lead": "U-GONE", "basis": "编办函"}])
    async def test_it_needs_both(self, returned, data):
        """Nothing is decided by halves."""
        with pytest.raises(Rejected):
            await returned.act(_K.CONSULT_DECIDE, DISPATCHER, data)

    async def test_a_dispatcher_who_sends_it_has_decided(self, returned):
        """The consultation is over with it."""
        await returned.act(_K.DISPATCH, DISPATCHER, {"unit": "U-WATER"})
        with pytest.raises(Rejected, match="in no consultation"):
            await returned.act(_K.CONSULT_DECIDE)

    async def test_contradicting_bases_are_consulted_about_by_hand(self):
        """The unit that has it keeps it with its clocks if it is decided so."""
        office = Office()
        before = await office.reach(TicketState.HANDLING)
        await office.act(_K.CONSULT)
        with pytest.raises(Rejected, match="already"):
            await office.act(_K.CONSULT)
        ticket = await office.act(_K.CONSULT_DECIDE, SUPERVISOR, {"lead": "U-LAMP", "basis": "编办函"})

        assert (ticket.state, ticket.lead_unit) == (before.state, "U-LAMP")
        assert office.holds() == [("U-LAMP", "lead")]

    @pytest.mark.parametrize("kind", [_K.WITHDRAW, _K.DECLINE, _K.ANSWER])
    async def test_it_ends_with_its_ticket(self, returned, kind):
        """What is withdrawn, declined or answered needs no lead any more; nothing is decided by that."""
        await returned.act(kind)
        (asked,) = returned.store.tables.consultations.values()
        assert (asked.decided_at, asked.unit_code) == (returned.clock.now(), None)

    async def test_it_ends_with_the_answer_of_the_unit(self):
        """Nobody has decided until the reply passes: one that is sent back leaves the question open."""
        office = Office()
        await office.reach(TicketState.HANDLING)
        await office.act(_K.CONSULT)
        await office.act(_K.REPLY)
        await office.act(_K.FAIL_REVIEW)
        assert [one.decided_at for one in office.store.tables.consultations.values()] == [None]
        await office.act(_K.REPLY)
        await office.act(_K.PASS_REVIEW)
        assert [one.decided_at for one in office.store.tables.consultations.values()] == [office.clock.now()]

    async def test_a_street_is_given_nothing_outside_its_list(self):
        """应由职能部门办理的不得分派给基层 holds for a consultation too (国办函〔2025〕66号)."""
        street = Unit("U-STREET", "东街街道办事处", "街道", "属地事务")
        units = {**a_city().profile.units, street.code: street}
        office = Office(a_city(units=units, streets=StreetRule(frozenset({"街道"}), {})))
        await office.open()
        await office.act(_K.CONSULT)
        with pytest.raises(Rejected, match="not on its 履职事项清单"):
            await office.act(_K.CONSULT_DECIDE, DISPATCHER, {"lead": "U-STREET", "basis": "会商纪要"})

    async def test_another_unit_takes_over_what_is_not_begun(self):
        """A dispatched ticket moves; one that a unit works on does not."""
        office = Office()
        await office.reach(TicketState.DISPATCHED)
        await office.act(_K.CONSULT)
        await office.act(_K.CONSULT_DECIDE)
        assert office.holds() == [("U-WATER", "lead")]

        busy = Office()
        await busy.reach(TicketState.HANDLING)
        await busy.act(_K.CONSULT)
        with pytest.raises(Rejected):
            await busy.act(_K.CONSULT_DECIDE)


def _unsolved(ticket):
    return CallBack(ticket.ticket_no, 1, 1, MONDAY + timedelta(hours=1), reached=True, responded=True, solved=False)


def _merged(ticket, version):
    actor = Actor(Role.SYSTEM, "intake")
    return TicketEvent(ticket.ticket_no, version, EventKind.MERGED, MONDAY, actor, ticket.state, ticket.state, "p1", {})
