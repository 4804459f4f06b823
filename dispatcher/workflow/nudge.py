"""催办: somebody asks the unit to hurry."""

from dispatcher.workflow.acting import Act
from dispatcher.workflow.announce import nudge_message
from dispatcher.workflow.supervise import supervise_reported
from models.codes import NoticeKind, Role, TicketState
from models.ticket import EventKind, Ticket

_WITH_A_UNIT = (TicketState.DISPATCHED, TicketState.SIGNED, TicketState.HANDLING, TicketState.RETURN_REQUESTED)


def nudge(act: Act) -> Ticket:
    """Tell the lead unit once more that somebody waits.

    Raises:
        IllegalTransition: no unit has it, or the unit has replied.
    """
    act.require_one_of(*_WITH_A_UNIT)
    after = act.unchanged(nudges=act.ticket.nudges + 1)
    reason = act.optional_text("reason")
    if act.beside.follows and act.beside.membership is not None:  # the unit knows the lead alone
        lead = act.beside.membership.incident.lead_ticket
        act.effects.messages.append(nudge_message(after, at=act.at, about=lead))
        return act.record(after, EventKind.NUDGED, {"unit": after.lead_unit, "reason": reason, "lead": lead})
    act.notify(after, NoticeKind.NUDGE)
    act.effects.messages.append(nudge_message(after, at=act.at))
    nudged = act.record(after, EventKind.NUDGED, {"unit": after.lead_unit, "reason": reason})
    if act.actor.role is not Role.CITIZEN:
        return nudged  # who calls the hotline to say so is a contact of its own
    return supervise_reported(act, nudged, act.beside.reports + 1)
