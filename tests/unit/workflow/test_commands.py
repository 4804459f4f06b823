"""What people do with a ticket: each command, who may give it, and what it settles."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatcher.workflow.city import City
from dispatcher.workflow.commands import MAY
from models.codes import UNIT_ROLES, DeclineCode, Rating, RequestType, Role, Stage, SubjectType, TicketState
from models.command import CommandKind
from models.contact import MAX_TEXT
from models.deadline import DeadlineResult
from models.errors import Forbidden, NotFound, Rejected, StaleVersion
from models.profile import DispatchMatrix
from models.ticket import Actor, EventKind
from tests.builders import LAMPS, MONDAY, OPERATOR, PHONE, SUPERVISOR, WATER, a_city, a_profile, a_ticket, an_entry
from tests.unit.workflow.office import ADMIN, CITIZEN, GOOD, IN_TURN, NEEDS_MORE, OF_CO_UNITS, REPLY, RETURN, Office


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
        (CommandKind.CONTACT_CITIZEN, TicketState.HANDLING, EventKind.CONTACTED),
        (CommandKind.RETURN, TicketState.RETURN_REQUESTED, EventKind.RETURNED),
        (CommandKind.ACCEPT_RETURN, TicketState.PENDING, EventKind.RETURN_ACCEPTED),
        (CommandKind.REJECT_RETURN, TicketState.SIGNED, EventKind.RETURN_REJECTED),
        (CommandKind.REQUEST_EXTENSION, TicketState.HANDLING, EventKind.EXTENSION_REQUESTED),
        (CommandKind.APPROVE_EXTENSION, TicketState.HANDLING, EventKind.EXTENSION_APPROVED),
        (CommandKind.REFUSE_EXTENSION, TicketState.HANDLING, EventKind.EXTENSION_REFUSED),
        (CommandKind.PAUSE, TicketState.HANDLING, EventKind.PAUSED),
        (CommandKind.RESUME, TicketState.HANDLING, EventKind.RESUMED),
        (CommandKind.CHANGE_URGENCY, TicketState.HANDLING, EventKind.URGENCY_CHANGED),
        (CommandKind.SUPERVISE, TicketState.HANDLING, EventKind.SUPERVISED),
        (CommandKind.REPLY, TicketState.REPLIED, EventKind.REPLIED),
        (CommandKind.CO_REPLY, TicketState.SIGNED, EventKind.CO_REPLIED),
        (CommandKind.OVERRIDE_CO_REPLY, TicketState.SIGNED, EventKind.CO_REPLY_OVERRIDDEN),
        (CommandKind.PASS_REVIEW, TicketState.AWAITING_CALL_BACK, EventKind.REVIEW_PASSED),
        (CommandKind.FAIL_REVIEW, TicketState.HANDLING, EventKind.REVIEW_FAILED),
        (CommandKind.CALL_BACK, TicketState.CALLED_BACK, EventKind.CALLED_BACK),
        (CommandKind.RATE, TicketState.CLOSED, EventKind.RATED),
        (CommandKind.NUDGE, TicketState.HANDLING, EventKind.NUDGED),
        (CommandKind.CONSULT, TicketState.HANDLING, EventKind.CONSULTATION_OPENED),
        (CommandKind.WITHDRAW, TicketState.WITHDRAWN, EventKind.WITHDRAWN),
        (CommandKind.CLOSE, TicketState.CLOSED, EventKind.CLOSED),
        (CommandKind.ARCHIVE, TicketState.ARCHIVED, EventKind.ARCHIVED),
    ],
)
async def test_each_command_does_its_one_thing(office, kind, after, event):
    """The ticket moves, one version on; the audit and the topic of ticket events say who did what from where."""
    before = await office.ready_for(kind)
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
    before = await office.ready_for(kind)
    strangers = set(Role) - MAY[kind]
    assert strangers

    for role in strangers:
        with pytest.raises(Forbidden, match=role.label):
            await office.act(kind, Actor(role, "somebody"), GOOD[kind][1])
    assert office.ticket == before


def test_who_may_what():
    """Units do the work and never judge it; only judges decide on returns, extensions and replies (domain.md I.1)."""
    judging = {kind for kind, roles in MAY.items() if Role.DISPATCHER in roles and Role.OPERATOR not in roles}
    of_units = {kind for kind, roles in MAY.items() if roles >= UNIT_ROLES}
    of_citizens = {kind for kind, roles in MAY.items() if Role.CITIZEN in roles}

    assert {
        CommandKind.ACCEPT_RETURN,
        CommandKind.REJECT_RETURN,
        CommandKind.APPROVE_EXTENSION,
        CommandKind.REFUSE_EXTENSION,
        CommandKind.PASS_REVIEW,
        CommandKind.FAIL_REVIEW,
    } < judging
    assert of_units & judging == {CommandKind.PAUSE, CommandKind.RESUME}
    assert of_citizens == {CommandKind.RATE, CommandKind.NUDGE, CommandKind.WITHDRAW}
    assert set(MAY) == set(CommandKind)


@pytest.mark.parametrize("kind", CommandKind)
@pytest.mark.parametrize("state", TicketState)
async def test_a_command_out_of_turn_changes_nothing(office, kind, state):
    """Each command has its states, whatever the table of states would allow; elsewhere it is refused and leaves no trace."""
    if state in IN_TURN[kind]:
        return
    before = await office.reach(state)
    messages = len(office.store.messages)

    with pytest.raises(Rejected):
        await office.act(kind, *GOOD[kind])
    assert office.ticket == before
    assert len(office.store.messages) == messages


@pytest.mark.parametrize(("kind", "state"), [(kind, state) for kind in GOOD for state in TicketState if state in IN_TURN[kind]])
async def test_a_command_in_its_turn_is_carried_out(office, kind, state):
    """Each state in which a command fits, also those that are seldom."""
    before = await (office.ready_for(kind) if kind in NEEDS_MORE else office.reach(state))

    assert (await office.act(kind)).version > before.version


@pytest.mark.parametrize("kind", [kind for kind in GOOD if MAY[kind] == UNIT_ROLES and kind not in OF_CO_UNITS])
async def test_another_unit_cannot_even_see_the_ticket(office, kind):
    """The water company hears that there is no such ticket of the lamps."""
    await office.ready_for(kind)

    with pytest.raises(NotFound):
        await office.act(kind, WATER, GOOD[kind][1])


async def test_a_co_unit_sees_the_ticket_and_cannot_act_for_the_lead(office):
    """协办 sign for themselves and help; the ticket moves by what the lead does."""
    await office.reach_with_co_unit()

    assert (await office.act(CommandKind.SIGN, LAMPS)).state is TicketState.DISPATCHED
    with pytest.raises(Rejected, match="signed"):
        await office.act(CommandKind.SIGN, LAMPS)
    assert (await office.act(CommandKind.SIGN, WATER)).state is TicketState.SIGNED
    for kind in (CommandKind.REPLY, CommandKind.RETURN, CommandKind.REQUEST_EXTENSION, CommandKind.OVERRIDE_CO_REPLY):
        with pytest.raises(Forbidden, match="led by another unit"):
            await office.act(kind, LAMPS)


@pytest.mark.parametrize("kind", CommandKind)
async def test_a_decision_on_an_old_version_is_refused(office, kind):
    """Two people look at one ticket; the second to act reads again first."""
    before = await office.ready_for(kind)

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
        (CommandKind.RETURN, {"reason": "R1"}),
        (CommandKind.RETURN, {"basis": "三定方案"}),
        (CommandKind.RETURN, {**RETURN, "reason": "R8"}),
        (CommandKind.ACCEPT_RETURN, {"transfer_to": "U-MOON"}),
        (CommandKind.ACCEPT_RETURN, {"transfer_to": "U-GONE"}),
        (CommandKind.ACCEPT_RETURN, {"transfer_to": "U-LAMP"}),
        (CommandKind.REQUEST_EXTENSION, {"working_days": 3}),
        (CommandKind.REQUEST_EXTENSION, {"reason": "需检测"}),
        (CommandKind.REQUEST_EXTENSION, {"working_days": "3", "reason": "需检测"}),
        (CommandKind.REQUEST_EXTENSION, {"working_days": True, "reason": "需检测"}),
        (CommandKind.REQUEST_EXTENSION, {"working_days": 0, "reason": "需检测"}),
        (CommandKind.REQUEST_EXTENSION, {"working_days": 11, "reason": "需检测"}),
        (CommandKind.REFUSE_EXTENSION, {}),
        (CommandKind.PAUSE, {}),
        (CommandKind.PAUSE, {"reason": "人手不足"}),
        (CommandKind.CHANGE_URGENCY, {"urgency": "很急"}),
        (CommandKind.CHANGE_URGENCY, {"urgency": "一般"}),
        (CommandKind.SUPERVISE, {"step": "D9"}),
        (CommandKind.OVERRIDE_CO_REPLY, {}),
        (CommandKind.CO_REPLY, {"result": "修了"}),
        (CommandKind.FAIL_REVIEW, {}),
        (CommandKind.CALL_BACK, {"reached": "yes"}),
        (CommandKind.CALL_BACK, {"reached": True, "rating": "还行"}),
        (CommandKind.WITHDRAW, {}),
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
    before = await office.ready_for(kind)
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

    @pytest.mark.parametrize("code", [code for code in DeclineCode if code is not DeclineCode.NOTHING_NEW])
    async def test_each_decline_code_is_counted(self, office, code):
        """不予受理 is told apart by its reasons; N7 needs more (``test_again.py``)."""
        await office.open()
        await office.act(CommandKind.DECLINE, OPERATOR, {"code": code.value})

        assert office.store.count("hotline_declined_total", code.value) == 1
        assert office.results() == {Stage.DISPATCH: DeadlineResult.MET, Stage.PROMISE: DeadlineResult.MET}

    @pytest.mark.parametrize("rating", Rating)
    async def test_a_rating_is_taken_by_label_or_digit(self, office, rating):
        """Five levels, and the unit that led is rated; the last two have the ticket handled again."""
        await office.reach(TicketState.CLOSED)
        office.clock.advance(hours=1)
        given = rating.label if rating.value in "135" else rating.value
        ticket = await office.act(CommandKind.RATE, CITIZEN, {"rating": given, "reason": "处理及时"})

        assert ticket.state is (TicketState.HANDLING if rating.value in "12" else TicketState.CLOSED)
        assert office.store.tables.ratings[ticket.ticket_no, 1].rating is rating
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

        with pytest.raises(Rejected, match="only a unit's answered ticket"):
            await office.act(CommandKind.RATE, CITIZEN, {"rating": "5"})

    async def test_nothing_personal_is_written_into_an_answer(self, office):
        """A clerk who types the citizen's number into a reason does not publish it; into a reply it may not be typed at all."""
        await office.reach(TicketState.HANDLING)
        await office.act(CommandKind.REQUEST_EXTENSION, LAMPS, {"working_days": 2, "reason": f"已回电{PHONE}，满意"})
        with pytest.raises(Rejected, match="手机号"):
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
        """Dispatch, sign, first contact, resolve, review and promise, each by the act that ends it."""
        await office.reach(TicketState.CLOSED)

        met = (Stage.DISPATCH, Stage.SIGN, Stage.FIRST_CONTACT, Stage.RESOLVE, Stage.REPLY_REVIEW, Stage.PROMISE)
        results = office.results()
        assert {stage for stage, result in results.items() if result is DeadlineResult.MET} == set(met)
        assert DeadlineResult.MISSED not in results.values()
        for unit, stage in (("U-LAMP", "sign"), ("U-LAMP", "resolve"), ("hotline", "dispatch"), ("hotline", "promise")):
            assert office.store.count("hotline_deadline_total", unit, stage, "met") == 1

    async def test_the_last_moment_is_in_time(self, office):
        """At the due time itself the deadline is met; a moment later it is missed."""
        await office.reach(TicketState.DISPATCHED)
        office.clock.advance(hours=2)
        await office.act(CommandKind.SIGN)

        assert office.results()[Stage.SIGN] is DeadlineResult.MET

    async def test_acting_late_misses(self, office):
        """Who signs after two hours has missed, also when no timer looked."""
        await office.reach(TicketState.DISPATCHED)
        office.clock.advance(hours=2, microseconds=1)
        await office.act(CommandKind.SIGN)

        assert office.results()[Stage.SIGN] is DeadlineResult.MISSED
        assert office.store.count("hotline_deadline_total", "U-LAMP", "sign", "missed") == 1

    async def test_the_units_clocks_start_with_the_dispatch(self, office):
        """A ticket that waited three hours leaves the unit its full two; the promise does not move."""
        await office.open()
        promise = office.clock_of(Stage.PROMISE, None)
        office.clock.advance(hours=3)
        await office.act(CommandKind.CONFIRM)

        assert office.clock_of(Stage.SIGN).deadline.due == MONDAY + timedelta(hours=5)
        assert office.clock_of(Stage.PROMISE, None) == promise

    async def test_the_clock_of_the_first_contact_starts_with_the_signature(self, office):
        """Before the unit has the ticket it need not have called anybody (domain.md A.2, unit.signed)."""
        await office.reach(TicketState.DISPATCHED)
        assert Stage.FIRST_CONTACT not in office.results()
        office.clock.advance(hours=1)
        await office.act(CommandKind.SIGN)

        assert office.clock_of(Stage.FIRST_CONTACT).deadline.start == office.clock.now()

    async def test_what_the_timers_found_missed_stays_missed(self, office):
        """A late signature does not count a second time, and mends nothing."""
        await office.reach(TicketState.DISPATCHED)
        await office.timers(hours=3)
        await office.act(CommandKind.SIGN)

        assert office.results()[Stage.SIGN] is DeadlineResult.MISSED
        assert office.store.count("hotline_deadline_total", "U-LAMP", "sign", "missed") == 1
        assert office.store.count("hotline_deadline_total", "U-LAMP", "sign", "met") == 0

    async def test_a_clock_that_jumped_back_counts_as_no_time(self, office):
        """The stage took no less than nothing."""
        await office.reach(TicketState.DISPATCHED)
        office.clock.advance(hours=-1)
        await office.act(CommandKind.SIGN)

        assert office.store.count("hotline_stage_seconds", "sign", "一般", "sum") == 0
        assert office.store.count("hotline_stage_seconds", "sign", "一般", "60") == 1


