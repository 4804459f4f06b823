"""A contact that says something new is registered: as a ticket on a unit's stream, or before an operator, or as nuisance."""

from dataclasses import replace
from datetime import datetime

from dispatcher import metrics
from dispatcher.ports import Effects, Settled, StoredDeadline
from dispatcher.rules.deciding import Judgement, judge
from dispatcher.rules.desks import desk_of_request
from dispatcher.rules.routing import Route
from dispatcher.workflow.announce import emergency_message, linked_message
from dispatcher.workflow.assign import put_on_stream
from dispatcher.workflow.city import City
from dispatcher.workflow.history import record
from dispatcher.workflow.joining import Happenings, goes_alone, may_follow, told_of
from dispatcher.workflow.settle import settle
from dispatcher.workflow.tell import day_text, tell
from models.codes import ONLINE_CHANNELS, DispatchMode, Fate, Role, Stage, TicketState, Urgency
from models.contact import Contact
from models.deadline import Deadline, DeadlineResult
from models.incident import RepeatLink
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
    parent_no: str | None = None,
    item: int = 1,
    happenings: Happenings | None = None,
    again_of: str | None = None,
    limited: bool = False,
) -> Ticket | None:
    """Add a new ticket with its clocks to ``effects`` and dispatch it where the engine may decide.

    ``bands`` are those of the model that understood the contact. Of a contact with several requests each has a ticket:
    ``parent_no`` is the number that they share, ``item`` which one this is. A request that tells of one of the
    ``happenings`` joins its incident. ``again_of`` is the closed ticket of which this one is a repeat. ``limited``: the
    caller's service is limited.

    Returns the ticket, or None where the contact is a nuisance and no ticket is made.
    """
    judgement = judge(
        contact,
        understanding,
        categories=city.profile.categories,
        bands=bands,
        limited=limited,
        may_be_declined=city.may_be_declined(contact, understanding),
    )
    if judgement.nuisance:
        settle(Settled(contact.contact_id, Fate.NUISANCE, None, at, understanding.language), effects)
        return None
    district_code = city.district_of(contact, understanding)
    on = city.local(at).date()
    route = city.routes.choose(judgement.category_code, district_code=district_code, subject=understanding.facts.subject, on=on)
    doubts = city.doubts(judgement, understanding, route, district_code=district_code, on=on)
    told = replace(told_of(contact, understanding, city), category_code=judgement.category_code)
    event = happenings.event_of(told) if happenings is not None else None
    fit = may_follow(doubts, understanding.best.probability, least=bands.review)
    calm = event is not None and not goes_alone(judgement.urgency, event.lead)
    follows = event is not None and fit and calm and (bool(doubts) or not event.wants_a_lead)
    ticket = open_ticket(
        contact,
        understanding,
        replace(judgement, doubts=doubts),
        replace(route, lead=None) if doubts or follows else route,
        district_code=district_code,
        ticket_no=ticket_no,
        actor=ENGINE,
        mode=DispatchMode.AUTO,
        at=at,
        city=city,
        effects=effects,
        parent_no=parent_no,
        item=item,
        follows=follows and event is not None and event.lead.lead_unit is not None,
        again_of=again_of,
    )
    if happenings is None:
        return ticket
    joins = event if fit or judgement.urgency is Urgency.CRITICAL else None
    if joins is not None:
        ticket = effects.new_tickets[-1] = happenings.join(joins, ticket, follows=follows, at=at, effects=effects)
    happenings.add(ticket, told, effects, joins)
    return ticket


