"""Plays an event file: time moves on to each event, what rings before it rings first."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from config.profiles import matrix_problems
from dispatcher.ports import StreamPosition
from dispatcher.rules.calls import steps_of_finished
from dispatcher.workflow.amend import Draft, approve_change, propose_change, refuse_change
from dispatcher.workflow.batches import BatchSettler, ContentT, ItemT
from dispatcher.workflow.calendars import warn_of_end, warning_at
from dispatcher.workflow.city import City
from dispatcher.workflow.commands import run_command
from dispatcher.workflow.converse import converse
from dispatcher.workflow.enter import Entry, enter_ticket
from dispatcher.workflow.finish_call import finish_calls, receive_transcript
from dispatcher.workflow.follow_call import follow_call
from dispatcher.workflow.knowledge import import_articles, withdraw_article
from dispatcher.workflow.receive import Receipt, cause_of_death, receive
from dispatcher.workflow.return_call import note_call_back
from dispatcher.workflow.reveal import reveal_contact
from dispatcher.workflow.ring import ring
from hotline.replay.events import Event, Kind
from hotline.replay.stage import CONTACTS, SEGMENTS, Stage
from models.call import CallStep, Speech
from models.codes import CallState, Channel, RequestType, Role, SubjectType, Urgency
from models.command import Command, CommandKind
from models.contact import PersonalData, Submission
from models.errors import NotFound, Rejected
from models.knowledge import Article, Source
from models.ticket import Actor
from streams.decode import Decode, contact_from_bytes, record_from_bytes, words_from_bytes

_REVEAL = "reveal_contact"
_MATRIX_ACTS = ("propose", "approve", "refuse")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that a rule refused; ``ticket`` is None where it was about the dispatch matrix."""

    at: datetime
    ticket: str | None
    command: str
    reason: str


