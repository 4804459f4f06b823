"""Reads what stands beside a ticket when a command comes, as far as the command asks for it."""

from datetime import datetime, timedelta

from dispatcher.ports import UnitOfWork
from dispatcher.workflow.acting import Beside
from dispatcher.workflow.locking import Locked
from models.codes import DeclineCode, TicketState
from models.command import Command, CommandKind
from models.errors import TryLater
from models.incident import Membership
from models.ticket import Ticket

_DISPATCHING = frozenset({CommandKind.CONFIRM, CommandKind.DISPATCH, CommandKind.ACCEPT_RETURN, CommandKind.CONSULT_DECIDE})
_ENDING = frozenset({CommandKind.ANSWER, CommandKind.DECLINE, CommandKind.WITHDRAW, CommandKind.PASS_REVIEW})
_CONSULTING = frozenset({*_DISPATCHING, *_ENDING, CommandKind.CONSULT, CommandKind.LINK})
_REPORTED = frozenset({*_DISPATCHING, CommandKind.NUDGE})

_ANY_TIME = timedelta(days=3650)


async def look_beside(work: UnitOfWork, command: Command, locked: Locked) -> Beside:
    """Return what a command may need besides the ticket that it is about.

    Raises:
        TryLater: a ticket has joined an incident since that was looked up for its lock.
    """
    ticket = locked.tickets[command.ticket_no]
    kind = command.kind
    other, other_membership = None, None
    if kind is CommandKind.LINK:
        other = locked.tickets.get(str(command.data.get("to")))
        other_membership = await _place(work, other, locked) if other is not None else None
        if other_membership is not None and not other_membership.leads:
            other = locked.tickets.get(other_membership.incident.lead_ticket)
    membership = await _place(work, ticket, locked)
    lead = locked.tickets.get(membership.incident.lead_ticket) if membership is not None and not membership.leads else None
    of_lead = lead is not None and kind in _DISPATCHING
    reported = await work.reports([ticket.ticket_no]) if kind in _REPORTED else {}
    return Beside(
        membership=membership,
        lead=lead,
        lead_holds=await work.holds(lead.ticket_no) if lead is not None and of_lead else (),
        lead_consultation=await work.consultation(lead.ticket_no) if lead is not None and of_lead else None,
        followers=_followers(ticket, locked),
        other=other,
        other_membership=other_membership,
        again_of=await work.earlier_of(ticket.ticket_no) if kind in _DISPATCHING or kind is CommandKind.DECLINE else None,
        closed=await work.closed_requests([ticket.caller_ref], since=_long_ago(ticket)) if _names_nothing_new(command) else (),
        reports=reported.get(ticket.ticket_no, 1),
        consultation=await work.consultation(ticket.ticket_no) if kind in _CONSULTING else None,
    )


async def _place(work: UnitOfWork, ticket: Ticket, locked: Locked) -> Membership | None:
    place = await work.membership(ticket.ticket_no)
    if place is not None and place.incident.incident not in locked.incidents:
        raise TryLater(f"ticket {ticket.ticket_no} has just joined incident {place.incident.incident}")
    return place


def _followers(ticket: Ticket, locked: Locked) -> list[Ticket]:
    """Return who waits for the lead of the ticket's incident besides the ticket itself, by number."""
    following = [locked.tickets[link.ticket_no] for link in locked.links if link.follows]
    waiting = (TicketState.PENDING, TicketState.DISPATCHED)
    return [one for one in following if one.ticket_no != ticket.ticket_no and one.state in waiting]


def _names_nothing_new(command: Command) -> bool:
    return command.kind is CommandKind.DECLINE and command.data.get("code") == DeclineCode.NOTHING_NEW.value


def _long_ago(ticket: Ticket) -> datetime:
    """Any earlier ticket of the citizen will do: what was settled is settled, however long ago."""
    return ticket.received_at - _ANY_TIME
