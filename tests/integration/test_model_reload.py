"""A running worker takes over the model that is promoted, and loses nothing meanwhile."""

import shutil
from pathlib import Path

import pytest

from config.profiles import find_profile, load_profile
from hotline.learning import learn, own_rows
from hotline.shelf import Shelf, version_in
from tests.services.callers import contacts_of
from tests.services.stack import Stack
from tests.services.stack_fixtures import TOWN
from tests.services.truth import judge

pytestmark = pytest.mark.integration


@pytest.fixture
def shelf(stack: Stack, tmp_path: Path) -> Shelf:
    """The stack's models, on a shelf of its own, with a candidate."""
    town = load_profile(find_profile(TOWN))
    shutil.copytree(stack.artifacts / town.name, tmp_path / "artifacts" / town.name)
    stack.artifacts = tmp_path / "artifacts"
    shelf = Shelf(stack.artifacts / town.name)
    learn(own_rows(find_profile(TOWN))[:-3], town, shelf.candidate)
    return shelf


class Citizens:
    """They write until something is told in the worker's log."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._groups = 0

    def write(self, amount: int) -> None:
        """Contacts of people who never wrote before, some of them twice."""
        self._groups += 1
        self._stack.accept(contacts_of(TOWN, amount, seed=self._groups, name="reload"))

    def write_until(self, event: str) -> dict[str, object]:
        """Write on and on until the worker has logged ``event``; return it."""

        def told() -> list[dict[str, object]]:
            return [one for one in self._stack.log_of("worker-1") if one.get("event") == event]

        def written() -> bool:
            self.write(10)
            return bool(told())

        self._stack.until(written, f"the worker logs {event}")
        (only,) = told()
        return only


def models_of(stack: Stack) -> list[str]:
    """Versions of the models that understood tickets, in the order in which each came first."""
    rows = stack.rows("SELECT model_version FROM tickets GROUP BY 1 ORDER BY min(registered_at)")
    return [version for (version,) in rows]


def reloads_of(stack: Stack) -> dict[str, int]:
    """What came of looks at other models, as it was counted."""
    return dict(
        stack.rows("SELECT labels[1], sum(value)::int FROM rollups WHERE family = 'hotline_model_reloads_total' GROUP BY 1")
    )


def test_a_promoted_model_is_taken_over_and_no_contact_is_lost_or_doubled(stack: Stack, shelf: Shelf) -> None:
    """Contacts flow all the time; the same process understands the first ones by the old model and the last ones by the new."""
    first, second = version_in(shelf.serving), version_in(shelf.candidate)
    stack.start_relay()
    worker = stack.start_worker()
    citizens = Citizens(stack)
    citizens.write(60)
    stack.wait_until_settled()

    shelf.promote()
    told = citizens.write_until("model_reloaded")
    citizens.write(60)
    stack.wait_until_settled()

    assert (told["old"], told["new"]) == (first, second)
    assert models_of(stack) == [first, second]
    assert reloads_of(stack) == {"loaded": 1}
    assert worker.is_running
    assert stack.ends == []
    assert judge(stack).problems == []


def test_a_model_that_does_not_load_stops_nobody(stack: Stack, shelf: Shelf) -> None:
    """The worker says so, counts it and works on with its model; after the rollback there is nothing to take over."""
    first = version_in(shelf.serving)
    stack.start_relay()
    stack.start_worker()
    citizens = Citizens(stack)
    citizens.write(10)
    stack.wait_until_settled()
    (shelf.candidate / "arrays.npz").write_bytes(b"PK")

    shelf.promote()
    told = citizens.write_until("model_not_loaded")
    shelf.roll_back()
    citizens.write(60)
    stack.wait_until_settled()

    assert told["serving"] == first
    assert models_of(stack) == [first]
    assert reloads_of(stack) == {"refused": 1}
    assert stack.ends == []
    assert judge(stack).problems == []
