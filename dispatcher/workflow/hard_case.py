"""复杂疑难: the hotline gives leave to take longer over a hard case (domain.md A.3)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dispatcher.ports import StoredDeadline
from dispatcher.rules.changes import decided
from dispatcher.workflow.acting import Act, Scene
from dispatcher.workflow.tell import day_text, tell
from models.codes import ExtensionRefusal, NoticeKind, Stage, TicketState, Track
from models.errors import Rejected
from models.ticket import EventKind, Ticket

_WHILE_HANDLED = (TicketState.SIGNED, TicketState.HANDLING)


def approve_complex(act: Act) -> Ticket:
    """Take the ticket for a hard case, with a ``reason``: it is counted anew from where each clock started.

    The dues of the lead and its co-units move, and the citizen's promise with them; the citizen is told. What is past stays as
    it is. A request for an extension is answered by it.

    Raises:
        IllegalTransition: no unit handles the ticket now.
        Rejected: no reason is given, the work is due already, is handled a second time, has leave already, or would gain
            nothing; or the city knows no hard cases.
    """
    act.require_one_of(*_WHILE_HANDLED)
    reason = act.text("reason")
    work = act.require_work()
    if act.at > work.deadline.due:
        raise Rejected(f"ticket {act.ticket.ticket_no}: {ExtensionRefusal.LATE.label}", f"{ExtensionRefusal.LATE.label}。")
    later = _as_hard(act, work)
    if later.deadline.due <= work.deadline.due:
        raise Rejected(
            f"ticket {act.ticket.ticket_no}: 按复杂疑难计算不会得到更多时间",
            "按复杂疑难计算不会得到更多时间；确需更多时间的，请由督办员决定延期。",
        )
    act.change(later)
    moved = {later.deadline.stage.value: later.deadline.due.isoformat()}
    for stored in act.work_of_co_units():
        if act.at <= stored.deadline.due:
            act.change(_beside(act, stored, later))
    after = act.unchanged(extension_asked=None)
    moved |= _promise_later(act, after)
    act.notify(after, NoticeKind.COMPLEX)
    return act.record(after, EventKind.COMPLEX_APPROVED, {"reason": reason, "due": moved})


def approve_with_lead(scene: Scene, data: Mapping[str, Any]) -> Ticket:
    """Count the promise of a ticket anew whose lead was taken for a hard case, and tell its citizen; a past promise stays."""
    after = scene.unchanged()
    moved = _promise_later(scene, after)
    return scene.record(after, EventKind.COMPLEX_APPROVED, {**data, "due": moved}) if moved else scene.ticket


def _as_hard(scene: Scene, stored: StoredDeadline) -> StoredDeadline:
    rules = scene.city.profile.deadlines
    if (stored.deadline.stage, Track.COMPLEX) not in rules.by_track:
        what = f"{stored.deadline.stage.label}没有复杂疑难的时限"
        raise Rejected(f"ticket {scene.ticket.ticket_no}: {what}", f"{what}；确需更多时间的，请由督办员决定延期。")
    later = decided(stored.deadline, Track.COMPLEX, at=scene.at, rules=rules, calendar=scene.city.calendar)
    return replace(stored, deadline=later)


def _beside(act: Act, stored: StoredDeadline, lead: StoredDeadline) -> StoredDeadline:
    """Return a co-unit's deadline as it stands beside the lead's new one; what it said before is kept."""
    own = act.city.co_unit_deadline(lead.deadline, stored.deadline.unit_code or "")
    history = _as_hard(act, stored).deadline
    shorter = replace(history, due=own.due, days=own.days, provisional=own.provisional, allowance=own.allowance)
    return replace(stored, deadline=shorter)


def _promise_later(scene: Scene, after: Ticket) -> dict[str, str]:
    """Move the citizen's promise, tell the citizen and return what moved: nothing where it is past, or already as late."""
    promise = scene.running(Stage.PROMISE, None)
    if promise is None or promise.deadline.allowance is None or scene.at > promise.deadline.due:
        return {}
    later = _as_hard(scene, promise)
    due = later.deadline.due
    if due <= promise.deadline.due:
        return {}
    scene.change(later)
    tell(after, "extended", city=scene.city, effects=scene.effects, at=scene.at, date=day_text(due, scene.city))
    return {Stage.PROMISE.value: due.isoformat()}
