"""What people do with a ticket: each command, who may give it, and what it settles."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatcher.ports import Effects, NewDeadline
from dispatcher.workflow.city import City
from dispatcher.workflow.commands import MAY, run_command
from dispatcher.workflow.sweep import sweep_overdue
from models.codes import DeclineCode, Rating, RequestType, Role, Stage, SubjectType, TicketState
from models.command import CommandKind
from models.contact import MAX_TEXT
from models.deadline import DeadlineResult
from models.errors import Forbidden, IllegalTransition, NotFound, Rejected, StaleVersion
from models.profile import DispatchMatrix
from models.ticket import NEXT_STATES, Actor, EventKind
from tests.builders import (
    LAMPS,
    MONDAY,
    OPERATOR,
    PHONE,
    SUPERVISOR,
    WATER,
    a_city,
    a_command,
    a_deadline,
    a_profile,
    a_ticket,
    an_entry,
)
from tests.fakes import FixedClock, MemoryStore

REPLY = {"investigation": "现场查看", "result": "已更换灯泡", "basis": "养护合同", "contacted": True}
ADMIN = Actor(Role.ADMIN, "admin-1")
CITIZEN = Actor(Role.CITIZEN, "citizen")


class Office:
    """One pending ticket and everybody who may act on it."""

    def __init__(self, city: City | None = None) -> None:
        self.store = MemoryStore()
        self.clock = FixedClock()
        self.city = city or a_city()

    async def open(self, **changes):
        """Store a pending ticket with the hotline's own clocks, as intake does."""
        ticket = a_ticket(**changes)
        async with self.store.open_work() as work:
            work._tables.tickets[ticket.ticket_no] = ticket
            for stage, hours in ((Stage.DISPATCH, 4), (Stage.PROMISE, 100)):
                due = MONDAY + timedelta(hours=hours)
                await work.apply(_clock(ticket, a_deadline(stage, unit_code=None, due=due)), slot=0)
        return ticket

    async def act(self, kind, actor, data=None, ticket=None, **changes):
        """Give a command on the ticket as it stands, and return the ticket after it."""
        current = ticket or next(iter(self.store.tables.tickets.values()))
        command = a_command(current, kind, actor, data, **changes)
        return await run_command(command, city=self.city, open_work=self.store.open_work, clock=self.clock)

    async def reach(self, state):
        """Bring a new ticket into a state."""
        await self.open()
        path = {
            TicketState.PENDING: [],
            TicketState.DISPATCHED: ["confirm"],
            TicketState.SIGNED: ["confirm", "sign"],
            TicketState.REPLIED: ["confirm", "sign", "reply"],
            TicketState.CLOSED: ["confirm", "sign", "reply", "close"],
            TicketState.DECLINED: ["decline"],
        }[state]
        for kind in path:
            await self.act(CommandKind(kind), *GOOD[CommandKind(kind)])
        return self.ticket

    @property
    def ticket(self):
        """The ticket as it stands."""
        (ticket,) = self.store.tables.tickets.values()
        return ticket

    def results(self):
        """The result of each stage's deadline."""
        return {stored.deadline.stage: stored.result for stored in self.store.tables.deadlines.values()}


def _clock(ticket, deadline):
    return Effects(deadlines=[NewDeadline(ticket.ticket_no, deadline)])


GOOD = {
    CommandKind.CONFIRM: (OPERATOR, {}),
    CommandKind.DISPATCH: (OPERATOR, {"unit": "U-WATER"}),
    CommandKind.ANSWER: (OPERATOR, {"text": "请拨打供水热线", "article": "知识库第12条"}),
    CommandKind.DECLINE: (OPERATOR, {"code": "N1"}),
    CommandKind.SIGN: (LAMPS, {}),
    CommandKind.REPLY: (LAMPS, REPLY),
    CommandKind.CLOSE: (OPERATOR, {}),
    CommandKind.RATE: (OPERATOR, {"rating": "满意"}),
}
"""Each command as somebody who may gives it rightly."""

BEFORE = {
    CommandKind.CONFIRM: TicketState.PENDING,
    CommandKind.DISPATCH: TicketState.PENDING,
    CommandKind.ANSWER: TicketState.PENDING,
    CommandKind.DECLINE: TicketState.PENDING,
    CommandKind.SIGN: TicketState.DISPATCHED,
    CommandKind.REPLY: TicketState.SIGNED,
    CommandKind.CLOSE: TicketState.REPLIED,
    CommandKind.RATE: TicketState.CLOSED,
}


