"""The envelope of every message on a topic."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

EVENT_NAMESPACE = UUID("0d4a52b1-4d69-5b5e-a5bb-12345e7e4701")

ENVELOPE_VERSION = 1
"""Major version. Fields are only added; a reader ignores what it does not know and dead-letters another major version."""


class Topic:
    """Names of the topics; a unit's stream is ``dispatch(unit_code)``."""

    CONTACTS = "hotline.contacts"
    CALL_SEGMENTS = "hotline.call-segments"
    TICKET_EVENTS = "hotline.ticket-events"
    ALERTS = "hotline.alerts"
    DEAD_LETTERS = "hotline.dead-letters"

    @staticmethod
    def dispatch(unit_code: str) -> str:
        """Return the topic of a member unit's stream."""
        return f"hotline.dispatch.{unit_code}"


def event_id(subject: str, kind: str, version: int) -> UUID:
    """Return the id that a fact has wherever and however often it is told."""
    return uuid5(EVENT_NAMESPACE, f"{subject}|{kind}|{version}")


@dataclass(frozen=True, slots=True)
class Message:
    """One fact on its way to a topic.

    ``kind`` is the envelope's ``type``. ``ticket_version`` is the version of the ticket after the fact. ``unit_code`` is
    set on a unit's stream alone; the relay then adds the gapless ``unit_seq``. ``data`` must be JSON-ready.
    """

    topic: str
    key: str
    event_id: UUID
    kind: str
    occurred_at: datetime
    actor: str
    profile_version: str
    data: Mapping[str, Any]
    ticket_no: str | None = None
    ticket_version: int | None = None
    unit_code: str | None = None
    version: int = ENVELOPE_VERSION

    def envelope(self) -> dict[str, Any]:
        """Return the JSON object that travels; ``unit_seq`` is the relay's to fill."""
        return {
            "event_id": str(self.event_id),
            "type": self.kind,
            "version": self.version,
            "ticket_no": self.ticket_no,
            "ticket_version": self.ticket_version,
            "unit_seq": None,
            "occurred_at": self.occurred_at.isoformat(),
            "actor": self.actor,
            "profile_version": self.profile_version,
            "data": self.data,
        }
