"""From a message's bytes to what it tells, or to the cause why it can never tell anything."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

import orjson

from dispatcher.ports import DeadLetter, StreamPosition
from dispatcher.workflow.announce import CALL_SEGMENT, CONTACT_RECEIVED
from dispatcher.workflow.batches import ContentT, Record
from models.call import HeardWords
from models.codes import Channel
from models.contact import MAX_TEXT, Contact
from models.message import ENVELOPE_VERSION

_YEARS = range(2000, 2100)
"""A time outside of them is a mistake of a clock, and no calendar could count its deadlines."""


Decode = Callable[[bytes], ContentT]
"""Returns what a message's bytes tell; raises ``Undecodable``."""


class Undecodable(Exception):
    """Why a message tells nothing: ``cause`` is a bounded label, the text a sentence without the message's content."""

    def __init__(self, cause: str, detail: str, contact_id: UUID | None = None) -> None:
        self.cause = cause
        self.contact_id = contact_id
        super().__init__(detail)


def record_from_bytes(
    decode: Decode[ContentT], value: bytes | None, *, position: StreamPosition, offset: int, now: datetime
) -> Record[ContentT]:
    """Return the record of one message; never raises for what the bytes hold."""
    reference = position.reference(offset)
    try:
        return Record(offset, reference, decode(value or b""), None)
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
    _, data = _told(value, CONTACT_RECEIVED)
    contact_id = _contact_id(data.get("contact_id"))
    try:
        contact = _contact(contact_id, data)
    except KeyError as error:
        raise Undecodable("malformed", f"the data lack {error}", contact_id) from error
    except (TypeError, ValueError, OverflowError) as error:
        raise Undecodable("malformed", "a field of the data has a wrong form", contact_id) from error
    if len(contact.text) > MAX_TEXT:
        raise Undecodable("oversized_text", f"the text has {len(contact.text)} characters; {MAX_TEXT} at most", contact_id)
    return contact


def words_from_bytes(value: bytes) -> HeardWords:
    """Return what a ``call.segment`` message tells; unknown fields are ignored.

    Raises:
        Undecodable: ``malformed``, ``unknown_version`` or ``unknown_type``.
    """
    envelope, data = _told(value, CALL_SEGMENT)
    contact_id = _contact_id(data.get("contact_id"))
    try:
        return HeardWords(
            contact_id=contact_id,
            call_id=_text(data["call_id"]),
            spk=_text(data["spk"]),
            heard_at=_instant(envelope["occurred_at"]),
        )
    except KeyError as error:
        raise Undecodable("malformed", f"the message lacks {error}", contact_id) from error
    except (TypeError, ValueError, OverflowError) as error:
        raise Undecodable("malformed", "a field of the message has a wrong form", contact_id) from error


def _told(value: bytes, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the envelope of a message of this ``kind``, and its data."""
    envelope = _envelope(value)
    if envelope.get("version") != ENVELOPE_VERSION:
        raise Undecodable("unknown_version", f"the envelope's version is not {ENVELOPE_VERSION}")
    if envelope.get("type") != kind:
        raise Undecodable("unknown_type", f"type is not {kind}")
    data = envelope.get("data")
    if not isinstance(data, dict):
        raise Undecodable("malformed", "the envelope has no data")
    return envelope, data


def _envelope(value: bytes) -> dict[str, Any]:
    try:
        envelope = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Undecodable("malformed", f"{len(value)} bytes that are not JSON") from error
    if not isinstance(envelope, dict):
        raise Undecodable("malformed", "not a JSON object")
    return envelope


def _contact_id(value: Any) -> UUID:
    try:
        return UUID(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise Undecodable("malformed", "contact_id is no UUID") from error


def _contact(contact_id: UUID, data: dict[str, Any]) -> Contact:
    return Contact(
        contact_id=contact_id,
        channel=Channel(data["channel"]),
        text=_text(data["text"]),
        received_at=_instant(data["received_at"]),
        caller_ref=_text(data["caller_ref"]) or _refuse("an empty caller_ref"),
        salutation=_optional_text(data.get("salutation")),
        asr_confidence=_share(data.get("asr_confidence")),
        district=_optional_text(data.get("district")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _refuse("not a text")


def _optional_text(value: Any) -> str | None:
    return None if value is None else _text(value)


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(value)
    return instant if instant.tzinfo is not None and instant.year in _YEARS else _refuse("no instant of our time")


def _share(value: Any) -> float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return _refuse("not a number")


def _refuse(reason: str) -> NoReturn:
    raise ValueError(reason)
