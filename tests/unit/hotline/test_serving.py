"""A running process takes over the model that is promoted, between two batches, and keeps a working one."""

import asyncio
import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hotline.bootstrap import load_model
from hotline.serving import LoadedModel, ServingModel
from hotline.shelf import Shelf, version_in
from models.codes import ModelReload
from models.errors import TryLater
from models.profile import ConfidenceBands, Profile

TEXTS = ("路灯坏了", "没有暖气")
AT_ONCE = timedelta(0)


class Process:
    """A process with a shelf of its own: the first model serves, the second is the candidate."""

    def __init__(self, models: tuple[Path, Path], directory: Path, town: Profile) -> None:
        self.shelf = Shelf(directory)
        directory.mkdir()
        models[0].rename(self.shelf.serving)
        models[1].rename(self.shelf.candidate)
        self.first, self.second = version_in(self.shelf.serving), version_in(self.shelf.candidate)
        self.counted: list[ModelReload] = []
        self.loads = 0
        self.before_loading: Callable[[], object] = lambda: None
        self._town = town

    def load(self) -> LoadedModel:
        """Load what serves; the bands tell which one it is."""
        self.loads += 1
        self.before_loading()
        model = load_model(self._town, self.shelf.serving)
        return LoadedModel(model.version, model.understander, self.bands(model.version))

    def bands(self, version: str | None) -> ConfidenceBands:
        """The bands of a model."""
        return ConfidenceBands(automatic=0.9 if version == self.first else 0.7, review=0.5, asr=0.6)

    async def note(self, result: ModelReload) -> None:
        """Count."""
        self.counted.append(result)

    def serving(self, look_every: timedelta = AT_ONCE) -> ServingModel:
        """Start."""
        return ServingModel(self.shelf.serving, load=self.load, note=self.note, look_every=look_every)


@pytest.fixture
def process(models: tuple[Path, Path], tmp_path: Path, town: Profile) -> Process:
    """A process that has not loaded anything yet."""
    return Process(models, tmp_path / "shelf", town)


async def versions(model: ServingModel) -> set[str]:
    """Which models understood a batch."""
    return {understanding.model_version for understanding in (await model.understand(TEXTS)).understandings}


async def test_a_promoted_model_takes_over_with_its_bands(process: Process):
    """The batch before is the old model's, the batch after the new one's, each with its own bands; it is said and counted."""
    model = process.serving()
    before = await model.understand(TEXTS)
    process.shelf.promote()
    with capture_logs() as said:
        after = await model.understand(TEXTS)

    for batch, version in ((before, process.first), (after, process.second)):
        assert {understanding.model_version for understanding in batch.understandings} == {version}
        assert batch.bands == process.bands(version)
    assert said == [
        {"event": "model_reloaded", "old": process.first, "new": process.second, "log_level": "info"},
    ]
    assert process.counted == [ModelReload.LOADED]


async def test_a_rollback_is_taken_over_too(process: Process):
    """Whatever serves, serves."""
    model = process.serving()
    process.shelf.promote()
    assert await versions(model) == {process.second}
    process.shelf.roll_back()
    assert await versions(model) == {process.first}


async def test_nobody_looks_all_the_time(process: Process):
    """Until the time comes the old model goes on."""
    model = process.serving(look_every=timedelta(hours=1))
    process.shelf.promote()

    assert await versions(model) == {process.first}
    assert process.loads == 1


async def test_a_model_that_does_not_load_is_told_once_and_the_old_one_works(process: Process):
    """Half a copy in the serving place costs nothing but a line in the log and a count; a whole one is taken over."""
    model = process.serving()
    (process.shelf.candidate / "arrays.npz").write_bytes(b"PK")
    process.shelf.promote()
    with capture_logs() as said:
        for _ in range(3):
            assert await versions(model) == {process.first}

    (told,) = said
    assert (told["event"], told["serving"], told["log_level"]) == ("model_not_loaded", process.first, "error")
    assert process.counted == [ModelReload.REFUSED]
    assert process.loads == 2


async def test_whatever_is_wrong_with_a_new_model_the_old_one_works(process: Process):
    """An error that nobody foresaw is no reason to stop either."""
    model = process.serving()
    process.before_loading = lambda: 1 // 0
    process.shelf.promote()

    assert await versions(model) == {process.first}
    assert process.counted == [ModelReload.REFUSED]


async def test_a_place_that_is_empty_for_a_while_is_looked_at_again(process: Process):
    """The model was moved away and another one put there: meanwhile the old one works, and nothing is told."""
    model = process.serving()
    process.shelf.serving.rename(process.shelf.previous)
    assert await versions(model) == {process.first}
    process.shelf.candidate.rename(process.shelf.serving)

    assert await versions(model) == {process.second}
    assert process.counted == [ModelReload.LOADED]


async def test_the_same_model_written_again_is_not_loaded_again(process: Process, tmp_path: Path):
    """Training on the same rows gives the same model; its card is new, its version is not."""
    model = process.serving()
    shutil.copytree(process.shelf.serving, tmp_path / "copy", copy_function=shutil.copyfile)
    shutil.rmtree(process.shelf.serving)
    (tmp_path / "copy").rename(process.shelf.serving)

    assert await versions(model) == {process.first}
    assert (process.loads, process.counted) == (1, [])


async def test_a_store_that_is_away_costs_the_count_and_not_the_batch(process: Process):
    """The contact is understood all the same."""

    async def away(_: ModelReload) -> None:
        raise TryLater("PostgreSQL is away")

    model = ServingModel(process.shelf.serving, load=process.load, note=away, look_every=AT_ONCE)
    process.shelf.promote()

    assert await versions(model) == {process.second}


async def test_heartbeats_go_on_while_a_model_is_loaded(process: Process):
    """Loading waits until the loop has turned: on the loop itself it would wait for ever."""
    model = process.serving()
    turned = threading.Event()
    process.before_loading = lambda: turned.wait(timeout=30) or pytest.fail("the loop stood still")
    process.shelf.promote()
    batch = asyncio.create_task(versions(model))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(turned.set)

    assert await batch == {process.second}


async def test_the_words_behind_a_guess_are_those_of_the_serving_model(process: Process):
    """What an operator sees marked comes from the model that a contact would meet now."""
    model = process.serving()
    process.shelf.promote()

    told = await model.explain("路灯坏了没有人修")

    assert told == process.load().understander.evidence("路灯坏了没有人修")
    assert told
    assert process.counted == [ModelReload.LOADED]


async def test_no_text_needs_no_model(process: Process):
    """A batch of unreadable messages is no work, and is judged by nothing."""
    batch = await process.serving().understand(())

    assert (batch.understandings, batch.bands) == ((), process.bands(process.first))
