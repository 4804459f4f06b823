"""Breaks running things by a seeded chance, and keeps an account of it."""

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

import psycopg

from models.contact import Submission
from tests.services.stack import Stack

_CONNECTIONS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'hotline_app' ORDER BY backend_start, pid
"""


class Chaos:
    """Kills processes, and connections of the application, at random moments.

    Parameters:
        stack: what to break; its supervised processes come back.
        seed: the same seed chooses the same victims and the same waits.
        victims: names of processes.
    """

    def __init__(self, stack: Stack, *, seed: int, victims: Sequence[str]) -> None:
        self.done: Counter[str] = Counter()
        self._stack = stack
        self._chance = random.Random(seed)  # noqa: S311 - tests need the same chance each time
        self._victims = victims

    def kills(self) -> int:
        """Return how many processes were killed while they ran."""
        return sum(amount for name, amount in self.done.items() if name in self._victims)

    def strike(self) -> None:
        """Kill one running process, or now and then a connection instead."""
        if self._chance.random() < 0.25:
            self.terminate_connection()
            return
        self.kill(self._chance.choice(self._victims))

    def kill(self, name: str) -> None:
        """Kill a process if it runs."""
        if self._stack.program(name).is_running:
            self._stack.kill(name)
            self.done[name] += 1

    def terminate_connection(self) -> None:
        """End one of the application's connections from the server's side, whatever it is at."""
        with psycopg.connect(self._stack.database.owner_url, autocommit=True) as connection:
            pids = [row[0] for row in connection.execute(_CONNECTIONS).fetchall()]
            if pids:
                connection.execute("SELECT pg_terminate_backend(%s)", [self._chance.choice(pids)])
                self.done["connection"] += 1

    def rest(self, shortest: timedelta, longest: timedelta) -> None:
        """Let things run for a while; what ended is started again."""
        until = time.monotonic() + self._chance.uniform(shortest.total_seconds(), longest.total_seconds())
        self._stack.until(lambda: time.monotonic() >= until, "the rest is over")


class Flow:
    """Contacts that come in meanwhile, on a thread of their own.

    Leaving the block waits until all are accepted.
    """

    def __init__(self, stack: Stack, contacts: Sequence[Submission], *, per_second: int, batch: int = 25) -> None:
        self._stack = stack
        self._contacts = contacts
        self._per_second = per_second
        self._batch = batch
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="flow", daemon=True)

    @property
    def is_over(self) -> bool:
        """Whether all contacts are in."""
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._thread.join(timeout=300)
        if error is None and (self._error or self._thread.is_alive()):
            raise AssertionError("contacts could not be accepted") from self._error

    def _run(self) -> None:
        try:
            self._stack.accept(self._contacts, batch=self._batch, per_second=self._per_second)
        except BaseException as error:  # noqa: BLE001 - told to the test, in whose thread it matters
            self._error = error
