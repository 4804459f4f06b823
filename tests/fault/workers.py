"""Workers that tests build from the product's pieces; configured and started as ``hotline worker`` is."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from config.settings import load_settings
from dispatcher.ports import OpenUnitOfWork, Understand
from dispatcher.store.offsets import PostgresOffsets
from dispatcher.workflow.intake import Intake
from hotline.bootstrap import Dispatcher, bootstrap_of, open_dispatcher
from hotline.logs import configure_logs
from models.message import Topic
from streams.app import build_app, run_worker
from streams.intake import INTAKE
from streams.settling import Agents, SettlingAgent
from streams.topics import open_admin, topic_ids, wait_for_topic
from tests.services.stack import SESSION_TIMEOUT

MakeIntake = Callable[[Dispatcher], Intake]


def intake_of(
    dispatcher: Dispatcher, *, understand: Understand | None = None, open_work: OpenUnitOfWork | None = None
) -> Intake:
    """Return the product's intake, but for the pieces given."""
    return Intake(
        city=dispatcher.city,
        understand=understand or dispatcher.understand,
        open_work=open_work or dispatcher.database.open_work,
        reserve_numbers=dispatcher.database.reserve_numbers,
        clock=dispatcher.clock,
    )


def run(name: str, make_intake: MakeIntake) -> None:
    """Work until a signal, or the intake, ends the process."""
    configure_logs()
    settings = load_settings(os.environ)
    bootstrap = bootstrap_of(settings)
    wait_for_topic(bootstrap, Topic.CONTACTS)

    @asynccontextmanager
    async def open_agents() -> AsyncIterator[Agents]:
        async with open_dispatcher(settings, pool_size=4) as dispatcher:
            intake = SettlingAgent(
                INTAKE,
                settler=make_intake(dispatcher),
                offsets=PostgresOffsets(dispatcher.pool),
                clock=dispatcher.clock,
                present_topic_id=lambda: asyncio.to_thread(present_topic_id, bootstrap),
            )
            yield {INTAKE.topic: intake}

    session_timeout = SESSION_TIMEOUT.total_seconds()
    app = build_app(
        bootstrap=bootstrap,
        datadir=datadir_of(settings.state_dir, name),
        topics=[INTAKE.topic],
        open_agents=open_agents,
        session_timeout=session_timeout,
    )
    run_worker(app)


def present_topic_id(bootstrap: str) -> UUID:
    """Ask the broker which contacts topic it has."""
    with open_admin(bootstrap) as admin:
        return topic_ids(admin, [Topic.CONTACTS])[Topic.CONTACTS]


def datadir_of(state_dir: Path, name: str) -> Path:
    """Return Faust's folder of a worker, made if missing."""
    directory = state_dir / "faust" / name
    directory.mkdir(parents=True, exist_ok=True)
    return directory