@pytest.fixture
def office():
    """An office with an empty store."""
    return Office()


@pytest.mark.parametrize(
    ("kind", "after", "event"),
    [
        (CommandKind.CONFIRM, TicketState.DISPATCHED, EventKind.DISPATCHED),
        (CommandKind.DISPATCH, TicketState.DISPATCHED, EventKind.DISPATCHED),
        (CommandKind.ANSWER, TicketState.CLOSED, EventKind.ANSWERED),
        (CommandKind.DECLINE, TicketState.DECLINED, EventKind.DECLINED),
        (CommandKind.SIGN, TicketState.SIGNED, EventKind.SIGNED),
        (CommandKind.REPLY, TicketState.REPLIED, EventKind.REPLIED),
        (CommandKind.CLOSE, TicketState.CLOSED, EventKind.CLOSED),
        (CommandKind.RATE, TicketState.CLOSED, EventKind.RATED),
    ],
)
async def test_each_command_does_its_one_thing(office, kind, after, event):
    """The ticket moves, one version on; the audit and the topic of ticket events say who did what from where."""
    before = await office.reach(BEFORE[kind])
    actor, data = GOOD[kind]

    ticket = await office.act(kind, actor, data)

    assert (ticket.state, ticket.version) == (after, before.version + 1)
    assert office.ticket == ticket
    written = office.store.tables.events[ticket.ticket_no, ticket.version]
    assert (written.kind, written.actor, written.from_state, written.to_state) == (event, actor, before.state, after)
    told = [message for message in office.store.messages if message.kind == event.value]
    assert [message.ticket_version for message in told] == [ticket.version]


@pytest.mark.parametrize("kind", CommandKind)
async def test_nobody_else_may(office, kind):
    """Each command has its roles; anybody else is refused, and nothing happens."""
    before = await office.reach(BEFORE[kind])
    strangers = set(Role) - MAY[kind]
    assert strangers

    for role in strangers:
        with pytest.raises(Forbidden, match=role.label):
            await office.act(kind, Actor(role, "somebody"), GOOD[kind][1])
    assert office.ticket == before


@pytest.mark.parametrize("kind", CommandKind)
@pytest.mark.parametrize("state", TicketState)
async def test_a_command_out_of_turn_changes_nothing(office, kind, state):
    """The table of states alone says what may follow; everything else is refused and leaves no trace."""
    if state is BEFORE[kind]:
        return
    before = await office.reach(state)
    messages = len(office.store.messages)

    with pytest.raises((IllegalTransition, Forbidden, NotFound, Rejected)):
        await office.act(kind, *GOOD[kind])
    assert office.ticket == before
    assert len(office.store.messages) == messages


def test_every_step_of_the_table_has_a_command():
    """Each state but the first is reached by a command from the states that the table names."""
    steps = {(before, after) for before, following in NEXT_STATES.items() for after in following}
    commanded = {
        (TicketState.PENDING, TicketState.DISPATCHED),
        (TicketState.PENDING, TicketState.CLOSED),
        (TicketState.PENDING, TicketState.DECLINED),
        (TicketState.DISPATCHED, TicketState.SIGNED),
        (TicketState.SIGNED, TicketState.REPLIED),
        (TicketState.REPLIED, TicketState.CLOSED),
    }
    assert steps == commanded


@pytest.mark.parametrize("kind", [CommandKind.SIGN, CommandKind.REPLY])
async def test_another_unit_cannot_even_see_the_ticket(office, kind):
    """The water company hears that there is no such ticket of the lamps."""
    await office.reach(BEFORE[kind])

    with pytest.raises(NotFound):
        await office.act(kind, WATER, GOOD[kind][1])


async def test_a_co_unit_sees_the_ticket_and_cannot_act_for_the_lead(office):
    """协办 help; they do not sign."""
    await office.open(category_code="0801")
    await office.act(CommandKind.CONFIRM, OPERATOR)

    with pytest.raises(Forbidden, match="led by another unit"):
        await office.act(CommandKind.SIGN, LAMPS)
    assert (await office.act(CommandKind.SIGN, WATER)).state is TicketState.SIGNED


@pytest.mark.parametrize("kind", CommandKind)
async def test_a_decision_on_an_old_version_is_refused(office, kind):
    """Two people look at one ticket; the second to act reads again first."""
    before = await office.reach(BEFORE[kind])

    with pytest.raises(StaleVersion, match=f"version {before.version}"):
        await office.act(kind, *GOOD[kind], expected_version=before.version - 1)
    assert office.ticket == before


