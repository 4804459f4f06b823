"""A contact: one call or one message, as the citizen made it and as it may travel."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from models.codes import Channel

CONTACT_NAMESPACE = UUID("5b0f6f5e-7c3a-5d0e-9c53-12345c0a7ac7")
"""Contact ids are uuid5 of channel and source id under this namespace: the same submission always has the same id."""

MAX_TEXT = 50_000
"""Longest request in characters; three hours of speech stay below it. What is longer ends in the dead letters."""

MAX_DISTRICT = 64
"""Longest name of a district in characters; a door's longer text is no name, and is cut."""

# One number is written in many ways; a caller is the same in each.
_BARE_PHONE = re.compile(r"[\s\-()（）]")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1\d{10}$|0\d{9,11}$)")


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What may never leave the vault; kept out of ``repr`` so that no traceback or log line shows it."""

    phone: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    openid: str | None = field(default=None, repr=False)
    recording: str | None = field(default=None, repr=False)

    @property
    def caller_key(self) -> str | None:
        """What tells one caller from another: the WeChat identity, else the phone number; None for the anonymous."""
        if self.openid:
            return f"openid:{self.openid}"
        phone = _BARE_PHONE.sub("", self.phone or "")
        return f"phone:{_COUNTRY.sub('', phone)}" if phone else None


@dataclass(frozen=True, slots=True)
class Submission:
    """What a door hands in. ``source_id`` is the door's idempotency key: a retry carries the same one.

    ``received_at`` is when the citizen called or wrote: the promise's clock starts there. ``asr_confidence`` is the mean
    recognition confidence of a transcript, 0 to 1, and None for typed text. ``district`` is a district code or name that
    the citizen chose, not one guessed from the text.
    """

    source_id: str
    channel: Channel
    text: str = field(repr=False)
    received_at: datetime
    personal: PersonalData = PersonalData()
    asr_confidence: float | None = None
    district: str | None = None

    @property
    def contact_id(self) -> UUID:
        """The contact's id, the same for every retry."""
        return _contact_id(self.channel, self.source_id)


def call_contact_id(call_id: str) -> UUID:
    """Return the id of the contact that a telephone call is, or will be."""
    return _contact_id(Channel.PHONE, call_id)


def _contact_id(channel: Channel, source_id: str) -> UUID:
    return uuid5(CONTACT_NAMESPACE, f"{channel.value}:{source_id}")


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as it travels: redacted text, a salutation and a pseudonym, nothing that names a person."""

    contact_id: UUID
    channel: Channel
    text: str
    received_at: datetime
    caller_ref: str
    salutation: str | None
    asr_confidence: float | None
    district: str | None
