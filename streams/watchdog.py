"""Ends a worker whose partitions hold messages but do not move: Faust's consumers are known to stall (streaming.md 1.5).

It runs in a thread of its own and asks the broker by a client of its own, so nothing that stalls the worker stalls it.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from models.errors import TryLater
from streams.topic_ends import topic_ends

LOOK_EVERY = timedelta(seconds=15)
PATIENCE = timedelta(seconds=90)
EXIT_STALLED = 75

Settled = Mapping[str, Callable[[], Mapping[int, int]]]
"""For each topic what returns the next offset to settle of each partition that this worker holds; from another thread."""

log = structlog.get_logger()


class StallDetector:
    """Decides from what it is shown; looks at no clock and no broker.

    Parameters:
        patience: how long a partition may hold messages without any being settled.
    """

    def __init__(self, patience: timedelta = PATIENCE) -> None:
        self._patience = patience.total_seconds()
        self._seen: Mapping[int, int] = {}
        self._moved_at: float | None = None

    def is_stalled(self, settled: Mapping[int, int], ends: Mapping[int, int], *, now: float) -> bool:
        """Return whether messages have waited for too long; ``now`` in monotonic seconds.

        A partition that was taken or given away counts as movement, as does having nothing to do.
        """
        waiting = any(ends.get(partition, 0) > offset for partition, offset in settled.items())
        if self._moved_at is None or not waiting or settled != self._seen:
            self._seen, self._moved_at = dict(settled), now
        return now - self._moved_at > self._patience


def watch(bootstrap: str, settled: Settled) -> None:
    """Watch until the process ends, from a daemon thread; ends the process when it stalls."""
    threading.Thread(target=_watch, args=(bootstrap, settled), name="watchdog", daemon=True).start()


def _watch(bootstrap: str, settled: Settled) -> None:
    detectors = {topic: StallDetector() for topic in settled}
    while True:
        time.sleep(LOOK_EVERY.total_seconds())
        held = {topic: dict(held_of()) for topic, held_of in settled.items()}
        try:
            topics = topic_ends(bootstrap, settled)
        except TryLater:
            continue  # a broker that is away explains why nothing moves
        for topic, end in topics.items():
            if detectors[topic].is_stalled(held[topic], end.ends, now=time.monotonic()):
                log.critical("worker_stalled", topic=topic, partitions=sorted(held[topic]))
                os._exit(EXIT_STALLED)
