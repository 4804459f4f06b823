"""营商环境专席 and 复杂疑难: tracks with times of their own (domain.md A.3)."""

import pytest

from config.profiles import find_profile, load_profile
from dispatcher.rules.deadlines import desk_track
from dispatcher.workflow.city import City
from models.codes import NoticeKind, RequestType, Stage, SubjectType, TicketState, Track, Urgency
from models.command import CommandKind
from models.errors import Forbidden, Rejected
from models.profile import DeskRule
from tests.builders import LAMPS, OPERATOR, SUPERVISOR
from tests.unit.workflow.office import DISPATCHER, EXTENSION, Office

_K = CommandKind
_RULE = DeskRule(groups=("18",), simple=(RequestType.CONSULT,))


@pytest.fixture
def office():
    """An office with an empty store; Monday 18 May 2026, no holidays."""
    return Office()


@pytest.mark.parametrize(
    ("asked", "units", "simple", "track"),
    [
        ((SubjectType.ENTERPRISE, "18", RequestType.HELP), 1, False, Track.ONE_UNIT),
        ((SubjectType.ENTERPRISE, "18", RequestType.HELP), 2, False, Track.SEVERAL_UNITS),
        ((SubjectType.ENTERPRISE, "18", RequestType.HELP), 1, True, Track.SIMPLE),
        ((SubjectType.ENTERPRISE, "18", RequestType.CONSULT), 1, False, Track.SIMPLE),
        ((SubjectType.ENTERPRISE, "03", RequestType.HELP), 1, False, None),
        ((SubjectType.CITIZEN, "18", RequestType.HELP), 1, False, None),
        ((None, "18", RequestType.HELP), 1, False, None),
    ],
)
def test_the_desk_serves_enterprises_with_its_own_matters(asked, units, simple, track):
    """By subject, first level and how many units; a person's word or the type makes it simple."""
    assert desk_track(*asked, units=units, rule=_RULE, simple=simple) is track


class TestHardCase:
    """复杂疑难: leave to take fifteen working days."""

    async def test_a_promise_that_is_as_long_by_its_type_is_no_leave(self):
        """In Haikou a 举报 has fifteen working days too; corrected to a 投诉 the unit has five."""
        office = Office(City.of(load_profile(find_profile("haikou"))))
        report = {"request_type": RequestType.REPORT, "machine_type": RequestType.REPORT}
        await office.open(category_code="0301", machine_category="0301", **report)
        await office.act(_K.CONFIRM, OPERATOR, {"type": "投诉", "unit": "HK-ZHZF"})

        assert office.clock_of(Stage.RESOLVE, "HK-ZHZF").deadline.allowance.days == 5

    async def test_the_dues_and_the_promise_are_counted_from_their_start(self, office):
        """Fifteen working days after Monday 18 May end on 8 June; the citizen is told, the unit noticed."""
        await office.reach(TicketState.HANDLING)
        office.clock.advance(days=2)
        await office.act(_K.APPROVE_COMPLEX)

        assert office.due(Stage.RESOLVE) == office.due(Stage.PROMISE, None) == "06-08 23:59"
        assert office.notices(NoticeKind.COMPLEX) == [("U-LAMP", "复杂疑难", "05-20")]
        assert "6月8日" in office.store.tables.citizen_messages[-1].text
        assert office.clock_of(Stage.RESOLVE).deadline.extensions == 0

    async def test_a_co_unit_keeps_its_day_less(self, office):
        """It is due on Friday the 5th, a day before the lead."""
        await office.reach_with_co_unit(_K.SIGN)
        await office.act(_K.APPROVE_COMPLEX)

        assert (office.due(Stage.RESOLVE, "U-WATER"), office.due(Stage.RESOLVE)) == ("06-08 23:59", "06-05 23:59")

    async def test_it_answers_a_request_for_more_time(self, office):
        """Nothing is left to decide on."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.REQUEST_EXTENSION)
        await office.act(_K.APPROVE_COMPLEX)

        assert office.ticket.extension_asked is None

    async def test_leave_goes_with_the_ticket_to_another_unit(self, office):
        """The citizen's promise stays; the new unit has fifteen days of its own."""
        await office.reach(TicketState.SIGNED)
        await office.act(_K.APPROVE_COMPLEX)
        await office.act(_K.RETURN)
        await office.act(_K.ACCEPT_RETURN, data={"transfer_to": "U-WATER"})

        assert office.due(Stage.RESOLVE, "U-WATER") == office.due(Stage.PROMISE, None) == "06-08 23:59"

    async def test_a_lower_urgency_takes_no_leave_back(self, office):
        """Nobody loses days that were granted."""
        await office.reach(TicketState.HANDLING, urgency=Urgency.URGENT)
        await office.act(_K.APPROVE_COMPLEX)
        await office.act(_K.CHANGE_URGENCY, OPERATOR, {"urgency": "一般"})

        assert office.due(Stage.RESOLVE) == "06-08 23:59"

    async def test_it_is_given_once_in_time_by_a_supervisor_with_a_reason(self, office):
        """Otherwise nothing moves."""
        await office.reach(TicketState.HANDLING)
        with pytest.raises(Forbidden):
            await office.act(_K.APPROVE_COMPLEX, DISPATCHER)
        with pytest.raises(Rejected, match="reason"):
            await office.act(_K.APPROVE_COMPLEX, data={})
        await office.act(_K.APPROVE_COMPLEX)
        with pytest.raises(Rejected, match="不会得到更多时间"):
            await office.act(_K.APPROVE_COMPLEX)

        late = Office()
        await late.reach(TicketState.HANDLING)
        late.clock.advance(days=8)
        with pytest.raises(Rejected, match="已超过时限"):
            await late.act(_K.APPROVE_COMPLEX)


class TestSupervisorsExtension:
    """A supervisor decides beyond the profile's limit (domain.md A.3, I.1)."""

    async def test_nobody_need_have_asked(self, office):
        """Twelve working days after Monday 25 May end on 10 June; the reason stands in the audit."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.APPROVE_EXTENSION, SUPERVISOR, {"working_days": 12, "reason": "配件断货"})

        assert office.due(Stage.RESOLVE) == office.due(Stage.PROMISE, None) == "06-10 23:59"
        assert office.last_event.data["reason"] == "配件断货"

    async def test_more_or_fewer_days_than_asked_for(self, office):
        """The request is answered by it."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.REQUEST_EXTENSION, LAMPS, EXTENSION)
        await office.act(_K.APPROVE_EXTENSION, SUPERVISOR, {"working_days": 1, "reason": "一天够了"})

        assert office.due(Stage.RESOLVE) == "05-26 23:59"
        assert office.ticket.extension_asked is None

    async def test_a_reviewer_grants_what_was_asked_for_alone(self, office):
        """Its own number is the supervisor's."""
        await office.reach(TicketState.HANDLING)
        with pytest.raises(Forbidden, match="督办员"):
            await office.act(_K.APPROVE_EXTENSION, DISPATCHER, {"working_days": 12, "reason": "配件断货"})

    @pytest.mark.parametrize("data", [{"working_days": 12}, {"working_days": 0, "reason": "x"}, {"working_days": "12"}])
    async def test_it_takes_days_and_a_reason(self, office, data):
        """Nothing moves without them."""
        await office.reach(TicketState.HANDLING)
        with pytest.raises(Rejected):
            await office.act(_K.APPROVE_EXTENSION, SUPERVISOR, data)
        assert office.due(Stage.RESOLVE) == "05-25 23:59"
