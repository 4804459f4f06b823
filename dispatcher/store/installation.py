"""Ties a database to one installation: noted at the first use, compared at every start."""

from datetime import date
from typing import Any

import psycopg

from dispatcher.ports import SealedData
from dispatcher.rules.installation import Fact, Facts, misfit, misfit_of_tickets
from dispatcher.store import migrations
from dispatcher.store.connecting import connect
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries
from dispatcher.store.vault import AesVault
from models.errors import Rejected

_QUERIES = load_queries("installation.sql")


class Installation:
    """One city with its keys, as it makes itself known to a database.

    Parameters:
        profile: the profile's name.
        ticket_prefix: the letters that begin its tickets' numbers.
        vault: None where the process was given no keys; they are then neither noted nor compared.
    """

    def __init__(self, profile: str, ticket_prefix: str, vault: AesVault | None) -> None:
        self._vault = vault
        self._facts: Facts = {
            Fact.PROFILE: profile,
            Fact.TICKET_PREFIX: ticket_prefix,
            **({} if vault is None else {Fact.VAULT_KEY: vault.key_id, Fact.INDEX_KEY: vault.index_key_id}),
        }

    def start_on(self, database_url: str) -> None:
        """Make sure, before a process works as the application, that the database has our tables and is ours.

        Raises:
            Rejected: it is not, it is not migrated, or the setting leads to a wrong role, log-in or database.
            TryLater: PostgreSQL is away.
        """
        with translated_errors(), connect(database_url, "HOTLINE_DATABASE_URL") as connection:
            _refuse_superuser(connection)
            _refuse_older_schema(connection)
            self._settle(connection)

    def migrate(self, owner_url: str, *, today: date, pre_only: bool = False) -> tuple[str, ...]:
        """Bring the schema of our database up to date; see ``migrations.apply``.

        Raises:
            Rejected: it is not ours, then nothing is applied; or it cannot be migrated.
            TryLater: PostgreSQL is away or busy.
        """
        with migrations.connected_owner(owner_url) as connection:
            if _one(connection, "has_table", table="installation"):
                self._settle(connection)
            elif _one(connection, "has_table", table="contacts"):
                self._refuse_what_it_holds(connection, self._facts)
        applied = migrations.apply(owner_url, today=today, pre_only=pre_only)
        with migrations.connected_owner(owner_url) as connection:
            self._settle(connection)
        return applied

    def _settle(self, connection: psycopg.Connection) -> None:
        """Note what is not noted yet, unless what the database holds speaks against it; then compare all."""
        with connection.transaction():
            noted = _noted(connection)
            missing = {fact: value for fact, value in self._facts.items() if fact not in noted}
            if missing:
                self._refuse_what_it_holds(connection, missing)
                connection.execute(_QUERIES["note_facts"], {"facts": list(missing), "values": list(missing.values())})
                noted = _noted(connection)
            _refuse(misfit(noted, self._facts))

    def _refuse_what_it_holds(self, connection: psycopg.Connection, missing: Facts) -> None:
        if Fact.TICKET_PREFIX in missing:
            prefixes = [prefix for (prefix,) in connection.execute(_QUERIES["prefixes_in_use"])]
            _refuse(misfit_of_tickets(prefixes, self._facts))
        if self._vault is not None and Fact.VAULT_KEY in missing:
            row = connection.execute(_QUERIES["something_sealed"]).fetchone()
            if row is not None:
                _refuse(misfit({**self._facts, **self._vault.keys_of(SealedData(*row))}, self._facts))


def _noted(connection: psycopg.Connection) -> Facts:
    return {Fact(fact): value for fact, value in connection.execute(_QUERIES["noted_facts"])}


def _refuse(reason: str | None) -> None:
    if reason is not None:
        raise Rejected(reason)


def _refuse_superuser(connection: psycopg.Connection) -> None:
    if _one(connection, "is_superuser"):
        raise Rejected(
            "HOTLINE_DATABASE_URL: the application must not connect as a superuser, for whom row security does not hold; use "
            "the role hotline_app that `hotline migrate` makes"
        )


def _refuse_older_schema(connection: psycopg.Connection) -> None:
    try:
        applied = {number for (number,) in connection.execute(_QUERIES["applied_migrations"])}
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):  # empty, or migrated by release 0.1.0
        applied = set()
    missing = [each.name for each in migrations.all_migrations() if not each.is_post and each.number not in applied]
    if missing:
        raise Rejected(
            f"the database of HOTLINE_DATABASE_URL lacks {missing[-1]}; run `hotline migrate` first (with --pre while "
            "processes of an older release work on it)"
        )


def _one(connection: psycopg.Connection, query: str, **parameters: str) -> Any:
    row = connection.execute(_QUERIES[query], parameters).fetchone()
    return None if row is None else row[0]
