"""What a deadline was counted from, as the JSON of its row."""

from datetime import date, datetime, timedelta
from typing import Any

from models.codes import ClockKind, DueChange, PauseReason
from models.deadline import Deadline, FormerDue, Pause
from models.profile import Allowance

Proof = dict[str, Any]


def proof_of(deadline: Deadline) -> Proof:
    """Return what ``deadline_with`` reads back; empty for a deadline that nothing but its allowance could move."""
    return {
        "allowance": None if deadline.allowance is None else _allowance(deadline.allowance),
        "pauses": [{"reason": one.reason.value, "start": one.start, "end": one.end} for one in deadline.pauses],
        "extension_days": deadline.extension_days,
        "former": [_former(one) for one in deadline.former],
    }


def proof_fields(proof: Proof) -> dict[str, Any]:
    """Return the fields of a ``Deadline`` that a row's proof holds; rows of release 0.1 have none."""
    given = proof.get("allowance")
    return {
        "allowance": None if given is None else _read_allowance(given),
        "pauses": tuple(_read_pause(one) for one in proof.get("pauses", ())),
        "extension_days": proof.get("extension_days", 0),
        "former": tuple(_read_former(one) for one in proof.get("former", ())),
    }


def _allowance(allowance: Allowance) -> Proof:
    return {
        "clock": allowance.clock.value,
        "days": allowance.days,
        "seconds": allowance.duration.total_seconds(),
        "roll": allowance.roll,
        "source": allowance.source,
    }


def _read_allowance(given: Proof) -> Allowance:
    return Allowance(
        clock=ClockKind(given["clock"]),
        days=given["days"],
        duration=timedelta(seconds=given["seconds"]),
        source=given["source"],
        roll=given["roll"],
    )


def _read_pause(given: Proof) -> Pause:
    end = given["end"]
    return Pause(
        PauseReason(given["reason"]), datetime.fromisoformat(given["start"]), datetime.fromisoformat(end) if end else None
    )


def _former(former: FormerDue) -> Proof:
    return {
        "due": former.due,
        "days": former.days,
        "provisional": former.provisional,
        "clock": former.clock.value,
        "calendar_version": former.calendar_version,
        "changed_by": former.changed_by.value,
        "at": former.at,
    }


def _read_former(given: Proof) -> FormerDue:
    return FormerDue(
        due=datetime.fromisoformat(given["due"]),
        days=tuple(date.fromisoformat(day) for day in given["days"]),
        provisional=given["provisional"],
        clock=ClockKind(given["clock"]),
        calendar_version=given["calendar_version"],
        changed_by=DueChange(given["changed_by"]),
        at=datetime.fromisoformat(given["at"]),
    )
