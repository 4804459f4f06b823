"""What ties tickets to one another: one event told by many callers, and one matter told again after its end."""

from dataclasses import dataclass
from datetime import datetime

from models.codes import TicketState, Urgency
from models.ticket import OpenRequest


@dataclass(frozen=True, slots=True)
class Incident:
    """并案: one event that several callers told of (domain.md A.7).

    ``lead_ticket`` is the one job that the unit has; ``tickets`` counts all of them, the lead's included. ``hotspot_at`` is
    when it was told as a hotspot. ``answered_at`` is when it came to its end: nothing joins it any more.
    """

    incident: str
    category_code: str
    district_code: str | None
    lead_ticket: str
    opened_at: datetime
    tickets: int
    hotspot_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentLink:
    """That a ticket belongs to an incident. ``follows``: the lead's work is its work, it is no work item of its own."""

    ticket_no: str
    incident: str
    joined_at: datetime
    received_at: datetime
    follows: bool
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A ticket's place in its incident."""

    incident: Incident
    link: IncidentLink

    @property
    def leads(self) -> bool:
        """Whether the ticket is the job that the unit has."""
        return self.incident.lead_ticket == self.link.ticket_no

    @property
    def follows(self) -> bool:
        """Whether the ticket waits for what is done about the lead."""
        return self.link.follows and not self.leads and self.incident.answered_at is None


@dataclass(frozen=True, slots=True)
class Happening:
    """An open ticket that may tell of the event that another caller tells of, with its incident where it has one."""

    ticket_no: str
    caller_ref: str
    text: str
    category_code: str
    machine_category: str
    district_code: str | None
    address: str | None
    received_at: datetime
    urgency: Urgency
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class TicketPlace:
    """A name by which the place of a ticket can be found again, under the category that the engine gave it."""

    category_code: str
    name: str
    received_at: datetime
    ticket_no: str


@dataclass(frozen=True, slots=True)
class ClosedRequest:
    """What a repeat after the end needs to know of a caller's closed ticket.

    ``request.received_at`` is when it was closed: a repeat counts from there. ``rate_until`` is when the citizen's time to
    rate ends, None where it was used. ``disputed``: the citizen said that it was not solved, or was dissatisfied.
    """

    request: OpenRequest
    state: TicketState
    round: int
    lead_unit: str | None
    rate_until: datetime | None
    disputed: bool


@dataclass(frozen=True, slots=True)
class RepeatLink:
    """再次反映: a ticket whose matter was closed before, under another number."""

    ticket_no: str
    earlier_no: str


@dataclass(frozen=True, slots=True)
class Consultation:
    """疑难会商: several units have rightly returned a ticket, or bases contradict each other (domain.md A.8.5).

    ``decided_at`` is None while the hotline has not named lead and basis; it is also when the ticket was answered, declined or
    withdrawn without that.
    """

    ticket_no: str
    opened_at: datetime
    cause: str
    decided_at: datetime | None = None
    unit_code: str | None = None
    basis: str | None = None
