"""What happens because time passes: deadlines are missed, cards are shown, supervision climbs, windows close.

A deadline rings once for each of its moments, whoever asks and however often: the change moves its next moment on. What
rang while nobody listened is made up for, in order.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from dispatcher import metrics
from dispatcher.ports import Clock, Effects, OpenUnitOfWork, StoredDeadline
from dispatcher.rules.ringing import WINDOWS, Ring, RingKind, rings_of
from dispatcher.workflow.acting import Scene
from dispatcher.workflow.announce import nudge_message
from dispatcher.workflow.assign import put_on_stream
from dispatcher.workflow.city import City
from dispatcher.workflow.close import closed
from dispatcher.workflow.following import resume_followers
from dispatcher.workflow.pause import resume_clock, resume_clocks
from dispatcher.workflow.supervise import LADDER, step_up
from dispatcher.workflow.tell import tell
from dispatcher.workflow.waking import set_rings
from models.codes import DispatchMode, NoticeKind, Role, Stage, TicketState
from models.deadline import Deadline, DeadlineResult
from models.ticket import ENDED_STATES, Actor, EventKind, Ticket

TIMERS = Actor(Role.SYSTEM, "timers")
_SLOT = 48
_MOMENT = timedelta(microseconds=1)

_CARDS = {RingKind.YELLOW_CARD: NoticeKind.YELLOW_CARD, RingKind.RED_CARD: NoticeKind.RED_CARD}
_REMINDERS = frozenset({*_CARDS, RingKind.NUDGE})
_AWAITING_RATING = (TicketState.AWAITING_CALL_BACK, TicketState.CALLED_BACK)


async def ring(*, city: City, open_work: OpenUnitOfWork, clock: Clock, limit: int = 1000) -> int:
    """Do what is due for up to ``limit`` tickets, each thing once, and return how many tickets there were.

    Raises:
        TryLater: the store is away; nothing was written.
    """
    now = clock.now()
    async with open_work() as work:
        tickets = await work.lock_ringing(now, limit)
        deadlines = await work.deadlines_of(ticket.ticket_no for ticket in tickets)
        effects = Effects()
        scenes = [Scene(ticket, TIMERS, now, city, deadlines[ticket.ticket_no], Effects()) for ticket in tickets]
        rung = {scene.ticket.ticket_no: (scene, _ring_one(scene)) for scene in scenes}
        await resume_followers(work, rung)
        for scene, after in rung.values():
            if after is not scene.ticket:
                scene.effects.changed_tickets.append(after)
            effects.add(scene.effects)
        set_rings(effects, city=city, at=now)
        await work.apply(effects, slot=_SLOT)
    return sum(ticket.ticket_no in rung for ticket in tickets)


def _ring_one(scene: Scene) -> Ticket:
    after = scene.ticket
    for stored in _ringing(scene.deadlines, scene.at):
        for each in _rung(scene, stored):
            if each.kind is RingKind.PASSED:
                _miss(scene, stored)
            after = _act_on(scene, stored, each, after)
        scene.change(scene.current(stored))  # rung: its next moment is set anew
    return after


def _rung(scene: Scene, stored: StoredDeadline) -> Iterator[Ring]:
    """Iterate over the moments that have come; each may move those after it, or leave none."""
    rung_until = (stored.rings_at or scene.at) - _MOMENT
    while (current := scene.current(stored)).is_running:
        rings = rings_of(current.deadline, rules=scene.city.profile.deadlines, calendar=scene.city.calendar)
        coming = [each for each in rings if rung_until < each.at <= scene.at]
        if not coming:
            return
        rung_until = coming[0].at
        told = _told_before(scene, current.deadline)
        yield from (each for each in coming if each.at == rung_until and (each.kind, each.day) not in told)


def _told_before(scene: Scene, deadline: Deadline) -> set[tuple[RingKind, date]]:
    """Return the cards and nudges that came for an earlier due, before it was moved: none comes twice for a day."""
    told = set()
    for former in deadline.former:
        earlier = replace(deadline, due=former.due, pauses=())
        rings = rings_of(earlier, rules=scene.city.profile.deadlines, calendar=scene.city.calendar)
        told |= {(each.kind, each.day) for each in rings if each.kind in _REMINDERS and each.at <= former.at}
    return told


def _ringing(deadlines: Sequence[StoredDeadline], now: datetime) -> list[StoredDeadline]:
    ringing = [stored for stored in deadlines if stored.rings_at is not None and stored.rings_at <= now]
    return sorted(ringing, key=lambda stored: (stored.rings_at or now, stored.deadline.stage, stored.number))


def _miss(scene: Scene, stored: StoredDeadline) -> None:
    stored = scene.current(stored)
    if stored.result is not None or stored.deadline.stage in WINDOWS:
        return
    deadline = stored.deadline
    owner = deadline.unit_code or metrics.HOTLINE_ITSELF
    missed = metrics.count(metrics.DEADLINES, owner, deadline.stage.value, DeadlineResult.MISSED.value)
    scene.effects.increments.append(missed)
    scene.change(stored.settled(DeadlineResult.MISSED, scene.at))


def _act_on(scene: Scene, stored: StoredDeadline, rung: Ring, before: Ticket) -> Ticket:
    """Do what one moment of a deadline asks for, besides that it may be missed."""
    if rung.kind is RingKind.PASSED:
        follows = _WHEN_PASSED.get(stored.deadline.stage)
        return before if follows is None else follows(scene, before)
    unit_code = stored.deadline.unit_code
    if unit_code is None:
        return before  # nobody shows the hotline itself a card
    if rung.kind in _CARDS:
        scene.notify(before, _CARDS[rung.kind], unit_code=unit_code, day=rung.day)
        return before
    if unit_code == before.lead_unit:
        return _act_on_lead(scene, rung, before)
    if rung.kind is RingKind.PAUSE_ENDS:
        resume_clock(scene, stored)  # a co-unit's days of pause are used up before the lead's
    return before


def _act_on_lead(scene: Scene, rung: Ring, before: Ticket) -> Ticket:
    match rung.kind:
        case RingKind.NUDGE:
            after = replace(before, version=before.version + 1, nudges=before.nudges + 1)
            scene.notify(after, NoticeKind.NUDGE, day=rung.day)
            scene.effects.messages.append(nudge_message(after, at=scene.at))
            return scene.record(after, EventKind.NUDGED, {"unit": after.lead_unit, "reason": "timers"}, before=before)
        case RingKind.SUPERVISION if not before.supervision:
            return step_up(scene, before, 1, cause="overdue")
        case RingKind.CRITICISM if before.nudges and not _has_a_reason(before):
            return _criticise(scene, before, rung.day)
        case RingKind.PAUSE_ENDS:
            return resume_clocks(scene, before)
        case _:
            return before


def _has_a_reason(ticket: Ticket) -> bool:
    """Return whether the unit has said why it is late, and nobody has decided yet; a paused clock is not late."""
    return ticket.extension_asked is not None or ticket.state is TicketState.RETURN_REQUESTED


def _criticise(scene: Scene, before: Ticket, day: date) -> Ticket:
    """通报批评: the unit was nudged, and is late all the same without a word."""
    after = replace(before, version=before.version + 1)
    scene.notify(after, NoticeKind.CRITICISM, day=day)
    data = {"unit": after.lead_unit, "nudges": after.nudges}
    return scene.record(after, EventKind.CRITICISED, data, before=before)


def _climb(scene: Scene, before: Ticket) -> Ticket:
    if before.state in ENDED_STATES or before.lead_unit is None or before.supervision >= len(LADDER):
        return before
    return step_up(scene, before, before.supervision + 1, cause="step overdue")


def _invite(scene: Scene, before: Ticket) -> Ticket:
    if before.state in (*_AWAITING_RATING, TicketState.CLOSED):  # who has rated has no such clock any more
        tell(before, "rate_invite", city=scene.city, effects=scene.effects, at=scene.at)
    return before


def _end_window(scene: Scene, before: Ticket) -> Ticket:
    return closed(scene, before) if before.state in _AWAITING_RATING else before


def hand_to_unit(scene: Scene, before: Ticket) -> Ticket:
    """What the machine could not bring to an end goes to the matrix's unit, or where it names none before a person."""
    if not before.self_service or before.state is not TicketState.PENDING:
        return before
    city, at = scene.city, scene.at
    on = city.local(at).date()
    route = city.routes.choose(before.category_code, district_code=before.district_code, subject=before.subject, on=on)
    if route.lead is None:
        waiting = replace(before, version=before.version + 1, self_service=False)
        return scene.record(waiting, EventKind.SELF_SERVICE_ENDED, {}, before=before)
    after = before.moved_to(TicketState.DISPATCHED, at, lead_unit=route.lead, self_service=False)
    put_on_stream(
        after,
        unit_code=route.lead,
        co_units=route.co_units,
        basis=route.basis,
        mode=DispatchMode.AUTO,
        actor=TIMERS,
        at=at,
        city=city,
        effects=scene.effects,
        earlier=scene.deadlines,
    )
    data = {"mode": DispatchMode.AUTO.value, "basis": route.basis}
    return scene.record(after, EventKind.DISPATCHED, data, before=before)


_WHEN_PASSED: Mapping[Stage, Callable[[Scene, Ticket], Ticket]] = MappingProxyType(
    {
        Stage.RESOLVE: hand_to_unit,
        Stage.SUPERVISE: _climb,
        Stage.RATING_INVITE: _invite,
        Stage.RATING_WINDOW: _end_window,
    }
)
"""What follows when a stage's time is over, besides that it is missed."""
