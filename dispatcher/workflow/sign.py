"""签收: a unit takes the ticket."""

from dispatcher.workflow.acting import Act
from dispatcher.workflow.assign import LEAD
from models.codes import Stage, TicketState
from models.ticket import EventKind, Ticket


def sign(act: Act) -> Ticket:
    """Sign. The lead unit's signature moves the ticket on, ends its sign deadline and starts the clock of 首次联系.

    A co-unit signs for itself.

    Raises:
        Forbidden: the unit has no work on this ticket now.
        IllegalTransition: the lead has signed already, or the ticket has ended.
        Rejected: the co-unit has signed already.
    """
    hold = act.require_hold()
    act.mark("signed", hold.unit_code)
    data = {"unit": hold.unit_code, "role": hold.role}
    if hold.role == LEAD:
        act.require_state(TicketState.DISPATCHED, TicketState.SIGNED)
        after = act.ticket.moved_to(TicketState.SIGNED, act.at)
        act.finish_stage(Stage.SIGN, hold.unit_code, observed=True)
        act.start_clock(Stage.FIRST_CONTACT, after, hold.unit_code)
        return act.record(after, EventKind.SIGNED, data)
    act.require_first(hold.signed_at, "signed")
    return act.record(act.unchanged(), EventKind.SIGNED, data)
