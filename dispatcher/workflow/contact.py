"""首次联系: a unit has spoken with the citizen (响应 of the three rates)."""

from dispatcher.workflow.acting import Act
from dispatcher.workflow.assign import LEAD
from models.codes import TicketState
from models.ticket import EventKind, Ticket

_BEFORE_REPLY = (TicketState.DISPATCHED, TicketState.SIGNED, TicketState.HANDLING)


def contact_citizen(act: Act) -> Ticket:
    """Note that the unit has contacted the citizen; the lead's first contact after signing begins 办理中.

    Raises:
        Forbidden: the unit has no work on this ticket now.
        IllegalTransition: nobody has signed yet, or the reply has been given.
    """
    hold = act.require_hold()
    data = {"unit": hold.unit_code, "role": hold.role}
    if hold.role == LEAD and act.ticket.state is not TicketState.HANDLING:
        act.require_state(TicketState.SIGNED, TicketState.HANDLING)
        after = act.ticket.moved_to(TicketState.HANDLING, act.at)
        act.mark_contacted(hold.unit_code)
        return act.record(after, EventKind.CONTACTED, data)
    act.require_one_of(*_BEFORE_REPLY)
    act.mark("contacted", hold.unit_code)
    return act.record(act.unchanged(), EventKind.CONTACTED, data)
