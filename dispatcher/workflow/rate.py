"""评价: the citizen rates a closed ticket, once."""

from dataclasses import replace

from dispatcher import metrics
from dispatcher.ports import NewRating
from dispatcher.workflow.acting import Act
from models.codes import Rating, TicketState
from models.errors import Rejected
from models.ticket import EventKind, Ticket


def rate(act: Act) -> Ticket:
    """Rate with one of the five levels, by label or digit; 已评价 is an event, the ticket stays closed.

    Raises:
        Rejected: the ticket is not closed, was answered by the hotline itself, or was rated before.
    """
    ticket = act.ticket
    if ticket.state is not TicketState.CLOSED or ticket.lead_unit is None:
        raise Rejected(f"ticket {ticket.ticket_no} is {ticket.state.label}; only a unit's closed ticket is rated")
    rating = _rating(act.text("rating"))
    act.effects.ratings.append(NewRating(ticket.ticket_no, ticket.lead_unit, rating, act.at, act.optional_text("reason")))
    act.effects.increments.append(metrics.count(metrics.EVALUATIONS, ticket.lead_unit, rating.value))
    after = replace(ticket, version=ticket.version + 1)
    return act.record(after, EventKind.RATED, {"rating": rating.label})


def _rating(given: str) -> Rating:
    for rating in Rating:
        if given in (rating.value, rating.label):
            return rating
    raise Rejected(f"{given!r} is not a rating; one of {[rating.label for rating in Rating]}")
