"""The JSON of the API: what comes in, what goes out. OpenAPI is made of these."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from console.similar import SimilarTicket
from dispatcher.ports import Hold, Notice, StoredDeadline
from dispatcher.views import IncidentView, TicketDetail
from dispatcher.workflow.announce import title_of
from dispatcher.workflow.city import City
from models.codes import CallState
from models.incident import Consultation
from models.ticket import Ticket, TicketEvent
from models.understanding import Issue

_SOURCE_ID = Field(min_length=1, max_length=200)


class Problem(BaseModel):
    """Every refusal: a word for programs, a sentence for people; ``index`` names the bad item of a batch, from 0."""

    error: str = Field(examples=["stale_version"])
    detail: str = Field(examples=["ticket HK20261121P0000018 is at version 3; the command expected version 2"])
    index: int | None = None


class ContactIn(BaseModel):
    """One contact. ``channel`` is a letter of the code list (P, W, N …) or its Chinese label; no ``received_at`` means now.

    ``phone`` and ``name`` go to the vault alone. ``district`` is a code or name that the citizen chose.
    """

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "channel": "N",
                    "text": "龙华区国贸路工地每天夜里十一点还在打桩，吵得没法睡。",
                    "received_at": "2026-11-20T23:12:00+08:00",
                    "name": "符女士",
                }
            ]
        },
    )

    channel: str = Field(max_length=20)
    text: str
    received_at: AwareDatetime | None = None
    phone: str | None = Field(None, max_length=32)
    name: str | None = Field(None, max_length=64)
    district: str | None = Field(None, max_length=64)


class BatchContactIn(ContactIn):
    """A contact of a batch, with its own idempotency key."""

    source_id: Annotated[str, _SOURCE_ID]


class Accepted(BaseModel):
    """A contact that is stored. ``already_accepted``: an earlier request with the same key stored it."""

    contact_id: UUID
    status: str = Field(examples=["accepted", "already_accepted"])


class SegmentIn(BaseModel):
    """A stretch of speech; ``spk`` is caller, agent or unknown, ``conf`` 0 to 1."""

    model_config = ConfigDict(hide_input_in_errors=True)

    spk: str = Field(max_length=20)
    text: str
    start_ms: int = Field(0, ge=0, lt=2**31)
    end_ms: int = Field(0, ge=0, lt=2**31)
    conf: float | None = Field(None, ge=0, le=1)


class LiveSegmentIn(SegmentIn):
    """What is heard in a running call. ``seg`` counts the stretches of speech; a final one replaces its partial ones."""

    seg: int = Field(ge=0, lt=2**31)
    text: str = Field(max_length=10_000)
    final: bool = True


class IvrKeyIn(BaseModel):
    """A key that the caller pressed in the menu."""

    key: str = Field(max_length=20)
    label: str | None = Field(None, max_length=100)
    at: AwareDatetime | None = None


class CallStepIn(BaseModel):
    """A step of a running call. ``seq`` is the platform's order; ``ani`` goes to the vault; unknown fields are ignored."""

    model_config = ConfigDict(
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {"seq": 2, "at": "2026-11-20T23:12:03+08:00", "state": "queued", "ivr": ["1"], "queue": "综合"},
                {"seq": 9, "at": "2026-11-20T23:14:20+08:00", "state": "hangup", "side": "user"},
            ]
        },
    )

    seq: int = Field(ge=0, lt=2**31)
    at: AwareDatetime
    state: CallState
    ani: str | None = Field(None, max_length=32)
    ivr: list[IvrKeyIn | Annotated[str, Field(max_length=20)]] = Field(default_factory=list, max_length=50)
    queue: str | None = Field(None, max_length=100)
    agent: str | None = Field(None, max_length=100)
    side: str | None = Field(None, max_length=20)


class CallNoted(BaseModel):
    """What was told of a call is stored. ``contact_id`` is the contact that it will be; ``ended``: the call is settled."""

    contact_id: UUID
    status: str = Field(examples=["accepted", "ended"])


class TranscriptIn(BaseModel):
    """A finished call. ``ani`` goes to the vault alone; unknown fields are ignored."""

    model_config = ConfigDict(
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "call_id": "C-0001",
                    "start": "2026-11-20T23:12:00+08:00",
                    "answer": "2026-11-20T23:12:06+08:00",
                    "hangup": "2026-11-20T23:14:20+08:00",
                    "ivr": ["1"],
                    "queue": "综合",
                    "segments": [
                        {"spk": "agent", "text": "您好海口12345", "start_ms": 0, "end_ms": 2100, "conf": 0.95},
                        {"spk": "caller", "text": "国贸路工地夜里还在打桩", "start_ms": 2200, "end_ms": 8800, "conf": 0.96},
                    ],
                }
            ]
        },
    )

    call_id: str | None = Field(None, max_length=200)
    ani: str | None = Field(None, max_length=32)
    start: AwareDatetime
    answer: AwareDatetime | None = None
    hangup: AwareDatetime | None = None
    ivr: list[str] = Field(default_factory=list, max_length=50)
    queue: str | None = Field(None, max_length=100)
    segments: list[SegmentIn] = Field(max_length=20_000)


