"""What the core needs from the outside, as protocols; ``hotline.bootstrap`` introduces the implementations."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from dispatcher.knowledge import Knowledge
from dispatcher.metrics import Increment
from dispatcher.rules.reply_checks import EarlierReply
from dispatcher.rules.self_service import Talk
from models.call import AnsweredCaller, CallBackNote, CallCourse, CallStep, MissedCall, Speech
from models.codes import Channel, DispatchMode, Fate, NoticeKind, Rating, ReturnReason, Stage
from models.contact import PersonalData
from models.deadline import Deadline, DeadlineResult
from models.incident import ClosedRequest, Consultation, Happening, Incident, IncidentLink, Membership, RepeatLink, TicketPlace
from models.matrix import MatrixProposal, MatrixWish, Review
from models.message import Message
from models.profile import CalendarYears, ConfidenceBands, MatrixEntry
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
    """A contact's fate and, if it has one, its ticket. ``language`` is None where nothing was understood."""

    contact_id: UUID
    fate: Fate
    ticket_no: str | None
    settled_at: datetime
    language: str | None = None


@dataclass(frozen=True, slots=True)
class StoredDeadline:
    """A deadline row: ``number`` tells apart those of one stage, by unit and by round.

    ``stopped_at`` is when its clock came to stand because the work was handed in or taken away; a reply that fails its
    review sets it going again. ``done_at`` is when the stage was finished for good. ``result`` and ``settled_at`` are
    written once. ``rings_at`` is the next moment at which time alone makes something happen; None where nothing will.
    """

    ticket_no: str
    number: int
    deadline: Deadline
    result: DeadlineResult | None = None
    settled_at: datetime | None = None
    stopped_at: datetime | None = None
    done_at: datetime | None = None
    rings_at: datetime | None = None

    @property
    def key(self) -> tuple[str, Stage, int]:
        """What tells the row apart."""
        return (self.ticket_no, self.deadline.stage, self.number)

    @property
    def is_running(self) -> bool:
        """Whether its clock goes: the work is neither handed in nor finished nor taken away."""
        return self.stopped_at is None and self.done_at is None and self.result is not DeadlineResult.VOID

    def settled(self, result: DeadlineResult, at: datetime) -> "StoredDeadline":
        """Return the deadline with its result, found at ``at``; a result that stands already stays."""
        return self if self.result is not None else replace(self, result=result, settled_at=at)


@dataclass(frozen=True, slots=True)
class NewRating:
    """A citizen's rating of one round of a ticket."""

    ticket_no: str
    unit_code: str
    rating: Rating
    rated_at: datetime
    reason: str | None
    round: int = 1


@dataclass(frozen=True, slots=True)
class CallBack:
    """One attempt to call the citizen back about one round. ``responded`` and ``solved`` are None where nobody was reached."""

    ticket_no: str
    round: int
    attempt: int
    made_at: datetime
    reached: bool
    responded: bool | None
    solved: bool | None


@dataclass(frozen=True, slots=True)
class Hold:
    """A unit's hold on a ticket, with its moments: it ends when the work leaves the unit or the round is closed.

    ``overridden`` is the lead's reason not to wait for this co-unit's reply.
    """

    unit_code: str
    role: str
    mode: DispatchMode
    dispatched_at: datetime
    signed_at: datetime | None
    replied_at: datetime | None
    ended_at: datetime | None
    matrix_version: str
    basis: str
    contacted_at: datetime | None = None
    returned_at: datetime | None = None
    return_result: str | None = None
    overridden: str | None = None


@dataclass(frozen=True, slots=True)
class AskedReturn:
    """Why a unit asks to return a ticket, and by which basis."""

    reason: ReturnReason
    basis: str


@dataclass(frozen=True, slots=True)
class AssignmentMark:
    """A moment in a unit's running hold on a ticket; without ``unit_code`` in every unit's.

    ``moment`` is ``signed``, ``contacted``, ``replied``, ``returned``, ``accepted`` or ``rejected`` (a return),
    ``overridden`` or ``ended``; ``note`` is the reason of an override.
    """

    ticket_no: str
    unit_code: str | None
    moment: str
    at: datetime
    note: str | None = None


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


