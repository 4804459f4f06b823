"""One order of locks for commands on tickets of one incident: the incident, then all of its tickets that are needed by number.

A command on the lead reaches its followers, and one on a follower its lead: who held one of them and asked for another would
wait for somebody who does the same the other way round.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dispatcher.ports import UnitOfWork
from models.command import Command, CommandKind
from models.incident import Incident, IncidentLink
from models.ticket import Ticket

_OF_ALL = frozenset(
    {
        CommandKind.CONFIRM,
        CommandKind.DISPATCH,
        CommandKind.ANSWER,
        CommandKind.DECLINE,
        CommandKind.ACCEPT_RETURN,
        CommandKind.APPROVE_EXTENSION,
        CommandKind.APPROVE_COMPLEX,
        CommandKind.PAUSE,
        CommandKind.RESUME,
        CommandKind.REPLY,
        CommandKind.PASS_REVIEW,
        CommandKind.CONSULT_DECIDE,
        CommandKind.WITHDRAW,
    }
)
"""Commands that may mean something for everybody in the incident; for the others the ticket and its lead are enough."""


@dataclass(frozen=True, slots=True)
class Locked:
    """The tickets that a command changes or looks at, and the incidents in which they are, all of them locked."""

    tickets: Mapping[str, Ticket]
    incidents: Mapping[str, Incident]
    links: Sequence[IncidentLink]


async def lock_together(work: UnitOfWork, command: Command) -> Locked:
    """Lock what a command names, and of each incident that is not answered yet its lead, or everybody."""
    other = command.data.get("to") if command.kind is CommandKind.LINK else None
    named = {command.ticket_no, *([other] if isinstance(other, str) else [])}
    return await lock_with_leads(work, named, everybody=command.kind in _OF_ALL)


async def lock_with_leads(work: UnitOfWork, ticket_nos: Collection[str], *, everybody: bool = False) -> Locked:
    """Lock tickets, and of each of their incidents that is not answered yet the lead, or ``everybody``."""
    incidents = {one.incident: one for one in await work.lock_incidents_of(ticket_nos)}
    unanswered = [one for one in incidents.values() if one.answered_at is None]
    links = await work.links_of([one.incident for one in unanswered]) if unanswered and everybody else []
    reached = {*ticket_nos, *(one.lead_ticket for one in unanswered), *(link.ticket_no for link in links)}
    return Locked(await work.lock_tickets(sorted(reached)), incidents, links)
