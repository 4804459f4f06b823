"""What a city may write about its deadlines and its calendar, and which mistakes are named."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from config.profiles import check_profile, corpus_files, find_profile, load_profile
from models.codes import ClockKind, PauseReason, Stage, Track, Urgency


@pytest.fixture
def directory(tmp_path) -> Path:
    """A good profile that may be broken."""
    return Path(shutil.copytree(find_profile("shouguang"), tmp_path / "town"))


@pytest.fixture
def rules_of_our_own(tmp_path) -> Path:
    """A profile that extends Haikou's and has only a head and deadlines."""
    return Path(shutil.copytree(find_profile("beijing-like"), tmp_path / "capital"))


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first ``old``, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def overlay(directory: Path, *lines: str) -> None:
    """Lay the given days over the town's calendar."""
    (directory / "calendar").mkdir(exist_ok=True)
    (directory / "calendar" / "own.csv").write_text("\n".join(("date,kind,name", *lines)) + "\n", encoding="utf-8")
    edit(directory / "profile.toml", "day_end = ", 'overlays = [{ file = "own.csv", version = "own@1" }]\nday_end = ')


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '[rectify]\n"各级"',
            '[rectify]\n"各類"',
            "deadlines.toml: rectify.各類: is not a key of this table",
        ),
        (
            '[dispatch]\n"特急"',
            '[dispatch]\n"各级" = { clock = "WALL", hours = 1, source = "D" }\n"特急"',
            "deadlines.toml: dispatch.各级: holds for no 紧急程度: each has its own",
        ),
        (
            "[promise.by_category]",
            '[resolve.by_track]\n"营商单个部门" = { clock = "WD", days = 3, source = "D" }\n[promise.by_category]',
            "deadlines.toml: resolve.by_track.营商单个部门: is not one of 营商简单诉求 营商单一部门 营商跨部门 复杂疑难",
        ),
        (
            '[promise.by_category]\n"A4"',
            '[promise.by_category]\n"A5"',
            "deadlines.toml: promise.by_category: has no A4, which resolve.by_category has",
        ),
        (
            '[promise.by_category]\n"A4"',
            '[promise.by_category]\n"A5"',
            "deadlines.toml: resolve.by_category: has no A5, which promise.by_category has",
        ),
        ('"不可抗力" =', '"人手不足" =', "deadlines.toml: pause.reasons.人手不足: is not one of"),
        ("[co_unit]", "[counit]", "deadlines.toml: co_unit: is missing"),
        ("times = 1", "time = 1", "deadlines.toml: extension.times: is missing"),
        ("[reminders.red_card]\ndays_after = 1", "[reminders.red_card]\ndays_after = 0", "red_card.days_after: 0 is below 1"),
        ("days_after = [1, 3]", "days_after = [1, -3]", "reminders.nudges.days_after: [1, -3] is not a list of whole numbers"),
        (
            'clock = "ND", days = 7, source',
            'clock = "ND", days = 7, roll = "no", source',
            "deadlines.toml: rating_window.各级.roll: 'no' is not true or false",
        ),
        (
            'clock = "WD", days = 5, source',
            'clock = "WD", days = 5, roll = false, source',
            "roll: is not a key of this table",
        ),
    ],
)
def test_a_mistake_in_the_deadlines_is_named(directory, old, new, problem):
    """The clerk reads which table, which key, and why."""
    edit(directory / "deadlines.toml", old, new)

    assert any(problem in line for line in check_profile(directory))


def test_one_allowance_may_hold_for_every_urgency():
    """回访 is a working day for each 紧急程度, written once."""
    rules = load_profile(find_profile("haikou")).deadlines

    assert {rules.by_urgency[Stage.CALL_BACK, urgency].days for urgency in Urgency} == {1}


def test_every_rule_names_its_source():
    """Whoever asks where a number comes from finds the document, or a D for a default."""
    for name in ("haikou", "shouguang", "beijing-like"):
        rules = load_profile(find_profile(name)).deadlines
        groups = (rules.by_urgency, rules.by_type, rules.by_category, rules.by_track)
        allowances = [allowance for group in groups for allowance in group.values()]

        assert all(allowance.source for allowance in allowances)
        assert all((rules.co_unit.source, rules.extension.source, rules.pause.source, *rules.reminders.sources.values()))


def test_the_desk_for_enterprises_has_one_three_or_five_days():
    """营商环境专席: simple, one unit, several units; a hard case fifteen, with leave."""
    rules = load_profile(find_profile("haikou")).deadlines
    days = [rules.by_track[Stage.RESOLVE, track].days for track in Track]

    assert days == [1, 3, 5, 15]
    assert set(rules.pause.words) == set(PauseReason)