async def test_the_end_of_a_ticket_ends_every_hold(office):
    """Lead and co-units have nothing open any more, and are judged by nothing more."""
    await office.reach_with_co_unit(CommandKind.SIGN)
    await office.act(CommandKind.OVERRIDE_CO_REPLY, WATER)
    await office.act(CommandKind.REPLY, WATER)
    await office.act(CommandKind.PASS_REVIEW)
    assert len(office.holds()) == 2
    await office.act(CommandKind.CLOSE, SUPERVISOR)

    assert office.holds() == []
    assert office.store.count("hotline_closed_total", "U-WATER") == 1
    assert office.clock_of(Stage.RESOLVE, "U-LAMP").result is DeadlineResult.VOID


@pytest.mark.parametrize("rating", ["4", "1"])
async def test_a_closed_ticket_of_an_old_category_is_still_rated(office, rating):
    """A category that the profile dropped meanwhile blocks neither the citizen's rating nor a second handling."""
    await office.reach(TicketState.CLOSED)
    profile = a_profile()
    categories = {code: category for code, category in profile.categories.items() if code != "0703"}
    office.city = City.of(replace(profile, categories=categories))
    office.clock.advance(hours=1)

    assert (await office.act(CommandKind.RATE, ADMIN, {"rating": rating})).version > 6
