"""The doors of the call platform: what happens in a running call, what is said in it, and the transcript of a finished one."""

from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Body, Depends, Path

from console.api.asking import STAFF, allow, asker, problems
from console.api.contacts import CLOCKS_DIFFER_BY, MOST_ITEMS, accepted, refuse_bad_text
from console.api.shapes import Accepted, CallNoted, CallStepIn, IvrKeyIn, LiveSegmentIn, SegmentIn, TranscriptIn
from console.doors import Doors
from console.failures import BadItem
from dispatcher.accounts import User
from dispatcher.rules.calls import said_by_citizen, steps_of_finished
from dispatcher.workflow.finish_call import receive_transcript
from dispatcher.workflow.follow_call import CallReceipt, follow_call
from models.call import CallStep, Speech

Item = TypeVar("Item")
CallId = Annotated[str, Path(min_length=1, max_length=200)]


def call_routes(doors: Doors) -> APIRouter:
    """Return the routes of these doors."""
    routes = APIRouter(tags=["calls"])
    user_of_token = Depends(asker(doors))
    follow = partial(follow_call, city=doors.city, vault=doors.vault, open_work=doors.open_work, clock=doors.clock)
    finish = partial(receive_transcript, city=doors.city, vault=doors.vault, open_work=doors.open_work, clock=doors.clock)

    @routes.post(
        "/calls/{call_id}/states", status_code=202, summary="Tell what happens in a call", responses=problems(403, 413, 422)
    )
    async def post_states(
        user: Annotated[User, user_of_token], call_id: CallId, body: Annotated[CallStepIn | list[CallStepIn], Body()]
    ) -> CallNoted:
        """Answer 202 only after the commit. Steps may come in any order and more than once.

        Ten seconds after the news of the hang-up the words that were heard become a contact; what is told later is kept,
        and changes nothing (`ended`). `ani` goes to the vault alone.
        """
        allow(user, STAFF)
        given = _items(body)
        latest_moment = doors.clock.now() + CLOCKS_DIFFER_BY
        for index, item in enumerate(given):
            if item.at > latest_moment:
                raise BadItem(index, "at lies in the future")
        ani = next((item.ani for item in given if item.ani), None)
        return _noted(await follow(call_id, steps=[_step(item) for item in given], ani=ani))

    @routes.post(
        "/calls/{call_id}/segments", status_code=202, summary="Tell what is said in a call", responses=problems(403, 413, 422)
    )
    async def post_segments(
        user: Annotated[User, user_of_token], call_id: CallId, body: Annotated[LiveSegmentIn | list[LiveSegmentIn], Body()]
    ) -> CallNoted:
        """Answer 202 only after the commit. A final segment replaces the partial ones of the same `seg` and stays.

        What is new is announced on `hotline.call-segments` without numbers and introduced names.
        """
        allow(user, STAFF)
        speeches = [_speech(item.seg, item, final=item.final) for item in _items(body)]
        return _noted(await follow(call_id, speeches=speeches))

    @routes.post(
        "/calls/{call_id}/transcript",
        status_code=202,
        summary="Hand in the transcript of a finished call",
        responses=problems(403, 413, 422),
    )
    async def post_transcript(user: Annotated[User, user_of_token], call_id: CallId, body: TranscriptIn) -> Accepted:
        """Answer 202 only after the commit. The call's id is its idempotency key.

        What the caller said becomes the text; the mean confidence, weighted by length, decides whether a person must
        confirm the engine's proposal. It stands in for what was heard live, unless the call has already become a contact.
        A call without `answer` in which nothing was said becomes no contact, but is called back.
        """
        allow(user, STAFF)
        if body.call_id not in (None, call_id):
            raise BadItem(None, "call_id differs from the id in the address")
        if body.start > doors.clock.now():
            raise BadItem(None, "start lies in the future")
        speeches = [_speech(number, segment, final=True) for number, segment in enumerate(body.segments)]
        text = said_by_citizen(speeches)[0]
        if text.strip() or body.answer is not None:
            refuse_bad_text(text, None)
        steps = steps_of_finished(
            start=body.start,
            answer=body.answer,
            hangup=body.hangup,
            ivr=tuple(map(_key, body.ivr)),
            queue=body.queue,
        )
        receipt = await finish(call_id, began_at=body.start, steps=steps, speeches=speeches, ani=body.ani or None)
        return accepted(receipt)

    return routes


def _items(body: Item | list[Item]) -> list[Item]:
    given = body if isinstance(body, list) else [body]
    if not 1 <= len(given) <= MOST_ITEMS:
        raise BadItem(None, f"a batch holds 1 to {MOST_ITEMS} items, this one {len(given)}")
    return given


def _noted(receipt: CallReceipt) -> CallNoted:
    return CallNoted(contact_id=receipt.contact_id, status="ended" if receipt.settled else "accepted")


def _step(item: CallStepIn) -> CallStep:
    return CallStep(
        seq=item.seq,
        state=item.state,
        at=item.at,
        ivr=tuple(map(_key, item.ivr)),
        queue=item.queue,
        agent=item.agent,
        side=item.side,
    )


def _key(pressed: IvrKeyIn | str) -> dict[str, str]:
    if isinstance(pressed, str):
        return {"key": pressed}
    told: dict[str, str] = pressed.model_dump(mode="json", exclude_none=True)
    return told


def _speech(seg: int, item: SegmentIn, *, final: bool) -> Speech:
    return Speech(seg, item.spk, item.text, item.conf, item.start_ms, item.end_ms, final)
