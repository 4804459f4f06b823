"""A telephone call while it runs: its steps, what is said in it, and what it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from models.codes import CallResult, CallState

AGENT = "agent"
"""The speaker who is the hotline's own operator; every other one counts as the citizen."""


@dataclass(frozen=True, slots=True)
class CallStep:
    """One step of a call as the platform tells it. ``seq`` is the platform's own order.

    ``ivr`` holds the keys pressed so far, each with at least ``key``; ``side`` is who hung up.
    """

    seq: int
    state: CallState
    at: datetime
    ivr: tuple[Mapping[str, str], ...] = ()
    queue: str | None = None
    agent: str | None = None
    side: str | None = None


@dataclass(frozen=True, slots=True)
class Speech:
    """A stretch of speech as a recogniser tells it; what is not ``final`` may still be heard differently.

    ``conf`` is 0 to 1 and None where the recogniser gives none; ``start_ms`` and ``end_ms`` count from the call's start.
    """

    seg: int
    spk: str
    text: str = field(repr=False)
    conf: float | None = None
    start_ms: int = 0
    end_ms: int = 0
    final: bool = True


@dataclass(frozen=True, slots=True)
class HeardWords:
    """That somebody said something in a running call. ``contact_id`` is the contact that the call will be."""

    contact_id: UUID
    call_id: str
    spk: str
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class CallCourse:
    """What a call came to. A moment that never was, or that nobody told, is None; so is the ``result`` without any step."""

    began_at: datetime | None
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    ivr: tuple[Mapping[str, str], ...]
    queue: str | None
    agent: str | None
    side: str | None
    result: CallResult | None
