"""What pages and lists read: protocols with the shapes that they return."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from dispatcher.ports import DeadLetter, Hold, NewRating, Notice, NuisanceCaller, SealedData, StoredDeadline
from dispatcher.rules.rates import Counts
from dispatcher.rules.ringing import WINDOWS
from models.call import MissedCall
from models.codes import Channel, Fate, NoticeKind, PauseReason, RequestType, Stage, SubjectType, TicketState, Urgency
from models.deadline import DeadlineResult
from models.incident import Consultation, Incident
from models.ticket import Actor, OpenText, Ticket, TicketEvent

SHORT_TEXT = 200
"""Characters of a request that a line of a list carries; its detail carries all of them."""

COMPARED_TEXT = 2000
"""Characters of a request that are compared with other callers' requests."""


@dataclass(frozen=True, slots=True)
class Due:
    """When a stage is due, and its result once it is settled. ``provisional``: the calendar did not reach that far.

    ``paused_for`` is why its clock stands still now, None where it goes. ``runs``: the work is still to be done.
    """

    due: datetime
    provisional: bool
    result: DeadlineResult | None
    paused_for: PauseReason | None = None
    runs: bool = True


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket in a list, its text cut to ``SHORT_TEXT``, with the deadlines that the reader may see.

    The hotline's own lists tell too whether it is in a consultation that nobody has decided, and in a hotspot that runs.
    """

    ticket: Ticket
    dues: Mapping[Stage, Due]
    in_consultation: bool = False
    in_hotspot: bool = False

    @property
    def work_due(self) -> Due | None:
        """When the work is due: 重办 where the ticket is handled again and the reader takes part in that, else 办理."""
        again = self.dues.get(Stage.REOPEN) if self.ticket.round > 1 else None
        return again or self.dues.get(Stage.RESOLVE)

    @property
    def next_due(self) -> tuple[Stage, Due] | None:
        """What somebody has to do first, late or not; None where nothing is left, or every clock stands."""
        goes = [(stage, due) for stage, due in self.dues.items() if due.runs and not due.paused_for and stage not in WINDOWS]
        return min(goes, key=lambda each: each[1].due, default=None)


class Lane(StrEnum):
    """What a unit has to do next for an item of its board."""

    UNSIGNED = "unsigned"
    WORKING = "working"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class UnitItem:
    """A ticket on a unit's board. ``role`` is ``lead`` or ``co``. ``cards`` are those that this hold was shown."""

    line: TicketLine
    lane: Lane
    role: str
    dispatched_at: datetime
    signed_at: datetime | None
    contacted_at: datetime | None
    replied_at: datetime | None
    cards: frozenset[NoticeKind]


@dataclass(frozen=True, slots=True)
class UnitBoard:
    """A unit's open work, what is due first standing first, and how much there is beyond what is listed."""

    items: tuple[UnitItem, ...]
    totals: Mapping[Lane, int]


@dataclass(frozen=True, slots=True)
class IncidentView:
    """A ticket's incident: whether it follows the lead, and the others' numbers, of which a unit is told none."""

    incident: Incident
    follows: bool
    lead_unit: str | None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """A ticket with everything that happened to it, as far as the reader may see it; events oldest first.

    A unit sees its own holds, deadlines and notices, and beyond them who else works on the ticket now. ``again_of`` is the
    closed ticket of which it is a repeat, ``sisters`` are the tickets of the same contact's other requests, which no unit sees.
    """

    ticket: Ticket
    deadlines: tuple[StoredDeadline, ...]
    holds: tuple[Hold, ...]
    events: tuple[TicketEvent, ...]
    rating: NewRating | None
    notices: tuple[Notice, ...] = ()
    incident: IncidentView | None = None
    again_of: str | None = None
    sisters: tuple[str, ...] = ()
    consultation: Consultation | None = None


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets a list holds; None means any."""

    state: TicketState | None = None
    unit_code: str | None = None
    category_code: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """Tickets that wait for a person, most urgent first, then oldest; ``total`` stops counting at ``COUNTED_UP_TO``."""

    lines: tuple[TicketLine, ...]
    total: int


COUNTED_UP_TO = 1000


class Decision(StrEnum):
    """What the hotline has to do about a ticket that a unit has or has answered."""

    RETURN = "return"
    EXTENSION = "extension"
    REVIEW = "review"
    CALL_BACK = "call_back"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A ticket that waits for a decision. ``told`` is the data of the event that brought it there, empty for none."""

    line: TicketLine
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The first tickets that wait for a decision, most urgent first, then oldest, and how many there are."""

    lines: tuple[WaitingLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ContactProgress:
    """How far a contact has come. Without a ``fate`` it is still on its way."""

    contact_id: UUID
    channel: Channel
    accepted_at: datetime
    fate: Fate | None
    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class StreamItem:
    """One message of a unit's stream: ``envelope`` is the JSON text as it stands on the topic, ``unit_seq`` filled in."""

    unit_seq: int
    envelope: str


