"""A store, a vault, a clock and an understanding that live in memory; the store passes the suite of ``tests/contracts``."""

import asyncio
import copy
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import orjson

from dispatcher.ports import (
    AskedReturn,
    Attempt,
    CallAlarm,
    CallBack,
    CallNews,
    CitizenMessage,
    DeadLetter,
    Effects,
    FollowedCall,
    Hold,
    NewContact,
    NewRating,
    NotedCall,
    Notice,
    NuisanceCaller,
    NuisanceDecision,
    OutboxRow,
    SealedData,
    Settled,
    SettledCall,
    StoredDeadline,
    StreamPosition,
    UnderstoodTexts,
    WaitingTopic,
)
from dispatcher.rules.calls import RECENT_STRETCHES
from dispatcher.rules.reply_checks import EarlierReply
from dispatcher.rules.self_service import Talk
from dispatcher.views import DecidedRequest
from models.call import CallStep, MissedCall, Speech
from models.codes import CallState, Fate, ReturnReason, Role, Stage, TicketState, Urgency
from models.contact import PersonalData
from models.deadline import DeadlineResult
from models.errors import NotFound, Rejected
from models.incident import ClosedRequest, Consultation, Happening, Incident, IncidentLink, Membership, TicketPlace
from models.matrix import MatrixProposal, MatrixWish, Review
from models.message import Message
from models.profile import CalendarYears, MatrixEntry
from models.ticket import OPEN_STATES, Assignment, EventKind, OpenRequest, Ticket, TicketEvent
from models.understanding import Understanding
from tests.builders import BANDS, MONDAY, an_understanding
from tests.knowledge_fakes import KnowledgeTables, MemoryKnowledge


class FixedClock:
    """Stands still until it is told to go on."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the instant that was set."""
        return self._now

    def advance(self, **span: float) -> None:
        """Let time pass, as in ``advance(hours=2)``."""
        self._now += timedelta(**span)


class OpenVault:
    """Keeps personal data as they are; a caller's pseudonym is a count, so that no test can read it back."""

    def __init__(self) -> None:
        self._sealed: dict[UUID, PersonalData] = {}
        self._callers: dict[str, str] = {}

    def seal(self, contact_id: UUID, personal: PersonalData) -> SealedData:
        """Remember ``personal`` under its contact."""
        self._sealed[contact_id] = personal
        key = personal.caller_key or f"anonymous:{contact_id}"
        caller_ref = self._callers.setdefault(key, f"caller-{len(self._callers) + 1}")
        return SealedData(contact_id, caller_ref, "k1", b"sealed")

    def open(self, sealed: SealedData) -> PersonalData:
        """Return what was sealed."""
        return self._sealed[sealed.contact_id]


class Understands:
    """Understands each text as told: by the first known piece found in it, as a request about lamps otherwise.

    ``bands`` are those of the model that it plays.
    """

    def __init__(self, by_piece: Mapping[str, Understanding] | None = None) -> None:
        self._by_piece = dict(by_piece or {})
        self.batches: list[int] = []
        self.bands = BANDS

    async def __call__(self, texts: Sequence[str]) -> UnderstoodTexts:
        """Return one understanding for each text."""
        self.batches.append(len(texts))
        return UnderstoodTexts([self._one(text) for text in texts], self.bands)

    def _one(self, text: str) -> Understanding:
        for piece, understanding in self._by_piece.items():
            if piece in text:
                return understanding
        return an_understanding()


@dataclass
class AssignmentRow:
    """An assignment with its moments."""

    assignment: Assignment
    moments: dict[str, datetime] = field(default_factory=dict)
    overridden: str | None = None

    def hold(self) -> Hold:
        """Return the hold as commands see it."""
        held = self.assignment
        decided = [moment for moment in ("accepted", "rejected") if moment in self.moments]
        return Hold(
            unit_code=held.unit_code,
            role=held.role,
            mode=held.mode,
            dispatched_at=held.dispatched_at,
            signed_at=self.moments.get("signed"),
            replied_at=self.moments.get("replied"),
            ended_at=self.moments.get("ended"),
            matrix_version=held.matrix_version,
            basis=held.basis,
            contacted_at=self.moments.get("contacted"),
            returned_at=self.moments.get("returned"),
            return_result=decided[-1] if decided else None,
            overridden=self.overridden,
        )


@dataclass
class _Outgoing:
    """An outbox row."""

    seq: int
    message: Message
    unit_seq: int | None = None
    published: bool = False


@dataclass
class _Offset:
    next_offset: int = 0
    attempted: int | None = None
    attempts: int = 0
    last_error: str | None = None


@dataclass
class _Call:
    first: CallNews
    last_heard_at: datetime
    hung_up: bool = False
    steps: dict[tuple[int, CallState, datetime], CallStep] = field(default_factory=dict)
    segments: dict[int, tuple[Speech, int]] = field(default_factory=dict)
    settled: SettledCall | None = None
    alarm: CallAlarm | None = None


