"""A contact that says something new is registered: as a ticket on a unit's stream, or before an operator, or as nuisance."""

from datetime import datetime

from dispatcher import metrics
from dispatcher.ports import Effects, NewDeadline, Settled
from dispatcher.rules.deciding import judge
from dispatcher.workflow.announce import emergency_message
from dispatcher.workflow.assign import put_on_stream
from dispatcher.workflow.city import City
from dispatcher.workflow.history import record
from models.codes import DispatchMode, Fate, Role, Stage, TicketState, Urgency
from models.contact import Contact
from models.deadline import DeadlineResult
from models.profile import ConfidenceBands
from models.ticket import Actor, EventKind, Ticket
from models.understanding import Understanding

ENGINE = Actor(Role.SYSTEM, "dispatch")


def register(
    contact: Contact,
    understanding: Understanding,
    *,
    bands: ConfidenceBands,
    ticket_no: str,
    at: datetime,
    city: City,
    effects: Effects,
) -> Ticket | None:
    """Add a new ticket with its clocks to ``effects`` and dispatch it where the engine may decide.

    ``bands`` are those of the model that understood the contact.

    Returns the ticket, or None where the contact is a nuisance and no ticket is made.
    """
    judgement = judge(contact, understanding, categories=city.profile.categories, bands=bands)
    if judgement.nuisance:
        _settle(contact, Fate.NUISANCE, None, at, effects)
        return None
    district_code = city.district_of(contact, understanding)
    on = city.local(at).date()
    route = city.routes.choose(judgement.category_code, district_code=district_code, subject=understanding.facts.subject, on=on)
    doubts = city.doubts(judgement, understanding, route, district_code=district_code, on=on)
    ticket = Ticket(
        ticket_no=ticket_no,
        contact_id=contact.contact_id,
        version=1,
        state=TicketState.PENDING,
        state_since=at,
        channel=contact.channel,
        request_type=judgement.request_type,
        category_code=judgement.category_code,
        urgency=judgement.urgency,
        text=contact.text,
        caller_ref=contact.caller_ref,
        salutation=contact.salutation,
        district_code=district_code,
        address=understanding.address,
        subject=understanding.facts.subject,
        lead_unit=None,
        top=understanding.top,
        review_reasons=doubts,
        machine_category=understanding.best.category_code,
        machine_type=understanding.request_type,
        alarm=understanding.alarm,
        nudges=0,
        received_at=contact.received_at,
        registered_at=at,
        profile_version=city.profile.version,
        matrix_version=city.routes.version,
        model_version=understanding.model_version,
    )
    _settle(contact, Fate.TICKETED, ticket_no, at, effects)
    _count(ticket, city, effects)
    record(
        effects,
        ticket,
        EventKind.REGISTERED,
        from_state=None,
        actor=ENGINE,
        at=at,
        profile_version=city.profile.version,
        data={
            "category": ticket.category_code,
            "type": ticket.request_type.label,
            "urgency": ticket.urgency.label,
            "confidence": round(ticket.confidence, 4),
            "review_reasons": [doubt.value for doubt in doubts],
        },
    )
    by_engine = not doubts and route.lead is not None
    _start_own_clocks(ticket, dispatched=by_engine, at=at, city=city, effects=effects)
    if by_engine and route.lead is not None:
        ticket = ticket.moved_to(TicketState.DISPATCHED, at, lead_unit=route.lead)
        record(
            effects,
            ticket,
            EventKind.DISPATCHED,
            from_state=TicketState.PENDING,
            actor=ENGINE,
            at=at,
            profile_version=city.profile.version,
            data={"mode": DispatchMode.AUTO.value, "basis": route.basis},
        )
        put_on_stream(
            ticket,
            unit_code=route.lead,
            co_units=route.co_units,
            basis=route.basis,
            mode=DispatchMode.AUTO,
            actor=ENGINE,
            at=at,
            city=city,
            effects=effects,
        )
    if ticket.urgency is Urgency.CRITICAL:
        script = city.profile.safety_script(ticket.category_code)
        effects.messages.append(emergency_message(ticket, at=at, script=script))
    effects.new_tickets.append(ticket)
    return ticket


def _settle(contact: Contact, fate: Fate, ticket_no: str | None, at: datetime, effects: Effects) -> None:
    effects.settled_contacts.append(Settled(contact.contact_id, fate, ticket_no, at))
    effects.increments.append(metrics.count(metrics.CONTACTS_SETTLED, fate.value))


def _count(ticket: Ticket, city: City, effects: Effects) -> None:
    level1 = city.category(ticket.category_code).level1_code
    effects.increments.append(metrics.count(metrics.REGISTERED, ticket.channel.value, ticket.request_type.label, level1))
    effects.increments.extend(metrics.observe(metrics.CONFIDENCE, ticket.confidence, level1))


def _start_own_clocks(ticket: Ticket, *, dispatched: bool, at: datetime, city: City, effects: Effects) -> None:
    """The hotline's own dispatch deadline and the citizen's promise, both from when the citizen spoke."""
    for stage in (Stage.DISPATCH, Stage.PROMISE):
        deadline = city.deadline(
            stage,
            unit_code=None,
            category_code=ticket.category_code,
            request_type=ticket.request_type,
            urgency=ticket.urgency,
            start=ticket.received_at,
        )
        result = None
        if stage is Stage.DISPATCH and dispatched:
            result = DeadlineResult.MET if at <= deadline.due else DeadlineResult.MISSED
            effects.increments.append(metrics.count(metrics.DEADLINES, metrics.HOTLINE_ITSELF, stage.value, result.value))
        effects.deadlines.append(NewDeadline(ticket.ticket_no, deadline, result, settled_at=at if result else None))
