"""答复、协办、审核: what the units found, and whether it is good enough for the citizen (domain.md A.2, A.5, story S20)."""

from datetime import datetime

import pytest

from config.profiles import find_profile, load_profile
from dispatcher.workflow.city import City
from dispatcher.workflow.reply import hints_for
from models.codes import RequestType, Stage, TicketState
from models.command import CommandKind
from models.deadline import DeadlineResult
from models.errors import Forbidden, IllegalTransition, Rejected
from models.ticket import Actor
from tests.builders import CHINA, LAMPS, OPERATOR, PHONE, WATER
from tests.unit.workflow.office import REPLY, Office

_K = CommandKind


@pytest.fixture
def office():
    """An office with an empty store."""
    return Office()


async def test_story_s20():
    """举报 of 27 April 2026 with two co-units: each has its own day, and the citizen one answer."""
    office = Office(City.of(load_profile(find_profile("haikou"))))
    start = datetime(2026, 4, 27, 10, tzinfo=CHINA)
    office.clock.advance(seconds=(start - office.clock.now()).total_seconds())
    await office.open(category_code="1001", request_type=RequestType.REPORT, received_at=start, registered_at=start)
    await office.act(_K.DISPATCH, OPERATOR, {"unit": "HK-STHJ", "co_units": ["HK-SWJ", "HK-ZHZF"]})
    lead, water, order = (Actor(LAMPS.role, "clerk", unit) for unit in ("HK-STHJ", "HK-SWJ", "HK-ZHZF"))
    assert office.due(Stage.RESOLVE, "HK-STHJ") == "05-20 23:59"
    assert office.due(Stage.RESOLVE, "HK-SWJ") == office.due(Stage.RESOLVE, "HK-ZHZF") == "05-19 23:59"
    await office.act(_K.SIGN, lead)
    office.clock.advance(days=3)
    await office.act(_K.CO_REPLY, water, REPLY)
    office.clock.advance(days=6)
    with pytest.raises(Rejected, match="waits for the replies of HK-ZHZF"):
        await office.act(_K.REPLY, lead, REPLY)
    await office.act(_K.OVERRIDE_CO_REPLY, lead, {"reason": "协办单位未答复"})
    await office.act(_K.REPLY, lead, REPLY)
    await office.act(_K.PASS_REVIEW)
    await office.timers(days=9)  # the citizen's week has passed: closed before the co-unit's day

    assert office.ticket.state is TicketState.CLOSED
    assert [one.name for one in office.store.tables.citizen_messages].count("answered") == 1
    assert office.clock_of(Stage.RESOLVE, "HK-STHJ").result is DeadlineResult.MET
    assert office.clock_of(Stage.RESOLVE, "HK-SWJ").result is DeadlineResult.MET
    assert office.clock_of(Stage.RESOLVE, "HK-ZHZF").result is DeadlineResult.VOID
    with pytest.raises(Rejected):
        await office.act(_K.CO_REPLY, order, REPLY)


class TestCoUnits:
    """协办."""

    async def test_the_lead_waits_for_every_co_unit(self, office):
        """Once they have replied it may."""
        await office.reach_with_co_unit(_K.SIGN)
        with pytest.raises(Rejected, match="waits for the replies of U-LAMP"):
            await office.act(_K.REPLY, WATER)
        await office.act(_K.CO_REPLY)

        assert (await office.act(_K.REPLY, WATER)).state is TicketState.REPLIED

    async def test_a_co_unit_replies_once_and_not_for_the_lead(self, office):
        """Its answer is a report to the lead; the lead's is the reply."""
        await office.reach_with_co_unit(_K.SIGN)
        await office.act(_K.CO_REPLY)

        with pytest.raises(Rejected, match="replied to"):
            await office.act(_K.CO_REPLY)
        with pytest.raises(Forbidden, match="its answer is a reply"):
            await office.act(_K.CO_REPLY, WATER)

    async def test_a_co_unit_is_judged_by_its_own_day(self, office):
        """On Saturday the lamps are late, the water company is not: Friday and Monday."""
        await office.reach_with_co_unit(_K.SIGN)
        await office.timers(days=5)
        await office.act(_K.CO_REPLY)
        await office.act(_K.REPLY, WATER)
        await office.act(_K.PASS_REVIEW)

        assert office.clock_of(Stage.RESOLVE, "U-LAMP").result is DeadlineResult.MISSED
        assert office.clock_of(Stage.RESOLVE, "U-WATER").result is DeadlineResult.MET

    async def test_an_override_names_whom_and_why(self, office):
        """The co-unit may still report until the lead has replied; where nobody is waited for there is nothing to override."""
        await office.reach_with_co_unit(_K.SIGN)
        await office.act(_K.OVERRIDE_CO_REPLY)
        assert office.last_event.data == {"units": ["U-LAMP"], "reason": "协办单位逾期"}
        await office.act(_K.CO_REPLY)

        with pytest.raises(Rejected, match="waits for no co-unit"):
            await office.act(_K.OVERRIDE_CO_REPLY)

    async def test_an_overridden_co_unit_may_be_late_all_the_same(self, office):
        """The lead has replied; the co-unit's day passes while the reply is reviewed."""
        await office.reach_with_co_unit(_K.SIGN)
        await office.act(_K.OVERRIDE_CO_REPLY)
        await office.act(_K.REPLY, WATER)
        await office.timers(days=5)

        assert office.clock_of(Stage.RESOLVE, "U-LAMP").result is DeadlineResult.MISSED

    async def test_a_co_unit_speaks_with_the_citizen_too(self, office):
        """Its contact is its own; the ticket moves by the lead's."""
        await office.reach_with_co_unit(_K.SIGN)

        assert (await office.act(_K.CONTACT_CITIZEN, LAMPS)).state is TicketState.SIGNED
        assert (await office.act(_K.CONTACT_CITIZEN, WATER)).state is TicketState.HANDLING