class CommandIn(BaseModel):
    """A command. ``expected_version`` is the version of the ticket that the decision was based on."""

    model_config = ConfigDict(
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {"command": "sign", "data": {}, "expected_version": 2},
                {"command": "confirm", "data": {"category": "0301"}, "expected_version": 1},
                {
                    "command": "call_back",
                    "data": {"reached": True, "responded": True, "solved": False, "rating": "不满意", "reason": "灯还是不亮"},
                    "expected_version": 7,
                },
            ]
        },
    )

    command: str = Field(max_length=40)
    data: dict[str, Any] = Field(default_factory=dict)
    expected_version: int = Field(ge=1)


class PurposeIn(BaseModel):
    """Why somebody must see the citizen's contact data; it stays in the access log."""

    model_config = ConfigDict(hide_input_in_errors=True)

    purpose: str = Field(min_length=2, max_length=200, examples=["回访核实井盖位置"])


class ContactDataOut(BaseModel):
    """The citizen's contact data, as far as the door received them."""

    phone: str | None
    name: str | None
    openid: str | None


class CommandDone(BaseModel):
    """The ticket after the command."""

    ticket_no: str
    version: int
    state: str


class TicketOut(BaseModel):
    """A ticket. Codes travel as in the topics: ``state`` and ``channel`` as values, ``type`` and ``urgency`` as labels.

    ``round`` is 2 once it is handled again. ``extension_asked`` are the working days that a unit asks for, null when nobody has
    to decide. ``supervision`` is the step of the ladder, 0 to 4. Of an ``anonymous`` or ``confidential`` citizen a unit is told
    neither ``salutation`` nor ``caller_ref``.
    ``subject`` is ``citizen`` or ``enterprise``; null in tickets of an older release.
    """

    ticket_no: str
    version: int
    state: str
    state_since: datetime
    channel: str
    type: str
    urgency: str
    category: str
    category_name: list[str]
    text: str
    salutation: str | None
    caller_ref: str | None
    anonymous: bool
    confidential: bool
    district: str | None
    address: str | None
    subject: str | None
    lead_unit: str | None
    round: int
    accepted_returns: int
    extension_asked: int | None
    supervision: int
    confidence: float
    top3: list[tuple[str, float]]
    review_reasons: list[str]
    alarm: str | None
    repeat_count: int
    received_at: datetime
    registered_at: datetime
    first_closed_at: datetime | None
    profile_version: str
    matrix_version: str
    model_version: str

    @classmethod
    def of(cls, ticket: Ticket, city: City, *, for_unit: bool) -> Self:
        """Return the JSON of a ticket for the staff, or for a unit."""
        return cls(**_ticket_fields(ticket, city, for_unit=for_unit))


class PauseOut(BaseModel):
    """A span in which a clock stood still; no ``end`` while it does."""

    reason: str
    start: datetime
    end: datetime | None


class FormerDueOut(BaseModel):
    """What a deadline said before it was moved at ``at``, and why it was."""

    due: datetime
    changed_by: str
    at: datetime


class DeadlineOut(BaseModel):
    """A deadline with its proof; ``days`` are the days that were counted, an extension's included.

    ``stopped_at``: the work was handed in, and the clock stands until its review. ``done_at``: the stage is finished.
    ``former`` are its earlier due times, oldest first.
    """

    stage: str
    number: int
    unit: str | None
    clock: str
    start: datetime
    due: datetime
    result: str | None
    stopped_at: datetime | None
    done_at: datetime | None
    provisional: bool
    days: list[date]
    pauses: list[PauseOut]
    extension_days: int
    former: list[FormerDueOut]

    @classmethod
    def of(cls, stored: StoredDeadline) -> Self:
        """Return the JSON of a deadline."""
        deadline = stored.deadline
        return cls(
            stage=deadline.stage.value,
            number=stored.number,
            unit=deadline.unit_code,
            clock=deadline.clock.value,
            start=deadline.start,
            due=deadline.due,
            result=stored.result.value if stored.result else None,
            stopped_at=stored.stopped_at,
            done_at=stored.done_at,
            provisional=deadline.provisional,
            days=list(deadline.days),
            pauses=[PauseOut(reason=one.reason.value, start=one.start, end=one.end) for one in deadline.pauses],
            extension_days=deadline.extension_days,
            former=[FormerDueOut(due=one.due, changed_by=one.changed_by.value, at=one.at) for one in deadline.former],
        )


