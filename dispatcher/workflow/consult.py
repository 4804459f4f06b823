"""疑难会商: several units have rightly returned a ticket, or bases contradict each other (domain.md A.8.5)."""

from dataclasses import replace

from dispatcher import metrics
from dispatcher.ports import Notice
from dispatcher.workflow.acting import Act, Scene
from dispatcher.workflow.amend import propose_from_ticket
from dispatcher.workflow.announce import consultation_message
from dispatcher.workflow.assign import put_on_stream
from dispatcher.workflow.following import run_on
from dispatcher.workflow.supervise import supervise_returned
from models.codes import DispatchMode, NoticeKind, ProposalOrigin, Role, Stage, TicketState
from models.errors import Forbidden, Rejected
from models.incident import Consultation
from models.ticket import ENDED_STATES, EventKind, Ticket

MOST_RETURNS = 2
"""So many accepted returns are a matter of 疑难会商. Source: domain.md A.8.5."""

_BEFORE_REPLY = (
    TicketState.PENDING,
    TicketState.DISPATCHED,
    TicketState.SIGNED,
    TicketState.HANDLING,
    TicketState.RETURN_REQUESTED,
)
_BEGINS_WITH = (TicketState.PENDING, TicketState.DISPATCHED)


def consult(act: Act) -> Ticket:
    """Open a consultation by hand, with a ``reason``: the bases that units give contradict each other.

    Raises:
        IllegalTransition: the unit has replied.
        Rejected: no reason is given, or a consultation runs.
    """
    reason = act.text("reason")
    act.require_one_of(*_BEFORE_REPLY)
    if act.beside.consulted is not None:
        raise Rejected(
            f"ticket {act.ticket.ticket_no} is in consultation already",
            "本单已在疑难会商中，由派单审核员或督办员确定主办单位。",
        )
    return open_consultation(act, act.ticket, cause=reason)


def consult_returned(act: Act, before: Ticket) -> Ticket:
    """Open a consultation about a ticket that units have rightly returned again and again, unless one runs."""
    if before.accepted_returns < MOST_RETURNS or act.beside.consulted is not None:
        return before
    return open_consultation(act, before, cause="returned twice")


def open_consultation(scene: Scene, before: Ticket, *, cause: str) -> Ticket:
    """Put a ticket before those who decide who leads; the supervisors are told, no operator sends it meanwhile."""
    after = scene.record(
        replace(before, version=before.version + 1),
        EventKind.CONSULTATION_OPENED,
        {"cause": cause, "returns": before.accepted_returns},
        before=before,
    )
    scene.effects.consultations.append(Consultation(after.ticket_no, scene.at, cause))
    scene.effects.messages.append(consultation_message(after, cause=cause, at=scene.at))
    day = scene.city.local(scene.at).date()
    told = Notice(after.ticket_no, metrics.HOTLINE_ITSELF, NoticeKind.CONSULTATION, day, scene.at, after.version)
    scene.effects.notices.append(told)
    return after


def consult_decide(act: Act) -> Ticket:
    """Decide a consultation: ``lead`` leads from now on, for the ``basis`` given; it is dispatched there.

    A lead that has the ticket already keeps it with its clocks.

    Raises:
        IllegalTransition: the ticket stands neither before a person nor at a unit that has not begun.
        Rejected: no consultation runs, ``basis`` is missing, or ``lead`` is unknown, closed, or a 街镇 on whose list the
            category does not stand.
    """
    running = act.beside.consulted
    if running is None or act.ticket.state in ENDED_STATES:
        raise Rejected(
            f"ticket {act.ticket.ticket_no} is in no consultation", "本单不在疑难会商中，可能已经决定。请看过最新内容。"
        )
    unit_code, basis = act.city.unit_for(act.text("lead"), act.ticket.category_code).code, act.text("basis")
    decided = replace(running, decided_at=act.at, unit_code=unit_code, basis=basis)
    act.effects.consultations.append(decided)
    before = propose_rule(act, act.ticket, unit_code=unit_code, basis=basis)
    if before.lead_unit == unit_code:
        return before
    act.require_one_of(*_BEGINS_WITH)
    place, lead = act.beside.membership, act.beside.lead
    if place is not None and lead is not None and act.beside.follows and lead.lead_unit is not None:
        act.effects.incident_links.append(replace(place.link, follows=False))
        before = run_on(act, before)
    elif before.lead_unit is not None:
        act.release(before.lead_unit)
    beside = act.make_lead(unit_code)
    after = (
        before.moved_to(TicketState.DISPATCHED, act.at, lead_unit=unit_code)
        if before.lead_unit is None
        else replace(before, version=before.version + 1, lead_unit=unit_code)
    )
    act.finish_stage(Stage.DISPATCH, None)
    put_on_stream(
        after,
        unit_code=unit_code,
        co_units=(),
        basis=basis,
        mode=DispatchMode.TRANSFER,
        actor=act.actor,
        at=act.at,
        city=act.city,
        effects=act.effects,
        earlier=act.deadlines,
        again_of=act.beside.again_of,
        beside=beside,
    )
    act.notify(after, NoticeKind.TRANSFER)
    data = {"mode": DispatchMode.TRANSFER.value, "basis": basis, "corrected": []}
    return supervise_returned(act, act.record(after, EventKind.DISPATCHED, data, before=before))


def propose_rule(act: Act, before: Ticket, *, unit_code: str, basis: str) -> Ticket:
    """Record what a consultation decided, and propose it as a line of the dispatch matrix (domain.md A.8.5)."""
    propose_from_ticket(act, unit_code, basis=basis, origin=ProposalOrigin.CONSULTATION)
    data = {"category": before.category_code, "unit": unit_code, "basis": basis}
    return act.record(replace(before, version=before.version + 1), EventKind.CONSULTATION_DECIDED, data, before=before)


def end_with_answer(act: Act, after: Ticket) -> None:
    """Let a running consultation end with its ticket: what is answered, declined or withdrawn needs no lead any more."""
    running = act.beside.consulted
    if running is not None and after.state not in (*_BEFORE_REPLY, TicketState.REPLIED):
        act.effects.consultations.append(replace(running, decided_at=act.at))


def settle_by_dispatch(act: Act, unit_code: str) -> None:
    """Let a dispatch by somebody who may decide it end a running consultation.

    Who follows takes the lead of its incident along, so what is asked about that one is heeded too.

    Raises:
        Forbidden: the actor may not decide it.
    """
    running = act.beside.consulted
    asked = running or (act.beside.lead_consulted if act.beside.follows else None)
    if asked is not None and act.actor.role is Role.OPERATOR:
        raise Forbidden(
            f"ticket {asked.ticket_no} is in consultation; no operator decides who leads it",
            f"{asked.ticket_no} 正在疑难会商，由派单审核员或督办员确定主办单位，请等他们决定。",
        )
    if running is not None:
        act.effects.consultations.append(replace(running, decided_at=act.at, unit_code=unit_code))
