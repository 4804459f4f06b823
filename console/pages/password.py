"""Changing one's own password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.failures import TooManyAttempts, failure_of
from console.identity import Session, Throttle
from console.pages.surroundings import Surroundings
from dispatcher.rules.passwords import LONGEST, SHORTEST, password_problem

_WRONG = "当前密码不对，密码没有改动。"


def password_routes(around: Surroundings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/password")
    throttle = Throttle(around.doors.clock)

    @routes.get("")
    async def page(request: Request, changed: bool = False) -> Response:
        return _page(around, await around.session(request), changed=changed)

    @routes.post("")
    async def change(
        request: Request,
        old: Annotated[str, Form(max_length=256)] = "",
        new: Annotated[str, Form(max_length=256)] = "",
        again: Annotated[str, Form(max_length=256)] = "",
    ) -> Response:
        session = await around.session(request)
        username, address = session.user.username, request.client.host if request.client else ""
        try:
            throttle.check(username, address)
        except TooManyAttempts as error:
            return _page(around, session, failure_of(error).sentence, 429)
        problem = password_problem(new, repeated=again, old=old, username=username)
        if problem is not None:
            return _page(around, session, problem, 422)
        user = await around.doors.accounts.change_password(username, old=old, new=new, at=around.doors.clock.now())
        if user is None:
            throttle.failed(username, address)
            return _page(around, session, _WRONG, 403)
        answer = RedirectResponse("/password?changed=true", 303)
        around.sessions.open(answer, request, user)
        return answer

    return routes


def _page(
    around: Surroundings, session: Session, sentence: str = "", status: int = 200, *, changed: bool = False
) -> HTMLResponse:
    html = around.screen.page("password.html", session, sentence=sentence, changed=changed, shortest=SHORTEST, longest=LONGEST)
    return HTMLResponse(html, status)
