"""催办: somebody asks the unit to hurry."""

from dispatcher.workflow.acting import Act
from dispatcher.workflow.announce import nudge_message
from models.codes import NoticeKind, TicketState
from models.ticket import EventKind, Ticket

_WITH_A_UNIT = (TicketState.DISPATCHED, TicketState.SIGNED, TicketState.HANDLING, TicketState.RETURN_REQUESTED)


def nudge(act: Act) -> Ticket:
    """Tell the lead unit once more that somebody waits.

    Raises:
        IllegalTransition: no unit has it, or the unit has replied.
    """
    act.require_one_of(*_WITH_A_UNIT)
    after = act.unchanged(nudges=act.ticket.nudges + 1)
    act.notify(after, NoticeKind.NUDGE)
    act.effects.messages.append(nudge_message(after, at=act.at))
    return act.record(after, EventKind.NUDGED, {"unit": after.lead_unit, "reason": act.optional_text("reason")})
