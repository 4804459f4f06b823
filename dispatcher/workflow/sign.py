"""签收: the lead unit takes the ticket."""

from dispatcher.ports import AssignmentMark
from dispatcher.workflow.acting import Act
from models.codes import Stage, TicketState
from models.ticket import EventKind, Ticket


def sign(act: Act) -> Ticket:
    """Sign as the lead unit; its sign deadline is met or missed now."""
    unit_code = act.require_lead()
    after = act.ticket.moved_to(TicketState.SIGNED, act.at)
    act.settle_deadline(Stage.SIGN)
    act.observe_stage(Stage.SIGN)
    act.effects.assignment_marks.append(AssignmentMark(act.ticket.ticket_no, unit_code, "signed", act.at))
    return act.record(after, EventKind.SIGNED, {"unit": unit_code})
