"""日历: what was provisional is counted again when the year's notice arrives, and nothing else (domain.md A.4.6, A.9)."""

from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

import pytest

from dispatcher.rules.calendar import covered_until, with_years
from dispatcher.workflow.calendars import load_calendar, recount, take_calendars, warn_of_end
from models.codes import NoticeKind, Stage, TicketState
from models.command import CommandKind
from models.errors import Rejected
from models.profile import CalendarYears
from models.ticket import EventKind
from tests.builders import CHINA, a_profile
from tests.unit.workflow.office import Office

_K = CommandKind

NEW_YEAR = CalendarYears(
    "cn_2027@1",
    frozenset({2027}),
    MappingProxyType({date(2027, 1, 1): "元旦", date(2027, 1, 2): "元旦", date(2027, 1, 3): "元旦"}),
    MappingProxyType({date(2027, 1, 9): "元旦调休上班"}),
)
"""Friday to Sunday rested, Saturday the 9th worked."""


class CalendarOffice(Office):
    """An office on Monday 28 December 2026, 9:00; the loaded calendar ends with that year."""

    def __init__(self):
        super().__init__()
        self.goes_to(2026, 12, 28, 9)

    def goes_to(self, *moment):
        """Let time stand at a moment of the city's clocks."""
        self.clock.advance(seconds=(datetime(*moment, tzinfo=CHINA) - self.clock.now()).total_seconds())

    async def opens(self):
        """Send a ticket to the lamps; it is due five working days later."""
        now = self.clock.now()
        ticket = await self.open(received_at=now, registered_at=now)
        async with self.store.open_work() as work:
            (promise,) = [one for one in await work.lock_deadlines(ticket.ticket_no) if one.deadline.stage is Stage.PROMISE]
        tables = self.store.tables
        own = self.city.deadline(
            Stage.PROMISE,
            unit_code=None,
            category_code=ticket.category_code,
            request_type=ticket.request_type,
            urgency=ticket.urgency,
            start=now,
        )
        tables.deadlines[promise.key] = replace(promise, deadline=own, rings_at=own.due)
        await self.act(_K.CONFIRM)
        await self.act(_K.SIGN)

    async def loads(self, calendar=NEW_YEAR):
        """Load a calendar, take it over, count again; return how many tickets were looked at."""
        tools = {"city": self.city, "open_work": self.store.open_work}
        await load_calendar(calendar, actor="admin-1", clock=self.clock, **tools)
        await take_calendars(**tools)
        return await recount(clock=self.clock, **tools)


@pytest.fixture
def office():
    """An office at the end of the calendar."""
    office = CalendarOffice()
    office.city.calendar_in_use.__init__(office.city.profile.calendar)  # the city is shared with other tests
    yield office
    office.city.calendar_in_use.__init__(office.city.profile.calendar)


async def test_what_was_provisional_gets_its_new_day(office):
    """29, 30, 31 December, then without the notice 1 and 4 January, with it 4 and 5; unit and citizen are told."""
    await office.opens()
    assert office.due(Stage.RESOLVE) == "01-04 23:59"
    assert office.clock_of(Stage.RESOLVE).deadline.provisional

    assert await office.loads() == 1

    work = office.clock_of(Stage.RESOLVE).deadline
    assert (office.due(Stage.RESOLVE), office.due(Stage.PROMISE, None)) == ("01-05 23:59", "01-05 23:59")
    assert (work.provisional, work.calendar_version) == (False, "c1+cn_2027@1")
    assert [former.calendar_version for former in work.former] == ["c1"]
    assert office.last_event.kind is EventKind.CALENDAR_LOADED
    told = {moved["stage"]: (moved["old"][:10], moved["due"][:10]) for moved in office.last_event.data["moved"]}
    assert told["resolve"] == ("2027-01-04", "2027-01-05")
    assert office.notices(NoticeKind.CALENDAR) == [("U-LAMP", "日历更新", "12-28")]
    assert [one.name for one in office.store.tables.citizen_messages][-1] == "rescheduled"
    assert "1月5日" in office.store.tables.citizen_messages[-1].text


async def test_each_calendar_counts_once(office):
    """Looked at again, nothing is left to do; the same file loaded twice changes nothing."""
    await office.opens()
    await office.loads()
    version = office.ticket.version

    assert await office.loads() == 0
    assert office.ticket.version == version


