"""A person finds a request more, or less, urgent than it was taken for (domain.md A.4.7)."""

from dataclasses import replace

from dispatcher.rules.changes import hastened
from dispatcher.workflow.acting import Act
from dispatcher.workflow.incidents import go_alone
from dispatcher.workflow.joining import goes_alone
from models.codes import TicketState, Urgency
from models.errors import Rejected
from models.ticket import EventKind, Ticket

_BEFORE_REPLY = (
    TicketState.PENDING,
    TicketState.DISPATCHED,
    TicketState.SIGNED,
    TicketState.HANDLING,
    TicketState.RETURN_REQUESTED,
)


def change_urgency(act: Act) -> Ticket:
    """Set ``urgency``; running clocks are counted from their start anew, never to a later due than before.

    What becomes more urgent than the lead of its incident follows it no longer.

    Raises:
        IllegalTransition: the unit has replied.
        Rejected: there is no such urgency, or the ticket has it.
    """
    act.require_one_of(*_BEFORE_REPLY)
    urgency = _urgency(act.level("urgency"))
    if urgency is act.ticket.urgency:
        raise Rejected(f"ticket {act.ticket.ticket_no} is {urgency.label} already", f"本单已经是{urgency.label}，不用调整。")
    track = act.city.track(
        category_code=act.ticket.category_code,
        request_type=act.ticket.request_type,
        subject=act.ticket.subject,
        units=max(len(act.running_holds()), 1),
        earlier=act.deadlines,
    )
    for stored in act.deadlines:
        if not stored.is_running or stored.deadline.allowance is None:
            continue
        sooner = hastened(
            stored.deadline,
            category_code=act.ticket.category_code,
            request_type=act.ticket.request_type,
            urgency=urgency,
            at=act.at,
            rules=act.city.profile.deadlines,
            calendar=act.city.calendar,
            track=track,
        )
        if sooner is not None:
            act.change(replace(stored, deadline=sooner))
    data = {"from": act.ticket.urgency.label, "to": urgency.label, "reason": act.optional_text("reason")}
    after = act.record(act.unchanged(urgency=urgency), EventKind.URGENCY_CHANGED, data)
    place, lead = act.beside.membership, act.beside.lead
    if place is not None and act.beside.follows and lead is not None and goes_alone(urgency, lead):
        act.effects.incident_links.append(replace(place.link, follows=False))
        return go_alone(act, after)
    return after


def _urgency(given: str) -> Urgency:
    for urgency in Urgency:
        if given in (urgency.value, urgency.label):
            return urgency
    raise Rejected(f"{given!r} is no urgency; one of {[urgency.label for urgency in Urgency]}")
