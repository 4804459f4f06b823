"""知识库: find an article, read it with its history, and judge what may become one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup, escape

from console.denials import asked_number
from console.failures import FormProblem
from console.identity import Session
from console.pages.answers import is_fragment
from console.pages.surroundings import OPERATORS, Surroundings
from dispatcher.ports import UnitOfWork
from dispatcher.rules.knowing import Found, citation_refusal, marked_spans, snippet_of, worth_reading
from dispatcher.workflow.announce import title_of
from dispatcher.workflow.knowledge import (
    REVIEWERS,
    composed_article,
    publish_article,
    publish_draft,
    publish_proposal,
    refuse_proposal,
    withdraw_article,
)
from models.codes import ArticleStatus, CitationRefusal, LinkKind, RequestType
from models.errors import NotFound
from models.knowledge import MAX_ANSWER, Article, ArticleAct, Citation, Link, Proposal, Source, StoredArticle, is_article_id
from models.ticket import Ticket

_MOST_FOUND, _MOST_BESIDE, _MOST_PROPOSALS = 20, 3, 50
_LEAST_COVER = 0.3
"""An article that speaks of less of a request is not put beside it; for a 咨询 the best is shown anyway. A default (D)."""

_LONGEST_QUESTION = 500

_NO_ARTICLE = "没有这个知识条目，请核对编号。"

Fields = dict[str, str]
"""The fields of a form by name."""


@dataclass(frozen=True, slots=True)
class FoundView:
    """A found article with the sentence that answers, its words marked."""

    article: Article
    title: Markup
    snippet: Markup


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An article at the other end of a link; ``article`` is None where it is not published now."""

    relation: str
    article_id: str
    article: Article | None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One version of an article with everything around it."""

    stored: StoredArticle
    versions: Sequence[StoredArticle]
    acts: Sequence[ArticleAct]
    citations: Sequence[Citation]
    neighbours: Sequence[Neighbour]
    refusal: CitationRefusal | None


def knowledge_routes(around: Surroundings) -> APIRouter:
    """Return the routes; those of the proposals stand before that of an article of any name."""
    routes = APIRouter()
    routes.include_router(_reviewing_routes(around))
    routes.include_router(_reading_routes(around))
    return routes


def _reading_routes(around: Surroundings) -> APIRouter:
    routes = APIRouter(prefix="/knowledge")
    doors, screen = around.doors, around.screen

    async def page(session: Session, article: str, question: str = "") -> Response:
        async with doors.open_work() as work:
            groups = _groups(await work.knowledge.published(), around)
            waiting = len(await work.knowledge.proposals(_MOST_PROPOSALS)) + len(await work.knowledge.drafts())
        shown = waiting if session.user.role in REVIEWERS else 0
        html = screen.page(
            "knowledge.html", session, groups=groups, found=None, waiting=shown, article=article, question=question
        )
        return HTMLResponse(html)

    @routes.get("")
    async def whole(request: Request) -> Response:
        return await page(await around.session(request, OPERATORS), "")

    @routes.post("/search")
    async def search(request: Request, question: Annotated[str, Form(max_length=_LONGEST_QUESTION)] = "") -> HTMLResponse:
        await around.session(request, OPERATORS)
        if not question.strip():
            async with doors.open_work() as work:
                return around.fragment("_found.html", groups=_groups(await work.knowledge.published(), around), found=None)
        found = await doors.librarian.find(question, limit=_MOST_FOUND)
        return around.fragment("_found.html", groups=None, found=[found_view(one) for one in worth_reading(found)])

    @routes.get("/for/{no}")
    async def beside(request: Request, no: str) -> HTMLResponse:
        await around.session(request, OPERATORS)
        ticket = (await doors.views.ticket(asked_number(no))).ticket
        found = await doors.librarian.find(ticket.text, limit=_MOST_BESIDE)
        return around.fragment("_articles.html", found=[found_view(one) for one in _worth_showing(found, ticket)])

    @routes.get("/{article_id}")
    async def article(request: Request, article_id: str, version: int | None = None) -> Response:
        session = await around.session(request, OPERATORS)
        if not is_article_id(article_id):
            raise NotFound("no such article", _NO_ARTICLE)
        fragment = await _article(around, session, article_id, version, done="")
        return fragment if is_fragment(request) else await page(session, bytes(fragment.body).decode())

    return routes


def _reviewing_routes(around: Surroundings) -> APIRouter:
    routes = APIRouter(prefix="/knowledge")
    doors = around.doors

    @routes.get("/proposals")
    async def proposals(request: Request) -> HTMLResponse:
        await around.session(request, REVIEWERS)
        return await _proposals(around, done="")

    @routes.post("/proposals/{no}/publish")
    async def publish(request: Request, no: str) -> HTMLResponse:
        session = await around.session(request, REVIEWERS)
        form = await _form_of(request)
        number = asked_number(no)
        async with doors.open_work() as work:
            proposal = await work.knowledge.lock_proposal(number)
        article = _proposed(proposal, form, around)
        stored = await publish_proposal(number, article, actor=session.user.actor, open_work=doors.open_work, clock=doors.clock)
        return await _proposals(around, done=f"已发布 {stored.article.reference}")

    @routes.post("/proposals/{no}/refuse")
    async def refuse(request: Request, no: str, reason: Annotated[str, Form(max_length=500)] = "") -> HTMLResponse:
        session = await around.session(request, REVIEWERS)
        if not reason.strip():
            raise FormProblem("请写明不采用的理由。")
        await refuse_proposal(
            asked_number(no), actor=session.user.actor, reason=reason, open_work=doors.open_work, clock=doors.clock
        )
        return await _proposals(around, done="已登记为不采用")

    @routes.post("/{article_id}/publish")
    async def publish_as_it_is(request: Request, article_id: str, version: Annotated[int, Form()]) -> HTMLResponse:
        session = await around.session(request, REVIEWERS)
        actor = session.user.actor
        await publish_draft(article_id, version, actor=actor, open_work=doors.open_work, clock=doors.clock)
        return await _article(around, session, article_id, version, done="已发布，可以用于答复")

    @routes.post("/{article_id}/revise")
    async def revise(request: Request, article_id: str) -> HTMLResponse:
        session = await around.session(request, REVIEWERS)
        form = await _form_of(request)
        async with doors.open_work() as work:
            view = await _view(work, article_id, None, doors.librarian.today)
        earlier = view.stored.article
        office = form.get("office", "").strip()
        article = _composed(article_id, office, earlier.categories, earlier.links, form)
        actor = session.user.actor
        version = form.get("version", "")
        read = replace(article, version=int(version) if version.isdecimal() else 0)
        stored = await publish_article(read, actor=actor, open_work=doors.open_work, clock=doors.clock)
        return await _article(around, session, article_id, None, done=f"已发布第 {stored.article.version} 版")

    @routes.post("/{article_id}/withdraw")
    async def withdraw(request: Request, article_id: str, reason: Annotated[str, Form(max_length=500)] = "") -> HTMLResponse:
        session = await around.session(request, REVIEWERS)
        if not reason.strip():
            raise FormProblem("请写明撤回的理由。")
        await withdraw_article(
            article_id, actor=session.user.actor, reason=reason, open_work=doors.open_work, clock=doors.clock
        )
        return await _article(around, session, article_id, None, done="已撤回，不再用于答复")

    return routes


def found_view(found: Found) -> FoundView:
    """Return how a found article is shown."""
    snippet = snippet_of(found.article, found.hits)
    return FoundView(found.article, _marked(found.article.title, found.hits), _marked(snippet, found.hits))


def _worth_showing(found: Sequence[Found], ticket: Ticket) -> list[Found]:
    """Return what is put beside a ticket: for a 咨询 the best in any case, otherwise what speaks of the matter."""
    is_question = ticket.request_type is RequestType.CONSULT
    return [one for place, one in enumerate(worth_reading(found)) if one.cover >= _LEAST_COVER or (is_question and place == 0)]


async def _article(around: Surroundings, session: Session, article_id: str, version: int | None, *, done: str) -> HTMLResponse:
    async with around.doors.open_work() as work:
        view = await _view(work, article_id, version, around.doors.librarian.today)
    reviews = session.user.role in REVIEWERS
    return around.fragment(
        "_article.html",
        view=view,
        may_withdraw=reviews and view.stored.status is ArticleStatus.PUBLISHED,
        may_publish=reviews and view.stored.status is ArticleStatus.DRAFT,
        may_revise=reviews and view.stored == view.versions[0],
        most=MAX_ANSWER,
        done=done,
    )


async def _view(work: UnitOfWork, article_id: str, version: int | None, today: date) -> ArticleView:
    versions = await work.knowledge.versions(article_id)
    shown = next((one for one in versions if version in (None, one.article.version)), None)
    if shown is None:
        raise NotFound(f"there is no article {article_id}", _NO_ARTICLE)
    published = {one.article.article_id: one.article for one in await work.knowledge.published()}
    return ArticleView(
        stored=shown,
        versions=versions,
        acts=await work.knowledge.acts(article_id),
        citations=await work.knowledge.citations(article_id),
        neighbours=_neighbours(shown.article, published),
        refusal=citation_refusal(shown, today),
    )


_BACK = {LinkKind.RELATED: "相关", LinkKind.REPLACES: "已由它取代", LinkKind.PART_OF: "包含"}


def _neighbours(article: Article, published: dict[str, Article]) -> list[Neighbour]:
    """Return both ends of the article's links, each article once."""
    found: dict[str, Neighbour] = {}
    for link in sorted(article.links, key=_by_strength):
        found.setdefault(link.article_id, Neighbour(link.kind.label, link.article_id, published.get(link.article_id)))
    for other in published.values():
        for link in other.links:
            if link.article_id == article.article_id:
                found.setdefault(other.article_id, Neighbour(_BACK[link.kind], other.article_id, other))
    return list(found.values())


