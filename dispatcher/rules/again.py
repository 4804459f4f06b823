"""What a repeat becomes when the ticket was closed before (domain.md A.7, second row)."""

from datetime import datetime

from models.codes import TicketState
from models.incident import ClosedRequest

MOST_ROUNDS = 2
"""One second handling; whoever is dissatisfied after it is a matter of 督办. Source: domain.md A.3 重办."""


def is_handled_again(closed: ClosedRequest, *, at: datetime) -> bool:
    """Return whether the old ticket is handled a second time; otherwise the repeat is a new ticket that names the old one.

    It is, while the citizen may still rate it or has disputed its result, if a unit handled it, once. An archived ticket
    stays as it is.
    """
    if closed.state is not TicketState.CLOSED or closed.lead_unit is None or closed.round >= MOST_ROUNDS:
        return False
    return closed.disputed or (closed.rate_until is not None and at <= closed.rate_until)