@dataclass
class _Tables:
    contacts: dict[UUID, NewContact] = field(default_factory=dict)
    calls: dict[str, "_Call"] = field(default_factory=dict)
    missed_calls: dict[str, MissedCall] = field(default_factory=dict)
    nuisance_callers: list[NuisanceCaller] = field(default_factory=list)
    nuisance_decisions: list[NuisanceDecision] = field(default_factory=list)
    vault: dict[UUID, SealedData] = field(default_factory=dict)
    fates: dict[UUID, Settled] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    assignments: list[AssignmentRow] = field(default_factory=list)
    deadlines: dict[tuple[str, Stage, int], StoredDeadline] = field(default_factory=dict)
    call_backs: list[CallBack] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    citizen_messages: list[CitizenMessage] = field(default_factory=list)
    calendars: dict[str, CalendarYears] = field(default_factory=dict)
    calendar_warnings: dict[date, datetime] = field(default_factory=dict)
    talks: dict[str, Talk] = field(default_factory=dict)
    events: dict[tuple[str, int], TicketEvent] = field(default_factory=dict)
    ratings: dict[tuple[str, int], NewRating] = field(default_factory=dict)
    letters: dict[str, DeadLetter] = field(default_factory=dict)
    outbox: list[_Outgoing] = field(default_factory=list)
    rollups: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)
    offsets: dict[StreamPosition, _Offset] = field(default_factory=dict)
    accesses: list[tuple[str, str, str, str]] = field(default_factory=list)
    sequences: Counter[str] = field(default_factory=Counter)
    unit_sequences: Counter[str] = field(default_factory=Counter)
    known_topics: dict[str, UUID] = field(default_factory=dict)
    held_topics: dict[str, str] = field(default_factory=dict)
    proposals: dict[int, MatrixProposal] = field(default_factory=dict)
    knowledge: KnowledgeTables = field(default_factory=KnowledgeTables)
    ticket_places: list[TicketPlace] = field(default_factory=list)
    incidents: dict[str, Incident] = field(default_factory=dict)
    incident_links: dict[str, IncidentLink] = field(default_factory=dict)
    repeat_links: dict[str, str] = field(default_factory=dict)
    consultations: dict[tuple[str, datetime], Consultation] = field(default_factory=dict)


class MemoryStore:
    """Unit of work, offsets and number sequence in memory. Transactions run one after the other.

    ``before_commit`` is called at the end of every transaction; what it raises rolls the transaction back.
    ``before_positions`` is called when somebody asks where a group stands.
    """

    def __init__(self) -> None:
        self.tables = _Tables()
        self.before_commit: Callable[[], None] = lambda: None
        self.before_positions: Callable[[], None] = lambda: None
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def open_work(self, *, unit_code: str | None = None) -> AsyncIterator["MemoryWork"]:
        """Open a transaction."""
        async with self._turn:
            before = _copied(self.tables)
            try:
                yield MemoryWork(self.tables, unit_code)
                self.before_commit()
            except BaseException:
                self.tables = before
                raise

    async def reserve_numbers(self, day: str, amount: int) -> int:
        """Reserve numbers; they stay reserved whatever becomes of a transaction."""
        self.tables.sequences[day] += amount
        return self.tables.sequences[day] - amount + 1

    async def positions(self, group: str, topic_id: UUID) -> Mapping[int, int]:
        """Return the next offsets of the topic."""
        self.before_positions()
        return {
            position.partition: offset.next_offset
            for position, offset in self.tables.offsets.items()
            if (position.group, position.topic_id) == (group, topic_id)
        }

    async def pass_over(self, position: StreamPosition, next_offset: int) -> None:
        """Move the offset forward."""
        if self.tables.offsets.setdefault(position, _Offset()).next_offset < next_offset:
            self.tables.offsets[position] = _Offset(next_offset)

    async def begin_attempt(self, position: StreamPosition, offset: int) -> Attempt:
        """Count an attempt."""
        row = self.tables.offsets.setdefault(position, _Offset())
        if row.attempted != offset:
            row.attempted, row.attempts, row.last_error = offset, 0, None
        row.attempts += 1
        return Attempt(row.attempts, row.last_error)

    async def withdraw_attempt(self, position: StreamPosition) -> None:
        """Count one attempt less."""
        if position in self.tables.offsets:
            row = self.tables.offsets[position]
            row.attempts = max(row.attempts - 1, 0)

    async def note_error(self, position: StreamPosition, error: str) -> None:
        """Keep what ended the attempt."""
        if position in self.tables.offsets:
            self.tables.offsets[position].last_error = error

    async def decided(self, *, since: datetime, after: str | None, limit: int) -> list[DecidedRequest]:
        """Return requests that a person dispatched or answered, highest number first."""
        by_person = {
            event.ticket_no
            for event in self.tables.events.values()
            if event.kind is EventKind.ANSWERED or (event.kind is EventKind.DISPATCHED and event.data.get("mode") == "manual")
        }
        found = [
            ticket
            for ticket in self.tables.tickets.values()
            if ticket.ticket_no in by_person and ticket.registered_at >= since and (after is None or ticket.ticket_no < after)
        ]
        found.sort(key=lambda ticket: ticket.ticket_no, reverse=True)
        return [DecidedRequest(t.ticket_no, t.text, t.category_code, t.request_type, t.urgency) for t in found[:limit]]

    def relay_outbox(self) -> "MemoryRelayOutbox":
        """Return the outbox as one relay's connection sees it."""
        return MemoryRelayOutbox(self)

    @property
    def messages(self) -> list[Message]:
        """Every announcement that was committed."""
        return [row.message for row in self.tables.outbox]

    def kinds(self) -> list[str]:
        """The types of all announcements, in order."""
        return [message.kind for message in self.messages]

    def count(self, family: str, *labels: str) -> int:
        """The value of a counter; without labels the sum over all of the family."""
        rollups = self.tables.rollups
        if labels:
            return rollups[family, labels]
        return sum(value for (name, _), value in rollups.items() if name == family)

    leader: "MemoryRelayOutbox | None" = None


