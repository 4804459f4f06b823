"""退单: a unit says that the ticket is not its own, and the hotline decides (domain.md A.8)."""

from dispatcher import metrics
from dispatcher.workflow.acting import Act
from dispatcher.workflow.amend import propose_from_ticket
from dispatcher.workflow.assign import LEAD, put_on_stream
from dispatcher.workflow.consult import consult_returned
from dispatcher.workflow.pause import is_paused, resume_clocks
from dispatcher.workflow.supervise import supervise_returned
from models.codes import DispatchMode, NoticeKind, ProposalOrigin, ReturnReason, Stage, TicketState
from models.errors import Rejected
from models.ticket import EventKind, Ticket

_OF_THE_MATRIX = frozenset({ReturnReason.NOT_OUR_DUTY, ReturnReason.NOT_OUR_AREA})
"""A right return for one of these reasons says that the 派单目录 may be wrong (domain.md A.8.5, A.8.6)."""


def request_return(act: Act) -> Ticket:
    """Ask to give the ticket back, with ``reason`` R1 to R7 and its legal ``basis``; the unit's clocks run on meanwhile.

    Raises:
        Forbidden: the unit does not lead this ticket.
        Rejected: the reason is unknown, the basis is missing, or the window for returns is over.
    """
    unit_code = act.require_lead()
    reason = _reason(act.text("reason"))
    basis = act.text("basis")
    window = act.running(Stage.RETURN, unit_code)
    if window is not None and act.at > window.deadline.due:
        until = act.city.local(window.deadline.due)
        raise Rejected(
            f"ticket {act.ticket.ticket_no} could be returned until {until}",
            f"退单申请已于 {until:%m-%d %H:%M} 截止：请继续办理，确有争议的请联系热线提请会商。",
        )
    after = act.ticket.moved_to(TicketState.RETURN_REQUESTED, act.at)
    act.mark("returned", unit_code)
    act.start_own_clock(Stage.RETURN_REVIEW, after)
    return act.record(after, EventKind.RETURNED, {"unit": unit_code, "reason": reason.value, "basis": basis})


def accept_return(act: Act) -> Ticket:
    """Take the ticket back; ``transfer_to`` names the unit that leads it from now on, otherwise it waits for a person.

    The citizen's promise keeps its clock, the new unit's clocks start fresh (domain.md 0.9), and nobody judges the unit that
    was rightly rid of it. A transfer because of R1 or R2 proposes a change of the 派单目录. Source: domain.md A.2, A.8.

    Raises:
        Rejected: ``transfer_to`` is unknown, closed, the unit that returns it, one that rightly returned it before, or a 街镇
            on whose list the category does not stand.
    """
    act.require_state(TicketState.RETURN_REQUESTED, TicketState.PENDING)
    returning = act.ticket.lead_unit or ""
    chosen = act.optional_text("transfer_to")
    unit_code = act.city.unit_for(chosen, act.ticket.category_code).code if chosen else None
    if unit_code == returning:
        raise Rejected(
            f"unit {returning} returns ticket {act.ticket.ticket_no}; it cannot be transferred to it",
            f"正是{act.city.unit_name(returning)}申请退单，不能再派给它：请选择其他承办单位。",
        )
    if unit_code and any(hold.unit_code == unit_code for hold in act.holds if hold.return_result == "accepted"):
        raise Rejected(
            f"unit {unit_code} has rightly returned ticket {act.ticket.ticket_no}; it is not transferred back",
            f"{act.city.unit_name(unit_code)}的退单已经准予：请选择其他承办单位。",
        )
    act.finish_stage(Stage.RETURN_REVIEW, None)
    act.mark("accepted", returning)
    act.release(returning)
    before = resume_clocks(act, act.ticket) if is_paused(act) else act.ticket
    act.effects.increments.append(metrics.count(metrics.RETURNS, returning, "accepted"))
    returns = act.ticket.accepted_returns + 1
    data = {"from": returning, "to": unit_code}
    if unit_code is None:
        act.void_stages(Stage.SUPERVISE)  # nobody is supervised while a person looks for a unit
        after = before.moved_to(TicketState.PENDING, act.at, lead_unit=None, accepted_returns=returns, extension_asked=None)
        return consult_returned(act, act.record(after, EventKind.RETURN_ACCEPTED, data, before=before))
    after = before.moved_to(TicketState.DISPATCHED, act.at, lead_unit=unit_code, accepted_returns=returns, extension_asked=None)
    beside = act.make_lead(unit_code)
    put_on_stream(
        after,
        unit_code=unit_code,
        co_units=(),
        basis=DispatchMode.TRANSFER.label,
        mode=DispatchMode.TRANSFER,
        actor=act.command.actor,
        at=act.at,
        city=act.city,
        effects=act.effects,
        earlier=act.deadlines,
        again_of=act.beside.again_of,
        beside=beside,
    )
    act.notify(after, NoticeKind.TRANSFER)
    asked = act.asked_return
    if asked is not None and asked.reason in _OF_THE_MATRIX:
        propose_from_ticket(act, unit_code, basis=asked.basis, origin=ProposalOrigin.RETURN)
    accepted = consult_returned(act, act.record(after, EventKind.RETURN_ACCEPTED, data, before=before))
    return supervise_returned(act, accepted)


def reject_return(act: Act) -> Ticket:
    """Leave the ticket with the unit, which counts as having signed it (domain.md A.2: 驳回 → 已签收)."""
    unit_code = act.ticket.lead_unit or ""
    act.require_state(TicketState.RETURN_REQUESTED, TicketState.SIGNED)
    reason = act.optional_text("reason")
    after = act.ticket.moved_to(TicketState.SIGNED, act.at)
    act.finish_stage(Stage.RETURN_REVIEW, None)
    act.mark("rejected", unit_code)
    if not any(hold.signed_at for hold in act.running_holds() if hold.role == LEAD):
        act.mark("signed", unit_code)
        act.finish_stage(Stage.SIGN, unit_code, observed=True)
        act.start_clock(Stage.FIRST_CONTACT, after, unit_code)
    act.effects.increments.append(metrics.count(metrics.RETURNS, unit_code, "rejected"))
    return act.record(after, EventKind.RETURN_REJECTED, {"unit": unit_code, "reason": reason})


def _reason(given: str) -> ReturnReason:
    try:
        return ReturnReason(given)
    except ValueError as error:
        known = [f"{reason.value} {reason.label}" for reason in ReturnReason]
        raise Rejected(f"{given!r} is not a reason to return a ticket; one of {known}") from error
