"""督办: the ladder of supervision (domain.md A.10)."""

from dataclasses import replace

from dispatcher.workflow.acting import Act, Scene
from models.codes import NoticeKind, Stage
from models.errors import Rejected
from models.ticket import ENDED_STATES, EventKind, Ticket

LADDER = (NoticeKind.SUPERVISION_ORDER, NoticeKind.MEETING, NoticeKind.CIRCULAR, NoticeKind.INTERVIEW)
"""督办单 → 专题协调 → 专项通报 → 约谈提醒. Source: 海口 (domain.md A.10)."""


MOST_RETURNS = 2
"""So many accepted returns are a matter of 督办. Source: domain.md A.10."""


def supervise(act: Act) -> Ticket:
    """Open supervision or go on to the next step; ``step`` names a step by its name, its number, or D1 to D4.

    Raises:
        IllegalTransition: the ticket has ended, or no unit has it.
        Rejected: there is no such step, or it is not above the present one.
    """
    ticket = act.ticket
    if ticket.state in ENDED_STATES or ticket.lead_unit is None:
        raise Rejected(
            f"ticket {ticket.ticket_no} is {ticket.state.label}; supervision is for what a unit handles",
            f"工单现在是“{ticket.state.label}”：有承办单位在办的才能督办。",
        )
    if act.beside.follows and act.beside.membership is not None:
        lead = act.beside.membership.incident.lead_ticket
        raise Rejected(f"ticket {ticket.ticket_no} follows {lead}; supervise that one", f"本单随 {lead} 办理：请督办那一张。")
    step = _step(act) or ticket.supervision + 1
    if not ticket.supervision < step <= len(LADDER):
        raise Rejected(
            f"ticket {ticket.ticket_no} stands on step {ticket.supervision} of {len(LADDER)}; not below {step}",
            f"督办共 {len(LADDER)} 步，本单已在第 {ticket.supervision} 步：只能往后一步走。",
        )
    return step_up(act, ticket, step, cause=act.optional_text("reason") or "supervisor")


def step_up(scene: Scene, before: Ticket, step: int, *, cause: str) -> Ticket:
    """Put a ticket on a step of the ladder: the unit is told, and has the step's time."""
    after = scene.record(
        replace(before, version=before.version + 1, supervision=step),
        EventKind.SUPERVISED,
        {"step": step, "name": LADDER[step - 1].label, "unit": before.lead_unit, "cause": cause},
        before=before,
    )
    scene.notify(after, LADDER[step - 1])
    scene.void_stages(Stage.SUPERVISE)  # the step before is over, in its time or not
    scene.start_own_clock(Stage.SUPERVISE, after)
    return after


def supervise_returned(scene: Scene, before: Ticket) -> Ticket:
    """Put a ticket that units have rightly returned again and again under supervision, once a unit has it.

    One that is supervised already stays on its step: the unit that has it now is told, and has the step's time.
    """
    if before.supervision and before.lead_unit is not None:
        scene.notify(before, LADDER[before.supervision - 1])
        scene.void_stages(Stage.SUPERVISE)
        scene.start_own_clock(Stage.SUPERVISE, before)
        return before
    if before.accepted_returns < MOST_RETURNS or before.lead_unit is None:
        return before
    return step_up(scene, before, 1, cause="returned twice")


def supervise_crowded(scene: Scene, before: Ticket, tickets: int) -> Ticket:
    """Put the lead of an incident of many citizens (群体性) under supervision, once a unit has it."""
    few = tickets < scene.city.profile.incidents.supervise_callers
    if few or before.supervision or before.lead_unit is None or before.state in ENDED_STATES:
        return before
    return step_up(scene, before, 1, cause="many callers")


def supervise_reported(scene: Scene, before: Ticket, reports: int) -> Ticket:
    """Put a matter that its citizen has told again and again under supervision, once a unit has it.

    ``reports`` counts the first telling too. Source: domain.md A.10, same caller same matter.
    """
    few = reports < scene.city.profile.merge.supervise_reports
    if few or before.supervision or before.lead_unit is None or before.state in ENDED_STATES:
        return before
    return step_up(scene, before, 1, cause="reported again")


def _step(act: Act) -> int | None:
    given = str(act.command.data.get("step") or "").strip()
    if not given:
        return None
    for number, kind in enumerate(LADDER, start=1):
        if given in (str(number), f"D{number}", kind.label, kind.value):
            return number
    raise Rejected(f"{given!r} is no step of supervision; one of {[kind.label for kind in LADDER]}")
