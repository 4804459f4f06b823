"""The doors on stores in memory, as far as the unit tests need them; real and fake accounts pass one suite."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import httpx

from classifiers.words import cut_words
from config.profiles import matrix_problems
from console.app import build_console
from console.doors import Doors
from dispatcher.accounts import Credentials, User
from dispatcher.workflow.look_up import Librarian
from hotline.bootstrap import text_index_of
from models.codes import Role
from models.errors import NotFound, TryLater
from tests.builders import a_city
from tests.fakes import FixedClock, MemoryStore, OpenVault, Understands

MESSAGES = {"wechat_received": "已收到，正在登记。", "wechat_text_only": "暂时只能识别文字。"}

STAFF = {
    "operator-1": User("operator-1", "话务员一", Role.OPERATOR, None),
    "dispatcher-1": User("dispatcher-1", "派单审核员一", Role.DISPATCHER, None),
    "supervisor-1": User("supervisor-1", "督办员一", Role.SUPERVISOR, None),
    "lamps-1": User("lamps-1", "路灯所经办", Role.UNIT_CLERK, "U-LAMP"),
    "water-1": User("water-1", "水务公司经办", Role.UNIT_CLERK, "U-WATER"),
}


class MemoryAccounts:
    """Users by name; every password is the name backwards, every token "token of" the name."""

    def __init__(self, users: Mapping[str, User] = STAFF) -> None:
        self._users = dict(users)
        self._passwords = {name: name[::-1] for name in users}
        self._tokens = {f"token of {name}": name for name in users}
        self._ended = set()
        self.accesses = []

    async def log_in(self, username, password, *, at):
        """The enabled user whose password this is."""
        user = self._users.get(username)
        if user is None:
            self._note("nobody", "log_in_failed", "no user", "unknown name")
            return None
        if self._passwords[username] != password or user.disabled:
            self._note("nobody", "log_in_failed", f"user {username}", "disabled" if user.disabled else "wrong password")
            return None
        self._note(str(user.actor), "log_in", f"user {username}", "password")
        return user

    async def log_out(self, user, *, session_id, ends_at, at):
        """End the session and write it down."""
        self._ended.add(session_id)
        self._note(str(user.actor), "log_out", f"user {user.username}", "")

    async def change_password(self, username, *, old, new, at):
        """Take the new one if the old one is right."""
        user = self._users[username]
        if self._passwords[username] != old:
            self._note(str(user.actor), "change_password_failed", f"user {username}", "wrong password")
            return None
        self._passwords[username] = new
        self._note(str(user.actor), "change_password", f"user {username}", "")
        return self._with_new_sessions(username)

    async def by_token(self, token):
        """The enabled user of this token."""
        return await self.by_name(self._tokens.get(token, ""))

    async def in_session(self, username, session_id):
        """The enabled user of a session that goes on."""
        return None if session_id in self._ended else await self.by_name(username)

    async def by_name(self, username):
        """The enabled user of this name."""
        user = self._users.get(username)
        return None if user is None or user.disabled else user

    async def all(self):
        """Everybody."""
        return list(self._users.values())

    async def disable(self, username, *, by, at):
        """Shut somebody out."""
        self._users[username] = replace(self._known(username), disabled=True)
        self._with_new_sessions(username)
        self._note(by, "disable_user", f"user {username}", "")

    async def enable(self, username, *, by, at):
        """Let somebody in again."""
        self._users[username] = replace(self._known(username), disabled=False)
        self._note(by, "enable_user", f"user {username}", "")

    async def reset(self, username, *, by, at):
        """Give a new password and token."""
        self._known(username)
        made = Credentials(f"new {username}", f"new token of {username}")
        self._passwords[username] = made.password
        self._tokens = {token: name for token, name in self._tokens.items() if name != username} | {made.token: username}
        self._with_new_sessions(username)
        self._note(by, "reset_user", f"user {username}", "new password and token")
        return made

    async def change(self, username, *, role, unit_code, by, at):
        """Give another role and unit."""
        before = self._known(username)
        after = replace(before, role=role, unit_code=unit_code)
        self._users[username] = after
        self._note(by, "change_user", f"user {username}", f"{before.post} -> {after.post}")

    def _known(self, username):
        if username not in self._users:
            raise NotFound(f"there is no user {username!r}")
        return self._users[username]

    def _with_new_sessions(self, username):
        user = self._users[username]
        self._users[username] = replace(user, session_generation=user.session_generation + 1)
        return self._users[username]

    def _note(self, *access):
        self.accesses.append(access)


class OnlyPing:
    """Of all reads the one that tells whether the store answers."""

    def __init__(self) -> None:
        self.away = False

    async def ping(self):
        """Answer unless the store is away."""
        if self.away:
            raise TryLater("the store is away")


@dataclass
class Console:
    """The console over stores in memory, and a browser or program in front of it."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FixedClock = field(default_factory=FixedClock)
    accounts: MemoryAccounts = field(default_factory=MemoryAccounts)
    vault: OpenVault = field(default_factory=OpenVault)
    wechat_token: str | None = "hotline12345"

    def __post_init__(self) -> None:
        self.city = a_city(messages=MESSAGES)
        self.views = OnlyPing()
        self.understands = Understands()

    @property
    def doors(self) -> Doors:
        """What the console is built with."""

        async def explain(_text):
            return ()

        return Doors(
            city=self.city,
            vault=self.vault,
            open_work=self.store.open_work,
            clock=self.clock,
            views=self.views,
            accounts=self.accounts,
            numbers=None,
            understand=self.understands,
            explain=explain,
            new_text_index=lambda: text_index_of(self.city),
            check_matrix=matrix_problems,
            librarian=Librarian(city=self.city, open_work=self.store.open_work, words=cut_words, clock=self.clock),
            session_key=b"k" * 32,
            wechat_token=self.wechat_token,
        )

    def client(self, username: str | None = None) -> httpx.AsyncClient:
        """A program of this user, or nobody in particular."""
        headers = {"Authorization": f"Bearer token of {username}"} if username else {}
        transport = httpx.ASGITransport(app=build_console(self.doors), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://console", headers=headers)

    async def browser(self, username: str) -> httpx.AsyncClient:
        """Somebody who has logged in with a browser."""
        client = self.client()
        answer = await client.post("/login", data={"username": username, "password": username[::-1]})
        assert answer.status_code == 303, answer.text
        return client
