"""What the core needs from the outside, as protocols; ``hotline.bootstrap`` introduces the implementations."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from dispatcher.metrics import Increment
from models.call import CallCourse, CallStep, Speech
from models.codes import Channel, Fate, Rating, Stage
from models.contact import PersonalData
from models.deadline import Deadline, DeadlineResult
from models.message import Message
from models.profile import ConfidenceBands
from models.ticket import Assignment, OpenRequest, Ticket, TicketEvent
from models.understanding import Understanding


class Clock(Protocol):
    """The only source of "now"."""

    def now(self) -> datetime:
        """Return the current instant, aware."""
        ...


@dataclass(frozen=True, slots=True)
class UnderstoodTexts:
    """What one model made of a batch, text by text in order, with the bands that were measured with that model."""

    understandings: Sequence[Understanding]
    bands: ConfidenceBands


Understand = Callable[[Sequence[str]], Awaitable[UnderstoodTexts]]
"""Understands a batch of texts, all of them by one model. Runs away from the event loop."""


@dataclass(frozen=True, slots=True)
class SealedData:
    """Personal data as the vault stores it: encrypted, with the key's id. ``caller_ref`` is the caller's pseudonym."""

    contact_id: UUID
    caller_ref: str
    key_id: str
    sealed: bytes = field(repr=False)


class Vault(Protocol):
    """Turns personal data into what may be stored, and back for those who may see it."""

    def seal(self, contact_id: UUID, personal: PersonalData) -> SealedData:
        """Encrypt ``personal`` for this contact; the anonymous get a pseudonym of their own."""
        ...

    def open(self, sealed: SealedData) -> PersonalData:
        """Decrypt.

        Raises:
            Rejected: the key that sealed it is not at hand, or the bytes were changed.
        """
        ...


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact row to store. ``raw_text`` stays in PostgreSQL."""

    contact_id: UUID
    channel: Channel
    caller_ref: str
    received_at: datetime
    accepted_at: datetime
    raw_text: str = field(repr=False)
    asr_confidence: float | None
    district: str | None
    sealed: SealedData


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """A partition as a consumer group reads it. ``topic_id`` changes when a topic is made anew."""

    group: str
    topic: str
    topic_id: UUID
    partition: int

    def reference(self, offset: int) -> str:
        """Return what tells a message from every other one, also from those of a lost topic of the same name."""
        return f"{self.topic}/{self.partition}/{offset} of {self.topic_id}"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that can never succeed: ``cause`` is a bounded label, ``detail`` a sentence without personal data.

    ``body`` stays in PostgreSQL. ``reference`` tells it apart: topic, partition and offset, or a contact's id.
    """

    reference: str
    cause: str
    detail: str
    body: bytes = field(repr=False)
    occurred_at: datetime
    contact_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A contact's fate and, if it has one, its ticket."""

    contact_id: UUID
    fate: Fate
    ticket_no: str | None
    settled_at: datetime


@dataclass(frozen=True, slots=True)
class NewDeadline:
    """A deadline to store; ``result`` and ``settled_at`` are set where it is met or missed the moment it is made."""

    ticket_no: str
    deadline: Deadline
    result: DeadlineResult | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredDeadline:
    """A deadline row: ``number`` tells apart rounds of the same stage."""

    ticket_no: str
    number: int
    deadline: Deadline
    result: DeadlineResult | None


@dataclass(frozen=True, slots=True)
class SettledDeadline:
    """A result to be written on a deadline row."""

    ticket_no: str
    number: int
    stage: Stage
    result: DeadlineResult
    settled_at: datetime


@dataclass(frozen=True, slots=True)
class NewRating:
    """A citizen's rating of one round of a ticket."""

    ticket_no: str
    unit_code: str
    rating: Rating
    rated_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class AssignmentMark:
    """A moment in a unit's hold on a ticket: ``signed``, ``replied`` or ``ended``; without ``unit_code`` in every unit's."""

    ticket_no: str
    unit_code: str | None
    moment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CallNews:
    """What a call platform tells of a call. ``contact_id`` is the contact that the call will be; ``sealed`` its caller."""

    call_id: str
    contact_id: UUID
    heard_at: datetime
    steps: Sequence[CallStep] = ()
    speeches: Sequence[Speech] = ()
    sealed: SealedData | None = None


