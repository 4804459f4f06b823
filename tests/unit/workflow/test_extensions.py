"""延期: once, before the due day, for a reason; unit and citizen get the same later day (domain.md A.3, story S15)."""

from datetime import datetime

import pytest

from config.profiles import find_profile, load_profile
from dispatcher.workflow.city import City
from models.codes import NoticeKind, RequestType, Stage, TicketState
from models.command import CommandKind
from models.deadline import DeadlineResult
from models.errors import Forbidden, IllegalTransition, Rejected
from models.ticket import Actor
from tests.builders import CHINA, LAMPS, OPERATOR, WATER
from tests.unit.workflow.office import DISPATCHER, EXTENSION, Office

_K = CommandKind


@pytest.fixture
def office():
    """An office with an empty store."""
    return Office()


def asked_for(days):
    """Return what a unit says that wants ``days`` more."""
    return {"working_days": days, "reason": "需专业机构检测"}


async def test_story_s15():
    """投诉 of Monday 13 April 2026, ten days more asked for on Thursday, granted on Friday: due on 7 May, told to everybody."""
    office = Office(City.of(load_profile(find_profile("haikou"))))
    start = datetime(2026, 4, 13, 10, tzinfo=CHINA)
    office.clock.advance(seconds=(start - office.clock.now()).total_seconds())
    await office.open(category_code="0301", request_type=RequestType.COMPLAINT, received_at=start, registered_at=start)
    await office.act(_K.DISPATCH, OPERATOR, {"unit": "HK-STHJ"})
    unit = Actor(LAMPS.role, "clerk", "HK-STHJ")
    assert office.due(Stage.RESOLVE, "HK-STHJ") == "04-20 23:59"
    office.clock.advance(hours=1)
    await office.act(_K.SIGN, unit)
    office.clock.advance(days=3, hours=4)
    await office.act(_K.REQUEST_EXTENSION, unit, asked_for(10))
    office.clock.advance(hours=18)
    await office.act(_K.APPROVE_EXTENSION)

    assert office.due(Stage.RESOLVE, "HK-STHJ") == "05-07 23:59"
    assert [one.name for one in office.store.tables.citizen_messages] == ["extended"]
    assert office.notices(NoticeKind.EXTENSION) == [("HK-STHJ", "延期", "04-17")]

    await office.timers(days=18)  # 5 May: the yellow card belongs to the 6th alone, none to the first due day
    assert office.notices(NoticeKind.YELLOW_CARD) == []
    await office.timers(days=1)
    assert office.notices(NoticeKind.YELLOW_CARD) == [("HK-STHJ", "黄牌", "05-06")]
    with pytest.raises(Rejected, match="督办员"):
        await office.act(_K.REQUEST_EXTENSION, unit, asked_for(3))
    await office.act(_K.REPLY, unit, {"investigation": "已检测", "result": "已整改"})
    await office.act(_K.PASS_REVIEW)
    work = office.clock_of(Stage.RESOLVE, "HK-STHJ")
    assert work.result is DeadlineResult.MET
    assert work.done_at > work.deadline.due_before_extension  # 原时限办结率 tells that it took an extension


async def test_both_dues_move_by_as_many_working_days(office):
    """From Monday 25 May three days on: Thursday 28 May for the unit, and for the citizen, who is told."""
    await office.reach(TicketState.HANDLING)
    await office.act(_K.REQUEST_EXTENSION)
    assert office.due(Stage.RESOLVE) == "05-25 23:59"
    await office.act(_K.APPROVE_EXTENSION)

    assert office.due(Stage.RESOLVE) == office.due(Stage.PROMISE, None) == "05-28 23:59"
    assert office.last_event.data["working_days"] == 3
    assert set(office.last_event.data["due"]) == {"resolve", "promise"}
    assert office.ticket.extension_asked is None
    assert "5月28日" in office.store.tables.citizen_messages[-1].text


async def test_an_extension_of_the_lead_holds_for_its_co_units(office):
    """Friday 22 May becomes Wednesday 27 May for the lamps, who help the water company."""
    await office.reach_with_co_unit(_K.SIGN)
    assert office.due(Stage.RESOLVE, "U-LAMP") == "05-22 23:59"
    await office.act(_K.REQUEST_EXTENSION, WATER)
    await office.act(_K.APPROVE_EXTENSION)

    assert office.due(Stage.RESOLVE, "U-WATER") == "05-28 23:59"
    assert office.due(Stage.RESOLVE, "U-LAMP") == "05-27 23:59"


async def test_a_refused_extension_moves_nothing(office):
    """The reason stands in the audit, nobody is told of another day, and the unit may ask again."""
    await office.reach(TicketState.HANDLING)
    await office.act(_K.REQUEST_EXTENSION)
    await office.act(_K.REFUSE_EXTENSION)

    assert office.due(Stage.RESOLVE) == "05-25 23:59"
    assert office.last_event.data == {"working_days": 3, "reason": "理由不充分"}
    assert office.notices() == []
    assert (await office.act(_K.REQUEST_EXTENSION)).extension_asked == 3


