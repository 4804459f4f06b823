"""A small town's hotline for tests: real workflow and real store; the tests play callers, staff and the relay."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from config.profiles import find_profile, load_profile
from dispatcher.ports import StreamPosition, UnderstoodTexts
from dispatcher.rules.redaction import redact
from dispatcher.store.database import Database, Pool, open_pool
from dispatcher.store.vault import AesVault
from dispatcher.workflow.batches import BatchSettler
from dispatcher.workflow.city import City
from dispatcher.workflow.commands import run_command
from dispatcher.workflow.finish_call import finish_calls
from dispatcher.workflow.follow_call import follow_call
from dispatcher.workflow.intake import Intake
from dispatcher.workflow.listen import Listening
from dispatcher.workflow.receive import receive
from dispatcher.workflow.reveal import reveal_contact
from dispatcher.workflow.ring import ring
from models.call import CallStep, Speech
from models.codes import CallState, Channel, RequestType, Role, Urgency
from models.command import Command, CommandKind
from models.contact import PersonalData, Submission
from models.profile import Profile
from models.ticket import Actor, Ticket
from models.understanding import Guess, Issue, Understanding
from streams.decode import record_from_bytes
from streams.intake import INTAKE
from streams.listen import LISTEN
from streams.settling import Stream

OPERATOR = Actor(Role.OPERATOR, "operator1")
DISPATCHER = Actor(Role.DISPATCHER, "dispatcher1")
TOPIC_ID = UUID(int=12345)
VAULT = AesVault(bytes(32), bytes(32))


@dataclass(slots=True)
class StoryClock:
    """Stands still until the story moves it."""

    at: datetime = datetime(2026, 3, 10, 2, 0, 0, 123456, tzinfo=UTC)  # a Tuesday, 10:00 in the office

    def now(self) -> datetime:
        """Return the story's present."""
        return self.at

    def passes(self, span: timedelta) -> None:
        """Let time pass."""
        self.at += span


