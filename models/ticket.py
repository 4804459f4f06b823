"""A ticket and its life."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from models.codes import Channel, DispatchMode, RequestType, ReviewReason, Role, SubjectType, TicketState, Urgency
from models.errors import IllegalTransition
from models.understanding import Guess

NEXT_STATES: Mapping[TicketState, frozenset[TicketState]] = MappingProxyType(
    {
        TicketState.PENDING: frozenset({TicketState.DISPATCHED, TicketState.CLOSED, TicketState.DECLINED}),
        TicketState.DISPATCHED: frozenset({TicketState.SIGNED}),
        TicketState.SIGNED: frozenset({TicketState.REPLIED}),
        TicketState.REPLIED: frozenset({TicketState.CLOSED}),
        TicketState.CLOSED: frozenset(),
        TicketState.DECLINED: frozenset(),
    }
)
"""Which state leads to which (domain.md A.2; returns, reviews and second handling come with the dispatcher's rules)."""

OPEN_STATES = frozenset(state for state, following in NEXT_STATES.items() if following)


class EventKind(StrEnum):
    """What can happen to a ticket, as its events and messages name it."""

    REGISTERED = "ticket.registered"
    DISPATCHED = "ticket.dispatched"
    MERGED = "ticket.merged"
    ANSWERED = "ticket.answered"
    DECLINED = "ticket.declined"
    SIGNED = "unit.signed"
    REPLIED = "unit.replied"
    CLOSED = "ticket.closed"
    RATED = "ticket.rated"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``name`` is a user's log-in name or a part of the engine, never a citizen's name."""

    role: Role
    name: str
    unit_code: str | None = None

    def __str__(self) -> str:
        return f"{self.role.value}:{self.name}"


@dataclass(frozen=True, slots=True)
class Ticket:
    """工单, without personal data. ``version`` rises by one with every event and guards against stale commands.

    ``text`` is the redacted request. ``machine_category`` and ``machine_type`` keep what the engine thought, beside what
    people decided (domain.md 0.13: recoding a complaint as a consultation must be measurable). ``confidence`` is 0 to 1.
    ``subject`` is None in tickets of an older release.
    """

    ticket_no: str
    contact_id: UUID
    version: int
    state: TicketState
    state_since: datetime
    channel: Channel
    request_type: RequestType
    category_code: str
    urgency: Urgency
    text: str
    caller_ref: str
    salutation: str | None
    district_code: str | None
    address: str | None
    subject: SubjectType | None
    lead_unit: str | None
    top: tuple[Guess, ...]
    review_reasons: tuple[ReviewReason, ...]
    machine_category: str
    machine_type: RequestType
    alarm: str | None
    nudges: int
    received_at: datetime
    registered_at: datetime
    profile_version: str
    matrix_version: str
    model_version: str

    @property
    def confidence(self) -> float:
        """How sure the engine was of its category, 0 to 1."""
        return self.top[0].probability

    def moved_to(self, state: TicketState, at: datetime, **changes: Any) -> "Ticket":
        """Return the ticket in its new state, one version on, with ``changes`` to other fields.

        Raises:
            IllegalTransition: ``NEXT_STATES`` has no step from here to ``state``.
        """
        if state not in NEXT_STATES[self.state]:
            raise IllegalTransition(self.ticket_no, self.state.label, state.label)
        return replace(self, state=state, state_since=at, version=self.version + 1, **changes)


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One line of a ticket's audit. ``version`` is the ticket's version after it; ``data`` holds the command's data."""

    ticket_no: str
    version: int
    kind: EventKind
    occurred_at: datetime
    actor: Actor
    from_state: TicketState | None
    to_state: TicketState
    profile_version: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A unit's hold on a ticket. One lead at a time; ``ended_at`` is set when the work left the unit or was answered."""

    ticket_no: str
    unit_code: str
    role: str
    mode: DispatchMode
    dispatched_at: datetime
    matrix_version: str
    basis: str


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What merging needs to know of a caller's open ticket."""

    ticket_no: str
    caller_ref: str
    text: str
    category_code: str
    machine_category: str
    district_code: str | None
    address: str | None
    received_at: datetime
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class OpenText:
    """What is compared of an open ticket with those of other callers."""

    ticket_no: str
    text: str
    category_code: str
    district_code: str | None
    address: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why a ticket may belong to a request: ``score`` 0 to 1, and what speaks for it.

    ``words`` are pieces of the request that the ticket's text holds too, longest first. ``place`` is a name that both have.
    """

    ticket_no: str
    score: float
    words: tuple[str, ...]
    place: str | None
    same_category: bool
    same_district: bool