@dataclass(frozen=True, slots=True)
class NotedCall:
    """What a telling of a call changed: ``versions`` of the segments that are new or heard differently, by their number."""

    settled: bool
    versions: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class FollowedCall:
    """A call with everything told of it so far. Once ``settled`` it has its course and, if words were said, its contact."""

    call_id: str
    contact_id: UUID
    first_heard_at: datetime
    settled: bool
    has_contact: bool
    sealed: SealedData | None
    steps: Sequence[CallStep]
    speeches: Sequence[Speech]


@dataclass(frozen=True, slots=True)
class SettledCall:
    """What a call came to, to be written on its row."""

    call_id: str
    course: CallCourse
    settled_at: datetime


@dataclass(frozen=True, slots=True)
class CallAlarm:
    """That a running call was warned of, to be written on its row: ``word`` is None where no single word alarmed.

    ``heard_at`` is when the words were told that alarmed.
    """

    contact_id: UUID
    word: str | None
    heard_at: datetime
    alerted_at: datetime


@dataclass(slots=True)
class Effects:
    """Everything that one decision changes; the store writes it in one fixed order, rollups last."""

    new_tickets: list[Ticket] = field(default_factory=list)
    changed_tickets: list[Ticket] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    assignment_marks: list[AssignmentMark] = field(default_factory=list)
    deadlines: list[NewDeadline] = field(default_factory=list)
    settled_deadlines: list[SettledDeadline] = field(default_factory=list)
    events: list[TicketEvent] = field(default_factory=list)
    ratings: list[NewRating] = field(default_factory=list)
    settled_contacts: list[Settled] = field(default_factory=list)
    settled_calls: list[SettledCall] = field(default_factory=list)
    call_alarms: list[CallAlarm] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    increments: list[Increment] = field(default_factory=list)


class UnitOfWork(Protocol):
    """One transaction: commits on a normal exit, leaves no trace after an error."""

    async def next_offsets(self, positions: Collection[StreamPosition]) -> dict[StreamPosition, int]:
        """Lock the partitions' rows in one order and return the offset to settle next in each; 0 for one never seen."""
        ...

    async def advance(self, next_offsets: Mapping[StreamPosition, int]) -> None:
        """Move the partitions' offsets; forgets failed attempts."""
        ...

    async def add_contacts(self, contacts: Sequence[NewContact]) -> set[UUID]:
        """Store the contacts that are new, with their vault rows, and return their ids."""
        ...

    async def note_call(self, news: CallNews) -> NotedCall:
        """Lock the call, store what is told of it, and return what that changed.

        A final segment never changes again; a step told twice, and a second number of the caller, change nothing.
        """
        ...

    async def lock_call(self, call_id: str) -> FollowedCall:
        """Lock and return a call.

        Raises:
            NotFound: nothing was ever told of it.
        """
        ...

    async def lock_ended_calls(self, *, hung_up_before: datetime, silent_since: datetime, limit: int) -> list[FollowedCall]:
        """Lock and return up to ``limit`` unsettled calls that nobody else holds.

        They were hung up and last heard of before ``hung_up_before``, or last heard of before ``silent_since``.
        """
        ...

    async def recent_words(self, contact_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[Speech]]:
        """Return the last stretches of speech, in their order, of those calls that nobody was warned of yet.

        The calls are named by the contacts that they will be.
        """
        ...

    async def lock_unwarned(self, contact_ids: Iterable[UUID]) -> set[UUID]:
        """Lock these calls in one order and return those that nobody was warned of yet."""
        ...

    async def lock_unsettled(self, contact_ids: Iterable[UUID]) -> Mapping[UUID, Fate | None]:
        """Lock these contacts and return the fate of each that is stored; one without a fate is still to settle."""
        ...

    async def lock_callers(self, caller_refs: Iterable[str]) -> None:
        """Hold every caller's lock until the transaction ends; taken in one order, so two workers cannot deadlock."""
        ...

    async def open_requests(self, caller_refs: Iterable[str]) -> list[OpenRequest]:
        """Lock the callers' open tickets in one order and return them, oldest first."""
        ...

    async def ticket(self, ticket_no: str) -> Ticket:
        """Return a ticket as this transaction may see it.

        Raises:
            NotFound: there is none, or the unit of this transaction has no part in it.
        """
        ...

    async def lock_tickets(self, ticket_nos: Iterable[str]) -> dict[str, Ticket]:
        """Lock tickets in one order and return those that exist."""
        ...

    async def lock_deadlines(self, ticket_no: str) -> list[StoredDeadline]:
        """Lock and return a ticket's deadlines."""
        ...

    async def lock_overdue_deadlines(self, now: datetime, limit: int) -> list[StoredDeadline]:
        """Return up to ``limit`` unsettled deadlines that passed before ``now`` and that nobody else holds."""
        ...

    async def sealed_data(self, contact_id: UUID) -> SealedData:
        """Return a contact's vault row.

        Raises:
            NotFound: the contact is unknown.
        """
        ...

    async def log_access(self, *, actor: str, act: str, subject: str, purpose: str, at: datetime) -> None:
        """Write who looked at what, and why; never changed or deleted."""
        ...

    async def apply(self, effects: Effects, *, slot: int) -> None:
        """Write the effects; rollups go to ``slot`` (below 64), so that writers of different slots never wait."""
        ...


