"""Whether the reader of an open stream may still read: asked again while it runs, however much news there is."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from dispatcher.ports import Clock

ASK_AGAIN = timedelta(seconds=15)
"""How old an answer may be when something is sent on it; as often as a quiet stream shows that it lives."""


def is_stale(asked_at: datetime, now: datetime) -> bool:
    """Tell whether an answer is too old; of a clock that was set back nobody knows how much time has passed."""
    return not timedelta(0) <= now - asked_at < ASK_AGAIN


class Admission:
    """A reader whose right was just shown.

    Parameters:
        ask: whether the right that the stream was opened with still holds unchanged.
    """

    def __init__(self, ask: Callable[[], Awaitable[bool]], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._asked_at = clock.now()

    async def holds(self) -> bool:
        """Return whether something may be sent now.

        Raises:
            TryLater: the store is away; send nothing.
        """
        now = self._clock.now()
        if is_stale(self._asked_at, now):
            if not await self._ask():
                return False
            self._asked_at = now
        return True
