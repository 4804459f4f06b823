"""成员单位: its stream arrives on the board without a reload; sign, reply, and see what is due."""

from collections.abc import AsyncIterator
from datetime import timedelta

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from console import frames
from console.admission import Admission
from console.live import Billboard, Fragments
from console.pages.streaming import admission_of, live_answer
from console.pages.surroundings import RESOLVE_SOON, SIGN_SOON, UNITS, Surroundings
from dispatcher.views import Lane, UnitBoard
from models.codes import Stage
from models.errors import TryLater

_EACH_COLUMN = 60
_DRAWN_EVERY = timedelta(seconds=10)
_ARRIVALS_AT_ONCE = 20
_LONGEST_WAIT = timedelta(hours=1)
_LANES = {
    Lane.UNSIGNED: ("待签收", "没有待签收的工单。"),
    Lane.WORKING: ("待联系·办理中", "没有办理中的工单。"),
    Lane.ANSWERED: ("已答复待审核", "没有等待审核的答复。"),
}


def unit_routes(around: Surroundings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/unit")

    @routes.get("")
    async def page(request: Request) -> Response:
        session = await around.session(request, UNITS)
        unit_code = session.user.unit_code or ""
        progress = await around.doors.views.unit_progress([unit_code])
        regions = await _draw(around, unit_code)
        html = around.screen.page(
            "unit.html", session, unit_code=unit_code, last_seq=progress.get(unit_code, 0), regions=regions
        )
        return HTMLResponse(html)

    @routes.get("/stream")
    async def stream(request: Request, after: int = 0) -> Response:
        session = await around.session(request, UNITS)
        last = request.headers.get("Last-Event-ID", "")
        start = int(last) if last.isascii() and last.isdecimal() and len(last) < 19 else after
        return live_answer(_frames(around, session.user.unit_code or "", admission_of(session, request, around), start))

    return routes


async def _frames(around: Surroundings, unit_code: str, admission: Admission, after: int) -> AsyncIterator[bytes]:
    """Send the board when it changes, and each message of the stream as a line of news with its ``unit_seq`` as id."""
    watch = around.watch
    yield frames.retry(2000)
    with watch.watching(unit_code):
        board = around.board(f"unit {unit_code}", lambda: _board(around, unit_code))
        async for fragments in board.follow():
            try:
                if not await admission.holds():
                    return
                for name, html in fragments.items():
                    yield frames.frame(name, html)
                while watch.progress(unit_code) > after:
                    if not await admission.holds():
                        return
                    items = await around.doors.views.unit_stream(unit_code, after=after, limit=_ARRIVALS_AT_ONCE)
                    for item in items:
                        after = item.unit_seq
                        envelope = orjson.loads(item.envelope)
                        yield frames.frame("news", around.screen.html("_news.html", message=envelope), event_id=after)
                    if not items:
                        break
            except TryLater:
                return
            if not fragments:
                yield frames.ALIVE


def _board(around: Surroundings, unit_code: str) -> Billboard:
    watch, drawn_at = around.watch, 0

    async def draw() -> Fragments:
        nonlocal drawn_at
        drawn_at = watch.progress(unit_code)  # before it is drawn: what comes meanwhile may not be on it
        return await _draw(around, unit_code)

    async def moved() -> None:
        await watch.beyond(unit_code, drawn_at, _LONGEST_WAIT)

    return Billboard(draw, every=_DRAWN_EVERY, moved=moved)


async def _draw(around: Surroundings, unit_code: str) -> Fragments:
    board: UnitBoard = await around.doors.views.unit_board(unit_code, limit=_EACH_COLUMN)
    columns = [
        (lane, title, when_empty, [item for item in board.items if item.lane is lane], board.totals.get(lane, 0))
        for lane, (title, when_empty) in _LANES.items()
    ]
    html = around.screen.html("_board.html", columns=columns, stages=Stage, sign_soon=SIGN_SOON, resolve_soon=RESOLVE_SOON)
    return {"board": html}
