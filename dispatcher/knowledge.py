"""The knowledge base as the workflows see it; a unit of work hands it out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from models.codes import ArticleStatus
from models.knowledge import Article, ArticleAct, Citation, Proposal, StoredArticle


class Knowledge(Protocol):
    """Articles by version, their history, citations and proposals, within one transaction."""

    async def revision(self) -> int:
        """Return a number that rises with every act on any article; 0 while the knowledge base is empty."""
        ...

    async def hold(self) -> None:
        """Keep other writers of articles out until the transaction ends."""
        ...

    async def published(self) -> list[StoredArticle]:
        """Return the published version of every article that has one, by id, whether it is valid today or not."""
        ...

    async def drafts(self) -> list[StoredArticle]:
        """Return the versions that nobody has reviewed yet, oldest first."""
        ...

    async def versions(self, article_id: str) -> list[StoredArticle]:
        """Return all versions of an article, newest first; none of an unknown one."""
        ...

    async def acts(self, article_id: str) -> list[ArticleAct]:
        """Return an article's history, newest first."""
        ...

    async def add(self, article: Article, status: ArticleStatus, *, actor: str, at: datetime) -> None:
        """Add a version; a published one is reviewed by ``actor``.

        Raises:
            Rejected: the version is there already, or another one is published.
        """
        ...

    async def set_status(
        self, article_id: str, version: int, status: ArticleStatus, *, actor: str, at: datetime, note: str | None = None
    ) -> None:
        """Give a version another status; what it says never changes."""
        ...

    async def cite(self, citation: Citation) -> None:
        """Note that an answer rests on a version; the same answer counts once."""
        ...

    async def citations(self, article_id: str) -> list[Citation]:
        """Return what cites an article, newest first."""
        ...

    async def latest_reply(self, ticket_no: str) -> Mapping[str, Any] | None:
        """Return the data of a ticket's latest 答复 by its lead unit, None where there is none."""
        ...

    async def propose(self, proposal: Proposal) -> None:
        """Keep an answer that may become an article; a ticket proposes once."""
        ...

    async def proposals(self, limit: int) -> Sequence[Proposal]:
        """Return up to ``limit`` waiting proposals, oldest first."""
        ...

    async def lock_proposal(self, ticket_no: str) -> Proposal:
        """Lock and return a proposal.

        Raises:
            NotFound: the ticket proposed nothing.
        """
        ...

    async def decide(self, proposal: Proposal) -> None:
        """Write how a proposal was decided."""
        ...
