"""重复诉求: a contact that says again what an open ticket says is one nudge more, and no work item (domain.md A.7)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from dispatcher import metrics
from dispatcher.ports import Effects, Notice
from dispatcher.workflow.announce import nudge_message
from dispatcher.workflow.city import City
from dispatcher.workflow.history import record
from models.codes import NoticeKind
from models.ticket import Actor, EventKind, Ticket


def add_repeat(
    ticket: Ticket, contact_id: UUID, *, about: str | None, actor: Actor, at: datetime, city: City, effects: Effects
) -> Ticket:
    """Record that a contact repeats a ticket, tell the unit that has it, and return the ticket as it is then.

    ``about`` is the lead of its incident where it follows one: the unit knows that one alone.
    """
    ticket = replace(ticket, nudges=ticket.nudges + 1, version=ticket.version + 1)
    record(
        effects,
        ticket,
        EventKind.MERGED,
        from_state=ticket.state,
        actor=actor,
        at=at,
        profile_version=city.profile.version,
        data={"contact_id": str(contact_id), "nudges": ticket.nudges},
    )
    if ticket.lead_unit is not None:
        effects.messages.append(nudge_message(ticket, at=at, about=about))
        day = city.local(at).date()
        effects.notices.append(Notice(ticket.ticket_no, ticket.lead_unit, NoticeKind.NUDGE, day, at, ticket.version))
    level1 = city.category(ticket.machine_category).level1_code
    effects.increments.append(metrics.count(metrics.REPEATS, level1))
    return ticket
