"""A web process knows the open tickets from its first question on, and hears of every change before it answers the next."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from console.similar import LOOK_EVERY, SimilarTickets, compared_text
from dispatcher.views import ChangedTexts, OpenTexts
from hotline.bootstrap import text_index_of
from models.codes import TicketState
from models.errors import TryLater
from models.ticket import OPEN_STATES
from tests.builders import a_city, a_ticket
from tests.fakes import FixedClock

LAMP = "中山路的路灯坏了三天没人修"


class Town:
    """The tickets of a store with the moments of their last events; tells them in pages of two."""

    def __init__(self, clock):
        self._clock = clock
        self._tickets = {}
        self._changed_at = {}
        self.away = False
        self.asked = []

    def has(self, number, *, decided_ago=timedelta(), **changes):
        """Commit a ticket, new or changed; its event bears the moment at which it was decided."""
        no = f"TT20260518P{number:07d}"
        self._tickets[no] = replace(a_ticket(no, text=LAMP), **changes)
        self._changed_at[no] = self._clock.now() - decided_ago
        return self._tickets[no]

    async def tickets_of(self, ticket_nos):
        """Those that exist."""
        return {no: self._tickets[no] for no in ticket_nos if no in self._tickets}

    async def open_texts(self, *, after, limit):
        """Two open ones."""
        self._answers("open")
        _, last = after or ("", "")
        tickets = [each for no, each in sorted(self._tickets.items()) if each.state in OPEN_STATES and no > last]
        page = [compared_text(each) for each in tickets[:2]]
        return OpenTexts(tuple(page), ("", page[-1].ticket_no) if len(page) == 2 else None)

    async def changed_texts(self, *, since, after, limit):
        """Two that changed."""
        self._answers("changed")
        numbers = [no for no, at in sorted(self._changed_at.items()) if at >= since and no > after][:2]
        tickets = [self._tickets[no] for no in numbers]
        return ChangedTexts(
            texts=tuple(compared_text(each) for each in tickets if each.state in OPEN_STATES),
            ended=tuple(each.ticket_no for each in tickets if each.state not in OPEN_STATES),
            next=numbers[-1] if len(numbers) == 2 else None,
        )

    def _answers(self, what):
        if self.away:
            raise TryLater("the store is away")
        self.asked.append(what)


class Watched:
    """An index that remembers the threads in which it worked."""

    def __init__(self, threads):
        self._index = text_index_of(a_city())
        self._threads = threads

    def add(self, ticket):
        """Add."""
        self._threads.add(threading.current_thread())
        self._index.add(ticket)

    def remove(self, ticket_no):
        """Forget."""
        self._threads.add(threading.current_thread())
        self._index.remove(ticket_no)

    def candidates(self, asked, *, limit):
        """Find."""
        self._threads.add(threading.current_thread())
        return self._index.candidates(asked, limit=limit)


@pytest.fixture
def clock():
    """A clock that stands still."""
    return FixedClock()


@pytest.fixture
def town(clock):
    """A town with tickets."""
    return Town(clock)


@pytest.fixture
def similar(town, clock):
    """What a web process asks."""
    return SimilarTickets(town, lambda: text_index_of(a_city()), clock)


async def found(similar, ticket, limit=20):
    """Return the numbers of the similar tickets."""
    return [each.ticket.ticket_no for each in await similar.like(compared_text(ticket), limit=limit)]


async def test_the_first_question_reads_every_open_ticket(town, similar):
    """Page by page; what is closed is not read, and the ticket itself is not similar to itself."""
    asked = town.has(1)
    others = [town.has(number) for number in range(2, 7)]
    town.has(7, state=TicketState.CLOSED)

    assert sorted(await found(similar, asked)) == [each.ticket_no for each in others]
    assert town.asked == ["open"] * 4


async def test_a_later_question_knows_what_came_and_what_ended_meanwhile(town, similar, clock):
    """Three new ones in two pages, one closed, one recoded."""
    asked, closed, recoded = town.has(1), town.has(2), town.has(3)
    assert await found(similar, asked) == [closed.ticket_no, recoded.ticket_no]

    clock.advance(minutes=5)
    new = [town.has(number) for number in (4, 5, 6)]
    town.has(2, state=TicketState.CLOSED)
    town.has(3, category_code="0801")

    told = {each.ticket.ticket_no: each.likeness.same_category for each in await similar.like(compared_text(asked), limit=9)}
    assert told == {recoded.ticket_no: False, **{each.ticket_no: True for each in new}}
    assert town.asked.count("open") == 2


async def test_what_was_committed_late_is_heard_of_all_the_same(town, similar, clock):
    """Its event bears a time before the last look."""
    asked = town.has(1)
    await found(similar, asked)
    clock.advance(minutes=5)
    await found(similar, asked)

    late = town.has(2, decided_ago=timedelta(minutes=1))
    clock.advance(seconds=LOOK_EVERY.total_seconds())

    assert await found(similar, asked) == [late.ticket_no]


async def test_many_questions_at_once_ask_the_store_once(town, similar, clock):
    """Two seconds are fresh enough."""
    asked = town.has(1)
    await found(similar, asked)
    clock.advance(seconds=3)
    for _ in range(5):
        await found(similar, asked)

    assert town.asked == ["open", "changed"]


async def test_a_ticket_closed_a_moment_ago_is_not_told(town, similar):
    """The store is asked how each one stands now, also between two looks."""
    asked = town.has(1)
    town.has(2)
    assert len(await found(similar, asked)) == 1

    town.has(2, state=TicketState.CLOSED)

    assert await found(similar, asked) == []


async def test_after_a_day_without_a_question_the_open_tickets_are_read_again(town, similar, clock):
    """What happened in that time may be more than what is open."""
    asked = town.has(1)
    await found(similar, asked)
    clock.advance(days=1, seconds=1)

    await found(similar, asked)

    assert town.asked == ["open", "open"]


async def test_while_the_store_is_away_the_question_fails_and_the_next_one_is_answered(town, similar):
    """Nothing half-read is taken for the whole."""
    asked, other = town.has(1), town.has(2)
    town.away = True
    with pytest.raises(TryLater):
        await found(similar, asked)
    town.away = False

    assert await found(similar, asked) == [other.ticket_no]


async def test_the_index_never_works_on_the_loop(town, clock):
    """Pages and streams of others go on while it is built and asked."""
    threads = set()
    similar = SimilarTickets(town, lambda: Watched(threads), clock)
    asked, _ = town.has(1), town.has(2)
    await found(similar, asked)
    clock.advance(minutes=1)
    town.has(2, state=TicketState.CLOSED)
    await found(similar, asked)

    assert len(threads) == 1
    assert threading.main_thread() not in threads
