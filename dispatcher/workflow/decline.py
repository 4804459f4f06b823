"""不予受理: a person declines with a code; the citizen is told the reason and the right channel."""

from dispatcher import metrics
from dispatcher.workflow.acting import Act
from dispatcher.workflow.tell import tell
from models.codes import DeclineCode, Stage, TicketState
from models.errors import Rejected
from models.ticket import EventKind, Ticket


def decline(act: Act) -> Ticket:
    """Decline with ``code`` N1 to N7. N7 (不再受理) needs an earlier ticket of the same matter that was properly closed.

    That ticket is named in the event: the one of which this is a repeat, the one given as ``earlier``, or one of the citizen's
    that tells of the same matter. Source: domain.md A.7, A.11.

    Raises:
        Rejected: the code is missing or unknown, or for N7 there is no such ticket.
    """
    given = act.text("code")
    try:
        code = DeclineCode(given)
    except ValueError as error:
        raise Rejected(f"{given!r} is not a decline code; one of {[code.value for code in DeclineCode]}") from error
    data = {"code": code.value}
    if code is DeclineCode.NOTHING_NEW:
        data["earlier"] = _settled_before(act)
    after = act.ticket.moved_to(TicketState.DECLINED, act.at)
    act.finish_stage(Stage.DISPATCH, None)
    act.finish_stage(Stage.PROMISE, None)
    act.end_all_work()
    tell(after, "declined", city=act.city, effects=act.effects, at=act.at, reason=code.label)
    act.effects.increments.append(metrics.count(metrics.DECLINED, code.value))
    return act.record(after, EventKind.DECLINED, data)


def _settled_before(act: Act) -> str:
    ticket, closed = act.ticket, {one.request.ticket_no: one.request for one in act.beside.closed}
    named = act.optional_text("earlier") or act.beside.again_of
    if named is not None:
        if named not in closed:
            raise Rejected(
                f"N7 不再受理: ticket {named} is no closed ticket of this citizen",
                f"N7 须有同一诉求人同一事由、已经办结的工单，{named} 不是：请换一个理由，或派单办理。",
            )
        return named
    repeated = next((one for one in closed.values() if act.city.repeats.is_same_matter(ticket, one)), None)
    if repeated is None:
        raise Rejected(
            f"N7 不再受理: ticket {ticket.ticket_no} has no closed ticket of this citizen on the same matter",
            "N7 须有同一诉求人同一事由、已经办结的工单，没有找到：请换一个理由，或派单办理。",
        )
    return repeated.ticket_no
