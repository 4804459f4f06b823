"""知识维护: articles are brought in, published and withdrawn, cited by answers and proposed by good ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from dispatcher.knowledge import Knowledge
from dispatcher.ports import Clock, OpenUnitOfWork, UnitOfWork
from dispatcher.rules.knowing import citation_refusal, parsed_reference
from dispatcher.rules.redaction import redact
from dispatcher.workflow.acting import Act
from models.codes import ArticleStatus, CitationRefusal, DraftState, Rating, RequestType, Role, TicketState
from models.command import Command, CommandKind
from models.errors import Forbidden, NotFound, Rejected, StaleVersion
from models.knowledge import MAX_ANSWER, Article, Citation, Link, Proposal, Source, StoredArticle, is_article_id
from models.ticket import Actor, Ticket

REVIEWERS = frozenset({Role.SHIFT_LEAD, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
"""Who publishes and withdraws articles: those who judge replies. A default of ours (D)."""

SATISFIED = frozenset({Rating.VERY_SATISFIED, Rating.SATISFIED})
"""From these ratings on a unit's answer is worth an article; 基本满意 is not. A default of ours (D)."""


class Uncitable(Rejected):
    """An answer names an article on which it may not rest."""

    def __init__(self, reference: str, refusal: CitationRefusal) -> None:
        super().__init__(
            f"article {reference}: {refusal.label}",
            f"不能作为依据：{refusal.label}。请换一个条目；知识库里没有的，依据可不填。",
        )


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: articles that are new, new versions of known ones, and those that were there."""

    added: int
    replaced: int
    unchanged: int


async def import_articles(
    articles: Sequence[Article],
    *,
    actor: str,
    open_work: OpenUnitOfWork,
    clock: Clock,
    status: ArticleStatus = ArticleStatus.PUBLISHED,
) -> Imported:
    """Publish articles, or bring them in as drafts, all or none; importing the same again changes nothing.

    A draft leaves the published version before it as it is, until a reviewer publishes the draft.

    Raises:
        Rejected: an article says something else than the stored version of its number, or is older than the newest one; its
            version must be raised, for answers may cite what is stored.
        TryLater: the store is away.
    """
    added = replaced = 0
    now = clock.now()
    async with open_work() as work:
        knowledge = work.knowledge
        await knowledge.hold()
        for article in articles:
            versions = await knowledge.versions(article.article_id)
            newest = versions[0].article if versions else None
            if newest == article:
                continue
            if newest is not None and article.version <= newest.version:
                reason = "says something else" if article.version == newest.version else f"is older than {newest.reference}"
                raise Rejected(f"article {article.reference} {reason}; raise its version")
            if status is ArticleStatus.PUBLISHED:
                await _make_room(article, versions, knowledge, actor=actor, clock=clock)
            await knowledge.add(article, status, actor=actor, at=now)
            added, replaced = (added, replaced + 1) if versions else (added + 1, replaced)
    return Imported(added, replaced, len(articles) - added - replaced)


async def publish_draft(article_id: str, version: int, *, actor: Actor, open_work: OpenUnitOfWork, clock: Clock) -> None:
    """Publish a draft; the version that was published before is withdrawn.

    Raises:
        Forbidden: the actor reviews no articles.
        NotFound: there is no such draft.
    """
    _require_reviewer(actor)
    async with open_work() as work:
        knowledge = work.knowledge
        await knowledge.hold()
        versions = await knowledge.versions(article_id)
        draft = _named(versions, version)
        if draft is None or draft.status is not ArticleStatus.DRAFT:
            raise NotFound(f"article {article_id}@{version} is no draft", "这一版不是草稿，可能已经发布。请看过最新内容。")
        await _make_room(draft.article, versions, knowledge, actor=actor.name, clock=clock)
        await knowledge.set_status(article_id, version, ArticleStatus.PUBLISHED, actor=actor.name, at=clock.now())


async def withdraw_article(article_id: str, *, actor: Actor, reason: str, open_work: OpenUnitOfWork, clock: Clock) -> None:
    """Take an article out of use, with a reason; what cited it stays as it is.

    Raises:
        Forbidden: the actor reviews no articles.
        NotFound: no version of it is published.
        Rejected: no reason is given.
    """
    _require_reviewer(actor)
    if not reason.strip():
        raise Rejected("withdrawing an article needs a reason")
    async with open_work() as work:
        await work.knowledge.hold()
        versions = await work.knowledge.versions(article_id)
        published = [one for one in versions if one.status is ArticleStatus.PUBLISHED]
        if not published:
            raise NotFound(f"no version of article {article_id} is published", "这一条没有已发布的版本，可能已经撤回。")
        await _withdraw(published[0], work.knowledge, actor=actor.name, clock=clock, note=reason.strip())


async def publish_article(article: Article, *, actor: Actor, open_work: OpenUnitOfWork, clock: Clock) -> StoredArticle:
    """Publish a correction of an article: the next version after ``article.version``, which the reviewer has read.

    Raises:
        Forbidden: the actor reviews no articles.
        StaleVersion: somebody else wrote a version meanwhile.
        Rejected: the store refuses a value.
    """
    _require_reviewer(actor)
    async with open_work() as work:
        await work.knowledge.hold()
        versions = await work.knowledge.versions(article.article_id)
        if versions and versions[0].article.version != article.version:
            current = versions[0].article.version
            sentence = f"这一条已经有第 {current} 版。请看过再改，别人的更正才不会丢。"
            raise StaleVersion(f"article {article.article_id}", article.version, current, sentence)
        return await _publish(article, work, actor=actor, clock=clock)


async def publish_proposal(
    ticket_no: str, article: Article, *, actor: Actor, open_work: OpenUnitOfWork, clock: Clock
) -> StoredArticle:
    """Publish what a reviewer made of a proposal.

    Raises:
        Forbidden: the actor reviews no articles.
        NotFound: the ticket proposed nothing.
        Rejected: the proposal is decided.
    """
    _require_reviewer(actor)
    async with open_work() as work:
        proposal = await _waiting(ticket_no, work.knowledge)
        stored = await _publish(article, work, actor=actor, clock=clock)
        decided = replace(proposal, state=DraftState.PUBLISHED, article_id=stored.article.article_id)
        await work.knowledge.decide(replace(decided, decided_by=actor.name, decided_at=clock.now()))
    return stored


def composed_article(
    article_id: str,
    *,
    title: str,
    answer: str,
    source: Source,
    categories: tuple[str, ...],
    keywords: tuple[str, ...],
    valid_from: date,
    body: str = "",
    valid_to: date | None = None,
    links: tuple[Link, ...] = (),
) -> Article:
    """Return the article that a reviewer writes, of a proposal or of an earlier version; its version is given by publishing.

    Raises:
        Rejected: the id is none, the answer is too long for a citizen's message, a text is missing, or it ends too early.
    """
    if not is_article_id(article_id):
        raise Rejected(f"{article_id!r} is no article id such as KB-0910-01", "条目编号请写成 KB-0910-01 的样子。")
    if not (title.strip() and answer.strip() and source.office.strip() and source.document.strip()):
        raise Rejected("an article needs a title, an answer and the document on which it rests", "请写全标题、答复和依据文件。")
    if len(answer) > MAX_ANSWER:
        raise Rejected(
            f"the answer has {len(answer)} characters; {MAX_ANSWER} at most",
            f"答复有 {len(answer)} 字，最多 {MAX_ANSWER} 字；其余写在正文里。",
        )
    if valid_to is not None and valid_to < valid_from:
        raise Rejected(f"valid_to {valid_to} is before valid_from {valid_from}", "失效日不能早于生效日。")
    return Article(
        article_id=article_id,
        version=1,
        title=title.strip(),
        answer=answer.strip(),
        body=body.replace("\r\n", "\n").strip(),
        valid_from=valid_from,
        valid_to=valid_to,
        source=source,
        categories=categories,
        keywords=keywords,
        links=links,
    )


async def refuse_proposal(ticket_no: str, *, actor: Actor, reason: str, open_work: OpenUnitOfWork, clock: Clock) -> None:
    """Refuse a proposal, with a reason.

    Raises:
        Forbidden: the actor reviews no articles.
        NotFound: the ticket proposed nothing.
        Rejected: the proposal is decided, or no reason is given.
    """
    _require_reviewer(actor)
    if not reason.strip():
        raise Rejected("refusing a proposal needs a reason")
    async with open_work() as work:
        proposal = await _waiting(ticket_no, work.knowledge)
        refused = replace(proposal, state=DraftState.REFUSED, reason=reason.strip())
        await work.knowledge.decide(replace(refused, decided_by=actor.name, decided_at=clock.now()))


async def cited_article(command: Command, knowledge: Knowledge, *, on: date) -> StoredArticle | None:
    """Return the article on which a direct answer rests; None where it names none.

    Where the knowledge base is empty nothing is looked up: the hotline keeps its articles elsewhere, and what an answer names
    is recorded as it stands.

    Raises:
        Uncitable: there is no such version, or it is not published, or does not hold on that day.
    """
    reference = command.data.get("article")
    if command.kind is not CommandKind.ANSWER or not isinstance(reference, str) or not reference.strip():
        return None
    if not await knowledge.revision():
        return None
    named = parsed_reference(reference)
    if named is None:
        raise Uncitable(reference, CitationRefusal.UNKNOWN)
    article_id, version = named
    versions = await knowledge.versions(article_id)
    stored = _named(versions, version)
    refusal = citation_refusal(stored, on)
    if refusal is not None:
        raise Uncitable(reference, refusal)
    return stored


async def keep_in_knowledge(act: Act, after: Ticket, knowledge: Knowledge) -> None:
    """Note what a command means to the knowledge base: a citation, or an answer that may become an article."""
    if act.cited is not None:
        article = act.cited.article
        on = act.city.local(act.at).date()
        await knowledge.cite(Citation(after.ticket_no, article.article_id, article.version, on, act.at))
    if _satisfied_with_a_unit(act, after):
        reply = await knowledge.latest_reply(after.ticket_no)
        if reply is not None:
            await knowledge.propose(_proposal(after, act, str(reply.get("result") or ""), reply.get("basis")))


def _satisfied_with_a_unit(act: Act, after: Ticket) -> bool:
    """Return whether a unit answered a 咨询 so that the citizen is satisfied, and the ticket is closed by that.

    Who asked not to be known gave an answer to nobody else. Source: domain.md A.11 (the answer goes back to the KB).
    """
    if after.request_type is not RequestType.CONSULT or after.state is not TicketState.CLOSED or after.lead_unit is None:
        return False
    if after.anonymous or after.confidential:
        return False
    ratings = [one for one in (*act.ratings, *act.effects.ratings) if one.round == after.round]
    return any(one.rating in SATISFIED for one in ratings)


def _proposal(ticket: Ticket, act: Act, answer: str, basis: object) -> Proposal:
    return Proposal(
        ticket_no=ticket.ticket_no,
        question=redact(ticket.text),
        answer=redact(answer),
        basis=redact(str(basis)) if basis else None,
        unit_code=ticket.lead_unit or "",
        category_code=ticket.category_code,
        proposed_at=act.at,
    )


def _named(versions: Sequence[StoredArticle], version: int | None) -> StoredArticle | None:
    """Return the version that is meant: the named one; without a number the published one, else the newest."""
    if version is not None:
        return next((one for one in versions if one.article.version == version), None)
    published = (one for one in versions if one.status is ArticleStatus.PUBLISHED)
    return next(published, versions[0] if versions else None)


def _require_reviewer(actor: Actor) -> None:
    if actor.role not in REVIEWERS:
        raise Forbidden(f"{actor.role.label}不能审核知识条目")


async def _waiting(ticket_no: str, knowledge: Knowledge) -> Proposal:
    proposal = await knowledge.lock_proposal(ticket_no)
    if proposal.state is not DraftState.WAITING:
        raise Rejected(
            f"the proposal of ticket {ticket_no} is decided: {proposal.state.label}",
            f"这条建议已经有人处理过：{proposal.state.label}。",
        )
    return proposal


async def _publish(article: Article, work: UnitOfWork, *, actor: Actor, clock: Clock) -> StoredArticle:
    knowledge = work.knowledge
    await knowledge.hold()
    versions = await knowledge.versions(article.article_id)
    article = replace(article, version=versions[0].article.version + 1 if versions else 1)
    await _make_room(article, versions, knowledge, actor=actor.name, clock=clock)
    await knowledge.add(article, ArticleStatus.PUBLISHED, actor=actor.name, at=clock.now())
    return (await knowledge.versions(article.article_id))[0]


async def _make_room(
    article: Article, versions: Sequence[StoredArticle], knowledge: Knowledge, *, actor: str, clock: Clock
) -> None:
    """Withdraw what a version that is to be published takes the place of: the published one, and drafts before it."""
    note = f"被 {article.reference} 取代"
    for stored in versions:
        if stored.article.version < article.version and stored.status is not ArticleStatus.WITHDRAWN:
            await _withdraw(stored, knowledge, actor=actor, clock=clock, note=note)


async def _withdraw(stored: StoredArticle, knowledge: Knowledge, *, actor: str, clock: Clock, note: str) -> None:
    one = stored.article
    await knowledge.set_status(one.article_id, one.version, ArticleStatus.WITHDRAWN, actor=actor, at=clock.now(), note=note)
