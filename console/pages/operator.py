"""热线工作人员: enter contacts with the engine's suggestion beside, and decide what waits for a person."""

import secrets
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from console.failures import FormProblem
from console.live import Billboard, Fragments
from console.pages.callers import draw_callers
from console.pages.desks import PENDING, TITLES, count_of, draw_waiting, lists_of
from console.pages.streaming import admission_of, board_frames, live_answer
from console.pages.suggestion import suggest
from console.pages.surroundings import OPERATORS, SIGN_SOON, Surroundings
from dispatcher.rules.knowing import worth_reading
from dispatcher.workflow.receive import cause_of_death, receive
from models.codes import Channel, RequestType, Role, Stage
from models.contact import MAX_TEXT, PersonalData, Submission

_QUEUE_LENGTH, _LIST_LENGTH = 60, 30
_DRAWN_EVERY = timedelta(seconds=2)
_SHORTEST_GUESSED, _MOST_ARTICLES = 4, 2
_CHANNELS = (
    Channel.PHONE,
    Channel.WEB,
    Channel.APP,
    Channel.EMAIL,
    Channel.SMS,
    Channel.FROM_110,
    Channel.LEADER,
    Channel.COUNTER,
    Channel.DEPUTY_HOTLINE,
    Channel.PROACTIVE,
)


def operator_routes(around: Surroundings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/operator")
    doors, screen = around.doors, around.screen

    async def draw() -> Fragments:
        pending = await doors.views.pending(limit=_QUEUE_LENGTH)
        return {
            "alerts": screen.html("_alerts.html", alerts=await doors.views.running_alerts()),
            "callers": await draw_callers(around),
            PENDING: screen.html("_queue.html", pending=pending, stages=Stage, soon=SIGN_SOON),
            f"{PENDING}-count": count_of(pending.total),
            **draw_waiting(await doors.views.waiting(limit=_LIST_LENGTH), screen),
        }

    @routes.get("")
    async def page(request: Request) -> Response:
        session = await around.session(request, OPERATORS)
        role = session.user.role
        html = screen.page(
            "operator.html",
            session,
            regions=await draw(),
            lists=lists_of(role),
            titles=TITLES,
            entering=role is not Role.CALLER_BACK,
            channels=_CHANNELS,
            key=secrets.token_urlsafe(16),
        )
        return HTMLResponse(html)

    @routes.get("/stream")
    async def stream(request: Request) -> Response:
        session = await around.session(request, OPERATORS)
        board = around.board("operator", lambda: Billboard(draw, every=_DRAWN_EVERY))
        return live_answer(board_frames(board, admission_of(session, request, around)))

    @routes.post("/suggest")
    async def post_suggest(
        request: Request,
        text: Annotated[str, Form(max_length=MAX_TEXT)] = "",
        district: Annotated[str, Form(max_length=64)] = "",
    ) -> HTMLResponse:
        await around.session(request, OPERATORS)
        if len(text.strip()) < _SHORTEST_GUESSED:
            return around.fragment("_suggestion.html", suggestion=None)
        suggestion = await suggest(text, district_chosen=district or None, doors=doors)
        asks = suggestion.request_type is RequestType.CONSULT
        found = worth_reading(await doors.librarian.find(text, limit=_MOST_ARTICLES)) if asks else []
        return around.fragment("_suggestion.html", suggestion=suggestion, articles=[one.article for one in found])

    @routes.post("/contacts")
    async def post_contact(
        *,
        request: Request,
        key: Annotated[str, Form(min_length=8, max_length=64)],
        channel: Annotated[str, Form(max_length=4)],
        text: Annotated[str, Form()] = "",
        phone: Annotated[str, Form(max_length=32)] = "",
        name: Annotated[str, Form(max_length=64)] = "",
        district: Annotated[str, Form(max_length=64)] = "",
    ) -> HTMLResponse:
        session = await around.session(request, OPERATORS)
        _check_text(text)
        submission = Submission(
            source_id=f"console:{session.user.username}:{key}",
            channel=_channel(channel),
            text=text,
            received_at=doors.clock.now(),
            personal=PersonalData(phone=phone.strip() or None, name=name.strip() or None),
            district=district or None,
        )
        receipts = await receive([submission], city=doors.city, vault=doors.vault, open_work=doors.open_work, clock=doors.clock)
        return around.fragment(
            "_receipt.html", contact_id=receipts[0].contact_id, progress=None, next_key=secrets.token_urlsafe(16), age=0
        )

    @routes.get("/contacts/{contact_id}")
    async def contact(request: Request, contact_id: UUID) -> HTMLResponse:
        await around.session(request, OPERATORS)
        progress = await doors.views.contact(contact_id)
        waited = (doors.clock.now() - progress.accepted_at).total_seconds()
        return around.fragment("_receipt.html", contact_id=contact_id, progress=progress, next_key=None, age=int(waited))

    return routes


def _check_text(text: str) -> None:
    cause = cause_of_death(text)
    if cause == "empty_text":
        raise FormProblem("请先填写诉求内容。")
    if cause is not None:
        raise FormProblem(f"诉求内容太长，最多 {MAX_TEXT} 字。")


def _channel(given: str) -> Channel:
    try:
        return Channel(given)
    except ValueError:
        raise FormProblem("请选择渠道。") from None
