"""A page's live regions as Server-Sent Events."""

from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.responses import StreamingResponse

from console import frames
from console.admission import Admission
from console.identity import Session
from console.live import Billboard
from console.pages.surroundings import Surroundings
from models.errors import TryLater

_RETRY_MS = 2000


def live_answer(frames_to_send: AsyncIterator[bytes]) -> StreamingResponse:
    """Return the open-ended answer."""
    return StreamingResponse(frames_to_send, media_type=frames.MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})


def admission_of(session: Session, request: Request, around: Surroundings) -> Admission:
    """Return the right of a session's stream: it ends with the session, and when its user's role or unit changes."""

    async def unchanged() -> bool:
        return await around.sessions.of(request) == session

    return Admission(unchanged, around.doors.clock)


async def board_frames(board: Billboard, admission: Admission) -> AsyncIterator[bytes]:
    """Send each region when it changes, as an event of its name; end when the session does."""
    yield frames.retry(_RETRY_MS)
    async for fragments in board.follow():
        try:
            if not await admission.holds():
                return
        except TryLater:
            return  # the page connects again
        for name, html in fragments.items():
            yield frames.frame(name, html)
        if not fragments:
            yield frames.ALIVE
