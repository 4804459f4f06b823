"""GET|POST /wechat: the Official Account's server address, plain mode."""

import asyncio
import time
from datetime import timedelta

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from console.channels.wechat import (
    NotFromWechat,
    Push,
    Refusal,
    check_signature,
    menu_submission_of,
    parse_push,
    submission_of,
    text_reply,
)
from console.doors import Doors
from dispatcher.workflow.converse import converse, told_receipt
from dispatcher.workflow.receive import cause_of_death, receive
from models.errors import NotFound, TryLater

STORE_WITHIN = timedelta(seconds=4)
"""WeChat waits five seconds; one is left for the way."""

SILENT_FOR = timedelta(seconds=6)
"""When the store did not answer we say nothing until WeChat has given up: a missing answer is what it repeats, three
tries in all (domain.md D.1); an empty answer would end the matter."""

_LARGEST_PUSH = 64 * 1024
_GREETED, _CLICKED = "subscribe", "CLICK"

log = structlog.get_logger()


def wechat_routes(doors: Doors, *, store_within: timedelta = STORE_WITHIN, silent_for: timedelta = SILENT_FOR) -> APIRouter:
    """Return the routes of this door; without a token they answer 404."""
    routes = APIRouter(tags=["wechat"])

    @routes.get("/wechat", summary="URL check by the WeChat platform", response_class=PlainTextResponse)
    async def check(request: Request) -> Response:
        """Return `echostr` verbatim to whoever signed with our token."""
        _check(request, doors)
        return PlainTextResponse(request.query_params.get("echostr", ""))

    @routes.post("/wechat", summary="Push of a message or an event", response_class=Response)
    async def push(request: Request) -> Response:
        """Store a text message as a contact, once per MsgId, and answer within five seconds."""
        began = time.monotonic()
        _check(request, doors)
        body = await request.body()
        if len(body) > _LARGEST_PUSH:
            raise _refused(Refusal.MALFORMED)
        try:
            message = parse_push(body)
        except NotFromWechat as error:
            raise _refused(error.reason) from None
        try:
            async with asyncio.timeout(store_within.total_seconds()):
                answer = await _answer(message, doors)
        except (TryLater, TimeoutError):
            log.warning("wechat_left_unanswered", kind=message.kind)
            await asyncio.sleep(max(0.0, silent_for.total_seconds() - (time.monotonic() - began)))
            return Response(status_code=503)
        if not answer:
            return PlainTextResponse("success")
        return Response(text_reply(message, answer, now=doors.clock.now()), media_type="application/xml")

    return routes


async def _answer(push: Push, doors: Doors) -> str:
    """Return what the citizen reads; nothing for an event that asks nothing."""
    messages, tools = doors.city.profile.messages, doors.self_service.for_one_message()
    if push.kind == "event":
        if push.event == _CLICKED and push.event_key in doors.city.profile.self_service.menus:
            used = menu_submission_of(push, now=doors.clock.now())
            return await converse(used, tools, menu=push.event_key) or ""
        return messages["wechat_text_only"] if push.event == _GREETED else ""
    if push.kind != "text" or cause_of_death(push.content):
        return messages["wechat_text_only"]
    submission = submission_of(push, now=doors.clock.now())
    answer = await converse(submission, tools)
    if answer is not None:
        return answer
    await receive([submission], city=doors.city, vault=doors.vault, open_work=doors.open_work, clock=doors.clock)
    return await told_receipt(submission.text, tools)


def _check(request: Request, doors: Doors) -> None:
    if doors.wechat_token is None:
        raise NotFound("the WeChat door is not set up; it needs HOTLINE_WECHAT_TOKEN")
    try:
        check_signature(request.query_params, token=doors.wechat_token, now=doors.clock.now())
    except NotFromWechat as error:
        raise _refused(error.reason) from None


def _refused(reason: Refusal) -> NotFromWechat:
    log.warning("wechat_rejected", reason=reason.value)
    return NotFromWechat(reason)
