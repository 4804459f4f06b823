"""POST /api/v1/calls/{call_id}/transcript: a finished call becomes a contact."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from console.api.asking import STAFF, allow, asker, problems
from console.api.contacts import accepted, refuse_bad_text
from console.api.shapes import Accepted, TranscriptIn
from console.channels.transcript import Segment, Transcript, submission_of
from console.doors import Doors
from console.failures import BadItem
from dispatcher.accounts import User
from dispatcher.workflow.receive import receive


def call_routes(doors: Doors) -> APIRouter:
    """Return the routes of this door."""
    routes = APIRouter(tags=["contacts"])

    @routes.post(
        "/calls/{call_id}/transcript",
        status_code=202,
        summary="Hand in the transcript of a finished call",
        responses=problems(403, 413, 422),
    )
    async def post_transcript(
        user: Annotated[User, Depends(asker(doors))],
        call_id: Annotated[str, Path(min_length=1, max_length=200)],
        body: TranscriptIn,
    ) -> Accepted:
        """Answer 202 only after the commit. The call's id is its idempotency key.

        What the caller said becomes the text; the mean confidence, weighted by length, decides whether a person must
        confirm the engine's proposal.
        """
        allow(user, STAFF)
        if body.call_id not in (None, call_id):
            raise BadItem(None, "call_id differs from the id in the address")
        if body.start > doors.clock.now():
            raise BadItem(None, "start lies in the future")
        segments = [Segment(segment.spk, segment.text, segment.conf) for segment in body.segments]
        submission = submission_of(Transcript(call_id, body.ani, body.start, segments))
        refuse_bad_text(submission.text, None)
        receipts = await receive([submission], city=doors.city, vault=doors.vault, open_work=doors.open_work, clock=doors.clock)
        return accepted(receipts[0])

    return routes
