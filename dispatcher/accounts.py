"""Who may come in: users, as the doors know them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.codes import Role
from models.ticket import Actor


@dataclass(frozen=True, slots=True)
class User:
    """A person, or a program with a token. ``unit_code`` is set for the role unit alone."""

    username: str
    display_name: str
    role: Role
    unit_code: str | None
    disabled: bool = False

    @property
    def actor(self) -> Actor:
        """The user as a command's actor."""
        return Actor(self.role, self.username, self.unit_code)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a new user receives, once; only hashes are stored, and neither can be shown again."""

    password: str
    token: str


class Accounts(Protocol):
    """The users. A disabled one is never returned by a log-in. Every call raises ``TryLater`` when the store is away."""

    async def by_password(self, username: str, password: str) -> User | None:
        """Return the user, or None; a wrong name takes as long to refuse as a wrong password."""
        ...

    async def by_token(self, token: str) -> User | None:
        """Return the user whose API token this is, or None."""
        ...

    async def by_name(self, username: str) -> User | None:
        """Return an enabled user, or None: asked again for every request of a session."""
        ...

    async def all(self) -> Sequence[User]:
        """Return every user, disabled ones too, by name."""
        ...
