"""待回拨 and 疑似骚扰: callers whom nobody answered, and callers about whom a shift lead decides."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from console.pages.surroundings import OPERATORS, Surroundings
from dispatcher.workflow.limit import decide_about
from dispatcher.workflow.return_call import note_call_back, show_missed_caller

_MOST = 30
_SOON = timedelta(minutes=30)
"""This close to its end the time for a call-back is coloured; a default of ours."""


async def draw_callers(around: Surroundings) -> str:
    """Return both lists as a region, empty where nobody waits."""
    doors = around.doors
    now = doors.clock.now()
    missed = await doors.views.missed_calls(now=now, limit=_MOST)
    lines = [
        {
            "call_id": one.call.call_id,
            "phone": masked(doors.vault.open(one.sealed).phone or ""),
            "rang_off_at": one.call.rang_off_at,
            "due": one.call.due,
            "is_late": one.call.due < now,
            "times": one.times,
            "queue": one.queue,
        }
        for one in missed
    ]
    nuisances = await doors.views.nuisance_callers(limit=_MOST)
    hours = doors.city.profile.nuisance.limited // timedelta(hours=1)
    return around.screen.html("_callers.html", missed=lines, nuisances=nuisances, limited_hours=hours, soon=_SOON)


def masked(phone: str) -> str:
    """Return a number that tells a caller from another and is nobody's: 139****0001."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-2:]}"


def caller_routes(around: Surroundings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/operator")
    doors = around.doors

    @routes.post("/missed-calls/number")
    async def number(request: Request, call_id: Annotated[str, Form(min_length=1, max_length=200)]) -> HTMLResponse:
        session = await around.session(request, OPERATORS)
        personal = await show_missed_caller(
            call_id, actor=session.user.actor, vault=doors.vault, open_work=doors.open_work, clock=doors.clock
        )
        return around.fragment("_called.html", phone=personal.phone)

    @routes.post("/missed-calls")
    async def called_back(
        request: Request, call_id: Annotated[str, Form(min_length=1, max_length=200)], reached: Annotated[bool, Form()]
    ) -> HTMLResponse:
        session = await around.session(request, OPERATORS)
        await note_call_back(call_id, reached=reached, actor=session.user.actor, open_work=doors.open_work, clock=doors.clock)
        around.refresh()
        return around.fragment("_called.html", done="已登记回拨")

    @routes.post("/nuisances/{contact_id}")
    async def decided(request: Request, contact_id: UUID, limit: Annotated[bool, Form()]) -> HTMLResponse:
        session = await around.session(request, OPERATORS)
        await decide_about(
            contact_id,
            limit=limit,
            actor=session.user.actor,
            city=doors.city,
            open_work=doors.open_work,
            clock=doors.clock,
        )
        around.refresh()
        return around.fragment("_called.html", done="已限制服务" if limit else "未限制")

    return routes