@dataclass(frozen=True, slots=True)
class Notice:
    """What a unit is told about a ticket, and whoever supervises it. ``day`` is the working day that it belongs to."""

    ticket_no: str
    unit_code: str
    kind: NoticeKind
    day: date
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class CitizenMessage:
    """What a citizen is told: ``name`` is the text's name in the profile. Who it is for stands in the vault alone."""

    contact_id: UUID
    ticket_no: str | None
    channel: Channel
    name: str
    text: str = field(repr=False)
    written_at: datetime


@dataclass(frozen=True, slots=True)
class NuisanceCaller:
    """A caller who only disturbed so often that a shift lead is asked. ``contact_id`` is the contact that made it too many."""

    caller_ref: str
    asked_at: datetime
    contact_id: UUID
    contacts: int


@dataclass(frozen=True, slots=True)
class NuisanceDecision:
    """What a shift lead decided about one: service limited until ``limited_until``, or with None left as it is."""

    caller_ref: str
    asked_at: datetime
    decided_at: datetime
    decided_by: str
    limited_until: datetime | None


@dataclass(slots=True)
class Effects:
    """Everything that one decision changes; the store writes it in one fixed order, rollups last."""

    new_tickets: list[Ticket] = field(default_factory=list)
    changed_tickets: list[Ticket] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    assignment_marks: list[AssignmentMark] = field(default_factory=list)
    new_deadlines: list[StoredDeadline] = field(default_factory=list)
    changed_deadlines: list[StoredDeadline] = field(default_factory=list)
    events: list[TicketEvent] = field(default_factory=list)
    ratings: list[NewRating] = field(default_factory=list)
    call_backs: list[CallBack] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    citizen_messages: list[CitizenMessage] = field(default_factory=list)
    settled_contacts: list[Settled] = field(default_factory=list)
    settled_calls: list[SettledCall] = field(default_factory=list)
    call_alarms: list[CallAlarm] = field(default_factory=list)
    missed_calls: list[MissedCall] = field(default_factory=list)
    answered_callers: list[AnsweredCaller] = field(default_factory=list)
    call_back_notes: list[CallBackNote] = field(default_factory=list)
    nuisance_callers: list[NuisanceCaller] = field(default_factory=list)
    nuisance_decisions: list[NuisanceDecision] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    matrix_wishes: list[MatrixWish] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    increments: list[Increment] = field(default_factory=list)
    ticket_places: list[TicketPlace] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    incident_links: list[IncidentLink] = field(default_factory=list)
    repeat_links: list[RepeatLink] = field(default_factory=list)
    consultations: list[Consultation] = field(default_factory=list)

    def add(self, other: "Effects") -> None:
        """Add what ``other`` changes, after what is there."""
        for each in fields(self):
            getattr(self, each.name).extend(getattr(other, each.name))


class MatrixDesk(Protocol):
    """The changes of the dispatch matrix, inside one transaction."""

    async def add(self, wish: MatrixWish) -> int:
        """Store a proposal and return its number; one that stands open for the same line gets the ticket and who asks."""
        ...

    async def proposals(self) -> list[MatrixProposal]:
        """Return every proposal, in the order of their numbers."""
        ...

    async def changes(self) -> list[MatrixEntry]:
        """Return the approved changes, in the order of their versions."""
        ...

    async def lock(self, number: int) -> MatrixProposal:
        """Let nobody else review until the transaction ends, and return a proposal.

        Raises:
            NotFound: there is none with this number.
        """
        ...

    async def review(self, number: int, review: Review) -> None:
        """Write what was decided about a locked proposal."""
        ...


