"""A supervisor for the product's long-lived processes: it starts them, restarts what ends, and stops all of them."""

import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import structlog

from hotline.embedded.program import Program
from models.errors import Rejected

log = structlog.get_logger()

# Architecture, exit codes: 2 is bad input or usage, which no restart can mend.
_EXIT_BAD_INPUT = 2
_LOOK_EVERY = timedelta(milliseconds=100)
_FIRST_DELAY = timedelta(seconds=0.5)
_LONGEST_DELAY = timedelta(seconds=30)
_HEALTHY_AFTER = timedelta(minutes=1)


class Restartable(Protocol):
    """A service that a supervisor can bring back: a ``Program``, ``EmbeddedPostgres`` or ``EmbeddedBroker``."""

    @property
    def name(self) -> str:
        """What people read in messages."""

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""

    def start(self) -> None:
        """Start it again."""


class Children:
    """The product's processes, restarted whenever one ends, until the ``with`` block is left.

    Leaving the block, by Ctrl-C too, asks all programs to stop, waits for each one's grace, and kills the rest; a
    second Ctrl-C meanwhile kills them at once. They never outlive us. The longer a program keeps failing, the longer
    the wait before its next start, from 0.5 up to 30 seconds; a minute of running counts as health.

    Parameters:
        programs: started on entering and stopped on leaving.
        watched: services that others started and will stop; only brought back when they end.
    """

    def __init__(self, programs: Sequence[Program], *, watched: Sequence[Restartable] = ()) -> None:
        self._programs = tuple(programs)
        self._kept = [_Kept(service) for service in (*watched, *programs)]
        self._refused: Program | None = None
        self._ending = threading.Event()
        self._over = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        self._supervisor.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ending.set()
        try:
            self._supervisor.join()
        except KeyboardInterrupt:
            for program in self._programs:
                program.kill()
            self._supervisor.join()
            raise

    def wait(self) -> None:
        """Stay here while the children run, until Ctrl-C.

        Raises:
            Rejected: a program ended with exit code 2; it cannot run on this input, so all are stopped.
        """
        self._over.wait()
        if self._refused is not None:
            raise Rejected(f"{self._refused.name} cannot run:\n{self._refused.last_words()}")

    def _supervise(self) -> None:
        try:
            while self._refused is None and not self._ending.wait(_LOOK_EVERY.total_seconds()):
                for kept in self._kept:
                    kept.look(time.monotonic())
                self._refused = next(self._refusing(), None)
        finally:
            _stop_all(self._programs)
            self._over.set()

    def _refusing(self) -> Iterator[Program]:
        return (program for program in self._programs if program.exit_code == _EXIT_BAD_INPUT)


class _Kept:
    """One service and the history that decides when it starts again."""

    def __init__(self, service: Restartable) -> None:
        self._service = service
        self._failures = 0
        self._started_at = -float("inf")
        self._start_at: float | None = None if service.is_running else -float("inf")

    def look(self, now: float) -> None:
        """Note an end, or start the service when its time has come; ``now`` in monotonic seconds."""
        if self._service.is_running:
            return
        if self._start_at is None:
            self._note_end(now)
        elif now >= self._start_at:
            self._start(now)

    def _note_end(self, now: float) -> None:
        if now - self._started_at >= _HEALTHY_AFTER.total_seconds():
            self._failures = 0
        delay = restart_delay(self._failures)
        self._failures += 1
        self._start_at = now + delay.total_seconds()
        log.warning(
            "child_ended",
            child=self._service.name,
            exit_code=self._service.exit_code,
            restart_in_seconds=delay.total_seconds(),
        )

    def _start(self, now: float) -> None:
        self._started_at, self._start_at = now, None
        try:
            self._service.start()
        except Exception:  # whatever kept it from starting may pass: it is noted as one more end, and tried again
            log.exception("child_did_not_start", child=self._service.name)


def restart_delay(failures: int) -> timedelta:
    """How long to wait before the next start, after so many ends in a row: doubled each time, 30 seconds at most."""
    return min(_FIRST_DELAY * (1 << min(failures, 10)), _LONGEST_DELAY)


def product_program(name: str, *arguments: str, state_dir: Path, env: Mapping[str, str] | None = None) -> Program:
    """The program ``hotline ARGUMENTS…``, with its log in ``state_dir/logs/NAME.log``.

    ``env`` is added to our own environment. The folder we stand in is no place to import from: it may hold a ``config``
    or ``models`` of somebody else's.
    """
    return Program(
        name,
        [sys.executable, "-P", "-m", "hotline", *arguments],
        log_path=state_dir / "logs" / f"{name}.log",
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
    )


def _stop_all(programs: Sequence[Program]) -> None:
    """Ask everybody first, so that the slowest alone decides how long it takes."""
    asked_at = time.monotonic()
    for program in programs:
        program.ask_to_stop()
    for program in programs:
        waited = timedelta(seconds=time.monotonic() - asked_at)
        if not program.wait(max(program.grace - waited, timedelta(0))):
            log.warning("child_killed", child=program.name, pid=program.pid)
            program.kill()
