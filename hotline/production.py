"""The production processes on this machine, under one supervisor."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from hotline.bootstrap import bootstrap_of, profile_of
from hotline.embedded.installation import Installation
from hotline.embedded.patience import came_true
from hotline.embedded.processes import Children, product_program
from models.errors import TryLater
from streams.consumer import POSITIONS_TAKEN
from streams.topics import create_missing, declared_topics, open_admin

_LOCAL_SESSION_SECONDS = "6"
"""On one machine a dead worker is found soon; Tansu also lets a first member wait for half of it (streaming.md 1.5)."""

_READY_WITHIN = timedelta(minutes=1)


def wait_for_workers(installed: Installation, *, workers: int) -> None:
    """Return when every worker of a fresh state directory has its partitions; joining a group takes seconds.

    Raises:
        TryLater: one did not get ready within a minute; the message names its log.
    """
    for number in range(1, workers + 1):
        log = installed.settings.state_dir / "logs" / f"worker-{number}.log"
        if not came_true(partial(_has_partitions, log), within=_READY_WITHIN):
            raise TryLater(f"worker {number} does not get ready; see {log}")


def _has_partitions(log: Path) -> bool:
    return log.exists() and POSITIONS_TAKEN in log.read_text(encoding="utf-8")


@contextmanager
def production(installed: Installation, *, workers: int, others: Sequence[str]) -> Iterator[Children]:
    """Make the topics of a migrated database, and run relay, ``workers`` workers and the ``others`` until the block is left.

    Embedded services that die meanwhile are started again.

    Raises:
        Rejected: the broker refuses a topic.
        TryLater: a service is away.
    """
    settings = installed.settings
    specs = declared_topics(profile_of(settings).units, replication=settings.kafka_replication)
    with open_admin(bootstrap_of(settings)) as admin:
        create_missing(admin, specs)
    commands = {
        "relay": ("relay",),
        **{
            f"worker-{number}": ("worker", "--name", f"worker-{number}", "--session-timeout", _LOCAL_SESSION_SECONDS)
            for number in range(1, workers + 1)
        },
        **{name: (name,) for name in others},
    }
    programs = [
        product_program(name, *command, state_dir=settings.state_dir, env=installed.environment)
        for name, command in commands.items()
    ]
    with Children(programs, watched=installed.services) as children:
        yield children
