"""``replies.toml``: what cannot be meant is named; a profile may do without it."""

import shutil
from pathlib import Path

import pytest

from config.profiles import check_profile, find_profile, load_profile
from models.profile import CallBackRule, DeskRule, ReplyRule, StarRule


@pytest.fixture
def directory(tmp_path) -> Path:
    """A good profile that may be broken."""
    return Path(shutil.copytree(find_profile("shouguang"), tmp_path / "town"))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("attempts = 3", "attempts = 4", "call_back.attempts: 4 is above 3"),
        (", [18:00:00, 21:30:00]", "", "call_back.bands: are 2, but each of 3 attempts needs one of its own"),
        (
            "steps = [60, 75, 85, 95]",
            "steps = [60, 75, 75, 95]",
            "stars.steps: [60, 75, 75, 95] are not 4 rising scores",
        ),
        ("M21 = 15", "M99 = 15", "stars.weights.M99: is not one of M21 M23 M24 M42 M43 M43b"),
        ("M21 = 15", "M21 = 0", "stars.weights.M21: 0 is below 1"),
        ('photos = ["A1", "A2"]', 'photos = ["Z"]', "checks.photos: Z begins no code of taxonomy.csv"),
        ("groups = []", 'groups = ["Z"]', "desk.groups: Z begins no code of taxonomy.csv"),
        (
            'simple_types = ["咨询"]',
            'simple_types = ["问"]',
            "desk.simple_types: '问' is not one of 咨询",
        ),
        ("copied_likeness = 0.95", "copied_likeness = 95", "checks.copied_likeness: 95.0 is not a number from 0 to 1"),
        ("[call_back]", "[call_backs]", "call_back: is missing"),
    ],
)
def test_each_mistake_is_named(directory, old, new, problem):
    """By file, place and reason."""
    path = directory / "replies.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    assert [line for line in check_profile(directory) if line.startswith(f"replies.toml: {problem}")]


def test_a_profile_may_do_without(directory):
    """Then no words are looked for, any hour is good for a call-back, nobody has stars."""
    (directory / "replies.toml").unlink()
    profile = load_profile(directory)

    assert (profile.replies, profile.call_back, profile.desk) == (ReplyRule(), CallBackRule(), DeskRule())
    assert profile.stars == StarRule()


def test_the_default_profile_has_what_its_rules_tell():
    """docs/rules.md: three attempts in three bands, weights of a hundred, the desk of 营商环境."""
    profile = load_profile(find_profile("haikou"))

    assert (profile.call_back.attempts, len(profile.call_back.bands)) == (3, 3)
    assert dict(profile.stars.weights) == {"M21": 15, "M24": 35, "M23": 20, "M43": 30}
    assert (profile.stars.steps, profile.stars.least) == ((60, 75, 85, 95), 10)
    assert {profile.categories[code].level1 for code in profile.categories if code[:2] in profile.desk.groups} == {"营商环境"}
    assert profile.calendar.warn_days == 45
    assert profile.deadlines.reminders.criticise_after == 5
