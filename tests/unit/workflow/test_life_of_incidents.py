"""Whatever happens to tickets of one event in whatever order, what must always hold holds (domain.md A.2, A.7)."""

import pytest

from dispatcher.rules.ringing import WORK
from models.codes import Stage, TicketState, Urgency
from models.command import CommandKind
from models.incident import Membership
from models.profile import IncidentRule
from models.ticket import EventKind
from tests.builders import a_city, an_understanding
from tests.unit.workflow.test_life_of_tickets import HELD, Witness, live
from tests.walking import FITTING

_K, _S = CommandKind, TicketState
CITY = a_city(incidents=IncidentRule(area_categories=frozenset({"0801"}), hotspot=3, supervise_callers=4))
TEXTS = (
    "解放路水管爆了流了一地",
    "解放路停水了，说是水管爆了",
    "解放路看不清写的什么",
    "解放路危险水管冲垮了路面",
    "解放路急着出门水管爆了",
    "中山路的路灯坏了三天没人修",
)
UNDERSTOOD = {
    "看不清": an_understanding("0801", 0.6, address="解放路"),
    "危险": an_understanding("0801", address="解放路", urgency=Urgency.CRITICAL, alarm="危险"),
    "急着": an_understanding("0801", address="解放路", urgency=Urgency.URGENT),
    "解放路": an_understanding("0801", address="解放路"),
}
TIES = (_K.LINK, _K.UNLINK, _K.CONSULT, _K.CONSULT_DECIDE)
FITS = {state: (*kinds, *(TIES if state in (_S.PENDING, _S.DISPATCHED) else TIES[2:])) for state, kinds in FITTING.items()}


class Onlooker(Witness):
    """Knows that a follower has its lead's unit, no hold of its own, and the time that its lead was given."""

    async def check(self, one):
        """Hold every invariant against the tables."""
        await super().check(one)
        tables = self.store.tables
        for incident in tables.incidents.values():
            links = [link for link in tables.incident_links.values() if link.incident == incident.incident]
            members = [link.ticket_no for link in links if link.left_at is None]
            assert len(members) == incident.tickets
            if not members:
                assert incident.answered_at is not None
                continue
            assert incident.lead_ticket in members
            assert not tables.incident_links[incident.lead_ticket].follows

    def _place(self, ticket):
        link = self.store.tables.incident_links.get(ticket.ticket_no)
        if link is None or link.left_at is not None:
            return None
        incident = self.store.tables.incidents[link.incident]
        return Membership(incident, link)

    def _leads(self, ticket):
        """A ticket at a unit has its own lead hold, or follows one that has; who is answered with the lead has none."""
        place = self._place(ticket)
        holds = [row for row in self.store.tables.assignments if row.assignment.ticket_no == ticket.ticket_no]
        running = [row.assignment.role for row in holds if "ended" not in row.moments]
        together = any(event.kind is EventKind.ANSWERED_TOGETHER for event in self.by_ticket[ticket.ticket_no])
        if place is not None and place.follows and ticket.state is _S.DISPATCHED:
            assert running == []
            self._goes_with_its_lead(ticket, self.store.tables.tickets[place.incident.lead_ticket])
        elif together and ticket.round == 1 and ticket.state in HELD:
            assert running == []
            assert ticket.state in (_S.AWAITING_CALL_BACK, _S.CALLED_BACK)
        else:
            super()._leads(ticket)

    def _goes_with_its_lead(self, ticket, lead):
        """It has the lead's unit, and what that is given of time; the lead's clocks are fast enough for it."""
        assert ticket.lead_unit == lead.lead_unit
        assert ticket.urgency is not Urgency.CRITICAL
        was_lowered = any(event.kind is EventKind.URGENCY_CHANGED for event in self.by_ticket[lead.ticket_no])
        assert was_lowered or ticket.urgency.value <= lead.urgency.value
        promise = self.store.tables.deadlines[ticket.ticket_no, Stage.PROMISE, 1]
        before = self.promises.get(promise.key)
        decided = {event.kind for event in self._new_events(lead.ticket_no)}
        if EventKind.EXTENSION_APPROVED in decided and before is not None and before >= self.now:
            assert promise.deadline.due > before
            told = [one for one in self.store.tables.citizen_messages if one.ticket_no == ticket.ticket_no]
            assert told[-1].name == "extended"
        if EventKind.PAUSED in decided:
            assert promise.deadline.running_pause is not None

    def _paused(self, ticket):
        """The promise of a follower shows a pause only while its lead's clock stands."""
        place = self._place(ticket)
        if place is None or not place.follows or ticket.state is not _S.DISPATCHED:
            super()._paused(ticket)
        elif self.store.tables.deadlines[ticket.ticket_no, Stage.PROMISE, 1].deadline.running_pause is not None:
            mine = [one for one in self.store.tables.deadlines.values() if one.ticket_no == place.incident.lead_ticket]
            assert any(one.is_running and one.deadline.running_pause and one.deadline.stage in WORK for one in mine)

    def _no_ticket_is_lost(self):
        """Registered = direct + declined + withdrawn before dispatch + dispatched + followed + pending (invariant 5)."""
        tables = self.store.tables
        dispatched = {row.assignment.ticket_no for row in tables.assignments}
        for ticket in tables.tickets.values():
            if ticket.ticket_no in dispatched or ticket.state in (_S.PENDING, _S.WITHDRAWN, _S.DECLINED, _S.ARCHIVED):
                continue
            kinds = {event.kind for event in self.by_ticket[ticket.ticket_no]}
            assert kinds & {EventKind.ANSWERED, EventKind.JOINED, EventKind.FOLLOWED}


@pytest.mark.parametrize("first", range(0, 300, 25))
async def test_what_must_always_hold_holds_for_incidents(first):
    """Twenty-five streets a time, each lived from its own seed."""
    for seed in range(first, first + 25):
        await live(seed, Onlooker, city=CITY, most_open=5, links=True, texts=TEXTS, understood=UNDERSTOOD, fitting=FITS)
