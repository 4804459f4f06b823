"""答复: what the units found and did."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dispatcher import metrics
from dispatcher.ports import Clock, Hold, OpenUnitOfWork, UnitOfWork
from dispatcher.rules.redaction import names_a_person, redact, storable
from dispatcher.rules.reply_checks import Asked, EarlierReply, Finding, Reply, findings_of
from dispatcher.workflow.acting import Act
from dispatcher.workflow.assign import CO_UNIT
from dispatcher.workflow.city import City
from dispatcher.workflow.pause import is_paused, resume_clocks
from models.codes import Stage, TicketState
from models.errors import Forbidden, Rejected
from models.ticket import Actor, EventKind, Ticket

COMPARED_REPLIES = 200
"""So many of a unit's latest replies a new one is compared with. Our default; about 20 ms."""

MOST_ATTACHMENTS, LONGEST_NAME = 20, 200

_WHILE_HANDLED = (TicketState.DISPATCHED, TicketState.SIGNED, TicketState.HANDLING, TicketState.RETURN_REQUESTED)


def reply(act: Act) -> Ticket:
    """Reply as the lead, with ``investigation``, ``result``, ``basis`` and whether the citizen was ``contacted``.

    A pause ends with it, and what was asked for in the way of an extension is no question any more.

    The citizen gets one answer: the lead waits for its co-units' replies or says why it does not. The resolve clock stands
    until the review has decided. Source of the fields: domain.md A.2, reply template.

    Raises:
        Forbidden: the unit does not lead this ticket.
        IllegalTransition: it has not signed yet, or has replied.
        Rejected: a field is missing or holds a mobile or identity number, or a co-unit has neither replied nor been
            overridden.
    """
    unit_code = act.require_lead()
    waiting = [
        hold.unit_code for hold in act.running_holds() if hold.role == CO_UNIT and not (hold.replied_at or hold.overridden)
    ]
    report = _report(act)
    data = {"unit": unit_code, **report, "findings": _findings(act, report)}
    before = resume_clocks(act, act.ticket) if is_paused(act) else act.ticket
    after = before.moved_to(TicketState.REPLIED, act.at, extension_asked=None)
    if waiting:
        names = "、".join(act.city.unit_name(unit_code) for unit_code in waiting)
        raise Rejected(
            f"ticket {act.ticket.ticket_no} waits for the replies of {', '.join(waiting)}",
            f"还在等{names}的协办答复：请等答复，或写明理由不再等待。",
        )
    act.stop_clock(act.work_stage, unit_code)
    act.start_own_clock(Stage.REPLY_REVIEW, after)
    act.mark("replied", unit_code)
    if report["contacted"]:
        act.mark_contacted(unit_code)
    act.effects.increments.extend(metrics.count(metrics.REPLY_FINDINGS, one["code"]) for one in data["findings"])
    return act.record(after, EventKind.REPLIED, data, before=before)


def co_reply(act: Act) -> Ticket:
    """Report to the lead as a co-unit, with the same fields; the co-unit is judged by its own due.

    Raises:
        Forbidden: the unit is not a co-unit of this ticket now.
        IllegalTransition: the lead has replied.
        Rejected: a field is missing or holds a mobile or identity number, or the co-unit has replied already.
    """
    hold = act.require_hold()
    if hold.role != CO_UNIT:
        raise Forbidden(
            f"ticket {act.ticket.ticket_no} is led by this unit; its answer is a reply", "本单由您的单位主办，请直接提交答复。"
        )
    act.require_one_of(*_WHILE_HANDLED)
    act.require_first(hold.replied_at, "replied to")
    data = {"unit": hold.unit_code, **_report(act)}
    act.finish_stage(Stage.RESOLVE, hold.unit_code)
    act.mark("replied", hold.unit_code)
    return act.record(act.unchanged(), EventKind.CO_REPLIED, data)


def override_co_reply(act: Act) -> Ticket:
    """Answer without the co-units that have not replied, with a ``reason``; they stay judged by their own due.

    Raises:
        Forbidden: the unit does not lead this ticket.
        IllegalTransition: it has replied.
        Rejected: no reason is given, or no co-unit is waited for.
    """
    act.require_lead()
    act.require_one_of(*_WHILE_HANDLED)
    reason = act.text("reason")
    waiting = [hold.unit_code for hold in act.running_holds() if hold.role == CO_UNIT and hold.replied_at is None]
    if not waiting:
        raise Rejected(f"ticket {act.ticket.ticket_no} waits for no co-unit", "没有要等的协办单位，可以直接答复。")
    for unit_code in waiting:
        act.mark("overridden", unit_code, reason)
    return act.record(act.unchanged(), EventKind.CO_REPLY_OVERRIDDEN, {"units": waiting, "reason": reason})


