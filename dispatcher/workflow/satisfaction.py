"""回访 and 评价: what the citizen says of the answer, and what follows from it."""

from dispatcher import metrics
from dispatcher.ports import CallBack, NewRating
from dispatcher.rules.again import MOST_ROUNDS
from dispatcher.rules.calling_back import tried_at_this_time
from dispatcher.rules.self_service import rating_of
from dispatcher.workflow.acting import Act, Scene
from dispatcher.workflow.assign import LEAD, hand_over_again
from dispatcher.workflow.close import closed
from dispatcher.workflow.supervise import step_up
from models.codes import DispatchMode, Rating, Role, Stage, TicketState
from models.errors import Rejected
from models.ticket import Actor, EventKind, Ticket

SYSTEM = Actor(Role.SYSTEM, "evaluation")

DISSATISFIED = (Rating.DISSATISFIED, Rating.VERY_DISSATISFIED)
"""不满意类, which reopen a ticket. Source: domain.md A.2, ticket.reopened."""

_RATED = (TicketState.AWAITING_CALL_BACK, TicketState.CALLED_BACK, TicketState.CLOSED)


def call_back(act: Act) -> Ticket:
    """Note an attempt: ``reached``, and if so ``responded``, ``solved``, and perhaps a ``rating`` with its ``reason``.

    Satisfied citizens close the ticket; who is dissatisfied or unhelped has it handled a second time. Unreached ones are
    tried again at another time of day; after the last attempt the ticket closes when the citizen's time to rate ends.

    Raises:
        IllegalTransition: no review has passed, or the call-back is done.
        Rejected: the citizen wants no call, the attempts are used up, nobody answered at this time of day before, or the
            rating is no rating or a second one.
    """
    act.require_one_of(TicketState.AWAITING_CALL_BACK)
    _refuse_unwanted_call(act)
    earlier = [each for each in act.call_backs if each.round == act.ticket.round]
    rule = act.city.profile.call_back
    if len(earlier) >= rule.attempts:
        raise Rejected(
            f"ticket {act.ticket.ticket_no}: {rule.attempts} attempts were made; the citizen may still rate",
            f"已经回访 {rule.attempts} 次，不再拨打；诉求人仍可自行评价。",
        )
    reached = act.flag("reached")
    made = [act.city.local(each.made_at) for each in earlier]
    if not reached and tried_at_this_time(act.city.local(act.at), made, rule):
        again = "这个时段已经拨打过，请换一个时段再回访"
        raise Rejected(f"ticket {act.ticket.ticket_no}: {again}", f"{again}。")
    attempt = CallBack(
        ticket_no=act.ticket.ticket_no,
        round=act.ticket.round,
        attempt=len(earlier) + 1,
        made_at=act.at,
        reached=reached,
        responded=act.flag("responded") if reached else None,
        solved=act.flag("solved") if reached else None,
    )
    given = act.level("rating") if reached and act.command.data.get("rating") else None
    rating = _rating(given) if given else None
    if rating is not None:
        _refuse_second_rating(act)
    reason = act.optional_text("reason")
    act.effects.call_backs.append(attempt)
    data = {
        "attempt": attempt.attempt,
        "reached": reached,
        "responded": attempt.responded,
        "solved": attempt.solved,
        "rating": rating.label if rating else None,
        "reason": reason,
    }
    if not reached:
        return act.record(act.unchanged(), EventKind.CALLED_BACK, data)
    act.finish_stage(Stage.CALL_BACK, None)
    act.finish_stage(Stage.RECTIFY, act.ticket.lead_unit)
    after = act.ticket.moved_to(TicketState.CALLED_BACK, act.at)
    act.record(after, EventKind.CALLED_BACK, data)
    if rating is not None:
        _keep_rating(act, rating, reason)
    if rating in DISSATISFIED or not attempt.solved:
        return handle_again(act, after, reason)
    return after if rating is None else closed(act, after, actor=SYSTEM)


