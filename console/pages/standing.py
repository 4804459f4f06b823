"""How a ticket stands for its reader: who works on it, and what the reader may do with it now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from dispatcher.accounts import User
from dispatcher.ports import Hold, StoredDeadline
from dispatcher.rules.changes import extension_refusal
from dispatcher.rules.pausing import pause_refusal
from dispatcher.views import TicketDetail
from dispatcher.workflow.assign import CO_UNIT, LEAD
from dispatcher.workflow.city import City
from dispatcher.workflow.commands import MAY
from dispatcher.workflow.satisfaction import MOST_ATTEMPTS
from dispatcher.workflow.supervise import LADDER
from models.codes import PauseReason, Stage, TicketState
from models.command import CommandKind
from models.deadline import DeadlineResult
from models.ticket import ENDED_STATES, NEXT_STATES, EventKind, Ticket, TicketEvent

_S = TicketState
_WITH_A_UNIT = (_S.DISPATCHED, _S.SIGNED, _S.HANDLING, _S.RETURN_REQUESTED)
_WHILE_HANDLED = (_S.SIGNED, _S.HANDLING)

_WINDOWS = (Stage.RETURN, Stage.RATING_WINDOW, Stage.RATING_INVITE)
"""Spans in which somebody may do something: nobody is late when they end."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket as one reader sees it at one moment."""

    detail: TicketDetail
    user: User
    city: City
    at: datetime

    @property
    def ticket(self) -> Ticket:
        """The ticket."""
        return self.detail.ticket

    @property
    def offered(self) -> frozenset[CommandKind]:
        """What the reader may do now: by role, state, hold and clock."""
        return frozenset(kind for kind, is_open in _OPEN.items() if self.user.role in MAY[kind] and is_open(self))

    @property
    def hold(self) -> Hold | None:
        """The running hold of the reader's unit."""
        mine = (hold for hold in self._running_holds() if hold.unit_code == self.user.unit_code)
        return next(mine, None)

    @property
    def leads(self) -> bool:
        """Whether the reader's unit leads the ticket now."""
        return self.hold is not None and self.hold.role == LEAD and self.ticket.lead_unit == self.user.unit_code

    @property
    def co_units(self) -> tuple[Hold, ...]:
        """The co-units that work on it now."""
        return tuple(hold for hold in self._running_holds() if hold.role == CO_UNIT)

    @property
    def waited_for(self) -> tuple[Hold, ...]:
        """The co-units whose reply the lead has to wait for."""
        return tuple(hold for hold in self.co_units if not (hold.replied_at or hold.overridden))

    @property
    def work(self) -> StoredDeadline | None:
        """The clock by which the lead unit works, while it is not finished."""
        stage = Stage.RESOLVE if self.ticket.round == 1 else Stage.REOPEN
        return self.running(stage, self.ticket.lead_unit)

    @property
    def ticking(self) -> StoredDeadline | None:
        """The clock that the reader watches: a co-unit's own, otherwise the lead's; None while it stands."""
        hold = self.hold
        own = self.running(Stage.RESOLVE, hold.unit_code) if hold is not None and hold.role == CO_UNIT else self.work
        is_ticking = own is not None and own.is_running and own.deadline.running_pause is None
        return own if is_ticking and self.ticket.state not in ENDED_STATES else None

    @property
    def paused_for(self) -> PauseReason | None:
        """Why the lead unit's clock stands still."""
        pause = self.work.deadline.running_pause if self.work else None
        return pause.reason if pause else None

    @property
    def return_until(self) -> datetime | None:
        """Until when the lead unit may return the ticket; None where its profile sets no end."""
        window = self.running(Stage.RETURN, self.ticket.lead_unit)
        return window.deadline.due if window else None

    @property
    def attempts(self) -> tuple[TicketEvent, ...]:
        """The call-backs of this round."""
        made: list[TicketEvent] = []
        for event in self.detail.events:
            if event.kind is EventKind.REOPENED:
                made = []
            elif event.kind is EventKind.CALLED_BACK:
                made.append(event)
        return tuple(made)

    def latest(self, kind: EventKind, unit_code: str | None = None) -> TicketEvent | None:
        """Return the last event of a kind, of one unit where it is named."""
        for event in reversed(self.detail.events):
            if event.kind is kind and unit_code in (None, event.data.get("unit")):
                return event
        return None

    def _running_holds(self) -> list[Hold]:
        return [hold for hold in self.detail.holds if hold.ended_at is None]

    def running(self, stage: Stage, unit_code: str | None) -> StoredDeadline | None:
        """Return the latest unfinished clock of a stage: of a unit, or with None of the hotline itself."""
        mine = [
            stored
            for stored in self.detail.deadlines
            if stored.deadline.stage is stage
            and stored.deadline.unit_code == unit_code
            and stored.done_at is None
            and stored.result is not DeadlineResult.VOID
        ]
        return max(mine, key=lambda stored: stored.number, default=None)