class TestReply:
    """答复."""

    async def test_the_report_stands_in_the_audit(self, office):
        """Investigation, result, basis, and whether the citizen was contacted."""
        await office.reach(TicketState.REPLIED)

        assert office.last_event.data == {"unit": "U-LAMP", **REPLY, "findings": []}

    async def test_what_is_wanting_stands_beside_the_reply_and_is_counted(self, office):
        """The reviewer reads it; the reply goes on."""
        await office.reach(TicketState.SIGNED)
        await office.act(_K.REPLY, LAMPS, {**REPLY, "basis": "", "contacted": False})

        assert office.ticket.state is TicketState.REPLIED
        assert [found["code"] for found in office.last_event.data["findings"]] == ["not_contacted", "no_basis"]
        assert office.store.count("hotline_reply_findings_total", "no_basis") == 1

    async def test_whom_the_unit_called_before_counts_as_contacted(self, office):
        """The reply need not say so again."""
        await office.reach(TicketState.HANDLING)
        await office.act(_K.REPLY, LAMPS, {**REPLY, "contacted": False})

        assert office.last_event.data["findings"] == []

    @pytest.mark.parametrize("field", ["investigation", "result", "basis"])
    async def test_a_reply_with_a_mobile_number_is_refused(self, office, field):
        """It goes to many desks; the number is named nowhere, not in the refusal either."""
        await office.reach(TicketState.SIGNED)
        with pytest.raises(Rejected, match="手机号或身份证号") as refused:
            await office.act(_K.REPLY, LAMPS, {**REPLY, field: f"已拨{PHONE}"})

        assert PHONE not in str(refused.value)
        assert office.ticket.state is TicketState.SIGNED

    async def test_a_co_units_reply_with_a_mobile_number_is_refused_too(self, office):
        """The lead copies from it."""
        await office.reach_with_co_unit(_K.SIGN)
        with pytest.raises(Rejected, match="手机号或身份证号"):
            await office.act(_K.CO_REPLY, LAMPS, {**REPLY, "result": f"已拨{PHONE}"})

    async def test_the_names_of_attachments_are_kept(self, office):
        """Files stand with the unit; the reply names them."""
        await office.reach(TicketState.SIGNED)
        await office.act(_K.REPLY, LAMPS, {**REPLY, "attachments": ["修复前.jpg", " 修复后.jpg ", ""]})

        assert office.last_event.data["attachments"] == ["修复前.jpg", "修复后.jpg"]

    async def test_the_unit_may_ask_what_is_wanting_before_it_sends(self, office):
        """The same look, and nothing happens."""
        await office.reach(TicketState.SIGNED)
        version = office.ticket.version
        asked = {**REPLY, "result": f"已更换灯泡，详询{PHONE}", "basis": "", "contacted": False}
        found = await hints_for(
            office.ticket.ticket_no,
            asked,
            actor=LAMPS,
            city=office.city,
            open_work=office.store.open_work,
            clock=office.clock,
        )

        assert [one.fault.value for one in found] == ["not_contacted", "no_basis", "personal_data"]
        assert office.ticket.version == version

    async def test_a_reply_that_says_so_is_a_first_contact(self, office):
        """Who says to have spoken with the citizen has; who says nothing has not, and is late the day after."""
        await office.reach(TicketState.REPLIED)
        assert office.clock_of(Stage.FIRST_CONTACT).result is DeadlineResult.MET

        silent = Office()
        await silent.reach(TicketState.SIGNED)
        await silent.act(_K.REPLY, LAMPS, {**REPLY, "contacted": False})
        await silent.timers(days=2)
        assert silent.clock_of(Stage.FIRST_CONTACT).result is DeadlineResult.MISSED

    async def test_the_first_contact_stands(self, office):
        """A second one is noted in the audit and changes no clock."""
        await office.reach(TicketState.HANDLING)
        office.clock.advance(hours=1)
        await office.act(_K.CONTACT_CITIZEN)

        (row,) = office.store.tables.assignments
        assert row.moments["contacted"] < office.clock.now()
        assert office.store.count("hotline_deadline_total", "U-LAMP", "first_contact", "met") == 1

    async def test_a_replied_ticket_cannot_be_taken_back_by_another_call(self, office):
        """After the reply the unit has no say until the review has spoken."""
        for state in (TicketState.REPLIED, TicketState.AWAITING_CALL_BACK, TicketState.CALLED_BACK):
            other = Office()
            await other.reach(state)
            with pytest.raises(IllegalTransition):
                await other.act(_K.CONTACT_CITIZEN)

    async def test_while_the_reply_waits_for_its_review_the_unit_is_not_late(self, office):
        """The hotline takes nine days to look: the reply was there on the first."""
        await office.reach(TicketState.REPLIED)
        await office.timers(days=9)
        assert office.notices() == []
        await office.act(_K.PASS_REVIEW)

        assert office.clock_of(Stage.RESOLVE).result is DeadlineResult.MET
        assert office.clock_of(Stage.PROMISE, None).result is DeadlineResult.MISSED