class Replay:
    """One run over one stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._settled = dict.fromkeys((CONTACTS, SEGMENTS), 0)
        self._warned = False
        self._heard = dict.fromkeys((CONTACTS, SEGMENTS), 0)
        self.contact_names: dict[UUID, str] = {}
        self.ticket_names: dict[str, str] = {}
        self.refusals: list[Refusal] = []

    async def play(self, events: Sequence[Event]) -> None:
        """Play ``events``.

        Raises:
            Rejected: an event names something that the profile or the replay does not have; file and line are named.
        """
        for event in events:
            await self._move_on(event.at)
            try:
                await self.PLAYS[event.kind](self, event)
            except Rejected as error:
                raise Rejected(f"{event.where}: {error}") from error

    async def _move_on(self, to: datetime) -> None:
        """Let time pass until ``to``: every deadline rings at its own moment, every call ends at its own."""
        stage = self._stage
        open_work = stage.database.open_work
        while True:
            async with open_work() as work:
                rings_at = await work.next_ring()
            ends_at = await stage.chronicle.next_call_end()
            moment = min((moment for moment in (rings_at, ends_at) if moment is not None), default=None)
            if moment is None or moment > to:
                break
            await self._warn_of_calendar(moment)
            stage.clock.set(moment)
            if moment == ends_at:
                await finish_calls(city=stage.city, vault=stage.vault, open_work=open_work, clock=stage.clock)
                await self._settle_new()
            else:
                await ring(city=stage.city, open_work=open_work, clock=stage.clock)
        await self._warn_of_calendar(to)
        stage.clock.set(to)

    async def _warn_of_calendar(self, to: datetime) -> None:
        """Let the supervisors hear that the calendar runs out, at its moment if that comes before ``to``."""
        stage = self._stage
        moment = max(warning_at(stage.city, to), stage.clock.now())
        if self._warned or moment > to:
            return
        stage.clock.set(moment)
        await warn_of_end(city=stage.city, open_work=stage.database.open_work, clock=stage.clock)
        self._warned = True

    async def _settle_new(self) -> None:
        """Settle what the doors have announced since the last time."""
        await self._settle(CONTACTS, self._stage.intake, contact_from_bytes)
        await self._settle(SEGMENTS, self._stage.listening, words_from_bytes)

    async def _settle(self, position: StreamPosition, settler: BatchSettler[ContentT, ItemT], decode: Decode[ContentT]) -> None:
        first = self._settled[position]
        announced = await self._stage.chronicle.announced(position.topic, after=self._heard[position])
        records = [
            record_from_bytes(decode, envelope.encode(), position=position, offset=offset, now=self._stage.clock.now())
            for offset, (_, envelope) in enumerate(announced, start=first)
        ]
        if records:
            await settler.settle(position, await settler.understand(records))
            self._settled[position] += len(records)
            self._heard[position] = announced[-1][0]

    async def _transcript(self, event: Event) -> None:
        call_id = event.text("call_id")
        speeches = [
            Speech(
                seg=number,
                spk=str(segment.get("spk", "unknown")),
                text=str(segment.get("text", "")),
                conf=segment.get("conf"),
                start_ms=int(segment.get("start_ms", 0)),
                end_ms=int(segment.get("end_ms", 0)),
            )
            for number, segment in enumerate(event.said["segments"], start=1)
        ]
        receipt = await receive_transcript(
            call_id,
            began_at=event.at,
            steps=_steps(event),
            speeches=speeches,
            ani=event.optional("ani"),
            city=self._stage.city,
            vault=self._stage.vault,
            open_work=self._stage.database.open_work,
            clock=self._stage.clock,
        )
        self._name(receipt, call_id)
        await self._settle_new()

    async def _state(self, event: Event) -> None:
        step = CallStep(
            seq=int(event.said["seq"]),
            state=_state_of(event),
            at=event.at,
            ivr=tuple({"key": str(key)} for key in event.said.get("ivr") or ()),
            queue=event.optional("queue"),
            agent=event.optional("agent"),
            side=event.optional("side"),
        )
        await self._follow(event, steps=[step])

    async def _segment(self, event: Event) -> None:
        speech = Speech(
            seg=int(event.said["seg"]),
            spk=event.text("spk"),
            text=event.text("text"),
            conf=event.said.get("conf"),
            final=bool(event.said.get("final", True)),
        )
        await self._follow(event, speeches=[speech])

    async def _follow(self, event: Event, *, steps: Sequence[CallStep] = (), speeches: Sequence[Speech] = ()) -> None:
        call_id = event.text("call_id")
        receipt = await follow_call(
            call_id,
            steps=steps,
            speeches=speeches,
            ani=event.optional("ani"),
            city=self._stage.city,
            vault=self._stage.vault,
            open_work=self._stage.database.open_work,
            clock=self._stage.clock,
        )
        self.contact_names.setdefault(receipt.contact_id, call_id)
        await self._settle_new()

    async def _contact(self, event: Event) -> None:
        submission = Submission(
            source_id=event.text("contact_id"),
            channel=_channel(event.text("channel")),
            text=await self._filled(event.text("text")),
            received_at=event.at,
            personal=PersonalData(phone=event.optional("phone"), name=event.optional("name")),
            district=event.optional("district"),
        )
        await self._receive(submission, event.text("contact_id"))

    async def _wechat_message(self, event: Event) -> None:
        submission = Submission(
            source_id=str(event.said["MsgId"]),
            channel=Channel.WECHAT,
            text=await self._filled(event.optional("Content") or ""),
            received_at=datetime.fromtimestamp(int(event.said["CreateTime"]), UTC),
            personal=PersonalData(openid=event.text("FromUserName")),
        )
        name = f"W-{event.said['MsgId']}"
        if event.text("MsgType") != "text" or cause_of_death(submission.text):
            return  # as at the door: who sends a picture is asked for words, and is no contact
        self.contact_names.setdefault(submission.contact_id, name)
        if await converse(submission, self._stage.tools) is None:
            await self._receive(submission, name)
        else:
            await self._settle_new()  # what the machine had answered or asked about may have become a request

    async def _wechat_event(self, event: Event) -> None:
        """A menu was used or the account followed; one event told twice is one event (domain.md D.1)."""
        said = event.said
        key = f"{said['FromUserName']}{said['CreateTime']}{said['Event']}{said.get('EventKey', '')}"
        submission = Submission(
            source_id=key,
            channel=Channel.WECHAT,
            text=str(said["Event"]),
            received_at=event.at,
            personal=PersonalData(openid=event.text("FromUserName")),
        )
        menu = event.optional("EventKey")
        if menu in self._stage.city.profile.self_service.menus:
            self.contact_names.setdefault(submission.contact_id, f"W-{menu}")
            await converse(submission, self._stage.tools, menu=menu)

    async def _receive(self, submission: Submission, name: str) -> None:
        stage = self._stage
        (receipt,) = await receive(
            [submission], city=stage.city, vault=stage.vault, open_work=stage.database.open_work, clock=stage.clock
        )
        self._name(receipt, name)
        await self._settle_new()

    def _name(self, receipt: Receipt, name: str) -> None:
        self.contact_names.setdefault(receipt.contact_id, name)

    async def _ticket(self, event: Event) -> None:
        stage, ref = self._stage, event.text("ref")
        channel = _channel(event.optional("channel") or Channel.PHONE.label)
        submission = Submission(
            source_id=ref,
            channel=channel,
            text=event.text("text"),
            received_at=event.at,
            personal=PersonalData(phone=event.optional("phone"), name=event.optional("name"), openid=event.optional("openid")),
            district=event.optional("district"),
        )
        entry = Entry(
            request_type=RequestType(RequestType.from_label(event.text("type"))),
            category_code=event.text("category"),
            urgency=Urgency(Urgency.from_label(event.text("urgency"))),
            district_code=self._district(event.optional("district")),
            subject=_subject(event.optional("subject_type")),
            unit_code=event.optional("unit"),
            co_units=tuple(event.said.get("co_units") or ()),
        )
        ticket = await enter_ticket(
            submission,
            entry,
            actor=Actor(Role.OPERATOR, "replay"),
            city=stage.city,
            vault=stage.vault,
            open_work=stage.database.open_work,
            reserve_numbers=stage.database.reserve_numbers,
            clock=stage.clock,
        )
        self.contact_names[submission.contact_id] = ref
        self.ticket_names[ticket.ticket_no] = ref

    def _district(self, name: str | None) -> str | None:
        for district in self._stage.city.profile.districts.values():
            if name in (district.code, district.name, *district.aliases):
                return district.code
        return None

    async def _command(self, event: Event) -> None:
        reference, name = event.text("ticket"), event.text("command")
        try:
            actor = _actor(event)
            data = {key: await self._filled_value(value) for key, value in _data(event).items()}
            if name == CommandKind.CALL_BACK.value and await self._call_back_missed(reference, actor, data):
                return
            ticket_no = await self._ticket_no(reference)
            if name == _REVEAL:
                await self._reveal(ticket_no, actor, data)
            else:
                await self._run(ticket_no, _kind(name), data, actor)
        except Rejected as error:
            self.refusals.append(Refusal(event.at, reference, name, str(error)))

    async def _call_back_missed(self, reference: str, actor: Actor, data: Mapping[str, object]) -> bool:
        """Call back a caller whom nobody answered; return whether the reference means one."""
        stage = self._stage
        if reference not in {missed.call_id for missed in await stage.chronicle.missed_calls()}:
            return False
        reached = bool(data.get("reached", True))
        await note_call_back(reference, reached=reached, actor=actor, open_work=stage.database.open_work, clock=stage.clock)
        return True

    async def _run(self, ticket_no: str, kind: CommandKind, data: Mapping[str, object], actor: Actor) -> None:
        stage = self._stage
        async with stage.database.open_work() as work:
            ticket = await work.ticket(ticket_no)
        command = Command(ticket_no, kind, data, actor, ticket.version)
        await run_command(command, city=stage.city, open_work=stage.database.open_work, clock=stage.clock)

    async def _reveal(self, ticket_no: str, actor: Actor, data: Mapping[str, object]) -> None:
        stage = self._stage
        await reveal_contact(
            ticket_no,
            actor=actor,
            purpose=str(data.get("purpose", "")),
            vault=stage.vault,
            open_work=stage.database.open_work,
            clock=stage.clock,
        )

    async def _article(self, event: Event) -> None:
        """Publish an article, or take it out of use; until the first one the hotline has no knowledge base."""
        stage = self._stage
        open_work, clock = stage.database.open_work, stage.clock
        if event.said.get("withdrawn"):
            reviewer = Actor(Role.SUPERVISOR, "replay")
            reason = str(event.said["withdrawn"])
            await withdraw_article(event.text("id"), actor=reviewer, reason=reason, open_work=open_work, clock=clock)
        else:
            await import_articles([_as_article(event)], actor="replay", open_work=open_work, clock=clock)

    async def _clock(self, event: Event) -> None:
        """Time has moved on already."""

    async def _matrix(self, event: Event) -> None:
        """Somebody proposes, approves or refuses a change of the dispatch matrix; proposals are named by their number."""
        act, actor, data = event.text("act"), _actor(event), dict(event.said["data"])
        if act not in _MATRIX_ACTS:
            raise Rejected(f"{act!r} is no act on the matrix; one of {', '.join(_MATRIX_ACTS)}")
        try:
            await self._amend(act, actor, data)
        except Rejected as error:
            self.refusals.append(Refusal(event.at, None, f"matrix {act}", str(error)))
        except (KeyError, TypeError, ValueError) as error:
            raise Rejected(f"the data of a matrix {act} cannot be read: {error}") from error

    async def _amend(self, act: str, actor: Actor, data: Mapping[str, Any]) -> None:
        city, open_work, clock = self._stage.city, self._stage.database.open_work, self._stage.clock
        if act == "propose":
            await propose_change(_draft(data, city), actor=actor, city=city, open_work=open_work, clock=clock)
        elif act == "approve":
            await approve_change(
                int(data["proposal"]),
                actor=actor,
                city=city,
                check=matrix_problems,
                open_work=open_work,
                clock=clock,
                holds_from=_day(data.get("from")),
                note=data.get("note"),
            )
        else:
            number, reason = int(data["proposal"]), str(data.get("reason", ""))
            await refuse_change(number, actor=actor, reason=reason, open_work=open_work, clock=clock)

    async def _ticket_no(self, reference: str) -> str:
        """Return the number of the ticket that a reference means.

        Raises:
            NotFound: it means none.
        """
        found = await self.references()
        for ticket_no, names in found.items():
            if reference in names:
                return ticket_no
        raise NotFound(f"{reference!r} means no ticket")

    async def references(self) -> dict[str, tuple[str, ...]]:
        """Return the references of every ticket: its ``ref``, or its contact with the number of its item."""
        found: dict[str, tuple[str, ...]] = {}
        items: dict[UUID, int] = {}
        for ticket_no, contact_id in await self._stage.chronicle.ticket_contacts():
            items[contact_id] = items.get(contact_id, 0) + 1
            ref = self.ticket_names.get(ticket_no)
            contact = self.contact_names.get(contact_id, str(contact_id))
            numbered = f"{contact}#{items[contact_id]}"
            found[ticket_no] = (ref,) if ref else (contact, numbered) if items[contact_id] == 1 else (numbered,)
        return found

    async def _filled_value(self, value: object) -> object:
        return await self._filled(value) if isinstance(value, str) else value

    async def _filled(self, text: str) -> str:
        """Replace ``{no:REF}`` by the ticket's number."""
        if "{no:" not in text:
            return text
        for ticket_no, names in (await self.references()).items():
            for name in names:
                text = text.replace(f"{{no:{name}}}", ticket_no)
        return text

    PLAYS: ClassVar[Mapping[Kind, Callable[["Replay", Event], Awaitable[None]]]] = MappingProxyType(
        {
            Kind.CALL_TRANSCRIPT: _transcript,
            Kind.CALL_STATE: _state,
            Kind.CALL_SEGMENT: _segment,
            Kind.WECHAT_MESSAGE: _wechat_message,
            Kind.WECHAT_EVENT: _wechat_event,
            Kind.CONTACT: _contact,
            Kind.TICKET: _ticket,
            Kind.COMMAND: _command,
            Kind.CLOCK: _clock,
            Kind.MATRIX: _matrix,
            Kind.ARTICLE: _article,
        }
    )


