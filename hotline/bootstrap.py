"""Wiring: the one place that names concrete classes and introduces them to each other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from classifiers.artifact import Artifact, load_artifact
from classifiers.similar import SimilarTexts
from classifiers.understand import Understander
from config.profiles import find_profile, load_profile
from config.settings import Settings
from dispatcher.ports import Understand
from dispatcher.rules.whereabouts import place_names
from dispatcher.store.database import Database, Pool, open_pool
from dispatcher.store.offsets import PostgresOffsets
from dispatcher.store.vault import AesVault
from dispatcher.workflow.city import City
from dispatcher.workflow.intake import Intake
from models.errors import Rejected, TryLater
from models.message import Topic
from models.profile import ConfidenceBands, Profile
from models.understanding import Understanding
from streams.intake import IntakeAgent
from streams.topics import open_admin, topic_ids

MODEL = "serving"
"""Name of the artifact that workers load, within the artifact directory of a profile."""


class SystemClock:
    """The wall clock of this machine."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        return datetime.now(UTC)


def profile_of(settings: Settings) -> Profile:
    """Return the profile that the settings name.

    Raises:
        NotFound: there is no such profile.
        BadProfile: it breaks a rule of the format.
    """
    return load_profile(find_profile(settings.profile))


def database_url_of(settings: Settings) -> str:
    """Return the application's database.

    Raises:
        Rejected: none is configured.
    """
    if settings.database_url is None:
        raise Rejected("HOTLINE_DATABASE_URL is not set; `hotline up` brings its own database, other commands need one")
    return settings.database_url


def owner_database_url_of(settings: Settings) -> str:
    """Return the database as the role that migrates reaches it.

    Raises:
        Rejected: none is configured.
    """
    if settings.owner_database_url is None:
        raise Rejected("HOTLINE_OWNER_DATABASE_URL is not set")
    return settings.owner_database_url


def bootstrap_of(settings: Settings) -> str:
    """Return the broker's bootstrap servers.

    Raises:
        Rejected: none is configured.
    """
    if settings.kafka is None:
        raise Rejected("HOTLINE_KAFKA is not set; `hotline up` brings its own broker, other commands need one")
    return settings.kafka


def vault_of(settings: Settings) -> AesVault:
    """Return the vault.

    Raises:
        Rejected: a key is not configured.
    """
    if settings.vault_key is None or settings.index_key is None:
        raise Rejected("HOTLINE_VAULT_KEY and HOTLINE_INDEX_KEY must be set: 64 hexadecimal digits each")
    return AesVault(settings.vault_key, settings.index_key)


def artifact_directory(settings: Settings, profile: Profile) -> Path:
    """Return where the profile's serving model lives."""
    return settings.artifact_dir / profile.name / MODEL


def artifact_of(settings: Settings, profile: Profile) -> Artifact:
    """Return the serving model.

    Raises:
        Rejected: none was trained, or it does not fit the profile.
    """
    directory = artifact_directory(settings, profile)
    if not directory.is_dir():
        raise Rejected(f"no model is trained for profile {profile.name}; run `hotline train --profile {settings.profile}`")
    return load_artifact(directory, profile.categories)


def city_of(profile: Profile, artifact: Artifact) -> City:
    """Return the city with the bands measured on the model's card, or the profile's where the card has none."""
    measured = artifact.card.bands
    bands = ConfidenceBands(
        automatic=measured.automatic if measured.automatic is not None else profile.bands.automatic,
        review=measured.review if measured.review is not None else profile.bands.review,
        asr=profile.bands.asr,
    )
    return City.of(profile, bands)


def understander_of(profile: Profile, artifact: Artifact) -> Understander:
    """Return what understands this profile's requests."""
    return Understander(
        artifact,
        categories=profile.categories,
        districts=profile.districts,
        places=profile.places,
        urgency=profile.urgency,
    )


def text_index_of(city: City) -> SimilarTexts:
    """Return an empty index of open tickets' texts, which compares them as the rule of repeats does."""
    return SimilarTexts(city.repeats.terms_of, place_names)


def off_the_loop(understander: Understander) -> Understand:
    """Return ``understander`` as a port: text work runs in one thread, so that heartbeats go on meanwhile."""
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="understand")

    async def understand(texts: Sequence[str]) -> list[Understanding]:
        if not texts:
            return []
        return await asyncio.get_running_loop().run_in_executor(executor, understander.understand, texts)

    return understand


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """The core with its tools: what doors, streams and commands work with."""

    settings: Settings
    city: City
    artifact: Artifact
    understander: Understander
    understand: Understand
    vault: AesVault
    pool: Pool
    database: Database
    clock: SystemClock


@asynccontextmanager
async def open_dispatcher(settings: Settings, *, pool_size: int = 8) -> AsyncIterator[Dispatcher]:
    """Build the whole object graph on the running loop.

    Raises:
        Rejected: a setting, the profile or the model is missing or wrong.
        TryLater: PostgreSQL is away.
    """
    profile = profile_of(settings)
    artifact = artifact_of(settings, profile)
    understander = understander_of(profile, artifact)
    async with open_pool(database_url_of(settings), size=pool_size) as pool:
        yield Dispatcher(
            settings=settings,
            city=city_of(profile, artifact),
            artifact=artifact,
            understander=understander,
            understand=off_the_loop(understander),
            vault=vault_of(settings),
            pool=pool,
            database=Database(pool),
            clock=SystemClock(),
        )


@asynccontextmanager
async def open_intake_agent(settings: Settings) -> AsyncIterator[IntakeAgent]:
    """Build what the intake worker settles its batches with."""
    async with open_dispatcher(settings, pool_size=4) as dispatcher:
        intake = Intake(
            city=dispatcher.city,
            understand=dispatcher.understand,
            open_work=dispatcher.database.open_work,
            reserve_numbers=dispatcher.database.reserve_numbers,
            clock=dispatcher.clock,
        )
        yield IntakeAgent(
            intake=intake,
            offsets=PostgresOffsets(dispatcher.pool),
            clock=dispatcher.clock,
            present_topic_id=lambda: asyncio.to_thread(_contacts_topic_id, bootstrap_of(settings)),
        )


def _contacts_topic_id(bootstrap: str) -> UUID:
    with open_admin(bootstrap) as admin:
        found = topic_ids(admin, [Topic.CONTACTS])
    if Topic.CONTACTS not in found:
        raise TryLater(f"topic {Topic.CONTACTS} does not exist; `hotline topics` makes it")
    return found[Topic.CONTACTS]