def _by_strength(link: Link) -> bool:
    return link.kind is LinkKind.RELATED


async def _proposals(around: Surroundings, *, done: str) -> HTMLResponse:
    async with around.doors.open_work() as work:
        waiting = await work.knowledge.proposals(_MOST_PROPOSALS)
        drafts = [stored.article for stored in await work.knowledge.drafts()]
        known = [stored.article.article_id for stored in await work.knowledge.published()]
        known += [draft.article_id for draft in drafts]
    return around.fragment(
        "_proposals.html",
        drafts=drafts,
        proposals=[(one, _next_id(one, known)) for one in waiting],
        today=around.doors.librarian.today,
        title_of=title_of,
        most=MAX_ANSWER,
        done=done,
    )


def _next_id(proposal: Proposal, known: Sequence[str]) -> str:
    """Return the first id of the proposal's category that no article has."""
    number = 1
    while f"KB-{proposal.category_code}-{number:02d}" in known:
        number += 1
    return f"KB-{proposal.category_code}-{number:02d}"


def _proposed(proposal: Proposal, form: Fields, around: Surroundings) -> Article:
    unit = around.doors.city.profile.units.get(proposal.unit_code)
    office = unit.name if unit else proposal.unit_code
    return _composed(form.get("id", "").strip(), office, (proposal.category_code,), (), form)