def rate(act: Act) -> Ticket:
    """Rate with one of the five levels, by label or digit, once a round and while the time to rate lasts.

    Raises:
        IllegalTransition: no review has passed.
        Rejected: the hotline itself answered, or this round is rated, or the time to rate is over.
    """
    ticket = act.ticket
    if ticket.state not in _RATED or ticket.lead_unit is None:
        raise Rejected(
            f"ticket {ticket.ticket_no} is {ticket.state.label}; only a unit's answered ticket is rated",
            f"工单现在是“{ticket.state.label}”：承办单位的答复审核通过后才能评价。",
        )
    _refuse_second_rating(act)
    window = act.latest(Stage.RATING_WINDOW, None)
    if window is not None and act.at > window.deadline.due:
        until = act.city.local(window.deadline.due)
        raise Rejected(
            f"ticket {ticket.ticket_no} could be rated until {until}", f"评价已于 {until:%m-%d %H:%M} 截止，不能再登记。"
        )
    rating = _rating(act.level("rating"))
    reason = act.optional_text("reason")
    _keep_rating(act, rating, reason)
    rated = act.record(act.unchanged(), EventKind.RATED, {"rating": rating.label, "reason": reason})
    if rating in DISSATISFIED:
        return handle_again(act, rated, reason)
    return rated if rated.state is TicketState.CLOSED else closed(act, rated, actor=SYSTEM)


def _refuse_unwanted_call(act: Act) -> None:
    if act.ticket.anonymous or act.ticket.confidential:
        raise Rejected(
            f"ticket {act.ticket.ticket_no}: the citizen asked not to be known; nobody calls back",
            "诉求人匿名或要求保密，不回访，请直接办结。",
        )


def _refuse_second_rating(act: Act) -> None:
    if any(each.round == act.ticket.round for each in act.ratings):
        raise Rejected(f"ticket {act.ticket.ticket_no} is rated", "这次办理已经评价过，每次办理评价一次。")


def _keep_rating(act: Act, rating: Rating, reason: str | None) -> None:
    ticket = act.ticket
    unit_code = ticket.lead_unit or ""
    act.effects.ratings.append(NewRating(ticket.ticket_no, unit_code, rating, act.at, reason, ticket.round))
    act.effects.increments.append(metrics.count(metrics.EVALUATIONS, unit_code, rating.value))
    act.void_stages(Stage.RATING_INVITE, Stage.RATING_WINDOW)
    if rating in DISSATISFIED:
        act.start_clock(Stage.RECTIFY, ticket, unit_code)


def handle_again(scene: Scene, before: Ticket, reason: str | None) -> Ticket:
    """重办, once, for ``reason``; afterwards the ticket stays as it is for the supervisors, until one of them closes it."""
    scene.void_stages(Stage.RATING_INVITE, Stage.RATING_WINDOW)
    if before.round >= MOST_ROUNDS:
        return before if before.supervision else step_up(scene, before, 1, cause="dissatisfied again")
    unit_code = before.lead_unit or ""
    scene.void_stages(Stage.CALL_BACK)
    after = before.moved_to(TicketState.HANDLING, scene.at, round=before.round + 1)
    redo = scene.city.deadline(
        Stage.REOPEN,
        unit_code=unit_code,
        category_code=after.category_code,
        request_type=after.request_type,
        urgency=after.urgency,
        start=scene.at,
    )
    if any(hold.role == LEAD for hold in scene.running_holds()):
        scene.mark("ended", unit_code)
    hand_over_again(
        after,
        unit_code=unit_code,
        role=LEAD,
        resolve=redo,
        mode=DispatchMode.REOPENED,
        actor=SYSTEM,
        at=scene.at,
        city=scene.city,
        effects=scene.effects,
        earlier=scene.deadlines,
    )
    scene.effects.increments.append(metrics.count(metrics.REOPENED, unit_code))
    data = {"unit": unit_code, "round": after.round, "reason": reason}
    return scene.record(after, EventKind.REOPENED, data, before=before, actor=SYSTEM)


def _rating(given: str) -> Rating:
    rating = rating_of(given)
    if rating is None:
        raise Rejected(f"{given!r} is not a rating; one of {[rating.label for rating in Rating]}")
    return rating
