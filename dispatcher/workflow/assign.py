"""Puts a ticket on the units' streams: assignments, clocks, announcements, counters."""

from collections.abc import Iterable
from datetime import datetime

from dispatcher import metrics
from dispatcher.ports import Effects, StoredDeadline
from dispatcher.workflow.announce import dispatch_message
from dispatcher.workflow.city import City
from models.codes import FIRST_DISPATCHES, DispatchMode, Stage, Track
from models.deadline import Deadline
from models.ticket import Actor, Assignment, Ticket

LEAD, CO_UNIT = "lead", "co"
_OF_LEAD = (Stage.SIGN, Stage.RETURN, Stage.RESOLVE)


def put_on_stream(
    ticket: Ticket,
    *,
    unit_code: str,
    co_units: tuple[str, ...],
    basis: str,
    mode: DispatchMode,
    actor: Actor,
    at: datetime,
    city: City,
    effects: Effects,
    earlier: Iterable[StoredDeadline] = (),
    again_of: str | None = None,
    beside: int = 0,
    simple: bool = False,
) -> None:
    """Add to ``effects`` what dispatching ``ticket`` (already DISPATCHED) to ``unit_code`` means.

    The units' clocks start now; the citizen's promise keeps the clock that it has (decision 7). ``earlier`` are the ticket's
    deadlines so far, ``again_of`` the closed ticket of which it is a repeat; ``beside`` counts co-units that work on it
    already; ``simple`` is a person's word on an enterprise's request.
    """
    earlier = tuple(earlier)
    numbers = _Numbers(earlier)
    track = city.track(
        category_code=ticket.category_code,
        request_type=ticket.request_type,
        subject=ticket.subject,
        units=1 + len(co_units) + beside,
        simple=simple,
        earlier=earlier,
    )
    lead = {stage: _clock(stage, ticket, unit_code, at=at, city=city, track=track) for stage in _OF_LEAD}
    handed = {unit_code: (LEAD, lead)}
    for code in co_units:
        handed[code] = (CO_UNIT, {Stage.RESOLVE: city.co_unit_deadline(lead[Stage.RESOLVE], code)})
    for code, (role, clocks) in handed.items():
        _hand_over(
            ticket,
            code,
            role,
            clocks,
            numbers,
            basis=basis,
            mode=mode,
            actor=actor,
            at=at,
            city=city,
            effects=effects,
            again_of=again_of,
        )
    effects.increments.append(metrics.count(metrics.DISPATCHED, unit_code, mode.value))
    if mode in FIRST_DISPATCHES:
        effects.increments.extend(
            metrics.observe_span(metrics.STAGE_SECONDS, at - ticket.received_at, Stage.DISPATCH.value, ticket.urgency.label)
        )


def hand_over_again(
    ticket: Ticket,
    *,
    unit_code: str,
    role: str,
    resolve: Deadline,
    mode: DispatchMode,
    actor: Actor,
    at: datetime,
    city: City,
    effects: Effects,
    earlier: Iterable[StoredDeadline],
) -> None:
    """Add to ``effects`` that a unit that knows ``ticket`` has work on it again, due by ``resolve``."""
    clocks = {Stage.RESOLVE: resolve}
    _hand_over(
        ticket,
        unit_code,
        role,
        clocks,
        _Numbers(earlier),
        basis=mode.label,
        mode=mode,
        actor=actor,
        at=at,
        city=city,
        effects=effects,
    )
    effects.increments.append(metrics.count(metrics.DISPATCHED, unit_code, mode.value))


class _Numbers:
    """Counts on from the numbers that a ticket's deadlines have, stage by stage."""

    def __init__(self, earlier: Iterable[StoredDeadline]) -> None:
        self._last: dict[Stage, int] = {}
        for stored in earlier:
            stage = stored.deadline.stage
            self._last[stage] = max(stored.number, self._last.get(stage, 0))

    def next(self, stage: Stage) -> int:
        self._last[stage] = self._last.get(stage, 0) + 1
        return self._last[stage]


def _hand_over(
    ticket: Ticket,
    unit_code: str,
    role: str,
    clocks: dict[Stage, Deadline],
    numbers: _Numbers,
    *,
    basis: str,
    mode: DispatchMode,
    actor: Actor,
    at: datetime,
    city: City,
    effects: Effects,
    again_of: str | None = None,
) -> None:
    effects.new_deadlines.extend(
        StoredDeadline(ticket.ticket_no, numbers.next(stage), deadline) for stage, deadline in clocks.items()
    )
    effects.assignments.append(Assignment(ticket.ticket_no, unit_code, role, mode, at, ticket.matrix_version, basis))
    effects.messages.append(
        dispatch_message(
            ticket,
            unit_code=unit_code,
            role=role,
            category=city.profile.categories.get(ticket.category_code),
            deadlines=clocks,
            actor=actor,
            at=at,
            basis=basis,
            again_of=again_of,
        )
    )


def _clock(stage: Stage, ticket: Ticket, unit_code: str, *, at: datetime, city: City, track: Track | None) -> Deadline:
    return city.deadline(
        stage,
        unit_code=unit_code,
        category_code=ticket.category_code,
        request_type=ticket.request_type,
        urgency=ticket.urgency,
        start=at,
        track=track,
    )
