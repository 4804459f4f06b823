"""Co-units beside the lead, and the days on which a unit is told of a due time."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.rules.changes import extended
from dispatcher.rules.co_units import co_unit_deadline
from dispatcher.rules.reminding import red_card_day, reminders_of, supervision_day, yellow_card_day
from models.codes import ClockKind, ReminderKind
from models.deadline import Deadline
from tests.unit.rules.deadline_desk import CALENDAR, CHINA, RULES, at, five_days, record

CO_UNIT = RULES.co_unit
RULE = RULES.reminders

moments = st.datetimes(
    min_value=datetime(2024, 1, 2),  # noqa: DTZ001  hypothesis adds the zone itself
    max_value=datetime(2026, 9, 1),  # noqa: DTZ001
    timezones=st.just(CHINA),
)


def beside(lead: Deadline) -> Deadline:
    """Return the co-unit's deadline."""
    return co_unit_deadline(lead, "HK-CZJ", rule=CO_UNIT, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("clock", "amount", "start", "lead_due", "co_due"),
    [
        (ClockKind.WORKING_DAYS, 5, "2026-09-30T15:20", "2026-10-13T23:59:59", "2026-10-12T23:59:59"),  # S06
        (ClockKind.WORKING_DAYS, 15, "2026-04-27T10:00", "2026-05-20T23:59:59", "2026-05-19T23:59:59"),  # S20
        (ClockKind.WORKING_DAYS, 1, "2026-03-02T10:00", "2026-03-03T23:59:59", "2026-03-03T23:59:59"),  # at least one
        (ClockKind.WALL, 24, "2026-03-02T10:00", "2026-03-03T10:00", "2026-03-03T10:00"),
        (ClockKind.WORKING_HOURS, 4, "2026-03-02T08:30", "2026-03-02T14:30", "2026-03-02T14:30"),
        (ClockKind.NATURAL_DAYS, 7, "2026-03-02T10:00", "2026-03-09T23:59:59", "2026-03-06T23:59:59"),  # not a Sunday
    ],
)
def test_a_co_unit_has_a_day_less_than_the_lead(clock, amount, start, lead_due, co_due):
    """The lead keeps a day to put the answers together; a clock of hours leaves none to spare."""
    lead = record(clock, amount, start)

    assert (lead.due, beside(lead).due) == (at(lead_due), at(co_due))
    assert beside(lead).unit_code == "HK-CZJ"


def test_a_city_may_want_both_on_the_same_day():
    """``days_ahead = 0``."""
    lead = five_days("2026-09-30T15:20")

    assert co_unit_deadline(lead, "U", rule=replace(CO_UNIT, days_ahead=0), calendar=CALENDAR).due == lead.due


def test_an_extension_of_the_lead_holds_for_the_co_unit():
    """Still a day ahead of the lead, and without the lead's history."""
    lead = extended(five_days("2026-04-13T10:00"), 10, at=at("2026-04-17T09:00"), calendar=CALENDAR)

    assert (beside(lead).due, beside(lead).former) == (at("2026-05-06T23:59:59"), ())


@given(moments, st.sampled_from([(ClockKind.WORKING_DAYS, 5), (ClockKind.NATURAL_DAYS, 7), (ClockKind.WALL, 24)]))
def test_a_co_unit_is_never_due_after_the_lead(start, clock):
    """It is due before, unless the clock counts hours, or no working day lies before the lead's (七日 inside 春节)."""
    lead = record(*clock, start)

    first_end = CALENDAR.working_days(start, 1).end

    assert start < beside(lead).due <= lead.due
    assert beside(lead).due < lead.due or clock[0] is ClockKind.WALL or first_end == lead.due


@pytest.mark.parametrize(
    ("start", "yellow", "red"),
    [
        ("2026-03-10T23:12", date(2026, 3, 16), date(2026, 3, 18)),  # S01: due on Tuesday 17 March
        ("2026-09-30T15:20", date(2026, 10, 12), date(2026, 10, 14)),  # S06
        ("2026-04-24T10:00", date(2026, 4, 30), date(2026, 5, 7)),  # due on 6 May, the first day after the break
        ("2026-09-21T10:00", date(2026, 9, 28), date(2026, 9, 30)),  # due on the 29th; the 28th follows 中秋节
    ],
)
def test_the_cards_are_shown_on_working_days(start, yellow, red):
    """黄牌 on the last working day before the day of the due time, 红牌 on the first after it."""
    deadline = five_days(start)

    assert yellow_card_day(deadline, rule=RULE, calendar=CALENDAR) == yellow
    assert red_card_day(deadline, rule=RULE, calendar=CALENDAR) == red


def test_an_extension_takes_the_cards_with_it():
    """Story S15: due on 7 May after the extension, yellow on the 6th."""
    longer = extended(five_days("2026-04-13T10:00"), 10, at=at("2026-04-17T09:00"), calendar=CALENDAR)

    assert yellow_card_day(longer, rule=RULE, calendar=CALENDAR) == date(2026, 5, 6)


@pytest.mark.parametrize(("clock", "amount"), [(ClockKind.WORKING_DAYS, 1), (ClockKind.WALL, 24), (ClockKind.WALL, 2)])
def test_nobody_is_warned_on_the_day_on_which_the_clock_starts(clock, amount):
    """A deadline of one day has no yellow card; the red one it has."""
    deadline = record(clock, amount, "2026-03-02T10:00")

    assert yellow_card_day(deadline, rule=RULE, calendar=CALENDAR) is None
    assert red_card_day(deadline, rule=RULE, calendar=CALENDAR) > CALENDAR.day_of(deadline.due)


def test_cards_and_nudges_come_in_order_when_the_office_opens():
    """Nudged a day before, a day after and three days after; the cards with the first two."""
    told = reminders_of(five_days("2026-03-10T23:12"), rule=RULE, calendar=CALENDAR)

    assert [(reminder.kind, reminder.at) for reminder in told] == [
        (ReminderKind.NUDGE, at("2026-03-16T08:30")),
        (ReminderKind.YELLOW_CARD, at("2026-03-16T08:30")),
        (ReminderKind.NUDGE, at("2026-03-18T08:30")),
        (ReminderKind.RED_CARD, at("2026-03-18T08:30")),
        (ReminderKind.NUDGE, at("2026-03-20T08:30")),
    ]


def test_five_working_days_overdue_call_for_supervision():
    """Due on Tuesday 17 March: the fifth working day after it is the 24th."""
    deadline = five_days("2026-03-10T23:12")

    assert supervision_day(deadline, rule=RULE, calendar=CALENDAR) == date(2026, 3, 24)


@given(moments, st.sampled_from([(ClockKind.WORKING_DAYS, 5), (ClockKind.NATURAL_DAYS, 7), (ClockKind.WALL, 100)]))
def test_reminders_fall_on_working_days_around_the_due_day(start, clock):
    """No card and no nudge is shown where nobody works to see it."""
    deadline = record(*clock, start)
    due_day = CALENDAR.day_of(deadline.due)

    for reminder in reminders_of(deadline, rule=RULE, calendar=CALENDAR):
        assert CALENDAR.is_working_day(reminder.day)
        assert reminder.day != due_day
        assert reminder.day > start.date()
