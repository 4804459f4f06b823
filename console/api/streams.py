"""GET /api/v1/units/{code}/stream: a member unit's dispatch stream for those without a Kafka client."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.responses import StreamingResponse

from console import frames
from console.admission import Admission
from console.api.asking import asker, problems
from console.denials import denials_logged
from console.doors import Doors
from console.watch import UnitWatch
from dispatcher.accounts import User
from dispatcher.views import StreamItem
from models.codes import Role
from models.errors import Forbidden, NotFound, TryLater

HEARTBEAT = timedelta(seconds=15)
_AT_ONCE = 200
_RETRY_MS = 2000
_PAUSE = timedelta(seconds=1)
"""While a lost topic is filled again, rows in the middle of a stream count as unpublished, and its reader waits for them."""


def stream_routes(doors: Doors, watch: UnitWatch) -> APIRouter:
    """Return the routes of the streams."""
    routes = APIRouter(tags=["streams"])

    @routes.get(
        "/units/{code}/stream",
        summary="Follow a unit's stream (Server-Sent Events)",
        response_class=StreamingResponse,
        responses={
            200: {"content": {frames.MEDIA_TYPE: {}}, "description": "id: unit_seq, event: type, data: the envelope"},
            **problems(403, 404),
        },
    )
    async def get_stream(
        user: Annotated[User, Depends(asker(doors))],
        code: Annotated[str, Path(max_length=40)],
        last_event_id: Annotated[int | None, Header(ge=0, description="the unit_seq read last")] = None,
        after: Annotated[int, Query(ge=0, description="the same, for clients that cannot set the header")] = 0,
    ) -> StreamingResponse:
        """Send every message after `Last-Event-ID`, then each new one as it is published.

        Content and `unit_seq` are those of the unit's topic. Without the header the stream begins with the oldest
        message kept. A comment every 15 s tells that the connection lives; when it ends, connect again with the last id.
        """
        await _refuse_others(doors, user, code)
        start = after if last_event_id is None else last_event_id
        first = await doors.views.unit_stream(code, after=start, limit=_AT_ONCE)
        return StreamingResponse(_follow(doors, watch, user, code, after=start, items=first), media_type=frames.MEDIA_TYPE)

    return routes


async def _refuse_others(doors: Doors, user: User, code: str) -> None:
    if user.role is Role.OPERATOR:
        raise Forbidden("an operator follows no unit's stream")
    async with denials_logged(doors, user, f"unit {code}", purpose="follow stream"):
        if user.unit_code not in (None, code) or code not in doors.city.profile.units:
            raise NotFound(f"there is no unit {code} for you")


async def _follow(
    doors: Doors, watch: UnitWatch, user: User, code: str, *, after: int, items: list[StreamItem]
) -> AsyncIterator[bytes]:
    async def unchanged() -> bool:
        return await doors.accounts.by_name(user.username) == user

    admission = Admission(unchanged, doors.clock)
    yield frames.retry(_RETRY_MS)
    with watch.watching(code):
        while True:
            try:
                for item in items:
                    if not await admission.holds():
                        return
                    yield frames.frame(orjson.loads(item.envelope)["type"], item.envelope, event_id=item.unit_seq)
                    after = item.unit_seq
                if len(items) < _AT_ONCE and not await watch.beyond(code, after, HEARTBEAT):
                    if not await admission.holds():
                        return
                    yield frames.ALIVE
                items = await doors.views.unit_stream(code, after=after, limit=_AT_ONCE)
                if not items:
                    await asyncio.sleep(_PAUSE.total_seconds())
            except TryLater:
                return  # the client connects again with its last id
