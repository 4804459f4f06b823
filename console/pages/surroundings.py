"""What every page has at hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from fastapi import Request
from fastapi.responses import HTMLResponse

from console.doors import Doors
from console.identity import Session, Sessions
from console.live import Billboard
from console.pages.rendering import Screen
from console.similar import SimilarTickets
from console.watch import UnitWatch
from models.codes import UNIT_ROLES, Role
from models.errors import Forbidden

OPERATORS = frozenset({Role.OPERATOR, Role.SHIFT_LEAD, Role.DISPATCHER, Role.CALLER_BACK, Role.SUPERVISOR, Role.ADMIN})
SUPERVISORS = frozenset({Role.SUPERVISOR, Role.ADMIN})
UNITS = UNIT_ROLES

SIGN_SOON = timedelta(minutes=30)
"""This close to its end a sign deadline is coloured; a default of ours."""

RESOLVE_SOON = timedelta(days=1)
"""This close to its end a resolve deadline is coloured. Source: 黄牌, 山东省级政务服务投诉热线管理办法 (domain.md A10)."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Doors, sessions, templates, and the live regions by name; ``boards`` is filled as pages are first watched."""

    doors: Doors
    sessions: Sessions
    screen: Screen
    watch: UnitWatch
    similar: SimilarTickets
    boards: dict[str, Billboard] = field(default_factory=dict)

    async def session(self, request: Request, roles: frozenset[Role] | None = None) -> Session:
        """Return who asks.

        Raises:
            NotLoggedIn: nobody.
            CrossSite: a form without its token.
            Forbidden: a role that has no business here.
        """
        session = await self.sessions.require(request)
        if roles is not None and session.user.role not in roles:
            raise Forbidden(f"the role {session.user.role.value} has no business on this page")
        return session

    def board(self, name: str, make: Callable[[], Billboard]) -> Billboard:
        """Return the live regions of this name, made at first use."""
        if name not in self.boards:
            self.boards[name] = make()
        return self.boards[name]

    def refresh(self) -> None:
        """Draw all watched regions anew: somebody changed a ticket through this process."""
        for board in self.boards.values():
            board.refresh()

    def fragment(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """Return a part of a page."""
        return HTMLResponse(self.screen.html(template, **values), status)
