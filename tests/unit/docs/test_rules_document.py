"""The page of rules says what the default profile does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.profiles import find_profile, load_profile
from models.codes import ClockKind, PauseReason, RequestType, Stage, Track, Urgency
from models.profile import Allowance

RULES = Path(__file__).parents[3] / "docs" / "rules.md"
DEADLINES = load_profile(find_profile("haikou")).deadlines


def rows() -> Iterator[list[str]]:
    """Yield the cells of each line of the page's tables."""
    for line in RULES.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def in_words(allowance: Allowance) -> str:
    """Return an allowance as the page writes it."""
    match allowance.clock:
        case ClockKind.WORKING_DAYS | ClockKind.NATURAL_DAYS:
            return f"{allowance.days} {allowance.clock.value}"
        case ClockKind.WORKING_HOURS:
            return f"{allowance.duration // timedelta(hours=1)} office h"
    hours, rest = divmod(allowance.duration, timedelta(hours=1))
    return f"{hours} h" if not rest else f"{allowance.duration // timedelta(minutes=1)} min"


@pytest.mark.parametrize("stage", list(Stage))
def test_each_stage_has_its_row(stage):
    """Name in both languages, and the three times; 一般 by type where the profile says so."""
    (row,) = [cells for cells in rows() if cells[0] == f"`{stage.value}`"]
    by_type = (stage, RequestType.COMPLAINT) in DEADLINES.by_type
    urgent = [in_words(DEADLINES.by_urgency[stage, urgency]) for urgency in (Urgency.CRITICAL, Urgency.URGENT)]
    normal = "by type" if by_type else in_words(DEADLINES.by_urgency[stage, Urgency.NORMAL])

    assert row[1] == stage.label
    assert row[4:] == [*urgent, normal]


def test_types_and_tracks_have_their_times():
    """The table of types in the order of the types, and a row for each track; the promise has the same numbers."""
    tables = list(rows())
    labels = [kind.label for kind in RequestType]
    of_types = tables[tables.index(labels) + 2]
    of_tracks = {cells[0].split()[0]: cells[1] for cells in tables if cells[0].split()[0] in {track.label for track in Track}}

    for stage in (Stage.RESOLVE, Stage.PROMISE):
        assert of_types == [in_words(DEADLINES.by_type[stage, kind]) for kind in RequestType]
        assert of_tracks == {track.label: in_words(DEADLINES.by_track[stage, track]) for track in Track}


def test_the_numbers_around_a_due_time_are_told():
    """Limits of pause and extension, days of cards and nudges, the reasons."""
    text = " ".join(RULES.read_text(encoding="utf-8").split())
    reminders = DEADLINES.reminders

    assert f"cover {DEADLINES.pause.most_days} working days at most" in text
    assert f"once, for at most {DEADLINES.extension.most_days} working days" in text
    assert (DEADLINES.extension.times, DEADLINES.co_unit.days_ahead) == (1, 1)
    assert (reminders.yellow_card_before, reminders.red_card_after, reminders.supervise_after) == (1, 1, 5)
    assert (reminders.nudges_before, reminders.nudges_after) == ((1,), (1, 3))
    assert all(reason.label in text for reason in PauseReason)
