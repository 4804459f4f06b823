"""Deadlines that pass unmet are missed at that moment, whether or not anybody ever acts (M24)."""

from dispatcher import metrics
from dispatcher.ports import Clock, Effects, OpenUnitOfWork
from models.deadline import DeadlineResult

_SLOT = 48


async def sweep_overdue(*, open_work: OpenUnitOfWork, clock: Clock, limit: int = 1000) -> int:
    """Mark up to ``limit`` passed deadlines as missed, each once, and return how many there were.

    Raises:
        TryLater: the store is away; nothing was written.
    """
    now = clock.now()
    async with open_work() as work:
        overdue = await work.lock_overdue_deadlines(now, limit)
        effects = Effects()
        for stored in overdue:
            deadline = stored.deadline
            effects.changed_deadlines.append(stored.settled(DeadlineResult.MISSED, now))
            effects.increments.append(
                metrics.count(
                    metrics.DEADLINES,
                    deadline.unit_code or metrics.HOTLINE_ITSELF,
                    deadline.stage.value,
                    DeadlineResult.MISSED.value,
                )
            )
        await work.apply(effects, slot=_SLOT)
    return len(overdue)
