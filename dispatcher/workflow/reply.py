"""答复: what the units found and did."""

from collections.abc import Mapping
from typing import Any

from dispatcher.workflow.acting import Act
from dispatcher.workflow.assign import CO_UNIT
from dispatcher.workflow.pause import is_paused, resume_clocks
from models.codes import Stage, TicketState
from models.errors import Forbidden, Rejected
from models.ticket import EventKind, Ticket

_WHILE_HANDLED = (TicketState.DISPATCHED, TicketState.SIGNED, TicketState.HANDLING, TicketState.RETURN_REQUESTED)


def reply(act: Act) -> Ticket:
    """Reply as the lead, with ``investigation``, ``result``, ``basis`` and whether the citizen was ``contacted``.

    A pause ends with it, and what was asked for in the way of an extension is no question any more.

    The citizen gets one answer: the lead waits for its co-units' replies or says why it does not. The resolve clock stands
    until the review has decided. Source of the fields: domain.md A.2, reply template.

    Raises:
        Forbidden: the unit does not lead this ticket.
        IllegalTransition: it has not signed yet, or has replied.
        Rejected: a field is missing, or a co-unit has neither replied nor been overridden.
    """
    unit_code = act.require_lead()
    waiting = [
        hold.unit_code for hold in act.running_holds() if hold.role == CO_UNIT and not (hold.replied_at or hold.overridden)
    ]
    data = {"unit": unit_code, **_report(act)}
    before = resume_clocks(act, act.ticket) if is_paused(act) else act.ticket
    after = before.moved_to(TicketState.REPLIED, act.at, extension_asked=None)
    if waiting:
        raise Rejected(f"ticket {act.ticket.ticket_no} waits for the replies of {', '.join(waiting)}")
    act.stop_clock(act.work_stage, unit_code)
    act.mark("replied", unit_code)
    if data["contacted"]:
        act.mark_contacted(unit_code)
    return act.record(after, EventKind.REPLIED, data, before=before)


def co_reply(act: Act) -> Ticket:
    """Report to the lead as a co-unit, with the same fields; the co-unit is judged by its own due.

    Raises:
        Forbidden: the unit is not a co-unit of this ticket now.
        IllegalTransition: the lead has replied.
        Rejected: a field is missing, or the co-unit has replied already.
    """
    hold = act.require_hold()
    if hold.role != CO_UNIT:
        raise Forbidden(f"ticket {act.ticket.ticket_no} is led by this unit; its answer is a reply")
    act.require_one_of(*_WHILE_HANDLED)
    act.require_first(hold.replied_at, "replied to")
    data = {"unit": hold.unit_code, **_report(act)}
    act.finish_stage(Stage.RESOLVE, hold.unit_code)
    act.mark("replied", hold.unit_code)
    return act.record(act.unchanged(), EventKind.CO_REPLIED, data)


def override_co_reply(act: Act) -> Ticket:
    """Answer without the co-units that have not replied, with a ``reason``; they stay judged by their own due.

    Raises:
        Forbidden: the unit does not lead this ticket.
        IllegalTransition: it has replied.
        Rejected: no reason is given, or no co-unit is waited for.
    """
    act.require_lead()
    act.require_one_of(*_WHILE_HANDLED)
    reason = act.text("reason")
    waiting = [hold.unit_code for hold in act.running_holds() if hold.role == CO_UNIT and hold.replied_at is None]
    if not waiting:
        raise Rejected(f"ticket {act.ticket.ticket_no} waits for no co-unit")
    for unit_code in waiting:
        act.mark("overridden", unit_code, reason)
    return act.record(act.unchanged(), EventKind.CO_REPLY_OVERRIDDEN, {"units": waiting, "reason": reason})


def _report(act: Act) -> Mapping[str, Any]:
    return {
        "investigation": act.text("investigation"),
        "result": act.text("result"),
        "basis": act.optional_text("basis"),
        "contacted": act.flag("contacted"),
    }
