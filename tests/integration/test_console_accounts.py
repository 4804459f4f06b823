"""Users in PostgreSQL, and the command that makes them."""

import asyncio
import os
import pwd
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from dispatcher.store.accounts import PostgresAccounts
from dispatcher.store.database import open_pool
from hotline.__main__ import main
from models.codes import Role
from models.errors import Rejected
from tests.contracts.accounts import BY, AccountsContract
from tests.services.databases import Database

pytestmark = pytest.mark.integration

NOW = datetime(2026, 5, 18, 1, 0, tzinfo=UTC)


@pytest.fixture
async def accounts(database: Database):
    """No users yet; hashing is cheap here and dear in the product."""
    async with open_pool(database.app_url, size=2) as pool:
        yield PostgresAccounts(pool, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class TestPostgresAccounts(AccountsContract):
    """In PostgreSQL."""

    @pytest.fixture
    async def opened(self, accounts):
        """One clerk with the password and token that were made."""
        made = await accounts.add("clerk", display_name="经办", role=Role.UNIT_CLERK, unit_code="U-1", by=BY, at=NOW)
        return accounts, made.password, made.token

    async def logged(self, accounts):
        """Read the table."""
        return await _logged(accounts)


async def test_an_ended_session_is_forgotten_when_its_cookie_has_run_out(accounts):
    """The table holds the log-outs of half a day, however long the hotline runs."""
    await accounts.add("clerk", display_name="经办", role=Role.UNIT_CLERK, unit_code="U-1", by=BY, at=NOW)
    clerk = await accounts.by_name("clerk")
    for hours in (0, 2, 20):
        at = NOW + timedelta(hours=hours)
        await accounts.log_out(clerk, session_id=f"after {hours}", ends_at=at + timedelta(hours=12), at=at)

    async with accounts._pool.connection() as connection:
        left = await (await connection.execute("SELECT session_id FROM ended_sessions")).fetchall()
    assert left == [("after 20",)]


async def _logged(accounts):
    async with accounts._pool.connection() as connection:
        return await (await connection.execute("SELECT actor, act, subject, purpose FROM access_log ORDER BY id")).fetchall()


@pytest.mark.parametrize(
    ("username", "role", "unit_code"),
    [("clerk", Role.UNIT_CLERK, "U-1"), ("new", Role.UNIT_CLERK, None), ("new", Role.OPERATOR, "U-1")],
)
async def test_a_user_must_be_new_and_belong_where_the_role_does(accounts, username, role, unit_code):
    """A name is taken once; a unit's clerk has a unit and nobody else has."""
    await accounts.add("clerk", display_name="经办", role=Role.UNIT_CLERK, unit_code="U-1", by=BY, at=NOW)
    with pytest.raises(Rejected):
        await accounts.add(username, display_name="x", role=role, unit_code=unit_code, by=BY, at=NOW)


@pytest.fixture
def command(database: Database, monkeypatch, capsys):
    """Runs ``hotline user`` on the database; returns exit code, output and complaint."""
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.app_url)
    monkeypatch.setenv("HOTLINE_PROFILE", "shouguang")

    def run(*arguments):
        code = main(["user", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_the_command_makes_lists_and_disables_users(command):
    """Password and token are printed once; the list shows neither."""
    code, said, _ = command("add", "chen.li", "--role", "unit_clerk", "--unit", "SG-NY", "--display", "陈丽")
    password, token = (line.split()[1] for line in said.splitlines()[1:])
    listed = command("list")[1]
    disabled = command("disable", "chen.li")[0]

    assert (code, disabled) == (0, 0)
    assert min(len(password), len(token)) >= 16
    assert "chen.li" in listed
    assert "启用" in listed
    assert password not in listed
    assert "停用" in command("list")[1]


def test_a_user_who_lost_the_password_gets_new_credentials(command):
    """Shown once, and other than the first; a disabled user stays disabled, and the command says so."""
    first = command("add", "chen.li", "--role", "operator")[1].splitlines()[1:]
    code, said, _ = command("reset", "chen.li")
    command("disable", "chen.li")
    of_disabled = command("reset", "chen.li")[1]

    assert code == 0
    assert [line.split()[0] for line in said.splitlines()[1:]] == ["密码", "令牌"]
    assert not set(first) & set(said.splitlines())
    assert "hotline user enable chen.li" in of_disabled
    assert "hotline user enable" not in said


def test_a_disabled_user_is_enabled_again(command):
    """The list says so."""
    command("add", "chen.li", "--role", "operator")
    command("disable", "chen.li")

    assert command("enable", "chen.li")[0] == 0
    assert "启用" in command("list")[1]


def test_a_user_moves_to_another_post(command):
    """Role and unit change together."""
    command("add", "chen.li", "--role", "operator")
    code, said, _ = command("change", "chen.li", "--role", "unit_head", "--unit", "SG-NY")

    assert (code, "承办单位负责人" in said) == (0, True)
    assert "承办单位负责人  SG-NY" in command("list")[1]


def test_a_name_that_is_taken_leads_to_what_helps(command):
    """Adding once more is most often meant as one of these."""
    command("add", "chen.li", "--role", "operator")
    code, _, complaint = command("add", "chen.li", "--role", "operator")

    assert code == 2
    assert all(f"hotline user {act} chen.li" in complaint for act in ("reset", "enable", "change"))


async def test_the_command_writes_down_who_did_it(command, accounts):
    """The machine's account, or the person that --by names."""
    account = pwd.getpwuid(os.getuid()).pw_name
    await asyncio.to_thread(command, "add", "chen.li", "--role", "operator")
    await asyncio.to_thread(command, "disable", "chen.li", "--by", "zhou.min")

    assert await _logged(accounts) == [
        (f"shell:{account}", "add_user", "user chen.li", "operator"),
        ("shell:zhou.min", "disable_user", "user chen.li", ""),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "Chen Li", "--role", "operator"), "'Chen Li' is no log-in name"),
        (("add", "chen", "--role", "unit_clerk"), "--role unit_clerk needs --unit CODE"),
        (("add", "chen", "--role", "operator", "--unit", "SG-NY"), "--role operator takes no --unit"),
        (("add", "chen", "--role", "unit_clerk", "--unit", "XX"), "unit 'XX' is not in the profile"),
        (("add", "chen", "--role", "operator", "--by", "Zhou Min"), "'Zhou Min' is no log-in name"),
        (("change", "nobody", "--role", "unit_clerk"), "--role unit_clerk needs --unit CODE"),
        (("change", "nobody", "--role", "operator"), "no user 'nobody'"),
        (("disable", "nobody"), "no user 'nobody'"),
        (("enable", "nobody"), "no user 'nobody'"),
        (("reset", "nobody"), "no user 'nobody'"),
    ],
)
def test_the_command_refuses_what_cannot_be(command, arguments, told):
    """One sentence that names what is wrong, exit code 2, and no user is made."""
    code, _, complaint = command(*arguments)

    assert code == 2
    assert told in complaint
    assert len(complaint.strip().splitlines()) == 1
    assert command("list")[1] == ""
