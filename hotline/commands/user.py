"""``hotline user``."""

import argparse
import asyncio
import os
import pwd
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from config.settings import Settings
    from dispatcher.accounts import Credentials
    from dispatcher.store.accounts import PostgresAccounts
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
    parser = commands.add_parser("user", help="add, list, change, reset, disable and enable users")
    acts = parser.add_subparsers(metavar="ACT", required=True)
    add = acts.add_parser(
        "add",
        help="make a user; prints password and API token once",
        description="Make a user. The password is for the pages, the token for programs; both are shown this once, only "
        "their hashes are stored.",
        epilog="example: hotline user add chen.li --role unit_clerk --unit HK-SZJ --display 陈丽",
    )
    add.add_argument("name", metavar="NAME", help="log-in name: small letters, digits, dot, dash; 2 to 32")
    add.add_argument("--display", metavar="TEXT", help="name shown on pages (default: NAME)")
    add.set_defaults(act=_add)
    show = acts.add_parser("list", help="show all users", epilog="example: hotline user list")
    show.set_defaults(run=lambda _: asyncio.run(_list()))
    change = acts.add_parser(
        "change",
        help="give a user another role or unit; it holds from the next request on",
        epilog="example: hotline user change chen.li --role unit_head --unit HK-SZJ",
    )
    change.set_defaults(act=_change)
    reset = acts.add_parser(
        "reset",
        help="make a new password and API token, printed once; the old ones and all sessions end at once",
        epilog="example: hotline user reset chen.li",
    )
    reset.set_defaults(act=_reset)
    disable = acts.add_parser(
        "disable",
        help="shut a user out; open sessions end with their next request",
        epilog="example: hotline user disable chen.li",
    )
    disable.set_defaults(act=_disable)
    enable = acts.add_parser(
        "enable",
        help="let a disabled user in again, with the password and token of before",
        epilog="example: hotline user enable chen.li",
    )
    enable.set_defaults(act=_enable)
    for act in (change, reset, disable, enable):
        act.add_argument("name", metavar="NAME")
    for act in (add, change):
        act.add_argument("--role", required=True, choices=_ROLES)
        act.add_argument("--unit", metavar="CODE", help="the member unit of a user with the role unit_clerk or unit_head")
    for act in (add, change, reset, disable, enable):
        act.add_argument("--by", metavar="USER", help="who does it, for the access log (default: the machine's account)")
        act.set_defaults(run=lambda arguments: asyncio.run(arguments.act(arguments)))


async def _add(arguments: argparse.Namespace) -> int:
    from hotline.bootstrap import SystemClock

    _check_name(arguments.name)
    role = _role_of(arguments)
    async with _open_accounts() as accounts:
        made = await accounts.add(
            arguments.name,
            display_name=arguments.display or arguments.name,
            role=role,
            unit_code=arguments.unit,
            by=_asker(arguments),
            at=SystemClock().now(),
        )
    _show_once(f"用户 {arguments.name}（{role.label}）已建立", made)
    return 0


async def _change(arguments: argparse.Namespace) -> int:
    from hotline.bootstrap import SystemClock

    role = _role_of(arguments)
    async with _open_accounts() as accounts:
        await accounts.change(arguments.name, role=role, unit_code=arguments.unit, by=_asker(arguments), at=SystemClock().now())
    print(f"用户 {arguments.name} 现在是{role.label}{' ' + arguments.unit if arguments.unit else ''}")
    return 0


async def _reset(arguments: argparse.Namespace) -> int:
    from hotline.bootstrap import SystemClock

    async with _open_accounts() as accounts:
        made = await accounts.reset(arguments.name, by=_asker(arguments), at=SystemClock().now())
        enabled = await accounts.by_name(arguments.name) is not None
    _show_once(f"用户 {arguments.name} 的旧密码、旧令牌和登录已全部失效", made)
    if not enabled:
        print(f"账号仍然停用；启用：hotline user enable {arguments.name}")
    return 0


async def _disable(arguments: argparse.Namespace) -> int:
    from hotline.bootstrap import SystemClock

    async with _open_accounts() as accounts:
        await accounts.disable(arguments.name, by=_asker(arguments), at=SystemClock().now())
    print(f"用户 {arguments.name} 已停用")
    return 0


async def _enable(arguments: argparse.Namespace) -> int:
    from hotline.bootstrap import SystemClock

    async with _open_accounts() as accounts:
        await accounts.enable(arguments.name, by=_asker(arguments), at=SystemClock().now())
    print(f"用户 {arguments.name} 已启用，密码和令牌与停用前相同")
    return 0


async def _list() -> int:
    async with _open_accounts() as accounts:
        for user in await accounts.all():
            state = "停用" if user.disabled else "启用"
            print(f"{user.username:<32}  {user.role.label}  {user.unit_code or '-'}  {state}  {user.display_name}")
    return 0


@asynccontextmanager
async def _open_accounts() -> AsyncIterator["PostgresAccounts"]:
    from dispatcher.store.accounts import PostgresAccounts
    from hotline.bootstrap import open_database, profile_of

    settings = _settings()
    async with open_database(settings, profile_of(settings), size=1) as pool:
        yield PostgresAccounts(pool)


def _settings() -> "Settings":
    from config.settings import load_settings

    return load_settings(os.environ)


def _role_of(arguments: argparse.Namespace) -> "Role":
    """Return the role that was asked for, with whose unit it fits.

    Raises:
        Rejected: a unit is missing, unknown, or not for this role.
    """
    from hotline.bootstrap import profile_of
    from models.codes import UNIT_ROLES, Role
    from models.errors import Rejected

    role = Role(arguments.role)
    if role in UNIT_ROLES and arguments.unit is None:
        raise Rejected(f"--role {role.value} needs --unit CODE, the member unit that the user works for")
    if role not in UNIT_ROLES and arguments.unit is not None:
        raise Rejected(f"--role {role.value} takes no --unit; only unit_clerk and unit_head belong to a member unit")
    if arguments.unit is not None and arguments.unit not in profile_of(_settings()).units:
        raise Rejected(f"unit {arguments.unit!r} is not in the profile")
    return role


def _asker(arguments: argparse.Namespace) -> str:
    """Return who does it, as the access log names those who come by the shell."""
    if arguments.by is not None:
        _check_name(arguments.by)
        return f"shell:{arguments.by}"
    try:
        return f"shell:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:  # an account without a name, as containers have them
        return f"shell:{os.getuid()}"


def _check_name(name: str) -> None:
    from models.errors import Rejected

    if not _NAME.fullmatch(name):
        raise Rejected(f"{name!r} is no log-in name: small letters, digits, dot and dash, 2 to 32 of them")


def _show_once(what: str, made: "Credentials") -> None:
    print(f"{what}；下面两行只显示这一次")
    print(f"密码  {made.password}")
    print(f"令牌  {made.token}")
