"""Writes ``Effects`` in one fixed order, each kind with one statement, so that two transactions cannot lock crosswise."""

from base64 import b64encode
from collections import Counter
from dataclasses import asdict

import orjson
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from dispatcher.metrics import Increment
from dispatcher.ports import AssignmentMark, DeadLetter, Effects, NewRating, Settled
from dispatcher.store import rows
from dispatcher.store.queries import load_queries
from dispatcher.store.rows import Row
from models.message import Message

_QUERIES = {
    **load_queries("effects.sql"),
    **load_queries("incidents.sql"),
    **load_queries("callers.sql"),
    "add_proposals": load_queries("matrix.sql")["add_proposals"],
}


async def write_effects(connection: AsyncConnection[TupleRow], effects: Effects, *, slot: int) -> None:
    """Write everything; tickets before their announcements, rollups last (decision 8)."""
    batches: list[tuple[str, list[Row]]] = [
        ("new_tickets", [rows.ticket_row(ticket) for ticket in effects.new_tickets]),
        ("changed_tickets", [rows.ticket_row(ticket) for ticket in effects.changed_tickets]),
        ("assignment_marks", [_mark_row(mark) for mark in effects.assignment_marks]),
        ("assignments", [rows.assignment_row(assignment) for assignment in effects.assignments]),
        ("new_deadlines", [rows.deadline_row(stored) for stored in effects.new_deadlines]),
        ("changed_deadlines", [rows.deadline_row(stored) for stored in effects.changed_deadlines]),
        ("events", [rows.event_row(event) for event in effects.events]),
        ("notices", [asdict(notice) for notice in effects.notices]),
        ("citizen_messages", [asdict(message) for message in effects.citizen_messages]),
        ("call_backs", [asdict(each) for each in effects.call_backs]),
        ("ratings", [_rating_row(rating) for rating in effects.ratings]),
        ("settled_contacts", [_settled_row(settled) for settled in effects.settled_contacts]),
        ("settled_calls", [rows.settled_call_row(settled) for settled in effects.settled_calls]),
        ("call_alarms", [asdict(alarm) for alarm in effects.call_alarms]),
        ("missed_calls", [asdict(missed) for missed in effects.missed_calls]),
        ("answered_callers", [asdict(answered) for answered in effects.answered_callers]),
        ("call_back_notes", [asdict(note) for note in effects.call_back_notes]),
        ("nuisance_callers_new", [asdict(asked) for asked in effects.nuisance_callers]),
        ("nuisance_decisions", [asdict(decision) for decision in effects.nuisance_decisions]),
        ("dead_letters", [_letter_row(letter) for letter in effects.dead_letters]),
        ("add_proposals", [asdict(wish) for wish in effects.matrix_wishes]),
        ("write_places", [asdict(place) for place in effects.ticket_places]),
        ("write_incidents", [asdict(incident) for incident in effects.incidents]),
        ("write_links", [asdict(link) for link in effects.incident_links]),
        ("write_repeat_links", [asdict(link) for link in effects.repeat_links]),
        ("write_consultations", [asdict(each) for each in effects.consultations]),
        ("outbox", [_outbox_row(message) for message in effects.messages]),
    ]
    async with connection.pipeline():  # one journey to the server and back for all statements
        for name, batch in batches:
            if batch:
                await connection.execute(_QUERIES[name], {"rows": rows.encode(batch)})
        if effects.increments:
            rollups = rows.encode(_summed(effects.increments))
            await connection.execute(_QUERIES["rollups"], {"rows": rollups, "slot": slot})


def _summed(increments: list[Increment]) -> list[Row]:
    totals: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for increment in increments:
        totals[increment.family, increment.labels] += increment.amount
    return [{"family": family, "labels": labels, "amount": amount} for (family, labels), amount in totals.items()]


def _mark_row(mark: AssignmentMark) -> Row:
    return {
        "ticket_no": mark.ticket_no,
        "unit_code": mark.unit_code,
        "moment": mark.moment,
        "at": mark.at,
        "note": mark.note,
    }


def _rating_row(rating: NewRating) -> Row:
    return {
        "ticket_no": rating.ticket_no,
        "round": rating.round,
        "unit_code": rating.unit_code,
        "rating": rating.rating.value,
        "rated_at": rating.rated_at,
        "reason": rating.reason,
    }


def _settled_row(settled: Settled) -> Row:
    return {
        "contact_id": settled.contact_id,
        "fate": settled.fate.value,
        "ticket_no": settled.ticket_no,
        "settled_at": settled.settled_at,
        "language": settled.language,
    }


def _letter_row(letter: DeadLetter) -> Row:
    return {
        "reference": letter.reference,
        "cause": letter.cause,
        "detail": letter.detail,
        "body": b64encode(letter.body).decode(),
        "contact_id": letter.contact_id,
        "occurred_at": letter.occurred_at,
    }


def _outbox_row(message: Message) -> Row:
    """The envelope goes as a string within the rows' JSON: as an element of an array psycopg would escape each quote alone."""
    return {
        "event_id": message.event_id,
        "topic": message.topic,
        "key": message.key,
        "unit_code": message.unit_code,
        "ticket_no": message.ticket_no,
        "envelope": orjson.dumps(message.envelope()).decode(),
        "written_at": message.occurred_at,
    }