async def test_what_is_certain_past_or_finished_stays(office):
    """A due of this year, one that has passed, one that was met: no notice rewrites them."""
    await office.opens()
    await office.act(_K.REPLY)
    await office.act(_K.PASS_REVIEW)
    office.goes_to(2027, 1, 6, 9)
    before = dict(office.store.tables.deadlines)
    await office.loads()

    after = office.store.tables.deadlines
    changed = {key[1] for key, stored in after.items() if stored.deadline.due != before[key].deadline.due}
    assert changed <= {Stage.RATING_WINDOW}
    assert after[office.clock_of(Stage.RESOLVE).key] == before[office.clock_of(Stage.RESOLVE).key]


async def test_what_is_archived_never_changes(office):
    """Its window for ratings was provisional, and stays as it was."""
    await office.opens()
    for kind in (_K.REPLY, _K.PASS_REVIEW, _K.CLOSE, _K.ARCHIVE):
        await office.act(kind)
    archived, kinds = office.ticket, office.event_kinds()
    await office.loads()

    assert (office.ticket, office.event_kinds()) == (archived, kinds)
    assert await office.loads() == 0


async def test_a_reply_under_review_is_counted_again_too(office):
    """Its clock stands and may run on; the day then is the new one."""
    await office.opens()
    await office.act(_K.REPLY)
    await office.loads()

    assert office.due(Stage.RESOLVE) == "01-05 23:59"


async def test_what_another_year_still_leaves_open_is_not_counted_for_ever(office):
    """It stays provisional, and says by which calendar it was counted."""
    await office.opens()
    office.goes_to(2026, 12, 28, 10)
    far = CalendarYears("c2027", frozenset({2027}), MappingProxyType({}), MappingProxyType({}))
    key = office.clock_of(Stage.RESOLVE).key
    stored = office.store.tables.deadlines[key]
    beyond = office.city.calendar.working_days(stored.deadline.start, 300)
    allowance = replace(stored.deadline.allowance, days=300)
    longer = replace(stored.deadline, allowance=allowance, due=beyond.end, days=beyond.days)
    office.store.tables.deadlines[key] = replace(stored, deadline=longer)
    await office.loads(far)

    work = office.clock_of(Stage.RESOLVE).deadline
    assert (work.provisional, work.calendar_version, work.former) == (True, "c1+c2027", ())
    assert await office.loads(far) == 0


@pytest.mark.parametrize(
    ("years", "why"), [({2026}, "stands in profile"), ({2028}, "load 2027 before it"), ({2026, 2027}, "stands in profile")]
)
async def test_a_year_that_does_not_follow_is_refused(office, years, why):
    """The profile's own years are changed there; a hole would make days look certain that are not."""
    with pytest.raises(Rejected, match=why):
        await office.loads(CalendarYears("x", frozenset(years), {}, {}))
    assert office.store.tables.calendars == {}


async def test_the_end_of_the_calendar_is_told_once(office):
    """From 17 November on, 44 days before the last day of December; again only when another year ends."""
    told = {"city": office.city, "open_work": office.store.open_work, "clock": office.clock}
    office.goes_to(2026, 11, 15, 23, 59)
    assert not await warn_of_end(**told)
    office.goes_to(2026, 11, 17)
    assert await warn_of_end(**told)
    assert not await warn_of_end(**told)
    (alert,) = office.store.messages
    assert (alert.topic, alert.data["kind"], alert.data["covered_until"]) == ("hotline.alerts", "calendar", "2026-12-31")
    await office.loads()
    office.goes_to(2026, 12, 20)
    assert not await warn_of_end(**told)


def test_a_later_calendar_of_a_year_takes_its_place_and_the_profiles_own_stands():
    """The version names all that are used."""
    facts = a_profile().calendar
    corrected = CalendarYears("cn_2027@2", frozenset({2027}), {date(2027, 1, 1): "元旦"}, {})
    own = CalendarYears("mine", frozenset({2026}), {date(2026, 12, 30): "x"}, {})
    both = with_years(facts, [NEW_YEAR, own, corrected])

    assert (both.version, both.years) == ("c1+cn_2027@2", {2026, 2027})
    assert (dict(both.holidays), dict(both.workdays)) == ({date(2027, 1, 1): "元旦"}, {})
    assert covered_until(both, date(2026, 5, 1)) == date(2027, 12, 31)
    assert covered_until(facts, date(2028, 5, 1)) == date(2027, 12, 31)
    assert with_years(facts, []) is facts


async def test_an_office_without_provisional_deadlines_has_nothing_to_count():
    """In May everything is certain."""
    office = Office()
    await office.reach(TicketState.HANDLING)
    assert await recount(city=office.city, open_work=office.store.open_work, clock=office.clock) == 0
