"""Runs a person's command on a ticket: guard, decision and effects in one transaction (decision 4)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dispatcher.ports import Clock, Effects, OpenUnitOfWork
from dispatcher.workflow import answer, close, decline, dispatch, rate, reply, sign
from dispatcher.workflow.acting import Act
from dispatcher.workflow.city import City
from models.codes import Role
from models.command import Command, CommandKind
from models.errors import Forbidden, NotFound, StaleVersion
from models.ticket import Ticket

_STAFF = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN})

MAY: Mapping[CommandKind, frozenset[Role]] = MappingProxyType(
    {
        CommandKind.CONFIRM: _STAFF,
        CommandKind.DISPATCH: _STAFF,
        CommandKind.ANSWER: _STAFF,
        CommandKind.DECLINE: _STAFF,
        CommandKind.SIGN: frozenset({Role.UNIT}),
        CommandKind.REPLY: frozenset({Role.UNIT}),
        CommandKind.CLOSE: _STAFF,
        CommandKind.RATE: frozenset({*_STAFF, Role.CITIZEN}),
    }
)
"""Who may give which command (domain.md I.1, reduced to this release's roles)."""

_ACTS: Mapping[CommandKind, Callable[[Act], Ticket]] = MappingProxyType(
    {
        CommandKind.CONFIRM: dispatch.confirm,
        CommandKind.DISPATCH: dispatch.dispatch,
        CommandKind.ANSWER: answer.answer,
        CommandKind.DECLINE: decline.decline,
        CommandKind.SIGN: sign.sign,
        CommandKind.REPLY: reply.reply,
        CommandKind.CLOSE: close.close,
        CommandKind.RATE: rate.rate,
    }
)

_FIRST_SLOT, _SLOTS = 40, 8


async def run_command(command: Command, *, city: City, open_work: OpenUnitOfWork, clock: Clock) -> Ticket:
    """Carry out ``command`` and return the ticket after it.

    Raises:
        NotFound: there is no such ticket, or the actor's unit has no part in it.
        Forbidden: the actor's role may not give this command.
        StaleVersion: somebody else changed the ticket since the actor read it.
        IllegalTransition: the ticket's state does not lead there.
        Rejected: the command's data lack something or name something unknown.
        TryLater: the store is away; nothing was written.
    """
    if command.actor.role not in MAY[command.kind]:
        raise Forbidden(f"{command.actor.role.label}不能执行“{command.kind.value}”")
    if command.actor.unit_code is not None:
        async with open_work(unit_code=command.actor.unit_code) as work:
            await work.ticket(command.ticket_no)
    async with open_work() as work:
        tickets = await work.lock_tickets([command.ticket_no])
        ticket = tickets.get(command.ticket_no)
        if ticket is None:
            raise NotFound(f"there is no ticket {command.ticket_no}")
        if ticket.version != command.expected_version:
            raise StaleVersion(ticket.ticket_no, command.expected_version, ticket.version)
        act = Act(
            ticket=ticket,
            command=command,
            at=clock.now(),
            city=city,
            deadlines=await work.lock_deadlines(ticket.ticket_no),
            effects=Effects(),
        )
        after = _ACTS[command.kind](act)
        act.effects.changed_tickets.append(after)
        await work.apply(act.effects, slot=_FIRST_SLOT + sum(ticket.ticket_no.encode()) % _SLOTS)
    return after
