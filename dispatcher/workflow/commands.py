"""Runs a person's command on a ticket: guard, decision and effects in one transaction (decision 4)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from dispatcher.ports import Clock, Effects, OpenUnitOfWork, UnitOfWork
from dispatcher.rules.reply_checks import EarlierReply
from dispatcher.workflow import (
    answer,
    close,
    consult,
    contact,
    decline,
    dispatch,
    extend,
    hard_case,
    incidents,
    nudge,
    pause,
    reply,
    returning,
    review,
    satisfaction,
    sign,
    supervise,
    urgency,
    withdraw,
)
from dispatcher.workflow.acting import Act
from dispatcher.workflow.beside import look_beside
from dispatcher.workflow.city import City
from dispatcher.workflow.knowledge import cited_article, keep_in_knowledge
from dispatcher.workflow.locking import lock_together
from dispatcher.workflow.waking import set_rings
from models.codes import UNIT_ROLES, Role
from models.command import Command, CommandKind
from models.errors import Forbidden, NotFound, StaleVersion
from models.ticket import Ticket

_DECIDING = frozenset({Role.OPERATOR, Role.SHIFT_LEAD, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
_JUDGING = frozenset({Role.SHIFT_LEAD, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
_SUPERVISING = extend.SUPERVISING
_CALLING = frozenset({Role.CALLER_BACK, *_DECIDING})

MAY: Mapping[CommandKind, frozenset[Role]] = MappingProxyType(
    {
        CommandKind.CONFIRM: _DECIDING,
        CommandKind.DISPATCH: _DECIDING,
        CommandKind.ANSWER: _DECIDING,
        CommandKind.DECLINE: _DECIDING,
        CommandKind.SIGN: UNIT_ROLES,
        CommandKind.CONTACT_CITIZEN: UNIT_ROLES,
        CommandKind.RETURN: UNIT_ROLES,
        CommandKind.ACCEPT_RETURN: _JUDGING,
        CommandKind.REJECT_RETURN: _JUDGING,
        CommandKind.REQUEST_EXTENSION: UNIT_ROLES,
        CommandKind.APPROVE_EXTENSION: _JUDGING,
        CommandKind.REFUSE_EXTENSION: _JUDGING,
        CommandKind.APPROVE_COMPLEX: _SUPERVISING,
        CommandKind.PAUSE: frozenset({*UNIT_ROLES, *_JUDGING}),
        CommandKind.RESUME: frozenset({*UNIT_ROLES, *_JUDGING}),
        CommandKind.CHANGE_URGENCY: _DECIDING,
        CommandKind.SUPERVISE: _SUPERVISING,
        CommandKind.REPLY: UNIT_ROLES,
        CommandKind.CO_REPLY: UNIT_ROLES,
        CommandKind.OVERRIDE_CO_REPLY: UNIT_ROLES,
        CommandKind.PASS_REVIEW: _JUDGING,
        CommandKind.FAIL_REVIEW: _JUDGING,
        CommandKind.CALL_BACK: _CALLING,
        CommandKind.RATE: frozenset({Role.CITIZEN, *_CALLING}),
        CommandKind.NUDGE: frozenset({Role.CITIZEN, *_CALLING}),
        CommandKind.LINK: _DECIDING,
        CommandKind.UNLINK: _DECIDING,
        CommandKind.CONSULT: _JUDGING,
        CommandKind.CONSULT_DECIDE: frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN}),
        CommandKind.WITHDRAW: frozenset({Role.CITIZEN, *_DECIDING}),
        CommandKind.CLOSE: _DECIDING,
        CommandKind.ARCHIVE: _JUDGING,
    }
)
"""Who may give which command. Source: domain.md I.1; operators note a citizen's word, so they may what a citizen may."""

