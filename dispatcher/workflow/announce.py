"""The messages that tell the outside what happened; none carries personal data (decision 6)."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from dispatcher.ports import DeadLetter, Notice, NuisanceCaller
from dispatcher.rules.redaction import redact, redact_fragment
from models.call import HeardWords, Speech
from models.codes import Channel, Stage
from models.contact import Contact
from models.deadline import Deadline
from models.incident import Incident
from models.message import Message, Topic, event_id
from models.profile import Category, Profile
from models.ticket import Actor, Ticket, TicketEvent
from models.understanding import Understanding

CONTACT_RECEIVED = "contact.received"
CALL_SEGMENT = "call.segment"
DISPATCH_ITEM = "dispatch.item"
NOTICE = "dispatch.notice"
LINKED = "dispatch.linked"
EMERGENCY = "alert.emergency"
HOTSPOT = "alert.hotspot"
CONSULTATION = "alert.consultation"
INCIDENT = "dispatch.incident"
CALENDAR_ENDS = "alert.calendar"
NUISANCE = "alert.nuisance"
DEAD_LETTER = "dead.letter"

TITLE_LENGTH = 40
"""Characters of a ticket's title. Source: domain.md C.2 标题(≤40字)."""


def contact_message(contact: Contact, *, accepted_at: datetime, profile_version: str) -> Message:
    """Return the announcement of a new contact, keyed so that one caller's contacts meet in one partition."""
    return Message(
        topic=Topic.CONTACTS,
        key=contact.caller_ref,
        event_id=event_id(str(contact.contact_id), CONTACT_RECEIVED, 1),
        kind=CONTACT_RECEIVED,
        occurred_at=accepted_at,
        actor=f"door:{contact.channel.value}",
        profile_version=profile_version,
        data={
            "contact_id": str(contact.contact_id),
            "channel": contact.channel.value,
            "text": contact.text,
            "received_at": contact.received_at.isoformat(),
            "caller_ref": contact.caller_ref,
            "salutation": contact.salutation,
            "asr_confidence": contact.asr_confidence,
            "district": contact.district,
        },
    )


def segment_message(
    speech: Speech, version: int, *, call_id: str, contact_id: UUID, heard_at: datetime, profile_version: str
) -> Message:
    """Return what was heard in a running call, keyed so that one call's words meet in their order.

    The key is the contact that the call will be: a platform's own ids may hold the caller's number.
    """
    return Message(
        topic=Topic.CALL_SEGMENTS,
        key=str(contact_id),
        event_id=event_id(f"{contact_id}/{speech.seg}", CALL_SEGMENT, version),
        kind=CALL_SEGMENT,
        occurred_at=heard_at,
        actor=f"door:{Channel.PHONE.value}",
        profile_version=profile_version,
        data={
            "call_id": redact(call_id),
            "contact_id": str(contact_id),
            "seg": speech.seg,
            "spk": speech.spk,
            "text": redact_fragment(speech.text),
            "conf": speech.conf,
            "start_ms": speech.start_ms,
            "end_ms": speech.end_ms,
            "final": speech.final,
        },
    )


def event_message(event: TicketEvent, ticket: Ticket) -> Message:
    """Return a ticket's event for everybody who follows tickets."""
    return Message(
        topic=Topic.TICKET_EVENTS,
        key=event.ticket_no,
        event_id=event_id(event.ticket_no, event.kind.value, event.version),
        kind=event.kind.value,
        occurred_at=event.occurred_at,
        actor=str(event.actor),
        profile_version=event.profile_version,
        ticket_no=event.ticket_no,
        ticket_version=event.version,
        data={
            "state": event.to_state.value,
            "channel": ticket.channel.value,
            "type": ticket.request_type.label,
            "category": ticket.category_code,
            "urgency": ticket.urgency.label,
            "district": ticket.district_code,
            "unit": ticket.lead_unit,
            **event.data,
        },
    )


def dispatch_message(
    ticket: Ticket,
    *,
    unit_code: str,
    role: str,
    category: Category | None,
    deadlines: dict[Stage, Deadline],
    actor: Actor,
    at: datetime,
    basis: str,
    again_of: str | None = None,
) -> Message:
    """Return the work item as the member unit sees it (domain.md I.4), without phone, name or openid.

    A category that the profile has lost stands for itself by its code. ``again_of`` is the closed ticket of which this one
    is a repeat (再次反映).
    """
    work = deadlines[Stage.RESOLVE]
    caller: dict[str, Any] = {"salutation": ticket.salutation, "caller_ref": ticket.caller_ref}
    if ticket.anonymous or ticket.confidential:
        caller = {"salutation": "匿名", "caller_ref": None}
    data: dict[str, Any] = {
        "ticket_no": ticket.ticket_no,
        "unit": unit_code,
        "role": role,
        "title": title_of(ticket.text),
        "content": ticket.text,
        "category": ticket.category_code,
        "category_name": [category.level1, category.level2] if category else [ticket.category_code] * 2,
        "type": ticket.request_type.label,
        "urgency": ticket.urgency.label,
        "channel": ticket.channel.label,
        "district": ticket.district_code,
        "address": ticket.address,
        "caller": caller,
        "received_at": ticket.received_at.isoformat(),
        "dispatched_at": at.isoformat(),
        "sign_due": deadlines[Stage.SIGN].due.isoformat() if Stage.SIGN in deadlines else None,
        "resolve_due": work.due.isoformat(),
        "provisional": work.provisional,
        "round": ticket.round,
        "repeat_count": ticket.nudges,
        "again_of": again_of,
        "matrix": {"version": ticket.matrix_version, "basis": basis},
    }
    return Message(
        topic=Topic.dispatch(unit_code),
        key=ticket.ticket_no,
        event_id=event_id(ticket.ticket_no, f"{DISPATCH_ITEM}.{unit_code}", ticket.version),
        kind=DISPATCH_ITEM,
        occurred_at=at,
        actor=str(actor),
        profile_version=ticket.profile_version,
        ticket_no=ticket.ticket_no,
        ticket_version=ticket.version,
        unit_code=unit_code,
        data=data,
    )


