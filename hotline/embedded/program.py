"""One child process with a log file."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import cache
from pathlib import Path

from hotline.embedded.launch import Account, launched


@cache
def _starter() -> ThreadPoolExecutor:
    """The one thread that starts programs; it lives as long as we do.

    Linux takes the thread that starts a child for its parent, and would end the child together with a shorter thread.
    """
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


class Program:
    """A program that we start, watch and stop; it never outlives us.

    It gets a process group of its own, so that Ctrl-C on the terminal reaches us alone and we decide the order in which
    things stop.

    Parameters:
        name: what people read in messages; letters, digits and hyphens.
        argv: program and arguments; the program is looked up on ``PATH`` when it has no slash.
        log_path: standard output and error are appended here.
        env: the whole environment; None passes ours on.
        stop_signal: asks the program to stop in good order.
        death_signal: sent by the system when we die without having stopped the program.
        grace: how long ``stop`` waits before it kills.
        account: the system account to change into; only root may change.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        log_path: Path,
        env: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals = signal.SIGKILL,
        grace: timedelta = timedelta(seconds=20),
        account: Account | None = None,
    ) -> None:
        self.name = name
        self.log_path = log_path
        self.grace = grace
        self._argv = tuple(argv)
        self._env = env
        self._stop_signal = stop_signal
        self._death_signal = death_signal
        self._account = account
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process number of the latest start; None before the first one."""
        return None if self._process is None else self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the program was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the latest start ended, negative for a signal; None while it runs and before the first start."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start the program; a running one is left alone."""
        if self.is_running:
            return
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        _starter().submit(self._start).result()

    def _start(self) -> None:
        with open(self.log_path, "ab", opener=_for_us_alone) as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line, no shell
                launched(self._argv, death_signal=self._death_signal, account=self._account),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._env,
                process_group=0,
            )

    def ask_to_stop(self) -> None:
        """Send the stop signal and return at once."""
        if self._process is not None and self.is_running:
            self._process.send_signal(self._stop_signal)

    def kill(self) -> None:
        """End the program and what it started in its group, without asking."""
        if self._process is not None and self.is_running:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def wait(self, at_most: timedelta) -> bool:
        """Wait for the end; return False when it still runs after ``at_most``."""
        if self._process is None:
            return True
        try:
            self._process.wait(at_most.total_seconds())
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        """Ask, wait for the grace, then kill. Stopping a stopped program is fine."""
        self.ask_to_stop()
        if not self.wait(self.grace):
            self.kill()

    def last_words(self, lines: int = 15) -> str:
        """The end of the log, for a message to the person who started us."""
        try:
            text = self.log_path.read_text(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])