class TestReview:
    """答复审核."""

    async def test_a_passed_reply_goes_to_the_citizen(self, office):
        """Unit and promise are judged; the hotline has a day to call back, the citizen a week to rate."""
        await office.reach(TicketState.AWAITING_CALL_BACK)

        assert office.clock_of(Stage.RESOLVE).result is DeadlineResult.MET
        assert office.clock_of(Stage.PROMISE, None).result is DeadlineResult.MET
        assert office.clock_of(Stage.CALL_BACK, None).result is None
        assert office.clock_of(Stage.RATING_WINDOW, None).result is None
        assert [one.name for one in office.store.tables.citizen_messages] == ["answered"]
        assert office.store.count("hotline_stage_seconds", "resolve", "一般", "60") == 1

    @pytest.mark.parametrize("kind", [_K.PASS_REVIEW, _K.FAIL_REVIEW])
    @pytest.mark.parametrize(("hours", "result"), [(5, DeadlineResult.MET), (48, DeadlineResult.MISSED)])
    async def test_the_hotline_has_a_day_to_review(self, office, kind, hours, result):
        """答复审核 is the hotline's own deadline, from the reply to the decision; each reply has one."""
        await office.reach(TicketState.REPLIED)
        await office.timers(hours=hours)
        await office.act(kind)

        assert office.clock_of(Stage.REPLY_REVIEW, None).result is result
        assert office.store.count("hotline_deadline_total", "hotline", "reply_review", result.value) == 1

    async def test_a_failed_reply_goes_back_with_the_reason(self, office):
        """The unit's clock runs on; nobody is judged yet, and the citizen hears nothing."""
        await office.reach(TicketState.REPLIED)
        ticket = await office.act(_K.FAIL_REVIEW)

        assert ticket.state is TicketState.HANDLING
        assert office.last_event.data == {"round": 1, "reason": "未联系诉求人"}
        assert office.clock_of(Stage.RESOLVE).is_running
        assert office.store.tables.citizen_messages == []

    async def test_a_second_reply_is_judged_by_its_own_moment(self, office):
        """Replied in time, sent back, and replied again too late: missed (domain.md M24, the first passing reply)."""
        await office.reach(TicketState.REPLIED)
        await office.act(_K.FAIL_REVIEW)
        office.clock.advance(days=8)
        await office.act(_K.REPLY)
        await office.act(_K.PASS_REVIEW)

        assert office.clock_of(Stage.RESOLVE).result is DeadlineResult.MISSED

    async def test_what_came_due_during_the_review_is_missed_once_it_fails(self, office):
        """The timers find it at their next look, and the red card of the day after the due day comes."""
        await office.reach(TicketState.REPLIED)
        await office.timers(days=8)
        await office.act(_K.FAIL_REVIEW)
        await office.timers(minutes=1)

        assert office.clock_of(Stage.RESOLVE).result is DeadlineResult.MISSED
        assert ("U-LAMP", "红牌", "05-26") in office.notices()

    @pytest.mark.parametrize("wish", ["anonymous", "confidential"])
    async def test_who_wants_not_to_be_known_is_neither_called_nor_written_to(self, office, wish):
        """There is no clock for a call that nobody may make; the time to rate runs all the same."""
        await office.reach(TicketState.AWAITING_CALL_BACK, **{wish: True})

        assert Stage.CALL_BACK not in office.results()
        assert Stage.RATING_INVITE not in office.results()
        assert Stage.RATING_WINDOW in office.results()
        assert office.store.tables.citizen_messages == []
        with pytest.raises(Rejected, match="nobody calls back"):
            await office.act(_K.CALL_BACK)
