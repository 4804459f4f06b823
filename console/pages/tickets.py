"""The ticket panel: everything about one ticket, with the acts that its reader may do now."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.denials import asked_number, denials_logged
from console.failures import FormProblem
from console.identity import Session
from console.pages.answers import is_fragment
from console.pages.offers import offered
from console.pages.orders import draft_of, order_of
from console.pages.panel import panel_of
from console.pages.rendering import home_of
from console.pages.standing import Standing
from console.pages.suggestion import guesses_of, highlight, parts_of
from console.pages.surroundings import OPERATORS, RESOLVE_SOON, SIGN_SOON, UNITS, Surroundings
from console.pages.telling import CAUSES, RETURN_REASONS, words_of
from console.similar import compared_text
from dispatcher.workflow.announce import title_of
from dispatcher.workflow.commands import run_command
from dispatcher.workflow.reply import hints_for
from dispatcher.workflow.reveal import REVEALING, reveal_contact
from models.codes import ReplyFault, Stage
from models.command import Command, CommandKind
from models.ticket import Ticket

DONE = {
    CommandKind.CONFIRM: "已派单",
    CommandKind.DISPATCH: "已派单",
    CommandKind.ANSWER: "已直接答复并办结",
    CommandKind.DECLINE: "已登记为不予受理",
    CommandKind.SIGN: "已签收",
    CommandKind.CONTACT_CITIZEN: "已登记联系",
    CommandKind.RETURN: "退单申请已提交",
    CommandKind.ACCEPT_RETURN: "已准予退单",
    CommandKind.REJECT_RETURN: "已驳回退单",
    CommandKind.REQUEST_EXTENSION: "延期申请已提交",
    CommandKind.APPROVE_EXTENSION: "已准予延期",
    CommandKind.REFUSE_EXTENSION: "已不予延期",
    CommandKind.APPROVE_COMPLEX: "已准予按复杂疑难办理",
    CommandKind.PAUSE: "已暂停计时",
    CommandKind.RESUME: "已恢复计时",
    CommandKind.CHANGE_URGENCY: "紧急程度已调整",
    CommandKind.SUPERVISE: "督办已发出",
    CommandKind.REPLY: "答复已提交",
    CommandKind.CO_REPLY: "协办答复已提交",
    CommandKind.OVERRIDE_CO_REPLY: "不再等待协办单位",
    CommandKind.PASS_REVIEW: "审核通过",
    CommandKind.FAIL_REVIEW: "已退回重答",
    CommandKind.CALL_BACK: "回访已登记",
    CommandKind.RATE: "评价已登记",
    CommandKind.NUDGE: "已催办",
    CommandKind.LINK: "已并案",
    CommandKind.UNLINK: "已解除并案",
    CommandKind.CONSULT: "已提请会商",
    CommandKind.CONSULT_DECIDE: "已确定主办单位",
    CommandKind.WITHDRAW: "已登记撤诉",
    CommandKind.CLOSE: "已办结",
    CommandKind.ARCHIVE: "已归档",
}
VERY_SIMILAR, MAYBE_SIMILAR = 0.6, 0.5
"""From these scores on a ticket is shown as 高 or 中 similar.

