"""督办 at intake: what one citizen has told too often, and what too many tell of (domain.md A.10)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from dispatcher.ports import Effects, UnitOfWork
from dispatcher.workflow.acting import Scene
from dispatcher.workflow.city import City
from dispatcher.workflow.joining import Event
from dispatcher.workflow.supervise import supervise_crowded, supervise_reported
from models.codes import Role
from models.ticket import Actor, EventKind, Ticket

INTAKE = Actor(Role.SYSTEM, "intake")


@dataclass(frozen=True, slots=True)
class Overseen:
    """A batch that is about to be written, looked over for what is a matter of 督办."""

    work: UnitOfWork
    effects: Effects
    city: City
    at: datetime

    async def reported(self, merged: Mapping[str, int]) -> None:
        """Look at the matters that are told again: ``merged`` contacts by ticket, and the batch's repeats of closed ones."""
        earlier = {link.ticket_no: link.earlier_no for link in self.effects.repeat_links}
        asked = sorted({*merged, *earlier})
        if not asked:
            return
        again = Counter(each.ticket_no for each in self.effects.events if each.kind is EventKind.TOLD_AGAIN)
        known = await self.work.reports({earlier.get(ticket_no, ticket_no) for ticket_no in asked})
        for ticket_no in asked:
            before = known.get(earlier.get(ticket_no, ticket_no), 1)
            reports = before + merged.get(ticket_no, 0) + (ticket_no in earlier) + again[ticket_no]
            await self._step_up(ticket_no, partial(supervise_reported, reports=reports))

    async def crowded(self, events: Sequence[Event]) -> None:
        """Look at the incidents that have grown."""
        for event in events:
            if event.incident is not None:
                decide = partial(supervise_crowded, tickets=event.incident.tickets)
                await self._step_up(event.lead.ticket_no, decide, stored=event.lead)

    async def _step_up(self, ticket_no: str, decide: Callable[[Scene, Ticket], Ticket], stored: Ticket | None = None) -> None:
        """Let ``decide`` look at a ticket of the batch, or at a ``stored`` one; a follower is the lead's matter."""
        effects = self.effects
        rows = (
            effects.new_tickets if any(one.ticket_no == ticket_no for one in effects.new_tickets) else effects.changed_tickets
        )
        place = next((place for place, one in enumerate(rows) if one.ticket_no == ticket_no), None)
        before = rows[place] if place is not None else stored
        if before is None or lead_followed(effects, before) is not None:
            return
        known = (await self.work.deadlines_of([ticket_no])).get(ticket_no, ())
        new = [one for one in effects.new_deadlines if one.ticket_no == ticket_no]
        scene = Scene(before, INTAKE, self.at, self.city, (*known, *new), effects)
        after = decide(scene, before)
        if place is not None:
            rows[place] = after
        elif after is not before:
            effects.changed_tickets.append(after)


def lead_followed(effects: Effects, ticket: Ticket) -> str | None:
    """Return the lead that a ticket of this batch follows, None where it follows none."""
    joined = (event for event in effects.events if event.ticket_no == ticket.ticket_no and event.kind is EventKind.JOINED)
    return next((str(event.data["lead"]) for event in joined if event.data["follows"]), None)