def open_ticket(
    contact: Contact,
    understanding: Understanding,
    judgement: Judgement,
    route: Route,
    *,
    district_code: str | None,
    ticket_no: str,
    actor: Actor,
    mode: DispatchMode,
    at: datetime,
    city: City,
    effects: Effects,
    self_service: bool = False,
    parent_no: str | None = None,
    item: int = 1,
    follows: bool = False,
    again_of: str | None = None,
) -> Ticket:
    """Add a ticket as ``judgement`` takes it, with its clocks; where ``route`` has a lead it is dispatched at once.

    With ``self_service`` the machine handles it: nobody needs to dispatch it before its time is over. One that ``follows``
    another one of its incident needs no dispatch either. ``again_of`` is the closed ticket of which it is a repeat.
    """
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
        salutation=None if understanding.facts.anonymous or understanding.facts.confidential else contact.salutation,
        district_code=district_code,
        address=understanding.address,
        subject=understanding.facts.subject,
        lead_unit=None,
        top=understanding.top,
        review_reasons=judgement.doubts,
        machine_category=understanding.best.category_code,
        machine_type=understanding.request_type,
        alarm=understanding.alarm,
        nudges=0,
        received_at=contact.received_at,
        registered_at=at,
        profile_version=city.profile.version,
        matrix_version=city.routes.version,
        model_version=understanding.model_version,
        anonymous=understanding.facts.anonymous,
        confidential=understanding.facts.confidential,
        self_service=self_service,
        parent_no=parent_no,
        item=item,
        linked=city.profile.linked.get(judgement.category_code, ()) if judgement.urgency is Urgency.CRITICAL else (),
        plate=understanding.facts.plate,
        plate_kind=understanding.facts.plate_kind,
        amount=understanding.facts.amount,
    )
    desk = desk_of_request(
        city.profile.desks,
        language=understanding.language,
        category=city.profile.categories.get(ticket.category_code),
        subject=ticket.subject,
    )
    if item == 1:
        settle(Settled(contact.contact_id, Fate.TICKETED, ticket_no, at, understanding.language), effects)
    _count(ticket, city, effects)
    record(
        effects,
        ticket,
        EventKind.REGISTERED,
        from_state=None,
        actor=actor,
        at=at,
        profile_version=city.profile.version,
        data={
            "category": ticket.category_code,
            "type": ticket.request_type.label,
            "urgency": ticket.urgency.label,
            "confidence": round(ticket.confidence, 4),
            "review_reasons": [doubt.value for doubt in judgement.doubts],
            "desk": desk.name if desk else None,
            **({"again_of": again_of} if again_of else {}),
        },
    )
    if again_of is not None:
        effects.repeat_links.append(RepeatLink(ticket_no, again_of))
    units = 1 + len(route.co_units)
    dispatched = follows or route.lead is not None
    promise = _start_own_clocks(ticket, dispatched=dispatched, units=units, at=at, city=city, effects=effects)
    if route.lead is not None:
        ticket = ticket.moved_to(TicketState.DISPATCHED, at, lead_unit=route.lead)
        record(
            effects,
            ticket,
            EventKind.DISPATCHED,
            from_state=TicketState.PENDING,
            actor=actor,
            at=at,
            profile_version=city.profile.version,
            data={"mode": mode.value, "basis": route.basis},
        )
        put_on_stream(
            ticket,
            unit_code=route.lead,
            co_units=route.co_units,
            basis=route.basis,
            mode=mode,
            actor=actor,
            at=at,
            city=city,
            effects=effects,
            again_of=again_of,
        )
    tell(ticket, "received", city=city, effects=effects, at=at, date=day_text(promise.due, city))
    if ticket.urgency is Urgency.CRITICAL:
        script = city.profile.safety_script(ticket.category_code)
        effects.messages.append(emergency_message(ticket, at=at, script=script))
        effects.messages.extend(linked_message(ticket, unit_code, at=at) for unit_code in ticket.linked)
    effects.new_tickets.append(ticket)
    return ticket


def _count(ticket: Ticket, city: City, effects: Effects) -> None:
    level1 = city.category(ticket.category_code).level1_code
    effects.increments.append(metrics.count(metrics.REGISTERED, ticket.channel.value, ticket.request_type.label, level1))
    effects.increments.extend(metrics.observe(metrics.CONFIDENCE, ticket.confidence, level1))


def _start_own_clocks(ticket: Ticket, *, dispatched: bool, units: int, at: datetime, city: City, effects: Effects) -> Deadline:
    """The hotline's own deadlines, from when the citizen spoke: to dispatch, or to see it done by itself, and the promise.

    Returns the promise. ``units`` is how many the matrix, or whoever chose, wants to handle it together. What came online was
    registered in its time or not; that is known at once.
    """
    track = city.track(
        category_code=ticket.category_code, request_type=ticket.request_type, subject=ticket.subject, units=units
    )
    online = (Stage.REGISTER,) if ticket.channel in ONLINE_CHANNELS else ()
    for stage in (*online, Stage.RESOLVE if ticket.self_service else Stage.DISPATCH, Stage.PROMISE):
        deadline = city.deadline(
            stage,
            unit_code=None,
            category_code=ticket.category_code,
            request_type=ticket.request_type,
            urgency=ticket.urgency,
            start=ticket.received_at,
            track=track,
        )
        stored = StoredDeadline(ticket.ticket_no, 1, deadline)
        if stage is Stage.REGISTER or (stage is Stage.DISPATCH and dispatched):
            result = DeadlineResult.MET if at <= deadline.due else DeadlineResult.MISSED
            stored = StoredDeadline(ticket.ticket_no, 1, deadline, result, settled_at=at, stopped_at=at, done_at=at)
            effects.increments.append(metrics.count(metrics.DEADLINES, metrics.HOTLINE_ITSELF, stage.value, result.value))
        effects.new_deadlines.append(stored)
    return deadline