_ACTS: Mapping[CommandKind, Callable[[Act], Ticket]] = MappingProxyType(
    {
        CommandKind.CONFIRM: dispatch.confirm,
        CommandKind.DISPATCH: dispatch.dispatch,
        CommandKind.ANSWER: answer.answer,
        CommandKind.DECLINE: decline.decline,
        CommandKind.SIGN: sign.sign,
        CommandKind.CONTACT_CITIZEN: contact.contact_citizen,
        CommandKind.RETURN: returning.request_return,
        CommandKind.ACCEPT_RETURN: returning.accept_return,
        CommandKind.REJECT_RETURN: returning.reject_return,
        CommandKind.REQUEST_EXTENSION: extend.request_extension,
        CommandKind.APPROVE_EXTENSION: extend.approve_extension,
        CommandKind.REFUSE_EXTENSION: extend.refuse_extension,
        CommandKind.APPROVE_COMPLEX: hard_case.approve_complex,
        CommandKind.PAUSE: pause.pause,
        CommandKind.RESUME: pause.resume,
        CommandKind.CHANGE_URGENCY: urgency.change_urgency,
        CommandKind.SUPERVISE: supervise.supervise,
        CommandKind.REPLY: reply.reply,
        CommandKind.CO_REPLY: reply.co_reply,
        CommandKind.OVERRIDE_CO_REPLY: reply.override_co_reply,
        CommandKind.PASS_REVIEW: review.pass_review,
        CommandKind.FAIL_REVIEW: review.fail_review,
        CommandKind.CALL_BACK: satisfaction.call_back,
        CommandKind.RATE: satisfaction.rate,
        CommandKind.NUDGE: nudge.nudge,
        CommandKind.LINK: incidents.link,
        CommandKind.UNLINK: incidents.unlink,
        CommandKind.CONSULT: consult.consult,
        CommandKind.CONSULT_DECIDE: consult.consult_decide,
        CommandKind.WITHDRAW: withdraw.withdraw,
        CommandKind.CLOSE: close.close,
        CommandKind.ARCHIVE: close.archive,
    }
)

_ABOUT_RETURNS = frozenset({CommandKind.ACCEPT_RETURN})
"""Commands that decide by why a unit asked to return the ticket."""

_FIRST_SLOT, _SLOTS = 40, 8


async def run_command(command: Command, *, city: City, open_work: OpenUnitOfWork, clock: Clock) -> Ticket:
    """Carry out ``command`` and return the ticket after it.

    Raises:
        NotFound: there is no such ticket, or the actor's unit has no part in it.
        Forbidden: the actor's role may not give this command.
        StaleVersion: somebody else changed the ticket since the actor read it.
        IllegalTransition: the ticket's state does not lead there.
        Rejected: the command's data lack something or name something unknown.
        TryLater: the store is away, or the ticket has just joined an incident; nothing was written.
    """
    if command.actor.role not in MAY[command.kind]:
        raise Forbidden(f"{command.actor.role.label}不能执行“{command.kind.value}”")
    if command.actor.unit_code is not None:
        async with open_work(unit_code=command.actor.unit_code) as work:
            await work.ticket(command.ticket_no)
    async with open_work() as work:
        return await carry_out(command, work, city=city, clock=clock)


async def carry_out(command: Command, work: UnitOfWork, *, city: City, clock: Clock) -> Ticket:
    """Carry out a command of somebody who may give it on this ticket, within the transaction ``work``; see ``run_command``.

    A refusal leaves no trace but locks.
    """
    locked = await lock_together(work, command)
    ticket = locked.tickets.get(command.ticket_no)
    if ticket is None:
        raise NotFound(f"there is no ticket {command.ticket_no}")
    if ticket.version != command.expected_version:
        raise StaleVersion(f"ticket {ticket.ticket_no}", command.expected_version, ticket.version)
    now = clock.now()
    act = Act(
        ticket=ticket,
        command=command,
        actor=command.actor,
        at=now,
        city=city,
        deadlines=await work.lock_deadlines(ticket.ticket_no),
        holds=await work.holds(ticket.ticket_no),
        call_backs=await work.call_backs(ticket.ticket_no),
        ratings=await work.ratings(ticket.ticket_no),
        asked_return=await work.asked_return(ticket.ticket_no) if command.kind in _ABOUT_RETURNS else None,
        cited=await cited_article(command, work.knowledge, on=city.local(now).date()),
        earlier_replies=await _earlier_replies(command, work, city, now),
        effects=Effects(),
        beside=await look_beside(work, command, locked),
    )
    if command.actor.unit_code is not None and act.beside.follows:
        raise Forbidden(
            f"ticket {ticket.ticket_no} follows the lead of its incident; the unit's work is on that one",
            "本单已经并案，随主件一并办理：请在主件上操作。",
        )
    after = _ACTS[command.kind](act)
    consult.end_with_answer(act, after)
    after = await incidents.carry_on(work, act, after)
    act.effects.changed_tickets.append(after)
    set_rings(act.effects, city=city, at=now)
    await work.apply(act.effects, slot=_FIRST_SLOT + sum(ticket.ticket_no.encode()) % _SLOTS)
    await keep_in_knowledge(act, after, work.knowledge)
    return after


async def _earlier_replies(command: Command, work: UnitOfWork, city: City, now: datetime) -> list[EarlierReply]:
    """Return what a reply is compared with; other commands compare nothing."""
    if command.kind is not CommandKind.REPLY or command.actor.unit_code is None:
        return []
    return await reply.compared_replies(command.ticket_no, command.actor.unit_code, work=work, city=city, now=now)
