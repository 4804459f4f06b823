"""Before it works, a process makes sure that the database is the one of its city and of its keys, and fit for it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from config.settings import load_settings
from dispatcher.store import migrations
from dispatcher.store.connecting import refusal_in
from dispatcher.store.installation import Installation
from dispatcher.store.vault import AesVault
from hotline.__main__ import main
from hotline.bootstrap import migrate
from hotline.embedded.installation import installation
from hotline.embedded.ports import LOOPBACK, free_port
from models.contact import PersonalData
from models.errors import Rejected, TryLater
from tests.services.databases import Database, DatabaseServer

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("logs_of_a_command")]

TODAY = datetime.now(UTC).date()
VAULT_KEY, INDEX_KEY, ANOTHER_KEY = b"v" * 32, b"i" * 32, b"x" * 32
VAULT = AesVault(VAULT_KEY, INDEX_KEY)
SHOUGUANG = Installation("shouguang", "SG", VAULT)
HAIKOU = Installation("haikou-default", "HK", VAULT)

DATABASE_COMMANDS = (
    ["relay"],
    ["timers"],
    ["exporter"],
    ["reconcile"],
    ["user", "list"],
    ["user", "add", "chen.li", "--role", "operator"],
    ["user", "disable", "chen.li"],
    ["calendar", "list"],
    ["audit", "--since", "2026-01-01"],
    ["matrix", "list"],
    ["knowledge", "proposals"],
    ["explain-route", "--category", "A4"],
)


def facts(database: Database) -> dict[str, str]:
    """What is noted of the installation."""
    with psycopg.connect(database.owner_url) as connection:
        return dict(connection.execute("SELECT fact, value FROM installation").fetchall())


def run_sql(database: Database, statement: Any, *parameters: object) -> None:
    """Change the database as its owner."""
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(statement, parameters)


def settle_a_contact(database: Database, ticket_no: str) -> None:
    """Write a contact that has become a ticket, with its row in the vault."""
    contact_id = UUID(int=1)
    sealed = VAULT.seal(contact_id, PersonalData(openid="o-1"))
    run_sql(
        database,
        "INSERT INTO contacts (contact_id, channel, caller_ref, received_at, accepted_at, raw_text, fate, ticket_no,"
        " settled_at) VALUES (%s, 'W', %s, now(), now(), '路灯不亮', 'ticketed', %s, now())",
        *(contact_id, sealed.caller_ref, ticket_no),
    )
    run_sql(
        database,
        "INSERT INTO vault (contact_id, caller_ref, key_id, sealed) VALUES (%s, %s, %s, %s)",
        *(contact_id, sealed.caller_ref, sealed.key_id, sealed.sealed),
    )


@pytest.fixture
def environment(database: Database, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The settings of shouguang's installation."""
    for name, value in {
        "HOTLINE_PROFILE": "shouguang",
        "HOTLINE_DATABASE_URL": database.app_url,
        "HOTLINE_OWNER_DATABASE_URL": database.owner_url,
        "HOTLINE_KAFKA": f"{LOOPBACK}:1",
        "HOTLINE_VAULT_KEY": VAULT_KEY.hex(),
        "HOTLINE_INDEX_KEY": INDEX_KEY.hex(),
        "HOTLINE_METRICS_PORT": str(free_port()),
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


class TestTheCity:
    """A database has one, from its first use on."""

    def test_the_first_migration_ties_a_database_to_its_city_and_keys(self, empty_database: Database) -> None:
        """Neither key can be told from what is noted."""
        SHOUGUANG.migrate(empty_database.owner_url, today=TODAY)
        SHOUGUANG.start_on(empty_database.app_url)

        noted = facts(empty_database)
        assert (noted["profile"], noted["ticket_prefix"]) == ("shouguang", "SG")
        assert noted.keys() == {"profile", "ticket_prefix", "vault_key", "index_key"}
        assert len({VAULT_KEY.hex()[:8], INDEX_KEY.hex()[:8], noted["vault_key"], noted["index_key"]}) == 4

    def test_another_city_is_refused_and_migrates_nothing(self, empty_database: Database) -> None:
        """Haikou's worker would dispatch to units that shouguang does not have."""
        SHOUGUANG.migrate(empty_database.owner_url, today=TODAY)
        run_sql(empty_database, "DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)")

        with pytest.raises(Rejected, match=r"profile shouguang with ticket numbers SG….*haikou-default with HK…"):
            HAIKOU.migrate(empty_database.owner_url, today=TODAY)

        assert facts(empty_database)["profile"] == "shouguang"
        with psycopg.connect(empty_database.owner_url) as connection:
            applied = connection.execute("SELECT count(*) FROM schema_migrations").fetchone()
        assert applied == (len(migrations.all_migrations()) - 1,)

    @pytest.mark.parametrize("ticket_no", [None, "SG20260518W0000012"])
    def test_a_database_of_an_earlier_release_is_tied_at_the_first_start(
        self, database: Database, ticket_no: str | None
    ) -> None:
        """It has no tickets yet, or some of ours; from then on it is ours alone."""
        if ticket_no is not None:
            settle_a_contact(database, ticket_no)

        SHOUGUANG.start_on(database.app_url)

        with pytest.raises(Rejected, match="belongs to profile shouguang"):
            HAIKOU.start_on(database.app_url)

    def test_a_database_with_another_citys_tickets_is_not_taken(self, database: Database) -> None:
        """Nothing was noted yet, but its tickets speak."""
        settle_a_contact(database, "SG20260518W0000012")

        with pytest.raises(Rejected, match=r"holds tickets SG….*haikou-default, whose tickets are HK…"):
            HAIKOU.start_on(database.app_url)

        assert facts(database) == {}

    def test_another_citys_database_of_an_earlier_release_is_not_migrated(
        self, empty_database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its tickets are looked at before the first file is applied."""
        every = migrations.all_migrations()
        with monkeypatch.context() as patched:
            patched.setattr(migrations, "all_migrations", lambda: every[:7])
            migrations.apply(empty_database.owner_url, today=TODAY)
        settle_a_contact(empty_database, "SG20260518W0000012")

        with pytest.raises(Rejected, match="holds tickets SG…"):
            HAIKOU.migrate(empty_database.owner_url, today=TODAY)
        assert len(SHOUGUANG.migrate(empty_database.owner_url, today=TODAY)) == len(every) - 7

    @pytest.mark.parametrize("command", DATABASE_COMMANDS, ids=" ".join)
    def test_every_command_refuses_another_citys_database(
        self, command: list[str], database: Database, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit 2 with both names."""
        HAIKOU.start_on(database.app_url)

        assert main(command) == 2
        said = capsys.readouterr().err
        assert "haikou-default" in said
        assert "shouguang" in said


class TestTheKeys:
    """New data are never sealed with another key than the old."""

    @pytest.mark.parametrize("is_noted", [True, False], ids=["noted", "of an earlier release"])
    @pytest.mark.parametrize(
        ("vault_key", "index_key", "variable"),
        [(ANOTHER_KEY, INDEX_KEY, "HOTLINE_VAULT_KEY"), (VAULT_KEY, ANOTHER_KEY, "HOTLINE_INDEX_KEY")],
    )
    def test_another_key_is_refused_by_its_name_alone(
        self, database: Database, *, is_noted: bool, vault_key: bytes, index_key: bytes, variable: str
    ) -> None:
        """By what is noted; where nothing is, by a row of the vault."""
        settle_a_contact(database, "SG20260518W0000012")
        if is_noted:
            SHOUGUANG.start_on(database.app_url)

        with pytest.raises(Rejected, match=f"^{variable} is not the key") as refused:
            Installation("shouguang", "SG", AesVault(vault_key, index_key)).start_on(database.app_url)

        assert ANOTHER_KEY.hex()[:8] not in str(refused.value)
        SHOUGUANG.start_on(database.app_url)

    def test_a_process_without_keys_starts_and_notes_none(self, database: Database) -> None:
        """The exporter needs none; who comes with keys later notes them."""
        Installation("shouguang", "SG", None).start_on(database.app_url)
        assert facts(database).keys() == {"profile", "ticket_prefix"}

        SHOUGUANG.start_on(database.app_url)
        assert facts(database).keys() == {"profile", "ticket_prefix", "vault_key", "index_key"}


class TestUp:
    """A state directory has one city and its keys."""

    @pytest.fixture
    def state(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """The state directory of an installation of shouguang that was stopped."""
        settings = load_settings({"HOTLINE_PROFILE": "shouguang", "HOTLINE_STATE_DIR": str(tmp_path / "state")})
        with installation(replace(settings, kafka=f"{LOOPBACK}:1")) as installed:
            migrate(installed.settings)
        monkeypatch.setenv("HOTLINE_STATE_DIR", str(settings.state_dir))
        monkeypatch.setenv("HOTLINE_KAFKA", f"{LOOPBACK}:1")
        return settings.state_dir

    @pytest.mark.usefixtures("state")
    def test_another_profile_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Before a model is trained."""
        assert main(["up"]) == 2
        assert "belongs to profile shouguang" in capsys.readouterr().err

    def test_lost_keys_are_asked_for(
        self, state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """New ones would make everything sealed before unreadable, and every caller a new one."""
        monkeypatch.setenv("HOTLINE_PROFILE", "shouguang")
        keys = state / "keys.json"
        keys.unlink()

        assert main(["up"]) == 2
        assert f"{keys} is gone" in capsys.readouterr().err
        assert not keys.exists()


class TestSettings:
    """A setting that cannot work is told as one: exit 2 with a sentence, no traceback."""

    @pytest.mark.parametrize("command", DATABASE_COMMANDS, ids=" ".join)
    def test_a_database_that_was_not_migrated(
        self,
        command: list[str],
        empty_database: Database,
        environment: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """What to do stands there."""
        environment.setenv("HOTLINE_DATABASE_URL", empty_database.app_url)

        assert main(command) == 2
        assert "run `hotline migrate` first" in capsys.readouterr().err

    def test_a_database_of_the_release_before(self, empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        """It lacks one file only."""
        every = migrations.all_migrations()
        with monkeypatch.context() as patched:
            patched.setattr(migrations, "all_migrations", lambda: every[:-1])
            migrations.apply(empty_database.owner_url, today=TODAY)

        with pytest.raises(Rejected, match=f"lacks {every[-1].name}; run `hotline migrate`"):
            SHOUGUANG.start_on(empty_database.app_url)

    def test_a_superuser_for_the_application(
        self, database: Database, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """For one row security does not hold."""
        environment.setenv("HOTLINE_DATABASE_URL", database.owner_url)

        assert main(["reconcile"]) == 2
        assert "HOTLINE_DATABASE_URL: the application must not connect as a superuser" in capsys.readouterr().err

    def test_the_application_for_the_owner(
        self, database: Database, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It may not make tables."""
        environment.setenv("HOTLINE_OWNER_DATABASE_URL", database.app_url)

        assert main(["migrate"]) == 2
        assert "HOTLINE_OWNER_DATABASE_URL" in (said := capsys.readouterr().err)
        assert "permission denied" in said

    def test_a_database_in_another_encoding(self, postgres_server: DatabaseServer, database: Database) -> None:
        """LATIN1 ends in the middle of a file, SQL_ASCII keeps anything: both are refused before."""
        name = f"{database.name}_latin1"
        create = "CREATE DATABASE {} ENCODING 'LATIN1' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        identifier = sql.Identifier(name)
        with psycopg.connect(database.owner_url, autocommit=True) as connection:
            connection.execute(sql.SQL(create).format(identifier))
            try:
                with pytest.raises(Rejected, match=f"{name} is encoded in LATIN1.*ENCODING 'UTF8' TEMPLATE template0"):
                    SHOUGUANG.migrate(database.owner_url.replace(database.name, name), today=TODAY)
            finally:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))

    @pytest.mark.parametrize("wrong", ["database", "user"])
    def test_a_database_or_user_that_the_server_does_not_know(self, database: Database, wrong: str) -> None:
        """The server answers, so waiting does not help."""
        url = database.app_url.replace(database.name if wrong == "database" else "hotline_app", "nobody")

        with pytest.raises(Rejected, match=r"^HOTLINE_DATABASE_URL: PostgreSQL answers: .*nobody"):
            SHOUGUANG.start_on(url)
        with pytest.raises(Rejected, match=r"^HOTLINE_OWNER_DATABASE_URL, .*: PostgreSQL answers: .*nobody"):
            migrations.apply(url, today=TODAY)

    def test_a_server_that_is_away_is_waited_for(self) -> None:
        """75: it may come back."""
        with pytest.raises(TryLater, match=r"^PostgreSQL cannot be reached$"):
            SHOUGUANG.start_on("postgresql://hotline_app@127.0.0.1:1/hotline")

    @pytest.mark.parametrize(
        ("words", "is_refusal"),
        [
            ('FATAL:  password authentication failed for user "hotline_app"', True),
            ("fe_sendauth: no password supplied", True),
            ('FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "hotline_app", database "hotline"', True),
            ('致命错误:  用户 "hotline_app" Password 认证失败', True),
            ('致命错误:  数据库 "hotline" 不存在', True),
            ('FATAL:  password authentication failed for user "app"\n- "::1", port 5432 failed: Connection refused', True),
            ("FATAL:  the database system is starting up", False),
            ("FATAL:  sorry, too many clients already", False),
            ("Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?", False),
            ("timeout expired", False),
        ],
    )
    def test_what_the_server_refuses_is_told_from_what_passes(self, words: str, *, is_refusal: bool) -> None:
        """In English and in Chinese."""
        message = f'connection failed: connection to server at "10.0.0.5", port 5432 failed: {words}'

        assert (refusal_in(message) is not None) is is_refusal
