"""Whatever people do in whatever order, what must always hold holds (domain.md A.2, invariants)."""

import asyncio
from contextlib import suppress
from itertools import pairwise

import orjson
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dispatcher.workflow.commands import run_command
from dispatcher.workflow.intake import Intake
from dispatcher.workflow.receive import receive
from dispatcher.workflow.sweep import sweep_overdue
from models.codes import Stage, TicketState, Urgency
from models.command import CommandKind
from models.contact import PersonalData
from models.errors import Rejected
from models.message import Topic
from models.ticket import NEXT_STATES
from streams.decode import contact_from_bytes, record_from_bytes
from tests.builders import LAMPS, OPERATOR, POSITION, SUPERVISOR, WATER, a_city, a_command, a_submission, an_understanding
from tests.fakes import FixedClock, MemoryStore, OpenVault, Understands

TEXTS = (
    "中山路的路灯坏了三天没人修",
    "家里停水两天了没有人管",
    "看不清楚写的是什么事情啊",
    "燃气漏气了快派人来看看",
    "物业不管小区里的垃圾",
    "骚扰骚扰骚扰",
    "",
)
DATA = (
    {},
    {"unit": "U-WATER"},
    {"unit": "U-LAMP", "co_units": ["U-EAST", "U-LAMP"]},
    {"text": "已经答复"},
    {"code": "N3"},
    {"investigation": "看了", "result": "修了"},
    {"rating": "满意"},
)
ALL_DATA = {"text": "已经答复", "code": "N3", "investigation": "看了", "result": "修了", "rating": "满意", "unit": "U-LAMP"}
NEXT_KINDS = {
    TicketState.PENDING: (CommandKind.CONFIRM, CommandKind.CONFIRM, CommandKind.ANSWER, CommandKind.DECLINE),
    TicketState.DISPATCHED: (CommandKind.SIGN,),
    TicketState.SIGNED: (CommandKind.REPLY,),
    TicketState.REPLIED: (CommandKind.CLOSE,),
    TicketState.CLOSED: (CommandKind.RATE,),
}
HELD = {TicketState.DISPATCHED, TicketState.SIGNED, TicketState.REPLIED}


