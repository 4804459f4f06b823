"""并案 after intake: what is done about the lead is done about those who follow it; people link and unlink by hand."""

from collections.abc import Sequence
from dataclasses import replace

from dispatcher.ports import Effects, UnitOfWork
from dispatcher.workflow.acting import Act, Scene
from dispatcher.workflow.announce import incident_message
from dispatcher.workflow.assign import put_on_stream
from dispatcher.workflow.joining import INCIDENTS, UNANSWERED, joined, opened, told_as_hotspot
from dispatcher.workflow.review import hand_to_citizen
from dispatcher.workflow.supervise import supervise_crowded
from models.codes import DispatchMode, NoticeKind, Stage, TicketState, Urgency
from models.errors import Rejected
from models.incident import Incident, IncidentLink
from models.ticket import ENDED_STATES, EventKind, Ticket


def link(act: Act) -> Ticket:
    """Put a ticket into the incident of the ticket ``to``: what its unit does about that one is done about both.

    An emergency belongs to it and keeps its own work. A work item that the unit has not signed is taken back.

    Raises:
        Rejected: it is in an incident, a unit has signed it, or ``to`` is itself, unknown or answered.
    """
    ticket, lead = act.ticket, act.beside.other
    asked = act.text("to")
    if act.beside.membership is not None:
        raise Rejected(f"ticket {ticket.ticket_no} belongs to incident {act.beside.membership.incident.incident} already")
    if lead is None or lead.ticket_no == ticket.ticket_no or lead.state not in UNANSWERED:
        raise Rejected(f"{asked!r} is no other ticket that waits for its answer; nothing can be linked to it")
    if ticket.state not in (TicketState.PENDING, TicketState.DISPATCHED):
        raise Rejected(f"ticket {ticket.ticket_no} is {ticket.state.label}; its unit handles it by itself")
    follows = ticket.urgency is not Urgency.CRITICAL
    known = act.beside.other_membership
    if known is not None and known.incident.answered_at is not None:
        raise Rejected(f"incident {known.incident.incident} is answered; link to a ticket that waits for its answer")
    incident = known.incident if known is not None else opened(lead, act.at, by_hand=True)
    incident = replace(incident, tickets=incident.tickets + 1)
    if known is None:
        _write_link(act.effects, lead, incident, act, follows=False)
    _write_link(act.effects, ticket, incident, act, follows=follows)
    if follows and ticket.state is TicketState.DISPATCHED and lead.lead_unit is None:
        raise Rejected(f"ticket {lead.ticket_no} has no unit yet; link it to {ticket.ticket_no} instead")
    if follows:
        _take_back(act)
    after = joined(ticket, incident, lead if follows else None, at=act.at, city=act.city, effects=act.effects)
    if lead.lead_unit is not None:
        act.effects.messages.append(incident_message(lead, incident, after, at=act.at))
    act.effects.incidents.append(
        told_as_hotspot(incident, lead, (lead.received_at, ticket.received_at), at=act.at, city=act.city, effects=act.effects)
    )
    return after


def unlink(act: Act) -> Ticket:
    """Take a ticket out of its incident; where it followed the lead its unit has it as a work item of its own now.

    Raises:
        Rejected: it is in none that waits for its answer, it has ended, or it leads the others.
    """
    membership = act.beside.membership
    ended = act.ticket.state in ENDED_STATES
    if membership is None or membership.incident.answered_at is not None or ended:
        raise Rejected(f"ticket {act.ticket.ticket_no} belongs to no incident that waits for its answer")
    if membership.leads:
        raise Rejected(f"ticket {act.ticket.ticket_no} leads incident {membership.incident.incident}; unlink the others")
    incident = replace(membership.incident, tickets=membership.incident.tickets - 1)
    act.effects.incidents.append(incident)
    act.effects.incident_links.append(replace(membership.link, left_at=act.at))
    after = act.record(act.unchanged(), EventKind.LEFT, {"incident": incident.incident})
    return go_alone(act, after) if act.beside.follows else after


def go_alone(scene: Scene, before: Ticket) -> Ticket:
    """Give the unit a ticket that followed the lead of its incident as a work item of its own."""
    if before.state is not TicketState.DISPATCHED or before.lead_unit is None:
        return before
    after = scene.record(
        replace(before, version=before.version + 1),
        EventKind.DISPATCHED,
        {"mode": DispatchMode.MANUAL.value, "basis": "并案解除"},
        before=before,
    )
    put_on_stream(
        after,
        unit_code=before.lead_unit,
        co_units=(),
        basis="并案解除",
        mode=DispatchMode.MANUAL,
        actor=scene.actor,
        at=scene.at,
        city=scene.city,
        effects=scene.effects,
        earlier=scene.deadlines,
    )
    return after


