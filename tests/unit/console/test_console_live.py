"""Live streams: told once per process, resumed where they were cut, silent while nobody listens."""

import asyncio
from datetime import timedelta

import pytest

from console.frames import frame
from console.live import TROUBLE, Billboard
from console.watch import UnitWatch
from models.errors import TryLater

SOON = timedelta(milliseconds=20)


class Progress:
    """Stands for the store's progress of units."""

    def __init__(self):
        self.last = {"U-LAMP": 3}
        self.asked = 0
        self.away = False

    async def unit_progress(self, unit_codes):
        """Return what is set."""
        self.asked += 1
        if self.away:
            raise TryLater("away")
        return {code: seq for code, seq in self.last.items() if code in unit_codes}


async def test_a_moved_stream_wakes_its_readers():
    """Readers of a unit hear of a new message; the wait of others goes on."""
    progress = Progress()
    watch = UnitWatch(progress, SOON)
    with watch.watching("U-LAMP"), watch.watching("U-WATER"):
        assert await watch.beyond("U-LAMP", 2, timedelta(seconds=5))
        waiting = asyncio.create_task(watch.beyond("U-LAMP", 3, timedelta(seconds=5)))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        progress.last["U-LAMP"] = 4
        assert await waiting
        assert not await watch.beyond("U-WATER", 0, SOON)


async def test_many_readers_cost_one_question_and_nobody_costs_none():
    """The store is asked once per turn for all, and not at all when the last reader has gone."""
    progress = Progress()
    watch = UnitWatch(progress, timedelta(milliseconds=40))

    async def reader():
        with watch.watching("U-LAMP"):
            await watch.beyond("U-LAMP", 99, timedelta(milliseconds=200))

    await asyncio.gather(*(reader() for _ in range(50)))
    await asyncio.sleep(0.1)
    asked = progress.asked
    await asyncio.sleep(0.15)

    assert asked <= 8
    assert progress.asked == asked


async def test_a_reader_who_comes_back_is_served_again():
    """The poller that stopped with the last reader starts with the next one."""
    progress = Progress()
    watch = UnitWatch(progress, SOON)
    for _ in range(2):
        with watch.watching("U-LAMP"):
            assert await watch.beyond("U-LAMP", 0, timedelta(seconds=5))
        await asyncio.sleep(0.06)


class Drawing:
    """A region whose content is set by the test."""

    def __init__(self):
        self.html = "one"
        self.times = 0

    async def __call__(self):
        """Return the region, or fail as a store that is away does."""
        self.times += 1
        if self.html is None:
            raise TryLater("away")
        return {"queue": self.html}


async def _next(following):
    async with asyncio.timeout(5):
        while True:
            fragments = await anext(following)
            if fragments:
                return fragments


async def test_a_region_is_sent_when_it_changes():
    """At first everything, then only what is new."""
    drawing = Drawing()
    board = Billboard(drawing, every=SOON)
    following = board.follow()

    assert await _next(following) == {"queue": "one", TROUBLE: ""}
    drawing.html = "two"
    assert await _next(following) == {"queue": "two"}
    await following.aclose()


async def test_a_hundred_watchers_are_drawn_for_once():
    """Drawing is per process, not per person; and it stops with the last one."""
    drawing = Drawing()
    board = Billboard(drawing, every=timedelta(hours=1))
    watchers = [board.follow() for _ in range(100)]
    assert all([await _next(watcher) for watcher in watchers])
    board.refresh()
    drawing.html = "two"
    assert all([await _next(watcher) == {"queue": "two"} for watcher in watchers])
    for watcher in watchers:
        await watcher.aclose()

    assert drawing.times <= 3
    await asyncio.sleep(0)
    assert board._painter.cancelled() or board._painter.cancelling()


async def test_a_reader_is_woken_by_what_moved_though_the_drawing_is_the_same():
    """The drawing may have held the news before anybody heard of it; the reader has still to be told."""
    moved = asyncio.Event()
    board = Billboard(Drawing(), every=timedelta(hours=1), moved=moved.wait)
    following = board.follow()
    await _next(following)
    moved.set()
    async with asyncio.timeout(5):
        told = await anext(following)

    assert told == {}
    await following.aclose()


async def test_a_store_that_is_away_is_told_and_the_old_content_stays():
    """People see that their screen may be old, and it mends itself."""
    drawing = Drawing()
    board = Billboard(drawing, every=SOON)
    following = board.follow()
    await _next(following)
    drawing.html = None
    told = await _next(following)
    drawing.html = "two"
    mended = await _next(following)

    assert set(told) == {TROUBLE}
    assert told[TROUBLE]
    assert mended == {"queue": "two", TROUBLE: ""}
    await following.aclose()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\ntwo", b"data: one\ndata: two\n"),
        ("", b"data: \n"),
        ('{"text":"a\u2028b"}', '{"text":"a\u2028b"}'.encode().join([b"data: ", b"\n"])),
    ],
)
def test_an_event_carries_its_text_whole(text, lines):
    """Line ends make new data lines; other separators of Unicode stay inside their JSON string."""
    assert frame("queue", text, event_id=7) == b"id: 7\nevent: queue\n" + lines + b"\n"
