"""Rows of incidents and of closed requests as our words."""

from psycopg.rows import DictRow

from models.codes import TicketState, Urgency
from models.incident import ClosedRequest, Happening, Incident, IncidentLink, Membership
from models.ticket import OpenRequest

CONSIDERED = 20
"""So many latest tickets of one place and category are compared; those before them belong to their incidents."""

LONGEST_TEXT = 10_000
"""Characters of a text that are compared."""


def incident_from_row(row: DictRow) -> Incident:
    """Return the incident of a row."""
    return Incident(
        incident=row["incident"],
        category_code=row["incident_category"],
        district_code=row["incident_district"],
        lead_ticket=row["lead_ticket"],
        opened_at=row["opened_at"],
        tickets=row["tickets"],
        hotspot_at=row["hotspot_at"],
        answered_at=row["answered_at"],
    )


def membership_from_row(row: DictRow) -> Membership:
    """Return a ticket's place in its incident."""
    link = IncidentLink(row["ticket_no"], row["incident"], row["joined_at"], row["received_at"], row["follows"], row["left_at"])
    return Membership(incident_from_row(row), link)


def happening_from_row(row: DictRow) -> Happening:
    """Return an open ticket that may tell of the same event."""
    return Happening(
        ticket_no=row["ticket_no"],
        caller_ref=row["caller_ref"],
        text=row["text"],
        category_code=row["category_code"],
        machine_category=row["machine_category"],
        district_code=row["district_code"],
        address=row["address"],
        received_at=row["received_at"],
        urgency=Urgency(row["urgency"]),
        incident=incident_from_row(row) if row["incident"] else None,
    )


def closed_request_from_row(row: DictRow) -> ClosedRequest:
    """Return a closed request; it counts from when it was closed."""
    request = OpenRequest(
        ticket_no=row["ticket_no"],
        caller_ref=row["caller_ref"],
        text=row["text"],
        category_code=row["category_code"],
        machine_category=row["machine_category"],
        district_code=row["district_code"],
        address=row["address"],
        received_at=row["closed_at"],
        urgency=Urgency(row["urgency"]),
    )
    return ClosedRequest(request, TicketState(row["state"]), row["round"], row["lead_unit"], row["rate_until"], row["disputed"])
