"""Where a replay plays: a scratch database, a profile, its model, a clock of its own."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from config.settings import Settings
from dispatcher.ports import StreamPosition, UnderstoodTexts
from dispatcher.store import migrations
from dispatcher.store.chronicle import Chronicle
from dispatcher.store.database import Database, open_pool
from dispatcher.store.vault import AesVault
from dispatcher.workflow.city import City
from dispatcher.workflow.converse import Tools
from dispatcher.workflow.intake import Intake
from dispatcher.workflow.listen import Listening
from dispatcher.workflow.look_up import Librarian
from hotline.bootstrap import load_model, profile_of, serving_directory, words_of
from hotline.embedded.postgres import EmbeddedPostgres
from hotline.replay.clock import VirtualClock
from hotline.serving import LoadedModel
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


@dataclass(frozen=True, slots=True)
class Props:
    """What any number of replays share: the city and the model that understands."""

    profile: Profile
    model: LoadedModel

    async def understand(self, texts: Sequence[str]) -> UnderstoodTexts:
        """Understand a batch; one model from the first event to the last. See ``ports.Understand``."""
        return UnderstoodTexts(self.model.understander.understand(texts) if texts else (), self.model.bands)


def props_of(settings: Settings) -> Props:
    """Load the profile that the settings name, with its serving model.

    Raises:
        Rejected: the profile or its model is missing or wrong.
    """
    profile = profile_of(settings)
    return Props(profile, load_model(profile, serving_directory(settings, profile)))


@asynccontextmanager
async def open_stage(props: Props, *, begins_at: datetime) -> AsyncIterator[Stage]:
    """Start a scratch database and build what works on it; everything is gone afterwards.

    Raises:
        Rejected: this machine cannot run the database.
        TryLater: the database does not come up.
    """
    with (
        tempfile.TemporaryDirectory(prefix="hotline-replay-") as scratch,
        EmbeddedPostgres(Path(scratch), settings=_FAST) as postgres,
    ):
        async with stage_on(postgres.owner_url, postgres.app_url, props, begins_at=begins_at) as stage:
            yield stage


@asynccontextmanager
async def stage_on(owner_url: str, app_url: str, props: Props, *, begins_at: datetime) -> AsyncIterator[Stage]:
    """Build what works on an empty database: as its owner to migrate it, as the application from then on.

    Raises:
        TryLater: the database cannot be reached.
    """
    migrations.apply(owner_url, today=begins_at.date())
    async with open_pool(app_url, size=4) as pool:
        yield _stage(props, Database(pool), Chronicle(pool), VirtualClock(begins_at))


def _stage(props: Props, database: Database, chronicle: Chronicle, clock: VirtualClock) -> Stage:
    city = City.of(props.profile)
    intake = Intake(
        city=city,
        understand=props.understand,
        open_work=database.open_work,
        reserve_numbers=database.reserve_numbers,
        clock=clock,
    )
    listening = Listening(city=city, understand=props.understand, open_work=database.open_work, clock=clock)
    vault = AesVault(_VAULT_KEY, _INDEX_KEY)
    tools = Tools(
        city=city,
        understand=props.understand,
        vault=vault,
        open_work=database.open_work,
        clock=clock,
        librarian=Librarian(city=city, open_work=database.open_work, words=words_of(props.profile), clock=clock),
    )
    return Stage(city, vault, database, clock, intake, listening, chronicle, tools, props.model.version)