class OpenUnitOfWork(Protocol):
    """Opens a transaction; with ``unit_code`` it sees what row security lets that unit see."""

    def __call__(self, *, unit_code: str | None = None) -> AbstractAsyncContextManager[UnitOfWork]:
        """Return the transaction as a context manager.

        Raises:
            TryLater: PostgreSQL is away or busy; nothing was written.
        """
        ...


class ReserveNumbers(Protocol):
    """Hands out blocks of a day's ticket sequence; gaps are allowed, reuse never."""

    async def __call__(self, day: str, amount: int) -> int:
        """Reserve ``amount`` numbers of ``day`` (``yyyymmdd``) and return the first."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """How often settling has begun at this offset without an end, this time included, and what the last end was."""

    number: int
    last_error: str | None


class Offsets(Protocol):
    """Where each partition stands, apart from the transactions that move it."""

    async def positions(self, group: str, topic_id: UUID) -> Mapping[int, int]:
        """Return the next offset of every partition of the topic that was ever settled."""
        ...

    async def pass_over(self, position: StreamPosition, next_offset: int) -> None:
        """Go on at ``next_offset`` if the partition is not there yet: what lies before it is gone for good."""
        ...

    async def begin_attempt(self, position: StreamPosition, offset: int) -> Attempt:
        """Note, durably and before the work, that settling begins at ``offset``."""
        ...

    async def withdraw_attempt(self, position: StreamPosition) -> None:
        """Take back the last attempt, which ended for a reason that is not the message's."""
        ...

    async def note_error(self, position: StreamPosition, error: str) -> None:
        """Keep what ended an attempt, for the dead letter that it may become."""
        ...


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An announcement on its way: ``unit_seq`` is given on a unit's stream, and durable before the first send."""

    seq: int
    topic: str
    key: str
    unit_seq: int | None
    envelope: str = field(repr=False)


class RelayOutbox(Protocol):
    """The outbox as the relay works it; plain functions, the one stated exception to asynchronous I/O (decision 2)."""

    def become_leader(self) -> bool:
        """Take the publisher's lock for as long as this connection lives; false while another relay holds it."""
        ...

    def next_rows(self, published: Sequence[int], *, at: datetime, limit: int) -> list[OutboxRow]:
        """Mark ``published`` and return the oldest unpublished rows, numbered for their units, in one transaction."""
        ...

    def topics_made_anew(self, topic_ids: Mapping[str, UUID]) -> list[str]:
        """Return the names of the topics that are remembered with another id."""
        ...

    def remember_topics(self, topic_ids: Mapping[str, UUID], *, at: datetime) -> None:
        """Remember the topics' ids; only after those made anew were published again."""
        ...

    def publish_again(self, topic: str, *, since: datetime) -> int:
        """Make the topic's rows written after ``since`` unpublished again and return how many they are."""
        ...
