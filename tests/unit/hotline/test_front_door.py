"""The ``hotline`` command: every command is there, teaches, and ends with the exit code that its error asks for."""

import argparse
import os
from importlib import import_module

import pytest

import hotline
from hotline import __main__
from hotline.__main__ import COMMANDS, main
from models.errors import Rejected, TryLater


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``hotline NAME --help`` says what it does and shows one use."""
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert "usage: hotline" in shown
    if name not in ("matrix", "model", "unit", "user"):  # these hold further commands, which have the examples
        assert "example" in shown.lower()


def test_the_program_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    """Who reports a fault can say of which release."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"hotline {hotline.__version__}\n"


@pytest.mark.parametrize(("told", "threads"), [(None, "1"), ("4", "4")])
def test_a_process_computes_on_one_core_unless_it_is_told_otherwise(
    told: str | None, threads: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker for each core: the others are not kept busy with waiting."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if told is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", told)
    with pytest.raises(SystemExit):
        main(["--version"])
    assert os.environ["OMP_NUM_THREADS"] == threads


def test_no_command_and_an_unknown_one_are_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, with the list of what there is."""
    for arguments in ([], ["fly"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
    assert "selfcheck" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Rejected("line 3: no text"), 2, "hotline: line 3: no text"),
        (TryLater("the store is away"), 75, "hotline: the store is away; try later"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_an_error_becomes_the_exit_code_that_tells_what_to_do(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """2: mend the input; 75: try later; 130: somebody pressed Ctrl-C."""

    def run(_: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr(import_module("hotline.commands.migrate"), "run", run)
    assert __main__.main(["migrate"]) == code
    assert capsys.readouterr().err.strip() == said


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody expected is not dressed up as bad input."""

    def run(_: argparse.Namespace) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(import_module("hotline.commands.migrate"), "run", run)
    with pytest.raises(ZeroDivisionError):
        main(["migrate"])
