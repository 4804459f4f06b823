"""Deadlines of the default profile, against the literal dates of the acceptance stories."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.profiles import find_profile, load_profile
from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.deadlines import deadline_for, due_at, enterprise_track
from models.codes import ClockKind, RequestType, Stage, Track, Urgency
from models.deadline import Deadline
from models.profile import Allowance, Profile

HAIKOU = load_profile(find_profile("haikou"))
SHOUGUANG = load_profile(find_profile("shouguang"))
BEIJING = load_profile(find_profile("beijing-like"))

UNTIL_FEEDBACK = (
    *(Stage.REGISTER, Stage.DISPATCH, Stage.SIGN, Stage.FIRST_CONTACT),
    *(Stage.RETURN, Stage.RETURN_REVIEW, Stage.RESOLVE, Stage.PROMISE),
)
"""The stages in which an emergency is still to be met; what comes after the feedback may wait for office hours."""


def at(text: str) -> datetime:
    """Return a moment in China."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def deadline(
    stage: Stage,
    start: str,
    kind: str,
    urgency: str,
    *,
    category: str = "0301",
    profile: Profile = HAIKOU,
    track: Track | None = None,
) -> Deadline:
    """Return the deadline that a profile gives."""
    return deadline_for(
        stage,
        unit_code="HK-ZHZF",
        category_code=category,
        request_type=RequestType.from_label(kind),
        urgency=Urgency.from_label(urgency),
        start=at(start),
        rules=profile.deadlines,
        calendar=WorkingCalendar(profile.calendar),
        profile_version=profile.version,
        track=track,
    )


@pytest.mark.parametrize(
    ("story", "stage", "start", "kind", "urgency", "category", "due"),
    [
        ("S01", Stage.SIGN, "2026-03-10T23:12", "投诉", "一般", "0301", "2026-03-11T14:30"),
        ("S01", Stage.RESOLVE, "2026-03-10T23:12", "投诉", "一般", "0301", "2026-03-17T23:59:59"),
        ("S03", Stage.RESOLVE, "2026-04-08T09:30", "求助", "一般", "0703", "2026-04-15T23:59:59"),
        ("S04", Stage.DISPATCH, "2026-10-02T21:40", "求助", "特急", "0805", "2026-10-02T21:45"),
        ("S04", Stage.SIGN, "2026-10-02T21:40", "求助", "特急", "0805", "2026-10-02T22:10"),
        ("S04", Stage.RESOLVE, "2026-10-02T21:40", "求助", "特急", "0805", "2026-10-02T23:40"),
        ("S06", Stage.RESOLVE, "2026-09-30T15:20", "求助", "一般", "1802", "2026-10-13T23:59:59"),
        ("S07", Stage.RESOLVE, "2026-06-03T08:02:40", "求助", "一般", "0501", "2026-06-03T08:32:40"),
        ("S09", Stage.PROMISE, "2026-03-10T23:12", "投诉", "一般", "0301", "2026-03-17T23:59:59"),
        ("S11", Stage.RESOLVE, "2026-11-12T11:00", "举报", "一般", "0404", "2026-12-03T23:59:59"),
        ("S15", Stage.RESOLVE, "2026-04-13T10:00", "投诉", "一般", "0301", "2026-04-20T23:59:59"),
        ("S20", Stage.RESOLVE, "2026-04-27T10:00", "举报", "一般", "0402", "2026-05-20T23:59:59"),
        ("S20", Stage.RESOLVE, "2026-04-27T10:00", "投诉", "一般", "0402", "2026-05-07T23:59:59"),
    ],
)
def test_the_stories_dates_come_out(story, stage, start, kind, urgency, category, due):  # noqa: PLR0917  a table
    """Each literal date of the stories was computed by hand; the default profile gives the same."""
    assert deadline(stage, start, kind, urgency, category=category).due == at(due), story


def test_a_deadline_carries_its_proof():
    """Clock, counted days and the versions of calendar and profile stand in the record."""
    found = deadline(Stage.RESOLVE, "2026-09-30T15:20", "投诉", "一般")

    assert (found.clock, found.provisional) == (ClockKind.WORKING_DAYS, False)
    assert [f"{day:%m-%d}" for day in found.days] == ["10-08", "10-09", "10-10", "10-12", "10-13"]
    assert (found.calendar_version, found.profile_version) == (HAIKOU.calendar.version, HAIKOU.version)
    assert (found.unit_code, found.start) == ("HK-ZHZF", at("2026-09-30T15:20"))