async def test_a_ticket_that_does_not_exist_is_not_found(office):
    """A number that was never given, for staff and units alike."""
    for actor, kind in ((OPERATOR, CommandKind.CLOSE), (LAMPS, CommandKind.SIGN)):
        with pytest.raises(NotFound):
            await office.act(kind, actor, ticket=a_ticket("TT20260518P9999999"))


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (CommandKind.CONFIRM, {"category": "7777"}),
        (CommandKind.CONFIRM, {"category": "0999"}),
        (CommandKind.CONFIRM, {"category": ["0703"]}),
        (CommandKind.CONFIRM, {"type": "谩骂"}),
        (CommandKind.CONFIRM, {"district": "D-MOON"}),
        (CommandKind.CONFIRM, {"unit": "U-MOON"}),
        (CommandKind.CONFIRM, {"unit": "U-WATER", "co_units": ["U-MOON"]}),
        (CommandKind.CONFIRM, {"unit": "U-WATER", "co_units": "U-LAMP"}),
        (CommandKind.DISPATCH, {}),
        (CommandKind.DISPATCH, {"unit": " "}),
        (CommandKind.DISPATCH, {"unit": "U-GONE"}),
        (CommandKind.ANSWER, {"article": "12"}),
        (CommandKind.ANSWER, {"text": "\n"}),
        (CommandKind.ANSWER, {"text": 5}),
        (CommandKind.ANSWER, {"text": "灯" * (MAX_TEXT + 1)}),
        (CommandKind.DECLINE, {}),
        (CommandKind.DECLINE, {"code": "N9"}),
        (CommandKind.REPLY, {"investigation": "看了"}),
        (CommandKind.REPLY, {"result": "修了"}),
        (CommandKind.REPLY, {**REPLY, "result": "灯" * (MAX_TEXT + 1)}),
        (CommandKind.REPLY, {**REPLY, "contacted": "no"}),
        (CommandKind.RATE, {}),
        (CommandKind.RATE, {"rating": "6"}),
        (CommandKind.RATE, {"rating": "未评价"}),
    ],
)
async def test_bad_data_are_refused_and_change_nothing(office, kind, data):
    """What is missing, unknown, closed or endless is told so; the ticket stays as it was."""
    before = await office.reach(BEFORE[kind])
    messages = len(office.store.messages)

    with pytest.raises(Rejected):
        await office.act(kind, GOOD[kind][0], data)
    assert office.ticket == before
    assert len(office.store.messages) == messages


