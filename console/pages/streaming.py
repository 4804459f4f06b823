"""A page's live regions as Server-Sent Events."""

from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.responses import StreamingResponse

from console import frames
from console.live import Billboard
from console.pages.surroundings import Surroundings

_RETRY_MS = 2000


def live_answer(frames_to_send: AsyncIterator[bytes]) -> StreamingResponse:
    """Return the open-ended answer."""
    return StreamingResponse(frames_to_send, media_type=frames.MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})


async def board_frames(board: Billboard, request: Request, around: Surroundings) -> AsyncIterator[bytes]:
    """Send each region when it changes, as an event of its name; end when the session does."""
    yield frames.retry(_RETRY_MS)
    async for fragments in board.follow():
        for name, html in fragments.items():
            yield frames.frame(name, html)
        if not fragments:
            yield frames.ALIVE
            if await around.sessions.of(request) is None:
                return
