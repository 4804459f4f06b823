"""撤诉: the citizen takes the request back before it is closed (domain.md A.11)."""

from dispatcher.workflow.acting import Act
from models.codes import TicketState
from models.ticket import EventKind, Ticket


def withdraw(act: Act) -> Ticket:
    """Withdraw with a ``reason``; whoever still had work on it is judged by nothing that was not due yet.

    Raises:
        IllegalTransition: the ticket has ended.
        Rejected: no reason is given.
    """
    reason = act.text("reason")
    after = act.ticket.moved_to(TicketState.WITHDRAWN, act.at)
    act.void(act.deadlines)
    act.mark("ended")
    return act.record(after, EventKind.WITHDRAWN, {"reason": reason})
