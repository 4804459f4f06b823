"""Reads what stands beside a ticket when a command comes, as far as the command asks for it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from dispatcher.ports import UnitOfWork
from dispatcher.workflow.acting import Beside
from models.codes import DeclineCode
from models.command import Command, CommandKind
from models.ticket import Ticket

_DISPATCHING = frozenset({CommandKind.CONFIRM, CommandKind.DISPATCH, CommandKind.ACCEPT_RETURN, CommandKind.CONSULT_DECIDE})
_CONSULTING = frozenset({*_DISPATCHING, CommandKind.CONSULT})
_REPORTED = frozenset({*_DISPATCHING, CommandKind.NUDGE})

_ANY_TIME = timedelta(days=3650)


async def look_beside(work: UnitOfWork, command: Command, tickets: Mapping[str, Ticket]) -> Beside:
    """Return what a command may need besides the ticket that it is about, which is locked with those that it names."""
    ticket = tickets[command.ticket_no]
    kind = command.kind
    other, other_membership = None, None
    if kind is CommandKind.LINK:
        other = tickets.get(str(command.data.get("to")))
        other_membership = await work.membership(other.ticket_no) if other is not None else None
        if other_membership is not None and not other_membership.leads:
            lead_no = other_membership.incident.lead_ticket
            other = (await work.lock_tickets([lead_no])).get(lead_no)
    reported = await work.reports([ticket.ticket_no]) if kind in _REPORTED else {}
    return Beside(
        membership=await work.membership(ticket.ticket_no),
        other=other,
        other_membership=other_membership,
        again_of=await work.earlier_of(ticket.ticket_no) if kind in _DISPATCHING or kind is CommandKind.DECLINE else None,
        closed=await work.closed_requests([ticket.caller_ref], since=_long_ago(ticket)) if _names_nothing_new(command) else (),
        reports=reported.get(ticket.ticket_no, 1),
        consultation=await work.consultation(ticket.ticket_no) if kind in _CONSULTING else None,
    )


def _names_nothing_new(command: Command) -> bool:
    return command.kind is CommandKind.DECLINE and command.data.get("code") == DeclineCode.NOTHING_NEW.value


def _long_ago(ticket: Ticket) -> datetime:
    """Any earlier ticket of the citizen will do: what was settled is settled, however long ago."""
    return ticket.received_at - _ANY_TIME
