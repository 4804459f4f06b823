"""``hotline user``."""

import argparse
import asyncio
import os
import re
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from models.codes import Role

_ROLES = (
    "operator",
    "shift_lead",
    "dispatcher",
    "caller_back",
    "unit_clerk",
    "unit_head",
    "supervisor",
    "admin",
)
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")


def add_parser(commands: Subparsers) -> None:
    """Add the command with its acts."""
    parser = commands.add_parser("user", help="add, list and disable users")
    acts = parser.add_subparsers(metavar="ACT", required=True)
    add = acts.add_parser(
        "add",
        help="make a user; prints password and API token once",
        description="Make a user. The password is for the pages, the token for programs; both are shown this once, only "
        "their hashes are stored.",
        epilog="example: hotline user add chen.li --role unit_clerk --unit HK-SZJ --display 陈丽",
    )
    add.add_argument("name", metavar="NAME", help="log-in name: small letters, digits, dot, dash; 2 to 32")
    add.add_argument("--role", required=True, choices=_ROLES)
    add.add_argument("--unit", metavar="CODE", help="the member unit of a user with the role unit_clerk or unit_head")
    add.add_argument("--display", metavar="TEXT", help="name shown on pages (default: NAME)")
    add.set_defaults(run=lambda arguments: asyncio.run(_add(arguments)))
    show = acts.add_parser("list", help="show all users", epilog="example: hotline user list")
    show.set_defaults(run=lambda _: asyncio.run(_list()))
    disable = acts.add_parser(
        "disable",
        help="shut a user out; open sessions end with their next request",
        epilog="example: hotline user disable chen.li",
    )
    disable.add_argument("name", metavar="NAME")
    disable.set_defaults(run=lambda arguments: asyncio.run(_disable(arguments)))


async def _add(arguments: argparse.Namespace) -> int:
    from config.settings import load_settings
    from dispatcher.store.accounts import PostgresAccounts
    from dispatcher.store.database import open_pool
    from hotline.bootstrap import SystemClock, database_url_of, profile_of
    from models.codes import Role
    from models.errors import Rejected

    settings = load_settings(os.environ)
    if not _NAME.fullmatch(arguments.name):
        raise Rejected(f"{arguments.name!r} is no log-in name: small letters, digits, dot and dash, 2 to 32 of them")
    role = Role(arguments.role)
    _check_unit(role, arguments.unit, known=frozenset(profile_of(settings).units))
    async with open_pool(database_url_of(settings), size=1) as pool:
        made = await PostgresAccounts(pool).add(
            arguments.name,
            display_name=arguments.display or arguments.name,
            role=role,
            unit_code=arguments.unit,
            at=SystemClock().now(),
        )
    print(f"用户 {arguments.name}（{role.label}）已建立；下面两行只显示这一次")
    print(f"密码  {made.password}")
    print(f"令牌  {made.token}")
    return 0


def _check_unit(role: "Role", unit_code: str | None, *, known: frozenset[str]) -> None:
    from models.codes import UNIT_ROLES
    from models.errors import Rejected

    if role in UNIT_ROLES and unit_code is None:
        raise Rejected(f"--role {role.value} needs --unit CODE, the member unit that the user works for")
    if role not in UNIT_ROLES and unit_code is not None:
        raise Rejected(f"--role {role.value} takes no --unit; only unit_clerk and unit_head belong to a member unit")
    if unit_code is not None and unit_code not in known:
        raise Rejected(f"unit {unit_code!r} is not in the profile")


async def _list() -> int:
    from config.settings import load_settings
    from dispatcher.store.accounts import PostgresAccounts
    from dispatcher.store.database import open_pool
    from hotline.bootstrap import database_url_of

    async with open_pool(database_url_of(load_settings(os.environ)), size=1) as pool:
        for user in await PostgresAccounts(pool).all():
            state = "停用" if user.disabled else "启用"
            print(f"{user.username:<32}  {user.role.label}  {user.unit_code or '-'}  {state}  {user.display_name}")
    return 0


async def _disable(arguments: argparse.Namespace) -> int:
    from config.settings import load_settings
    from dispatcher.store.accounts import PostgresAccounts
    from dispatcher.store.database import open_pool
    from hotline.bootstrap import database_url_of

    async with open_pool(database_url_of(load_settings(os.environ)), size=1) as pool:
        await PostgresAccounts(pool).disable(arguments.name)
    print(f"用户 {arguments.name} 已停用")
    return 0
