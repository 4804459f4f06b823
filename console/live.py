"""Live regions of pages: drawn once per web process, sent to everybody who watches, and not drawn while nobody does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta

from models.errors import TryLater

HEARTBEAT = timedelta(seconds=15)

Fragments = Mapping[str, str]
"""HTML by the name of the region that it fills."""

TROUBLE = "trouble"
"""The region that tells people that what they see may be old."""


class Billboard:
    """One set of regions.

    Parameters:
        draw: makes the fragments anew; may raise ``TryLater``.
        every: how long a drawing stands when nothing asks for a new one.
        moved: returns when a new drawing is due before that; None where only time and ``refresh`` call for one. Readers are
            then woken even if the drawing is the same: what moved may be theirs to tell.
    """

    def __init__(
        self,
        draw: Callable[[], Awaitable[Fragments]],
        *,
        every: timedelta,
        moved: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._draw = draw
        self._every = every
        self._moved = moved
        self._shown: dict[str, str] = {}
        self._changed = asyncio.Event()
        self._asked = asyncio.Event()
        self._readers = 0
        self._painter: asyncio.Task[None] | None = None

    def refresh(self) -> None:
        """Ask for a new drawing now: somebody changed something through this process."""
        self._asked.set()

    async def follow(self, heartbeat: timedelta = HEARTBEAT) -> AsyncIterator[Fragments]:
        """Yield what changed since the last time, all at first; nothing at each ``heartbeat``, and where it only ``moved``."""
        self._readers += 1
        if self._painter is None or self._painter.done():
            self._painter = asyncio.get_running_loop().create_task(self._paint())
        seen: dict[str, str] = {}
        try:
            while True:
                changed = self._changed
                fresh = {name: html for name, html in self._shown.items() if seen.get(name) != html}
                seen.update(fresh)
                yield fresh
                try:
                    async with asyncio.timeout(heartbeat.total_seconds()):
                        await changed.wait()
                except TimeoutError:
                    continue
        finally:
            self._readers -= 1
            if not self._readers and self._painter is not None:
                self._painter.cancel()

    async def _paint(self) -> None:
        has_moved = False
        while True:
            self._asked.clear()
            try:
                drawn = {**await self._draw(), TROUBLE: ""}
            except TryLater:
                drawn = {TROUBLE: "系统正忙，下面的内容可能不是最新的；恢复后会自动更新。"}
            if has_moved or any(self._shown.get(name) != html for name, html in drawn.items()):
                self._shown.update(drawn)
                self._changed.set()
                self._changed = asyncio.Event()
            has_moved = await self._pause()

    async def _pause(self) -> bool:
        """Return whether something moved."""
        waits: list[asyncio.Future[object]] = [asyncio.ensure_future(self._asked.wait())]
        if self._moved is not None:
            waits.append(asyncio.ensure_future(self._moved()))
        try:
            done, _ = await asyncio.wait(waits, timeout=self._every.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
            return bool(done - {waits[0]})
        finally:
            for wait in waits:
                wait.cancel()
