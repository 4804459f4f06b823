"""并案 after intake: what is done about the lead is done about those who follow it; people link and unlink by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dispatcher.ports import Effects, UnitOfWork
from dispatcher.workflow.acting import Act, Scene
from dispatcher.workflow.announce import incident_message
from dispatcher.workflow.assign import put_on_stream
from dispatcher.workflow.consult import settle_by_dispatch
from dispatcher.workflow.following import of_time, repeat, run_on
from dispatcher.workflow.joining import INCIDENTS, UNANSWERED, goes_alone, joined, opened, told_as_hotspot
from dispatcher.workflow.review import hand_to_citizen
from dispatcher.workflow.supervise import supervise_crowded
from models.codes import DispatchMode, NoticeKind, Stage, TicketState
from models.errors import Rejected
from models.incident import Incident, IncidentLink, Membership
from models.ticket import ENDED_STATES, EventKind, Ticket


def link(act: Act) -> Ticket:
    """Put a ticket into the incident of the ticket ``to``: what its unit does about that one is done about both.

    An emergency, or what is more urgent than the lead, belongs to it and keeps its own work. A work item that the unit has
    not signed is taken back.

    Raises:
        Forbidden: the ticket is in consultation, and the actor may not decide that.
        Rejected: it is in an incident, a unit has signed it, ``to`` is itself, unknown or answered, or the ticket would go to a
            unit that has rightly returned it.
    """
    ticket, lead = act.ticket, act.beside.other
    asked = act.text("to")
    own = act.beside.membership
    if own is not None and not _is_left_alone(own):
        raise Rejected(
            f"ticket {ticket.ticket_no} belongs to incident {own.incident.incident} already",
            f"本单已在并案 {own.incident.incident} 中：要并入别的工单，请先解除并案。",
        )
    if lead is None or lead.ticket_no == ticket.ticket_no or lead.state not in UNANSWERED:
        raise Rejected(
            f"{asked!r} is no other ticket that waits for its answer; nothing can be linked to it", _no_lead(ticket, lead)
        )
    if ticket.state not in (TicketState.PENDING, TicketState.DISPATCHED):
        raise Rejected(
            f"ticket {ticket.ticket_no} is {ticket.state.label}; its unit handles it by itself",
            f"本单已是“{ticket.state.label}”，由承办单位单独办理：同一事件的其他工单可以并入本单。",
        )
    follows = not goes_alone(ticket.urgency, lead)
    known = act.beside.other_membership
    if known is not None and known.incident.answered_at is not None:
        raise Rejected(
            f"incident {known.incident.incident} is answered; link to a ticket that waits for its answer",
            f"并案 {known.incident.incident} 已经答复：请并入还没有答复的工单，或单独派单。",
        )
    incident = known.incident if known is not None else opened(lead, act.at, by_hand=True)
    incident = replace(incident, tickets=incident.tickets + 1)
    if known is None:
        _write_link(act.effects, lead, incident, act, follows=False)
    _write_link(act.effects, ticket, incident, act, follows=follows)
    if follows and ticket.state is TicketState.DISPATCHED and lead.lead_unit is None:
        raise Rejected(
            f"ticket {lead.ticket_no} has no unit yet; link it to {ticket.ticket_no} instead",
            f"{lead.ticket_no} 还没有承办单位，本单已经派出：请打开那张工单，把它并入本单。",
        )
    if follows:
        _refuse_returned(act, lead)
        _take_back(act, lead)
    if own is not None:
        act.effects.incidents.append(replace(own.incident, tickets=0, answered_at=act.at))
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
        Rejected: it is in none that waits for its answer, it has ended, or it leads others.
    """
    membership = act.beside.membership
    ended = act.ticket.state in ENDED_STATES
    if membership is None or membership.incident.answered_at is not None or ended:
        raise Rejected(
            f"ticket {act.ticket.ticket_no} belongs to no incident that waits for its answer",
            "本单不在等待答复的并案中，不用解除。",
        )
    if membership.leads and not _is_left_alone(membership):
        raise Rejected(
            f"ticket {act.ticket.ticket_no} leads incident {membership.incident.incident}; unlink the others",
            f"本单是并案 {membership.incident.incident} 的主件：请先把随它办理的工单逐张解除并案。",
        )
    left = membership.incident.tickets - 1
    incident = replace(membership.incident, tickets=left, answered_at=None if left else act.at)
    act.effects.incidents.append(incident)
    act.effects.incident_links.append(replace(membership.link, left_at=act.at))
    after = act.record(act.unchanged(), EventKind.LEFT, {"incident": incident.incident})
    return go_alone(act, after) if act.beside.follows else after


