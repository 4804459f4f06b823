"""Open tickets that are like one: the index of a web process, built at the first question and fresh at every later one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from dispatcher.ports import Clock
from dispatcher.views import Views
from models.ticket import OPEN_STATES, Likeness, OpenText, Ticket

T = TypeVar("T")

LOOK_EVERY = timedelta(seconds=2)
"""Within this time a second question does not ask the store again what has changed."""

_LOOK_BACK = timedelta(minutes=2)
"""What is committed late bears an earlier time: each look reaches back behind the one before it by this much."""

_BUILD_AGAIN = timedelta(days=1)
"""After so long without a question it is less work to read what is open than what happened. The outbox holds more."""

_PAGE = 2_000


class TextIndex(Protocol):
    """Knows texts and finds those that are alike; plain functions, which take milliseconds and more."""

    def add(self, ticket: OpenText) -> None:
        """Add a ticket, or put it in the place of what was known of it."""
        ...

    def remove(self, ticket_no: str) -> None:
        """Forget a ticket."""
        ...

    def candidates(self, asked: OpenText, *, limit: int) -> list[Likeness]:
        """Return up to ``limit`` tickets that may tell of the same event, most alike first."""
        ...


@dataclass(frozen=True, slots=True)
class SimilarTicket:
    """An open ticket as it is now, its text cut short, with what makes it similar."""

    ticket: Ticket
    likeness: Likeness


class SimilarTickets:
    """Answers which open tickets are like a text.

    The index works in one thread of its own: the event loop goes on meanwhile, and no two questions meet in it. What it finds
    is looked up in the store, so that a ticket that was closed a moment ago is not told.
    """

    def __init__(self, views: Views, new_index: Callable[[], TextIndex], clock: Clock) -> None:
        self._views = views
        self._new_index = new_index
        self._clock = clock
        self._index: TextIndex | None = None
        self._looked_at: datetime | None = None
        self._one_at_a_time = asyncio.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="similar")

    async def like(self, asked: OpenText, *, limit: int) -> list[SimilarTicket]:
        """Return up to ``limit`` open tickets that may tell of the same event as ``asked``, most alike first.

        The first question after a start waits until all open tickets are read: some seconds for a hundred thousand.

        Raises:
            TryLater: the store is away.
        """
        index = await self._fresh_index()
        found = await self._in_thread(partial(index.candidates, asked, limit=limit))
        tickets = await self._views.tickets_of([each.ticket_no for each in found]) if found else {}
        similar = []
        for likeness in found:
            ticket = tickets.get(likeness.ticket_no)
            if ticket is not None and ticket.state in OPEN_STATES:
                similar.append(SimilarTicket(ticket, likeness))
        return similar

    async def _fresh_index(self) -> TextIndex:
        async with self._one_at_a_time:
            now = self._clock.now()
            if self._index is None or self._looked_at is None or now - self._looked_at > _BUILD_AGAIN:
                self._index = await self._built()
                self._looked_at = now
            elif now - self._looked_at >= LOOK_EVERY:
                await self._catch_up(self._index, since=self._looked_at - _LOOK_BACK)
                self._looked_at = now
            return self._index

    async def _built(self) -> TextIndex:
        index = self._new_index()
        after = None
        while True:
            page = await self._views.open_texts(after=after, limit=_PAGE)
            await self._in_thread(partial(_put, index, page.texts))
            after = page.next
            if after is None:
                return index

    async def _catch_up(self, index: TextIndex, *, since: datetime) -> None:
        after: str | None = ""
        while after is not None:
            page = await self._views.changed_texts(since=since, after=after, limit=_PAGE)
            await self._in_thread(partial(_put, index, page.texts, page.ended))
            after = page.next

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def compared_text(ticket: Ticket) -> OpenText:
    """Return what is compared of a ticket."""
    return OpenText(
        ticket_no=ticket.ticket_no,
        text=ticket.text,
        category_code=ticket.category_code,
        district_code=ticket.district_code,
        address=ticket.address,
        received_at=ticket.received_at,
    )


def _put(index: TextIndex, texts: tuple[OpenText, ...], ended: tuple[str, ...] = ()) -> None:
    for ticket_no in ended:
        index.remove(ticket_no)
    for text in texts:
        index.add(text)
