"""延期: the lead unit asks for more time, once, before it is due (domain.md A.3)."""

from dataclasses import replace

from dispatcher.rules.changes import extended, extension_refusal
from dispatcher.workflow.acting import Act
from dispatcher.workflow.tell import day_text, tell
from models.codes import ExtensionRefusal, NoticeKind, Stage, TicketState
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
    days = act.whole_number("working_days")
    reason = act.text("reason")
    if act.ticket.extension_asked is not None:
        raise Rejected(f"ticket {act.ticket.ticket_no}: an extension is asked for and not decided yet")
    work = act.running(act.work_stage, act.ticket.lead_unit)
    if work is None:
        raise Rejected(f"ticket {act.ticket.ticket_no} has no running deadline to extend")
    rule = act.city.profile.deadlines.extension
    refusal = extension_refusal(work.deadline, working_days=days, reason=reason, at=act.at, rule=rule)
    if refusal is not None:
        raise Rejected(f"ticket {act.ticket.ticket_no}: {refusal.label}")
    after = act.unchanged(extension_asked=days)
    return act.record(after, EventKind.EXTENSION_REQUESTED, {"working_days": days, "reason": reason})


def approve_extension(act: Act) -> Ticket:
    """Grant what was asked for: the dues of the lead and its co-units and the citizen's promise move as many days.

    What is past stays as it is.

    Raises:
        IllegalTransition: the unit does not handle the ticket now.
        Rejected: nothing is asked for, or the work is due already.
    """
    days = _asked(act)
    act.require_one_of(*_WHILE_HANDLED)
    work = act.running(act.work_stage, act.ticket.lead_unit)
    if work is None or act.at > work.deadline.due:
        raise Rejected(f"ticket {act.ticket.ticket_no}: {ExtensionRefusal.LATE.label}")
    moved = {}
    for stored in (*act.work_of_co_units(), work, act.running(Stage.PROMISE, None)):
        if stored is None or act.at > stored.deadline.due:
            continue
        later = extended(stored.deadline, days, at=act.at, calendar=act.city.calendar)
        act.change(replace(stored, deadline=later))
        moved[later.stage.value] = later.due.isoformat()
    after = act.unchanged(extension_asked=None)
    act.notify(after, NoticeKind.EXTENSION)
    promise = act.running(Stage.PROMISE, None)
    if promise is not None:
        date = day_text(act.current(promise).deadline.due, act.city)
        tell(after, "extended", city=act.city, effects=act.effects, at=act.at, date=date)
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