def _is_pending(seen: Standing) -> bool:
    return seen.ticket.state is _S.PENDING


def _may_sign(seen: Standing) -> bool:
    if seen.leads:
        return seen.ticket.state is _S.DISPATCHED
    return seen.hold is not None and seen.hold.signed_at is None and seen.ticket.state in _WITH_A_UNIT


def _may_contact(seen: Standing) -> bool:
    if seen.hold is None:
        return False
    if seen.leads and seen.ticket.state is _S.SIGNED:
        return True
    signed = seen.hold.signed_at is not None and seen.hold.contacted_at is None
    return signed and seen.ticket.state in (_S.DISPATCHED, *_WHILE_HANDLED)


def _may_return(seen: Standing) -> bool:
    in_time = seen.return_until is None or seen.at <= seen.return_until
    return seen.leads and in_time and seen.ticket.state in (_S.DISPATCHED, _S.SIGNED)


def _is_returned(seen: Standing) -> bool:
    return seen.ticket.state is _S.RETURN_REQUESTED


def _may_ask_for_time(seen: Standing) -> bool:
    if not seen.leads or seen.ticket.state not in _WHILE_HANDLED or seen.ticket.extension_asked or seen.work is None:
        return False
    rule = seen.city.profile.deadlines.extension
    return extension_refusal(seen.work.deadline, working_days=1, reason="-", at=seen.at, rule=rule) is None


def _is_asked_for_time(seen: Standing) -> bool:
    return seen.ticket.extension_asked is not None and seen.ticket.state not in ENDED_STATES


def _may_pause(seen: Standing) -> bool:
    if seen.ticket.state not in _WHILE_HANDLED or seen.work is None or not _is_led_or_judged(seen):
        return False
    refusal = pause_refusal(
        seen.work.deadline,
        reason=PauseReason.MATERIAL,
        at=seen.at,
        rule=seen.city.profile.deadlines.pause,
        calendar=seen.city.calendar,
    )
    return refusal is None


def _may_resume(seen: Standing) -> bool:
    return seen.paused_for is not None and seen.ticket.state in _WHILE_HANDLED and _is_led_or_judged(seen)


def _is_led_or_judged(seen: Standing) -> bool:
    return seen.leads or seen.user.unit_code is None


def _may_change_urgency(seen: Standing) -> bool:
    return seen.ticket.state in (_S.PENDING, *_WITH_A_UNIT)


def _may_supervise(seen: Standing) -> bool:
    ticket = seen.ticket
    return ticket.state not in ENDED_STATES and ticket.lead_unit is not None and ticket.supervision < len(LADDER)


def _may_reply(seen: Standing) -> bool:
    return seen.leads and seen.ticket.state in _WHILE_HANDLED and not seen.waited_for


def _may_co_reply(seen: Standing) -> bool:
    hold = seen.hold
    return hold is not None and hold.role == CO_UNIT and hold.replied_at is None and seen.ticket.state in _WITH_A_UNIT


def _may_go_without(seen: Standing) -> bool:
    return seen.leads and seen.ticket.state in _WHILE_HANDLED and bool(seen.waited_for)


def _is_replied(seen: Standing) -> bool:
    return seen.ticket.state is _S.REPLIED


def _may_call_back(seen: Standing) -> bool:
    ticket = seen.ticket
    may_be_called = not (ticket.anonymous or ticket.confidential) and len(seen.attempts) < MOST_ATTEMPTS
    return may_be_called and ticket.state is _S.AWAITING_CALL_BACK


def _may_rate(seen: Standing) -> bool:
    ticket, rating = seen.ticket, seen.detail.rating
    if ticket.state not in (_S.AWAITING_CALL_BACK, _S.CALLED_BACK, _S.CLOSED) or ticket.lead_unit is None:
        return False
    window = seen.running(Stage.RATING_WINDOW, None)
    in_time = window is None or seen.at <= window.deadline.due
    return in_time and (rating is None or rating.round != ticket.round)


def _may_close(seen: Standing) -> bool:
    return seen.ticket.state in (_S.AWAITING_CALL_BACK, _S.CALLED_BACK)