def go_alone(scene: Scene, before: Ticket) -> Ticket:
    """Give the unit a ticket that followed the lead of its incident as a work item of its own, whose clock runs."""
    unit_code = before.lead_unit
    if before.state is not TicketState.DISPATCHED or unit_code is None:
        return before
    before = run_on(scene, before)
    after = scene.record(
        replace(before, version=before.version + 1),
        EventKind.DISPATCHED,
        {"mode": DispatchMode.MANUAL.value, "basis": "并案解除"},
        before=before,
    )
    put_on_stream(
        after,
        unit_code=unit_code,
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
    place, following = act.beside.membership, list(act.beside.followers)
    if place is None or place.incident.answered_at is not None:
        return after
    incident, lead = place.incident, act.beside.lead
    if lead is not None:
        if not _takes_the_lead(act, lead, after):
            return after
        incident = _take_the_lead(act, place, after)
        following.append(lead)
    answered = after.state is TicketState.AWAITING_CALL_BACK and act.ticket.state is TicketState.REPLIED
    moved = after.lead_unit != act.ticket.lead_unit
    ended = after.state in ENDED_STATES
    decided = of_time(act.effects.events)
    if not (answered or moved or ended or decided):
        return after
    followers = [repeat(scene, decided) for scene in await _scenes(work, act, following)]
    if answered:
        followers = [_answer(scene, after, incident) for scene in followers]
        act.effects.incidents.append(replace(incident, answered_at=act.at))
    elif ended:
        followers, handed = _hand_on(followers, incident, act.at)
        act.effects.incidents.append(handed)
    elif moved:
        followers = [_follow(scene, after, incident) for scene in followers]
        after = supervise_crowded(act, after, incident.tickets)
    for before, scene in zip(following, followers, strict=True):
        act.effects.add(scene.effects)
        act.effects.changed_tickets.extend([scene.ticket] if scene.ticket is not before else [])
    return after


async def _scenes(work: UnitOfWork, act: Act, tickets: Sequence[Ticket]) -> list[Scene]:
    deadlines = await work.deadlines_of([ticket.ticket_no for ticket in tickets])
    return [Scene(ticket, INCIDENTS, act.at, act.city, deadlines.get(ticket.ticket_no, ()), Effects()) for ticket in tickets]


def _takes_the_lead(act: Act, lead: Ticket, after: Ticket) -> bool:
    """Return whether a ticket that a person sends leads from now on: the lead waits.

    One that does not follow goes out by itself where the lead waits because units have returned it, or is asked about.
    """
    if lead.lead_unit is not None or act.ticket.lead_unit is not None or after.lead_unit is None:
        return False
    return act.beside.follows or (lead.accepted_returns == 0 and act.beside.lead_consulted is None)


def _take_the_lead(act: Act, place: Membership, after: Ticket) -> Incident:
    """Let a ticket lead that a person sends while the lead waits; that decides what is asked about the lead."""
    old = place.incident.lead_ticket
    leading = replace(place.incident, lead_ticket=after.ticket_no)
    act.effects.incidents.append(leading)
    act.effects.incident_links.append(replace(place.link, follows=False))
    act.effects.incident_links.append(replace(place.link, ticket_no=old, follows=True, received_at=leading.opened_at))
    if act.beside.lead_consulted is not None:
        act.effects.consultations.append(replace(act.beside.lead_consulted, decided_at=act.at, unit_code=after.lead_unit))
    return leading


def _answer(scene: Scene, lead: Ticket, incident: Incident) -> Scene:
    """Give the lead's answer to a citizen whose ticket followed it; from now on he is asked by himself."""
    if scene.ticket.state is not TicketState.DISPATCHED:
        return scene  # it waits for a person, who will decide it by itself
    after = scene.ticket.moved_to(TicketState.AWAITING_CALL_BACK, scene.at)
    scene.finish_stage(Stage.PROMISE, None)
    hand_to_citizen(scene, after)
    data = {"incident": incident.incident, "lead": lead.ticket_no, "round": after.round}
    return replace(scene, ticket=scene.record(after, EventKind.ANSWERED_TOGETHER, data))


def _follow(scene: Scene, lead: Ticket, incident: Incident) -> Scene:
    """Go with the lead to its unit, or wait with it where it has none any more: nobody sends what the unit has returned.

    What is more urgent than the lead, because another ticket led before, has its own work at the unit.
    """
    data = {"incident": incident.incident, "lead": lead.ticket_no, "unit": lead.lead_unit}
    if lead.lead_unit is None:
        if scene.ticket.state is not TicketState.DISPATCHED:
            return scene
        after = scene.ticket.moved_to(TicketState.PENDING, scene.at, lead_unit=None)
    elif scene.ticket.state is TicketState.PENDING:
        after = scene.ticket.moved_to(TicketState.DISPATCHED, scene.at, lead_unit=lead.lead_unit)
        scene.finish_stage(Stage.DISPATCH, None)
        end_help(scene)
    else:
        after = scene.unchanged(lead_unit=lead.lead_unit)
    after = scene.record(after, EventKind.FOLLOWED, data)
    if lead.lead_unit is not None and goes_alone(after.urgency, lead):
        after = _stand_alone(scene, after, incident)
    return replace(scene, ticket=after)


def _stand_alone(scene: Scene, before: Ticket, incident: Incident) -> Ticket:
    link = IncidentLink(before.ticket_no, incident.incident, scene.at, before.received_at, follows=False)
    scene.effects.incident_links.append(link)
    return go_alone(scene, before)


def end_help(scene: Scene) -> None:
    """Take off the co-units that a lead left behind when it rightly returned the ticket."""
    scene.mark("ended")
    scene.void(one for one in scene.deadlines if one.deadline.unit_code is not None)


def _hand_on(followers: Sequence[Scene], incident: Incident, at: datetime) -> tuple[list[Scene], Incident]:
    """The lead has ended without an answer for all: the next one leads, with the unit that worked on it where it has one.

    That is one with the unit before one that waits for a person, and the most urgent of them, so that the others can follow.
    """
    if not followers:
        return [], replace(incident, answered_at=at)
    scenes = [replace(scene, ticket=run_on(scene, scene.ticket)) for scene in followers]
    number, next_one = max(enumerate(scenes), key=lambda each: (*_standing(each[1].ticket), -each[0]))
    handed = replace(incident, lead_ticket=next_one.ticket.ticket_no)
    leads = next_one.record(next_one.unchanged(), EventKind.FOLLOWED, {"incident": incident.incident, "leads": True})
    alone = _stand_alone(next_one, leads, handed)
    scenes[number] = replace(next_one, ticket=supervise_crowded(next_one, alone, handed.tickets))
    return scenes, handed


def _standing(ticket: Ticket) -> tuple[bool, str]:
    return ticket.state is TicketState.DISPATCHED, ticket.urgency.value


def _refuse_returned(act: Act, lead: Ticket) -> None:
    """Heed what units and the hotline have decided about a ticket that is about to follow ``lead`` (domain.md A.8.5)."""
    ticket = act.ticket
    if lead.lead_unit is None:
        if act.beside.consulted is not None or ticket.accepted_returns:
            raise Rejected(
                f"units have returned ticket {ticket.ticket_no}; a lead without a unit decides nothing about it",
                f"本单有单位退过单，{lead.ticket_no} 也还没有承办单位：请先派出其中一张，再并案。",
            )
        return
    if any(hold.unit_code == lead.lead_unit and hold.return_result == "accepted" for hold in act.holds):
        raise Rejected(
            f"unit {lead.lead_unit} has rightly returned ticket {ticket.ticket_no}",
            f"{lead.ticket_no} 由{act.city.unit_name(lead.lead_unit)}办理，它对本单的退单已经准予：请另选承办单位派单。",
        )
    settle_by_dispatch(act, lead.lead_unit)


def _no_lead(ticket: Ticket, lead: Ticket | None) -> str:
    """Return the sentence why a ticket that was named leads no incident."""
    if lead is None:
        return "没有找到要并入的工单，请核对工单号。"
    if lead.ticket_no == ticket.ticket_no:
        return "工单不能并入自己：请填写同一事件的另一张工单号。"
    return f"{lead.ticket_no} 已是“{lead.state.label}”，不能再并入：请并入还没有答复的工单，或单独派单。"


def _is_left_alone(place: Membership) -> bool:
    """Return whether a ticket leads an incident that all others have left: it is a ticket like any other."""
    return place.leads and place.incident.tickets == 1 and place.incident.answered_at is None


def _take_back(act: Act, lead: Ticket) -> None:
    """End the work that a unit has not begun, or left to co-units, and tell the lead why; nobody is judged by it."""
    if act.ticket.state is TicketState.DISPATCHED and act.ticket.lead_unit is not None:
        act.notify(act.unchanged(), NoticeKind.JOINED)
    end_help(act)
    act.void_stages(Stage.SUPERVISE)  # a follower's supervision is the lead's
    if lead.lead_unit is not None:  # else it is still to be dispatched
        act.finish_stage(Stage.DISPATCH, None)


def _write_link(effects: Effects, ticket: Ticket, incident: Incident, act: Act, *, follows: bool) -> None:
    effects.incident_links.append(IncidentLink(ticket.ticket_no, incident.incident, act.at, ticket.received_at, follows))