class TestConfirm:
    """派单 by a person."""

    async def test_the_proposal_is_followed(self, office):
        """Without corrections the matrix decides; the unit's stream has the work item, by hand."""
        await office.open()
        ticket = await office.act(CommandKind.CONFIRM, OPERATOR)

        assert ticket.lead_unit == "U-LAMP"
        (item,) = (m for m in office.store.messages if m.kind == "dispatch.item")
        assert (item.topic, item.actor) == ("hotline.dispatch.U-LAMP", str(OPERATOR))
        assert office.store.count("hotline_dispatched_total", "U-LAMP", "manual") == 1

    async def test_corrections_are_taken_and_remembered(self, office):
        """Another category, type and district; the event keeps that a person saw it otherwise than the machine."""
        await office.open()
        ticket = await office.act(CommandKind.CONFIRM, OPERATOR, {"category": "0901", "type": "投诉", "district": "D-WEST"})

        assert (ticket.category_code, ticket.request_type, ticket.district_code) == ("0901", RequestType.COMPLAINT, "D-WEST")
        assert (ticket.lead_unit, ticket.machine_category) == ("U-WEST", "0703")
        data = office.store.tables.events[ticket.ticket_no, ticket.version].data
        assert data["category_changed"] is True
        assert data["type_changed"] is True
        assert data["corrected"] == ["category", "type"]
        assert office.store.count("hotline_corrections_total", "07", "category") == 1
        assert office.store.count("hotline_corrections_total", "07", "type") == 1
        assert office.store.count("hotline_corrections_total") == 2

    async def test_a_person_asks_the_matrix_for_the_same_subject_as_the_engine(self):
        """What was proposed for an enterprise is what a confirmation sends."""
        lines = (an_entry("0703", "U-LAMP"), an_entry("0703", "U-WATER", subject=SubjectType.ENTERPRISE))
        for subject, unit in ((SubjectType.ENTERPRISE, "U-WATER"), (SubjectType.CITIZEN, "U-LAMP"), (None, "U-LAMP")):
            office = Office(a_city(matrix=DispatchMatrix("m1", lines)))
            await office.open(subject=subject)

            assert (await office.act(CommandKind.CONFIRM, OPERATOR)).lead_unit == unit

    async def test_what_is_confirmed_as_proposed_is_no_correction(self, office):
        """Naming what the engine proposed anyway counts as agreement, also where an alarm word overruled the model."""
        await office.open(machine_category="0801")
        proposed = {"category": "0703", "type": "求助", "unit": "U-LAMP"}
        ticket = await office.act(CommandKind.CONFIRM, OPERATOR, proposed)

        assert office.store.tables.events[ticket.ticket_no, ticket.version].data["corrected"] == []
        assert office.store.count("hotline_corrections_total") == 0

    async def test_another_unit_than_the_matrix_names_is_a_correction_of_the_matrix(self, office):
        """The unit that follows from a corrected category is none; one that the matrix could not name is none either."""
        await office.open()
        await office.act(CommandKind.DISPATCH, OPERATOR, {"unit": "U-WATER"})
        assert office.store.count("hotline_corrections_total", "07", "unit") == 1

        other = Office()
        await other.open(category_code="0999", machine_category="0999")
        await other.act(CommandKind.CONFIRM, OPERATOR, {"unit": "U-EAST"})
        assert other.store.count("hotline_corrections_total") == 0

    async def test_a_waiting_ticket_whose_category_was_dropped_is_corrected_all_the_same(self, office):
        """The profile lost the category while the ticket waited: a person chooses another, and it counts under the old code."""
        await office.open()
        profile = a_profile()
        categories = {code: category for code, category in profile.categories.items() if code != "0703"}
        office.city = City.of(replace(profile, categories=categories))
        await office.act(CommandKind.CONFIRM, OPERATOR, {"category": "0801"})

        assert office.store.count("hotline_corrections_total", "0703", "category") == 1

    async def test_a_unit_named_by_a_person_goes_before_the_matrix(self, office):
        """The basis says that it was a person's choice; the named co-units come along, each once and never the lead."""
        await office.open()
        await office.act(
            CommandKind.DISPATCH, OPERATOR, {"unit": "U-WATER", "co_units": ["U-LAMP", "U-WATER", "U-LAMP", "U-EAST"]}
        )

        held = [(row.assignment.unit_code, row.assignment.role) for row in office.store.tables.assignments]
        assert held == [("U-WATER", "lead"), ("U-LAMP", "co"), ("U-EAST", "co")]
        assert "人工" in office.store.tables.assignments[0].assignment.basis

    async def test_to_name_the_matrix_unit_is_to_follow_the_matrix(self, office):
        """The basis of the matrix stays the basis."""
        await office.open()
        await office.act(CommandKind.DISPATCH, OPERATOR, {"unit": "U-LAMP"})

        assert office.store.tables.assignments[0].assignment.basis == "权责清单"

    async def test_where_the_matrix_knows_nobody_a_unit_must_be_named(self, office):
        """A category without a unit is dispatched once somebody names one."""
        await office.open(category_code="0999")
        with pytest.raises(Rejected, match="name one"):
            await office.act(CommandKind.CONFIRM, OPERATOR)
        assert (await office.act(CommandKind.CONFIRM, OPERATOR, {"unit": "U-EAST"})).lead_unit == "U-EAST"

    async def test_the_facts_of_the_day_decide_and_are_named(self):
        """A ticket that waited while matrix and profile changed is dispatched by the new ones, and its record says so."""
        matrix = DispatchMatrix("m2", (an_entry("0703", "U-EAST"),))
        office = Office(City.of(a_profile(version="p2", matrix=matrix)))
        await office.open()
        ticket = await office.act(CommandKind.CONFIRM, OPERATOR)

        assert (ticket.lead_unit, ticket.matrix_version, ticket.profile_version) == ("U-EAST", "m2", "p2")
        assert office.store.tables.assignments[0].assignment.matrix_version == "m2"
        assert office.store.tables.events[ticket.ticket_no, ticket.version].profile_version == "p2"
        (item,) = (m for m in office.store.messages if m.kind == "dispatch.item")
        assert (item.data["matrix"]["version"], item.profile_version) == ("m2", "p2")


