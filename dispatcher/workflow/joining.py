"""并案 at intake: a request of another caller joins the event that an open ticket tells of (domain.md A.7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dispatcher import metrics
from dispatcher.ports import Effects, UnitOfWork
from dispatcher.rules.incidents import MAY_FOLLOW, Told, is_hotspot
from dispatcher.rules.whereabouts import place_keys
from dispatcher.workflow.announce import hotspot_message, incident_message
from dispatcher.workflow.city import City
from dispatcher.workflow.history import record
from models.codes import ReviewReason, Role, TicketState, Urgency
from models.contact import Contact
from models.incident import Happening, Incident, IncidentLink, TicketPlace
from models.ticket import Actor, EventKind, Ticket
from models.understanding import Understanding

INCIDENTS = Actor(Role.SYSTEM, "incidents")

UNANSWERED = frozenset(
    {
        TicketState.PENDING,
        TicketState.DISPATCHED,
        TicketState.SIGNED,
        TicketState.HANDLING,
        TicketState.RETURN_REQUESTED,
        TicketState.REPLIED,
    }
)
"""While the lead stands there others may join it: its answer will be theirs."""

_MOST_LOCKED = 64
"""Places of a batch that are locked, so that two workers see each other's tickets; in a larger batch a merge may be missed,
which costs a look."""

_MOST_KEYS = 6


@dataclass(slots=True)
class Event:
    """What several tickets tell of, as it stands within a batch: ``incident`` is None while only one does."""

    lead: Ticket
    received: list[datetime]
    incident: Incident | None = None
    joined: list[str] = field(default_factory=list)

    @property
    def wants_a_lead(self) -> bool:
        """Whether a ticket that a unit gets may lead it: the lead waits, and not because a unit has returned it."""
        return self.lead.lead_unit is None and self.lead.accepted_returns == 0


class Happenings:
    """What goes on around the places that a batch of contacts names. Nothing of it is written before ``write``."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._known: dict[tuple[str, str], list[Happening]] = {}
        self._events: dict[str, Event] = {}
        self._links: dict[str, IncidentLink] = {}

    @classmethod
    async def around(cls, work: UnitOfWork, told: Iterable[Told], city: City) -> "Happenings":
        """Return what goes on around the places of these requests; what others hold now is left alone."""
        happenings = cls(city)
        told = [each for each in told if city.events.may_be_shared(each)]
        asked = sorted({(each.category_code, key) for each in told for key in each.names})
        if not asked:
            return happenings
        if len(asked) <= _MOST_LOCKED:
            await work.lock_places(f"{category} {name}" for category, name in asked)
        rule = city.profile.incidents
        found = await work.happenings(asked, since=min(each.received_at for each in told) - rule.window)
        if found:
            await happenings._take_up(work, found)
        return happenings

    async def _take_up(self, work: UnitOfWork, found: Sequence[Happening]) -> None:
        numbers = {one.incident.incident for one in found if one.incident}
        hotspot = self._city.profile.incidents.hotspot
        incidents = await work.lock_free_incidents(numbers, limit=hotspot) if numbers else {}
        alone = {one.ticket_no for one in found if one.incident is None}
        leads = await work.lock_free(alone | {incident.lead_ticket for incident, _ in incidents.values()})
        if alone:  # somebody may have opened an incident with one of them before it was locked
            for number in await work.in_incidents(alone & leads.keys()):
                del leads[number]
        events: dict[str, Event] = {}
        for one in found:
            event = None
            if one.incident is None:
                event = Event(leads[one.ticket_no], [one.received_at]) if one.ticket_no in leads else None
            elif one.incident.incident in incidents:
                incident, received = incidents[one.incident.incident]
                event = events.get(incident.incident)
                if event is None and incident.lead_ticket in leads and incident.answered_at is None:
                    event = events[incident.incident] = Event(leads[incident.lead_ticket], list(received), incident)
            if event is not None and event.lead.state in UNANSWERED:
                self._events[one.ticket_no] = event
                self._know(one)

    def _know(self, happening: Happening) -> None:
        for key in place_keys(happening.text, happening.address):
            self._known.setdefault((happening.machine_category, key), []).append(happening)

    def event_of(self, told: Told) -> Event | None:
        """Return the event that a request tells of, None where nobody else has told of it."""
        near = {one.ticket_no: one for key in told.names for one in self._known.get((told.category_code, key), ())}
        same = self._city.events.same_event(told, list(near.values()))
        return None if same is None else self._events[same.ticket_no]

    def add(self, ticket: Ticket, told: Told, effects: Effects, event: Event | None) -> None:
        """Remember a new ticket, so that later ones of this batch and of others may join it."""
        if not self._city.events.may_be_shared(told):
            return
        keys = told.names[:_MOST_KEYS]
        effects.ticket_places.extend(TicketPlace(told.category_code, key, ticket.received_at, ticket.ticket_no) for key in keys)
        self._events[ticket.ticket_no] = event or Event(ticket, [ticket.received_at])
        self._know(
            Happening(
                ticket_no=ticket.ticket_no,
                caller_ref=ticket.caller_ref,
                text=ticket.text,
                category_code=ticket.category_code,
                machine_category=told.category_code,
                district_code=ticket.district_code,
                address=ticket.address,
                received_at=ticket.received_at,
                urgency=ticket.urgency,
            )
        )

    def join(self, event: Event, ticket: Ticket, *, follows: bool, at: datetime, effects: Effects) -> Ticket:
        """Put a new ticket into the event's incident, which opens with the second one, and return it as it is then.

        With ``follows`` the unit's work on the lead is its work. Who has a unit while the lead has none leads from now on; a
        lead that is more urgent stays by itself.
        """
        incident = event.incident or self._open(event, at)
        incident = replace(incident, tickets=incident.tickets + 1)
        self._links[ticket.ticket_no] = _link(ticket, incident, at, follows=follows)
        if ticket.lead_unit is not None and event.wants_a_lead:
            waits = not goes_alone(event.lead.urgency, ticket)
            self._links[event.lead.ticket_no] = _link(event.lead, incident, at, follows=waits)
            incident = replace(incident, lead_ticket=ticket.ticket_no)
        after = joined(ticket, incident, event.lead if follows else None, at=at, city=self._city, effects=effects)
        if incident.lead_ticket == ticket.ticket_no:
            event.lead = after
        elif event.lead.lead_unit is not None:
            effects.messages.append(incident_message(event.lead, incident, after, at=at))
        event.received.append(ticket.received_at)
        event.incident = told_as_hotspot(incident, event.lead, event.received, at=at, city=self._city, effects=effects)
        event.joined.append(ticket.ticket_no)
        return after

    def _open(self, event: Event, at: datetime) -> Incident:
        lead = event.lead
        self._links[lead.ticket_no] = _link(lead, incident := opened(lead, at), at, follows=False)
        return incident

    def crowded(self) -> list[Event]:
        """Return the events that this batch has made so large that they are a matter of 督办."""
        least = self._city.profile.incidents.supervise_callers
        grown = {id(event): event for event in self._events.values() if event.incident and event.joined}
        return [event for event in grown.values() if event.incident is not None and event.incident.tickets >= least]

    def write(self, effects: Effects) -> None:
        """Add to the effects what changed of incidents."""
        changed = {
            event.incident.incident: event.incident for event in self._events.values() if event.incident and event.joined
        }
        effects.incidents.extend(changed.values())
        effects.incident_links.extend(self._links.values())


