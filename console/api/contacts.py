"""POST /api/v1/contacts: the door for web, apps, mail and whatever else can speak HTTP."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header
from pydantic import Discriminator, Tag

from console.api.asking import STAFF, allow, asker, problems
from console.api.shapes import Accepted, BatchContactIn, ContactIn
from console.doors import Doors
from console.failures import BadItem
from dispatcher.accounts import User
from dispatcher.workflow.receive import Receipt, cause_of_death, receive
from models.codes import Channel
from models.contact import MAX_TEXT, PersonalData, Submission

MOST_ITEMS = 1000
CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""


def _one_or_many(body: Any) -> str:
    return "many" if isinstance(body, list) else "one"


OneOrMany = Annotated[
    Annotated[ContactIn, Tag("one")] | Annotated[list[BatchContactIn], Tag("many")], Discriminator(_one_or_many)
]


def contact_routes(doors: Doors) -> APIRouter:
    """Return the routes of this door."""
    routes = APIRouter(tags=["contacts"])

    @routes.post(
        "/contacts",
        status_code=202,
        summary="Hand in one contact, or a batch",
        responses=problems(403, 413, 422),
    )
    async def post_contacts(
        user: Annotated[User, Depends(asker(doors))],
        body: Annotated[OneOrMany, Body()],
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
    ) -> list[Accepted]:
        """Answer 202 only after the commit. One bad item refuses the whole batch, and nothing of it is stored.

        One contact carries its key in the header `Idempotency-Key`, each of a batch in `source_id`. A key belongs to its
        channel: begin it with your system's name. A retry with the same key changes nothing and answers with the same id.
        """
        allow(user, STAFF)
        if isinstance(body, list):
            if not 1 <= len(body) <= MOST_ITEMS:
                raise BadItem(None, f"a batch holds 1 to {MOST_ITEMS} contacts, this one {len(body)}")
            submissions = [_submission(item, item.source_id, index, doors) for index, item in enumerate(body)]
        else:
            if idempotency_key is None:
                raise BadItem(None, "the header Idempotency-Key is missing")
            submissions = [_submission(body, idempotency_key, None, doors)]
        receipts = await receive(submissions, city=doors.city, vault=doors.vault, open_work=doors.open_work, clock=doors.clock)
        return [accepted(receipt) for receipt in receipts]

    return routes


def accepted(receipt: Receipt) -> Accepted:
    """Return what is told about a stored contact."""
    return Accepted(contact_id=receipt.contact_id, status="accepted" if receipt.is_new else "already_accepted")


def refuse_bad_text(text: str, index: int | None) -> None:
    """Return when ``text`` can become a ticket.

    Raises:
        BadItem: it is empty or too long.
    """
    cause = cause_of_death(text)
    if cause == "empty_text":
        raise BadItem(index, "the text is empty")
    if cause is not None:
        raise BadItem(index, f"the text has {len(text)} characters; at most {MAX_TEXT} can be a request")


def _submission(item: ContactIn, source_id: str, index: int | None, doors: Doors) -> Submission:
    refuse_bad_text(item.text, index)
    now = doors.clock.now()
    received_at = item.received_at or now
    if received_at > now + CLOCKS_DIFFER_BY:
        raise BadItem(index, "received_at lies in the future")
    return Submission(
        source_id=source_id,
        channel=_channel(item.channel, index),
        text=item.text,
        received_at=min(received_at, now),
        personal=PersonalData(phone=item.phone or None, name=item.name or None),
        district=item.district or None,
    )


def _channel(given: str, index: int | None) -> Channel:
    for channel in Channel:
        if given in (channel.value, channel.label):
            return channel
    raise BadItem(index, f"channel must be one of {', '.join(channel.value for channel in Channel)}")
