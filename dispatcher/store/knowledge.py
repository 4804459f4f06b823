"""The knowledge base in PostgreSQL, on the connection of one transaction."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from psycopg import AsyncConnection
from psycopg.rows import DictRow, TupleRow, dict_row

from dispatcher.store.queries import load_queries
from dispatcher.store.rows import month_of
from models.codes import ArticleStatus, DraftState, LinkKind
from models.errors import NotFound
from models.knowledge import Article, ArticleAct, Citation, Link, Proposal, Source, StoredArticle

_QUERIES = load_queries("knowledge.sql")


class PostgresKnowledge:
    """``knowledge.Knowledge`` by named queries."""

    def __init__(self, connection: AsyncConnection[TupleRow]) -> None:
        self._connection = connection

    async def revision(self) -> int:
        """Return how many acts there were."""
        (row,) = await self._all("revision", {})
        return int(row["revision"])

    async def hold(self) -> None:
        """Take the writers' lock."""
        await self._run("hold", {})

    async def published(self) -> list[StoredArticle]:
        """Return the published versions by id."""
        return [_stored(row) for row in await self._all("published", {})]

    async def drafts(self) -> list[StoredArticle]:
        """Return the drafts, oldest first."""
        return [_stored(row) for row in await self._all("drafts", {})]

    async def versions(self, article_id: str) -> list[StoredArticle]:
        """Return an article's versions, newest first."""
        return [_stored(row) for row in await self._all("versions", {"article_id": article_id})]

    async def acts(self, article_id: str) -> list[ArticleAct]:
        """Return an article's history, newest first."""
        found = await self._all("acts", {"article_id": article_id})
        return [ArticleAct(**{**row, "status": ArticleStatus(row["status"])}) for row in found]

    async def add(self, article: Article, status: ArticleStatus, *, actor: str, at: datetime) -> None:
        """Add a version with its first act."""
        is_reviewed = status is ArticleStatus.PUBLISHED
        row = {
            "article_id": article.article_id,
            "version": article.version,
            "status": status.value,
            "title": article.title,
            "answer": article.answer,
            "body": article.body,
            "valid_from": article.valid_from,
            "valid_to": article.valid_to,
            "office": article.source.office,
            "document": article.source.document,
            "issued_on": article.source.issued_on,
            "url": article.source.url,
            "categories": article.categories,
            "keywords": article.keywords,
            "links": [[link.kind.value, link.article_id] for link in article.links],
            "written_by": actor,
            "written_at": at,
            "reviewed_by": actor if is_reviewed else None,
            "reviewed_at": at if is_reviewed else None,
        }
        await self._run("add", {"row": orjson.dumps(row).decode()})
        await self._note(ArticleAct(article.article_id, article.version, status, actor, at))

    async def set_status(
        self, article_id: str, version: int, status: ArticleStatus, *, actor: str, at: datetime, note: str | None = None
    ) -> None:
        """Give a version another status, with its act."""
        parameters = {"article_id": article_id, "version": version, "status": status.value, "actor": actor, "at": at}
        await self._run("set_status", parameters)
        await self._note(ArticleAct(article_id, version, status, actor, at, note))

    async def cite(self, citation: Citation) -> None:
        """Note a citation once."""
        await self._run("cite", asdict(citation))

    async def citations(self, article_id: str) -> list[Citation]:
        """Return an article's citations, newest first."""
        return [Citation(**row) for row in await self._all("citations", {"article_id": article_id})]

    async def latest_reply(self, ticket_no: str) -> Mapping[str, Any] | None:
        """Return the data of the latest reply."""
        found = await self._all("latest_reply", {"ticket_no": ticket_no, "month": month_of(ticket_no)})
        return found[0]["data"] if found else None

    async def propose(self, proposal: Proposal) -> None:
        """Keep a proposal unless the ticket made one."""
        await self._run("propose", {**asdict(proposal), "state": proposal.state.value})

    async def proposals(self, limit: int) -> list[Proposal]:
        """Return waiting proposals, oldest first."""
        return [_proposal(row) for row in await self._all("proposals", {"limit": limit})]

    async def lock_proposal(self, ticket_no: str) -> Proposal:
        """Lock and return a proposal.

        Raises:
            NotFound: the ticket proposed nothing.
        """
        found = await self._all("lock_proposal", {"ticket_no": ticket_no})
        if not found:
            raise NotFound(f"ticket {ticket_no} proposed no article", "这张工单没有提出过知识条目。")
        return _proposal(found[0])

    async def decide(self, proposal: Proposal) -> None:
        """Write how it was decided."""
        await self._run("decide", {**asdict(proposal), "state": proposal.state.value})

    async def _note(self, act: ArticleAct) -> None:
        await self._run("note_act", {**asdict(act), "status": act.status.value})

    async def _run(self, name: str, parameters: Mapping[str, Any]) -> None:
        await self._connection.execute(_QUERIES[name], parameters)

    async def _all(self, name: str, parameters: Mapping[str, Any]) -> list[DictRow]:
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_QUERIES[name], parameters)
            return await cursor.fetchall()


def _stored(row: DictRow) -> StoredArticle:
    article = Article(
        article_id=row["article_id"],
        version=row["version"],
        title=row["title"],
        answer=row["answer"],
        body=row["body"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        source=Source(row["office"], row["document"], row["issued_on"], row["url"]),
        categories=tuple(row["categories"]),
        keywords=tuple(row["keywords"]),
        links=tuple(Link(LinkKind(kind), article_id) for kind, article_id in row["links"]),
    )
    status = ArticleStatus(row["status"])
    return StoredArticle(article, status, row["written_by"], row["written_at"], row["reviewed_by"], row["reviewed_at"])


def _proposal(row: DictRow) -> Proposal:
    return Proposal(**{**row, "state": DraftState(row["state"])})
