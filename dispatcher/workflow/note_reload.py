"""A running process met another serving model: it took it over, or could not."""

from dispatcher import metrics
from dispatcher.ports import Effects, OpenUnitOfWork
from models.codes import ModelReload

_SLOT = 50


async def note_reload(result: ModelReload, *, open_work: OpenUnitOfWork) -> None:
    """Count it.

    Raises:
        TryLater: the store is away; nothing was counted.
    """
    async with open_work() as work:
        await work.apply(Effects(increments=[metrics.count(metrics.MODEL_RELOADS, result.value)]), slot=_SLOT)
