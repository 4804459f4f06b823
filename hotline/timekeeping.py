"""The timers' loop: what must happen because time passes."""

import asyncio
import signal
from datetime import datetime, timedelta

import structlog

from config.settings import Settings
from dispatcher.store.database import Database, open_pool
from dispatcher.store.upkeep import purge_published
from dispatcher.workflow.sweep import sweep_overdue
from hotline.bootstrap import SystemClock, database_url_of, profile_of
from models.errors import TryLater
from streams.topics import declared_topics, longest_retention

SWEEP_EVERY = timedelta(seconds=1)
PURGE_EVERY = timedelta(hours=1)
_SWEEP_LIMIT = 1000

log = structlog.get_logger()


async def keep_time(settings: Settings) -> None:
    """Sweep and purge until SIGTERM or Ctrl-C; a store that is away is waited for."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    clock = SystemClock()
    retention = longest_retention(declared_topics(profile_of(settings).units))
    purged_at = datetime.min.replace(tzinfo=clock.now().tzinfo)
    async with open_pool(database_url_of(settings), size=2) as pool:
        while not stopping.is_set():
            try:
                missed = await sweep_overdue(open_work=Database(pool).open_work, clock=clock, limit=_SWEEP_LIMIT)
                if missed:
                    log.info("deadlines_missed", amount=missed)
                if clock.now() - purged_at > PURGE_EVERY:
                    await purge_published(pool, before=clock.now() - retention)
                    purged_at = clock.now()
            except TryLater as error:
                log.warning("store_away", detail=str(error))
                missed = 0
            if missed < _SWEEP_LIMIT:
                await _sleep(stopping, SWEEP_EVERY)


async def _sleep(stopping: asyncio.Event, span: timedelta) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), span.total_seconds())
    except TimeoutError:
        return
