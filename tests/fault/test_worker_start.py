"""A worker that cannot start says why, and its exit code tells the supervisor whether to try again."""

import socket
from pathlib import Path

import pytest

from hotline.embedded.ports import LOOPBACK, free_port
from streams.topics import create_missing, declared_topics, open_admin
from tests.services.stack import Stack
from tests.services.stack_fixtures import TOWN, Exposed

pytestmark = pytest.mark.integration


def test_without_a_model_no_restart_helps(battered: Exposed, tmp_path: Path) -> None:
    """Exit code 2, and one sentence that says what to do."""
    running = battered.stack
    with Stack(
        database=running.database, bootstrap=running.bootstrap, artifacts=tmp_path, directory=tmp_path, profile=TOWN
    ) as stack:
        worker = stack.start_worker(supervised=False)
        stack.until(lambda: not worker.is_running, "the worker ends")

    assert worker.exit_code == 2
    assert worker.last_words(1) == f"hotline: no model is trained for profile {TOWN}; run `hotline train --profile {TOWN}`"


def test_on_another_citys_database_no_restart_helps(exposed: Exposed) -> None:
    """A worker with the wrong profile dispatches nothing: exit code 2, and both cities by name."""
    running = exposed.stack
    running.rows("INSERT INTO installation VALUES ('profile', 'another'), ('ticket_prefix', 'AN')")
    with open_admin(running.bootstrap) as admin:
        create_missing(admin, declared_topics(running.profile.units))
    programs = (running.start_relay(supervised=False), running.start_worker(supervised=False))
    running.until(lambda: not any(program.is_running for program in programs), "relay and worker end")

    for program in programs:
        assert program.exit_code == 2
        assert f"belongs to profile another with ticket numbers AN…; HOTLINE_PROFILE names {TOWN}" in program.last_words(1)


def test_a_console_whose_port_is_taken_names_its_settings(battered: Exposed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, as every process has it for a wrong setting."""
    with socket.create_server((LOOPBACK, 0)) as taken:
        monkeypatch.setenv("HOTLINE_SESSION_KEY", "5" * 64)
        monkeypatch.setenv("HOTLINE_CONSOLE_PORT", str(taken.getsockname()[1]))
        console = battered.stack.start_module("serve", "hotline", "serve", supervised=False)
        battered.stack.until(lambda: not console.is_running, "the console ends")

    assert console.exit_code == 2
    assert console.last_words(1).startswith("hotline: HOTLINE_CONSOLE_HOST, HOTLINE_CONSOLE_PORT: 127.0.0.1:")


@pytest.mark.long
def test_without_a_database_a_restart_may_help(battered: Exposed, tmp_path: Path) -> None:
    """Exit code 75: try later."""
    running = battered.stack
    with Stack(
        database=running.database,
        proxied_database=running.database.reached_at(free_port()),
        bootstrap=running.bootstrap,
        artifacts=running.artifacts,
        directory=tmp_path,
        profile=TOWN,
    ) as stack:
        worker = stack.start_worker(supervised=False)
        stack.until(lambda: not worker.is_running, "the worker ends")

    assert worker.exit_code == 75
    assert worker.last_words(1) == "hotline: PostgreSQL cannot be reached; try later"