class Town(RuleBasedStateMachine):
    """Citizens, clerks, units and the clock, all at random."""

    def __init__(self):
        super().__init__()
        self.loop = asyncio.Runner()
        self.store, self.vault, self.clock, self.city = MemoryStore(), OpenVault(), FixedClock(), a_city()
        understand = Understands(
            {
                "停水": an_understanding("0801"),
                "看不清": an_understanding("0703", 0.4),
                "漏气": an_understanding("0805", urgency=Urgency.CRITICAL, alarm="漏气"),
                "物业": an_understanding("0901"),
                "骚扰": an_understanding("2303"),
            }
        )
        self.intake = Intake(
            city=self.city,
            understand=understand,
            open_work=self.store.open_work,
            reserve_numbers=self.store.reserve_numbers,
            clock=self.clock,
        )
        self.told = 0
        self.promises = {}
        self.closed = {}

    def teardown(self):
        """Close the loop."""
        self.loop.close()

    @rule(calls=st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=3))
    def citizens_call(self, calls):
        """A batch of contacts, some told before, from three callers."""
        submissions = [
            a_submission(f"{text[:2]}{key}", text, personal=PersonalData(openid=f"user-{caller}"))
            for text, caller, key in calls
        ]
        tools = {"city": self.city, "vault": self.vault, "open_work": self.store.open_work, "clock": self.clock}
        self.loop.run(receive(submissions, **tools))
        self.loop.run(self._settle())

    async def _settle(self):
        messages = [message for message in self.store.messages if message.topic == Topic.CONTACTS]
        records = [
            record_from_bytes(
                contact_from_bytes, orjson.dumps(message.envelope()), position=POSITION, offset=offset, now=self.clock.now()
            )
            for offset, message in enumerate(messages)
        ][max(self.told - 2, 0) :]  # the last two are told again
        if records:
            await self.intake.settle(POSITION, await self.intake.understand(records))
        self.told = len(messages)

    @rule(
        which=st.integers(0, 30),
        kind=st.sampled_from(CommandKind),
        actor=st.sampled_from((OPERATOR, SUPERVISOR, LAMPS, WATER)),
        data=st.sampled_from((*DATA, ALL_DATA)),
        behind=st.sampled_from((0, 0, 0, 1)),
    )
    def somebody_acts(self, which, kind, actor, data, behind):
        """Any command by anybody on any ticket, at times on an old version; most are refused."""
        tickets = list(self.store.tables.tickets.values())
        if tickets:
            ticket = tickets[which % len(tickets)]
            command = a_command(ticket, kind, actor, data, expected_version=ticket.version - behind)
            with suppress(Rejected):
                self.loop.run(run_command(command, city=self.city, open_work=self.store.open_work, clock=self.clock))

    @rule(which=st.integers(0, 5), choice=st.integers(0, 3), odd=st.sampled_from((None, None, *CommandKind)))
    def work_goes_on(self, which, choice, odd):
        """Somebody whose turn it is does what comes next, or something else in good form; so tickets come to their end."""
        tickets = [ticket for ticket in self.store.tables.tickets.values() if ticket.state in NEXT_KINDS]
        if tickets:
            ticket = tickets[which % len(tickets)]
            kinds = NEXT_KINDS[ticket.state]
            kind = odd or kinds[choice % len(kinds)]
            unit = next((actor for actor in (LAMPS, WATER) if actor.unit_code == ticket.lead_unit), SUPERVISOR)
            actor = unit if kind in {CommandKind.SIGN, CommandKind.REPLY} else OPERATOR
            self.somebody_acts(
                which=list(self.store.tables.tickets).index(ticket.ticket_no), kind=kind, actor=actor, data=ALL_DATA, behind=0
            )

    @rule(hours=st.sampled_from((0.5, 3, 200)))
    def time_passes(self, hours):
        """The clock goes on and the timers look."""
        self.clock.advance(hours=hours)
        self.loop.run(sweep_overdue(open_work=self.store.open_work, clock=self.clock))

    @invariant()
    def every_contact_has_one_fate(self):
        """Contacts = ticketed + merged + nuisance + dead, and the counters say so too."""
        tables = self.store.tables
        assert set(tables.contacts) == set(tables.fates)
        assert self.store.count("hotline_contacts_settled_total") == len(tables.contacts)
        assert self.store.count("hotline_contacts_total") == len(tables.contacts)
        for settled in tables.fates.values():
            assert (settled.ticket_no in tables.tickets) == (settled.fate in {"ticketed", "merged"})

    @invariant()
    def no_ticket_is_lost(self):
        """Tickets = direct + declined + dispatched + pending (invariant 5)."""
        tickets = self.store.tables.tickets.values()
        pending = sum(ticket.state is TicketState.PENDING for ticket in tickets)
        counted = [self.store.count(f"hotline_{name}_total") for name in ("direct_answers", "declined", "dispatched")]
        assert len(tickets) == sum(counted) + pending == self.store.count("hotline_tickets_registered_total")

    @invariant()
    def exactly_one_unit_leads(self):
        """From the dispatch to the end one lead holds the ticket, and it is the one that the ticket names (invariant 1)."""
        for ticket in self.store.tables.tickets.values():
            rows = [row for row in self.store.tables.assignments if row.assignment.ticket_no == ticket.ticket_no]
            leads = [row.assignment.unit_code for row in rows if row.assignment.role == "lead"]
            assert leads == ([ticket.lead_unit] if ticket.lead_unit else [])
            assert len({row.assignment.unit_code for row in rows}) == len(rows)
            assert all(("ended" in row.moments) == (ticket.state not in HELD) for row in rows)

    @invariant()
    def the_promise_never_moves(self):
        """Nothing that happens in this release moves the citizen's promise (invariant 2)."""
        for stored in self.store.tables.deadlines.values():
            if stored.deadline.stage is Stage.PROMISE:
                assert self.promises.setdefault(stored.ticket_no, stored.deadline) == stored.deadline

    @invariant()
    def what_is_closed_stays(self):
        """A closed or declined ticket changes by its rating alone (invariant 3)."""
        for ticket in self.store.tables.tickets.values():
            if not NEXT_STATES[ticket.state]:
                first = self.closed.setdefault(ticket.ticket_no, ticket)
                rated = ticket.ticket_no in self.store.tables.ratings
                assert (ticket.state, ticket.nudges, ticket.lead_unit) == (first.state, first.nudges, first.lead_unit)
                assert ticket.version == first.version or (rated and ticket.version == first.version + 1)

    @invariant()
    def the_audit_tells_everything(self):
        """Each version has its event, each event follows the one before, and says who and when (invariant 4)."""
        for ticket in self.store.tables.tickets.values():
            events = sorted(
                (event for (number, _), event in self.store.tables.events.items() if number == ticket.ticket_no),
                key=lambda event: event.version,
            )
            assert [event.version for event in events] == list(range(1, ticket.version + 1))
            assert events[0].from_state is None
            assert events[-1].to_state is ticket.state
            for before, after in pairwise(events):
                assert after.from_state is before.to_state
                assert after.to_state is after.from_state or after.to_state in NEXT_STATES[after.from_state]
                assert before.occurred_at <= after.occurred_at

    @invariant()
    def a_deadline_counts_once(self):
        """The counters of met and missed are the settled deadlines, neither more nor fewer."""
        settled = sum(stored.result is not None for stored in self.store.tables.deadlines.values())
        assert self.store.count("hotline_deadline_total") == settled


TestLifeOfTickets = Town.TestCase
TestLifeOfTickets.settings = settings(
    max_examples=30,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.generate),  # to shrink a failing story takes minutes and tells little more
)
