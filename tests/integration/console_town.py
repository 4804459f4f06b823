"""The console of a small town over a real store: real HTTP, real rows; the tests play people, programs and the relay."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn
from argon2 import PasswordHasher

from classifiers.words import cut_words
from config.profiles import matrix_problems
from console.app import build_console
from console.doors import Doors
from dispatcher.ports import UnderstoodTexts
from dispatcher.store.accounts import PostgresAccounts
from dispatcher.store.numbers import Numbers
from dispatcher.store.reading import PostgresViews
from dispatcher.store.relay_outbox import open_relay_outbox
from dispatcher.store.vault import AesVault
from dispatcher.workflow.look_up import Librarian
from hotline.bootstrap import text_index_of
from models.codes import Role
from models.understanding import Evidence
from tests.builders import an_understanding
from tests.integration.story import Town, a_town

LEAD, OTHER = "SG-ZHZF", "SG-NY"
"""The units that lead the categories A1 and A6."""

_STAFF = (
    ("operator", Role.OPERATOR, None),
    ("dispatcher", Role.DISPATCHER, None),
    ("caller", Role.CALLER_BACK, None),
    ("supervisor", Role.SUPERVISOR, None),
    ("admin", Role.ADMIN, None),
    ("lead", Role.UNIT_CLERK, LEAD),
    ("other", Role.UNIT_CLERK, OTHER),
)


_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(slots=True)
class ConsoleTown:
    """A town with its console at ``url``; ``tokens`` and ``passwords`` by user name."""

    town: Town
    url: str
    app_url: str
    accounts: PostgresAccounts
    tokens: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    def program(self, username: str) -> httpx.AsyncClient:
        """A program with this user's token."""
        return httpx.AsyncClient(base_url=self.url, headers={"Authorization": f"Bearer {self.tokens[username]}"}, timeout=20)

    @asynccontextmanager
    async def browser(self, username: str) -> AsyncIterator[httpx.AsyncClient]:
        """A browser in which this user has logged in; its requests carry the token of our own pages."""
        headers = {"X-Fragment": "1"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20, follow_redirects=True) as client:
            page = await client.post("/login", data={"username": username, "password": self.passwords[username]})
            client.headers["X-CSRF-Token"] = page.text.partition('name="csrf" content="')[2].partition('"')[0]
            yield client

    async def publishes(self) -> None:
        """The relay numbers and publishes everything that waits."""
        await asyncio.to_thread(self._publish)

    def _publish(self) -> None:
        with open_relay_outbox(self.app_url) as outbox:
            topics = [each.topic for each in outbox.waiting()]
            rows = outbox.next_rows([], topics=topics, at=self.town.clock.now(), limit=1000)
            while rows:
                rows = outbox.next_rows([row.seq for row in rows], topics=topics, at=self.town.clock.now(), limit=1000)

    async def asks(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Rows as the application sees them."""
        async with self.town.pool.connection() as connection:
            return await (await connection.execute(sql.encode(), values)).fetchall()


@asynccontextmanager
async def a_console(app_url: str) -> AsyncIterator[ConsoleTown]:
    """Open the console of a town on an empty database, with one user of each kind."""
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(a_town(app_url))
        accounts = PostgresAccounts(town.pool, _QUICK)
        url = await stack.enter_async_context(_serving(_doors(town, accounts)))
        console = ConsoleTown(town, url, app_url, accounts)
        for username, role, unit_code in _STAFF:
            made = await accounts.add(
                username, display_name=username, role=role, unit_code=unit_code, by="shell:root", at=town.clock.now()
            )
            console.tokens[username], console.passwords[username] = made.token, made.password
        yield console


def _doors(town: Town, accounts: PostgresAccounts) -> Doors:
    async def understand(texts: Sequence[str]) -> UnderstoodTexts:
        return UnderstoodTexts([town.meant(text) or an_understanding("A1", 0.95) for text in texts], town.profile.bands)

    async def explain(text: str) -> Sequence[Evidence]:
        return (Evidence(text[:2], 0, 2, 1.0),)

    return Doors(
        city=town.city,
        vault=AesVault(bytes(32), bytes(32)),
        open_work=town.database.open_work,
        clock=town.clock,
        views=PostgresViews(town.pool),
        accounts=accounts,
        numbers=Numbers(town.pool),
        understand=understand,
        explain=explain,
        new_text_index=lambda: text_index_of(town.city),
        check_matrix=matrix_problems,
        librarian=Librarian(city=town.city, open_work=town.database.open_work, words=cut_words, clock=town.clock),
        session_key=b"k" * 32,
        wechat_token="hotline12345",
    )


@asynccontextmanager
async def _serving(doors: Doors) -> AsyncIterator[str]:
    config = uvicorn.Config(
        build_console(doors), host="127.0.0.1", port=0, log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
