"""Users in PostgreSQL: argon2 hashes of passwords, SHA-256 of API tokens."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg import AsyncCursor
from psycopg.rows import DictRow, dict_row

from dispatcher.accounts import Credentials, User
from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.queries import load_queries
from models.codes import UNIT_ROLES, Role
from models.errors import NotFound, Rejected

_QUERIES = load_queries("accounts.sql")
_LOG_ACCESS = load_queries("work.sql")["log_access"]
_NOBODY = "nobody"
"""Who failed to log in, in the access log: the name that was typed proves nothing."""

_KEPT_AFTER = timedelta(hours=1)
"""An ended session is remembered so long after its cookie ran out: the clocks of two web processes may differ."""

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

    async def add(
        self, username: str, *, display_name: str, role: Role, unit_code: str | None, by: str, at: datetime
    ) -> Credentials:
        """Make a user and return what opens the door; it is shown this once.

        Raises:
            Rejected: the name is taken, or a unit was given to another role than one of a unit, or none to such a role.
        """
        _check_unit(role, unit_code)
        made = Credentials(secrets.token_urlsafe(_PASSWORD_BYTES), secrets.token_urlsafe(_TOKEN_BYTES))
        user = User(username, display_name, role, unit_code)
        row = {
            "username": username,
            "display_name": display_name,
            "role": role.value,
            "unit_code": unit_code,
            "created_at": at,
            **await self._hashes(made),
        }
        async with self._transaction() as cursor:
            await cursor.execute(_QUERIES["add_user"], row)
            if not await cursor.fetchall():
                raise Rejected(
                    f"there already is a user {username!r}: `hotline user reset {username}` makes a new password and token, "
                    f"`hotline user change {username}` gives another role, `hotline user enable {username}` ends a disabling"
                )
            await _log(cursor, by, "add_user", username, purpose=user.post, at=at)
        return made

    async def log_in(self, username: str, password: str, *, at: datetime) -> User | None:
        """Return the user, or None, and log which; a wrong name takes as long to refuse as a wrong password."""
        found = await self._rows("user_by_name", {"username": username})
        fits = await self._fits(found[0].pop("password_hash") if found else None, password)
        user = _user(found[0]) if found else None
        async with self._transaction() as cursor:
            if user is None:
                await _log(cursor, _NOBODY, "log_in_failed", None, purpose="unknown name", at=at)
            elif user.disabled or not fits:
                await _log(
                    cursor, _NOBODY, "log_in_failed", username, purpose="disabled" if user.disabled else "wrong password", at=at
                )
            else:
                await _log(cursor, str(user.actor), "log_in", username, purpose="password", at=at)
                return user
        return None

    async def log_out(self, user: User, *, session_id: str, ends_at: datetime, at: datetime) -> None:
        """End one session of the user, which would have ended by itself at ``ends_at``, and log it."""
        async with self._transaction() as cursor:
            await cursor.execute(_QUERIES["forget_sessions"], {"before": at - _KEPT_AFTER})
            await cursor.execute(_QUERIES["end_session"], {"session_id": session_id, "ends_at": ends_at})
            await _log(cursor, str(user.actor), "log_out", user.username, at=at)

    async def change_password(self, username: str, *, old: str, new: str, at: datetime) -> User | None:
        """Replace the password, end all sessions and return the user; None when ``old`` is wrong. Either is logged.

        Raises:
            NotFound: there is no such user.
        """
        found = await self._rows("user_by_name", {"username": username})
        if not found:
            raise _no_user(username)
        old_hash = found[0].pop("password_hash")
        before = _user(found[0])
        fits = await self._fits(old_hash, old)
        async with self._turn:
            new_hash = await asyncio.to_thread(self._hasher.hash, new)
        async with self._transaction() as cursor:
            if fits:
                await cursor.execute(
                    _QUERIES["change_password"], {"username": username, "old_hash": old_hash, "new_hash": new_hash}
                )
                changed = await cursor.fetchone()
                if changed is not None:
                    await _log(cursor, str(before.actor), "change_password", username, at=at)
                    return _user(changed)
            await _log(cursor, str(before.actor), "change_password_failed", username, purpose="wrong password", at=at)
        return None

    async def by_token(self, token: str) -> User | None:
        """Return the user whose API token this is, or None."""
        found = await self._rows("user_by_token", {"token_hash": _token_hash(token)})
        return _user(found[0]) if found else None

    async def in_session(self, username: str, session_id: str) -> User | None:
        """Return an enabled user who has not ended this session, or None."""
        found = await self._rows("user_in_session", {"username": username, "session_id": session_id})
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

    async def disable(self, username: str, *, by: str, at: datetime) -> None:
        """Shut a user out; open sessions end with their next request, and stay ended.

        Raises:
            NotFound: there is no such user.
        """
        await self._switch("disable_user", username, by=by, at=at)

    async def enable(self, username: str, *, by: str, at: datetime) -> None:
        """Let a disabled user in again, with the password and token of before.

        Raises:
            NotFound: there is no such user.
        """
        await self._switch("enable_user", username, by=by, at=at)

    async def reset(self, username: str, *, by: str, at: datetime) -> Credentials:
        """Replace password and token, end all sessions, and return what opens the door now; it is shown this once.

        Raises:
            NotFound: there is no such user.
        """
        made = Credentials(secrets.token_urlsafe(_PASSWORD_BYTES), secrets.token_urlsafe(_TOKEN_BYTES))
        hashes = await self._hashes(made)
        async with self._changing(username) as (cursor, _):
            await cursor.execute(_QUERIES["reset_user"], {"username": username, **hashes})
            await _log(cursor, by, "reset_user", username, purpose="new password and token", at=at)
        return made

    async def change(self, username: str, *, role: Role, unit_code: str | None, by: str, at: datetime) -> None:
        """Give a user another role and unit; open sessions go on with them.

        Raises:
            NotFound: there is no such user.
            Rejected: as ``add``.
        """
        _check_unit(role, unit_code)
        async with self._changing(username) as (cursor, before):
            await cursor.execute(_QUERIES["change_user"], {"username": username, "role": role.value, "unit_code": unit_code})
            after = replace(before, role=role, unit_code=unit_code)
            await _log(cursor, by, "change_user", username, purpose=f"{before.post} -> {after.post}", at=at)

    async def _hashes(self, made: Credentials) -> dict[str, str]:
        return {
            "password_hash": await asyncio.to_thread(self._hasher.hash, made.password),
            "token_hash": _token_hash(made.token),
        }

    async def _fits(self, stored: str | None, password: str) -> bool:
        """Return whether the password is that of the hash; without one it takes as long."""
        async with self._turn:
            nobodys = await self._hash_of_nobody()
            return await asyncio.to_thread(self._verify, stored or nobodys, password) and stored is not None

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

    async def _switch(self, act: str, username: str, *, by: str, at: datetime) -> None:
        async with self._changing(username) as (cursor, _):
            await cursor.execute(_QUERIES[act], {"username": username})
            await _log(cursor, by, act, username, at=at)

    @asynccontextmanager
    async def _changing(self, username: str) -> AsyncIterator[tuple[AsyncCursor[DictRow], User]]:
        """Open a transaction that holds the user's row."""
        async with self._transaction() as cursor:
            await cursor.execute(_QUERIES["lock_user"], {"username": username})
            row = await cursor.fetchone()
            if row is None:
                raise _no_user(username)
            yield cursor, _user(row)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncCursor[DictRow]]:
        with translated_errors():
            async with (
                self._pool.connection() as connection,
                connection.transaction(),
                connection.cursor(row_factory=dict_row) as cursor,
            ):
                yield cursor


async def _log(
    cursor: AsyncCursor[DictRow], actor: str, act: str, username: str | None, *, purpose: str = "", at: datetime
) -> None:
    subject = "no user" if username is None else f"user {username}"
    await cursor.execute(_LOG_ACCESS, {"actor": actor, "act": act, "subject": subject, "purpose": purpose, "at": at})


def _check_unit(role: Role, unit_code: str | None) -> None:
    if (role in UNIT_ROLES) != (unit_code is not None):
        raise Rejected("a user with a role of a unit belongs to a unit, and nobody else does")


def _no_user(username: str) -> NotFound:
    return NotFound(f"there is no user {username!r}; `hotline user list` shows all")


def _token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _user(row: DictRow) -> User:
    return User(**{**row, "role": Role(row["role"])})
