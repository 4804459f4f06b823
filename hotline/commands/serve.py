"""``hotline serve``."""

import argparse
import asyncio
import os
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from config.settings import Settings
    from console.doors import Doors
    from hotline.bootstrap import Dispatcher

_POOL_SIZE = 8
_LAST_WORDS_SECONDS = 3
"""Streams never end by themselves; after this long a stopping process cuts them, and their readers resume elsewhere."""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "serve",
        help="serve the console: API and pages",
        description="Serve the HTTP API, the WeChat door and the pages of operators, units and supervisors on "
        "HOTLINE_CONSOLE_HOST and HOTLINE_CONSOLE_PORT. Start as many as you like behind one address: they share nothing "
        "but the database and HOTLINE_SESSION_KEY.",
        epilog="example: HOTLINE_DATABASE_URL=… HOTLINE_SESSION_KEY=… HOTLINE_CONSOLE_PORT=8080 hotline serve",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    from config.settings import load_settings
    from hotline.logs import configure_logs

    configure_logs()
    return asyncio.run(_serve(load_settings(os.environ)))


async def _serve(settings: "Settings") -> int:
    import uvicorn

    from console.app import build_console
    from hotline.bootstrap import open_dispatcher
    from hotline.machine import listening_socket

    async with open_dispatcher(settings, pool_size=_POOL_SIZE) as dispatcher:
        config = uvicorn.Config(
            build_console(_doors(dispatcher)),
            log_config=None,
            access_log=False,  # it would write addresses with openids into the log; the console logs routes instead
            server_header=False,
            timeout_graceful_shutdown=_LAST_WORDS_SECONDS,
        )
        listening_on = "HOTLINE_CONSOLE_HOST, HOTLINE_CONSOLE_PORT"
        with listening_socket(settings.console_host, settings.console_port, listening_on) as listening:
            await uvicorn.Server(config).serve(sockets=[listening])
    return 0


def _doors(dispatcher: "Dispatcher") -> "Doors":
    """Introduce the doors to the core.

    Raises:
        Rejected: the key that signs log-ins is not configured.
    """
    from config.profiles import matrix_problems
    from console.doors import Doors
    from dispatcher.store.accounts import PostgresAccounts
    from dispatcher.store.numbers import Numbers
    from dispatcher.store.reading import PostgresViews
    from hotline.bootstrap import text_index_of
    from models.errors import Rejected

    settings = dispatcher.settings
    if settings.session_key is None:
        raise Rejected("HOTLINE_SESSION_KEY must be set: 64 hexadecimal digits, the same for every web process")

    return Doors(
        city=dispatcher.city,
        vault=dispatcher.vault,
        open_work=dispatcher.database.open_work,
        clock=dispatcher.clock,
        views=PostgresViews(dispatcher.pool),
        accounts=PostgresAccounts(dispatcher.pool),
        numbers=Numbers(dispatcher.pool),
        understand=dispatcher.understand,
        explain=dispatcher.explain,
        new_text_index=lambda: text_index_of(dispatcher.city),
        check_matrix=matrix_problems,
        librarian=dispatcher.librarian,
        session_key=settings.session_key,
        wechat_token=settings.wechat_token,
    )