def test_a_deadline_that_reaches_an_unknown_year_is_provisional():
    """Five working days from 30 December end in 2027, whose holidays are not published."""
    assert deadline(Stage.RESOLVE, "2026-12-30T10:00", "投诉", "一般").provisional


def test_an_emergency_never_waits_for_a_working_day():
    """Every stage of a 特急 request up to the feedback runs on natural time, whatever its type and category."""
    for stage in UNTIL_FEEDBACK:
        for kind in RequestType:
            for category in HAIKOU.categories:
                found = deadline(stage, "2026-10-02T21:40", kind.label, "特急", category=category)
                assert found.clock is ClockKind.WALL
                assert found.due <= at("2026-10-02T23:40")


def test_a_categorys_own_allowance_never_slows_an_urgent_request():
    """Heating has 24 hours of its own in 寿光; an emergency there still has two."""
    normal = deadline(Stage.RESOLVE, "2026-01-05T10:00", "投诉", "一般", category="A4", profile=SHOUGUANG)
    critical = deadline(Stage.RESOLVE, "2026-01-05T10:00", "投诉", "特急", category="A4", profile=SHOUGUANG)

    assert normal.due == at("2026-01-06T10:00")
    assert critical.due == at("2026-01-05T12:00")


def test_a_categorys_own_allowance_hastens_an_urgent_request():
    """挪车 has half an hour, also where 紧急 alone would have a day."""
    assert deadline(Stage.RESOLVE, "2026-06-03T08:00", "求助", "紧急", category="0501").due == at("2026-06-03T08:30")


def test_the_two_towns_count_differently():
    """寿光's working day ends at 17:30, and its unit signs within a working day instead of four office hours."""
    sign = deadline(Stage.SIGN, "2026-03-10T23:12", "投诉", "一般", category="A1", profile=SHOUGUANG)
    promise = deadline(Stage.PROMISE, "2026-03-10T23:12", "建议", "一般", category="A1", profile=SHOUGUANG)

    assert (sign.clock, sign.due) == (ClockKind.WORKING_DAYS, at("2026-03-11T17:30"))
    assert (promise.clock, promise.due) == (ClockKind.NATURAL_DAYS, at("2026-03-25T17:30"))


@pytest.mark.parametrize(
    ("stage", "start", "urgency", "due"),
    [
        (Stage.REGISTER, "2026-10-01T10:00", "一般", "2026-10-01T12:00"),
        (Stage.FIRST_CONTACT, "2026-10-02T21:40", "特急", "2026-10-02T22:10"),
        (Stage.FIRST_CONTACT, "2026-03-10T23:12", "紧急", "2026-03-11T01:12"),
        (Stage.FIRST_CONTACT, "2026-03-10T23:12", "一般", "2026-03-11T23:59:59"),
        (Stage.RETURN, "2026-10-02T21:40", "特急", "2026-10-02T21:55"),
        (Stage.RETURN, "2026-03-13T10:00", "一般", "2026-03-16T23:59:59"),
        (Stage.RETURN_REVIEW, "2026-03-13T16:30", "一般", "2026-03-16T09:30"),
        (Stage.REPLY_REVIEW, "2026-03-17T09:30", "一般", "2026-03-17T15:30"),
        (Stage.CALL_BACK, "2026-03-17T11:00", "一般", "2026-03-18T23:59:59"),
        (Stage.RATING_INVITE, "2026-03-17T11:00", "一般", "2026-03-20T23:59:59"),
        (Stage.RATING_WINDOW, "2026-03-17T11:00", "一般", "2026-03-24T23:59:59"),
        (Stage.RECTIFY, "2026-03-17T11:00", "一般", "2026-04-08T23:59:59"),
        (Stage.REOPEN, "2026-03-17T11:00", "一般", "2026-03-24T23:59:59"),
        (Stage.SUPERVISE, "2026-04-29T11:00", "一般", "2026-05-07T23:59:59"),
    ],
)
def test_every_stage_of_a_tickets_life_has_its_due_time(stage, start, urgency, due):
    """From the registration to the supervision, counted by hand over weekends, 清明节 and 劳动节."""
    assert deadline(stage, start, "投诉", urgency).due == at(due)


