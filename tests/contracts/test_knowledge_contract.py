"""What the knowledge base promises to the workflows; the fake and PostgreSQL pass the same suite."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest

from dispatcher.ports import Effects
from dispatcher.store.database import Database, open_pool
from models.codes import ArticleStatus, DraftState, LinkKind
from models.errors import NotFound, Rejected
from models.knowledge import ArticleAct, Citation, Link, Proposal, Source
from models.ticket import EventKind, TicketEvent
from tests.builders import LAMPS, MONDAY, a_ticket
from tests.fakes import MemoryStore
from tests.knowledge_fakes import an_article

LATER = MONDAY + timedelta(hours=1)
DRAFT, PUBLISHED, WITHDRAWN = ArticleStatus
ARTICLE = an_article(
    valid_to=date(2026, 12, 31),
    source=Source("路灯所", "路灯养护规范", date(2025, 6, 1), "https://example.org/"),
    categories=("0703", "0801"),
    links=(Link(LinkKind.RELATED, "KB-0801-01"), Link(LinkKind.REPLACES, "KB-0703-00")),
)


def a_proposal(ticket_no="TT20260518P0000010", **changes):
    """Return a proposal that waits."""
    values = {
        "question": "路灯坏了找谁",
        "answer": "向路灯所报修",
        "basis": None,
        "unit_code": "U-LAMP",
        "category_code": "0703",
        "proposed_at": MONDAY,
    }
    return Proposal(ticket_no, **{**values, **changes})


class KnowledgeContract:
    """Subclasses supply the fixture ``store``."""

    async def test_a_version_comes_back_as_it_was_added(self, store):
        """With source, span, links and who reviewed it."""
        async with store.open_work() as work:
            assert await work.knowledge.revision() == 0
            await work.knowledge.hold()
            await work.knowledge.add(ARTICLE, PUBLISHED, actor="li", at=MONDAY)
        async with store.open_work() as work:
            (stored,) = await work.knowledge.versions("KB-0703-01")
            assert stored.article == ARTICLE
            assert (stored.status, stored.written_by, stored.reviewed_by, stored.reviewed_at) == (
                PUBLISHED,
                "li",
                "li",
                MONDAY,
            )
            assert await work.knowledge.published() == [stored]
            assert await work.knowledge.versions("KB-9999") == []
            assert await work.knowledge.revision() == 1

    async def test_every_act_stays_in_the_history(self, store):
        """Newest first, and each raises the revision."""
        async with store.open_work() as work:
            await work.knowledge.add(ARTICLE, DRAFT, actor="li", at=MONDAY)
            assert [one.article for one in await work.knowledge.drafts()] == [ARTICLE]
            await work.knowledge.set_status("KB-0703-01", 1, PUBLISHED, actor="wang", at=LATER)
            await work.knowledge.set_status("KB-0703-01", 1, WITHDRAWN, actor="wang", at=LATER, note="废止")
            await work.knowledge.add(replace(ARTICLE, version=2), PUBLISHED, actor="li", at=LATER)
            assert [one.article.version for one in await work.knowledge.versions("KB-0703-01")] == [2, 1]
            assert [one.article.version for one in await work.knowledge.published()] == [2]
            assert await work.knowledge.acts("KB-0703-01") == [
                ArticleAct("KB-0703-01", 2, PUBLISHED, "li", LATER),
                ArticleAct("KB-0703-01", 1, WITHDRAWN, "wang", LATER, "废止"),
                ArticleAct("KB-0703-01", 1, PUBLISHED, "wang", LATER),
                ArticleAct("KB-0703-01", 1, DRAFT, "li", MONDAY),
            ]
            assert await work.knowledge.revision() == 4

    async def test_a_version_is_added_once_and_one_is_published(self, store):
        """Two reviewers cannot publish against each other."""
        async with store.open_work() as work:
            await work.knowledge.add(ARTICLE, PUBLISHED, actor="li", at=MONDAY)
        with pytest.raises(Rejected):
            async with store.open_work() as work:
                await work.knowledge.add(ARTICLE, DRAFT, actor="li", at=MONDAY)
        with pytest.raises(Rejected):
            async with store.open_work() as work:
                await work.knowledge.add(replace(ARTICLE, version=2), PUBLISHED, actor="li", at=MONDAY)
        async with store.open_work() as work:
            assert len(await work.knowledge.versions("KB-0703-01")) == 1

    async def test_a_citation_counts_once(self, store):
        """Newest first."""
        first = Citation("TT1", "KB-0703-01", 1, MONDAY.date(), MONDAY)
        second = Citation("TT2", "KB-0703-01", 1, MONDAY.date(), LATER)
        async with store.open_work() as work:
            await work.knowledge.add(ARTICLE, PUBLISHED, actor="li", at=MONDAY)
            for citation in (first, second, first):
                await work.knowledge.cite(citation)
            assert await work.knowledge.citations("KB-0703-01") == [second, first]
            assert await work.knowledge.citations("KB-9999") == []

    async def test_the_latest_reply_of_a_ticket_is_read(self, store):
        """The lead's, not a co-unit's, and not another ticket's."""
        ticket = a_ticket()

        def event(version, kind, result):
            data = {"result": result}
            return TicketEvent(ticket.ticket_no, version, kind, MONDAY, LAMPS, ticket.state, ticket.state, "p1", data)

        events = [
            event(1, EventKind.REPLIED, "第一次"),
            event(2, EventKind.REPLIED, "第二次"),
            event(3, EventKind.CO_REPLIED, "协办"),
        ]
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[ticket], events=events), slot=0)
            assert await work.knowledge.latest_reply(ticket.ticket_no) == {"result": "第二次"}
            assert await work.knowledge.latest_reply("TT20260518P0000028") is None

    async def test_a_ticket_proposes_once_and_is_decided(self, store):
        """The first proposal stays; what is decided waits no more."""
        other = a_proposal("TT20260518P0000028", proposed_at=LATER, basis="规范第三条")
        async with store.open_work() as work:
            for proposal in (other, a_proposal(), a_proposal(answer="别的")):
                await work.knowledge.propose(proposal)
            assert await work.knowledge.proposals(9) == [a_proposal(), other]
            assert await work.knowledge.proposals(1) == [a_proposal()]
            decided = replace(
                await work.knowledge.lock_proposal(other.ticket_no),
                state=DraftState.REFUSED,
                decided_by="wang",
                decided_at=LATER,
                reason="重复",
            )
            await work.knowledge.decide(decided)
            assert await work.knowledge.proposals(9) == [a_proposal()]
            assert await work.knowledge.lock_proposal(other.ticket_no) == decided
            with pytest.raises(NotFound):
                await work.knowledge.lock_proposal("TT20260518P0000036")


class TestMemoryKnowledge(KnowledgeContract):
    """The fake; every run."""

    @pytest.fixture
    def store(self):
        """An empty store."""
        return MemoryStore()


@pytest.mark.integration
class TestPostgresKnowledge(KnowledgeContract):
    """PostgreSQL, as the application's role."""

    @pytest.fixture
    async def store(self, database) -> AsyncIterator[Database]:
        """An empty, migrated database."""
        async with open_pool(database.app_url, size=2) as pool:
            yield Database(pool)

    async def test_what_a_version_says_cannot_be_changed(self, store, database):
        """Not by the application: it was never given the right."""
        async with store.open_work() as work:
            await work.knowledge.add(ARTICLE, PUBLISHED, actor="li", at=MONDAY)
        with psycopg.connect(database.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE knowledge SET answer = '悄悄改过'")
        with psycopg.connect(database.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM knowledge_acts")
