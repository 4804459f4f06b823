"""What the ticket panel shows of a standing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from console.pages.offers import offered
from console.pages.standing import Standing
from dispatcher.ports import Hold, StoredDeadline
from dispatcher.views import IncidentView
from models.codes import Stage, TicketState
from models.incident import Consultation
from models.ticket import ENDED_STATES, EventKind, TicketEvent

_WINDOWS = (Stage.RETURN, Stage.RATING_WINDOW, Stage.RATING_INVITE)
"""Spans in which somebody may do something: nobody is late when they end."""


_STAGES = tuple(Stage)


class CoUnit(NamedTuple):
    """A co-unit of a ticket: its hold, its own due where the reader may see it, and its reply."""

    hold: Hold
    due: datetime | None
    reply: Mapping[str, Any] | None


def panel_of(seen: Standing) -> dict[str, Any]:
    """Return what the ticket panel shows of a standing, by the names that its templates use."""
    replied = seen.latest(EventKind.REPLIED)
    first_contact = seen.running(Stage.FIRST_CONTACT, seen.user.unit_code) if seen.leads else None
    steps = seen.running(Stage.SUPERVISE, None)
    is_supervised = seen.ticket.supervision > 0 and seen.ticket.state not in ENDED_STATES
    return {
        "can": {kind.value for kind in offered(seen)},
        "leads": seen.leads,
        "consulted": _running(seen.detail.consultation),
        "is_hotspot": seen.user.unit_code is None and _is_hotspot(seen.detail.incident),
        "work": seen.work,
        "ticking": seen.ticking,
        "paused_for": seen.paused_for,
        "return_until": seen.return_until,
        "first_contact": first_contact,
        "unaskable": seen.ticket.anonymous or seen.ticket.confidential,
        "attempts": seen.attempts,
        "most_attempts": seen.city.profile.call_back.attempts,
        "bands": seen.city.profile.call_back.bands,
        "waited_for": seen.waited_for,
        "co_units": [_co_unit(seen, hold) for hold in seen.co_units],
        "reply": replied.data if replied else None,
        "replied_at": replied.occurred_at if replied else None,
        "review": _review_of(seen),
        "findings": replied.data.get("findings") if replied else None,
        "returned": _data(seen.latest(EventKind.RETURNED)),
        "asked_for_time": _data(seen.latest(EventKind.EXTENSION_REQUESTED)),
        "failed_review": _data(seen.since(EventKind.REVIEW_FAILED, EventKind.REPLIED)),
        "rejected_return": _data(seen.since(EventKind.RETURN_REJECTED, EventKind.REPLIED, EventKind.RETURN_ACCEPTED)),
        "dissatisfied": _data(seen.since(EventKind.REOPENED, EventKind.REPLIED)),
        "supervised": _data(seen.latest(EventKind.SUPERVISED)) if is_supervised else None,
        "supervised_until": steps.deadline.due if steps else None,
        "clocks": _clocks(seen),
    }


def _clocks(seen: Standing) -> list[StoredDeadline]:
    """Return the clocks in the order in which they began; those that began together, as the stages follow each other."""
    clocks = [stored for stored in seen.detail.deadlines if stored.deadline.stage not in _WINDOWS]
    return sorted(clocks, key=lambda stored: (stored.deadline.start, _STAGES.index(stored.deadline.stage)))


def _co_unit(seen: Standing, hold: Hold) -> CoUnit:
    clock = seen.running(Stage.RESOLVE, hold.unit_code)
    return CoUnit(hold, clock.deadline.due if clock else None, _data(seen.latest(EventKind.CO_REPLIED, hold.unit_code)))


def _review_of(seen: Standing) -> str:
    """Return what became of the latest reply."""
    if seen.ticket.state is TicketState.REPLIED:
        return "待审核"
    if seen.since(EventKind.REVIEW_FAILED, EventKind.REPLIED):
        return "已退回重答"
    return "审核通过" if seen.since(EventKind.REVIEW_PASSED, EventKind.REPLIED) else ""


def _running(consultation: Consultation | None) -> Consultation | None:
    return consultation if consultation is not None and consultation.decided_at is None else None


def _is_hotspot(place: IncidentView | None) -> bool:
    return place is not None and place.incident.hotspot_at is not None and place.incident.answered_at is None


def _data(event: TicketEvent | None) -> Mapping[str, Any] | None:
    return event.data if event else None