def told_of(contact: Contact, understanding: Understanding, city: City) -> Told:
    """Return what a contact tells of where, what and when."""
    critical = understanding.urgency is Urgency.CRITICAL
    category_code = understanding.emergency_category if critical else understanding.best.category_code
    return Told(
        caller_ref=contact.caller_ref,
        text=contact.text,
        category_code=category_code,
        request_type=understanding.request_type,
        district_code=city.district_of(contact, understanding),
        address=understanding.address,
        received_at=contact.received_at,
    )


def may_follow(doubts: Iterable[ReviewReason], probability: float, *, least: float) -> bool:
    """Return whether a request may be handled with another one: no doubt remains but where it belongs."""
    return probability >= least and MAY_FOLLOW.issuperset(doubts)


def goes_alone(urgency: Urgency, lead: Ticket) -> bool:
    """Return whether a request keeps its own work in an incident: an emergency does, and what is more urgent than the lead.

    The unit's clocks are the lead's; they know of no shorter time (domain.md A.3).
    """
    return urgency is Urgency.CRITICAL or urgency.value > lead.urgency.value


def opened(lead: Ticket, at: datetime, *, by_hand: bool = False) -> Incident:
    """Return the incident that opens with ``lead``; its number is that of the lead behind BA (并案).

    A person may link to a ticket that has left such an incident: ``by_hand`` the lead's version stands behind the number.
    """
    number = f"BA{lead.ticket_no}-{lead.version}" if by_hand else f"BA{lead.ticket_no}"
    return Incident(number, lead.category_code, lead.district_code, lead.ticket_no, at, tickets=1)


def joined(ticket: Ticket, incident: Incident, lead: Ticket | None, *, at: datetime, city: City, effects: Effects) -> Ticket:
    """Record that a ticket belongs to an incident; with ``lead`` it follows that one, to its unit where it has one."""
    unit_code = lead.lead_unit if lead is not None else None
    if unit_code is None:
        after = replace(ticket, version=ticket.version + 1)
    elif ticket.state is TicketState.PENDING:
        after = ticket.moved_to(TicketState.DISPATCHED, at, lead_unit=unit_code)
    else:
        after = replace(ticket, version=ticket.version + 1, lead_unit=unit_code)
    record(
        effects,
        after,
        EventKind.JOINED,
        from_state=ticket.state,
        actor=INCIDENTS,
        at=at,
        profile_version=city.profile.version,
        data={"incident": incident.incident, "lead": incident.lead_ticket, "follows": lead is not None},
    )
    return after


def told_as_hotspot(
    incident: Incident, lead: Ticket, received: Iterable[datetime], *, at: datetime, city: City, effects: Effects
) -> Incident:
    """Alert the supervisors, once, where the incident has become a hotspot; return it as it is then."""
    rule = city.profile.incidents
    if incident.hotspot_at is not None or not is_hotspot(received, callers=rule.hotspot, within=rule.burst):
        return incident
    hot = replace(incident, hotspot_at=at)
    effects.messages.append(hotspot_message(hot, lead, at=at))
    effects.increments.append(metrics.count(metrics.BURST_ALERTS, city.category(incident.category_code).level1_code))
    return hot


def _link(ticket: Ticket, incident: Incident, at: datetime, *, follows: bool) -> IncidentLink:
    return IncidentLink(ticket.ticket_no, incident.incident, at, ticket.received_at, follows)
