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


@dataclass(frozen=True, slots=True)
class MissedCall:
    """漏接: a call that rang off unanswered, to be called back by ``due``.

    It stands on the call-back list from ``listed_at`` on, until its caller is answered or called back. ``reached`` tells
    whether somebody took the call back.
    """

    call_id: str
    contact_id: UUID
    caller_ref: str
    rang_off_at: datetime
    listed_at: datetime
    due: datetime
    answered_at: datetime | None = None
    called_back_at: datetime | None = None
    called_back_by: str | None = None
    reached: bool | None = None

    @property
    def was_listed(self) -> bool:
        """Whether it ever had to be called back: its caller was not answered in time."""
        return self.answered_at is None or self.answered_at > self.listed_at

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has spoken with the caller since."""
        return self.answered_at is None and self.called_back_at is None


@dataclass(frozen=True, slots=True)
class AnsweredCaller:
    """That an operator answered a caller: calls of theirs that rang off before need no call-back any more."""

    caller_ref: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class CallBackNote:
    """That a missed call was called back."""

    call_id: str
    called_back_at: datetime
    called_back_by: str
    reached: bool
