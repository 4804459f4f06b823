"""The product as its operator runs it: real processes on a database and a broker of one's own, to be broken at will."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg

from config.profiles import find_profile, load_profile
from dispatcher.store.database import Database as Store
from dispatcher.store.database import open_pool
from dispatcher.store.reconciliation import Difference, Reconciliation
from dispatcher.store.vault import AesVault
from dispatcher.workflow.city import City
from dispatcher.workflow.receive import receive
from hotline.bootstrap import SystemClock
from hotline.embedded.patience import came_true
from hotline.embedded.processes import product_program
from hotline.embedded.program import Program
from models.contact import Submission
from models.errors import TryLater
from streams.topics import declared_topics
from tests.services.databases import Database
from tests.services.listener import Heard, listen

SESSION_TIMEOUT = timedelta(seconds=3)
"""How long a killed worker keeps its partitions. Apache Kafka allows so little only with ``BROKER_SETTINGS``."""

BROKER_SETTINGS = {"group.min.session.timeout.ms": "1000"}

EVENTUALLY = timedelta(seconds=90)
"""Bounds every wait; far more than anything takes on an idle machine, for others may load it."""

_REPOSITORY = Path(__file__).parents[2]
_BATCH = 500
_KEY = "5" * 64


class Stack:
    """Processes of the product around one database and one broker.

    Processes are called by name: ``worker-1``, ``relay-1`` and so on. While we wait in ``until``, those that ended are
    started again, as a supervisor would; ``ends`` tells how each ended. ``accepted`` are all contacts that came in.

    Parameters:
        database: where contacts and tickets are kept.
        bootstrap: the broker.
        proxied_database: the same database as the processes reach it; None when nothing stands between.
        artifacts: from ``TrainedModels.directory``.
        directory: for state and logs.
        profile: the city.
    """

    def __init__(
        self,
        *,
        database: Database,
        bootstrap: str,
        artifacts: Path,
        directory: Path,
        profile: str,
        proxied_database: Database | None = None,
    ) -> None:
        self.database = database
        self.bootstrap = bootstrap
        self.profile = load_profile(find_profile(profile))
        self.accepted: set[UUID] = set()
        self.ends: list[tuple[str, int | None]] = []
        self._reached = proxied_database or database
        self._profile_name = profile
        self.artifacts = artifacts
        self._directory = directory
        self._programs: dict[str, Program] = {}
        self._supervised: set[str] = set()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of every process."""
        return {
            "HOTLINE_PROFILE": self._profile_name,
            "HOTLINE_DATABASE_URL": self._reached.app_url,
            "HOTLINE_KAFKA": self.bootstrap,
            "HOTLINE_STATE_DIR": str(self._directory),
            "HOTLINE_ARTIFACT_DIR": str(self.artifacts),
            "HOTLINE_VAULT_KEY": _KEY,
            "HOTLINE_INDEX_KEY": _KEY,
        }

    @property
    def topics(self) -> list[str]:
        """Every topic of the city."""
        return [spec.name for spec in declared_topics(self.profile.units)]

    @property
    def unit_topics(self) -> list[str]:
        """The member units' streams."""
        return [topic for topic in self.topics if topic.startswith("hotline.dispatch.")]

    # Processes

    def start_worker(self, number: int = 1, *, supervised: bool = True) -> Program:
        """Start ``worker-NUMBER``."""
        name = f"worker-{number}"
        arguments = ("worker", "--name", name, "--session-timeout", str(SESSION_TIMEOUT.total_seconds()))
        return self._start(self._product(name, arguments), supervised=supervised)

    def start_relay(self, number: int = 1, *, supervised: bool = True) -> Program:
        """Start ``relay-NUMBER``."""
        return self._start(self._product(f"relay-{number}", ("relay",)), supervised=supervised)

    def start_module(self, name: str, module: str, *arguments: str, supervised: bool = True) -> Program:
        """Start a process that a test has built from the product's pieces: ``python -m MODULE ARGUMENTS``."""
        program = Program(
            name,
            [sys.executable, "-P", "-m", module, *arguments],
            log_path=self._directory / "logs" / f"{name}.log",
            env={**os.environ, **self.environment, "PYTHONPATH": str(_REPOSITORY)},
        )
        return self._start(program, supervised=supervised)

    def program(self, name: str) -> Program:
        """Return a process by name."""
        return self._programs[name]

    def kill(self, name: str, *, for_good: bool = False) -> None:
        """End a process as ``kill -9`` does; ``for_good`` keeps it from being started again."""
        if for_good:
            self._supervised.discard(name)
        self._programs[name].kill()

    def stop(self, *names: str) -> None:
        """Ask processes to end, and wait; without names all of them. They stay ended."""
        chosen = names or tuple(self._programs)
        self._supervised.difference_update(chosen)
        for name in chosen:
            self._programs[name].ask_to_stop()
        for name in chosen:
            self._programs[name].stop()

    def log_of(self, name: str) -> list[dict[str, Any]]:
        """Return the log events that a process has written; what is no JSON stands under ``text``."""
        path = self._programs[name].log_path
        return [_log_event(line) for line in path.read_text().splitlines()] if path.exists() else []

    def until(self, condition: Callable[[], bool], what: str, *, within: timedelta = EVENTUALLY) -> None:
        """Wait until ``condition`` holds; meanwhile, processes that ended are started again."""

        def holds() -> bool:
            self._revive()
            return condition()

        if not came_true(holds, within=within):
            raise AssertionError(f"after {within.total_seconds():.0f} s still not: {what}\n{self._standing()}")

    # Contacts

    def accept(self, submissions: Sequence[Submission], *, batch: int = _BATCH, per_second: float | None = None) -> list[UUID]:
        """Bring contacts in through the receive workflow, ``batch`` in one transaction; returns their ids.

        ``per_second`` bounds the rate. A store that is away is asked again, as any door's client does.
        """
        return asyncio.run(self._accept(submissions, batch, per_second))

    def unsettled(self) -> int:
        """Return how many accepted contacts have no fate yet."""
        return int(self.rows("SELECT count(*) FROM contacts WHERE fate IS NULL")[0][0])

    def settled(self) -> int:
        """Return how many contacts have their fate."""
        return int(self.rows("SELECT count(*) FROM contacts WHERE fate IS NOT NULL")[0][0])

    def at_rest(self) -> bool:
        """Whether every accepted contact has its fate and every announcement is on its topic."""
        return self.unsettled() == 0 and self.unpublished() == 0

    def unpublished(self) -> int:
        """Return how many announcements wait for the relay."""
        return int(self.rows("SELECT count(*) FROM outbox WHERE published_at IS NULL")[0][0])

    def wait_until_settled(self, *, within: timedelta = EVENTUALLY) -> None:
        """Wait until every accepted contact has its fate and every announcement is on its topic."""
        self.until(self.at_rest, "every contact settled and announced", within=within)

    def fates(self, contact_ids: Iterable[UUID]) -> dict[UUID, str | None]:
        """Return what became of these contacts."""
        return dict(self.rows("SELECT contact_id, fate FROM contacts WHERE contact_id = ANY(%s)", list(contact_ids)))

    # Looking

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Run a query as the owner, who sees everything, past any proxy."""
        with psycopg.connect(self.database.owner_url, autocommit=True) as connection:
            cursor = connection.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def listen(self, topics: Iterable[str], **options: Any) -> list[Heard]:
        """Return all messages of ``topics``."""
        return listen(self.bootstrap, topics, **options)

    def differences(self) -> list[Difference]:
        """Return the counters that disagree with the tables, as ``hotline reconcile`` finds them."""
        return asyncio.run(self._differences())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._supervised.clear()
        for program in self._programs.values():
            program.kill()

    def _product(self, name: str, arguments: Sequence[str]) -> Program:
        return product_program(name, *arguments, state_dir=self._directory, env=self.environment)

    def _start(self, program: Program, *, supervised: bool) -> Program:
        self._programs[program.name] = program
        if supervised:
            self._supervised.add(program.name)
        program.start()
        return program

    def _revive(self) -> None:
        for name in self._supervised:
            program = self._programs[name]
            if not program.is_running:
                self.ends.append((name, program.exit_code))
                program.start()

    def _standing(self) -> str:
        words = [
            f"{name}: {line[:400]}" for name, program in self._programs.items() for line in program.last_words(12).splitlines()
        ]
        return "\n".join([f"unsettled {self.unsettled()}, unpublished {self.unpublished()}, ends {self.ends}", *words])

    async def _accept(self, submissions: Sequence[Submission], batch: int, per_second: float | None) -> list[UUID]:
        city, vault, clock = City.of(self.profile), AesVault(bytes.fromhex(_KEY), bytes.fromhex(_KEY)), SystemClock()
        started = time.monotonic()
        async with open_pool(self.database.app_url, size=1) as pool:
            for first in range(0, len(submissions), batch):
                if per_second is not None:
                    await asyncio.sleep(max(0.0, started + first / per_second - time.monotonic()))
                while True:
                    try:
                        await receive(
                            submissions[first : first + batch],
                            city=city,
                            vault=vault,
                            open_work=Store(pool).open_work,
                            clock=clock,
                        )
                    except TryLater:
                        await asyncio.sleep(0.2)
                    else:
                        break
                self.accepted.update(submission.contact_id for submission in submissions[first : first + batch])
        return [submission.contact_id for submission in submissions]

    async def _differences(self) -> list[Difference]:
        async with open_pool(self.database.app_url, size=1) as pool:
            return await Reconciliation(pool, self.profile.categories).differences()


def _log_event(line: str) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except ValueError:
        return {"text": line}
    return parsed if isinstance(parsed, dict) else {"text": line}
