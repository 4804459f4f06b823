"""The dispatch matrix in a running process: approved changes are taken over between two decisions, without a restart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import structlog

from config.profiles import matrix_problems
from dispatcher.ports import OpenUnitOfWork
from dispatcher.rules.routing import amended
from dispatcher.workflow.amend import refresh_matrix
from dispatcher.workflow.city import City
from models.errors import TryLater

LOOK_EVERY = timedelta(seconds=5)
"""How often a working process asks for approved changes. Default of this project (D)."""

log = structlog.get_logger()


async def look_for_changes(city: City, open_work: OpenUnitOfWork) -> None:
    """Take over what was approved elsewhere, and tell the log; a change that fits the profile no more is told, too.

    Raises:
        TryLater: the store is away; the matrix stays as it is.
    """
    old = city.routes.version
    if not await refresh_matrix(city=city, open_work=open_work):
        return
    log.info("matrix_taken_over", old=old, new=city.routes.version)
    profile = city.profile
    for problem in matrix_problems(replace(profile, matrix=amended(profile.matrix, city.matrix.changes))):
        log.warning("matrix_problem", matrix=city.routes.version, problem=problem)


@asynccontextmanager
async def kept_current(city: City, open_work: OpenUnitOfWork, *, look_every: timedelta = LOOK_EVERY) -> AsyncIterator[None]:
    """Look at once, and then again and again until the block ends; a store that is away is waited for.

    Raises:
        TryLater: the store is away at the first look.
    """
    await look_for_changes(city, open_work)
    task = asyncio.create_task(_look_on(city, open_work, look_every), name="matrix")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _look_on(city: City, open_work: OpenUnitOfWork, look_every: timedelta) -> None:
    while True:
        await asyncio.sleep(look_every.total_seconds())
        try:
            await look_for_changes(city, open_work)
        except TryLater as error:
            log.warning("matrix_not_looked_at", serving=city.routes.version, detail=str(error))
