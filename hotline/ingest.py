"""Many contacts through the receive workflow, in batches."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from dispatcher.workflow.receive import receive
from hotline.bootstrap import Dispatcher
from models.contact import Submission
from models.errors import TryLater

BATCH = 500
_PATIENCE_SECONDS = 60.0


@dataclass(slots=True)
class Ingested:
    """How many contacts were new, and how many a door had accepted before."""

    accepted: int = 0
    repeated: int = 0


async def ingest(
    submissions: Iterable[Submission],
    dispatcher: Dispatcher,
    *,
    rate: float | None = None,
    progress: Callable[[int], object] = lambda _amount: None,
) -> Ingested:
    """Receive all submissions; at most ``rate`` a second when it is given.

    Safe to run twice: what was accepted before is counted as repeated. A store that is away is waited for.

    Raises:
        TryLater: the store stayed away for a minute; run it again, nothing is lost or doubled.
    """
    done = Ingested()
    started = time.monotonic()
    batch_size = BATCH if rate is None else max(1, min(BATCH, int(rate / 20)))
    for batch in _batches(submissions, batch_size):
        if rate is not None:
            ahead = (done.accepted + done.repeated) / rate - (time.monotonic() - started)
            await asyncio.sleep(max(ahead, 0))
        receipts = await _receive_patiently(batch, dispatcher)
        fresh = sum(receipt for receipt in receipts)
        done.accepted += fresh
        done.repeated += len(batch) - fresh
        progress(len(batch))
    return done


async def _receive_patiently(batch: list[Submission], dispatcher: Dispatcher) -> list[bool]:
    """Receive a batch, again after an outage: a contact that had been stored before the answer broke counts as repeated."""
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            receipts = await receive(
                batch,
                city=dispatcher.city,
                vault=dispatcher.vault,
                open_work=dispatcher.database.open_work,
                clock=dispatcher.clock,
            )
        except TryLater:
            if time.monotonic() > give_up_at:
                raise
            await asyncio.sleep(0.5)
        else:
            return [receipt.is_new for receipt in receipts]


def _batches(submissions: Iterable[Submission], size: int) -> Iterator[list[Submission]]:
    waiting = iter(submissions)
    while batch := list(islice(waiting, size)):
        yield batch
