"""A worker that cannot start says why, and its exit code tells the supervisor whether to try again."""

from pathlib import Path

import pytest

from hotline.embedded.ports import free_port
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