class MemoryWork:
    """``ports.UnitOfWork`` on the tables of one store."""

    def __init__(self, tables: _Tables, unit_code: str | None) -> None:
        self._tables = tables
        self._unit_code = unit_code

    @property
    def matrix(self) -> "MemoryMatrix":
        """The changes of the dispatch matrix."""
        return MemoryMatrix(self._tables.proposals)

    @property
    def knowledge(self) -> MemoryKnowledge:
        """The knowledge base within this transaction."""
        return MemoryKnowledge(self._tables.knowledge, self._tables.events.values())

    async def next_offsets(self, positions: Collection[StreamPosition]) -> dict[StreamPosition, int]:
        """The offset to settle next in each; 0 for one never seen."""
        return {each: self._tables.offsets.setdefault(each, _Offset()).next_offset for each in positions}

    async def advance(self, next_offsets: Mapping[StreamPosition, int]) -> None:
        """Move the offsets and forget failed attempts."""
        for position, next_offset in next_offsets.items():
            self._tables.offsets[position] = _Offset(next_offset)

    async def add_contacts(self, contacts: Sequence[NewContact]) -> set[UUID]:
        """Store what is new."""
        new: dict[UUID, NewContact] = {}
        for contact in contacts:
            if contact.contact_id not in self._tables.contacts:
                _refuse_nul(contact.raw_text, contact.district)
                new.setdefault(contact.contact_id, contact)
        self._tables.contacts.update(new)
        for contact in new.values():
            self._tables.vault.setdefault(contact.contact_id, contact.sealed)
        return set(new)

    async def note_call(self, news: CallNews) -> NotedCall:
        """Store what is told of a call."""
        call = self._tables.calls.setdefault(news.call_id, _Call(news, news.heard_at))
        call.last_heard_at = max(call.last_heard_at, news.heard_at)
        call.hung_up = call.hung_up or any(step.state is CallState.HANGUP for step in news.steps)
        if news.sealed is not None:
            self._tables.vault.setdefault(news.contact_id, news.sealed)
        for step in news.steps:
            call.steps.setdefault((step.seq, step.state, step.at), step)
        changed = {}
        for speech in news.speeches:
            _refuse_nul(speech.text)
            known, version = call.segments.get(speech.seg, (None, 0))
            same = known and (known.spk, known.text, known.final) == (speech.spk, speech.text, speech.final)
            if known is None or not (known.final or same):
                call.segments[speech.seg] = speech, version + 1
                changed[speech.seg] = version + 1
        return NotedCall(call.settled is not None, changed)

    async def lock_call(self, call_id: str) -> FollowedCall:
        """Return a call."""
        if call_id not in self._tables.calls:
            raise NotFound(f"nothing was told of call {call_id}")
        return self._followed(call_id)

    async def lock_ended_calls(self, *, hung_up_before: datetime, silent_since: datetime, limit: int) -> list[FollowedCall]:
        """Return unsettled calls that are over."""
        over = [
            call_id
            for call_id, call in self._tables.calls.items()
            if call.settled is None
            and ((call.hung_up and call.last_heard_at <= hung_up_before) or call.last_heard_at <= silent_since)
        ]
        return [self._followed(call_id) for call_id in sorted(over)[:limit]]

    def _followed(self, call_id: str) -> FollowedCall:
        call = self._tables.calls[call_id]
        return FollowedCall(
            call_id=call_id,
            contact_id=call.first.contact_id,
            first_heard_at=call.first.heard_at,
            settled=call.settled is not None,
            has_contact=call.first.contact_id in self._tables.contacts,
            sealed=self._tables.vault.get(call.first.contact_id),
            steps=list(call.steps.values()),
            speeches=[speech for speech, _ in (call.segments[seg] for seg in sorted(call.segments))],
        )

    async def lock_missed_calls(self, call_id: str) -> list[MissedCall]:
        """Return the missed calls of one caller."""
        if call_id not in self._tables.missed_calls:
            raise NotFound(f"call {call_id} is not among the missed ones")
        caller_ref = self._tables.missed_calls[call_id].caller_ref
        found = [missed for missed in self._tables.missed_calls.values() if missed.caller_ref == caller_ref]
        return sorted(found, key=lambda missed: (missed.rang_off_at, missed.call_id))

    async def recent_words(self, contact_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[Speech]]:
        """Return the last stretches of calls that nobody was warned of."""
        recent = {}
        for contact_id, call in self._unwarned(contact_ids).items():
            segments = sorted(call.segments)[-RECENT_STRETCHES:]
            if segments:
                recent[contact_id] = [call.segments[seg][0] for seg in segments]
        return recent

    async def lock_unwarned(self, contact_ids: Iterable[UUID]) -> set[UUID]:
        """Return the calls that nobody was warned of."""
        return set(self._unwarned(contact_ids))

    def _unwarned(self, contact_ids: Iterable[UUID]) -> dict[UUID, _Call]:
        wanted = set(contact_ids)
        calls = {call.first.contact_id: call for call in self._tables.calls.values() if call.alarm is None}
        return {contact_id: call for contact_id, call in calls.items() if contact_id in wanted}

    async def lock_unsettled(self, contact_ids: Iterable[UUID]) -> Mapping[UUID, Fate | None]:
        """Return the fates of the contacts that are stored."""
        return {
            contact_id: self._tables.fates[contact_id].fate if contact_id in self._tables.fates else None
            for contact_id in contact_ids
            if contact_id in self._tables.contacts
        }

    async def lock_callers(self, caller_refs: Iterable[str]) -> None:
        """Do nothing: transactions run one after the other."""
        _refuse_nul(*caller_refs)

    async def open_requests(self, caller_refs: Iterable[str]) -> list[OpenRequest]:
        """Return the callers' open tickets, oldest first."""
        callers = set(caller_refs)
        found = [t for t in self._tables.tickets.values() if t.caller_ref in callers and t.state in OPEN_STATES]
        found.sort(key=lambda ticket: (ticket.registered_at, ticket.ticket_no))
        return [_as_open_request(ticket) for ticket in found]

    async def nuisances(
        self, caller_refs: Iterable[str], *, since: datetime, category_codes: Iterable[str]
    ) -> Mapping[str, int]:
        """Count contacts that only disturbed, by caller."""
        callers, codes = set(caller_refs), set(category_codes)
        found: Counter[str] = Counter()
        for contact in self._tables.contacts.values():
            settled = self._tables.fates.get(contact.contact_id)
            if settled is None or contact.caller_ref not in callers or contact.accepted_at <= since:
                continue
            ticket = self._tables.tickets.get(settled.ticket_no or "")
            of_ticket = ticket is not None and ticket.machine_category in codes and ticket.urgency is Urgency.NORMAL
            found[contact.caller_ref] += settled.fate is Fate.NUISANCE or of_ticket
        return +found

    async def nuisance_callers(self, caller_refs: Iterable[str], *, since: datetime, now: datetime) -> Mapping[str, bool]:
        """Return about whom a shift lead was asked, and whose service is limited."""
        callers = set(caller_refs)
        limited = {
            one.caller_ref
            for one in self._tables.nuisance_decisions
            if one.limited_until is not None and one.limited_until > now
        }
        asked = {one.caller_ref for one in self._tables.nuisance_callers if one.asked_at > since}
        return {caller_ref: caller_ref in limited for caller_ref in (limited | asked) & callers}

    async def lock_nuisance_caller(self, contact_id: UUID) -> NuisanceCaller:
        """Return a caller about whom nobody has decided."""
        decided = {(one.caller_ref, one.asked_at) for one in self._tables.nuisance_decisions}
        for one in self._tables.nuisance_callers:
            if one.contact_id == contact_id and (one.caller_ref, one.asked_at) not in decided:
                return one
        raise NotFound(f"nobody is asked about the caller of contact {contact_id}")

    async def ticket(self, ticket_no: str) -> Ticket:
        """Return a ticket that the unit of the transaction may see."""
        holds = {(row.assignment.ticket_no, row.assignment.unit_code) for row in self._tables.assignments}
        hidden = self._unit_code is not None and (ticket_no, self._unit_code) not in holds
        if hidden or ticket_no not in self._tables.tickets:
            raise NotFound(f"there is no ticket {ticket_no}")
        return self._tables.tickets[ticket_no]

    async def reserve_number(self, day: str) -> int:
        """Reserve the next number."""
        self._tables.sequences[day] += 1
        return self._tables.sequences[day]

    async def lock_tickets(self, ticket_nos: Iterable[str]) -> dict[str, Ticket]:
        """Return those that exist."""
        return {number: self._tables.tickets[number] for number in sorted(ticket_nos) if number in self._tables.tickets}

    async def lock_deadlines(self, ticket_no: str) -> list[StoredDeadline]:
        """Return a ticket's deadlines."""
        return [stored for (number, _, _), stored in sorted(self._tables.deadlines.items()) if number == ticket_no]

    async def holds(self, ticket_no: str) -> list[Hold]:
        """Return the units' holds on a ticket."""
        found = [row.hold() for row in self._tables.assignments if row.assignment.ticket_no == ticket_no]
        return sorted(found, key=lambda hold: (hold.dispatched_at, hold.role == "co", hold.unit_code))

    async def asked_return(self, ticket_no: str) -> AskedReturn | None:
        """Return the latest request to return a ticket."""
        for (number, _), event in sorted(self._tables.events.items(), reverse=True):
            if number == ticket_no and event.kind is EventKind.RETURNED:
                return AskedReturn(ReturnReason(event.data["reason"]), str(event.data["basis"]))
        return None

    async def call_backs(self, ticket_no: str) -> list[CallBack]:
        """Return the attempts to call back about a ticket."""
        return [each for each in self._tables.call_backs if each.ticket_no == ticket_no]

    async def ratings(self, ticket_no: str) -> list[NewRating]:
        """Return the ratings of a ticket."""
        return [rating for (number, _), rating in sorted(self._tables.ratings.items()) if number == ticket_no]

    async def earlier_replies(self, unit_code: str, *, but_of: str, since: datetime, limit: int) -> list[EarlierReply]:
        """Return a unit's latest replies to other tickets."""
        told = [
            event
            for event in self._tables.events.values()
            if event.kind is EventKind.REPLIED and event.data["unit"] == unit_code
            if event.occurred_at >= since and event.ticket_no != but_of
        ]
        told.sort(key=lambda event: event.ticket_no)
        told.sort(key=lambda event: event.occurred_at, reverse=True)
        found = []
        for event in told[:limit]:
            ticket = self._tables.tickets[event.ticket_no]
            text = f"{event.data['investigation']}\n{event.data['result']}"
            found.append(EarlierReply(event.ticket_no, text, ticket.address or ticket.text))
        return found

    async def lock_ringing(self, now: datetime, limit: int) -> list[Ticket]:
        """Return tickets of which a deadline rings."""
        ringing = [one for one in self._tables.deadlines.values() if one.rings_at is not None and one.rings_at <= now]
        first = sorted(ringing, key=lambda one: one.rings_at or now)[:limit]
        return [self._tables.tickets[number] for number in sorted({one.ticket_no for one in first})]

    async def deadlines_of(self, ticket_nos: Iterable[str]) -> Mapping[str, Sequence[StoredDeadline]]:
        """Return the deadlines of several tickets."""
        return {number: await self.lock_deadlines(number) for number in ticket_nos}

    async def next_ring(self) -> datetime | None:
        """Return when the next deadline rings."""
        return min((one.rings_at for one in self._tables.deadlines.values() if one.rings_at is not None), default=None)

    async def calendars(self) -> list[CalendarYears]:
        """Return the calendars that were loaded."""
        return list(self._tables.calendars.values())

    async def add_calendar(self, calendar: CalendarYears, *, actor: str, at: datetime) -> bool:
        """Store what is new."""
        _refuse_nul(actor)
        is_new = calendar.version not in self._tables.calendars
        self._tables.calendars.setdefault(calendar.version, calendar)
        return is_new

    async def lock_provisional(self, calendar_version: str, *, now: datetime, limit: int) -> list[Ticket]:
        """Return tickets with a provisional deadline of another calendar."""
        found = {
            stored.ticket_no
            for stored in self._tables.deadlines.values()
            if stored.deadline.provisional and stored.result is None and stored.done_at is None
            if stored.deadline.calendar_version != calendar_version and stored.deadline.due >= now
            if stored.deadline.allowance is not None
        }
        return [self._tables.tickets[number] for number in sorted(found)[:limit]]

    async def note_calendar_warning(self, covered_until: date, *, at: datetime) -> bool:
        """Note a warning once."""
        is_new = covered_until not in self._tables.calendar_warnings
        self._tables.calendar_warnings.setdefault(covered_until, at)
        return is_new

    async def hold_talk(self, caller_ref: str) -> Talk:
        """Return a citizen's talk with the machine."""
        return self._tables.talks.get(caller_ref, Talk())

    async def keep_talk(self, caller_ref: str, talk: Talk) -> None:
        """Store where the talk stands."""
        self._tables.talks[caller_ref] = talk

    async def move_cars_of_caller(self, caller_ref: str, category_code: str) -> list[datetime]:
        """Return when the caller's requests of this category were registered."""
        own = await self.tickets_of_caller(caller_ref, 100)
        return [ticket.registered_at for ticket in own if ticket.category_code == category_code]

    async def tickets_of_caller(self, caller_ref: str, limit: int) -> list[Ticket]:
        """Return a caller's latest tickets."""
        found = [ticket for ticket in self._tables.tickets.values() if ticket.caller_ref == caller_ref]
        return sorted(found, key=lambda ticket: (ticket.registered_at, ticket.ticket_no), reverse=True)[:limit]

    async def lock_places(self, places: Iterable[str]) -> None:
        """Do nothing: transactions run one after the other."""
        _refuse_nul(*places)

    async def happenings(self, asked: Collection[tuple[str, str]], *, since: datetime) -> list[Happening]:
        """Return the unanswered tickets by category and name of a place."""
        numbers = {
            place.ticket_no
            for place in self._tables.ticket_places
            if (place.category_code, place.name) in asked and place.received_at >= since
        }
        tickets = [self._tables.tickets[number] for number in sorted(numbers)]
        left = {link.ticket_no for link in self._tables.incident_links.values() if link.left_at is not None}
        return [self._as_happening(t) for t in tickets if t.state in _UNANSWERED and t.ticket_no not in left]

    def _as_happening(self, ticket: Ticket) -> Happening:
        link = self._tables.incident_links.get(ticket.ticket_no)
        incident = self._tables.incidents[link.incident] if link is not None and link.left_at is None else None
        same = {each.name: getattr(ticket, each.name) for each in fields(Happening) if each.name != "incident"}
        return Happening(**same, incident=incident)

    async def lock_free(self, ticket_nos: Iterable[str]) -> dict[str, Ticket]:
        """Return those that exist; nobody else holds any."""
        return await self.lock_tickets(ticket_nos)

    async def lock_free_incidents(self, wanted: Iterable[str], *, limit: int) -> dict[str, tuple[Incident, list[datetime]]]:
        """Return incidents with when their latest tickets were received; nobody else holds any."""
        found = {}
        for number in set(wanted) & self._tables.incidents.keys():
            received = sorted((link.received_at for link in self._links_of(number)), reverse=True)
            found[number] = self._tables.incidents[number], received[:limit]
        return found

    def _links_of(self, incident: str) -> list[IncidentLink]:
        links = self._tables.incident_links.values()
        return [link for link in links if link.incident == incident and link.left_at is None]

    async def lock_incidents_of(self, ticket_nos: Collection[str]) -> list[Incident]:
        """Return the incidents of tickets."""
        places = [await self.membership(number) for number in ticket_nos]
        return list({place.incident.incident: place.incident for place in places if place is not None}.values())

    async def links_of(self, wanted: Collection[str]) -> list[IncidentLink]:
        """Return which tickets belong to incidents."""
        found = [link for incident in wanted for link in self._links_of(incident)]
        return sorted(found, key=lambda link: link.ticket_no)

    async def in_incidents(self, ticket_nos: Collection[str]) -> set[str]:
        """Return which tickets belong to one."""
        return {number for number in ticket_nos if await self.membership(number) is not None}

    async def membership(self, ticket_no: str) -> Membership | None:
        """Return a ticket's place in its incident."""
        link = self._tables.incident_links.get(ticket_no)
        if link is None or link.left_at is not None:
            return None
        return Membership(self._tables.incidents[link.incident], link)

    async def leads_of(self, ticket_nos: Collection[str]) -> Mapping[str, str]:
        """Return the leads that tickets follow."""
        found = {number: await self.membership(number) for number in ticket_nos}
        return {
            number: place.incident.lead_ticket
            for number, place in found.items()
            if place is not None and place.link.follows and place.incident.answered_at is None
        }

    async def followers_of(self, leads: Collection[str]) -> Mapping[str, list[str]]:
        """Return by lead the tickets that are with its unit because they follow it."""
        found: dict[str, list[str]] = {}
        for one in self._tables.incidents.values():
            if one.lead_ticket in leads and one.answered_at is None:
                following = sorted(link.ticket_no for link in self._links_of(one.incident) if link.follows)
                sent = [no for no in following if self._tables.tickets[no].state is TicketState.DISPATCHED]
                found |= {one.lead_ticket: sent} if sent else {}
        return found

    async def closed_requests(self, caller_refs: Iterable[str], *, since: datetime) -> list[ClosedRequest]:
        """Return the callers' closed tickets, the latest first."""
        callers = set(caller_refs)
        ended = (TicketState.CLOSED, TicketState.ARCHIVED)
        found = [t for t in self._tables.tickets.values() if t.caller_ref in callers and t.state in ended]
        requests = [self._as_closed(ticket) for ticket in found]
        requests = [one for one in requests if one.request.received_at >= since]
        return sorted(requests, key=lambda one: one.request.received_at, reverse=True)

    def _as_closed(self, ticket: Ticket) -> ClosedRequest:
        number, first = ticket.ticket_no, ticket.first_closed_at or ticket.state_since
        closed_at = ticket.state_since if ticket.state is TicketState.CLOSED else first
        windows = [
            stored.deadline.due
            for (ticket_no, stage, _), stored in self._tables.deadlines.items()
            if ticket_no == number and stage is Stage.RATING_WINDOW and stored.result is not DeadlineResult.VOID
        ]
        rating = self._tables.ratings.get((number, ticket.round))
        unsolved = [one for one in self._tables.call_backs if (one.ticket_no, one.round) == (number, ticket.round)]
        return ClosedRequest(
            replace(_as_open_request(ticket), received_at=closed_at),
            ticket.state,
            ticket.round,
            ticket.lead_unit,
            max(windows, default=None),
            (rating is not None and rating.rating.value in {"1", "2"}) or any(one.solved is False for one in unsolved),
        )

    async def reports(self, ticket_nos: Collection[str]) -> Mapping[str, int]:
        """Return how often each matter was told."""
        return {number: self._reports(number) for number in ticket_nos}

    def _reports(self, ticket_no: str) -> int:
        told = [
            event
            for (number, _), event in self._tables.events.items()
            if number == ticket_no
            and (
                event.kind in {EventKind.MERGED, EventKind.TOLD_AGAIN}
                or (event.kind is EventKind.NUDGED and event.actor.role is Role.CITIZEN)
            )
        ]
        earlier = self._tables.repeat_links.get(ticket_no)
        return 1 + len(told) + (self._reports(earlier) if earlier else 0)

    async def earlier_of(self, ticket_no: str) -> str | None:
        """Return the closed ticket of which this one is a repeat."""
        return self._tables.repeat_links.get(ticket_no)

    async def consultation(self, ticket_no: str) -> Consultation | None:
        """Return the latest consultation about a ticket."""
        found = [one for (number, _), one in sorted(self._tables.consultations.items()) if number == ticket_no]
        return found[-1] if found else None

    async def sealed_data(self, contact_id: UUID) -> SealedData:
        """Return a contact's vault row."""
        if contact_id not in self._tables.vault:
            raise NotFound(f"contact {contact_id} has no vault row")
        return self._tables.vault[contact_id]

    async def log_access(self, *, actor: str, act: str, subject: str, purpose: str, at: datetime) -> None:
        """Append to the access log."""
        self._tables.accesses.append((actor, act, subject, purpose))

    async def apply(self, effects: Effects, *, slot: int) -> None:
        """Write the effects, or refuse what PostgreSQL would refuse."""
        tables = self._tables
        for ticket in effects.new_tickets:
            _refuse_nul(ticket.text, ticket.salutation, ticket.address)
            known = {(other.contact_id, other.item) for other in tables.tickets.values()}
            _refuse_twin(ticket.ticket_no in tables.tickets or (ticket.contact_id, ticket.item) in known)
            tables.tickets[ticket.ticket_no] = ticket
        for ticket in effects.changed_tickets:
            tables.tickets[ticket.ticket_no] = ticket
        self._assign(effects)
        self._set_clocks(effects)
        self._write_events(effects)
        for rating in effects.ratings:
            _refuse_twin((rating.ticket_no, rating.round) in tables.ratings)
            tables.ratings[rating.ticket_no, rating.round] = rating
        for attempt in effects.call_backs:
            twins = [(one.ticket_no, one.round, one.attempt) for one in tables.call_backs]
            _refuse_twin((attempt.ticket_no, attempt.round, attempt.attempt) in twins)
            tables.call_backs.append(attempt)
        tables.citizen_messages.extend(effects.citizen_messages)
        for notice in effects.notices:
            _refuse_twin(any(_notice_key(one) == _notice_key(notice) for one in tables.notices))
            tables.notices.append(notice)
        for settled in effects.settled_contacts:
            tables.fates[settled.contact_id] = settled
        self._mark_calls(effects)
        self._note_callers(effects)
        for letter in effects.dead_letters:
            _refuse_twin(letter.reference in tables.letters)
            tables.letters[letter.reference] = letter
        await self._propose(effects)
        tables.ticket_places.extend(effects.ticket_places)
        tables.incidents.update({one.incident: one for one in effects.incidents})
        tables.incident_links.update({one.ticket_no: one for one in effects.incident_links})
        tables.repeat_links.update({one.ticket_no: one.earlier_no for one in effects.repeat_links})
        tables.consultations.update({(one.ticket_no, one.opened_at): one for one in effects.consultations})
        for message in effects.messages:
            orjson.dumps(message.envelope())
            tables.outbox.append(_Outgoing(len(tables.outbox) + 1, message))
        for increment in effects.increments:
            tables.rollups[increment.family, increment.labels] += increment.amount

    async def _propose(self, effects: Effects) -> None:
        for wish in effects.matrix_wishes:
            await self.matrix.add(wish)

    def _write_events(self, effects: Effects) -> None:
        for event in effects.events:
            _refuse_nul(orjson.dumps(event.data).decode().replace("\\u0000", "\x00"))
            _refuse_twin((event.ticket_no, event.version) in self._tables.events)
            self._tables.events[event.ticket_no, event.version] = event

    def _assign(self, effects: Effects) -> None:
        rows = self._tables.assignments
        running = [row for row in rows if "ended" not in row.moments]
        for mark in effects.assignment_marks:
            for row in running:
                held = row.assignment
                if held.ticket_no != mark.ticket_no or mark.unit_code not in {None, held.unit_code}:
                    continue
                if mark.moment in {"signed", "contacted"}:
                    row.moments.setdefault(mark.moment, mark.at)
                else:
                    row.moments[mark.moment] = mark.at
                if mark.moment == "overridden":
                    row.overridden = mark.note
        for assignment in effects.assignments:
            same = [
                row
                for row in rows
                if row.assignment.ticket_no == assignment.ticket_no
                and (
                    (row.assignment.unit_code, row.assignment.dispatched_at) == (assignment.unit_code, assignment.dispatched_at)
                    or (row.assignment.role == assignment.role == "lead" and "ended" not in row.moments)
                )
            ]
            _refuse_twin(bool(same))
            rows.append(AssignmentRow(assignment))

    def _mark_calls(self, effects: Effects) -> None:
        for settled in effects.settled_calls:
            self._tables.calls[settled.call_id].settled = settled
        for alarm in effects.call_alarms:
            _refuse_nul(alarm.word)
            (call,) = (one for one in self._tables.calls.values() if one.first.contact_id == alarm.contact_id)
            call.alarm = alarm

    def _note_callers(self, effects: Effects) -> None:
        tables = self._tables
        for missed in effects.missed_calls:
            answers = (
                call.settled.course.answered_at
                for call_id, call in tables.calls.items()
                if call.settled is not None and self._caller_of(call_id) == missed.caller_ref
            )
            later = [moment for moment in answers if moment is not None and moment > missed.rang_off_at]
            tables.missed_calls.setdefault(missed.call_id, replace(missed, answered_at=min(later, default=None)))
        for answered in effects.answered_callers:
            for call_id, missed in tables.missed_calls.items():
                if missed.caller_ref == answered.caller_ref and missed.rang_off_at < answered.answered_at and missed.is_waiting:
                    tables.missed_calls[call_id] = replace(missed, answered_at=answered.answered_at)
        for note in effects.call_back_notes:
            tables.missed_calls[note.call_id] = replace(
                tables.missed_calls[note.call_id],
                called_back_at=note.called_back_at,
                called_back_by=note.called_back_by,
                reached=note.reached,
            )
        tables.nuisance_callers.extend(effects.nuisance_callers)
        tables.nuisance_decisions.extend(effects.nuisance_decisions)

    def _caller_of(self, call_id: str) -> str | None:
        sealed = self._tables.vault.get(self._tables.calls[call_id].first.contact_id)
        return sealed.caller_ref if sealed is not None else None

    def _set_clocks(self, effects: Effects) -> None:
        deadlines = self._tables.deadlines
        for new in effects.new_deadlines:
            key = (new.ticket_no, new.deadline.stage, new.number)
            _refuse_twin(key in deadlines)
            deadlines[key] = new
        for changed in effects.changed_deadlines:
            key = (changed.ticket_no, changed.deadline.stage, changed.number)
            if key in deadlines:
                deadlines[key] = changed


