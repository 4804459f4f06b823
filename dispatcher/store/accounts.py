"""Users in PostgreSQL: argon2 hashes of passwords, SHA-256 of API tokens."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg.rows import DictRow, dict_row

from dispatcher.accounts import Credentials, User
from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries
from models.codes import UNIT_ROLES, Role
from models.errors import NotFound, Rejected

_QUERIES = load_queries("accounts.sql")
_PASSWORD_BYTES, _TOKEN_BYTES = 12, 32

# One verification takes 64 MiB and tens of milliseconds; a burst of log-ins must neither fill memory nor stop the pages.
_VERIFICATIONS_AT_ONCE = 2


class PostgresAccounts:
    """The users. A token is 256 random bits, so a fast hash keeps it; a password is a person's, so a slow one does.

    Parameters:
        hasher: argon2id with the library's recommended cost (RFC 9106, low memory) where none is given.
    """

    def __init__(self, pool: Pool, hasher: PasswordHasher | None = None) -> None:
        self._pool = pool
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(_VERIFICATIONS_AT_ONCE)
        self._nobodys_hash: str | None = None

    async def add(self, username: str, *, display_name: str, role: Role, unit_code: str | None, at: datetime) -> Credentials:
        """Make a user and return what opens the door; it is shown this once.

        Raises:
            Rejected: the name is taken, or a unit was given to another role than unit, or none to that role.
        """
        if (role in UNIT_ROLES) != (unit_code is not None):
            raise Rejected("a user of the role unit belongs to a unit, and nobody else does")
        made = Credentials(secrets.token_urlsafe(_PASSWORD_BYTES), secrets.token_urlsafe(_TOKEN_BYTES))
        row = {
            "username": username,
            "display_name": display_name,
            "role": role.value,
            "unit_code": unit_code,
            "password_hash": await asyncio.to_thread(self._hasher.hash, made.password),
            "token_hash": _token_hash(made.token),
            "created_at": at,
        }
        if not await self._rows("add_user", row):
            raise Rejected(f"there already is a user {username!r}")
        return made

    async def by_password(self, username: str, password: str) -> User | None:
        """Return the user, or None; a wrong name takes as long to refuse as a wrong password."""
        found = await self._rows("user_by_name", {"username": username})
        async with self._turn:
            nobodys = await self._hash_of_nobody()
            stored = found[0].pop("password_hash") if found else nobodys
            fits = await asyncio.to_thread(self._verify, stored, password)
        if not found or not fits or found[0]["disabled"]:
            return None
        return _user(found[0])

    async def by_token(self, token: str) -> User | None:
        """Return the user whose API token this is, or None."""
        found = await self._rows("user_by_token", {"token_hash": _token_hash(token)})
        return _user(found[0]) if found else None

    async def by_name(self, username: str) -> User | None:
        """Return an enabled user, or None."""
        found = await self._rows("user_by_name", {"username": username})
        if not found or found[0]["disabled"]:
            return None
        del found[0]["password_hash"]
        return _user(found[0])

    async def all(self) -> Sequence[User]:
        """Return every user by name."""
        return [_user(row) for row in await self._rows("all_users", {})]

    async def disable(self, username: str) -> None:
        """Shut a user out; open sessions end with their next request.

        Raises:
            NotFound: there is no such user.
        """
        if not await self._rows("disable_user", {"username": username}):
            raise NotFound(f"there is no user {username!r}")

    async def _hash_of_nobody(self) -> str:
        if self._nobodys_hash is None:
            self._nobodys_hash = await asyncio.to_thread(self._hasher.hash, secrets.token_urlsafe())
        return self._nobodys_hash

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _rows(self, name: str, parameters: Mapping[str, Any]) -> list[DictRow]:
        with translated_errors():
            async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
                await cursor.execute(_QUERIES[name], parameters)
                return await cursor.fetchall()


def _token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _user(row: DictRow) -> User:
    return User(**{**row, "role": Role(row["role"])})
