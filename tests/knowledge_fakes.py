"""The knowledge base in memory; it passes the suite of ``tests/contracts`` as part of the fake store."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from models.codes import ArticleStatus, DraftState
from models.errors import NotFound, Rejected
from models.knowledge import Article, ArticleAct, Citation, Proposal, Source, StoredArticle
from models.ticket import EventKind, TicketEvent


def an_article(article_id: str = "KB-0703-01", **changes: Any) -> Article:
    """Return an article about street lamps that holds since the beginning of 2026."""
    values: dict[str, Any] = {
        "version": 1,
        "title": "路灯不亮找谁修",
        "answer": "请拨打路灯所报修电话，一般两日内修复。",
        "body": "报修时说明灯杆编号。",
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
        "source": Source("路灯所", "路灯养护规范", date(2025, 6, 1), None),
        "categories": ("0703",),
        "keywords": ("路灯", "路灯报修"),
    }
    return Article(article_id, **{**values, **changes})


@dataclass
class KnowledgeTables:
    """What the knowledge base holds."""

    versions: dict[tuple[str, int], StoredArticle] = field(default_factory=dict)
    acts: list[ArticleAct] = field(default_factory=list)
    citations: dict[tuple[str, int, str], Citation] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)


class MemoryKnowledge:
    """``knowledge.Knowledge`` on the tables of one store; ``events`` are those of its tickets."""

    def __init__(self, tables: KnowledgeTables, events: Iterable[TicketEvent]) -> None:
        self._tables = tables
        self._events = events

    async def revision(self) -> int:
        """Return how many acts there were."""
        return len(self._tables.acts)

    async def hold(self) -> None:
        """Do nothing: transactions run one after the other."""

    async def published(self) -> list[StoredArticle]:
        """Return the published versions by id."""
        return [one for _, one in sorted(self._tables.versions.items()) if one.status is ArticleStatus.PUBLISHED]

    async def drafts(self) -> list[StoredArticle]:
        """Return the drafts, oldest first."""
        drafts = [one for _, one in sorted(self._tables.versions.items()) if one.status is ArticleStatus.DRAFT]
        return sorted(drafts, key=lambda one: one.written_at)

    async def versions(self, article_id: str) -> list[StoredArticle]:
        """Return an article's versions, newest first."""
        return [one for (known, _), one in sorted(self._tables.versions.items(), reverse=True) if known == article_id]

    async def acts(self, article_id: str) -> list[ArticleAct]:
        """Return an article's history, newest first."""
        return [act for act in reversed(self._tables.acts) if act.article_id == article_id]

    async def add(self, article: Article, status: ArticleStatus, *, actor: str, at: datetime) -> None:
        """Add a version with its first act."""
        key = (article.article_id, article.version)
        if key in self._tables.versions:
            raise Rejected("the store refused a value: twin")
        self._refuse_second_published(article.article_id, status)
        reviewed = (actor, at) if status is ArticleStatus.PUBLISHED else (None, None)
        self._tables.versions[key] = StoredArticle(article, status, actor, at, *reviewed)
        self._tables.acts.append(ArticleAct(*key, status, actor, at))

    async def set_status(
        self, article_id: str, version: int, status: ArticleStatus, *, actor: str, at: datetime, note: str | None = None
    ) -> None:
        """Give a version another status, with its act."""
        key = (article_id, version)
        self._refuse_second_published(article_id, status)
        self._tables.versions[key] = replace(self._tables.versions[key], status=status, reviewed_by=actor, reviewed_at=at)
        self._tables.acts.append(ArticleAct(*key, status, actor, at, note))

    async def cite(self, citation: Citation) -> None:
        """Note a citation once."""
        self._tables.citations.setdefault((citation.article_id, citation.version, citation.cited_in), citation)

    async def citations(self, article_id: str) -> list[Citation]:
        """Return an article's citations, newest first."""
        found = sorted(
            (one for one in self._tables.citations.values() if one.article_id == article_id), key=lambda one: one.cited_in
        )
        return sorted(found, key=lambda one: one.cited_at, reverse=True)

    async def latest_reply(self, ticket_no: str) -> Mapping[str, Any] | None:
        """Return the data of the latest reply."""
        replies = [one for one in self._events if one.ticket_no == ticket_no and one.kind is EventKind.REPLIED]
        return max(replies, key=lambda one: one.version).data if replies else None

    async def propose(self, proposal: Proposal) -> None:
        """Keep a proposal unless the ticket made one."""
        self._tables.proposals.setdefault(proposal.ticket_no, proposal)

    async def proposals(self, limit: int) -> list[Proposal]:
        """Return waiting proposals, oldest first."""
        waiting = [one for one in self._tables.proposals.values() if one.state is DraftState.WAITING]
        return sorted(waiting, key=lambda one: (one.proposed_at, one.ticket_no))[:limit]

    async def lock_proposal(self, ticket_no: str) -> Proposal:
        """Return a proposal."""
        if ticket_no not in self._tables.proposals:
            raise NotFound(f"ticket {ticket_no} proposed no article")
        return self._tables.proposals[ticket_no]

    async def decide(self, proposal: Proposal) -> None:
        """Write how it was decided."""
        self._tables.proposals[proposal.ticket_no] = proposal

    def _refuse_second_published(self, article_id: str, status: ArticleStatus) -> None:
        published = any(
            one.status is ArticleStatus.PUBLISHED for (known, _), one in self._tables.versions.items() if known == article_id
        )
        if status is ArticleStatus.PUBLISHED and published:
            raise Rejected("the store refused a value: two published versions")