class MemoryMatrix:
    """``ports.MatrixDesk`` on the proposals of one store."""

    def __init__(self, proposals: dict[int, MatrixProposal]) -> None:
        self._proposals = proposals

    async def add(self, wish: MatrixWish) -> int:
        """Store a proposal, or add to the one that stands open for the same line."""
        _refuse_nul(wish.basis)
        tickets = (wish.ticket_no,) if wish.ticket_no else ()
        for number, known in self._proposals.items():
            if known.review is None and _line_of(known.wish) == _line_of(wish):
                self._proposals[number] = replace(
                    known,
                    tickets=tuple(dict.fromkeys((*known.tickets, *tickets))),
                    proposed_by=tuple(dict.fromkeys((*known.proposed_by, wish.proposed_by))),
                )
                return number
        number = len(self._proposals) + 1
        self._proposals[number] = MatrixProposal(number, wish, tickets, (wish.proposed_by,))
        return number

    async def proposals(self) -> list[MatrixProposal]:
        """Return every proposal, in the order of their numbers."""
        return list(self._proposals.values())

    async def changes(self) -> list[MatrixEntry]:
        """Return the approved changes, in the order of their versions."""
        approved = [(one, one.review) for one in self._proposals.values() if one.review is not None and one.review.approved]
        lines = [one.entry(holds_from=review.holds_from, version=review.version) for one, review in approved]
        return sorted(lines, key=lambda line: line.change or 0)

    async def lock(self, number: int) -> MatrixProposal:
        """Return a proposal."""
        if number not in self._proposals:
            raise NotFound(f"there is no proposal {number} of the dispatch matrix")
        return self._proposals[number]

    async def review(self, number: int, review: Review) -> None:
        """Write what was decided."""
        known = self._proposals[number]
        _refuse_twin(review.by in known.proposed_by)
        if review.approved and review.holds_from:
            known = replace(known, wish=replace(known.wish, holds_from=review.holds_from))
        else:
            review = replace(review, holds_from=known.wish.holds_from)
        self._proposals[number] = replace(known, review=review)