_OPEN: Mapping[CommandKind, Callable[[Standing], bool]] = MappingProxyType(
    {
        CommandKind.CONFIRM: _is_pending,
        CommandKind.DISPATCH: _is_pending,
        CommandKind.ANSWER: _is_pending,
        CommandKind.DECLINE: _is_pending,
        CommandKind.SIGN: _may_sign,
        CommandKind.CONTACT_CITIZEN: _may_contact,
        CommandKind.RETURN: _may_return,
        CommandKind.ACCEPT_RETURN: _is_returned,
        CommandKind.REJECT_RETURN: _is_returned,
        CommandKind.REQUEST_EXTENSION: _may_ask_for_time,
        CommandKind.APPROVE_EXTENSION: _is_asked_for_time,
        CommandKind.REFUSE_EXTENSION: _is_asked_for_time,
        CommandKind.PAUSE: _may_pause,
        CommandKind.RESUME: _may_resume,
        CommandKind.CHANGE_URGENCY: _may_change_urgency,
        CommandKind.SUPERVISE: _may_supervise,
        CommandKind.REPLY: _may_reply,
        CommandKind.CO_REPLY: _may_co_reply,
        CommandKind.OVERRIDE_CO_REPLY: _may_go_without,
        CommandKind.PASS_REVIEW: _is_replied,
        CommandKind.FAIL_REVIEW: _is_replied,
        CommandKind.CALL_BACK: _may_call_back,
        CommandKind.RATE: _may_rate,
        CommandKind.NUDGE: lambda seen: seen.ticket.state in _WITH_A_UNIT,
        CommandKind.WITHDRAW: lambda seen: _S.WITHDRAWN in NEXT_STATES[seen.ticket.state],
        CommandKind.CLOSE: _may_close,
        CommandKind.ARCHIVE: lambda seen: _S.ARCHIVED in NEXT_STATES[seen.ticket.state],
    }
)
"""When each command is open. The workflow decides once more; here it is asked what is worth showing."""


class CoUnit(NamedTuple):
    """A co-unit of a ticket: its hold, its own due where the reader may see it, and its reply."""

    hold: Hold
    due: datetime | None
    reply: Mapping[str, Any] | None


def panel_of(seen: Standing) -> dict[str, Any]:
    """Return what the ticket panel shows of a standing, by the names that its templates use."""
    replied = seen.latest(EventKind.REPLIED)
    first_contact = seen.running(Stage.FIRST_CONTACT, seen.user.unit_code) if seen.leads else None
    steps = seen.running(Stage.SUPERVISE, None)
    is_supervised = seen.ticket.supervision > 0 and seen.ticket.state not in ENDED_STATES
    return {
        "can": {kind.value for kind in seen.offered},
        "leads": seen.leads,
        "work": seen.work,
        "ticking": seen.ticking,
        "paused_for": seen.paused_for,
        "return_until": seen.return_until,
        "first_contact": first_contact,
        "unaskable": seen.ticket.anonymous or seen.ticket.confidential,
        "attempts": seen.attempts,
        "waited_for": seen.waited_for,
        "co_units": [_co_unit(seen, hold) for hold in seen.co_units],
        "reply": replied.data if replied else None,
        "replied_at": replied.occurred_at if replied else None,
        "review": _review_of(seen),
        "returned": _data(seen.latest(EventKind.RETURNED)),
        "asked_for_time": _data(seen.latest(EventKind.EXTENSION_REQUESTED)),
        "failed_review": _data(_since(seen, EventKind.REVIEW_FAILED, EventKind.REPLIED)),
        "rejected_return": _data(_since(seen, EventKind.RETURN_REJECTED, EventKind.REPLIED, EventKind.RETURN_ACCEPTED)),
        "dissatisfied": _data(_since(seen, EventKind.REOPENED, EventKind.REPLIED)),
        "supervised": _data(seen.latest(EventKind.SUPERVISED)) if is_supervised else None,
        "supervised_until": steps.deadline.due if steps else None,
        "clocks": [stored for stored in seen.detail.deadlines if stored.deadline.stage not in _WINDOWS],
    }


def _co_unit(seen: Standing, hold: Hold) -> CoUnit:
    clock = seen.running(Stage.RESOLVE, hold.unit_code)
    return CoUnit(hold, clock.deadline.due if clock else None, _data(seen.latest(EventKind.CO_REPLIED, hold.unit_code)))


def _review_of(seen: Standing) -> str:
    """Return what became of the latest reply."""
    if seen.ticket.state is _S.REPLIED:
        return "待审核"
    if _since(seen, EventKind.REVIEW_FAILED, EventKind.REPLIED):
        return "已退回重答"
    return "审核通过" if _since(seen, EventKind.REVIEW_PASSED, EventKind.REPLIED) else ""


def _since(seen: Standing, kind: EventKind, *over: EventKind) -> TicketEvent | None:
    """Return the last event of ``kind``, unless one of ``over`` came after it."""
    for event in reversed(seen.detail.events):
        if event.kind is kind:
            return event
        if event.kind in over:
            return None
    return None


def _data(event: TicketEvent | None) -> Mapping[str, Any] | None:
    return event.data if event else None
