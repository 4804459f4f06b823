"""From a message's bytes to a contact, or to the cause why it can never be one."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from dispatcher.ports import DeadLetter, StreamPosition
from dispatcher.workflow.announce import CONTACT_RECEIVED
from dispatcher.workflow.intake import Record
from models.codes import Channel
from models.contact import MAX_TEXT, Contact
from models.message import ENVELOPE_VERSION


class Undecodable(Exception):
    """Why a message is no contact: ``cause`` is a bounded label, the text a sentence without the message's content."""

    def __init__(self, cause: str, detail: str, contact_id: UUID | None = None) -> None:
        self.cause = cause
        self.contact_id = contact_id
        super().__init__(detail)


def record_from_bytes(value: bytes | None, *, position: StreamPosition, offset: int, now: datetime) -> Record:
    """Return the record of one message; never raises for what the bytes hold."""
    reference = position.reference(offset)
    try:
        return Record(offset, reference, contact_from_bytes(value or b""), None)
    except Undecodable as error:
        letter = DeadLetter(
            reference=reference,
            cause=error.cause,
            detail=str(error),
            body=value or b"",
            occurred_at=now,
            contact_id=error.contact_id,
        )
        return Record(offset, reference, None, letter)


def contact_from_bytes(value: bytes) -> Contact:
    """Return the contact of a ``contact.received`` message; unknown fields are ignored.

    Raises:
        Undecodable: ``malformed``, ``unknown_version``, ``unknown_type`` or ``oversized_text``.
    """
    envelope = _envelope(value)
    if envelope.get("version") != ENVELOPE_VERSION:
        raise Undecodable("unknown_version", f"version {envelope.get('version')!r:.20} is not {ENVELOPE_VERSION}")
    if envelope.get("type") != CONTACT_RECEIVED:
        raise Undecodable("unknown_type", f"type is not {CONTACT_RECEIVED}")
    data = envelope.get("data")
    if not isinstance(data, dict):
        raise Undecodable("malformed", "the envelope has no data")
    contact = _contact(data)
    if len(contact.text) > MAX_TEXT:
        raise Undecodable(
            "oversized_text", f"the text has {len(contact.text)} characters; {MAX_TEXT} at most", contact.contact_id
        )
    return contact


def _envelope(value: bytes) -> dict[str, Any]:
    try:
        envelope = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Undecodable("malformed", f"{len(value)} bytes that are not JSON") from error
    if not isinstance(envelope, dict):
        raise Undecodable("malformed", "not a JSON object")
    return envelope


def _contact(data: dict[str, Any]) -> Contact:
    try:
        contact = Contact(
            contact_id=UUID(data["contact_id"]),
            channel=Channel(data["channel"]),
            text=data["text"],
            received_at=datetime.fromisoformat(data["received_at"]),
            caller_ref=data["caller_ref"],
            salutation=data.get("salutation"),
            asr_confidence=data.get("asr_confidence"),
            district=data.get("district"),
        )
    except KeyError as error:
        raise Undecodable("malformed", f"the data lack {error}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise Undecodable("malformed", "a field of the data has a wrong form") from error
    if not isinstance(contact.text, str) or not isinstance(contact.caller_ref, str):
        raise Undecodable("malformed", "text and caller_ref must be strings")
    if contact.received_at.tzinfo is None:
        raise Undecodable("malformed", "received_at has no time zone")
    return contact
