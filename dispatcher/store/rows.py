"""Between our words and rows; the one place where each column meets its field."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import orjson
from psycopg.rows import DictRow

from dispatcher.ports import (
    FollowedCall,
    Hold,
    NewContact,
    NewRating,
    SealedData,
    SettledCall,
    StoredDeadline,
    StreamPosition,
)
from dispatcher.store.proofs import proof_fields, proof_of
from models.call import CallStep, Speech
from models.codes import (
    CallState,
    Channel,
    ClockKind,
    DispatchMode,
    PlateKind,
    Rating,
    RequestType,
    ReviewReason,
    Stage,
    SubjectType,
    TicketState,
    Urgency,
)
from models.deadline import Deadline, DeadlineResult
from models.profile import CalendarYears
from models.ticket import Assignment, Ticket, TicketEvent
from models.understanding import Guess

Row = dict[str, Any]


def encode(values: Sequence[Any]) -> str:
    """Return rows, or dataclasses whose fields are their columns, as the JSON that ``jsonb_to_recordset`` reads.

    Dates and UUIDs become their ISO text, enums their values.
    """
    return orjson.dumps(values).decode()


def month_of(ticket_no: str) -> int:
    """Return the partition key, yyyymm, that stands in the number; 0, an empty partition, for what is no number."""
    digits = ticket_no[2:8]
    return int(digits) if digits.isdigit() else 0


def position_parameters(position: StreamPosition) -> Row:
    """Return a stream position as query parameters."""
    return {
        "group": position.group,
        "topic": position.topic,
        "topic_id": position.topic_id,
        "partition": position.partition,
    }


def positions_parameters(positions: Iterable[StreamPosition]) -> Row:
    """Return several positions as arrays, in their order."""
    positions = list(positions)
    return {
        "groups": [position.group for position in positions],
        "topic_ids": [position.topic_id for position in positions],
        "partitions": [position.partition for position in positions],
    }


def contact_row(contact: NewContact) -> Row:
    """Return a new contact with its vault row."""
    return {
        "contact_id": contact.contact_id,
        "channel": contact.channel.value,
        "caller_ref": contact.caller_ref,
        "received_at": contact.received_at,
        "accepted_at": contact.accepted_at,
        "raw_text": contact.raw_text,
        "asr_confidence": contact.asr_confidence,
        "district": contact.district,
        "key_id": contact.sealed.key_id,
        "sealed": b64encode(contact.sealed.sealed).decode(),
    }


def ticket_row(ticket: Ticket) -> Row:
    """Return a ticket as a row of ``tickets``."""
    return {
        "ticket_no": ticket.ticket_no,
        "month": month_of(ticket.ticket_no),
        "contact_id": ticket.contact_id,
        "version": ticket.version,
        "state": ticket.state.value,
        "state_since": ticket.state_since,
        "channel": ticket.channel.value,
        "request_type": ticket.request_type.value,
        "category_code": ticket.category_code,
        "urgency": ticket.urgency.value,
        "text": ticket.text,
        "caller_ref": ticket.caller_ref,
        "salutation": ticket.salutation,
        "district_code": ticket.district_code,
        "address": ticket.address,
        "subject": None if ticket.subject is None else ticket.subject.value,
        "lead_unit": ticket.lead_unit,
        "top": [[guess.category_code, guess.probability] for guess in ticket.top],
        "review_reasons": [reason.value for reason in ticket.review_reasons],
        "machine_category": ticket.machine_category,
        "machine_type": ticket.machine_type.value,
        "alarm": ticket.alarm,
        "nudges": ticket.nudges,
        "received_at": ticket.received_at,
        "registered_at": ticket.registered_at,
        "profile_version": ticket.profile_version,
        "matrix_version": ticket.matrix_version,
        "model_version": ticket.model_version,
        "anonymous": ticket.anonymous,
        "confidential": ticket.confidential,
        "round": ticket.round,
        "accepted_returns": ticket.accepted_returns,
        "supervision": ticket.supervision,
        "self_service": ticket.self_service,
        "parent_no": ticket.parent_no,
        "item": ticket.item,
        "linked": ticket.linked,
        "plate": ticket.plate,
        "plate_kind": ticket.plate_kind.value if ticket.plate_kind else None,
        "amount": None if ticket.amount is None else str(ticket.amount),
        "extension_asked": ticket.extension_asked,
        "first_closed_at": ticket.first_closed_at,
    }


def ticket_from_row(row: DictRow) -> Ticket:
    """Return the ticket of a row."""
    return Ticket(
        **{
            **row,
            "state": TicketState(row["state"]),
            "channel": Channel(row["channel"]),
            "request_type": RequestType(row["request_type"]),
            "urgency": Urgency(row["urgency"]),
            "subject": None if row["subject"] is None else SubjectType(row["subject"]),
            "top": tuple(Guess(code, probability) for code, probability in row["top"]),
            "review_reasons": tuple(ReviewReason(reason) for reason in row["review_reasons"]),
            "machine_type": RequestType(row["machine_type"]),
            "linked": tuple(row["linked"]),
            "plate_kind": PlateKind(row["plate_kind"]) if row["plate_kind"] else None,
        }
    )


def assignment_row(assignment: Assignment) -> Row:
    """Return an assignment as a row."""
    return {
        "ticket_no": assignment.ticket_no,
        "unit_code": assignment.unit_code,
        "role": assignment.role,
        "mode": assignment.mode.value,
        "dispatched_at": assignment.dispatched_at,
        "matrix_version": assignment.matrix_version,
        "basis": assignment.basis,
    }


def deadline_row(stored: StoredDeadline) -> Row:
    """Return a deadline as a row."""
    deadline = stored.deadline
    return {
        "ticket_no": stored.ticket_no,
        "stage": deadline.stage.value,
        "number": stored.number,
        "unit_code": deadline.unit_code,
        "clock": deadline.clock.value,
        "start": deadline.start,
        "due": deadline.due,
        "provisional": deadline.provisional,
        "days": deadline.days,
        "calendar_version": deadline.calendar_version,
        "profile_version": deadline.profile_version,
        "result": stored.result.value if stored.result else None,
        "settled_at": stored.settled_at,
        "stopped_at": stored.stopped_at,
        "done_at": stored.done_at,
        "rings_at": stored.rings_at,
        "proof": proof_of(deadline),
    }


def deadline_from_row(row: DictRow) -> StoredDeadline:
    """Return the deadline of a row."""
    return StoredDeadline(
        ticket_no=row["ticket_no"],
        number=row["number"],
        deadline=Deadline(
            stage=Stage(row["stage"]),
            unit_code=row["unit_code"],
            clock=ClockKind(row["clock"]),
            start=row["start"],
            due=row["due"],
            provisional=row["provisional"],
            days=tuple(row["days"]),
            calendar_version=row["calendar_version"],
            profile_version=row["profile_version"],
            **proof_fields(row["proof"]),
        ),
        result=DeadlineResult(row["result"]) if row["result"] else None,
        settled_at=row["settled_at"],
        stopped_at=row["stopped_at"],
        done_at=row["done_at"],
        rings_at=row["rings_at"],
    )


def hold_from_row(row: DictRow) -> Hold:
    """Return the hold of a row of ``assignments``."""
    return Hold(**{**row, "mode": DispatchMode(row["mode"])})


def calendar_row(calendar: CalendarYears) -> Row:
    """Return a loaded calendar as query parameters."""
    return {
        "version": calendar.version,
        "years": sorted(calendar.years),
        "holidays": encode_days(calendar.holidays),
        "workdays": encode_days(calendar.workdays),
    }


def encode_days(days: Mapping[date, str]) -> str:
    """Return days with their names as JSON."""
    return orjson.dumps({day.isoformat(): name for day, name in sorted(days.items())}).decode()


def calendar_from_row(row: DictRow) -> CalendarYears:
    """Return the calendar of a row."""
    holidays, workdays = (
        {date.fromisoformat(day): name for day, name in row[kind].items()} for kind in ("holidays", "workdays")
    )
    return CalendarYears(row["version"], frozenset(row["years"]), holidays, workdays)


def rating_from_row(row: DictRow) -> NewRating:
    """Return the rating of a row."""
    return NewRating(**{**row, "rating": Rating(row["rating"])})


def event_row(event: TicketEvent) -> Row:
    """Return an event as a row of the audit."""
    return {
        "ticket_no": event.ticket_no,
        "month": month_of(event.ticket_no),
        "version": event.version,
        "kind": event.kind.value,
        "occurred_at": event.occurred_at,
        "actor_role": event.actor.role.value,
        "actor_name": event.actor.name,
        "actor_unit": event.actor.unit_code,
        "from_state": event.from_state.value if event.from_state else None,
        "to_state": event.to_state.value,
        "profile_version": event.profile_version,
        "data": event.data,
    }


def followed_call_from_row(row: DictRow) -> FollowedCall:
    """Return the call of a row with everything told of it."""
    sealed = SealedData(row["contact_id"], row["caller_ref"], row["key_id"], row["sealed"]) if row["sealed"] else None
    return FollowedCall(
        call_id=row["call_id"],
        contact_id=row["contact_id"],
        first_heard_at=row["first_heard_at"],
        settled=row["settled"],
        has_contact=row["has_contact"],
        sealed=sealed,
        steps=[_step(step) for step in row["steps"]],
        speeches=[Speech(**speech) for speech in row["speeches"]],
    )


def _step(told: Row) -> CallStep:
    moment = datetime.fromisoformat(told["at"])
    return CallStep(**{**told, "state": CallState(told["state"]), "at": moment, "ivr": tuple(told["ivr"])})


def settled_call_row(settled: SettledCall) -> Row:
    """Return what a call came to as a row of ``calls``."""
    return {"call_id": settled.call_id, "settled_at": settled.settled_at, **asdict(settled.course)}