async def test_an_extension_is_asked_for_before_the_due_time(office):
    """At the last moment it may be; a moment later it is late."""
    await office.reach(TicketState.HANDLING)
    due = office.clock_of(Stage.RESOLVE).deadline.due
    office.clock.advance(seconds=(due - office.clock.now()).total_seconds())
    await office.act(_K.REQUEST_EXTENSION)
    await office.act(_K.REFUSE_EXTENSION)
    office.clock.advance(microseconds=1)

    with pytest.raises(Rejected, match="已超过时限"):
        await office.act(_K.REQUEST_EXTENSION)


async def test_what_is_asked_for_is_decided_before_the_due_time(office):
    """Once the work is overdue it is counted as missed; no later decision can make that undone."""
    await office.reach(TicketState.HANDLING)
    await office.act(_K.REQUEST_EXTENSION)
    office.clock.advance(days=8)

    with pytest.raises(Rejected, match="已超过时限"):
        await office.act(_K.APPROVE_EXTENSION)
    assert (await office.act(_K.REFUSE_EXTENSION)).extension_asked is None


async def test_one_question_at_a_time(office):
    """While nobody has decided, the unit does not ask again; where nothing was asked nobody decides."""
    await office.reach(TicketState.HANDLING)
    for kind in (_K.APPROVE_EXTENSION, _K.REFUSE_EXTENSION):
        with pytest.raises(Rejected, match="no extension"):
            await office.act(kind)
    await office.act(_K.REQUEST_EXTENSION)

    with pytest.raises(Rejected, match="not decided"):
        await office.act(_K.REQUEST_EXTENSION)


async def test_an_extension_is_granted_once(office):
    """The second one is a matter of the supervisors (domain.md A.3)."""
    await office.reach(TicketState.HANDLING)
    await office.act(_K.REQUEST_EXTENSION)
    await office.act(_K.APPROVE_EXTENSION)

    with pytest.raises(Rejected, match="再次延期"):
        await office.act(_K.REQUEST_EXTENSION)


async def test_the_limit_is_ten_working_days(office):
    """Ten may be asked for, eleven not."""
    await office.reach(TicketState.HANDLING)
    with pytest.raises(Rejected, match="上限"):
        await office.act(_K.REQUEST_EXTENSION, LAMPS, asked_for(11))

    assert (await office.act(_K.REQUEST_EXTENSION, LAMPS, asked_for(10))).extension_asked == 10


async def test_a_reply_answers_the_question(office):
    """Who has replied needs no more time; a grant that comes too late changes nothing."""
    await office.reach(TicketState.HANDLING)
    await office.act(_K.REQUEST_EXTENSION)
    ticket = await office.act(_K.REPLY)

    assert ticket.extension_asked is None
    with pytest.raises(Rejected):
        await office.act(_K.APPROVE_EXTENSION)
    assert office.notices() == []


async def test_only_the_lead_asks(office):
    """A co-unit has no day of its own to extend; the unit that asks does not decide."""
    await office.reach_with_co_unit(_K.SIGN)
    with pytest.raises(Forbidden):
        await office.act(_K.REQUEST_EXTENSION, LAMPS)
    await office.act(_K.REQUEST_EXTENSION, WATER, EXTENSION)
    with pytest.raises(Forbidden):
        await office.act(_K.APPROVE_EXTENSION, WATER)


async def test_nobody_asks_before_signing(office):
    """First the unit takes the ticket."""
    await office.reach(TicketState.DISPATCHED)

    with pytest.raises(IllegalTransition):
        await office.act(_K.REQUEST_EXTENSION)


async def test_a_promise_that_was_missed_stays_missed(office):
    """The citizen spoke on Monday, the unit received it on Tuesday of the next week: only its own due moves."""
    await office.open()
    office.clock.advance(days=4)
    await office.act(_K.CONFIRM)
    await office.act(_K.SIGN)
    await office.timers(days=4)
    await office.act(_K.REQUEST_EXTENSION)
    await office.act(_K.APPROVE_EXTENSION, DISPATCHER)

    assert office.due(Stage.RESOLVE) == "06-03 23:59"
    assert office.due(Stage.PROMISE, None) == "05-25 23:59"
    assert office.clock_of(Stage.PROMISE, None).result is DeadlineResult.MISSED


async def test_nobody_answers_for_a_ticket_that_has_ended(office):
    """The citizen withdrew while the question was open: neither grant nor refusal touches the ticket any more."""
    await office.reach(TicketState.HANDLING)
    await office.act(_K.REQUEST_EXTENSION)
    withdrawn = await office.act(_K.WITHDRAW)

    assert withdrawn.extension_asked is None
    for kind in (_K.APPROVE_EXTENSION, _K.REFUSE_EXTENSION):
        with pytest.raises(Rejected):
            await office.act(kind)
    assert office.ticket == withdrawn
