"""Log-in, log-out, and the way to one's own page."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.failures import TooManyAttempts, failure_of
from console.identity import Throttle, refuse_other_sites
from console.pages.rendering import home_of
from console.pages.surroundings import Surroundings

_WRONG = "用户名或密码不对，或者账号已停用。"


def login_routes(around: Surroundings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    throttle = Throttle(around.doors.clock)

    @routes.get("/")
    async def home(request: Request) -> Response:
        session = await around.session(request)
        return RedirectResponse(home_of(session.user.role), 303)

    @routes.get("/login")
    async def login_page(request: Request) -> Response:
        session = await around.sessions.of(request)
        if session is not None:
            return RedirectResponse(home_of(session.user.role), 303)
        return around.fragment("login.html", sentence="", username="")

    @routes.post("/login")
    async def log_in(
        request: Request,
        username: Annotated[str, Form(max_length=64)] = "",
        password: Annotated[str, Form(max_length=256)] = "",
    ) -> Response:
        refuse_other_sites(request)
        address = request.client.host if request.client else ""
        try:
            throttle.check(username, address)
        except TooManyAttempts as error:
            return _again(around, username, failure_of(error).sentence, 429)
        user = await around.doors.accounts.log_in(username, password, at=around.doors.clock.now())
        if user is None:
            throttle.failed(username, address)
            return _again(around, username, _WRONG, 403)
        throttle.succeeded(username, address)
        answer = RedirectResponse(home_of(user.role), 303)
        around.sessions.open(answer, request, user)
        return answer

    @routes.post("/logout")
    async def log_out(request: Request) -> Response:
        session = await around.session(request)
        answer = RedirectResponse("/login", 303)
        await around.sessions.close(answer, session)
        return answer

    return routes


def _again(around: Surroundings, username: str, sentence: str, status: int) -> HTMLResponse:
    return around.fragment("login.html", sentence=sentence, username=username, status=status)
