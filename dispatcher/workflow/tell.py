"""What a citizen is told about a request, in the city's own words."""

from datetime import datetime

from dispatcher.ports import CitizenMessage, Effects
from dispatcher.workflow.announce import title_of
from dispatcher.workflow.city import City
from models.ticket import Ticket


def tell(ticket: Ticket, name: str, *, city: City, effects: Effects, at: datetime, **fields: str) -> None:
    """Add the profile's text ``name`` for the citizen, filled with number, title and ``fields``.

    Who wants not to be known is told nothing: nobody may write or call (domain.md A.11, 保密/匿名).
    """
    if ticket.anonymous or ticket.confidential:
        return
    text = city.profile.messages[name].format(title=title_of(ticket.text), ticket_no=ticket.ticket_no, **fields)
    effects.citizen_messages.append(CitizenMessage(ticket.contact_id, ticket.ticket_no, ticket.channel, name, text, at))


def day_text(moment: datetime, city: City) -> str:
    """Return a day as the texts write it."""
    local = city.local(moment)
    return f"{local.month}月{local.day}日"
