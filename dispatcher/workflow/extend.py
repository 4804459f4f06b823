"""延期: the lead unit asks for more time, once, before it is due; a supervisor may give more (domain.md A.3, I.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dispatcher.ports import StoredDeadline
from dispatcher.rules.changes import extended, extension_refusal
from dispatcher.workflow.acting import Act, Scene
from dispatcher.workflow.tell import day_text, tell
from models.codes import NoticeKind, Role, Stage, TicketState
from models.errors import Forbidden, Rejected
from models.ticket import EventKind, Ticket

SUPERVISING = frozenset({Role.SUPERVISOR, Role.ADMIN})
"""Who decides beyond the profile's limits. Source: domain.md I.1 (10 working days: reviewers; beyond: supervisors)."""

_WHILE_HANDLED = (TicketState.SIGNED, TicketState.HANDLING)


def request_extension(act: Act) -> Ticket:
    """Ask for ``working_days`` more, with a ``reason``.

    Raises:
        Forbidden: the unit does not lead this ticket.
        IllegalTransition: the unit has not signed yet, or has replied.
        Rejected: it is due already, was extended before, is being asked for, asks for too many days, or gives no reason.
    """
    act.require_lead()
    act.require_one_of(*_WHILE_HANDLED)
    days = act.whole_number("working_days")
    reason = act.text("reason")
    if act.ticket.extension_asked is not None:
        raise Rejected(
            f"ticket {act.ticket.ticket_no}: an extension is asked for and not decided yet", "已经申请过延期，请等热线决定。"
        )
    work = act.require_work()
    rule = act.city.profile.deadlines.extension
    refusal = extension_refusal(work.deadline, working_days=days, reason=reason, at=act.at, rule=rule)
    if refusal is not None:
        raise Rejected(f"ticket {act.ticket.ticket_no}: {refusal.label}", f"{refusal.label}。")
    after = act.unchanged(extension_asked=days)
    return act.record(after, EventKind.EXTENSION_REQUESTED, {"working_days": days, "reason": reason})


def approve_extension(act: Act) -> Ticket:
    """Grant what was asked for: the dues of the lead and its co-units and the citizen's promise move as many days.

    A supervisor may grant other ``working_days`` with a ``reason`` of their own, asked for or not, again and beyond the
    profile's limit. What is past stays as it is.

    Raises:
        Forbidden: who is no supervisor grants what was not asked for.
        IllegalTransition: the unit does not handle the ticket now.
        Rejected: nothing is asked for, the work is due already, or a supervisor gives no reason or no days.
    """
    own = _supervisors_own(act)
    days = _asked(act) if own is None else own
    act.require_one_of(*_WHILE_HANDLED)
    work = act.require_work()
    reason = act.text("reason") if own is not None else "-"
    rule = act.city.profile.deadlines.extension
    refusal = extension_refusal(work.deadline, working_days=days, reason=reason, at=act.at, rule=rule, by_supervisor=True)
    if refusal is not None:
        raise Rejected(f"ticket {act.ticket.ticket_no}: {refusal.label}", f"{refusal.label}。")
    promise = act.running(Stage.PROMISE, None)
    moved = _move(act, (*act.work_of_co_units(), work, promise), days)
    after = act.unchanged(extension_asked=None)
    act.notify(after, NoticeKind.EXTENSION)
    if promise is not None:
        _tell(act, after, promise)
    because = {} if own is None else {"reason": reason}
    return act.record(after, EventKind.EXTENSION_APPROVED, {"working_days": days, "due": moved, **because})


def extend_with_lead(scene: Scene, data: Mapping[str, Any]) -> Ticket:
    """Move the promise of a ticket by what its lead was given, and tell its citizen; a past promise stays."""
    promise = scene.running(Stage.PROMISE, None)
    moved = _move(scene, [promise], data["working_days"])
    if promise is None or not moved:
        return scene.ticket
    after = scene.unchanged()
    _tell(scene, after, promise)
    return scene.record(after, EventKind.EXTENSION_APPROVED, {**data, "due": moved})


def _move(scene: Scene, clocks: Iterable[StoredDeadline | None], days: int) -> dict[str, str]:
    moved = {}
    for stored in clocks:
        if stored is None or scene.at > stored.deadline.due or stored.deadline.allowance is None:
            continue
        later = extended(stored.deadline, days, at=scene.at, calendar=scene.city.calendar)
        scene.change(replace(stored, deadline=later))
        moved[later.stage.value] = later.due.isoformat()
    return moved


def _tell(scene: Scene, after: Ticket, promise: StoredDeadline) -> None:
    date = day_text(scene.current(promise).deadline.due, scene.city)
    tell(after, "extended", city=scene.city, effects=scene.effects, at=scene.at, date=date)


def refuse_extension(act: Act) -> Ticket:
    """Leave the due as it is, with a ``reason``.

    Raises:
        IllegalTransition: the unit does not handle the ticket now.
        Rejected: nothing is asked for, or no reason is given.
    """
    days = _asked(act)
    act.require_one_of(*_WHILE_HANDLED)
    after = act.unchanged(extension_asked=None)
    return act.record(after, EventKind.EXTENSION_REFUSED, {"working_days": days, "reason": act.text("reason")})


def _supervisors_own(act: Act) -> int | None:
    """Return the days that a supervisor decides on without being asked for them, None where what was asked for is granted."""
    if act.command.data.get("working_days") is None:
        return None
    days = act.whole_number("working_days")
    if days == act.ticket.extension_asked and not act.command.data.get("reason"):
        return None
    if act.actor.role not in SUPERVISING:
        raise Forbidden(f"ticket {act.ticket.ticket_no}: 超出申请的延期须由督办员决定", "超出申请的延期须由督办员决定。")
    return days


def _asked(act: Act) -> int:
    if act.ticket.extension_asked is None:
        raise Rejected(
            f"ticket {act.ticket.ticket_no}: no extension is asked for",
            "本单没有待决定的延期申请，可能已经决定。请看过最新内容。",
        )
    return act.ticket.extension_asked