Measured by ``bench/similar.py`` among 100,000 tickets: at 0.6 and above 85 in 100 told of the same event, from 0.5 on one in
three.
"""

_MOST_SIMILAR = 5


def ticket_routes(around: Surroundings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/tickets")
    doors = around.doors

    @routes.get("/{no}")
    async def panel(request: Request, no: str) -> Response:
        session = await around.session(request)
        if not is_fragment(request):
            return RedirectResponse(f"{home_of(session.user.role)}#{asked_number(no)}", 303)
        return await _panel(around, session, asked_number(no), done="")

    @routes.get("/{no}/similar")
    async def similar(request: Request, no: str) -> HTMLResponse:
        await around.session(request, OPERATORS)
        detail = await doors.views.ticket(asked_number(no))
        found = await around.similar.like(compared_text(detail.ticket), limit=_MOST_SIMILAR)
        listed = [each for each in found if each.likeness.score >= MAYBE_SIMILAR]
        return around.fragment("_similar.html", similar=listed, very=VERY_SIMILAR, title_of=title_of)

    @routes.post("/{no}/commands")
    async def command(request: Request, no: str) -> HTMLResponse:
        session = await around.session(request)
        number = asked_number(no)
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        kind, version, data = order_of(form, doors.city)
        order = Command(number, kind, data, session.user.actor, version)
        async with denials_logged(doors, session.user, number, purpose=f"command {kind.value}"):
            after = await run_command(order, city=doors.city, open_work=doors.open_work, clock=doors.clock)
        around.refresh()
        return await _panel(around, session, number, done=_done_sentence(kind, after, around))

    @routes.post("/{no}/reply-check")
    async def reply_check(request: Request, no: str) -> HTMLResponse:
        session = await around.session(request, UNITS)
        number = asked_number(no)
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        async with denials_logged(doors, session.user, number, purpose="check reply"):
            found = await hints_for(
                number,
                draft_of(form),
                actor=session.user.actor,
                city=doors.city,
                open_work=doors.open_work,
                clock=doors.clock,
            )
        listed = [{"text": one.fault.label, "evidence": one.evidence} for one in found]
        refused = any(one.fault is ReplyFault.PERSONAL_DATA for one in found)
        return around.fragment("_hints.html", found=listed, refused=refused)

    @routes.post("/{no}/reveal")
    async def reveal(request: Request, no: str, purpose: Annotated[str, Form(max_length=200)] = "") -> HTMLResponse:
        session = await around.session(request)
        number = asked_number(no)
        if len(purpose.strip()) < 2:
            raise FormProblem("请写明查看联系方式的用途，它会记入访问日志。")
        async with denials_logged(doors, session.user, number, purpose="reveal contact"):
            personal = await reveal_contact(
                number,
                actor=session.user.actor,
                purpose=purpose,
                vault=doors.vault,
                open_work=doors.open_work,
                clock=doors.clock,
            )
        return around.fragment("_revealed.html", personal=personal)

    return routes


async def _panel(around: Surroundings, session: Session, ticket_no: str, *, done: str) -> HTMLResponse:
    user = session.user
    async with denials_logged(around.doors, user, ticket_no, purpose="read ticket"):
        detail = await around.doors.views.ticket(ticket_no, unit_code=user.unit_code)
    standing = Standing(detail, user, around.doors.city, around.doors.clock.now())
    ticket = detail.ticket
    deciding = CommandKind.CONFIRM in offered(standing)
    return around.fragment(
        "_ticket.html",
        detail=detail,
        ticket=ticket,
        user=user,
        done=done,
        deciding=deciding,
        guesses=guesses_of(ticket, around.doors) if deciding else (),
        parts=await parts_of(ticket, around.doors) if deciding else (),
        text=await highlight(ticket.text, around.doors) if deciding else ticket.text,
        reviewed=[reason.label for reason in ticket.review_reasons],
        may_reveal=user.role in REVEALING and not (ticket.confidential and user.unit_code is not None),
        sign_soon=SIGN_SOON,
        resolve_soon=RESOLVE_SOON,
        short_stages=(Stage.DISPATCH, Stage.SIGN, Stage.FIRST_CONTACT),
        event_words=lambda event: words_of(event, around.screen),
        return_reasons=RETURN_REASONS,
        causes=CAUSES,
        **panel_of(standing),
    )


def _done_sentence(kind: CommandKind, after: Ticket, around: Surroundings) -> str:
    if kind in (CommandKind.CONFIRM, CommandKind.DISPATCH):
        return f"{DONE[kind]}：{around.screen.unit_name(after.lead_unit)}"
    return DONE[kind]