@pytest.mark.parametrize(
    ("track", "due"),
    [
        (enterprise_track(1, simple=True), "2026-10-08T23:59:59"),
        (enterprise_track(1), "2026-10-10T23:59:59"),
        (enterprise_track(2), "2026-10-13T23:59:59"),  # S06
        (enterprise_track(2, simple=True), "2026-10-13T23:59:59"),
        (Track.COMPLEX, "2026-10-27T23:59:59"),
        (None, "2026-10-13T23:59:59"),
    ],
)
def test_enterprises_at_their_desk_have_one_three_or_five_days(track, due):
    """Simple, one unit, several units; a hard case has fifteen, with leave; without a track the type decides."""
    for stage in (Stage.RESOLVE, Stage.PROMISE):
        assert deadline(stage, "2026-09-30T15:20", "求助", "一般", track=track).due == at(due)


def test_a_track_never_slows_an_urgent_request():
    """A hard case that is urgent still has its 24 hours of feedback."""
    assert deadline(Stage.RESOLVE, "2026-09-30T15:20", "求助", "紧急", track=Track.COMPLEX).due == at("2026-10-01T15:20")


@pytest.mark.parametrize(
    ("stage", "kind", "urgency", "category", "track", "due"),
    [
        (Stage.DISPATCH, "投诉", "特急", "0301", None, "2026-09-25T11:00"),
        (Stage.DISPATCH, "投诉", "紧急", "0301", None, "2026-09-25T12:00"),
        (Stage.DISPATCH, "投诉", "一般", "0301", None, "2026-09-26T10:00"),
        (Stage.DISPATCH, "求助", "一般", "0801", None, "2026-09-25T12:00"),
        (Stage.RESOLVE, "投诉", "特急", "0301", None, "2026-09-25T12:00"),
        (Stage.RESOLVE, "求助", "一般", "0801", None, "2026-09-26T10:00"),
        (Stage.RESOLVE, "投诉", "一般", "0301", None, "2026-10-08T23:59:59"),  # the 7th day lies in National Day
        (Stage.RESOLVE, "投诉", "一般", "0301", Track.COMPLEX, "2026-10-10T23:59:59"),
        (Stage.PROMISE, "咨询", "一般", "0301", None, "2026-10-08T23:59:59"),
    ],
)
def test_beijings_rules_count_natural_days(stage, kind, urgency, category, track, due):  # noqa: PLR0917  a table
    """1, 2 and 24 hours to dispatch; 2 and 24 hours of feedback, 7 days, 15 for a hard case (domain.md A.3)."""
    found = deadline(stage, "2026-09-25T10:00", kind, urgency, category=category, profile=BEIJING, track=track)

    assert found.due == at(due)


def test_every_stage_type_and_urgency_has_a_deadline_in_every_profile():
    """No ticket can be dispatched without a deadline."""
    for profile in (HAIKOU, SHOUGUANG, BEIJING):
        for stage in Stage:
            for kind in RequestType:
                for urgency in Urgency:
                    found = deadline(stage, "2026-03-10T10:00", kind.label, urgency.label, profile=profile)
                    assert found.due > found.start


def test_natural_time_is_exact_over_a_change_to_summer_time():
    """24 hours are 24 hours where the clocks go forward in between; the local time of day is then an hour later."""
    berlin = ZoneInfo("Europe/Berlin")
    calendar = WorkingCalendar(replace(HAIKOU.calendar, timezone=berlin))
    allowance = Allowance(ClockKind.WALL, 0, timedelta(hours=24), "test")

    found = due_at(allowance, datetime(2026, 3, 28, 12, tzinfo=berlin), calendar)

    assert found.due.time() == time(13)


def test_a_time_without_a_zone_is_refused():
    """Nobody guesses which clock a naive time was read from."""
    allowance = Allowance(ClockKind.WALL, 0, timedelta(hours=1), "test")

    with pytest.raises(ValueError, match="no time zone"):
        due_at(allowance, datetime(2026, 3, 10, 12), WorkingCalendar(HAIKOU.calendar))  # noqa: DTZ001  the point


@pytest.mark.parametrize("clock", list(ClockKind))
def test_an_empty_allowance_is_refused(clock):
    """A deadline that ends when it starts is a mistake in the caller."""
    with pytest.raises(ValueError, match="is empty"):
        due_at(Allowance(clock, 0, timedelta(), "test"), at("2026-03-10T12:00"), WorkingCalendar(HAIKOU.calendar))
