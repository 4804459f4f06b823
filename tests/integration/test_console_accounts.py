"""Users in PostgreSQL, and the command that makes them."""

from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher

from dispatcher.store.accounts import PostgresAccounts
from dispatcher.store.database import open_pool
from hotline.__main__ import main
from models.codes import Role
from models.errors import Rejected
from tests.contracts.accounts import AccountsContract
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
        made = await accounts.add("clerk", display_name="经办", role=Role.UNIT_CLERK, unit_code="U-1", at=NOW)
        return accounts, made.password, made.token


@pytest.mark.parametrize(
    ("username", "role", "unit_code"),
    [("clerk", Role.UNIT_CLERK, "U-1"), ("new", Role.UNIT_CLERK, None), ("new", Role.OPERATOR, "U-1")],
)
async def test_a_user_must_be_new_and_belong_where_the_role_does(accounts, username, role, unit_code):
    """A name is taken once; a unit's clerk has a unit and nobody else has."""
    await accounts.add("clerk", display_name="经办", role=Role.UNIT_CLERK, unit_code="U-1", at=NOW)
    with pytest.raises(Rejected):
        await accounts.add(username, display_name="x", role=role, unit_code=unit_code, at=NOW)


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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "Chen Li", "--role", "operator"), "'Chen Li' is no log-in name"),
        (("add", "chen", "--role", "unit_clerk"), "--role unit_clerk needs --unit CODE"),
        (("add", "chen", "--role", "operator", "--unit", "SG-NY"), "--role operator takes no --unit"),
        (("add", "chen", "--role", "unit_clerk", "--unit", "XX"), "unit 'XX' is not in the profile"),
        (("disable", "nobody"), "no user 'nobody'"),
    ],
)
def test_the_command_refuses_what_cannot_be(command, arguments, told):
    """One sentence that names what is wrong, exit code 2, and no user is made."""
    code, _, complaint = command(*arguments)

    assert code == 2
    assert told in complaint
    assert len(complaint.strip().splitlines()) == 1
    assert command("list")[1] == ""
