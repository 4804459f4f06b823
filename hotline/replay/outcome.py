"""What a replay came to, as one JSON object. Shapes: docs/replay.md."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from dispatcher.ports import CallBack, CitizenMessage, Hold, NewRating, Notice, StoredDeadline
from dispatcher.rules.call_rates import call_rates
from dispatcher.rules.official import CountedTicket, official_rates
from dispatcher.store.chronicle import Chronicle, ToldContact
from dispatcher.views import TicketDetail
from dispatcher.workflow.announce import DISPATCH_ITEM
from dispatcher.workflow.assign import CO_UNIT, LEAD
from dispatcher.workflow.city import City
from dispatcher.workflow.satisfaction import DISSATISFIED
from hotline.replay.driver import Replay
from hotline.replay.stage import Stage
from models.call import MissedCall
from models.codes import DispatchMode, Fate, TicketState
from models.codes import Stage as TicketStage
from models.deadline import DeadlineResult
from models.incident import Incident
from models.matrix import MatrixProposal
from models.ticket import EventKind, Ticket, TicketEvent

Json = dict[str, Any]

_REPEATS = (EventKind.MERGED, EventKind.TOLD_AGAIN)

_BEFORE_DISPATCH = ("受理", "登记")
"""What every ticket went through before its first state: the contact came, and the ticket was registered."""


async def outcome_of(replay: Replay, stage: Stage) -> Json:
    """Return everything that happened, in an order that is the same every time.

    Raises:
        TryLater: the store is away.
    """
    chronicle = stage.chronicle
    tickets = await chronicle.tickets()
    references = await replay.references()
    notices = await chronicle.notices()
    contacts = await chronicle.contacts()
    teller = _Teller(stage.city, references, replay.contact_names, {contact.contact_id: contact for contact in contacts})
    incidents = await chronicle.incidents()
    counted = await _counted(tickets, chronicle)
    desks = {detail.ticket.ticket_no: _desk(detail) for detail in tickets}
    today = stage.city.local(stage.clock.now()).date()
    async with stage.database.open_work() as work:
        proposals = await work.matrix.proposals()
    return {
        "model": stage.model_version,
        "profile": stage.city.profile.version,
        "contacts": [teller.contact(contact, desks) for contact in contacts],
        "tickets": [teller.ticket(detail) for detail in tickets],
        "refusals": [
            {"at": teller.at(one.at), "ticket": one.ticket, "command": one.command, "reason": one.reason}
            for one in replay.refusals
        ],
        "dispatches": [teller.dispatch(each) for each in await chronicle.dispatches() if each["type"] == DISPATCH_ITEM],
        "alerts": _once([teller.alert(each) for each in await chronicle.alerts()]),
        "missed_calls": [teller.missed_call(missed) for missed in await chronicle.missed_calls() if missed.was_listed],
        "notices": [teller.notice(notice) for notice in notices],
        "replies": [teller.reply(message) for message in await chronicle.citizen_messages()],
        "matrix_proposals": [teller.proposal(one, on=today) for one in proposals],
        "incidents": [teller.incident(incident, unit_code) for incident, unit_code in incidents],
        "rates": {
            rate.code: {
                "name": rate.name,
                "value": rate.value,
                "numerator": rate.numerator,
                "denominator": rate.denominator,
                "basis": rate.basis,
            }
            for rate in (*official_rates(counted, repeats=_merged(contacts)), *call_rates(await chronicle.calls()))
        },
        "counts": {**_counts(tickets, contacts), "incidents": len(incidents)},
    }


def _once(alerts: Sequence[Json]) -> list[Json]:
    """Return each emergency once: one that was heard in a running call is told again with the ticket that the call became."""
    found: dict[tuple[str, str], Json] = {}
    for alert in alerts:
        first = found.setdefault((alert["kind"], alert["contact_id"]), alert)
        first["ticket"] = first["ticket"] or alert["ticket"]
    return list(found.values())


class _Teller:
    """Tells the words of the house in those of the contract."""

    def __init__(
        self,
        city: City,
        references: Mapping[str, tuple[str, ...]],
        contact_names: Mapping[UUID, str],
        contacts: Mapping[UUID, ToldContact],
    ) -> None:
        self._city = city
        self._contacts = contacts
        self._references = references
        self._contact_names = contact_names

    def at(self, moment: datetime | None) -> str | None:
        """Return a moment in whole seconds: what follows a due time happens in the instant after it, in the same second."""
        return None if moment is None else self._city.local(moment).isoformat(timespec="seconds")

    def contact(self, contact: ToldContact, desks: Mapping[str, str | None]) -> Json:
        return {
            "contact_id": self._contact_names.get(contact.contact_id, str(contact.contact_id)),
            "channel": contact.channel.label,
            "queue": contact.queue or desks.get(contact.ticket_no or ""),
            "language": contact.language,
            "received_at": self.at(contact.received_at),
            "fate": contact.fate.value if contact.fate else None,
            "duplicate_of": self._named(contact.ticket_no) if contact.fate is Fate.MERGED else None,
        }

    def _named(self, ticket_no: str | None) -> str | None:
        """Return the reference of a ticket."""
        return None if ticket_no is None else self._references[ticket_no][0]

    def incident(self, incident: Incident, unit_code: str | None) -> Json:
        return {
            "incident": incident.incident,
            "category": incident.category_code,
            "unit": unit_code,
            "opened_at": self.at(incident.opened_at),
            "lead": self._named(incident.lead_ticket),
            "children": incident.tickets,
            "hotspot_at": self.at(incident.hotspot_at),
        }

    def ticket(self, detail: TicketDetail) -> Json:
        ticket = detail.ticket
        category = self._city.category(ticket.category_code)
        district = self._city.profile.districts.get(ticket.district_code or "")
        names = self._references[ticket.ticket_no]
        contact = self._contact_names.get(ticket.contact_id, str(ticket.contact_id))
        told = self._contacts[ticket.contact_id]
        lead, co_units = _units(detail)
        return {
            "ticket_no": ticket.ticket_no,
            "parent_no": ticket.parent_no,
            "contact_id": contact,
            "item": ticket.item,
            "ref": names[0],
            "channel": ticket.channel.label,
            "type": ticket.request_type.label,
            "category": ticket.category_code,
            "category_name": [category.level1, category.level2],
            "urgency": ticket.urgency.label,
            "text": ticket.text,
            "raw": told.raw_text,
            "language": told.language,
            "district": district.name if district else None,
            "address": ticket.address,
            "anonymous": ticket.anonymous,
            "confidential": ticket.confidential,
            "caller_name": "匿名" if ticket.anonymous else ticket.salutation,
            "lead_unit": lead,
            "co_units": co_units,
            "linked": list(ticket.linked),
            "desk": _desk(detail),
            "handled_by": _handler(ticket),
            "subject_type": ticket.subject.label if ticket.subject else None,
            "plate": ticket.plate,
            "plate_kind": ticket.plate_kind.label if ticket.plate_kind else None,
            "amount": None if ticket.amount is None else float(ticket.amount),
            "state": ticket.state.label,
            "states": _states(detail.events),
            "review_required": bool(ticket.review_reasons),
            "review_reasons": [reason.value for reason in ticket.review_reasons],
            "confidence": round(ticket.confidence, 4),
            "top3": [[guess.category_code, round(guess.probability, 4)] for guess in ticket.top],
            "duplicate_of": self._named(detail.again_of),
            "incident": detail.incident.incident.incident if detail.incident else None,
            "nudges": ticket.nudges,
            "repeats": sum(event.kind in _REPEATS for event in detail.events),
            "round": ticket.round,
            "supervision": ticket.supervision,
            "matrix_version": ticket.matrix_version,
            "registered_at": self.at(ticket.registered_at),
            "dispatch_due": self._due(detail, TicketStage.DISPATCH, None),
            "sign_due": self._due(detail, TicketStage.SIGN, lead),
            "resolve_due": self._due(detail, TicketStage.RESOLVE, None if ticket.self_service else lead),
            "promise_due": self._due(detail, TicketStage.PROMISE, None),
            "feedback_due": self._feedback_due(detail, lead),
            "deadlines": [self._deadline(stored) for stored in detail.deadlines],
            "assignments": [self._assignment(hold, detail) for hold in detail.holds],
            "events": [self._event(event) for event in detail.events],
        }

    def _due(self, detail: TicketDetail, stage: TicketStage, unit_code: str | None) -> str | None:
        found = [
            stored.deadline.due
            for stored in detail.deadlines
            if stored.deadline.stage is stage and stored.deadline.unit_code == unit_code
        ]
        return self.at(found[-1]) if found else None

    def _feedback_due(self, detail: TicketDetail, lead: str | None) -> str | None:
        """Return by when the citizen hears of it: as promised, or earlier where the unit has less time."""
        dues = (self._due(detail, TicketStage.PROMISE, None), self._due(detail, TicketStage.RESOLVE, lead))
        return min((due for due in dues if due is not None), default=None)

    def _deadline(self, stored: StoredDeadline) -> Json:
        deadline = stored.deadline
        return {
            "stage": deadline.stage.value,
            "unit": deadline.unit_code,
            "clock": deadline.clock.value,
            "start": self.at(deadline.start),
            "due": self.at(deadline.due),
            "met": was_met(stored),
            "provisional": deadline.provisional,
            "days": [day.isoformat() for day in deadline.days],
        }

    def _assignment(self, hold: Hold, detail: TicketDetail) -> Json:
        return {
            "unit": hold.unit_code,
            "role": hold.role,
            "dispatched_at": self.at(hold.dispatched_at),
            "signed_at": self.at(hold.signed_at),
            "contacted_at": self.at(hold.contacted_at),
            "replied_at": self.at(hold.replied_at),
            "returned_at": self.at(hold.returned_at),
            "return_result": hold.return_result,
            "resolve_due": self._due(detail, TicketStage.RESOLVE, hold.unit_code),
        }

    def _event(self, event: TicketEvent) -> Json:
        return {
            "type": event.kind.value,
            "at": self.at(event.occurred_at),
            "actor": str(event.actor),
            "state": event.to_state.label,
            "data": event.data,
        }

    def dispatch(self, envelope: Mapping[str, Any]) -> Json:
        data = envelope["data"]
        return {
            "at": self.at(datetime.fromisoformat(envelope["occurred_at"])),
            "unit": data["unit"],
            "role": data["role"],
            "ticket_no": envelope["ticket_no"],
            "ticket": self._references[envelope["ticket_no"]][0],
            "data": data,
        }

    def alert(self, envelope: Mapping[str, Any]) -> Json:
        data, ticket_no = envelope["data"], envelope["ticket_no"]
        by_id = {str(contact_id): name for contact_id, name in self._contact_names.items()}
        return {
            "at": self.at(datetime.fromisoformat(envelope["occurred_at"])),
            "kind": data["kind"],
            "ticket": self._references[ticket_no][0] if ticket_no else None,
            "contact_id": by_id.get(data["contact_id"] or "", data["contact_id"]),
            "incident": data.get("incident"),
            "script": data.get("script"),
        }

    def missed_call(self, missed: MissedCall) -> Json:
        return {
            "call_id": missed.call_id,
            "rang_off_at": self.at(missed.rang_off_at),
            "listed_at": self.at(missed.listed_at),
            "due": self.at(missed.due),
            "answered_at": self.at(missed.answered_at),
            "called_back_at": self.at(missed.called_back_at),
            "reached": missed.reached,
        }

    def reply(self, message: CitizenMessage) -> Json:
        return {
            "at": self.at(message.written_at),
            "channel": message.channel.label,
            "to": self._contact_names.get(message.contact_id, str(message.contact_id)),
            "text": message.text,
        }

    def proposal(self, proposal: MatrixProposal, *, on: date) -> Json:
        tickets = [self._references[ticket_no][0] for ticket_no in proposal.tickets]
        wish, review = proposal.wish, proposal.review
        district = self._city.profile.districts.get(wish.district_code or "")
        return {
            "proposal": proposal.number,
            "category": wish.category_code,
            "district": district.name if district else None,
            "subject_type": wish.subject.label if wish.subject else None,
            "unit": wish.lead,
            "co_units": list(wish.co_units),
            "basis": wish.basis,
            "origin": wish.origin.value,
            "from_ticket": tickets[0] if tickets else None,
            "tickets": tickets,
            "state": proposal.state(on).value,
            "at": self.at(wish.proposed_at),
            "from": wish.holds_from.isoformat() if wish.holds_from else None,
            "to": wish.holds_to.isoformat() if wish.holds_to else None,
            "reviewed_at": self.at(review.at if review else None),
            "version": review.version if review else None,
        }

    def notice(self, notice: Notice) -> Json:
        return {
            "at": self.at(notice.at),
            "date": notice.day.isoformat(),
            "kind": notice.kind.label,
            "ticket": self._references[notice.ticket_no][0],
            "unit": notice.unit_code,
        }


def _desk(detail: TicketDetail) -> str | None:
    return next((event.data.get("desk") for event in detail.events if event.kind is EventKind.REGISTERED), None)


def _handler(ticket: Ticket) -> str | None:
    if ticket.lead_unit:
        return "承办单位"
    if ticket.self_service:
        return "自主服务"
    return "坐席" if ticket.first_closed_at else None


def was_met(stored: StoredDeadline) -> bool | None:
    """Return whether a deadline was kept, as far as that is known: a reply in time counts before its review."""
    if stored.result is not None:
        return None if stored.result is DeadlineResult.VOID else stored.result is DeadlineResult.MET
    return stored.stopped_at <= stored.deadline.due if stored.stopped_at is not None else None


def _units(detail: TicketDetail) -> tuple[str | None, list[str]]:
    lead = detail.ticket.lead_unit or next((hold.unit_code for hold in reversed(detail.holds) if hold.role == LEAD), None)
    return lead, list(dict.fromkeys(hold.unit_code for hold in detail.holds if hold.role == CO_UNIT))


def _states(events: Sequence[TicketEvent]) -> list[str]:
    """Return the states in order; a ticket that the engine dispatched at once never waited for a person."""
    first = [TicketState.PENDING.label] if len(events) == 1 or events[1].occurred_at > events[0].occurred_at else []
    changes = (event.to_state.label for event in events[1:] if event.from_state is not event.to_state)
    return [*_BEFORE_DISPATCH, *first, *changes]


async def _counted(tickets: Sequence[TicketDetail], chronicle: Chronicle) -> list[CountedTicket]:
    call_backs, ratings = await chronicle.call_backs(), await chronicle.ratings()
    return [
        _as_counted(
            detail,
            call_backs=[one for one in call_backs if one.ticket_no == detail.ticket.ticket_no],
            ratings=[one for one in ratings if one.ticket_no == detail.ticket.ticket_no],
        )
        for detail in tickets
    ]


def _as_counted(detail: TicketDetail, *, call_backs: Sequence[CallBack], ratings: Sequence[NewRating]) -> CountedTicket:
    reached = [one for one in call_backs if one.reached]
    bad = [one for one in ratings if one.rating in DISSATISFIED]
    contact = _of_stage(detail, TicketStage.FIRST_CONTACT, detail.ticket.lead_unit)
    rectify = [was_met(stored) for stored in detail.deadlines if stored.deadline.stage is TicketStage.RECTIFY]
    ticket, kinds = detail.ticket, [event.kind for event in detail.events]
    leads = [hold for hold in detail.holds if hold.role == LEAD]
    first_work = _of_stage(detail, TicketStage.RESOLVE, leads[-1].unit_code) if leads else None
    sign = _of_stage(detail, TicketStage.SIGN, leads[-1].unit_code) if leads else None
    reviews = [kind for kind in kinds if kind in (EventKind.REVIEW_PASSED, EventKind.REVIEW_FAILED)]
    co_works = [_of_stage(detail, TicketStage.RESOLVE, hold.unit_code) for hold in detail.holds if hold.role == CO_UNIT]
    known = [met for met in (was_met(stored) for stored in co_works if stored is not None) if met is not None]
    dispatch = _of_stage(detail, TicketStage.DISPATCH, None)
    return CountedTicket(
        request_type=ticket.request_type,
        closed=ticket.first_closed_at is not None,
        direct=ticket.first_closed_at is not None and not leads and ticket.lead_unit is None,
        declined=EventKind.DECLINED in kinds,
        withdrawn=EventKind.WITHDRAWN in kinds,
        dispatched=bool(leads),
        dispatched_by_engine=bool(leads) and leads[0].mode is DispatchMode.AUTO,
        dispatched_in_time=was_met(dispatch) if dispatch else None,
        joined=bool(detail.incident and detail.incident.follows),
        again=detail.again_of is not None,
        askable=not (ticket.anonymous or ticket.confidential),
        signed_in_time=was_met(sign) if sign else None,
        replied_in_time=was_met(first_work) if first_work else None,
        replied_in_first_due=_met_first_due(first_work) if first_work else None,
        extended=first_work is not None and first_work.deadline.extensions > 0,
        first_lead_kept=ticket.accepted_returns == 0,
        returns_rejected=kinds.count(EventKind.RETURN_REJECTED),
        reopened=EventKind.REOPENED in kinds,
        review_passed_at_once=reviews[0] is EventKind.REVIEW_PASSED if reviews else None,
        co_replies_in_time=tuple(known),
        reached=bool(reached),
        responded=bool(reached and reached[-1].responded),
        solved=bool(reached and reached[-1].solved),
        rating=ratings[-1].rating if ratings else None,
        contacted_in_time=was_met(contact) if contact else None,
        returns_asked=kinds.count(EventKind.RETURNED),
        rectified=tuple(met for met in rectify if met is not None),
        asked_again=tuple(any(one.made_at > each.rated_at for one in reached) for each in bad),
        supervised=detail.ticket.supervision > 0,
    )


def _of_stage(detail: TicketDetail, stage: TicketStage, unit_code: str | None) -> StoredDeadline | None:
    found = [one for one in detail.deadlines if one.deadline.stage is stage and one.deadline.unit_code == unit_code]
    return found[-1] if found else None


def _met_first_due(stored: StoredDeadline) -> bool | None:
    if was_met(stored) is None:
        return None
    return stored.stopped_at is not None and stored.stopped_at <= stored.deadline.due_before_extension


def _merged(contacts: Sequence[ToldContact]) -> int:
    return sum(contact.fate is not None and contact.fate.value == "merged" for contact in contacts)


def _counts(tickets: Sequence[TicketDetail], contacts: Sequence[ToldContact]) -> dict[str, int]:
    all_tickets: list[Ticket] = [detail.ticket for detail in tickets]
    leads = sum(any(hold.role == LEAD for hold in detail.holds) for detail in tickets)
    co_items = sum(hold.role == CO_UNIT for detail in tickets for hold in detail.holds)
    return {
        "contacts": len(contacts),
        "tickets": len(all_tickets),
        "registered": len(all_tickets),
        "dispatched": leads,
        "direct": sum(ticket.first_closed_at is not None and ticket.lead_unit is None for ticket in all_tickets),
        "declined": sum(any(event.kind is EventKind.DECLINED for event in detail.events) for detail in tickets),
        "self_service": sum(ticket.self_service for ticket in all_tickets),
        "repeats": _merged(contacts),
        "unit_items": leads + co_items,
    }
