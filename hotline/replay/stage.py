"""Where a replay plays: a scratch database, a profile, its model and a clock of its own."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from config.settings import Settings
from dispatcher.ports import StreamPosition
from dispatcher.store import migrations
from dispatcher.store.chronicle import Chronicle
from dispatcher.store.database import Database, open_pool
from dispatcher.store.vault import AesVault
from dispatcher.workflow.city import City
from dispatcher.workflow.converse import Tools
from dispatcher.workflow.intake import Intake
from dispatcher.workflow.listen import Listening
from dispatcher.workflow.note_reload import note_reload
from hotline.bootstrap import load_model, profile_of, serving_directory
from hotline.embedded.postgres import EmbeddedPostgres
from hotline.replay.clock import VirtualClock
from hotline.serving import ServingModel
from models.message import Topic
from models.profile import Profile

CONTACTS = StreamPosition("replay", Topic.CONTACTS, UUID(int=0), 0)
SEGMENTS = StreamPosition("replay", Topic.CALL_SEGMENTS, UUID(int=1), 0)
"""A replay needs no broker: what the doors announce is settled at once, in one partition of each topic."""

_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "20"}
"""The scratch database is thrown away; nothing in it needs to outlive a crash."""

_VAULT_KEY, _INDEX_KEY = bytes(32), bytes(31) + b"\1"
"""A replay's keys protect nothing that lasts, and the same file must give the same pseudonyms."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a replay works with."""

    city: City
    vault: AesVault
    database: Database
    clock: VirtualClock
    intake: Intake
    listening: Listening
    chronicle: Chronicle
    tools: Tools
    model_version: str


@asynccontextmanager
async def open_stage(settings: Settings, *, begins_at: datetime) -> AsyncIterator[Stage]:
    """Start a scratch database and build what works on it; everything is gone afterwards.

    Raises:
        Rejected: the profile or its model is missing or wrong, or this machine cannot run the database.
        TryLater: the database does not come up.
    """
    profile = profile_of(settings)
    directory = serving_directory(settings, profile)
    with (
        tempfile.TemporaryDirectory(prefix="hotline-replay-") as scratch,
        EmbeddedPostgres(Path(scratch), settings=_FAST) as postgres,
    ):
        migrations.apply(postgres.owner_url, today=begins_at.date())
        async with open_pool(postgres.app_url, size=4) as pool:
            yield _stage(profile, directory, Database(pool), Chronicle(pool), VirtualClock(begins_at))


def _stage(profile: Profile, directory: Path, database: Database, chronicle: Chronicle, clock: VirtualClock) -> Stage:
    model = load_model(profile, directory)
    serving = ServingModel(
        directory,
        load=partial(load_model, profile, directory),
        note=partial(note_reload, open_work=database.open_work),
    )
    city = City.of(profile)
    intake = Intake(
        city=city,
        understand=serving.understand,
        open_work=database.open_work,
        reserve_numbers=database.reserve_numbers,
        clock=clock,
    )
    listening = Listening(city=city, understand=serving.understand, open_work=database.open_work, clock=clock)
    vault = AesVault(_VAULT_KEY, _INDEX_KEY)
    tools = Tools(
        city=city,
        understand=serving.understand,
        vault=vault,
        open_work=database.open_work,
        reserve_numbers=database.reserve_numbers,
        clock=clock,
    )
    return Stage(city, vault, database, clock, intake, listening, chronicle, tools, model.version)
