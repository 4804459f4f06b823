"""直接答复: the hotline answers at once, from knowledge, without a unit."""

from dispatcher import metrics
from dispatcher.workflow.acting import Act
from models.codes import Stage, TicketState
from models.ticket import EventKind, Ticket


def answer(act: Act) -> Ticket:
    """Close with the hotline's own answer; ``text`` is what the citizen was told, ``article`` the knowledge behind it."""
    act.require_state(TicketState.PENDING, TicketState.CLOSED)
    data = {"text": act.text("text"), "article": act.optional_text("article")}
    after = act.ticket.moved_to(TicketState.CLOSED, act.at, first_closed_at=act.at)
    act.finish_stage(Stage.DISPATCH, None)
    act.finish_stage(Stage.PROMISE, None)
    act.end_all_work()
    level1 = act.city.category(act.ticket.category_code).level1_code
    act.effects.increments.append(metrics.count(metrics.DIRECT_ANSWERS, level1))
    return act.record(after, EventKind.ANSWERED, data)