class TestAnswersAndRatings:
    """What citizens are told, and what they tell."""

    async def test_a_direct_answer_closes_without_a_unit(self, office):
        """The answer settles the hotline's deadlines; no unit is counted for it."""
        await office.open()
        await office.act(CommandKind.ANSWER, *GOOD[CommandKind.ANSWER])

        assert office.results() == {Stage.DISPATCH: DeadlineResult.MET, Stage.PROMISE: DeadlineResult.MET}
        assert office.store.count("hotline_direct_answers_total", "07") == 1
        assert office.store.count("hotline_closed_total") == 0

    @pytest.mark.parametrize("code", DeclineCode)
    async def test_each_decline_code_is_counted(self, office, code):
        """不予受理 is told apart by its seven reasons."""
        await office.open()
        await office.act(CommandKind.DECLINE, OPERATOR, {"code": code.value})

        assert office.store.count("hotline_declined_total", code.value) == 1
        assert office.results() == {Stage.DISPATCH: DeadlineResult.MET, Stage.PROMISE: DeadlineResult.MET}

    @pytest.mark.parametrize("rating", Rating)
    async def test_a_rating_is_taken_by_label_or_digit(self, office, rating):
        """Five levels; the ticket stays closed, and the unit that led is rated."""
        await office.reach(TicketState.CLOSED)
        given = rating.label if rating.value in "135" else rating.value
        ticket = await office.act(CommandKind.RATE, CITIZEN, {"rating": given, "reason": "处理及时"})

        assert ticket.state is TicketState.CLOSED
        assert office.store.tables.ratings[ticket.ticket_no].rating is rating
        assert office.store.count("hotline_evaluations_total", "U-LAMP", rating.value) == 1

    async def test_a_ticket_is_rated_once(self, office):
        """The first rating stands."""
        await office.reach(TicketState.CLOSED)
        await office.act(CommandKind.RATE, CITIZEN, {"rating": "5"})

        with pytest.raises(Rejected):
            await office.act(CommandKind.RATE, CITIZEN, {"rating": "1"})
        assert office.store.count("hotline_evaluations_total") == 1

    async def test_the_hotlines_own_answer_is_not_a_units_to_be_rated(self, office):
        """A ticket that no unit handled has no unit to rate."""
        await office.open()
        await office.act(CommandKind.ANSWER, *GOOD[CommandKind.ANSWER])

        with pytest.raises(Rejected, match="only a unit's closed ticket"):
            await office.act(CommandKind.RATE, CITIZEN, {"rating": "5"})

    async def test_nothing_personal_is_written_into_an_answer(self, office):
        """A clerk who types the citizen's number into a reply does not publish it."""
        await office.reach(TicketState.SIGNED)
        await office.act(CommandKind.REPLY, LAMPS, {**REPLY, "result": f"已回电{PHONE}，满意"})

        told = "".join(str(message.envelope()) for message in office.store.messages)
        assert PHONE not in told
        assert "满意" in told

    async def test_what_cannot_be_stored_is_taken_out_of_an_answer(self, office):
        """A NUL byte or half an emoji pasted from elsewhere does not cost the clerk the reply."""
        await office.reach(TicketState.SIGNED)
        ticket = await office.act(CommandKind.REPLY, LAMPS, {**REPLY, "result": "已\x00修复\ud83d"})

        assert office.store.tables.events[ticket.ticket_no, ticket.version].data["result"] == "已修复\ufffd"


