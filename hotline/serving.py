"""The serving model in a running process: one that is promoted takes over between two batches, without a restart."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import structlog

from classifiers.understand import Understander
from dispatcher.ports import UnderstoodTexts
from hotline.shelf import card_in, mark_in
from models.codes import ModelReload
from models.errors import TryLater
from models.profile import ConfidenceBands
from models.understanding import Evidence

LOOK_EVERY = timedelta(seconds=5)
"""How often a working process looks whether another model serves. Default of this project (D)."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in memory, with the bands that were measured with it."""

    version: str
    understander: Understander
    bands: ConfidenceBands


Load = Callable[[], LoadedModel]
"""Loads the model that stands in the serving place; blocks."""

Note = Callable[[ModelReload], Awaitable[None]]
"""Counts what came of a look; may raise ``TryLater``."""

T = TypeVar("T")

log = structlog.get_logger()


class ServingModel:
    """Understands and explains with the model that serves now.

    All of its work runs in one thread, away from the event loop. Before a batch that thread looks, at most once in
    ``look_every``, whether another model stands in ``directory``, and loads it there and then: a batch is understood by one
    model and judged by the bands measured with it. A model that does not load is told once, and the present one stays.
    """

    def __init__(self, directory: Path, *, load: Load, note: Note, look_every: timedelta = LOOK_EVERY) -> None:
        self._directory = directory
        self._load = load
        self._note = note
        self._look_every = look_every.total_seconds()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="understand")
        self._seen = mark_in(directory)
        self._present = load()
        self._looked_at = time.monotonic()

    async def understand(self, texts: Sequence[str]) -> UnderstoodTexts:
        """Understand a batch; see ``ports.Understand``."""
        if not texts:
            return UnderstoodTexts((), self._present.bands)
        return await self._work(lambda model: UnderstoodTexts(model.understander.understand(texts), model.bands))

    async def explain(self, text: str) -> Sequence[Evidence]:
        """Return the words of a text that speak for its best category, strongest first."""
        return await self._work(lambda model: model.understander.evidence(text))

    async def _work(self, task: Callable[[LoadedModel], T]) -> T:
        def look_and_work() -> tuple[ModelReload | None, T]:
            return self._look(), task(self._present)

        reload, done = await asyncio.get_running_loop().run_in_executor(self._thread, look_and_work)
        if reload is not None:
            try:
                await self._note(reload)
            except TryLater as error:
                log.warning("reload_not_counted", result=reload.value, detail=str(error))
        return done

    def _look(self) -> ModelReload | None:
        """Take over what stands in the place, if it is another model; return what came of it."""
        now = time.monotonic()
        if now - self._looked_at < self._look_every:
            return None
        self._looked_at = now
        mark = mark_in(self._directory)
        if mark in (self._seen, None):  # None: a model is just being put there
            return None
        self._seen = mark
        old = self._present.version
        try:
            if card_in(self._directory).version == old:
                return None
            self._present = self._load()
        except Exception as error:  # noqa: BLE001  whatever is wrong with the new model, the present one works
            log.error("model_not_loaded", serving=old, detail=f"{type(error).__name__}: {error}")  # noqa: TRY400  told by its reason, not by a traceback
            return ModelReload.REFUSED
        log.info("model_reloaded", old=old, new=self._present.version)
        return ModelReload.LOADED
