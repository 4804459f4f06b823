"""Who may come in: users, as the doors know them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.codes import Role
from models.ticket import Actor


@dataclass(frozen=True, slots=True)
class User:
    """A person, or a program with a token. ``unit_code`` is set for the roles of member units alone.

    ``session_generation`` counts how often all sessions of the user were ended.
    """

    username: str
    display_name: str
    role: Role
    unit_code: str | None
    disabled: bool = False
    session_generation: int = 0

    @property
    def actor(self) -> Actor:
        """The user as a command's actor."""
        return Actor(self.role, self.username, self.unit_code)

    @property
    def post(self) -> str:
        """Role and unit, as the access log tells them."""
        return f"{self.role.value} of {self.unit_code}" if self.unit_code else self.role.value


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a user receives, once; only hashes are stored, and neither can be shown again."""

    password: str
    token: str


class Accounts(Protocol):
    """The users. A disabled one is never returned by a log-in. Every call raises ``TryLater`` when the store is away.

    What is logged stands in the access log in the same transaction as the change.
    """

    async def log_in(self, username: str, password: str, *, at: datetime) -> User | None:
        """Return the user, or None, and log which; a wrong name takes as long to refuse as a wrong password."""
        ...

    async def log_out(self, user: User, *, session_id: str, ends_at: datetime, at: datetime) -> None:
        """End one session of the user, which would have ended by itself at ``ends_at``, and log it."""
        ...

    async def change_password(self, username: str, *, old: str, new: str, at: datetime) -> User | None:
        """Replace the password, end all sessions and return the user; None when ``old`` is wrong. Either is logged."""
        ...

    async def by_token(self, token: str) -> User | None:
        """Return the user whose API token this is, or None."""
        ...

    async def in_session(self, username: str, session_id: str) -> User | None:
        """Return an enabled user who has not ended this session, or None: asked again for every request of a session."""
        ...

    async def by_name(self, username: str) -> User | None:
        """Return an enabled user, or None."""
        ...

    async def all(self) -> Sequence[User]:
        """Return every user, disabled ones too, by name."""
        ...
