"""Tickets over HTTP: read one, list them, give commands, reveal contact data."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from console.api.asking import STAFF, allow, asker, problems
from console.api.shapes import (
    CommandDone,
    CommandIn,
    ContactDataOut,
    IssueOut,
    IssuesOut,
    PurposeIn,
    SimilarTicketOut,
    SimilarTicketsOut,
    TicketDetailOut,
    TicketOut,
    TicketPage,
)
from console.denials import asked_number, denials_logged
from console.doors import Doors
from console.failures import BadItem
from console.similar import SimilarTickets, compared_text
from dispatcher.accounts import User
from dispatcher.views import TicketFilter
from dispatcher.workflow.commands import run_command
from dispatcher.workflow.reveal import reveal_contact
from models.codes import TicketState
from models.command import Command, CommandKind
from models.errors import NotFound


def ticket_routes(doors: Doors, similar: SimilarTickets) -> APIRouter:
    """Return the routes of tickets."""
    routes = APIRouter(tags=["tickets"])
    Asker = Annotated[User, Depends(asker(doors))]  # noqa: N806 - a type, made here because it knows the doors

    @routes.get(
        "/tickets/{no}",
        summary="Read a ticket with its history",
        responses=problems(404),
    )
    async def get_ticket(user: Asker, no: str) -> TicketDetailOut:
        """Return a ticket. A unit sees those it has a part in; any other number is unknown to it, and the try is logged."""
        number = asked_number(no)
        async with denials_logged(doors, user, number, purpose="read ticket"):
            detail = await doors.views.ticket(number, unit_code=user.unit_code)
        return TicketDetailOut.of_detail(detail, doors.city, for_unit=user.unit_code is not None)

    @routes.get("/tickets", summary="List tickets", responses=problems(404, 422))
    async def get_tickets(
        *,
        user: Asker,
        state: TicketState | None = None,
        unit: Annotated[str | None, Query(max_length=40)] = None,
        category: Annotated[str | None, Query(max_length=40)] = None,
        after: Annotated[str | None, Query(max_length=40, description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> TicketPage:
        """Return one page, highest number first (the latest day first). A unit sees its own alone."""
        if user.unit_code is not None and unit not in (None, user.unit_code):
            async with denials_logged(doors, user, f"unit {unit}", purpose="list tickets"):
                raise NotFound("there is no such unit for you")
        number = asked_number(after) if after else None
        wanted = TicketFilter(state, unit, category)
        found = await doors.views.tickets(wanted, after=number, limit=limit, unit_code=user.unit_code)
        return TicketPage(
            tickets=[TicketOut.of(ticket, doors.city, for_unit=user.unit_code is not None) for ticket in found],
            next=found[-1].ticket_no if len(found) == limit else None,
        )

    @routes.get(
        "/tickets/{no}/similar",
        summary="Find open tickets that may tell of the same event",
        responses=problems(403, 404, 422),
    )
    async def get_similar(user: Asker, no: str, limit: Annotated[int, Query(ge=1, le=20)] = 10) -> SimilarTicketsOut:
        """Return other open tickets by their likeness to this one, most alike first; for staff alone.

        The first question after a process has started waits until it has read all open tickets.
        """
        allow(user, STAFF)
        detail = await doors.views.ticket(asked_number(no))
        found = await similar.like(compared_text(detail.ticket), limit=limit)
        return SimilarTicketsOut(similar=[SimilarTicketOut.of(each) for each in found])

    @routes.get(
        "/tickets/{no}/issues",
        summary="Find the requests that a ticket holds",
        responses=problems(403, 404, 422),
    )
    async def get_issues(user: Asker, no: str) -> IssuesOut:
        """Return the requests of a contact that holds several, in their order, as the serving model sees them; for staff alone.

        A ticket that holds one request has none.
        """
        allow(user, STAFF)
        text = (await doors.views.ticket(asked_number(no))).ticket.text
        understood = (await doors.understand([text])).understandings[0]
        return IssuesOut(issues=[IssueOut.of(issue, doors.city) for issue in understood.issues])

    @routes.post(
        "/tickets/{no}/commands",
        summary="Give a command",
        responses=problems(403, 404, 409, 422),
    )
    async def post_command(user: Asker, no: str, body: CommandIn) -> CommandDone:
        """Carry out a command on a ticket.

        The staff: `confirm`, `dispatch`, `answer`, `decline`, `accept_return`, `reject_return`, `approve_extension`,
        `refuse_extension`, `approve_complex`, `pass_review`, `fail_review`, `call_back`, `rate`, `nudge`,
        `change_urgency`, `supervise`, `withdraw`, `close`, `archive`. Units: `sign`, `contact_citizen`, `return`,
        `request_extension`, `reply`, `co_reply`, `override_co_reply`. Both: `pause`, `resume`. The data of each stand in
        docs/api.md.

        409 when the ticket has moved on since `expected_version`, or when its state does not lead there; nothing changed
        then, so read the ticket again and decide again.
        """
        number = asked_number(no)
        command = Command(number, _kind(body.command), body.data, user.actor, body.expected_version)
        async with denials_logged(doors, user, number, purpose=f"command {command.kind.value}"):
            after = await run_command(command, city=doors.city, open_work=doors.open_work, clock=doors.clock)
        return CommandDone(ticket_no=after.ticket_no, version=after.version, state=after.state.value)

    @routes.post(
        "/tickets/{no}/reveal-contact",
        summary="See the citizen's contact data; audited",
        responses=problems(403, 404, 422),
    )
    async def post_reveal(user: Asker, no: str, body: PurposeIn) -> ContactDataOut:
        """Write who looked, when and why, and only then answer. Never cache the answer; it says so itself (no-store)."""
        number = asked_number(no)
        async with denials_logged(doors, user, number, purpose="reveal contact"):
            personal = await reveal_contact(
                number,
                actor=user.actor,
                purpose=body.purpose,
                vault=doors.vault,
                open_work=doors.open_work,
                clock=doors.clock,
            )
        return ContactDataOut(phone=personal.phone, name=personal.name, openid=personal.openid)

    return routes


def _kind(given: str) -> CommandKind:
    try:
        return CommandKind(given)
    except ValueError:
        known = ", ".join(kind.value for kind in CommandKind)
        raise BadItem(None, f"there is no such command; known are {known}") from None