class AssignmentOut(BaseModel):
    """A unit's hold on the ticket.

    ``return_result`` is ``accepted`` or ``rejected``. ``overridden`` is the lead's reason not to wait for this co-unit.
    """

    unit: str
    role: str
    mode: str
    dispatched_at: datetime
    signed_at: datetime | None
    contacted_at: datetime | None
    returned_at: datetime | None
    return_result: str | None
    replied_at: datetime | None
    overridden: str | None
    ended_at: datetime | None
    matrix_version: str
    basis: str

    @classmethod
    def of(cls, hold: Hold) -> Self:
        """Return the JSON of a hold."""
        return cls(
            unit=hold.unit_code,
            role=hold.role,
            mode=hold.mode.value,
            dispatched_at=hold.dispatched_at,
            signed_at=hold.signed_at,
            contacted_at=hold.contacted_at,
            returned_at=hold.returned_at,
            return_result=hold.return_result,
            replied_at=hold.replied_at,
            overridden=hold.overridden,
            ended_at=hold.ended_at,
            matrix_version=hold.matrix_version,
            basis=hold.basis,
        )


class EventOut(BaseModel):
    """One line of the ticket's audit."""

    version: int
    type: str
    at: datetime
    actor: str
    unit: str | None
    from_state: str | None
    to_state: str
    data: dict[str, Any]

    @classmethod
    def of(cls, event: TicketEvent) -> Self:
        """Return the JSON of an event."""
        return cls(
            version=event.version,
            type=event.kind.value,
            at=event.occurred_at,
            actor=str(event.actor),
            unit=event.actor.unit_code,
            from_state=event.from_state.value if event.from_state else None,
            to_state=event.to_state.value,
            data=dict(event.data),
        )


class NoticeOut(BaseModel):
    """What a unit was told about the ticket: a card, a nudge, an extension, a step of supervision. ``day``: its working day."""

    unit: str
    kind: str
    day: date
    at: datetime

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """Return the JSON of a notice."""
        return cls(unit=notice.unit_code, kind=notice.kind.value, day=notice.day, at=notice.at)


class IncidentOut(BaseModel):
    """The event (并案) of which the ticket tells, with how many ``tickets`` tell of it.

    ``follows``: what is done about ``lead`` is done about it. A unit is told none of the numbers.
    """

    follows: bool
    tickets: int
    hotspot_at: datetime | None
    answered_at: datetime | None
    lead: str | None
    others: list[str]

    @classmethod
    def of(cls, view: IncidentView, *, for_unit: bool) -> Self:
        """Return the JSON of a ticket's incident for the staff, or for a unit."""
        incident = view.incident
        return cls(
            follows=view.follows,
            tickets=incident.tickets,
            hotspot_at=incident.hotspot_at,
            answered_at=incident.answered_at,
            lead=None if for_unit else incident.lead_ticket,
            others=[] if for_unit else list(view.others),
        )


class ConsultationOut(BaseModel):
    """疑难会商 about the ticket. It runs while ``decided_at`` is null. Nobody may have named ``unit`` and ``basis``."""

    opened_at: datetime
    cause: str
    decided_at: datetime | None
    unit: str | None
    basis: str | None

    @classmethod
    def of(cls, consultation: Consultation) -> Self:
        """Return the JSON of a consultation."""
        return cls(
            opened_at=consultation.opened_at,
            cause=consultation.cause,
            decided_at=consultation.decided_at,
            unit=consultation.unit_code,
            basis=consultation.basis,
        )


class TicketDetailOut(TicketOut):
    """A ticket with its deadlines, assignments, events, notices and latest rating, as far as the asker may see them.

    ``again_of`` is the closed ticket of which it is a repeat (再次反映), ``sisters`` are the tickets of the same contact's
    other requests, which no unit sees.
    """

    deadlines: list[DeadlineOut]
    assignments: list[AssignmentOut]
    events: list[EventOut]
    notices: list[NoticeOut]
    rating: str | None
    rating_round: int | None
    incident: IncidentOut | None
    again_of: str | None
    sisters: list[str]
    consultation: ConsultationOut | None

    @classmethod
    def of_detail(cls, detail: TicketDetail, city: City, *, for_unit: bool) -> Self:
        """Return the JSON of a ticket's detail for the staff, or for a unit."""
        return cls(
            **_ticket_fields(detail.ticket, city, for_unit=for_unit),
            deadlines=[DeadlineOut.of(stored) for stored in detail.deadlines],
            assignments=[AssignmentOut.of(hold) for hold in detail.holds],
            events=[EventOut.of(event) for event in detail.events],
            notices=[NoticeOut.of(notice) for notice in detail.notices],
            rating=detail.rating.rating.label if detail.rating else None,
            rating_round=detail.rating.round if detail.rating else None,
            incident=IncidentOut.of(detail.incident, for_unit=for_unit) if detail.incident else None,
            again_of=detail.again_of,
            sisters=list(detail.sisters),
            consultation=ConsultationOut.of(detail.consultation) if detail.consultation else None,
        )


