"""Wiring: the one place that names concrete classes and introduces them to each other."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from classifiers.artifact import Artifact, Card
from classifiers.local_words import local_words_of
from classifiers.normalise import normalise
from classifiers.similar import SimilarTexts
from classifiers.split import Splitter
from classifiers.understand import Understander
from classifiers.words import fastest_cutter, text_cutter
from config.profiles import find_profile, load_profile
from config.settings import Settings
from console.doors import Explain
from dispatcher.ports import Understand
from dispatcher.rules.knowing import Words
from dispatcher.rules.whereabouts import place_names
from dispatcher.store.database import Database, Pool, open_pool
from dispatcher.store.installation import Installation
from dispatcher.store.offsets import PostgresOffsets
from dispatcher.store.vault import AesVault
from dispatcher.workflow.city import City
from dispatcher.workflow.intake import Intake
from dispatcher.workflow.listen import Listening
from dispatcher.workflow.look_up import Librarian
from dispatcher.workflow.note_reload import note_reload
from hotline.keep_current import kept_current
from hotline.serving import LoadedModel, ServingModel
from hotline.shelf import Shelf, load_standing
from models.errors import Rejected, TryLater
from models.profile import ConfidenceBands, Profile
from streams.intake import INTAKE
from streams.listen import LISTEN
from streams.settling import Agents, SettlingAgent
from streams.topics import open_admin, topic_ids

"""So often a running process asks whether a calendar was loaded. Our default."""


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


def installation_of(settings: Settings, profile: Profile) -> Installation:
    """Return what this installation is to its database; keys count only where both are configured."""
    has_keys = settings.vault_key is not None and settings.index_key is not None
    return Installation(profile.name, profile.ticket_prefix, vault_of(settings) if has_keys else None)


@asynccontextmanager
async def open_database(settings: Settings, profile: Profile, *, size: int) -> AsyncIterator[Pool]:
    """Open the application's pool on the database of this installation.

    Raises:
        Rejected: it is another installation's, not migrated, or the setting is missing or wrong.
        TryLater: PostgreSQL is away.
    """
    url = database_url_of(settings)
    await asyncio.to_thread(installation_of(settings, profile).start_on, url)
    async with open_pool(url, size=size) as pool:
        yield pool


def migrate(settings: Settings, *, pre_only: bool = False) -> tuple[str, ...]:
    """Bring the database's schema up to date, and return the names of what was applied.

    Raises:
        Rejected: the database is another installation's, cannot be migrated, or the setting is missing or wrong.
        TryLater: PostgreSQL is away or busy.
    """
    installation = installation_of(settings, profile_of(settings))
    return installation.migrate(owner_database_url_of(settings), today=SystemClock().now().date(), pre_only=pre_only)


def shelf_of(settings: Settings, profile: Profile) -> Shelf:
    """Return where the profile's models stand."""
    return Shelf(settings.artifact_dir / profile.name)


def artifact_of(settings: Settings, profile: Profile) -> Artifact:
    """Return the serving model.

    Raises:
        Rejected: none was trained, or it does not fit the profile.
    """
    return load_standing(serving_directory(settings, profile), profile.categories)


def serving_directory(settings: Settings, profile: Profile) -> Path:
    """Return where the serving model stands.

    Raises:
        Rejected: none was trained.
    """
    directory = shelf_of(settings, profile).serving
    if not directory.is_dir():
        raise Rejected(f"no model is trained for profile {profile.name}; run `hotline train --profile {settings.profile}`")
    return directory


def bands_of(profile: Profile, card: Card) -> ConfidenceBands:
    """Return the bands measured on the model's card, or the profile's where the card has none (decision 13)."""
    measured = card.bands
    return ConfidenceBands(
        automatic=measured.automatic if measured.automatic is not None else profile.bands.automatic,
        review=measured.review if measured.review is not None else profile.bands.review,
        asr=profile.bands.asr,
    )


def understander_of(profile: Profile, artifact: Artifact) -> Understander:
    """Return what understands this profile's requests."""
    return Understander(
        artifact,
        city=profile.city,
        categories=profile.categories,
        districts=profile.districts,
        places=profile.places,
        urgency=profile.urgency,
        facts=profile.facts,
        splitter=splitter_of(profile, artifact),
    )


