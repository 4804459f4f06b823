"""Writes what happened to a ticket into its audit and onto the topic of ticket events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dispatcher.ports import Effects
from dispatcher.workflow.announce import event_message
from models.codes import TicketState
from models.ticket import Actor, EventKind, Ticket, TicketEvent


def record(
    effects: Effects,
    ticket: Ticket,
    kind: EventKind,
    *,
    from_state: TicketState | None,
    actor: Actor,
    at: datetime,
    profile_version: str,
    data: Mapping[str, Any],
) -> None:
    """Add one event of ``ticket``, which already stands in the state and version after it.

    ``profile_version`` names the facts that decided the event, which may be younger than those that made the ticket.
    """
    event = TicketEvent(
        ticket_no=ticket.ticket_no,
        version=ticket.version,
        kind=kind,
        occurred_at=at,
        actor=actor,
        from_state=from_state,
        to_state=ticket.state,
        profile_version=profile_version,
        data=data,
    )
    effects.events.append(event)
    effects.messages.append(event_message(event, ticket))
