"""What is decided about the lead's time holds for the promises to those whose tickets follow it (domain.md A.4.5, A.7)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from dispatcher.ports import Effects, UnitOfWork
from dispatcher.workflow.acting import Scene
from dispatcher.workflow.extend import extend_with_lead
from dispatcher.workflow.hard_case import approve_with_lead
from dispatcher.workflow.joining import INCIDENTS
from dispatcher.workflow.pause import is_paused, pause_with_lead, resume_clocks
from models.codes import TicketState
from models.ticket import EventKind, Ticket, TicketEvent


def run_on(scene: Scene, before: Ticket) -> Ticket:
    """Take the flag of a pause off the promise of a ticket that followed a paused lead; ``before`` as in ``Scene.record``."""
    return resume_clocks(scene, before) if is_paused(scene) else before


_DECIDED: Mapping[EventKind, Callable[[Scene, Mapping[str, Any]], Ticket]] = MappingProxyType(
    {
        EventKind.EXTENSION_APPROVED: extend_with_lead,
        EventKind.COMPLEX_APPROVED: approve_with_lead,
        EventKind.PAUSED: pause_with_lead,
        EventKind.RESUMED: lambda scene, _: run_on(scene, scene.ticket),
    }
)


def of_time(events: Iterable[TicketEvent]) -> list[TicketEvent]:
    """Return the events of a lead that its followers repeat."""
    return [event for event in events if event.kind in _DECIDED]


def repeat(scene: Scene, decided: Iterable[TicketEvent]) -> Scene:
    """Do to a follower's promise what was decided about its lead, and return the scene as it is then.

    One that waits for a person is not sure to be the lead's, and keeps its time.
    """
    if scene.ticket.state is not TicketState.DISPATCHED:
        return scene
    for event in decided:
        scene = replace(scene, ticket=_DECIDED[event.kind](scene, {**event.data, "lead": event.ticket_no}))
    return scene


async def resume_followers(work: UnitOfWork, rung: dict[str, tuple[Scene, Ticket]]) -> None:
    """Let the promises of followers run on whose lead's pause the timers have ended; add them to what has ``rung``.

    A lead of which somebody holds a follower now is left for the next look: waiting for it here could last for ever.
    """
    leads = [number for number, (scene, _) in rung.items() if any(e.kind is EventKind.RESUMED for e in scene.effects.events)]
    following = await work.followers_of(leads) if leads else {}
    for lead, numbers in following.items():
        free = await work.lock_free(set(numbers) - rung.keys())
        if not set(numbers) <= free.keys() | rung.keys():
            del rung[lead]
            continue
        deadlines = await work.deadlines_of(free)
        scene = rung[lead][0]
        for number in numbers:
            if number in free:
                of_it = Scene(free[number], INCIDENTS, scene.at, scene.city, deadlines.get(number, ()), Effects())
                rung[number] = of_it, of_it.ticket
            own, after = rung[number]
            rung[number] = own, run_on(own, after)