class TestDeadlines:
    """Each deadline is met or missed once."""

    async def test_acting_in_time_meets_every_deadline(self, office):
        """Dispatch, sign, resolve and promise, each by the act that ends it."""
        await office.reach(TicketState.CLOSED)

        assert office.results() == dict.fromkeys((Stage.DISPATCH, Stage.SIGN, Stage.RESOLVE, Stage.PROMISE), DeadlineResult.MET)
        assert office.store.count("hotline_deadline_total", "U-LAMP", "sign", "met") == 1
        assert office.store.count("hotline_deadline_total", "U-LAMP", "resolve", "met") == 1
        assert office.store.count("hotline_deadline_total", "hotline", "dispatch", "met") == 1
        assert office.store.count("hotline_deadline_total", "hotline", "promise", "met") == 1

    async def test_the_last_moment_is_in_time(self, office):
        """At the due time itself the deadline is met; a moment later it is missed."""
        await office.reach(TicketState.DISPATCHED)
        office.clock.advance(hours=2)
        await office.act(CommandKind.SIGN, LAMPS)
        assert office.results()[Stage.SIGN] is DeadlineResult.MET

    async def test_acting_late_misses(self, office):
        """Who signs after two hours has missed, also when no timer looked."""
        await office.reach(TicketState.DISPATCHED)
        office.clock.advance(hours=2, microseconds=1)
        await office.act(CommandKind.SIGN, LAMPS)

        assert office.results()[Stage.SIGN] is DeadlineResult.MISSED
        assert office.store.count("hotline_deadline_total", "U-LAMP", "sign", "missed") == 1

    async def test_the_units_clocks_start_with_the_dispatch(self, office):
        """A ticket that waited three hours leaves the unit its full two; the promise does not move."""
        await office.open()
        promise = next(d for d in office.store.tables.deadlines.values() if d.deadline.stage is Stage.PROMISE)
        office.clock.advance(hours=3)
        await office.act(CommandKind.CONFIRM, OPERATOR)

        sign = next(d for d in office.store.tables.deadlines.values() if d.deadline.stage is Stage.SIGN)
        assert sign.deadline.due == MONDAY + timedelta(hours=5)
        assert next(d for d in office.store.tables.deadlines.values() if d.deadline.stage is Stage.PROMISE) == promise

    async def test_what_the_timers_found_missed_stays_missed(self, office):
        """A late signature does not count a second time, and mends nothing."""
        await office.reach(TicketState.DISPATCHED)
        office.clock.advance(hours=3)
        assert await sweep_overdue(open_work=office.store.open_work, clock=office.clock) == 1
        await office.act(CommandKind.SIGN, LAMPS)

        assert office.results()[Stage.SIGN] is DeadlineResult.MISSED
        assert office.store.count("hotline_deadline_total", "U-LAMP", "sign", "missed") == 1
        assert office.store.count("hotline_deadline_total", "U-LAMP", "sign", "met") == 0

    async def test_a_sweep_finds_each_passed_deadline_once(self, office):
        """Passed means passed: not the one that is due this very moment, and none a second time."""
        await office.reach(TicketState.DISPATCHED)
        office.clock.advance(hours=2)
        assert await sweep_overdue(open_work=office.store.open_work, clock=office.clock) == 0
        office.clock.advance(seconds=1)
        assert await sweep_overdue(open_work=office.store.open_work, clock=office.clock) == 1
        assert await sweep_overdue(open_work=office.store.open_work, clock=office.clock) == 0

    async def test_a_sweep_takes_no_more_than_its_limit(self, office):
        """A backlog after a standstill is worked off in bites."""
        await office.reach(TicketState.DISPATCHED)
        office.clock.advance(days=60)

        swept = [await sweep_overdue(open_work=office.store.open_work, clock=office.clock, limit=2) for _ in range(3)]

        assert swept == [2, 1, 0]

    async def test_a_closed_ticket_has_no_running_clock(self, office):
        """Long after the end the timers find nothing more of it."""
        await office.reach(TicketState.CLOSED)
        office.clock.advance(days=60)

        assert await sweep_overdue(open_work=office.store.open_work, clock=office.clock) == 0

    async def test_a_clock_that_jumped_back_counts_as_no_time(self, office):
        """The stage took no less than nothing."""
        await office.reach(TicketState.DISPATCHED)
        office.clock.advance(hours=-1)
        await office.act(CommandKind.SIGN, LAMPS)

        assert office.store.count("hotline_stage_seconds", "sign", "一般", "sum") == 0
        assert office.store.count("hotline_stage_seconds", "sign", "一般", "60") == 1


async def test_the_end_of_a_ticket_ends_every_hold(office):
    """Lead and co-units have nothing open any more."""
    await office.open(category_code="0801")
    await office.act(CommandKind.CONFIRM, OPERATOR)
    await office.act(CommandKind.SIGN, WATER)
    await office.act(CommandKind.REPLY, WATER, REPLY)
    assert not any("ended" in row.moments for row in office.store.tables.assignments)
    await office.act(CommandKind.CLOSE, SUPERVISOR)

    assert [row.moments.get("ended") for row in office.store.tables.assignments] == [MONDAY, MONDAY]
    assert office.store.count("hotline_closed_total", "U-WATER") == 1


async def test_a_command_on_a_closed_ticket_of_an_old_category_still_rates(office):
    """A category that the profile dropped meanwhile does not block the citizen's rating."""
    await office.reach(TicketState.CLOSED)
    profile = a_profile()
    categories = {code: category for code, category in profile.categories.items() if code != "0703"}
    office.city = City.of(replace(profile, categories=categories))

    assert (await office.act(CommandKind.RATE, ADMIN, {"rating": "4"})).version == 6
