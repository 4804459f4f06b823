"""The ``hotline`` command: finds the command's module, and turns errors into exit codes.

Exit codes: 0 done, 1 a check that failed, 2 bad input or usage, 75 try later, 130 ended by Ctrl-C.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from hotline import __version__
from models.errors import Rejected, TryLater

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "up": "everything embedded, with sample contacts; Ctrl-C stops it",
        "migrate": "bring the database schema up to date",
        "topics": "make the Kafka topics and verify their settings",
        "check": "verify a profile",
        "train": "learn categories from labelled texts",
        "evaluate": "measure a model on labelled texts",
        "model": "show, promote and roll back the profile's models",
        "classify": "guess categories of texts in a file",
        "explain": "show what was understood of one text, and why",
        "explain-route": "show which line of the dispatch matrix decides, and why",
        "matrix": "propose, review and try changes of the dispatch matrix",
        "deadline": "compute a deadline and show the days that were counted",
        "calendar": "load the days of another year",
        "ingest": "receive contacts from a CSV or JSONL file",
        "worker": "turn contacts into tickets",
        "relay": "publish the outbox to Kafka",
        "timers": "mark passed deadlines and keep the house",
        "exporter": "serve the business numbers to Prometheus",
        "serve": "serve the console: API and pages",
        "unit": "a member unit's stream on the terminal",
        "user": "add, list, change, reset, disable and enable users",
        "audit": "print the access log: who, when, what, on which ticket, why",
        "knowledge": "the articles that answers rest on: import, search, show, check, proposals",
        "selfcheck": "send contacts through everything and count what comes out",
        "replay": "play an event file in virtual time and write what came of it",
        "reconcile": "recompute the counters from the tickets",
    }
)
"""Every command with one line of what it does; its module is ``hotline.commands.<name>``, with ``_`` for ``-``."""

_THREADS = "OMP_NUM_THREADS"
"""How many threads numpy's products take, read when it is loaded. A process is meant for one core (one worker for each): its
products are small, and a second thread only waits for them (383 instead of 233 µs of processor time a text on two cores)."""

EXIT_USAGE, EXIT_TRY_LATER, EXIT_INTERRUPTED = 2, 75, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    os.environ.setdefault(_THREADS, "1")
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="hotline", description="Hotline (速派): dispatch engine for 12345 hotlines.")
    parser.add_argument("--version", action="version", version=f"hotline {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    if given and given[0] in COMMANDS:
        module = import_module(f"hotline.commands.{given[0].replace('-', '_')}")  # no other module: start-up stays quick
        module.add_parser(commands)
    else:
        for name, summary in COMMANDS.items():
            commands.add_parser(name, help=summary)
    parsed = parser.parse_args(given)
    try:
        return int(parsed.run(parsed))
    except Rejected as error:
        print(f"hotline: {error}", file=sys.stderr)  # noqa: T201
        return EXIT_USAGE
    except TryLater as error:
        print(f"hotline: {error}; try later", file=sys.stderr)  # noqa: T201
        return EXIT_TRY_LATER
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
