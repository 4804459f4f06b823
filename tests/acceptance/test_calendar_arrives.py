"""A year's notice that is loaded while work goes on: the provisional due times move, the certain ones stay."""

from pathlib import Path

import pytest

from config.profile_calendar import read_years
from dispatcher.workflow.calendars import load_calendar, recount, take_calendars
from hotline.replay.driver import Replay
from hotline.replay.events import read_events
from hotline.replay.outcome import outcome_of
from hotline.replay.stage import Props, stage_on
from models.errors import BadProfile
from tests.acceptance.test_stories import STORIES, props
from tests.services.databases import Database

pytestmark = pytest.mark.integration

__all__ = ["props"]

# A year made up for this test; the breaks stand where they may well be.
_NOTICE = {
    "元旦": ("2027-01-01", "2027-01-02", "2027-01-03"),
    "春节": ("2027-02-05", "2027-02-06", "2027-02-07"),
    "清明节": ("2027-04-05",),
    "劳动节": ("2027-05-01", "2027-05-02", "2027-05-03"),
    "端午节": ("2027-06-09",),
    "中秋节": ("2027-09-15",),
    "国庆节": ("2027-10-01", "2027-10-02", "2027-10-03"),
}


def _notice(path: Path, without: str = "") -> Path:
    lines = [f"{day},holiday,{name}" for name, days in _NOTICE.items() if name != without for day in days]
    path.write_text("\n".join(["date,kind,name", *lines, "2027-01-09,workday,元旦调休上班"]), encoding="utf-8")
    return path


async def test_provisional_due_times_are_counted_again(props: Props, database: Database, tmp_path: Path) -> None:
    """Five working days after Monday 28 December: 4 January without the notice, 5 January with it (the 1st is rested)."""
    events = read_events(STORIES / "calendar-ends.jsonl")
    async with stage_on(database.owner_url, database.app_url, props, begins_at=events[0].at) as stage:
        replay = Replay(stage)
        await replay.play(events)
        open_work = stage.database.open_work
        notice = read_years(_notice(tmp_path / "cn_2027.csv"))
        assert await load_calendar(notice, actor="test", city=stage.city, open_work=open_work, clock=stage.clock)
        assert await take_calendars(city=stage.city, open_work=open_work)
        assert await recount(city=stage.city, open_work=open_work, clock=stage.clock) == 1
        assert await recount(city=stage.city, open_work=open_work, clock=stage.clock) == 0
        outcome = await outcome_of(replay, stage)

    before, late = outcome["tickets"]
    assert (before["ref"], before["resolve_due"]) == ("BEFORE", "2026-11-09T23:59:59+08:00")
    assert (late["resolve_due"], late["promise_due"]) == ("2027-01-05T23:59:59+08:00",) * 2
    (event,) = [event for event in late["events"] if event["type"] == "calendar.loaded"]
    moved = {one["stage"]: (one["old"], one["due"]) for one in event["data"]["moved"]}
    assert moved["resolve"] == ("2027-01-04T23:59:59+08:00", "2027-01-05T23:59:59+08:00")
    assert [(one["kind"], one["unit"]) for one in outcome["notices"] if one["kind"] == "日历更新"] == [("日历更新", "HK-SZJ")]
    assert any("1月5日" in reply["text"] for reply in outcome["replies"])


def test_a_notice_that_lacks_a_break_is_refused(tmp_path: Path) -> None:
    """Half a notice would make days count that are rested."""
    with pytest.raises(BadProfile, match="2027 has no 春节"):
        read_years(_notice(tmp_path / "cn_2027.csv", without="春节"))
