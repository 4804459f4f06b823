"""What a reader may do with a ticket now: by role, state, hold, clock."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from console.pages.standing import Standing
from dispatcher.rules.changes import decided, extension_refusal
from dispatcher.rules.pausing import pause_refusal
from dispatcher.workflow.assign import CO_UNIT
from dispatcher.workflow.commands import MAY
from dispatcher.workflow.supervise import LADDER
from models.codes import PauseReason, Role, Stage, TicketState, Track
from models.command import CommandKind
from models.ticket import ENDED_STATES, NEXT_STATES

_S = TicketState
_WITH_A_UNIT = (_S.DISPATCHED, _S.SIGNED, _S.HANDLING, _S.RETURN_REQUESTED)
_WHILE_HANDLED = (_S.SIGNED, _S.HANDLING)


def offered(seen: Standing) -> frozenset[CommandKind]:
    """Return the commands that are worth showing; the workflow decides once more when one is given."""
    return frozenset(kind for kind, is_open in _OPEN.items() if seen.user.role in MAY[kind] and is_open(seen))


def _is_pending(seen: Standing) -> bool:
    return seen.ticket.state is _S.PENDING


def _may_dispatch(seen: Standing) -> bool:
    return _is_pending(seen) and not (_is_consulted(seen) and seen.user.role is Role.OPERATOR)


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
    return seen.ticket.extension_asked is not None and seen.ticket.state in _WHILE_HANDLED


def _may_grant_time(seen: Standing) -> bool:
    return _is_asked_for_time(seen) and seen.work is not None and seen.at <= seen.work.deadline.due


def _may_take_longer(seen: Standing) -> bool:
    rules = seen.city.profile.deadlines
    if seen.ticket.state not in _WHILE_HANDLED or seen.work is None or seen.work.deadline.allowance is None:
        return False
    work = seen.work.deadline
    if seen.at > work.due or (work.stage, Track.COMPLEX) not in rules.by_track:
        return False
    return decided(work, Track.COMPLEX, at=seen.at, rules=rules, calendar=seen.city.calendar).due > work.due


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
    may_be_called = not (ticket.anonymous or ticket.confidential) and len(seen.attempts) < seen.city.profile.call_back.attempts
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


def _may_link(seen: Standing) -> bool:
    place = seen.detail.incident
    is_alone = place is None or (place.incident.tickets == 1 and place.incident.answered_at is None)
    return is_alone and seen.ticket.state in (_S.PENDING, _S.DISPATCHED)


def _may_unlink(seen: Standing) -> bool:
    place = seen.detail.incident
    if place is None or place.incident.answered_at is not None or seen.ticket.state in ENDED_STATES:
        return False
    return place.incident.lead_ticket != seen.ticket.ticket_no or place.incident.tickets == 1


def _may_consult(seen: Standing) -> bool:
    return seen.ticket.state in (_S.PENDING, *_WITH_A_UNIT) and not _is_consulted(seen)


def _is_consulted(seen: Standing) -> bool:
    consulted = seen.detail.consultation
    return consulted is not None and consulted.decided_at is None and seen.ticket.state not in ENDED_STATES


_OPEN: Mapping[CommandKind, Callable[[Standing], bool]] = MappingProxyType(
    {
        CommandKind.CONFIRM: _may_dispatch,
        CommandKind.DISPATCH: _may_dispatch,
        CommandKind.ANSWER: _is_pending,
        CommandKind.DECLINE: _is_pending,
        CommandKind.SIGN: _may_sign,
        CommandKind.CONTACT_CITIZEN: _may_contact,
        CommandKind.RETURN: _may_return,
        CommandKind.ACCEPT_RETURN: _is_returned,
        CommandKind.REJECT_RETURN: _is_returned,
        CommandKind.REQUEST_EXTENSION: _may_ask_for_time,
        CommandKind.APPROVE_EXTENSION: _may_grant_time,
        CommandKind.REFUSE_EXTENSION: _is_asked_for_time,
        CommandKind.APPROVE_COMPLEX: _may_take_longer,
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
        CommandKind.LINK: _may_link,
        CommandKind.UNLINK: _may_unlink,
        CommandKind.CONSULT: _may_consult,
        CommandKind.CONSULT_DECIDE: _is_consulted,
        CommandKind.WITHDRAW: lambda seen: _S.WITHDRAWN in NEXT_STATES[seen.ticket.state],
        CommandKind.CLOSE: _may_close,
        CommandKind.ARCHIVE: lambda seen: _S.ARCHIVED in NEXT_STATES[seen.ticket.state],
    }
)
"""When each command is open to a role that may give it."""
