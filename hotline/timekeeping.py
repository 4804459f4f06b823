"""The timers' loop: what must happen because time passes."""

import asyncio
import signal
from datetime import datetime, timedelta

import structlog

from config.settings import Settings
from dispatcher.store.database import Database
from dispatcher.store.upkeep import purge_published
from dispatcher.workflow.calendars import recount, warn_of_end
from dispatcher.workflow.city import City
from dispatcher.workflow.finish_call import finish_calls
from dispatcher.workflow.ring import ring
from hotline.bootstrap import SystemClock, open_database, profile_of, vault_of
from hotline.keep_current import kept_current
from models.errors import TryLater
from models.message import Topic
from streams.topics import declared_topics, longest_retention

RING_EVERY = timedelta(seconds=1)
PURGE_EVERY = timedelta(hours=1)
_RING_LIMIT, _CALL_LIMIT, _RECOUNT_LIMIT = 1000, 200, 500

log = structlog.get_logger()


async def keep_time(settings: Settings) -> None:
    """Ring, finish calls and purge until SIGTERM or Ctrl-C; a store that is away is waited for."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    clock = SystemClock()
    profile = profile_of(settings)
    city, vault = City.of(profile), vault_of(settings)
    topics = declared_topics(profile.units)
    retention = longest_retention(topics)
    segments_retention = next(topic.retention for topic in topics if topic.name == Topic.CALL_SEGMENTS)
    purged_at = datetime.min.replace(tzinfo=clock.now().tzinfo)
    async with (
        open_database(settings, profile, size=2) as pool,
        kept_current(city, (open_work := Database(pool).open_work)),
    ):
        while not stopping.is_set():
            more = False
            try:
                rang = await ring(city=city, open_work=open_work, clock=clock, limit=_RING_LIMIT)
                if rang:
                    log.info("deadlines_rang", tickets=rang)
                finished = await finish_calls(city=city, vault=vault, open_work=open_work, clock=clock, limit=_CALL_LIMIT)
                recounted = await recount(city=city, open_work=open_work, clock=clock, limit=_RECOUNT_LIMIT)
                if recounted:
                    log.info("deadlines_recounted", tickets=recounted, calendar=city.calendar.facts.version)
                more = rang == _RING_LIMIT or finished == _CALL_LIMIT or recounted == _RECOUNT_LIMIT
                if clock.now() - purged_at > PURGE_EVERY:
                    if await warn_of_end(city=city, open_work=open_work, clock=clock):
                        log.warning("calendar_ends_soon", version=city.calendar.facts.version)
                    await purge_published(pool, before=clock.now() - retention)
                    await purge_published(pool, before=clock.now() - segments_retention, topic=Topic.CALL_SEGMENTS)
                    purged_at = clock.now()
            except TryLater as error:
                log.warning("store_away", detail=str(error))
            if not more:
                await _sleep(stopping, RING_EVERY)


async def _sleep(stopping: asyncio.Event, span: timedelta) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), span.total_seconds())
    except TimeoutError:
        return
