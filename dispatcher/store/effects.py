"""Writes ``Effects`` in one fixed order, each kind with one statement, so that two transactions cannot lock crosswise."""

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from typing import Any

import orjson
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from dispatcher.metrics import Increment
from dispatcher.ports import DeadLetter, Effects
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
    batches: list[tuple[str, Sequence[Any]]] = [
        ("new_tickets", [rows.ticket_row(ticket) for ticket in effects.new_tickets]),
        ("changed_tickets", [rows.ticket_row(ticket) for ticket in effects.changed_tickets]),
        ("assignment_marks", effects.assignment_marks),
        ("assignments", [rows.assignment_row(assignment) for assignment in effects.assignments]),
        ("new_deadlines", [rows.deadline_row(stored) for stored in effects.new_deadlines]),
        ("changed_deadlines", [rows.deadline_row(stored) for stored in effects.changed_deadlines]),
        ("events", [rows.event_row(event) for event in effects.events]),
        ("notices", effects.notices),
        ("citizen_messages", effects.citizen_messages),
        ("call_backs", effects.call_backs),
        ("ratings", effects.ratings),
        ("settled_contacts", effects.settled_contacts),
        ("settled_calls", [rows.settled_call_row(settled) for settled in effects.settled_calls]),
        ("call_alarms", effects.call_alarms),
        ("missed_calls", effects.missed_calls),
        ("answered_callers", effects.answered_callers),
        ("call_back_notes", effects.call_back_notes),
        ("nuisance_callers_new", effects.nuisance_callers),
        ("nuisance_decisions", effects.nuisance_decisions),
        ("dead_letters", [_letter_row(letter) for letter in effects.dead_letters]),
        ("add_proposals", effects.matrix_wishes),
        ("write_places", effects.ticket_places),
        ("write_incidents", effects.incidents),
        ("write_links", list({link.ticket_no: link for link in effects.incident_links}.values())),
        ("write_repeat_links", effects.repeat_links),
        ("write_consultations", effects.consultations),
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
