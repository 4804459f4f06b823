"""延期: the lead unit asks for more time, once, before it is due (domain.md A.3)."""

from dataclasses import replace

from dispatcher.workflow.acting import Act
from models.codes import Stage, TicketState
from models.errors import Rejected
from models.ticket import EventKind, Ticket

_WHILE_HANDLED = (TicketState.SIGNED, TicketState.HANDLING)


def request_extension(act: Act) -> Ticket:
    """Ask for ``working_days`` more, with a ``reason``.

    Raises:
        Forbidden: the unit does not lead this ticket.
        IllegalTransition: the unit has not signed yet, or has replied.
        Rejected: it is due already, was extended before, is being asked for, asks for too many days, or gives no reason.
    """
    act.require_lead()
    act.require_one_of(*_WHILE_HANDLED)
    reason = act.text("reason")
    days = act.whole_number("working_days")
    limit = act.city.profile.deadlines.extension
    if not 1 <= days <= limit.days:
        raise Rejected(f"an extension is of 1 to {limit.days} working days, not {days}")
    resolve = act.running(act.work_stage, act.ticket.lead_unit)
    if resolve is None or act.at > resolve.deadline.due:
        raise Rejected(f"ticket {act.ticket.ticket_no} is past its due; an extension is asked for before")
    if act.ticket.extensions >= limit.times:
        raise Rejected(f"ticket {act.ticket.ticket_no} was extended before; more than {limit.times} time needs 督办")
    if act.ticket.extension_asked is not None:
        raise Rejected(f"ticket {act.ticket.ticket_no}: an extension is asked for and not decided yet")
    after = act.unchanged(extension_asked=days)
    return act.record(after, EventKind.EXTENSION_REQUESTED, {"working_days": days, "reason": reason})


def approve_extension(act: Act) -> Ticket:
    """Grant what was asked for: the unit's due and the citizen's promise move to the same later day.

    Raises:
        Rejected: nothing is asked for.
    """
    days = _asked(act)
    moved = {}
    for stage, unit_code in ((act.work_stage, act.ticket.lead_unit), (Stage.PROMISE, None)):
        stored = act.running(stage, unit_code)
        if stored is None:
            continue
        later = act.city.extended(stored.deadline, days)
        first_due = stored.first_due or stored.deadline.due
        act.effects.changed_deadlines.append(replace(stored, deadline=later, first_due=first_due))
        moved[stage.value] = later.due.isoformat()
    after = act.unchanged(extension_asked=None, extensions=act.ticket.extensions + 1)
    return act.record(after, EventKind.EXTENSION_APPROVED, {"working_days": days, "due": moved})


def refuse_extension(act: Act) -> Ticket:
    """Leave the due as it is, with a ``reason``.

    Raises:
        Rejected: nothing is asked for, or no reason is given.
    """
    days = _asked(act)
    after = act.unchanged(extension_asked=None)
    return act.record(after, EventKind.EXTENSION_REFUSED, {"working_days": days, "reason": act.text("reason")})


def _asked(act: Act) -> int:
    if act.ticket.extension_asked is None:
        raise Rejected(f"ticket {act.ticket.ticket_no}: no extension is asked for")
    return act.ticket.extension_asked
