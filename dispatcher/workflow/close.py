"""办结: the hotline accepts the unit's reply and the citizen has it."""

from dispatcher import metrics
from dispatcher.ports import AssignmentMark
from dispatcher.workflow.acting import Act
from models.codes import Stage, TicketState
from models.ticket import EventKind, Ticket


def close(act: Act) -> Ticket:
    """Close a replied ticket; the citizen's promise is met or missed now, and every unit's hold ends."""
    act.require_state(TicketState.REPLIED, TicketState.CLOSED)
    after = act.ticket.moved_to(TicketState.CLOSED, act.at)
    unit_code = act.ticket.lead_unit or ""
    act.settle_deadline(Stage.PROMISE)
    act.effects.assignment_marks.append(AssignmentMark(act.ticket.ticket_no, None, "ended", act.at))
    act.effects.increments.append(metrics.count(metrics.CLOSED, unit_code))
    return act.record(after, EventKind.CLOSED, {})
