"""暂停 and 恢复 of a unit's clock, for the allowed reasons (domain.md A.4.5)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dispatcher.ports import StoredDeadline
from dispatcher.rules.pausing import pause_refusal, paused, read_reason, resumed
from dispatcher.workflow.acting import Act, Scene
from models.codes import UNIT_ROLES, PauseReason, Stage, TicketState
from models.deadline import Deadline
from models.errors import Rejected
from models.ticket import EventKind, Ticket

_WHILE_HANDLED = (TicketState.SIGNED, TicketState.HANDLING)


def pause(act: Act) -> Ticket:
    """Stop the clock of the lead and its co-units, with a ``reason`` that names an allowed one; the promise shows it.

    Raises:
        Forbidden: a unit that does not lead asks.
        IllegalTransition: the unit has not signed yet, or has replied.
        Rejected: the reason is not allowed, the clock stands already, is past its due, or may stand no longer.
    """
    _require_lead_or_staff(act)
    act.require_one_of(*_WHILE_HANDLED)
    words = act.text("reason")
    rule = act.city.profile.deadlines.pause
    reason = read_reason(words, rule)
    work = act.require_work()
    refusal = pause_refusal(work.deadline, reason=reason, at=act.at, rule=rule, calendar=act.city.calendar)
    if refusal is not None or reason is None:
        why = refusal.label if refusal else words
        raise Rejected(f"ticket {act.ticket.ticket_no}: {why}", f"不能暂停：{why}。")
    for stored in _clocks(act):
        if stored is work or stored.deadline.stage is Stage.PROMISE or act.at <= stored.deadline.due:
            act.change(replace(stored, deadline=paused(stored.deadline, reason, act.at)))
    return act.record(act.unchanged(), EventKind.PAUSED, {"reason": reason.value, "words": words})


def pause_with_lead(scene: Scene, data: Mapping[str, Any]) -> Ticket:
    """Let the promise of a ticket show that its lead's clock stands, and why."""
    promise = scene.running(Stage.PROMISE, None)
    if promise is None or promise.deadline.running_pause is not None:
        return scene.ticket
    scene.change(replace(promise, deadline=paused(promise.deadline, PauseReason(data["reason"]), scene.at)))
    return scene.record(scene.unchanged(), EventKind.PAUSED, data)


def resume(act: Act) -> Ticket:
    """Let the clock run on with what was left.

    Raises:
        Rejected: no pause runs.
    """
    _require_lead_or_staff(act)
    if not is_paused(act):
        raise Rejected(f"ticket {act.ticket.ticket_no} is not paused", "计时没有暂停，可能已经恢复。请看过最新内容。")
    return resume_clocks(act, act.ticket)


def _require_lead_or_staff(act: Act) -> None:
    if act.actor.role in UNIT_ROLES:
        act.require_lead()


def is_paused(scene: Scene) -> bool:
    """Return whether a clock of the ticket stands still in a pause."""
    return any(stored.deadline.running_pause for stored in _clocks(scene))


def resume_clocks(scene: Scene, before: Ticket) -> Ticket:
    """Let the paused clocks of a ticket run on, and tell of the lead's; ``before`` is as in ``Scene.record``."""
    due = None
    for stored in _clocks(scene):
        if stored.deadline.running_pause is not None:
            running = resume_clock(scene, stored)
            due = running.due if stored.deadline.stage is scene.work_stage and due is None else due
    after = replace(before, version=before.version + 1)
    return scene.record(after, EventKind.RESUMED, {"due": due.isoformat() if due else None}, before=before)


def resume_clock(scene: Scene, stored: StoredDeadline) -> Deadline:
    """Let one paused clock run on, and return its deadline."""
    rule = scene.city.profile.deadlines.pause
    running = resumed(scene.current(stored).deadline, scene.at, rule=rule, calendar=scene.city.calendar)
    scene.change(replace(scene.current(stored), deadline=running))
    return running


def _clocks(scene: Scene) -> list[StoredDeadline]:
    """Return the clocks that stand and go together: the lead's first, its co-units', and the promise."""
    lead, promise = scene.running(scene.work_stage, scene.ticket.lead_unit), scene.running(Stage.PROMISE, None)
    return [stored for stored in (lead, *scene.work_of_co_units(), promise) if stored is not None]
