"""What is decided elsewhere while a process runs: it is taken over between two decisions, without a restart.

These are the approved changes of the dispatch matrix, and the calendars of further years.
"""

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
from dispatcher.workflow.calendars import take_calendars
from dispatcher.workflow.city import City
from models.errors import TryLater

LOOK_EVERY = timedelta(seconds=5)
"""How often a working process asks. Default of this project (D)."""

log = structlog.get_logger()


async def look_for_changes(city: City, open_work: OpenUnitOfWork) -> None:
    """Take over what was approved or loaded elsewhere, and tell the log; so is a change that fits the profile no more.

    Raises:
        TryLater: the store is away; matrix and calendar stay as they are.
    """
    if await take_calendars(city=city, open_work=open_work):
        log.info("calendar_taken_over", version=city.calendar.facts.version)
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
    task = asyncio.create_task(_look_on(city, open_work, look_every), name="keep current")
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
            log.warning("changes_not_looked_for", matrix=city.routes.version, detail=str(error))