class UnitOfWork(Protocol):
    """One transaction: commits on a normal exit, leaves no trace after an error."""

    @property
    def matrix(self) -> MatrixDesk:
        """The changes of the dispatch matrix."""
        ...

    @property
    def knowledge(self) -> Knowledge:
        """The knowledge base within this transaction."""
        ...

    async def next_offsets(self, positions: Collection[StreamPosition]) -> dict[StreamPosition, int]:
        """Lock the partitions' rows in one order and return the offset to settle next in each; 0 for one never seen."""
        ...

    async def advance(self, next_offsets: Mapping[StreamPosition, int]) -> None:
        """Move the partitions' offsets; forgets failed attempts."""
        ...

    async def reserve_number(self, day: str) -> int:
        """Reserve the next ticket number of a day (YYYYMMDD); others wait for it until the transaction ends."""
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

    async def lock_missed_calls(self, call_id: str) -> list[MissedCall]:
        """Lock and return a call that rang off unanswered, with the other ones of its caller, oldest first.

        Raises:
            NotFound: it did not.
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

    async def nuisances(
        self, caller_refs: Iterable[str], *, since: datetime, category_codes: Iterable[str]
    ) -> Mapping[str, int]:
        """Return how many contacts since then only disturbed, by caller: settled so, or of a ticket in these categories."""
        ...

    async def nuisance_callers(self, caller_refs: Iterable[str], *, since: datetime, now: datetime) -> Mapping[str, bool]:
        """Return those of the callers about whom a shift lead was asked since then, or whose service is limited at ``now``.

        The value tells whether it is limited.
        """
        ...

    async def lock_nuisance_caller(self, contact_id: UUID) -> NuisanceCaller:
        """Lock and return a caller about whom nobody has decided yet, by the contact that made it too many.

        Raises:
            NotFound: there is none, or somebody has decided.
        """
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

    async def holds(self, ticket_no: str) -> list[Hold]:
        """Return the units' holds on a ticket that this transaction has locked, in the order of dispatch."""
        ...

    async def asked_return(self, ticket_no: str) -> AskedReturn | None:
        """Return the latest request to return a ticket that this transaction has locked, None where there never was one."""
        ...

    async def call_backs(self, ticket_no: str) -> list[CallBack]:
        """Return the attempts to call back about a ticket that this transaction has locked, oldest first."""
        ...

    async def ratings(self, ticket_no: str) -> list[NewRating]:
        """Return the ratings of a ticket that this transaction has locked, oldest first."""
        ...

    async def earlier_replies(self, unit_code: str, *, but_of: str, since: datetime, limit: int) -> list[EarlierReply]:
        """Return up to ``limit`` replies that a lead unit gave since then to other tickets than ``but_of``, latest first."""
        ...

    async def lock_ringing(self, now: datetime, limit: int) -> list[Ticket]:
        """Lock and return up to ``limit`` tickets that nobody else holds and of which a deadline rings at ``now`` or before."""
        ...

    async def deadlines_of(self, ticket_nos: Iterable[str]) -> Mapping[str, Sequence[StoredDeadline]]:
        """Return the deadlines of tickets that this transaction has locked."""
        ...

    async def next_ring(self) -> datetime | None:
        """Return when the next deadline rings, None where none will."""
        ...

    async def calendars(self) -> list[CalendarYears]:
        """Return the calendars that were loaded, oldest first."""
        ...

    async def add_calendar(self, calendar: CalendarYears, *, actor: str, at: datetime) -> bool:
        """Store a calendar; false where its version is known."""
        ...

    async def lock_provisional(self, calendar_version: str, *, now: datetime, limit: int) -> list[Ticket]:
        """Lock and return up to ``limit`` tickets that nobody else holds, with an unfinished provisional deadline.

        It is due at ``now`` or later, can be counted again, and was counted by another calendar than this one.
        """
        ...

    async def note_calendar_warning(self, covered_until: date, *, at: datetime) -> bool:
        """Note that supervisors are told that the calendar ends then; false where they were told before."""
        ...

    async def hold_talk(self, caller_ref: str) -> Talk:
        """Lock and return a citizen's talk with the machine; an empty one for who never had one."""
        ...

    async def keep_talk(self, caller_ref: str, talk: Talk) -> None:
        """Store where the talk stands."""
        ...

    async def move_cars_of_caller(self, caller_ref: str, category_code: str) -> list[datetime]:
        """Return when the caller's requests of this category were registered, the latest 100 at most."""
        ...

    async def tickets_of_caller(self, caller_ref: str, limit: int) -> list[Ticket]:
        """Return a caller's latest tickets, the latest first."""
        ...

    async def lock_places(self, places: Iterable[str]) -> None:
        """Hold every place's lock until the transaction ends; taken in one order, after the callers' locks."""
        ...

    async def happenings(self, asked: Collection[tuple[str, str]], *, since: datetime) -> list[Happening]:
        """Return the latest unanswered tickets received after ``since`` by (category code, name of a place)."""
        ...

    async def lock_free(self, ticket_nos: Iterable[str]) -> dict[str, Ticket]:
        """Lock and return those of the tickets that nobody else holds, without waiting."""
        ...

    async def lock_free_incidents(self, wanted: Iterable[str], *, limit: int) -> dict[str, tuple[Incident, list[datetime]]]:
        """Lock those that nobody else holds; return each with when its latest ``limit`` tickets came, the latest first."""
        ...

    async def lock_incidents_of(self, ticket_nos: Collection[str]) -> list[Incident]:
        """Lock and return the incidents of tickets; to be taken before the tickets themselves."""
        ...

    async def links_of(self, wanted: Collection[str]) -> list[IncidentLink]:
        """Return which tickets belong to incidents, in the order of their numbers."""
        ...

    async def in_incidents(self, ticket_nos: Collection[str]) -> set[str]:
        """Return which of the tickets belong to an incident."""
        ...

    async def membership(self, ticket_no: str) -> Membership | None:
        """Return a ticket's place in its incident."""
        ...

    async def leads_of(self, ticket_nos: Collection[str]) -> Mapping[str, str]:
        """Return by ticket the lead whose work is its work, for those of the tickets that follow one."""
        ...

    async def followers_of(self, leads: Collection[str]) -> Mapping[str, list[str]]:
        """Return by lead the tickets that are with its unit because they follow it, for leads that are locked."""
        ...

    async def closed_requests(self, caller_refs: Iterable[str], *, since: datetime) -> list[ClosedRequest]:
        """Return the callers' tickets that were closed after ``since``, the latest first."""
        ...

    async def reports(self, ticket_nos: Collection[str]) -> Mapping[str, int]:
        """Return how often the citizen told of each ticket's matter: in contacts, nudges, and in tickets before it."""
        ...

    async def earlier_of(self, ticket_no: str) -> str | None:
        """Return the closed ticket of which this one is a repeat."""
        ...

    async def consultation(self, ticket_no: str) -> Consultation | None:
        """Return the latest consultation about a ticket that this transaction has locked."""
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


@dataclass(frozen=True, slots=True)
class WaitingTopic:
    """How many announcements of a topic are not published; ``unit_code`` is set on a unit's stream."""

    topic: str
    unit_code: str | None
    messages: int


class RelayOutbox(Protocol):
    """The outbox as the relay works it; plain functions, the one stated exception to asynchronous I/O (decision 2)."""

    def become_leader(self) -> bool:
        """Take the publisher's lock for as long as this connection lives; false while another relay holds it."""
        ...

    def next_rows(self, published: Sequence[int], *, topics: Collection[str], at: datetime, limit: int) -> list[OutboxRow]:
        """Mark ``published`` and return the oldest unpublished rows of ``topics``, numbered for their units, in one go."""
        ...

    def waiting(self) -> list[WaitingTopic]:
        """Return the topics that have unpublished rows."""
        ...

    def hold(self, reasons: Mapping[str, str], *, at: datetime) -> None:
        """Remember that these topics are held, and why, for the exporter to tell; no others are."""
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