def nudge_message(ticket: Ticket, *, at: datetime, about: str | None = None) -> Message:
    """Tell the lead unit that the citizen asked again; ``about`` is the unit's own ticket where this one follows it."""
    unit_code = ticket.lead_unit or ""
    told = about or ticket.ticket_no
    return Message(
        topic=Topic.dispatch(unit_code),
        key=told,
        event_id=event_id(ticket.ticket_no, "dispatch.nudge", ticket.version),
        kind="dispatch.nudge",
        occurred_at=at,
        actor="system:intake",
        profile_version=ticket.profile_version,
        ticket_no=told,
        ticket_version=None if about else ticket.version,
        unit_code=unit_code,
        data={"ticket_no": told, "unit": unit_code, "repeat_count": ticket.nudges},
    )


def incident_message(lead: Ticket, incident: Incident, joined: Ticket, *, at: datetime) -> Message:
    """Tell the unit how many citizens its ticket stands for now; of the others it is told nothing else."""
    unit_code = lead.lead_unit or ""
    return Message(
        topic=Topic.dispatch(unit_code),
        key=lead.ticket_no,
        event_id=event_id(joined.ticket_no, INCIDENT, joined.version),
        kind=INCIDENT,
        occurred_at=at,
        actor="system:incidents",
        profile_version=lead.profile_version,
        ticket_no=lead.ticket_no,
        unit_code=unit_code,
        data={
            "ticket_no": lead.ticket_no,
            "unit": unit_code,
            "incident": incident.incident,
            "tickets": incident.tickets,
        },
    )


def hotspot_message(incident: Incident, lead: Ticket, *, at: datetime) -> Message:
    """Alert the supervisors: many callers tell of one event at once. Told once an incident."""
    return Message(
        topic=Topic.ALERTS,
        key=incident.incident,
        event_id=event_id(incident.incident, HOTSPOT, 1),
        kind=HOTSPOT,
        occurred_at=at,
        actor="system:incidents",
        profile_version=lead.profile_version,
        ticket_no=lead.ticket_no,
        data={
            "kind": "hotspot",
            "contact_id": str(lead.contact_id),
            "incident": incident.incident,
            "tickets": incident.tickets,
            "category": incident.category_code,
            "district": incident.district_code,
            "address": lead.address,
            "unit": lead.lead_unit,
        },
    )


def consultation_message(ticket: Ticket, *, cause: str, at: datetime) -> Message:
    """Tell the supervisors that nobody but them or a dispatcher can say who leads a ticket."""
    return Message(
        topic=Topic.ALERTS,
        key=ticket.ticket_no,
        event_id=event_id(ticket.ticket_no, CONSULTATION, ticket.version),
        kind=CONSULTATION,
        occurred_at=at,
        actor="system:consultation",
        profile_version=ticket.profile_version,
        ticket_no=ticket.ticket_no,
        ticket_version=ticket.version,
        data={
            "kind": "consultation",
            "contact_id": str(ticket.contact_id),
            "cause": cause,
            "category": ticket.category_code,
            "district": ticket.district_code,
            "returns": ticket.accepted_returns,
        },
    )


def notice_message(notice: Notice, ticket: Ticket) -> Message:
    """Tell a unit what the hotline notes about one of its tickets: a card, a supervision order, an extension."""
    return Message(
        topic=Topic.dispatch(notice.unit_code),
        key=notice.ticket_no,
        event_id=event_id(notice.ticket_no, f"{NOTICE}.{notice.kind.value}.{notice.unit_code}", notice.version),
        kind=NOTICE,
        occurred_at=notice.at,
        actor="system:notices",
        profile_version=ticket.profile_version,
        ticket_no=notice.ticket_no,
        ticket_version=notice.version,
        unit_code=notice.unit_code,
        data={
            "ticket_no": notice.ticket_no,
            "unit": notice.unit_code,
            "kind": notice.kind.value,
            "name": notice.kind.label,
            "day": notice.day.isoformat(),
        },
    )