def splitter_of(profile: Profile, artifact: Artifact) -> Splitter | None:
    """Return what splits this profile's contacts; None for a model that has not learned to."""
    if artifact.splitting is None:
        return None
    return Splitter(
        artifact.splitting,
        features=artifact.features,
        category=artifact.category,
        request_type=artifact.sides.get("type"),
        level1=level1_of(profile),
        cues=profile.split_cues,
        cut_han=fastest_cutter(artifact.local_words),
    )


def level1_of(profile: Profile) -> dict[str, str]:
    """Return the level-1 group of each category."""
    return {code: category.level1_code for code, category in profile.categories.items()}


def text_index_of(city: City) -> SimilarTexts:
    """Return an empty index of open tickets' texts, which compares them as the rule of repeats does."""
    return SimilarTexts(city.repeats.terms_of, place_names)


def words_of(profile: Profile) -> Words:
    """Return what cuts questions and articles into words, with the town's names in one piece, as the model cuts requests."""
    cut = text_cutter(fastest_cutter(local_words_of(profile)))
    return lambda text: cut(normalise(text).text)


def load_model(profile: Profile, directory: Path) -> LoadedModel:
    """Load the model in ``directory`` with everything that it needs of the profile.

    Raises:
        BadArtifact: it is missing, broken, or does not fit the profile.
    """
    artifact = load_standing(directory, profile.categories)
    return LoadedModel(artifact.card.version, understander_of(profile, artifact), bands_of(profile, artifact.card))


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """The core with its tools: what doors, streams and commands work with."""

    settings: Settings
    city: City
    understand: Understand
    explain: Explain
    vault: AesVault
    pool: Pool
    database: Database
    clock: SystemClock
    librarian: Librarian


@asynccontextmanager
async def open_dispatcher(settings: Settings, *, pool_size: int = 8) -> AsyncIterator[Dispatcher]:
    """Build the whole object graph on the running loop.

    Raises:
        Rejected: a setting, the profile or the model is missing or wrong.
        TryLater: PostgreSQL is away.
    """
    profile = profile_of(settings)
    directory = serving_directory(settings, profile)
    async with open_database(settings, profile, size=pool_size) as pool:
        database = Database(pool)
        model = ServingModel(
            directory,
            load=partial(load_model, profile, directory),
            note=partial(note_reload, open_work=database.open_work),
        )
        city, clock = City.of(profile), SystemClock()
        async with kept_current(city, database.open_work):
            yield Dispatcher(
                settings=settings,
                city=city,
                understand=model.understand,
                explain=model.explain,
                vault=vault_of(settings),
                pool=pool,
                database=database,
                clock=clock,
                librarian=Librarian(city=city, open_work=database.open_work, words=words_of(profile), clock=clock),
            )


@asynccontextmanager
async def open_agents(settings: Settings) -> AsyncIterator[Agents]:
    """Build what the worker settles its batches with: contacts, and what is said in running calls."""
    async with open_dispatcher(settings, pool_size=4) as dispatcher:
        intake = Intake(
            city=dispatcher.city,
            understand=dispatcher.understand,
            open_work=dispatcher.database.open_work,
            reserve_numbers=dispatcher.database.reserve_numbers,
            clock=dispatcher.clock,
        )
        listening = Listening(
            city=dispatcher.city,
            understand=dispatcher.understand,
            open_work=dispatcher.database.open_work,
            clock=dispatcher.clock,
        )
        gc.freeze()  # what is loaded by now stays: a collection looks at batches, not at the model as well (6 % of a contact)
        yield {
            stream.topic: SettlingAgent(
                stream,
                settler=settler,
                offsets=PostgresOffsets(dispatcher.pool),
                clock=dispatcher.clock,
                present_topic_id=partial(asyncio.to_thread, topic_id_of, stream.topic, bootstrap_of(settings)),
            )
            for stream, settler in ((INTAKE, intake), (LISTEN, listening))
        }


def topic_id_of(topic: str, bootstrap: str) -> UUID:
    """Return the identity of a topic; blocks.

    Raises:
        TryLater: the broker is away, or has no such topic.
    """
    with open_admin(bootstrap) as admin:
        found = topic_ids(admin, [topic])
    if topic not in found:
        raise TryLater(f"topic {topic} does not exist; `hotline topics` makes it")
    return found[topic]