async def compared_replies(
    ticket_no: str, unit_code: str, *, work: UnitOfWork, city: City, now: datetime
) -> list[EarlierReply]:
    """Return what the unit replied to other tickets lately."""
    since = now - city.profile.replies.copied_window
    return await work.earlier_replies(unit_code, but_of=ticket_no, since=since, limit=COMPARED_REPLIES)


async def hints_for(
    ticket_no: str, data: Mapping[str, Any], *, actor: Actor, city: City, open_work: OpenUnitOfWork, clock: Clock
) -> tuple[Finding, ...]:
    """Return what would be found wanting in a reply if the actor's unit sent it now; nothing is changed.

    Raises:
        NotFound: there is no such ticket, or the unit has no part in it.
        Forbidden: the actor is of no unit.
        TryLater: the store is away.
    """
    unit_code = actor.unit_code
    if unit_code is None:
        raise Forbidden("only a unit replies")
    async with open_work(unit_code=unit_code) as work:
        ticket = await work.ticket(ticket_no)
    async with open_work() as work:
        earlier = await compared_replies(ticket_no, unit_code, work=work, city=city, now=clock.now())
        holds = await work.holds(ticket_no)
    texts = {key: storable(str(data.get(key) or "")) for key in ("investigation", "result", "basis")}
    written = Reply(
        investigation=redact(texts["investigation"]),
        result=redact(texts["result"]),
        basis=redact(texts["basis"]),
        contacted=bool(data.get("contacted")) or _was_contacted(holds, unit_code),
        attachments=tuple(data.get("attachments") or ()),
    )
    return findings_of(
        written, _asked(ticket, city), rule=city.profile.replies, earlier=earlier, terms_of=city.repeats.terms_of
    )


def _findings(act: Act, report: Mapping[str, Any]) -> list[dict[str, str]]:
    unit_code = act.ticket.lead_unit or ""
    written = Reply(
        investigation=report["investigation"],
        result=report["result"],
        basis=report["basis"],
        contacted=report["contacted"] or _was_contacted(act.holds, unit_code),
        attachments=tuple(report.get("attachments", ())),
    )
    found = findings_of(
        written,
        _asked(act.ticket, act.city),
        rule=act.city.profile.replies,
        earlier=act.earlier_replies,
        terms_of=act.city.repeats.terms_of,
    )
    return [{"code": one.fault.value, "text": one.fault.label, "evidence": one.evidence} for one in found]


def _was_contacted(holds: Iterable[Hold], unit_code: str) -> bool:
    return any(hold.contacted_at for hold in holds if hold.unit_code == unit_code and hold.ended_at is None)


def _asked(ticket: Ticket, city: City) -> Asked:
    category = city.profile.categories.get(ticket.category_code)
    return Asked(
        text=ticket.text,
        address=ticket.address,
        category_code=ticket.category_code,
        words=category.words if category else (),
        askable=not (ticket.anonymous or ticket.confidential),
    )


def _report(act: Act) -> dict[str, Any]:
    """Return the fields of a reply; ``attachments`` are names of files or photos, kept where any are given.

    Raises:
        Rejected: a field is missing, or holds a number that reaches a person: a reply goes to many desks.
    """
    for key in ("investigation", "result", "basis"):
        if names_a_person(str(act.command.data.get(key) or "")):
            raise Rejected(f"ticket {act.ticket.ticket_no}: 答复里有手机号或身份证号，请去掉后再提交（{key}）")
    report: dict[str, Any] = {
        "investigation": act.text("investigation"),
        "result": act.text("result"),
        "basis": act.optional_text("basis"),
        "contacted": act.flag("contacted"),
    }
    attachments = _attachments(act)
    return {**report, "attachments": attachments} if attachments else report


def _attachments(act: Act) -> list[str]:
    given = act.command.data.get("attachments") or []
    if not isinstance(given, list | tuple) or len(given) > MOST_ATTACHMENTS:
        raise Rejected(
            f"ticket {act.ticket.ticket_no}: 'attachments' must be a list of at most {MOST_ATTACHMENTS} names",
            f"附件最多写 {MOST_ATTACHMENTS} 个名称，请合并后再提交。",
        )
    names = (redact(storable(str(name).strip()))[:LONGEST_NAME] for name in given)
    return [name for name in names if name]
