"""答复审核: a person decides whether a unit's reply is good enough for the citizen (domain.md A.5)."""

from dispatcher.workflow.acting import Act, Scene
from dispatcher.workflow.tell import tell
from models.codes import Stage, TicketState
from models.ticket import EventKind, Ticket


def pass_review(act: Act) -> Ticket:
    """Let the reply go to the citizen: the unit's deadline and the citizen's promise are met or missed."""
    act.require_state(TicketState.REPLIED, TicketState.AWAITING_CALL_BACK)
    after = act.ticket.moved_to(TicketState.AWAITING_CALL_BACK, act.at)
    act.finish_stage(Stage.REPLY_REVIEW, None)
    act.finish_stage(act.work_stage, act.ticket.lead_unit, observed=True)
    act.finish_stage(Stage.PROMISE, None)
    hand_to_citizen(act, after)
    return act.record(after, EventKind.REVIEW_PASSED, {"round": act.ticket.round})


def hand_to_citizen(scene: Scene, after: Ticket) -> None:
    """Tell the citizen of the answer; from now on he may be called back and may rate."""
    scene.start_own_clock(Stage.RATING_WINDOW, after)
    if not (after.anonymous or after.confidential):  # whom nobody calls or writes to
        scene.start_own_clock(Stage.CALL_BACK, after)
        scene.start_own_clock(Stage.RATING_INVITE, after)
    tell(after, "answered", city=scene.city, effects=scene.effects, at=scene.at)


def fail_review(act: Act) -> Ticket:
    """Send the reply back to the unit with a ``reason``: its clock, which stood since the reply, runs on.

    Raises:
        Rejected: no reason is given.
    """
    act.require_state(TicketState.REPLIED, TicketState.HANDLING)
    reason = act.text("reason")
    after = act.ticket.moved_to(TicketState.HANDLING, act.at)
    act.finish_stage(Stage.REPLY_REVIEW, None)
    act.restart_clock(act.work_stage, act.ticket.lead_unit)
    return act.record(after, EventKind.REVIEW_FAILED, {"round": act.ticket.round, "reason": reason})
