"""办结 and 归档: the end of a ticket."""

from dispatcher import metrics
from dispatcher.workflow.acting import Act, Scene
from models.codes import Stage, TicketState
from models.ticket import Actor, EventKind, Ticket

_TO_RATE = (Stage.RATING_INVITE, Stage.RATING_WINDOW)


def close(act: Act) -> Ticket:
    """Close an answered ticket whose citizen was called back, or need not or cannot be."""
    act.require_one_of(TicketState.AWAITING_CALL_BACK, TicketState.CALLED_BACK)
    return closed(act, act.ticket)


def closed(scene: Scene, before: Ticket, actor: Actor | None = None) -> Ticket:
    """Close ``before``, which an earlier event of the same command may have left.

    Every unit's hold ends and every clock, but for the time that the citizen has to rate, and until an invitation to do so.
    """
    first = before.first_closed_at is None
    after = before.moved_to(TicketState.CLOSED, scene.at, first_closed_at=before.first_closed_at or scene.at)
    scene.mark("ended")
    scene.finish_stage(Stage.SUPERVISE, None)
    scene.void(one for one in scene.deadlines if one.deadline.stage not in _TO_RATE)
    if first:
        scene.effects.increments.append(metrics.count(metrics.CLOSED, before.lead_unit or ""))
    return scene.record(after, EventKind.CLOSED, {}, before=before, actor=actor)


def archive(act: Act) -> Ticket:
    """Put an ended ticket away; from then on nothing changes it."""
    return act.record(act.ticket.moved_to(TicketState.ARCHIVED, act.at), EventKind.ARCHIVED, {})
