"""Who asks the API: the bearer token as a dependency, and the refusals that every route shares."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from console.api.shapes import Problem
from console.doors import Doors
from console.identity import user_of_token
from dispatcher.accounts import User
from models.codes import Role
from models.errors import Forbidden

_SCHEME = HTTPBearer(auto_error=False, description="The token that `hotline user add` printed once.")

STAFF = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN})


def asker(doors: Doors) -> Callable[..., Awaitable[User]]:
    """Return the dependency that yields the token's user."""

    async def user(request: Request, _shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)] = None) -> User:
        return await user_of_token(doors.accounts, request.headers.get("Authorization"))

    return user


def allow(user: User, roles: frozenset[Role]) -> None:
    """Return when the user's role is one of ``roles``.

    Raises:
        Forbidden: it is not.
    """
    if user.role not in roles:
        raise Forbidden(f"the role {user.role.value} may not do this")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entry of these refusals; 401 and 503 can always happen."""
    meaning = {
        401: "no valid token",
        403: "not for this role",
        404: "unknown, or another unit's",
        409: "based on an older version, or not possible in this state",
        413: "body too large; answered in plain text before it is read",
        422: "can never succeed as it is",
        503: "the store is away; nothing was written; try again after Retry-After seconds",
    }
    return {
        status: {"description": meaning[status], **({} if status == 413 else {"model": Problem})}
        for status in sorted({*statuses, 401, 503})
    }