@dataclass(slots=True)
class Town:
    """A running hotline. What a contact is understood as is said when it is told."""

    pool: Pool
    profile: Profile
    clock: StoryClock
    partition: int = 0
    _meant: dict[str, Understanding] = field(default_factory=dict)
    _offsets: dict[StreamPosition, int] = field(default_factory=dict)
    _relayed: dict[str, int] = field(default_factory=dict)
    _told: list[Submission] = field(default_factory=list)

    @property
    def city(self) -> City:
        """The profile, indexed."""
        return City.of(self.profile)

    @property
    def database(self) -> Database:
        """The store."""
        return Database(self.pool)

    async def hears(
        self,
        text: str,
        *,
        category: str = "A1",
        confidence: float = 0.95,
        kind: RequestType = RequestType.COMPLAINT,
        urgency: Urgency = Urgency.NORMAL,
        alarm_category: str | None = None,
        issues: tuple[Issue, ...] = (),
        channel: Channel = Channel.PHONE,
        address: str | None = None,
        caller: str = "",
        waited: timedelta = timedelta(),
    ) -> Ticket | None:
        """A citizen says ``text``, and the whole way to a unit's stream is gone; returns the new ticket, if one came.

        ``waited`` is how long ago the citizen spoke; ``caller`` tells callers apart, the anonymous stay strangers.
        """
        self._meant[redact(text)] = _understood(
            category,
            confidence,
            request_type=kind,
            urgency=urgency,
            alarm_category=alarm_category,
            issues=issues,
            address=address,
        )
        for issue in issues:
            self._meant[redact(text)[issue.start : issue.end]] = _understood(
                issue.top[0].category_code, issue.top[0].probability, request_type=issue.request_type
            )
        submission = Submission(
            source_id=f"story-{len(self._told)}",
            channel=channel,
            text=text,
            received_at=self.clock.now() - waited,
            personal=PersonalData(openid=caller or None),
        )
        self._told.append(submission)
        await self.accepts(submission)
        await self.relays()
        return await self._ticket_of(submission.contact_id)

    def meant(self, text: str) -> Understanding | None:
        """Return what is understood of a text that was heard."""
        return self._meant.get(text)

    async def hears_again(self) -> None:
        """The door hands in the last submission once more, as after a lost answer."""
        await self.accepts(self._told[-1])

    async def is_called(self, *, answered_after: timedelta | None, ani: str | None = None) -> None:
        """Somebody calls, waits in the queue, is answered or not, says nothing and hangs up; the timers settle the call.

        ``ani`` is the caller's number; one who has none cannot be called back.
        """
        queued = self.clock.now()
        steps = [CallStep(1, CallState.QUEUED, queued), CallStep(3, CallState.HANGUP, queued + timedelta(minutes=3))]
        if answered_after is not None:
            steps.append(CallStep(2, CallState.ANSWERED, queued + answered_after))
        await follow_call(f"call at {queued} {answered_after} {ani}", steps=steps, ani=ani, **self._call_tools)
        self.clock.passes(timedelta(minutes=4))
        assert await finish_calls(**self._call_tools) == 1

    async def is_called_for_help(self, words: str, *, alert_after: timedelta) -> None:
        """Somebody says ``words`` in a call that still runs, and the supervisors are warned."""
        self._meant[redact(words)] = _understood("A3", urgency=Urgency.CRITICAL, alarm_is_sure=True)
        await follow_call(f"call for help at {self.clock.now()}", speeches=[Speech(1, "caller", words)], **self._call_tools)
        self.clock.passes(alert_after)
        listening = Listening(city=self.city, understand=self._understand, open_work=self.database.open_work, clock=self.clock)
        await self._settle(LISTEN, listening, await self._announced(LISTEN.topic))

    async def accepts(self, *submissions: Submission) -> None:
        """A door takes submissions in."""
        await receive(
            submissions,
            city=self.city,
            vault=VAULT,
            open_work=self.database.open_work,
            clock=self.clock,
        )

    async def relays(self, *others: bytes) -> None:
        """Everything that was announced reaches the intake, and so do ``others``, messages of unknown origin."""
        messages = [*await self._announced(INTAKE.topic), *others]
        if messages:
            intake = Intake(
                city=self.city,
                understand=self._understand,
                open_work=self.database.open_work,
                reserve_numbers=self.database.reserve_numbers,
                clock=self.clock,
            )
            await self._settle(INTAKE, intake, messages)

    async def commands(self, ticket: Ticket, kind: CommandKind, actor: Actor = OPERATOR, **data: object) -> Ticket:
        """Somebody does something with a ticket, as it stands now."""
        async with self.database.open_work() as work:
            seen = await work.ticket(ticket.ticket_no)
        command = Command(ticket.ticket_no, kind, data, actor, seen.version)
        return await run_command(command, city=self.city, open_work=self.database.open_work, clock=self.clock)

    async def signs(self, ticket: Ticket) -> Ticket:
        """The lead unit signs."""
        return await self.commands(ticket, CommandKind.SIGN, clerk_of(ticket))

    async def replies(self, ticket: Ticket) -> Ticket:
        """The lead unit replies."""
        return await self.commands(ticket, CommandKind.REPLY, clerk_of(ticket), investigation="到现场查看", result="已清理")

    async def finishes(self, ticket: Ticket, *, rating: str | None = None) -> Ticket:
        """Sign, reply, pass the review and close, all at once, and perhaps rate a second later."""
        done = await self.commands(await self.answers(ticket), CommandKind.CLOSE)
        if rating is None:
            return done
        self.clock.passes(timedelta(seconds=1))
        return await self.commands(done, CommandKind.RATE, rating=rating)

    async def answers(self, ticket: Ticket) -> Ticket:
        """Sign, reply and pass the review: the citizen has an answer."""
        return await self.commands(await self.replies(await self.signs(ticket)), CommandKind.PASS_REVIEW, DISPATCHER)

    async def reveals(self, ticket: Ticket, actor: Actor = OPERATOR) -> None:
        """Somebody looks at the citizen's contact data."""
        await reveal_contact(
            ticket.ticket_no,
            actor=actor,
            purpose="回访",
            vault=VAULT,
            open_work=self.database.open_work,
            clock=self.clock,
        )

    async def sweeps(self) -> int:
        """The timers look once; returns of how many tickets a deadline rang."""
        return await ring(city=self.city, open_work=self.database.open_work, clock=self.clock)

    @property
    def _call_tools(self) -> dict[str, Any]:
        return {"city": self.city, "vault": VAULT, "open_work": self.database.open_work, "clock": self.clock}

    async def _understand(self, texts: Sequence[str]) -> UnderstoodTexts:
        return UnderstoodTexts([self._meant[text] for text in texts], self.profile.bands)

    async def _announced(self, topic: str) -> list[bytes]:
        """What was announced on ``topic`` since it was last asked for."""
        async with self.pool.connection() as connection:
            rows = await (
                await connection.execute(
                    "SELECT seq, envelope FROM outbox WHERE topic = %s AND seq > %s ORDER BY seq",
                    [topic, self._relayed.get(topic, 0)],
                )
            ).fetchall()
        if rows:
            self._relayed[topic] = rows[-1][0]
        return [envelope.encode() for _, envelope in rows]

    async def _settle(self, stream: Stream, settler: BatchSettler[Any, Any], messages: Sequence[bytes]) -> None:
        position = StreamPosition(stream.group, stream.topic, TOPIC_ID, self.partition)
        first = self._offsets.get(position, 0)
        self._offsets[position] = first + len(messages)
        records = [
            record_from_bytes(stream.decode, value, position=position, offset=offset, now=self.clock.now())
            for offset, value in enumerate(messages, start=first)
        ]
        await settler.settle(position, await settler.understand(records))

    async def _ticket_of(self, contact_id: UUID) -> Ticket | None:
        async with self.pool.connection() as connection:
            row = await (
                await connection.execute("SELECT ticket_no FROM ticket_keys WHERE contact_id = %s", [contact_id])
            ).fetchone()
        if row is None:
            return None
        async with self.database.open_work() as work:
            return await work.ticket(row[0])


@asynccontextmanager
async def a_town(app_url: str) -> AsyncIterator[Town]:
    """Open a hotline of the small profile on an empty database."""
    profile = load_profile(find_profile("shouguang"))
    async with open_pool(app_url, size=4) as pool:
        yield Town(pool, profile, StoryClock())


def clerk_of(ticket: Ticket) -> Actor:
    """Whoever works on a ticket for its lead unit."""
    return Actor(Role.UNIT_CLERK, "clerk", ticket.lead_unit)


def _understood(category: str, confidence: float = 0.95, **changes: Any) -> Understanding:
    values: dict[str, Any] = {
        "top": (Guess(category, confidence),),
        "request_type": RequestType.COMPLAINT,
        "urgency": Urgency.NORMAL,
        "alarm": "报警" if changes.get("urgency") is Urgency.CRITICAL else None,
        "alarm_is_sure": changes.get("urgency") is Urgency.CRITICAL,
        "alarm_category": None,
        "district_code": None,
        "address": None,
        "language": "zh",
        "model_version": "story",
    }
    return Understanding(**{**values, **changes})