def _composed(article_id: str, office: str, categories: tuple[str, ...], links: tuple[Link, ...], form: Fields) -> Article:
    """Return the article of a form.

    Raises:
        Rejected: something is missing or too long.
    """
    source = Source(office, form.get("document", "").strip(), _day(form, "date"), form.get("url", "").strip() or None)
    valid_from = _day(form, "valid_from")
    valid_to = _day(form, "valid_to") if form.get("valid_to") else None
    return composed_article(
        article_id,
        title=form.get("title", ""),
        answer=form.get("answer", ""),
        body=form.get("body", ""),
        source=source,
        categories=categories,
        keywords=tuple(form.get("keywords", "").split()),
        valid_from=valid_from,
        valid_to=valid_to,
        links=links,
    )


async def _form_of(request: Request) -> Fields:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _day(form: Fields, field: str) -> date:
    try:
        return date.fromisoformat(form.get(field, ""))
    except ValueError:
        raise FormProblem("请填写日期。") from None


def _groups(stored: Sequence[StoredArticle], around: Surroundings) -> list[tuple[str, list[Article]]]:
    """Return the articles by the first level of their first category, those that do not hold today left out."""
    categories, today = around.doors.city.profile.categories, around.doors.librarian.today
    groups: dict[str, list[Article]] = {}
    for one in stored:
        if one.article.is_valid(today):
            category = categories.get(one.article.categories[0]) if one.article.categories else None
            groups.setdefault(category.level1 if category else "其他", []).append(one.article)
    return list(groups.items())


def _marked(text: str, hits: Sequence[str]) -> Markup:
    parts, at = [], 0
    for start, end in marked_spans(text, hits):
        parts += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        at = end
    return Markup("").join([*parts, escape(text[at:])])
