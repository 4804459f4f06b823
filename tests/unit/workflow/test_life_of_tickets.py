"""Whatever people do in whatever order, what must always hold holds (domain.md A.2, invariants)."""

from collections import Counter
from itertools import pairwise

import orjson
import pytest

from dispatcher import metrics
from dispatcher.rules.ringing import next_ring
from models.codes import NoticeKind, Stage, TicketState
from models.deadline import DeadlineResult
from models.message import Topic
from models.ticket import NEXT_STATES, EventKind
from tests.builders import a_city
from tests.fakes import FixedClock, MemoryStore, OpenVault
from tests.walking import Walk, walk

STEPS = 60
HELD = frozenset(TicketState) - {
    TicketState.PENDING,
    TicketState.CLOSED,
    TicketState.DECLINED,
    TicketState.WITHDRAWN,
    TicketState.ARCHIVED,
}
"""States in which a unit has the ticket."""

EVALUATION = {EventKind.RATED, EventKind.REOPENED, EventKind.SUPERVISED}
WINDOWS = {Stage.RETURN, Stage.RATING_INVITE, Stage.RATING_WINDOW}
"""Spans in which something may be done and need not: nobody is judged by them."""

CITY = a_city()


class Witness:
    """Looks at a store after each step and remembers what it must compare with the next."""

    def __init__(self, store):
        self.store = store
        self.promises, self.results, self.versions, self.states = {}, {}, {}, {}

    async def look(self):
        """Return the tickets, and the announcements of contacts."""
        told = [orjson.dumps(message.envelope()) for message in self.store.messages if message.topic == Topic.CONTACTS]
        return list(self.store.tables.tickets.values()), told

    async def check(self, one):
        """Hold every invariant against the tables."""
        self.now, self.timers_looked = one.clock.now(), one.timers_looked
        tables = self.store.tables
        self.by_ticket = {number: [] for number in tables.tickets}
        for event in tables.events.values():
            self.by_ticket[event.ticket_no].append(event)
        self._contacts()
        self._no_ticket_is_lost()
        self._counters()
        for ticket in tables.tickets.values():
            self._leads(ticket)
            self._audit(ticket)
            self._ends(ticket)
            self._unknown(ticket)
            self._paused(ticket)
        for stored in tables.deadlines.values():
            self._deadline(stored)
        self._told_once()
        self.versions = {number: ticket.version for number, ticket in tables.tickets.items()}
        self.states = {number: ticket.state for number, ticket in tables.tickets.items()}

    def _new_events(self, number):
        return [event for event in self.by_ticket[number] if event.version > self.versions.get(number, 0)]

    def _contacts(self):
        """Every contact has one fate, and a ticket where the fate says so."""
        tables = self.store.tables
        assert set(tables.contacts) == set(tables.fates)
        assert self.store.count("hotline_contacts_settled_total") == len(tables.contacts)
        assert self.store.count("hotline_contacts_total") == len(tables.contacts)
        for settled in tables.fates.values():
            assert (settled.ticket_no in tables.tickets) == (settled.fate in {"ticketed", "merged"})

    def _no_ticket_is_lost(self):
        """Registered = direct + declined + withdrawn before dispatch + dispatched + pending (invariant 5)."""
        tables = self.store.tables
        dispatched = {row.assignment.ticket_no for row in tables.assignments}
        never = [ticket.ticket_no for ticket in tables.tickets.values() if ticket.ticket_no not in dispatched]
        ends = Counter(
            event.kind
            for number in never
            for event in self.by_ticket[number]
            if event.kind in {EventKind.ANSWERED, EventKind.DECLINED, EventKind.WITHDRAWN}
        )
        pending = sum(tables.tickets[number].state is TicketState.PENDING for number in never)
        first = sum(self._counted(metrics.DISPATCHED, None, mode) for mode in ("auto", "manual"))
        assert first == len(dispatched)
        assert self.store.count("hotline_tickets_registered_total") == first + ends.total() + pending

    def _counted(self, family, *labels):
        rollups = self.store.tables.rollups
        return sum(
            value
            for (name, found), value in rollups.items()
            if name == family.name and all(label in (None, actual) for label, actual in zip(labels, found, strict=True))
        )

    def _counters(self):
        """The counters are what the tables say, neither more nor less."""
        tables, events = self.store.tables, list(self.store.tables.events.values())
        deadlines = tables.deadlines.values()
        told = {
            metrics.DISPATCHED: Counter(
                (row.assignment.unit_code, row.assignment.mode.value)
                for row in tables.assignments
                if row.assignment.role == "lead"
            ),
            metrics.RETURNS: Counter(
                (event.data.get("from") or event.data["unit"], event.kind.value.split(".")[1])
                for event in events
                if event.kind in {EventKind.RETURN_ACCEPTED, EventKind.RETURN_REJECTED}
            ),
            metrics.REOPENED: Counter((event.data["unit"],) for event in events if event.kind is EventKind.REOPENED),
            metrics.DEADLINES: Counter(
                (one.deadline.unit_code or metrics.HOTLINE_ITSELF, one.deadline.stage.value, one.result.value)
                for one in deadlines
                if one.result in {DeadlineResult.MET, DeadlineResult.MISSED}
            ),
            metrics.CLOSED: Counter(
                (ticket.lead_unit,) for ticket in tables.tickets.values() if ticket.first_closed_at and ticket.lead_unit
            ),
            metrics.EVALUATIONS: Counter((one.unit_code, one.rating.value) for one in tables.ratings.values()),
            metrics.DECLINED: Counter((event.data["code"],) for event in events if event.kind is EventKind.DECLINED),
        }
        for family, wanted in told.items():
            counted = {labels: value for (name, labels), value in tables.rollups.items() if name == family.name}
            assert counted == dict(wanted), family.name
        answered = sum(event.kind is EventKind.ANSWERED for event in events)
        assert self.store.count("hotline_direct_answers_total") == answered

    def _leads(self, ticket):
        """From the dispatch to the end exactly one unit leads, and no unit holds a ticket twice (invariant 1)."""
        rows = [row for row in self.store.tables.assignments if row.assignment.ticket_no == ticket.ticket_no]
        running = [row.assignment for row in rows if "ended" not in row.moments]
        leads = [held.unit_code for held in running if held.role == "lead"]
        assert leads == ([ticket.lead_unit] if ticket.state in HELD else [])
        units = [held.unit_code for held in running]
        assert len(set(units)) == len(units)
        if ticket.state not in HELD | {TicketState.PENDING}:
            assert units == []

    def _audit(self, ticket):
        """Each version has its event, each event follows the one before, and says who and when (invariant 4)."""
        events = sorted(self.by_ticket[ticket.ticket_no], key=lambda event: event.version)
        assert [event.version for event in events] == list(range(1, ticket.version + 1))
        assert events[0].from_state is None
        assert events[-1].to_state is ticket.state
        for before, after in pairwise(events):
            assert after.from_state is before.to_state
            assert after.to_state is after.from_state or after.to_state in NEXT_STATES[after.from_state]
            assert before.occurred_at <= after.occurred_at

    def _ends(self, ticket):
        """What has ended changes by its evaluation alone, and what is archived never (invariant 3)."""
        before, new = self.states.get(ticket.ticket_no), self._new_events(ticket.ticket_no)
        if before is TicketState.ARCHIVED:
            assert new == []
        elif before in {TicketState.DECLINED, TicketState.WITHDRAWN}:
            assert {event.kind for event in new} <= {EventKind.ARCHIVED}
        elif before is TicketState.CLOSED and new:
            first = min(new, key=lambda event: event.version)
            assert first.kind in {EventKind.RATED, EventKind.TOLD_AGAIN, EventKind.ARCHIVED}
            assert {event.kind for event in new} <= {first.kind, *EVALUATION}

    def _unknown(self, ticket):
        """Who wants not to be known is neither called nor written to (domain.md A.11)."""
        if ticket.anonymous:
            tables = self.store.tables
            assert (ticket.ticket_no, Stage.CALL_BACK, 1) not in tables.deadlines
            assert not any(one.ticket_no == ticket.ticket_no for one in (*tables.call_backs, *tables.citizen_messages))

    def _paused(self, ticket):
        """The promise shows a pause only while the unit's clock stands (domain.md A.4.5)."""
        mine = [one for one in self.store.tables.deadlines.values() if one.ticket_no == ticket.ticket_no and one.is_running]
        paused = {one.deadline.stage for one in mine if one.deadline.running_pause}
        assert Stage.PROMISE not in paused or paused & {Stage.RESOLVE, Stage.REOPEN}

    def _deadline(self, stored):
        """A result stays, a promise moves by a decision to give time alone, and what runs rings when it must (invariant 2)."""
        deadline, key = stored.deadline, stored.key
        if deadline.stage is Stage.PROMISE:
            giving = {EventKind.EXTENSION_APPROVED, EventKind.COMPLEX_APPROVED}
            extended = any(event.kind in giving for event in self._new_events(stored.ticket_no))
            assert self.promises.get(key, deadline.due) == deadline.due or extended
            self.promises[key] = deadline.due
        assert self.results.get(key, stored.result) is stored.result
        if stored.result is not None:
            self.results[key] = stored.result
        assert deadline.stage not in WINDOWS or stored.result in {None, DeadlineResult.VOID}
        if stored.result is DeadlineResult.MET:
            assert stored.done_at is not None
            assert stored.done_at <= deadline.due
        if stored.result is DeadlineResult.MISSED:
            assert (stored.done_at or stored.settled_at) > min([deadline.due, *(former.due for former in deadline.former)])
        self._rings(stored)

    def _rings(self, stored):
        rules, calendar = CITY.profile.deadlines, CITY.calendar
        if not stored.is_running:
            assert stored.rings_at is None
            return
        if self.timers_looked:
            assert stored.rings_at is None or stored.rings_at > self.now
            paused = stored.deadline.running_pause and stored.deadline.stage is not Stage.PROMISE
            judged = stored.result is not None or stored.deadline.stage in WINDOWS
            assert judged or paused or stored.deadline.due >= self.now
        if stored.rings_at is None:
            assert next_ring(stored.deadline, self.now, rules=rules, calendar=calendar) is None

    def _told_once(self):
        """No fact is announced twice; no card comes twice for a day, nor to a unit that has nothing to do with it."""
        tables = self.store.tables
        ids = Counter(message.event_id for message in self.store.messages)
        assert [message.kind for message in self.store.messages if ids[message.event_id] > 1] == []
        cards = [one for one in tables.notices if one.kind in {NoticeKind.YELLOW_CARD, NoticeKind.RED_CARD}]
        nudges = [one for one in tables.notices if one.kind is NoticeKind.NUDGE and self._by_timers(one)]
        told = Counter((one.ticket_no, one.unit_code, one.kind, one.day) for one in (*cards, *nudges))
        assert [key for key, count in told.items() if count > 1] == []
        for card in cards:
            holds = [
                row
                for row in tables.assignments
                if (row.assignment.ticket_no, row.assignment.unit_code) == (card.ticket_no, card.unit_code)
            ]
            assert any(row.assignment.dispatched_at <= card.at <= row.moments.get("ended", card.at) for row in holds)

    def _by_timers(self, notice):
        return self.store.tables.events[notice.ticket_no, notice.version].data.get("reason") == "timers"


async def live(seed, new_witness=Witness, *, city=CITY, **ways):
    """Live one seed through before a new witness; ``ways`` are those of the ``Walk``."""
    store = MemoryStore()
    witness = new_witness(store)
    one = Walk(
        seed=seed,
        city=city,
        vault=OpenVault(),
        clock=FixedClock(),
        open_work=store.open_work,
        reserve_numbers=store.reserve_numbers,
        look=witness.look,
        **ways,
    )
    await walk(one, STEPS, witness.check)


@pytest.mark.parametrize("first", range(0, 300, 25))
async def test_what_must_always_hold_holds(first):
    """Twenty-five hotlines a time, each lived from its own seed."""
    for seed in range(first, first + 25):
        await live(seed)


@pytest.mark.long
@pytest.mark.parametrize("first", range(300, 10_300, 250))
async def test_what_must_always_hold_holds_in_ten_thousand_hotlines(first):
    """The long form of the same."""
    for seed in range(first, first + 250):
        await live(seed)
