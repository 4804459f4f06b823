"""派单目录: what waits to be reviewed, who decides it, and what was decided."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from console.failures import FormProblem
from console.identity import Session
from console.pages.surroundings import Surroundings
from dispatcher.workflow.amend import (
    MAY_PROPOSE,
    MAY_REVIEW,
    Draft,
    approve_change,
    is_idle,
    propose_change,
    refuse_change,
)
from models.codes import ProposalState, Role, SubjectType
from models.matrix import MatrixProposal
from models.profile import DISTRICT_GOVERNMENT, MatrixEntry

_READERS = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
"""Who works with the matrix at the hotline; units propose through `hotline matrix`."""

_DECIDED_SHOWN = 50


def matrix_routes(around: Surroundings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/matrix")
    doors, screen = around.doors, around.screen

    async def draw(session: Session, done: str = "") -> str:
        async with doors.open_work() as work:
            proposals = await work.matrix.proposals()
        today = doors.city.local(doors.clock.now()).date()
        user = session.user
        waiting = [one for one in proposals if one.review is None]
        decided = [one for one in reversed(proposals) if one.review is not None][:_DECIDED_SHOWN]
        return screen.html(
            "_matrix.html",
            done=done,
            version=doors.city.routes.version,
            waiting=waiting,
            decided=decided,
            reviewable={one.number for one in waiting if user.role in MAY_REVIEW and not _is_own(one, user.username)},
            idle={one.number for one in waiting if is_idle(one, doors.city, today)},
            state_of=lambda one: one.state(today),
            approved=(ProposalState.APPROVED, ProposalState.EFFECTIVE),
            lead_name=_lead_name,
            today=today,
        )

    def _shelves() -> dict[str, list[MatrixEntry]]:
        """Return the lines in force by the first level of their category."""
        shelves: dict[str, list[MatrixEntry]] = {}
        for entry in doors.city.routes.in_force(doors.city.local(doors.clock.now()).date()):
            category = doors.city.profile.categories.get(entry.category_code)
            shelves.setdefault(category.level1 if category else entry.category_code, []).append(entry)
        return shelves

    def _lead_name(code: str) -> str:
        return "属地区政府" if code == DISTRICT_GOVERNMENT else screen.unit_name(code)

    @routes.get("")
    async def page(request: Request) -> Response:
        session = await around.session(request, _READERS)
        values = {
            "may_propose": session.user.role in MAY_PROPOSE,
            "subjects": list(SubjectType),
            "shelves": _shelves(),
            "lead_name": _lead_name,
        }
        return HTMLResponse(screen.page("matrix.html", session, lists=await draw(session), **values))

    @routes.post("")
    async def propose(request: Request) -> HTMLResponse:
        session = await around.session(request, _READERS)
        form = {name: value.strip() for name, value in (await request.form()).items() if isinstance(value, str)}
        proposal = await propose_change(
            _draft(form), actor=session.user.actor, city=doors.city, open_work=doors.open_work, clock=doors.clock
        )
        return HTMLResponse(await draw(session, f"第 {proposal.number} 号变更已提交，待他人审核"))

    @routes.post("/{number}/approve")
    async def approve(
        request: Request,
        number: int,
        holds_from: Annotated[str, Form(max_length=10)] = "",
        note: Annotated[str, Form(max_length=500)] = "",
    ) -> HTMLResponse:
        session = await around.session(request, _READERS)
        proposal = await approve_change(
            number,
            actor=session.user.actor,
            city=doors.city,
            check=doors.check_matrix,
            open_work=doors.open_work,
            clock=doors.clock,
            holds_from=_day(holds_from),
            note=note,
        )
        begins = proposal.review.holds_from if proposal.review else None
        return HTMLResponse(await draw(session, f"第 {number} 号变更已通过，{begins} 起生效"))

    @routes.post("/{number}/refuse")
    async def refuse(request: Request, number: int, reason: Annotated[str, Form(max_length=500)] = "") -> HTMLResponse:
        session = await around.session(request, _READERS)
        if not reason.strip():
            raise FormProblem("请写明不予通过的理由，草拟人会看到。")
        await refuse_change(number, actor=session.user.actor, reason=reason, open_work=doors.open_work, clock=doors.clock)
        return HTMLResponse(await draw(session, f"第 {number} 号变更未通过"))

    return routes


def _is_own(proposal: MatrixProposal, username: str) -> bool:
    return any(who.partition(":")[2] == username for who in proposal.proposed_by)


def _draft(form: Mapping[str, str]) -> Draft:
    for field, title in (("category", "事项分类"), ("unit", "主办单位"), ("basis", "依据")):
        if not form.get(field):
            raise FormProblem(f"请填写{title}。")
    return Draft(
        category_code=_code(form["category"]),
        lead=_code(form["unit"]),
        basis=form["basis"],
        district_code=form.get("district") or None,
        subject=SubjectType(form["subject"]) if form.get("subject") in set(SubjectType) else None,
        co_units=tuple(_code(one) for one in form.get("co_units", "").replace("；", ";").split(";") if one.strip()),
        holds_from=_day(form.get("holds_from", "")),
        holds_to=_day(form.get("holds_to", "")),
    )


def _code(chosen: str) -> str:
    """Return the code of what was chosen from a list that shows code and name."""
    return chosen.split(maxsplit=1)[0]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise FormProblem("日期请写成 2026-12-01 的样子。") from None
