"""Applies the numbered ``.sql`` files beside this module, each once and in order.

``NNNN_pre_name.sql`` runs before a release's code starts, ``NNNN_post_name.sql`` after the older code has gone. An applied
file never changes: its checksum is stored, and a difference stops the migration.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib.resources import files
from typing import LiteralString

import psycopg

from dispatcher.store.connecting import connect
from models.errors import Rejected, TryLater

SETTING = "HOTLINE_OWNER_DATABASE_URL, or HOTLINE_DATABASE_URL where that is not set"
"""Where the address of the role that migrates comes from."""

_ADVISORY_LOCK = 12345_0001
_MONTHS_AHEAD = 18

_BOOK = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number   int PRIMARY KEY,
    name     text NOT NULL,
    checksum text NOT NULL
)
"""

_READERS = "GRANT SELECT ON schema_migrations TO hotline_app"
"""Processes look at their start whether the tables are those of their release."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file. ``number`` orders it."""

    number: int
    name: str
    sql: LiteralString

    @property
    def is_post(self) -> bool:
        """Whether it waits until older code has gone."""
        return self.name[5:].startswith("post_")

    @property
    def checksum(self) -> str:
        """What must not change once applied."""
        return sha256(self.sql.encode()).hexdigest()


def all_migrations() -> tuple[Migration, ...]:
    """Return every migration of this release, in order.

    Raises:
        ValueError: two files share a number.
    """
    found = [
        Migration(int(entry.name[:4]), entry.name, entry.read_text(encoding="utf-8"))
        for entry in files(__package__).iterdir()
        if entry.name.endswith(".sql")
    ]
    found.sort(key=lambda migration: migration.number)
    numbers = [migration.number for migration in found]
    if len(set(numbers)) != len(numbers):
        raise ValueError(f"two migrations share a number: {[migration.name for migration in found]}")
    return tuple(found)


def apply(owner_url: str, *, today: date, pre_only: bool = False) -> tuple[str, ...]:
    """Bring the schema up to date, make the coming months' partitions, and return the names of what was applied.

    ``pre_only``: older code still runs, so the ``post`` files wait for another call.

    ``owner_url`` connects as a role that may create roles and tables. Each migration is one transaction; two runs at once
    wait for each other.

    Raises:
        Rejected: an applied file was changed afterwards, the server is older than PostgreSQL 16, the database is not in UTF-8,
            or the role may not migrate it.
        TryLater: the server cannot be reached.
    """
    with connected_owner(owner_url) as connection:
        _refuse_unfit(connection)
        connection.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
        connection.execute(_BOOK)
        done = _apply_missing(connection, pre_only=pre_only)
        connection.execute(_READERS)
        _make_months(connection, today)
        return done


@contextmanager
def connected_owner(owner_url: str) -> Iterator[psycopg.Connection]:
    """Connect as the role that migrates.

    Raises:
        Rejected: the server refuses it, or it may not do what is done.
        TryLater: the server cannot be reached, or a lock is not granted.
    """
    try:
        with connect(owner_url, SETTING) as connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise Rejected(f"{SETTING}: its role may not migrate ({error.diag.message_primary}); use the owner's") from error
    except psycopg.OperationalError as error:
        raise TryLater(f"PostgreSQL cannot be reached to migrate: {error}") from error


def _refuse_unfit(connection: psycopg.Connection) -> None:
    if connection.info.server_version < 160000:
        raise Rejected(f"PostgreSQL 16 or newer is needed, this is {connection.info.server_version // 10000}")
    if (encoding := connection.info.parameter_status("server_encoding")) != "UTF8":
        raise Rejected(
            f"database {connection.info.dbname} is encoded in {encoding}, which cannot hold every Chinese text; make one with "
            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )


def _apply_missing(connection: psycopg.Connection, *, pre_only: bool) -> tuple[str, ...]:
    known: dict[int, str] = dict(connection.execute("SELECT number, checksum FROM schema_migrations").fetchall())
    applied = []
    for migration in all_migrations():
        if migration.number in known:
            if known[migration.number] != migration.checksum:
                raise Rejected(f"{migration.name} was applied before and has changed since; write a new migration instead")
            continue
        if pre_only and migration.is_post:
            continue
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '4s'")
            if migration.number > 1:
                connection.execute("SET LOCAL ROLE hotline_owner")
            connection.execute(migration.sql)
            connection.execute("RESET ROLE")
            connection.execute(
                "INSERT INTO schema_migrations VALUES (%s, %s, %s)",
                [migration.number, migration.name, migration.checksum],
            )
        applied.append(migration.name)
    return tuple(applied)


def _make_months(connection: psycopg.Connection, today: date) -> None:
    with connection.transaction():
        connection.execute("SET LOCAL ROLE hotline_owner")
        for ahead in range(-1, _MONTHS_AHEAD + 1):
            years, month = divmod(today.month - 1 + ahead, 12)
            connection.execute("SELECT make_month_partition(%s)", [(today.year + years) * 100 + month + 1])
