"""``hotline check`` and ``hotline deadline`` as a clerk meets them on the command line."""

import argparse
import json
import shutil

import pytest

from config.profiles import find_profile
from hotline.commands import check, deadline
from models.errors import Rejected


def run(*words: str) -> int:
    """Run a command line; what it raises is what the front door turns into an exit code."""
    parser = argparse.ArgumentParser(prog="hotline")
    subparsers = parser.add_subparsers(required=True)
    check.add_parser(subparsers)
    deadline.add_parser(subparsers)
    args = parser.parse_args(words)
    return int(args.run(args))


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("HOTLINE_PROFILE", "HOTLINE_STATE_DIR"):
        monkeypatch.delenv(name, raising=False)


def answer(capsys, *words: str) -> dict[str, object]:
    """Return what ``hotline deadline … --json`` prints."""
    assert run("deadline", *words, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_a_good_profile_is_one_line_of_counts(capsys):
    """Nothing to correct: how much there is, on one line."""
    assert run("check", "--profile", "shouguang") == 0

    (line,) = capsys.readouterr().out.splitlines()
    assert "10 categories, 16 units, 6 districts" in line


def test_the_profile_of_the_environment_is_checked(capsys, monkeypatch):
    """HOTLINE_PROFILE names the city for every command."""
    monkeypatch.setenv("HOTLINE_PROFILE", "shouguang")

    assert run("check") == 0
    assert capsys.readouterr().out.startswith("shouguang ")


def test_a_bad_profile_fails_with_every_problem(capsys, tmp_path):
    """Exit code 1 stops a pipeline, the lines tell the clerk what to correct."""
    directory = shutil.copytree(find_profile("shouguang"), tmp_path / "town")
    (directory / "units.csv").unlink()
    (directory / "notes.txt").write_text("", encoding="utf-8")

    assert run("check", "--profile", str(directory)) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["units.csv: file: is missing", "notes.txt: file: is not part of a profile"]


def test_an_unknown_profile_is_bad_input():
    """The front door answers with exit code 2."""
    with pytest.raises(Rejected, match="profile 'nowhere'"):
        run("check", "--profile", "nowhere")


def test_working_days_over_national_day(capsys):
    """Story S06: five working days, the worked Saturday among them."""
    found = answer(capsys, "--at", "2026-09-30T15:20:00+08:00", "--clock", "WD", "--n", "5")

    assert (found["due"], found["provisional"]) == ("2026-10-13T23:59:59+08:00", False)
    assert found["days"] == ["2026-10-08", "2026-10-09", "2026-10-10", "2026-10-12", "2026-10-13"]


def test_each_day_is_explained(capsys):
    """Which days were counted, which were passed over and why; with cards and the co-unit's due time (story S06)."""
    words = ("--at", "2026-09-30T15:20:00+08:00", "--type", "求助", "--urgency", "一般", "--track", "营商跨部门")
    found = answer(capsys, *words)
    explanation = found["explanation"]

    assert explanation[1] == {"from": "2026-10-01", "to": "2026-10-07", "why": "国庆节", "counted": None}
    assert explanation[4] == {"from": "2026-10-10", "to": "2026-10-10", "why": "国庆节调休上班", "counted": 3}
    assert (found["yellow_card"], found["red_card"]) == ("2026-10-12", "2026-10-14")
    assert found["co_unit_due"] == "2026-10-12T23:59:59+08:00"
    assert (found["clock"], found["n"], found["start"]) == ("WD", 5, "2026-09-30T15:20:00+08:00")
    assert (found["calendar"], found["profile"]) == ("cn-2026@1", "haikou-default@2026.1")
    assert "钱塘" in found["source"]


def test_minutes_of_office_hours_are_explained(capsys):
    """Of which day how many minutes were used."""
    explanation = answer(capsys, "--at", "2026-03-13T17:00", "--clock", "WH", "--n", "1")["explanation"]

    assert [(row["from"], row.get("minutes"), row["why"]) for row in explanation] == [
        ("2026-03-13", 30, "工作日"),
        ("2026-03-14", None, "周六"),
        ("2026-03-15", None, "周日"),
        ("2026-03-16", 30, "工作日"),
    ]


def test_a_person_reads_what_was_passed_over(capsys):
    """The lines for a person tell the break, and where the number comes from."""
    run("deadline", "--at", "2026-09-30T15:20", "--type", "投诉", "--urgency", "一般")
    lines = capsys.readouterr().out.splitlines()

    assert "not counted: 2026-10-01..2026-10-07 国庆节" in lines
    assert lines[-1].startswith("source: 山东省政务服务热线管理办法")


def test_pauses_and_an_extension_are_counted(capsys):
    """Two days of pause; ten working days more over the May break (story S15)."""
    words = ("--at", "2026-04-13T10:00", "--type", "投诉", "--urgency", "一般")

    assert answer(capsys, *words, "--extend", "10")["due"] == "2026-05-07T23:59:59+08:00"
    assert answer(capsys, *words, "--pause", "2026-04-15T09:00/2026-04-17T16:00")["due"] == "2026-04-22T23:59:59+08:00"
    assert (
        answer(capsys, *words, "--pause", "2026-04-16T10:00/2026-04-17T10:00", "--pause", "2026-04-14T10:00/2026-04-15T10:00")[
            "due"
        ]
        == "2026-04-22T23:59:59+08:00"
    )


def test_another_profiles_rules(capsys):
    """Seven natural days in a Beijing-like city; the default profile by its own name."""
    words = ("--at", "2026-03-10T10:00", "--type", "投诉", "--urgency", "一般", "--profile")

    assert answer(capsys, *words, "beijing-like")["due"] == "2026-03-17T23:59:59+08:00"
    assert answer(capsys, *words, "haikou-default")["due"] == "2026-03-17T23:59:59+08:00"


@pytest.mark.parametrize(
    ("clock", "n", "due"),
    [
        ("WH", "4", "2026-03-11T14:30:00+08:00"),
        ("WH", "0.5", "2026-03-11T09:00:00+08:00"),
        ("WALL", "24", "2026-03-11T23:12:00+08:00"),
        ("ND", "3", "2026-03-13T23:59:59+08:00"),
    ],
)
def test_the_other_clocks(capsys, clock, n, due):
    """Office hours, hours and natural days from 23:12 on a Tuesday; a time without offset is the profile's."""
    assert answer(capsys, "--at", "2026-03-10T23:12", "--clock", clock, "--n", n)["due"] == due


def test_the_profile_decides_by_type_and_urgency(capsys):
    """Nobody has to remember that a complaint has five working days here."""
    words = ("--at", "2026-03-10T23:12", "--type", "投诉", "--urgency", "一般")

    assert answer(capsys, *words)["due"] == "2026-03-17T23:59:59+08:00"
    assert answer(capsys, *words, "--stage", "sign")["due"] == "2026-03-11T14:30:00+08:00"
    assert answer(capsys, *words, "--category", "0501")["due"] == "2026-03-10T23:42:00+08:00"
    assert answer(capsys, *words, "--profile", "shouguang")["due"] == "2026-03-17T17:30:00+08:00"


def test_beyond_the_loaded_calendar_the_answer_says_so(capsys):
    """2027's notice is not loaded: the date is a guess and is called one, in JSON and in words."""
    words = ("--at", "2026-12-30T10:00", "--clock", "WD", "--n", "5")

    assert answer(capsys, *words)["provisional"] is True
    run("deadline", *words)
    assert "provisional" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--at", "tomorrow", "--clock", "WD", "--n", "5"), "--at 'tomorrow' is not a time"),
        (("--at", "0001-01-01T00:00", "--clock", "WD", "--n", "5"), "not a time that a hotline lives in"),
        (("--at", "2026-03-10T23:12", "--clock", "WD", "--n", "0"), "--n '0' is not a whole number of days"),
        (("--at", "2026-03-10T23:12", "--clock", "ND", "--n", "1.5"), "--n '1.5' is not a whole number of days"),
        (("--at", "2026-03-10T23:12", "--clock", "WH", "--n", "0.0"), "--n '0.0' is not a number of hours above 0"),
        (("--at", "2026-03-10T23:12", "--clock", "WALL", "--n", "nan"), "--n 'nan' is not a number of hours"),
        (("--at", "2026-03-10T23:12", "--clock", "WD"), "--clock and --n go together"),
        (("--at", "2026-03-10T23:12", "--type", "投诉"), "--type and --urgency go together"),
        (("--at", "2026-03-10T23:12", "--clock", "WD", "--n", "5", "--track", "复杂疑难"), "--track goes with --type"),
        (("--at", "2026-03-10T23:12", "--clock", "WD", "--n", "5", "--extend", "-1"), "--extend -1 is not a number"),
        (("--at", "2026-03-10T23:12", "--clock", "WD", "--n", "5", "--pause", "x/y"), "--pause 'x' is not a time"),
        (
            ("--at", "2026-03-10T23:12", "--clock", "WD", "--n", "5", "--pause", "2026-03-12T10:00/2026-03-11T10:00"),
            "--pause '2026-03-12T10:00/2026-03-11T10:00' ends before it begins",
        ),
        (
            ("--at", "2026-03-10T23:12", "--clock", "WD", "--n", "5", "--pause", "2026-03-10T10:00/2026-03-11T10:00"),
            "begins before --at or inside another pause",
        ),
        (
            ("--at", "2026-03-10T23:12", "--clock", "WD", "--n", "5", "--pause", "2026-03-12T10:00/2996-03-11T10:00"),
            "is longer than 3650 days",
        ),
        (("--at", "2026-03-10T23:12"), "give either --clock with --n, or --type with --urgency"),
        (
            ("--at", "2026-03-10T23:12", "--clock", "WD", "--n", "5", "--type", "投诉"),
            "give either --clock with --n, or --type with --urgency",
        ),
        (
            ("--at", "2026-03-10T23:12", "--type", "投诉", "--urgency", "一般", "--category", "ZZ"),
            "--category 'ZZ' is not a category of haikou-default",
        ),
    ],
)
def test_bad_input_is_one_sentence(words, message):
    """The sentence names the option and what is wrong with it."""
    with pytest.raises(Rejected) as error:
        run("deadline", *words)

    assert message in str(error.value)


@pytest.mark.parametrize("command", ["check", "deadline"])
def test_help_teaches_by_example(capsys, command):
    """``--help`` shows a line that can be typed."""
    with pytest.raises(SystemExit):
        run(command, "--help")

    assert f"\n  hotline {command} " in capsys.readouterr().out