def test_natural_days_may_end_on_a_rest_day(directory):
    """``roll = false``: seven days are seven days, for a clock that no office keeps."""
    edit(directory / "deadlines.toml", 'clock = "ND", days = 7, source', 'clock = "ND", days = 7, roll = false, source')

    allowance = load_profile(directory).deadlines.by_urgency[Stage.RATING_WINDOW, Urgency.NORMAL]

    assert (allowance.clock, allowance.days, allowance.roll) == (ClockKind.NATURAL_DAYS, 7, False)


def test_a_provinces_holiday_lies_over_the_nations_calendar(directory):
    """三月三 of 2025 was a Monday; the calendar's version tells which overlays were in force."""
    overlay(directory, "2025-03-31,holiday,三月三")

    calendar = load_profile(directory).calendar

    assert calendar.holidays[date(2025, 3, 31)] == "三月三"
    assert calendar.version == "cn-2026@1+own@1"


def test_a_typhoon_stops_even_a_worked_saturday(directory):
    """2026-10-10 is worked for National Day; a stop of work by hand takes it back."""
    overlay(directory, "2026-10-10,holiday,台风停工")

    calendar = load_profile(directory).calendar

    assert date(2026, 10, 10) not in calendar.workdays
    assert calendar.holidays[date(2026, 10, 10)] == "台风停工"


def test_a_day_of_a_break_may_be_worked(directory):
    """An overlay may also take a weekday out of a break, or add a worked Saturday."""
    overlay(directory, "2026-10-07,workday,国庆值守", "2026-10-17,workday,台风后补班")

    calendar = load_profile(directory).calendar

    assert date(2026, 10, 7) not in calendar.holidays
    assert calendar.workdays[date(2026, 10, 17)] == "台风后补班"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (("2026-10-14,workday,x",), "2026-10-14 is a Wednesday: a weekday is worked anyway"),
        (("2026-10-14,holiday,x", "2026-10-14,holiday,y"), "2026-10-14 is given twice"),
        (("2031-10-14,holiday,x",), "2031-10-14 is outside the years that profile.toml names"),
    ],
)
def test_a_mistake_in_an_overlay_is_named(directory, lines, problem):
    """An overlay is checked like the calendar under it."""
    overlay(directory, *lines)

    assert any(problem in line for line in check_profile(directory))


def test_the_overlay_of_hainan_can_be_switched_on(tmp_path):
    """The shipped file is good; whether 三月三 is a day off is the city's decision."""
    directory = Path(shutil.copytree(find_profile("haikou"), tmp_path / "city"))
    edit(
        directory / "profile.toml",
        "day_end = 23:59:59",
        'overlays = [{ file = "hainan_sanyuesan.csv", version = "hainan@1" }]\nday_end = 23:59:59',
    )

    calendar = load_profile(directory).calendar

    assert calendar.holidays[date(2024, 4, 11)] == "黎族苗族三月三"
    assert calendar.version == "cn-2026@1+hainan@1"


def test_a_file_of_ones_own_stands_before_the_extended_profiles(rules_of_our_own):
    """Units from here, everything else from there; a list of words too."""
    own = "违建 违法搭建\n"
    (rules_of_our_own / "lexicons").mkdir()
    (rules_of_our_own / "lexicons" / "homophones.txt").write_text(own, encoding="utf-8")
    profile = load_profile(rules_of_our_own)

    assert profile.urgency.homophones == {"违建": "违法搭建"}
    assert profile.urgency.critical == load_profile(find_profile("haikou")).urgency.critical
    assert corpus_files(rules_of_our_own) == corpus_files(find_profile("haikou"))


def test_a_profile_may_extend_one_beside_it(rules_of_our_own, directory):
    """A district's profile lies beside its city's."""
    edit(rules_of_our_own / "profile.toml", 'extends = "haikou"', 'extends = "town"')
    shutil.copy(directory / "deadlines.toml", rules_of_our_own / "deadlines.toml")

    assert load_profile(rules_of_our_own).categories == load_profile(directory).categories


@pytest.mark.parametrize(
    ("extends", "problem"),
    [
        ("hiakou", "'hiakou' is neither a profile that comes with the program nor a directory beside this one"),
        ("capital", "'capital' leads back to this profile"),
        ("../{here}/capital", "'../{here}/capital' leads back to this profile"),
    ],
)
def test_extending_what_is_not_there_is_named(rules_of_our_own, extends, problem):
    """The missing files are told as well, so the first line says why."""
    here = rules_of_our_own.parent.name
    edit(rules_of_our_own / "profile.toml", 'extends = "haikou"', f'extends = "{extends.format(here=here)}"')

    assert f"profile.toml: extends: {problem.format(here=here)}" in check_profile(rules_of_our_own)
