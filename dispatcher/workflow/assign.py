"""Puts a ticket on a unit's stream: assignment, clocks, announcement, counters."""

from datetime import datetime

from dispatcher import metrics
from dispatcher.ports import Effects, NewDeadline
from dispatcher.workflow.announce import dispatch_message
from dispatcher.workflow.city import City
from models.codes import DispatchMode, Stage
from models.deadline import Deadline
from models.ticket import Actor, Assignment, Ticket

LEAD, CO_UNIT = "lead", "co"


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
) -> None:
    """Add to ``effects`` what a first dispatch of ``ticket`` (already DISPATCHED) to ``unit_code`` means.

    The unit's sign and resolve clocks start now; the citizen's promise keeps the clock that it has (decision 7).
    """
    clocks = {stage: _clock(stage, ticket, unit_code, at, city) for stage in (Stage.SIGN, Stage.RESOLVE)}
    effects.deadlines.extend(NewDeadline(ticket.ticket_no, deadline) for deadline in clocks.values())
    for code, role in ((unit_code, LEAD), *((code, CO_UNIT) for code in co_units)):
        effects.assignments.append(Assignment(ticket.ticket_no, code, role, mode, at, ticket.matrix_version, basis))
        effects.messages.append(
            dispatch_message(
                ticket,
                unit_code=code,
                role=role,
                category=city.category(ticket.category_code),
                deadlines=clocks,
                actor=actor,
                at=at,
                basis=basis,
            )
        )
    effects.increments.append(metrics.count(metrics.DISPATCHED, unit_code, mode.value))
    effects.increments.extend(
        metrics.observe_span(metrics.STAGE_SECONDS, at - ticket.received_at, Stage.DISPATCH.value, ticket.urgency.label)
    )


def _clock(stage: Stage, ticket: Ticket, unit_code: str, at: datetime, city: City) -> Deadline:
    return city.deadline(
        stage,
        unit_code=unit_code,
        category_code=ticket.category_code,
        request_type=ticket.request_type,
        urgency=ticket.urgency,
        start=at,
    )
