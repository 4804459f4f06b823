"""A ticket and its life."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from models.codes import Channel, DispatchMode, PlateKind, RequestType, ReviewReason, Role, SubjectType, TicketState, Urgency
from models.errors import IllegalTransition
from models.understanding import Guess

_S = TicketState

NEXT_STATES: Mapping[TicketState, frozenset[TicketState]] = MappingProxyType(
    {
        _S.PENDING: frozenset({_S.DISPATCHED, _S.CLOSED, _S.DECLINED, _S.WITHDRAWN}),
        _S.DISPATCHED: frozenset({_S.PENDING, _S.SIGNED, _S.RETURN_REQUESTED, _S.AWAITING_CALL_BACK, _S.WITHDRAWN}),
        _S.SIGNED: frozenset({_S.HANDLING, _S.REPLIED, _S.RETURN_REQUESTED, _S.WITHDRAWN}),
        _S.HANDLING: frozenset({_S.REPLIED, _S.WITHDRAWN}),
        _S.RETURN_REQUESTED: frozenset({_S.PENDING, _S.DISPATCHED, _S.SIGNED, _S.WITHDRAWN}),
        _S.REPLIED: frozenset({_S.AWAITING_CALL_BACK, _S.HANDLING, _S.WITHDRAWN}),
        _S.AWAITING_CALL_BACK: frozenset({_S.CALLED_BACK, _S.CLOSED, _S.HANDLING, _S.WITHDRAWN}),
        _S.CALLED_BACK: frozenset({_S.CLOSED, _S.HANDLING, _S.WITHDRAWN}),
        _S.CLOSED: frozenset({_S.HANDLING, _S.ARCHIVED}),
        _S.DECLINED: frozenset({_S.ARCHIVED}),
        _S.WITHDRAWN: frozenset({_S.ARCHIVED}),
        _S.ARCHIVED: frozenset(),
    }
)
"""Which state leads to which (domain.md A.2). 重办 leads back to 办理中, also from 办结 while the citizen may still rate.

A ticket that follows another one of its incident (并案) goes from 已派单 to 待回访 when that one's answer has passed, and back
to 待派单 when that one's return is accepted and no unit named.
"""

ENDED_STATES = frozenset({_S.CLOSED, _S.DECLINED, _S.WITHDRAWN, _S.ARCHIVED})
OPEN_STATES = frozenset(TicketState) - ENDED_STATES


class EventKind(StrEnum):
    """What can happen to a ticket, as its events and messages name it."""

    REGISTERED = "ticket.registered"
    DISPATCHED = "ticket.dispatched"
    MERGED = "ticket.merged"
    TOLD_AGAIN = "ticket.told_again"
    JOINED = "incident.joined"
    LEFT = "incident.left"
    FOLLOWED = "incident.followed"
    ANSWERED_TOGETHER = "incident.answered"
    CONSULTATION_OPENED = "consult.opened"
    CONSULTATION_DECIDED = "consult.decided"
    ANSWERED = "ticket.answered"
    DECLINED = "ticket.declined"
    SELF_SERVICE_ENDED = "self_service.ended"
    WITHDRAWN = "ticket.withdrawn"
    SIGNED = "unit.signed"
    CONTACTED = "unit.contacted"
    RETURNED = "unit.returned"
    RETURN_ACCEPTED = "return.accepted"
    RETURN_REJECTED = "return.rejected"
    EXTENSION_REQUESTED = "extend.requested"
    EXTENSION_APPROVED = "extend.approved"
    EXTENSION_REFUSED = "extend.refused"
    COMPLEX_APPROVED = "complex.approved"
    CALENDAR_LOADED = "calendar.loaded"
    PAUSED = "clock.paused"
    RESUMED = "clock.resumed"
    URGENCY_CHANGED = "urgency.changed"
    SUPERVISED = "supervise.stepped"
    CRITICISED = "unit.criticised"
    CO_REPLIED = "unit.co_replied"
    CO_REPLY_OVERRIDDEN = "unit.co_reply_overridden"
    REPLIED = "unit.replied"
    REVIEW_PASSED = "review.passed"
    REVIEW_FAILED = "review.failed"
    CALLED_BACK = "callback.done"
    REOPENED = "ticket.reopened"
    NUDGED = "urge.sent"
    CLOSED = "ticket.closed"
    RATED = "ticket.rated"
    ARCHIVED = "ticket.archived"


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
    ``anonymous`` and ``confidential`` are the citizen's wishes: whom nobody calls back, and whose name no unit sees. ``round``
    rises with every second handling. ``extension_asked`` is how many working days the unit asks for, while nobody has decided.
    ``supervision`` is the step of the ladder on which it stands, 0 for none. ``self_service``: the machine handles it,
    no person. ``linked`` units were told of an emergency besides the lead. ``amount`` is in yuan.
    ``subject`` is None in tickets of an older release. ``parent_no`` is the number that the tickets of one contact's several
    requests share, ``item`` which of them this is.
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
    anonymous: bool = False
    confidential: bool = False
    round: int = 1
    accepted_returns: int = 0
    extension_asked: int | None = None
    supervision: int = 0
    self_service: bool = False
    parent_no: str | None = None
    item: int = 1
    linked: tuple[str, ...] = ()
    plate: str | None = None
    plate_kind: PlateKind | None = None
    amount: Decimal | None = None
    first_closed_at: datetime | None = None

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
    """What merging needs to know of a caller's open ticket. ``plate`` is that of the car that it is about, if it named one."""

    ticket_no: str
    caller_ref: str
    text: str
    category_code: str
    machine_category: str
    district_code: str | None
    address: str | None
    received_at: datetime
    urgency: Urgency
    state: TicketState = TicketState.PENDING
    plate: str | None = None


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