def _line_of(wish: MatrixWish) -> tuple[object, ...]:
    return wish.category_code, wish.district_code, wish.subject, wish.lead


class MemoryRelayOutbox:
    """``ports.RelayOutbox`` on a store in memory."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def become_leader(self) -> bool:
        """Take the lock unless another holds it."""
        if self._store.leader is None:
            self._store.leader = self
        return self._store.leader is self

    def close(self) -> None:
        """Let go of the lock."""
        if self._store.leader is self:
            self._store.leader = None

    def next_rows(self, published: Sequence[int], *, topics: Collection[str], at: datetime, limit: int) -> list[OutboxRow]:
        """Mark and return."""
        tables = self._store.tables
        for row in tables.outbox:
            row.published = row.published or row.seq in set(published)
        unpublished = [row for row in tables.outbox if not row.published and row.message.topic in topics]
        batch = sorted(unpublished, key=lambda row: (row.unit_seq is None, row.unit_seq, row.seq))[:limit]
        for row in batch:
            unit_code = row.message.unit_code
            if unit_code is not None and row.unit_seq is None:
                tables.unit_sequences[unit_code] += 1
                row.unit_seq = tables.unit_sequences[unit_code]
        return [
            OutboxRow(row.seq, row.message.topic, row.message.key, row.unit_seq, orjson.dumps(row.message.envelope()).decode())
            for row in batch
        ]

    def waiting(self) -> list[WaitingTopic]:
        """Count by topic."""
        counts = Counter((row.message.topic, row.message.unit_code) for row in self._store.tables.outbox if not row.published)
        return [WaitingTopic(topic, unit_code, messages) for (topic, unit_code), messages in counts.items()]

    def hold(self, reasons: Mapping[str, str], *, at: datetime) -> None:
        """Remember."""
        self._store.tables.held_topics = dict(reasons)

    def topics_made_anew(self, topic_ids: Mapping[str, UUID]) -> list[str]:
        """Return the changed ones."""
        known = self._store.tables.known_topics
        return [topic for topic, topic_id in topic_ids.items() if known.get(topic, topic_id) != topic_id]

    def remember_topics(self, topic_ids: Mapping[str, UUID], *, at: datetime) -> None:
        """Remember."""
        self._store.tables.known_topics.update(topic_ids)

    def publish_again(self, topic: str, *, since: datetime) -> int:
        """Make younger rows unpublished."""
        again = [
            row
            for row in self._store.tables.outbox
            if row.published and row.message.topic == topic and row.message.occurred_at > since
        ]
        for row in again:
            row.published = False
        return len(again)


def _copied(tables: _Tables) -> _Tables:
    """Return the tables as they stand; rows that change in place inside a transaction are copied too."""
    plain = {each.name: copy.copy(getattr(tables, each.name)) for each in fields(tables)}
    plain["calls"] = copy.deepcopy(tables.calls)
    plain["knowledge"] = copy.deepcopy(tables.knowledge)
    plain["assignments"] = [replace(row, moments=dict(row.moments)) for row in tables.assignments]
    return _Tables(**plain)


_UNANSWERED = OPEN_STATES - {TicketState.AWAITING_CALL_BACK, TicketState.CALLED_BACK}


def _as_open_request(ticket: Ticket) -> OpenRequest:
    return OpenRequest(**{field.name: getattr(ticket, field.name) for field in fields(OpenRequest)})


def _notice_key(notice: Notice) -> tuple[str, str, str, int]:
    return (notice.ticket_no, notice.unit_code, notice.kind, notice.version)


def _refuse_nul(*texts: str | None) -> None:
    if any(text is not None and "\x00" in text for text in texts):
        raise Rejected("the store refused a value: text cannot hold NUL")


def _refuse_twin(is_twin: bool) -> None:
    if is_twin:
        raise Rejected("the store refused a value: it exists already")