def linked_message(ticket: Ticket, unit_code: str, *, at: datetime) -> Message:
    """Tell a linked emergency service what happened and where; it leads nothing and owes no reply."""
    return Message(
        topic=Topic.dispatch(unit_code),
        key=ticket.ticket_no,
        event_id=event_id(ticket.ticket_no, f"{LINKED}.{unit_code}", ticket.version),
        kind=LINKED,
        occurred_at=at,
        actor="system:intake",
        profile_version=ticket.profile_version,
        ticket_no=ticket.ticket_no,
        ticket_version=ticket.version,
        unit_code=unit_code,
        data={
            "ticket_no": ticket.ticket_no,
            "unit": unit_code,
            "content": ticket.text,
            "category": ticket.category_code,
            "district": ticket.district_code,
            "address": ticket.address,
            "lead_unit": ticket.lead_unit,
            "received_at": ticket.received_at.isoformat(),
        },
    )


def emergency_message(ticket: Ticket, *, at: datetime, script: str) -> Message:
    """Alert the supervisors: a request is an emergency. ``script`` is what to tell its citizen."""
    return Message(
        topic=Topic.ALERTS,
        key=ticket.ticket_no,
        event_id=event_id(ticket.ticket_no, EMERGENCY, ticket.version),
        kind=EMERGENCY,
        occurred_at=at,
        actor="system:intake",
        profile_version=ticket.profile_version,
        ticket_no=ticket.ticket_no,
        ticket_version=ticket.version,
        data={
            "kind": "emergency",
            "contact_id": str(ticket.contact_id),
            "word": ticket.alarm,
            "category": ticket.category_code,
            "district": ticket.district_code,
            "address": ticket.address,
            "unit": ticket.lead_unit,
            "linked": list(ticket.linked),
            "script": script,
        },
    )


def call_emergency_message(
    heard: HeardWords, words: str, understanding: Understanding, *, at: datetime, profile: Profile
) -> Message:
    """Alert the supervisors: ``words``, said in a call that still runs, are an emergency. Told once a call."""
    category_code = understanding.emergency_category
    return Message(
        topic=Topic.ALERTS,
        key=str(heard.contact_id),
        event_id=event_id(str(heard.contact_id), EMERGENCY, 1),
        kind=EMERGENCY,
        occurred_at=at,
        actor="system:listen",
        profile_version=profile.version,
        data={
            "kind": "emergency",
            "contact_id": str(heard.contact_id),
            "call_id": heard.call_id,
            "word": understanding.alarm,
            "words": words,
            "category": category_code,
            "district": understanding.district_code,
            "address": understanding.address,
            "script": profile.safety_script(category_code),
            "heard_at": heard.heard_at.isoformat(),
        },
    )


def calendar_message(covered_until: date, *, days_left: int, at: datetime, profile: Profile) -> Message:
    """Alert the supervisors: the loaded calendar ends soon, and deadlines beyond it are provisional."""
    return Message(
        topic=Topic.ALERTS,
        key="calendar",
        event_id=event_id(f"{profile.name}/{covered_until}", CALENDAR_ENDS, 1),
        kind=CALENDAR_ENDS,
        occurred_at=at,
        actor="system:calendar",
        profile_version=profile.version,
        data={
            "kind": "calendar",
            "contact_id": None,
            "covered_until": covered_until.isoformat(),
            "days_left": days_left,
            "script": f"工作日历只载入到{covered_until.isoformat()}，请载入下一年的放假安排；之后到期的时限为暂定。",
        },
    )


def nuisance_message(asked: NuisanceCaller, *, within: timedelta, profile_version: str) -> Message:
    """Ask the shift lead about a caller who only disturbed, so many times ``within`` so long. Told once for each asking."""
    return Message(
        topic=Topic.ALERTS,
        key=asked.caller_ref,
        event_id=event_id(str(asked.contact_id), NUISANCE, 1),
        kind=NUISANCE,
        occurred_at=asked.asked_at,
        actor="system:intake",
        profile_version=profile_version,
        data={
            "kind": "nuisance",
            "contact_id": str(asked.contact_id),
            "caller_ref": asked.caller_ref,
            "contacts": asked.contacts,
            "within_minutes": within // timedelta(minutes=1),
        },
    )


def dead_letter_message(letter: DeadLetter, profile_version: str) -> Message:
    """Return cause and reference of a dead letter; its body stays in PostgreSQL."""
    return Message(
        topic=Topic.DEAD_LETTERS,
        key=letter.reference,
        event_id=event_id(letter.reference, DEAD_LETTER, 1),
        kind=DEAD_LETTER,
        occurred_at=letter.occurred_at,
        actor="system:intake",
        profile_version=profile_version,
        data={
            "reference": letter.reference,
            "cause": letter.cause,
            "detail": letter.detail,
            "contact_id": str(letter.contact_id) if letter.contact_id else None,
        },
    )


def title_of(text: str) -> str:
    """Return a request's first words as its title."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LENGTH else f"{line[: TITLE_LENGTH - 1]}…"
