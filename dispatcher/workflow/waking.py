"""Sets each changed deadline to ring when time alone will next make something happen to it."""

from dataclasses import replace
from datetime import datetime

from dispatcher.ports import Effects, StoredDeadline
from dispatcher.rules.ringing import WINDOWS, next_ring
from dispatcher.workflow.city import City
from models.codes import Stage


def set_rings(effects: Effects, *, city: City, at: datetime) -> None:
    """Set what the effects write of deadlines to ring after ``at``; what is handed in, finished or taken away rings no more.

    What passed without anybody having looked, because its clock was counted anew or stood until now, rings for it at once.
    """
    effects.new_deadlines[:] = [_set(stored, city, at) for stored in effects.new_deadlines]
    effects.changed_deadlines[:] = [_set(stored, city, at) for stored in effects.changed_deadlines]


def _set(stored: StoredDeadline, city: City, at: datetime) -> StoredDeadline:
    if not stored.is_running:
        return replace(stored, rings_at=None)
    ring = next_ring(stored.deadline, _since(stored, at), rules=city.profile.deadlines, calendar=city.calendar)
    return replace(stored, rings_at=ring.at if ring else None)


def _since(stored: StoredDeadline, at: datetime) -> datetime:
    deadline = stored.deadline
    if deadline.running_pause is not None and deadline.stage is not Stage.PROMISE:
        return min(at, deadline.running_pause.start)
    if stored.result is not None or deadline.stage in WINDOWS:
        return at
    return min(at, deadline.due)