async def carry_on(work: UnitOfWork, act: Act, after: Ticket) -> Ticket:
    """Do about the followers of a lead what a command on it means for them, and return the lead as it is then."""
    membership = act.beside.membership
    if membership is None or membership.incident.answered_at is not None:
        return after
    if not membership.leads:
        if membership.lead_unit is not None or after.lead_unit is None or act.ticket.lead_unit is not None:
            return after
        incident = _take_the_lead(act, membership.incident, after)
    else:
        incident = membership.incident
    answered = after.state is TicketState.AWAITING_CALL_BACK and act.ticket.state is TicketState.REPLIED
    sent = after.lead_unit is not None and after.lead_unit != act.ticket.lead_unit
    ended = after.state in ENDED_STATES
    if not (answered or sent or ended):
        return after
    followers = [one for one in await _followers(work, act, incident) if one.ticket.ticket_no != after.ticket_no]
    if answered:
        _answer(followers, after, incident)
        act.effects.incidents.append(replace(incident, answered_at=act.at))
    elif ended:
        act.effects.incidents.append(_hand_on(followers, act, incident))
    else:
        for scene in followers:
            _follow(scene, after, incident)
        after = supervise_crowded(act, after, incident.tickets)
    for scene in followers:
        act.effects.add(scene.effects)
    return after


async def _followers(work: UnitOfWork, act: Act, incident: Incident) -> list[Scene]:
    tickets = await work.lock_followers(incident.incident)
    if incident.lead_ticket == act.ticket.ticket_no and act.beside.membership is not None:
        old = act.beside.membership.incident.lead_ticket  # its link that says so is not written yet
        if old != incident.lead_ticket:
            tickets += (await work.lock_tickets([old])).values()
    deadlines = await work.deadlines_of([ticket.ticket_no for ticket in tickets])
    return [Scene(ticket, INCIDENTS, act.at, act.city, deadlines.get(ticket.ticket_no, ()), Effects()) for ticket in tickets]


def _take_the_lead(act: Act, incident: Incident, after: Ticket) -> Incident:
    """A ticket that a person sends while the lead waits becomes the lead."""
    leading = replace(incident, lead_ticket=after.ticket_no)
    membership = act.beside.membership
    if membership is not None:
        act.effects.incidents.append(leading)
        act.effects.incident_links.append(replace(membership.link, follows=False))
        act.effects.incident_links.append(
            replace(membership.link, ticket_no=incident.lead_ticket, follows=True, received_at=incident.opened_at)
        )
    return leading


def _answer(followers: Sequence[Scene], lead: Ticket, incident: Incident) -> None:
    """Give the lead's answer to every citizen whose ticket followed it; from now on each is asked by himself."""
    for scene in followers:
        if scene.ticket.state is not TicketState.DISPATCHED:
            continue  # it waits for a person, who will decide it by itself
        after = scene.ticket.moved_to(TicketState.AWAITING_CALL_BACK, scene.at)
        scene.finish_stage(Stage.PROMISE, None)
        hand_to_citizen(scene, after)
        data = {"incident": incident.incident, "lead": lead.ticket_no, "round": after.round}
        scene.effects.changed_tickets.append(scene.record(after, EventKind.ANSWERED_TOGETHER, data))


def _follow(scene: Scene, lead: Ticket, incident: Incident) -> None:
    """Go with the lead to its unit: the first time, or to another one."""
    data = {"incident": incident.incident, "lead": lead.ticket_no, "unit": lead.lead_unit}
    if scene.ticket.state is TicketState.PENDING:
        after = scene.ticket.moved_to(TicketState.DISPATCHED, scene.at, lead_unit=lead.lead_unit)
        scene.finish_stage(Stage.DISPATCH, None)
        end_help(scene)
    else:
        after = scene.unchanged(lead_unit=lead.lead_unit)
    scene.effects.changed_tickets.append(scene.record(after, EventKind.FOLLOWED, data))


def end_help(scene: Scene) -> None:
    """Take off the co-units that a lead left behind when it rightly returned the ticket."""
    scene.mark("ended")
    scene.void(one for one in scene.deadlines if one.deadline.unit_code is not None)


def _hand_on(followers: Sequence[Scene], act: Act, incident: Incident) -> Incident:
    """The lead has ended without an answer for all: the next one leads, with the unit that worked on it."""
    following = next((scene for scene in followers), None)
    left = replace(incident, tickets=incident.tickets)
    if following is None:
        return replace(left, answered_at=act.at)
    ticket = following.ticket
    after = following.record(following.unchanged(), EventKind.FOLLOWED, {"incident": incident.incident, "leads": True})
    following.effects.changed_tickets.append(go_alone(following, after))
    following.effects.incident_links.append(
        IncidentLink(ticket.ticket_no, incident.incident, act.at, ticket.received_at, follows=False)
    )
    return replace(left, lead_ticket=ticket.ticket_no)


def _take_back(act: Act) -> None:
    """End the work that a unit has not begun, or left to co-units, and tell the lead why; nobody is judged by it."""
    if act.ticket.state is TicketState.DISPATCHED and act.ticket.lead_unit is not None:
        act.notify(act.unchanged(), NoticeKind.JOINED)
    end_help(act)
    act.finish_stage(Stage.DISPATCH, None)


def _write_link(effects: Effects, ticket: Ticket, incident: Incident, act: Act, *, follows: bool) -> None:
    effects.incident_links.append(IncidentLink(ticket.ticket_no, incident.incident, act.at, ticket.received_at, follows))