@dataclass(frozen=True, slots=True)
class UnitLoad:
    """A unit's open lead work: not yet replied to. ``due_soon`` and ``overdue`` are parts of ``open``."""

    unit_code: str
    open: int
    unsigned: int
    due_soon: int
    overdue: int


@dataclass(frozen=True, slots=True)
class RunningAlert:
    """An emergency that was heard in a call that is not settled yet.

    ``words`` are what was said, without personal data; ``word`` is what alarmed, None where the whole did. ``script`` is what
    to tell the citizen; ``agent`` is the operator who has the call. ``heard_at`` is when the words reached a door.
    """

    call_id: str
    word: str | None
    words: str
    category_code: str
    district_code: str | None
    address: str | None
    script: str
    heard_at: datetime
    agent: str | None
    hung_up: bool


@dataclass(frozen=True, slots=True)
class WaitingCaller:
    """A caller whom nobody answered: the first of their ``times`` calls, its queue, and who it was, sealed."""

    call: MissedCall
    times: int
    queue: str | None
    sealed: SealedData


@dataclass(frozen=True, slots=True)
class RunningConsultation:
    """疑难会商 that nobody has decided, with who asked for it."""

    line: TicketLine
    consultation: Consultation
    asked_by: Actor


@dataclass(frozen=True, slots=True)
class RunningHotspot:
    """突发热点 that nobody has answered, with the ticket that leads it."""

    line: TicketLine
    incident: Incident


@dataclass(frozen=True, slots=True)
class Supervision:
    """What a supervisor watches; each list holds the first few, most pressing first."""

    pending_total: int
    oldest_pending: datetime | None
    loads: tuple[UnitLoad, ...]
    overdue: tuple[TicketLine, ...]
    emergencies: tuple[Ticket, ...]
    dead_letters: tuple[DeadLetter, ...]
    unrated: tuple[Ticket, ...]
    cards: tuple[Notice, ...]
    supervised: tuple[Ticket, ...]
    consultations: tuple[RunningConsultation, ...]
    hotspots: tuple[RunningHotspot, ...]


@dataclass(frozen=True, slots=True)
class OpenTexts:
    """One page of the open tickets' texts, cut to ``COMPARED_TEXT``. ``next`` leads to the page after it; None: no more."""

    texts: tuple[OpenText, ...]
    next: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class ChangedTexts:
    """One page of tickets to which something happened: those that are open, as they are now, and the numbers of the others.

    ``next`` leads to the page after it; None: no more.
    """

    texts: tuple[OpenText, ...]
    ended: tuple[str, ...]
    next: str | None