class TicketPage(BaseModel):
    """One page of tickets, highest number first. Give ``next`` as ``after`` for the following page; null: no more."""

    tickets: list[TicketOut]
    next: str | None


class SimilarTicketOut(BaseModel):
    """An open ticket that may tell of the same event. ``score`` 0 to 1: 1 means the same words.

    ``words`` are pieces of the request that it holds too; ``place`` is a name that both have, null where none is known.
    """

    ticket_no: str
    score: float
    words: list[str]
    place: str | None
    same_category: bool
    same_district: bool
    state: str
    category: str
    district: str | None
    address: str | None
    lead_unit: str | None
    title: str
    received_at: datetime

    @classmethod
    def of(cls, similar: SimilarTicket) -> Self:
        """Return the JSON of a similar ticket."""
        ticket, likeness = similar.ticket, similar.likeness
        return cls(
            ticket_no=ticket.ticket_no,
            score=round(likeness.score, 3),
            words=list(likeness.words),
            place=likeness.place,
            same_category=likeness.same_category,
            same_district=likeness.same_district,
            state=ticket.state.value,
            category=ticket.category_code,
            district=ticket.district_code,
            address=ticket.address,
            lead_unit=ticket.lead_unit,
            title=title_of(ticket.text),
            received_at=ticket.received_at,
        )


class SimilarTicketsOut(BaseModel):
    """Open tickets that may tell of the same event, most alike first."""

    similar: list[SimilarTicketOut]


class IssueOut(BaseModel):
    """One of several requests in a ticket: it stands at ``span`` (start, end) of the text. ``confidence`` is 0 to 1."""

    span: tuple[int, int]
    category: str
    category_name: list[str]
    type: str
    confidence: float

    @classmethod
    def of(cls, issue: Issue, city: City) -> Self:
        """Return the JSON of an issue."""
        best = issue.top[0]
        category = city.profile.categories.get(best.category_code)
        return cls(
            span=(issue.start, issue.end),
            category=best.category_code,
            category_name=[category.level1, category.level2] if category else [],
            type=issue.request_type.label,
            confidence=round(best.probability, 4),
        )


class IssuesOut(BaseModel):
    """The requests of a ticket that holds several, in their order; empty for one request."""

    issues: list[IssueOut]


def _ticket_fields(ticket: Ticket, city: City, *, for_unit: bool) -> dict[str, Any]:
    hidden = for_unit and (ticket.anonymous or ticket.confidential)
    category = city.profile.categories.get(ticket.category_code)
    return {
        "ticket_no": ticket.ticket_no,
        "version": ticket.version,
        "state": ticket.state.value,
        "state_since": ticket.state_since,
        "channel": ticket.channel.value,
        "type": ticket.request_type.label,
        "urgency": ticket.urgency.label,
        "category": ticket.category_code,
        "category_name": [category.level1, category.level2] if category else [],
        "text": ticket.text,
        "salutation": None if hidden else ticket.salutation,
        "caller_ref": None if hidden else ticket.caller_ref,
        "anonymous": ticket.anonymous,
        "confidential": ticket.confidential,
        "district": ticket.district_code,
        "address": ticket.address,
        "subject": None if ticket.subject is None else ticket.subject.value,
        "lead_unit": ticket.lead_unit,
        "round": ticket.round,
        "accepted_returns": ticket.accepted_returns,
        "extension_asked": ticket.extension_asked,
        "supervision": ticket.supervision,
        "confidence": ticket.confidence,
        "top3": [(guess.category_code, guess.probability) for guess in ticket.top],
        "review_reasons": [reason.value for reason in ticket.review_reasons],
        "alarm": ticket.alarm,
        "repeat_count": ticket.nudges,
        "received_at": ticket.received_at,
        "registered_at": ticket.registered_at,
        "first_closed_at": ticket.first_closed_at,
        "profile_version": ticket.profile_version,
        "matrix_version": ticket.matrix_version,
        "model_version": ticket.model_version,
    }
