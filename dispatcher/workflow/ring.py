"""What happens because time passes: deadlines are missed, cards are shown, supervision climbs, windows close.

A deadline rings once for each of its moments, whoever asks and however often: the change moves its next moment on. What
rang while nobody listened is made up for, in order.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dispatcher import metrics
from dispatcher.ports import Clock, Effects, OpenUnitOfWork, StoredDeadline
from dispatcher.rules.ringing import Ring, RingKind, rings_of
from dispatcher.workflow.acting import Scene
from dispatcher.workflow.announce import nudge_message
from dispatcher.workflow.city import City
from dispatcher.workflow.close import closed
from dispatcher.workflow.pause import resume_clocks
from dispatcher.workflow.supervise import LADDER, step_up
from dispatcher.workflow.tell import tell
from dispatcher.workflow.waking import set_rings
from models.codes import NoticeKind, Role, Stage, TicketState
from models.deadline import DeadlineResult
from models.ticket import ENDED_STATES, Actor, EventKind, Ticket

TIMERS = Actor(Role.SYSTEM, "timers")
_SLOT = 48

_CARDS = {RingKind.YELLOW_CARD: NoticeKind.YELLOW_CARD, RingKind.RED_CARD: NoticeKind.RED_CARD}
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
        for ticket in tickets:
            scene = Scene(ticket, TIMERS, now, city, deadlines[ticket.ticket_no], Effects())
            after = _ring_one(scene)
            if after is not ticket:
                scene.effects.changed_tickets.append(after)
            effects.add(scene.effects)
        set_rings(effects, city=city, at=now)
        await work.apply(effects, slot=_SLOT)
    return len(tickets)


def _ring_one(scene: Scene) -> Ticket:
    after = scene.ticket
    for stored in _ringing(scene.deadlines, scene.at):
        passed = [each for each in _rings(scene, stored) if (stored.rings_at or scene.at) <= each.at <= scene.at]
        for each in passed:
            if each.kind is RingKind.PASSED:
                _miss(scene, stored)
            after = _act_on(scene, stored, each, after)
        scene.change(scene.current(stored))  # rung: its next moment is set anew
    return after


def _ringing(deadlines: Sequence[StoredDeadline], now: datetime) -> list[StoredDeadline]:
    ringing = [stored for stored in deadlines if stored.rings_at is not None and stored.rings_at <= now]
    return sorted(ringing, key=lambda stored: (stored.rings_at or now, stored.deadline.stage, stored.number))


def _rings(scene: Scene, stored: StoredDeadline) -> tuple[Ring, ...]:
    return rings_of(stored.deadline, rules=scene.city.profile.deadlines, calendar=scene.city.calendar)


def _miss(scene: Scene, stored: StoredDeadline) -> None:
    if stored.result is not None:
        return
    deadline = stored.deadline
    owner = deadline.unit_code or metrics.HOTLINE_ITSELF
    missed = metrics.count(metrics.DEADLINES, owner, deadline.stage.value, DeadlineResult.MISSED.value)
    scene.effects.increments.append(missed)
    scene.change(scene.current(stored).settled(DeadlineResult.MISSED, scene.at))


def _act_on(scene: Scene, stored: StoredDeadline, rung: Ring, before: Ticket) -> Ticket:
    """Do what one moment of a deadline asks for, besides that it may be missed."""
    unit_code = stored.deadline.unit_code
    leads = unit_code is not None and unit_code == before.lead_unit
    match rung.kind:
        case RingKind.YELLOW_CARD | RingKind.RED_CARD:
            scene.notify(before, _CARDS[rung.kind], unit_code=unit_code, day=rung.day)
        case RingKind.NUDGE if leads:
            after = replace(before, version=before.version + 1, nudges=before.nudges + 1)
            scene.notify(after, NoticeKind.NUDGE, day=rung.day)
            scene.effects.messages.append(nudge_message(after, at=scene.at))
            return scene.record(after, EventKind.NUDGED, {"unit": unit_code, "reason": "timers"}, before=before)
        case RingKind.SUPERVISION if leads and not before.supervision:
            return step_up(scene, before, 1, cause="overdue")
        case RingKind.PAUSE_ENDS if leads:
            return resume_clocks(scene, before)
        case RingKind.PASSED if stored.deadline.stage is Stage.SUPERVISE:
            if before.state not in ENDED_STATES and before.supervision < len(LADDER):
                return step_up(scene, before, before.supervision + 1, cause="step overdue")
        case RingKind.PASSED if stored.deadline.stage is Stage.RATING_WINDOW and before.state in _AWAITING_RATING:
            return closed(scene, before)
        case RingKind.PASSED if stored.deadline.stage is Stage.RATING_INVITE and before.state in _AWAITING_RATING:
            tell(before, "rate_invite", city=scene.city, effects=scene.effects, at=scene.at)
        case _:
            pass
    return before
