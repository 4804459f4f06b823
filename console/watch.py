"""One poller per web process that tells subscribers when a unit's stream has moved."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from dispatcher.views import Views
from models.errors import TryLater

POLL_EVERY = timedelta(milliseconds=200)
_AFTER_TROUBLE = timedelta(seconds=2)


class UnitWatch:
    """Asks the store once per turn for all units that somebody watches, and not at all while nobody does."""

    def __init__(self, views: Views, every: timedelta = POLL_EVERY) -> None:
        self._views = views
        self._every = every
        self._watchers: Counter[str] = Counter()
        self._progress: dict[str, int] = {}
        self._moved: dict[str, asyncio.Event] = {}
        self._poller: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, unit_code: str) -> Iterator[None]:
        """Keep a unit watched."""
        self._watchers[unit_code] += 1
        self._moved.setdefault(unit_code, asyncio.Event())
        if self._poller is None or self._poller.done():
            self._poller = asyncio.get_running_loop().create_task(self._poll())
        try:
            yield
        finally:
            self._watchers[unit_code] -= 1
            if not self._watchers[unit_code]:
                del self._watchers[unit_code], self._moved[unit_code]
                self._progress.pop(unit_code, None)

    def progress(self, unit_code: str) -> int:
        """Return the ``unit_seq`` that was seen last; 0 before the first look."""
        return self._progress.get(unit_code, 0)

    async def beyond(self, unit_code: str, unit_seq: int, within: timedelta) -> bool:
        """Wait until the stream has moved beyond ``unit_seq``; False when it has not ``within`` that time."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                while self.progress(unit_code) <= unit_seq:
                    await self._moved[unit_code].wait()
        except TimeoutError:
            return False
        return True

    async def _poll(self) -> None:
        while self._watchers:
            pause = self._every
            try:
                found = await self._views.unit_progress(list(self._watchers))
            except TryLater:
                found, pause = {}, _AFTER_TROUBLE
            for unit_code, unit_seq in found.items():
                if unit_code in self._moved and unit_seq > self.progress(unit_code):
                    self._progress[unit_code] = unit_seq
                    self._moved[unit_code].set()
                    self._moved[unit_code] = asyncio.Event()
            await asyncio.sleep(pause.total_seconds())