class Views(Protocol):
    """Reads for people. With ``unit_code`` a read sees what row security lets that unit see, and nothing else.

    Every read raises ``TryLater`` when the store is away.
    """

    async def ping(self) -> None:
        """Return when the store answers."""
        ...

    async def ticket(self, ticket_no: str, *, unit_code: str | None = None) -> TicketDetail:
        """Return a ticket with its history.

        Raises:
            NotFound: there is none, or ``unit_code`` has no part in it.
        """
        ...

    async def tickets(
        self, wanted: TicketFilter, *, after: str | None, limit: int, unit_code: str | None = None
    ) -> list[Ticket]:
        """Return up to ``limit`` tickets, highest number first, that stand below the number ``after``."""
        ...

    async def pending(self, *, limit: int) -> Pending:
        """Return the tickets that wait for a person."""
        ...

    async def waiting(self, *, limit: int) -> Mapping[Decision, Waiting]:
        """Return up to ``limit`` tickets that wait for each decision; citizens who were tried less often come first."""
        ...

    async def tickets_of(self, ticket_nos: Collection[str]) -> Mapping[str, Ticket]:
        """Return those of the tickets that exist, by number, their texts cut to ``SHORT_TEXT``."""
        ...

    async def open_texts(self, *, after: tuple[str, str] | None, limit: int) -> OpenTexts:
        """Return up to ``limit`` open tickets in one fixed order, those that stand after ``after``."""
        ...

    async def changed_texts(self, *, since: datetime, after: str, limit: int) -> ChangedTexts:
        """Return up to ``limit`` tickets with an event at or after ``since``, those of a number above ``after``."""
        ...

    async def contact(self, contact_id: UUID) -> ContactProgress:
        """Return how far a contact has come.

        Raises:
            NotFound: no door has accepted it.
        """
        ...

    async def unit_board(self, unit_code: str, *, limit: int) -> UnitBoard:
        """Return up to ``limit`` open items of a unit in each lane."""
        ...

    async def unit_stream(self, unit_code: str, *, after: int, limit: int) -> list[StreamItem]:
        """Return the published messages of a unit's stream that follow ``after``, in order, none left out."""
        ...

    async def unit_progress(self, unit_codes: Collection[str]) -> Mapping[str, int]:
        """Return the ``unit_seq`` published last on each of these streams; a unit without messages is missing."""
        ...

    async def running_alerts(self) -> tuple[RunningAlert, ...]:
        """Return the emergencies in calls that still run, the latest first; a settled call's emergency is a ticket."""
        ...

    async def missed_calls(self, *, now: datetime, limit: int) -> tuple[WaitingCaller, ...]:
        """Return up to ``limit`` callers on the call-back list at ``now``, who rang off longest ago first."""
        ...

    async def nuisance_callers(self, *, limit: int) -> tuple[NuisanceCaller, ...]:
        """Return up to ``limit`` callers about whom a shift lead has still to decide, oldest first."""
        ...

    async def supervision(self, *, now: datetime, soon: datetime, today: date) -> Supervision:
        """Return what is open at ``now``; due before ``soon`` counts as due soon; cards are those of ``today``."""
        ...


# ---- Numbers ----


class NumbersDesk(Protocol):
    """Reads what the rates are made of; ``rules.rates.rates`` turns counts into rates with their basis.

    Both reads raise ``TryLater`` when the store is away or too slow.
    """

    async def counts(self, unit_code: str | None) -> Counts:
        """Return the counts of a unit, or of the whole city where ``unit_code`` is None."""
        ...

    async def counts_by_unit(self) -> Mapping[str, Counts]:
        """Return the counts of every unit that was ever dispatched to, by unit code."""
        ...


# ---- Decisions to learn from ----


@dataclass(frozen=True, slots=True)
class DecidedRequest:
    """A request with the labels that a person stood for: what a classifier may learn, and nothing about anybody.

    ``text`` is redacted, as the ticket holds it.
    """

    ticket_no: str
    text: str = field(repr=False)
    category_code: str
    request_type: RequestType
    urgency: Urgency


class Decisions(Protocol):
    """Reads what people decided."""

    async def decided(self, *, since: datetime, after: str | None, limit: int) -> list[DecidedRequest]:
        """Return up to ``limit`` requests registered at or after ``since``, highest number first, below the number ``after``.

        Raises:
            TryLater: the store is away.
        """
        ...


@dataclass(frozen=True, slots=True)
class RoutedRequest:
    """A request that a unit led, with what the dispatch matrix decides by. ``first_lead`` is the unit that led it first."""

    ticket_no: str
    category_code: str
    district_code: str | None
    subject: SubjectType | None
    registered_at: datetime
    matrix_version: str
    first_lead: str


class RoutedRequests(Protocol):
    """Reads how requests were routed."""

    async def routed(self, *, since: datetime, until: datetime, after: str | None, limit: int) -> list[RoutedRequest]:
        """Return up to ``limit`` requests registered from ``since`` on and before ``until``, above the number ``after``.

        Raises:
            TryLater: the store is away.
        """
        ...
