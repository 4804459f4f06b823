"""答复: the lead unit reports what it found and did."""

from dispatcher.ports import AssignmentMark
from dispatcher.workflow.acting import Act
from models.codes import Stage, TicketState
from models.ticket import EventKind, Ticket


def reply(act: Act) -> Ticket:
    """Reply with ``investigation``, ``result``, ``basis`` and whether the citizen was ``contacted``.

    Source of the fields: domain.md A.2, reply template. The resolve deadline counts the unit's reply (M24).
    """
    unit_code = act.require_lead()
    data = {
        "unit": unit_code,
        "investigation": act.text("investigation"),
        "result": act.text("result"),
        "basis": act.optional_text("basis"),
        "contacted": act.flag("contacted"),
    }
    after = act.ticket.moved_to(TicketState.REPLIED, act.at)
    act.settle_deadline(Stage.RESOLVE)
    act.observe_stage(Stage.RESOLVE)
    act.effects.assignment_marks.append(AssignmentMark(act.ticket.ticket_no, unit_code, "replied", act.at))
    return act.record(after, EventKind.REPLIED, data)
