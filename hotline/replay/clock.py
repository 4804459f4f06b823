"""The clock of a replay: it stands until it is set, and never goes back."""

from datetime import datetime


class VirtualClock:
    """``ports.Clock`` that somebody else moves."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the instant that was set."""
        return self._now

    def set(self, now: datetime) -> None:
        """Let time be ``now``, unless it is later already."""
        self._now = max(self._now, now)
