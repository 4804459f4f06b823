"""不予受理: a person declines with a code; the citizen is told the reason and the right channel."""

from dispatcher import metrics
from dispatcher.workflow.acting import Act
from dispatcher.workflow.tell import tell
from models.codes import DeclineCode, Stage, TicketState
from models.errors import Rejected
from models.ticket import EventKind, Ticket


def decline(act: Act) -> Ticket:
    """Decline with ``code`` N1 to N7.

    Raises:
        Rejected: the code is missing or unknown.
    """
    given = act.text("code")
    try:
        code = DeclineCode(given)
    except ValueError as error:
        raise Rejected(f"{given!r} is not a decline code; one of {[code.value for code in DeclineCode]}") from error
    after = act.ticket.moved_to(TicketState.DECLINED, act.at)
    act.finish_stage(Stage.DISPATCH, None)
    act.finish_stage(Stage.PROMISE, None)
    act.end_all_work()
    tell(after, "declined", city=act.city, effects=act.effects, at=act.at, reason=code.label)
    act.effects.increments.append(metrics.count(metrics.DECLINED, code.value))
    return act.record(after, EventKind.DECLINED, {"code": code.value})
