"""The console's application: every door, with what surrounds it."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from console.api.calls import call_routes
from console.api.contacts import contact_routes
from console.api.health import health_routes
from console.api.streams import stream_routes
from console.api.tickets import ticket_routes
from console.api.wechat import wechat_routes
from console.doors import Doors
from console.failures import BadItem, failure_of
from console.identity import Sessions
from console.pages.answers import page_bug, page_failure
from console.pages.assets import Assets
from console.pages.reference import reference_routes
from console.pages.routes import page_routes
from console.protection import BODY_LIMIT, RequestLog, SecurityHeaders
from console.similar import SimilarTickets
from console.watch import UnitWatch
from models.errors import HotlineError, NotFound

_DESCRIPTION = """The doors of a 12345 hotline's dispatch engine.

Programs log in with `Authorization: Bearer TOKEN` (`hotline user add` prints the token once). Every refusal is
`{error, detail}`; 503 carries `Retry-After`, and nothing was written. Instants are ISO 8601 with an offset."""

_TAGS = [
    {"name": "contacts", "description": "Hand in what citizens say. 202 means committed; a retry changes nothing."},
    {
        "name": "calls",
        "description": "Tell of calls while they run, step by step and word by word, or when they have ended.",
    },
    {"name": "tickets", "description": "Read tickets and act on them, with the version the decision was based on."},
    {"name": "streams", "description": "A member unit's dispatch stream, as on its topic."},
    {"name": "wechat", "description": "The server address of a WeChat Official Account, plain mode."},
    {"name": "health", "description": "For whoever keeps the processes running."},
]
_HTTP_WORDS = {404: "not_found", 405: "method_not_allowed"}
_API_ROOTS = ("/api/", "/wechat", "/healthz", "/readyz", "/openapi.json")


def build_console(doors: Doors) -> FastAPI:
    """Return the web application; it opens nothing and starts nothing before the first request."""
    watch = UnitWatch(doors.views)
    similar = SimilarTickets(doors.views, doors.new_text_index, doors.clock)
    app = FastAPI(
        title="Hotline 速派",
        version="1",
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        docs_url=None,  # its page loads scripts from elsewhere, which our Content-Security-Policy forbids
        redoc_url=None,
        max_body_size=BODY_LIMIT,
    )
    api = APIRouter(prefix="/api/v1")
    for routes in (contact_routes(doors), call_routes(doors), ticket_routes(doors, similar), stream_routes(doors, watch)):
        api.include_router(routes)
    for routes in (api, wechat_routes(doors), health_routes(doors)):
        app.include_router(routes)
    app.include_router(page_routes(doors, Sessions(doors.session_key, doors.accounts, doors.clock), watch, similar))
    app.include_router(reference_routes(app.openapi))
    app.mount("/static", Assets())
    app.add_exception_handler(HotlineError, _tell)
    app.add_exception_handler(RequestValidationError, _tell_invalid)
    app.add_exception_handler(HTTPException, _tell_http)
    app.add_exception_handler(Exception, _tell_bug)
    for surrounding in (SecurityHeaders, RequestLog):
        app.add_middleware(surrounding)
    return app


async def _tell(request: Request, error: Exception) -> Response:
    """Answer an error that we raised on purpose: JSON at the API, a sentence on pages."""
    if not isinstance(error, HotlineError):
        raise error
    if not request.url.path.startswith(_API_ROOTS):
        return page_failure(request, error)
    failure = failure_of(error)
    body: dict[str, object] = {"error": failure.word, "detail": str(error)}
    if isinstance(error, BadItem) and error.index is not None:
        body["index"] = error.index
    return _json(failure.status, body, failure.retry_after)


async def _tell_invalid(request: Request, error: Exception) -> Response:
    """Answer a body or parameter of the wrong shape, naming where and why but never repeating what was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    if not request.url.path.startswith(_API_ROOTS):
        return page_failure(request, BadItem(None, "a field is missing or too long"))
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        detail = f"the body is no JSON: {first['ctx']['error']} at character {first['loc'][-1] + 1}"
        return _json(422, {"error": "invalid", "detail": detail}, None)
    where = [part for part in first["loc"] if part not in ("body", "one", "many")]
    body: dict[str, object] = {"error": "invalid", "detail": f"{_spot(where)}: {first['msg']}"}
    if where and isinstance(where[0], int) and "many" in first["loc"]:
        body["index"] = where[0]
    return _json(422, body, None)


async def _tell_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if not request.url.path.startswith(_API_ROOTS) and error.status_code == 404:
        return page_failure(request, NotFound("no such page"))
    word = _HTTP_WORDS.get(error.status_code, "http")
    return JSONResponse({"error": word, "detail": error.detail}, error.status_code, headers=error.headers)


async def _tell_bug(request: Request, _error: Exception) -> Response:
    """Answer a bug without its details; the server logs it with its traceback."""
    if request.url.path.startswith(_API_ROOTS):
        return _json(500, {"error": "bug", "detail": "an error of ours; it is in the log"}, None)
    return page_bug(request)


def _spot(where: Sequence[object]) -> str:
    return ".".join(f"item {part}" if isinstance(part, int) else str(part) for part in where) or "body"


def _json(status: int, body: dict[str, object], retry_after: int | None) -> JSONResponse:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, status, headers=headers)