def _draft(data: Mapping[str, Any], city: City) -> Draft:
    return Draft(
        category_code=str(data.get("category", "")),
        lead=str(data.get("unit", "")),
        basis=str(data.get("basis", "")),
        district_code=city.district_code(data["district"]) if data.get("district") else None,
        subject=SubjectType.from_label(data["subject_type"]) if data.get("subject_type") else None,
        co_units=tuple(data.get("co_units") or ()),
        holds_from=_day(data.get("from")),
        holds_to=_day(data.get("to")),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _as_article(event: Event) -> Article:
    """Return the article of a line; what it does not say is ordinary."""
    valid_from, valid_to = event.optional("valid_from"), event.optional("valid_to")
    return Article(
        article_id=event.text("id"),
        version=int(event.said.get("version", 1)),
        title=event.text("title"),
        answer=event.text("answer"),
        body=event.optional("body") or "",
        valid_from=date.fromisoformat(valid_from) if valid_from else event.at.date(),
        valid_to=date.fromisoformat(valid_to) if valid_to else None,
        source=Source(event.optional("office") or "", event.optional("document") or "", event.at.date()),
        categories=tuple(event.said.get("categories") or ()),
        keywords=tuple(event.said.get("keywords") or ()),
    )


def _steps(event: Event) -> list[CallStep]:
    """Return the moments that a finished call tells; one whose end nobody tells ended when the event came."""
    return steps_of_finished(
        start=_moment(event, "start") or event.at,
        answer=_moment(event, "answer"),
        hangup=_moment(event, "hangup") or event.at,
        ivr=tuple({"key": str(key)} for key in event.said.get("ivr") or ()),
        queue=event.optional("queue"),
    )


def _moment(event: Event, key: str) -> datetime | None:
    """Return an instant that an event tells besides its own.

    Raises:
        Rejected: it is none, or has no offset.
    """
    given = event.optional(key)
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise Rejected(f"{key!r} must be a time in ISO 8601 with its offset") from error
    if moment.tzinfo is None:
        raise Rejected(f"the time {given} has no offset")
    return moment


def _actor(event: Event) -> Actor:
    """Return who gives a command.

    Raises:
        Rejected: the line does not say so in the contract's way.
    """
    said = event.said["actor"]
    given = said.get("role") if isinstance(said, dict) else said
    try:
        role = Role(str(given))
    except ValueError as error:
        raise Rejected(f"{given!r} is no role; one of {', '.join(Role)}") from error
    told = said if isinstance(said, dict) else {}
    unit = told.get("unit")
    return Actor(role, str(told.get("name", "replay")), None if unit is None else str(unit))


def _data(event: Event) -> dict[str, object]:
    said = event.said.get("data") or {}
    if not isinstance(said, dict):
        raise Rejected("the data of a command must be an object")
    return said


def _state_of(event: Event) -> CallState:
    try:
        return CallState(event.text("state"))
    except ValueError as error:
        raise Rejected(f"{event.said['state']!r} is no state of a call") from error


def _channel(given: str) -> Channel:
    for channel in Channel:
        if given in (channel.value, channel.label):
            return channel
    if given == "微信":
        return Channel.WECHAT
    raise Rejected(f"{given!r} is no channel; one of {[channel.label for channel in Channel]}")


def _subject(given: str | None) -> SubjectType:
    return SubjectType.ENTERPRISE if given == SubjectType.ENTERPRISE.label else SubjectType.CITIZEN


def _kind(name: str) -> CommandKind:
    try:
        return CommandKind(name)
    except ValueError as error:
        raise Rejected(f"{name!r} is no command; one of {', '.join(CommandKind)}") from error
