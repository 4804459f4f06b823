"""知识维护: imported, cited, withdrawn, and proposed by answers that satisfied (domain.md A.11)."""

from dataclasses import replace
from datetime import date

import pytest

from dispatcher.workflow.knowledge import (
    Imported,
    Uncitable,
    composed_article,
    import_articles,
    publish_article,
    publish_draft,
    publish_proposal,
    refuse_proposal,
    withdraw_article,
)
from models.codes import ArticleStatus, CitationRefusal, DraftState, RequestType, Role, TicketState
from models.command import CommandKind
from models.errors import Forbidden, NotFound, Rejected, StaleVersion
from models.knowledge import Source
from models.ticket import Actor
from tests.builders import OPERATOR, PHONE, SUPERVISOR
from tests.knowledge_fakes import an_article
from tests.unit.workflow.office import CALLER_BACK, REACHED, Office

_K = CommandKind
LEAD = Actor(Role.SHIFT_LEAD, "lead-1")
SATISFIED = {**REACHED, "rating": "满意"}


@pytest.fixture
def office():
    """An office with one ticket and an empty knowledge base."""
    return Office()


async def bring(office, *articles):
    """Import articles."""
    return await import_articles(articles, actor="li", open_work=office.store.open_work, clock=office.clock)


def stands(office, article_id="KB-0703-01"):
    """Return the versions of an article with their status."""
    versions = office.store.tables.knowledge.versions
    return {version: one.status for (known, version), one in sorted(versions.items()) if known == article_id}


class TestImport:
    """From a profile's files."""

    async def test_articles_are_published_once(self, office):
        """Importing the same files again changes nothing."""
        assert await bring(office, an_article(), an_article("KB-0801-01")) == Imported(2, 0, 0)
        assert await bring(office, an_article(), an_article("KB-0801-01")) == Imported(0, 0, 2)
        assert stands(office) == {1: ArticleStatus.PUBLISHED}
        assert len(office.store.tables.knowledge.acts) == 2

    async def test_a_new_version_takes_the_place_of_the_old_one(self, office):
        """Which stays, withdrawn, with the reason in its history."""
        await bring(office, an_article())
        assert await bring(office, an_article(version=2, answer="请找新的报修点。")) == Imported(0, 1, 0)
        assert stands(office) == {1: ArticleStatus.WITHDRAWN, 2: ArticleStatus.PUBLISHED}
        assert [(act.version, act.status.label, act.note) for act in office.store.tables.knowledge.acts] == [
            (1, "已发布", None),
            (1, "已撤回", "被 KB-0703-01@2 取代"),
            (2, "已发布", None),
        ]

    @pytest.mark.parametrize("changes", [{"answer": "悄悄改过"}, {"version": 1}])
    async def test_a_version_is_never_changed_silently(self, office, changes):
        """Answers cite it; nor does an old file overwrite a newer version. All or nothing is imported."""
        await bring(office, an_article(version=2))
        with pytest.raises(Rejected, match="raise its version"):
            await bring(office, an_article("KB-0801-01"), replace(an_article(version=2), **changes))
        assert stands(office, "KB-0801-01") == {}


class TestDrafts:
    """Brought in to be reviewed first."""

    async def test_a_draft_answers_nothing_until_a_reviewer_publishes_it(self, office):
        """And leaves the version in use as it is until then."""
        tools = {"open_work": office.store.open_work, "clock": office.clock}
        await bring(office, an_article())
        draft = an_article(version=2, answer="新的。")
        assert await import_articles([draft], actor="li", status=ArticleStatus.DRAFT, **tools) == Imported(0, 1, 0)
        assert stands(office) == {1: ArticleStatus.PUBLISHED, 2: ArticleStatus.DRAFT}
        await office.open()
        with pytest.raises(Uncitable):
            await office.act(_K.ANSWER, data={"text": "新的。", "article": "KB-0703-01@2"})
        with pytest.raises(Forbidden):
            await publish_draft("KB-0703-01", 2, actor=OPERATOR, **tools)
        await publish_draft("KB-0703-01", 2, actor=LEAD, **tools)
        assert stands(office) == {1: ArticleStatus.WITHDRAWN, 2: ArticleStatus.PUBLISHED}
        assert office.store.tables.knowledge.versions["KB-0703-01", 2].reviewed_by == "lead-1"

    async def test_a_draft_that_was_overtaken_waits_no_more(self, office):
        """Somebody wrote a better version before anybody reviewed it."""
        tools = {"open_work": office.store.open_work, "clock": office.clock}
        await import_articles([an_article()], actor="li", status=ArticleStatus.DRAFT, **tools)
        await publish_article(an_article(answer="更好的。"), actor=LEAD, **tools)
        assert stands(office) == {1: ArticleStatus.WITHDRAWN, 2: ArticleStatus.PUBLISHED}

    @pytest.mark.parametrize(("article_id", "version"), [("KB-0703-01", 1), ("KB-0703-01", 2), ("KB-9999", 1)])
    async def test_only_a_draft_is_published(self, office, article_id, version):
        """Not what is published, nor what does not exist."""
        await bring(office, an_article())
        with pytest.raises(NotFound):
            await publish_draft(article_id, version, actor=LEAD, open_work=office.store.open_work, clock=office.clock)


class TestCitation:
    """A direct answer names the article on which it rests."""

    async def test_the_event_carries_title_version_and_day(self, office):
        """And the citizen is told on whose authority."""
        await bring(office, an_article(version=3))
        await office.open(request_type=RequestType.CONSULT)
        await office.act(_K.ANSWER, data={"text": "请打报修电话。", "article": "KB-0703-01"})

        assert office.last_event.data["article"] == "KB-0703-01@3"
        assert office.last_event.data["citation"] == {
            "id": "KB-0703-01",
            "version": 3,
            "title": "路灯不亮找谁修",
            "source": "路灯所《路灯养护规范》",
            "valid_on": "2026-05-18",
            "valid_to": None,
        }
        (told,) = office.store.tables.citizen_messages
        assert "请打报修电话。（路灯不亮找谁修，路灯所《路灯养护规范》，KB-0703-01@3）" in told.text
        (citation,) = office.store.tables.knowledge.citations.values()
        assert (citation.cited_in, citation.version, citation.valid_on) == (office.ticket.ticket_no, 3, date(2026, 5, 18))

    @pytest.mark.parametrize(
        ("reference", "refusal"),
        [
            ("KB-9999", CitationRefusal.UNKNOWN),
            ("KB-0703-01@9", CitationRefusal.UNKNOWN),
            ("知识库第12条", CitationRefusal.UNKNOWN),
            ("KB-0703-01@1", CitationRefusal.WITHDRAWN),
            ("KB-OLD-1", CitationRefusal.EXPIRED),
            ("KB-NEW-1", CitationRefusal.NOT_YET),
        ],
    )
    async def test_an_article_that_does_not_hold_refuses_the_answer(self, office, reference, refusal):
        """The ticket stays as it was."""
        await bring(office, an_article())
        await bring(office, an_article(version=2, answer="新的。"))
        await bring(office, an_article("KB-OLD-1", valid_to=date(2026, 5, 17)))
        await bring(office, an_article("KB-NEW-1", valid_from=date(2026, 5, 19)))
        await office.open()
        with pytest.raises(Uncitable) as refused:
            await office.act(_K.ANSWER, data={"text": "请打报修电话。", "article": reference})
        assert f"不能作为依据：{refusal.label}。" in refused.value.sentence
        assert office.ticket.state is TicketState.PENDING

    async def test_without_a_knowledge_base_the_article_is_recorded(self, office):
        """The hotline keeps its articles elsewhere; nothing is looked up, and nobody is told."""
        await office.open()
        await office.act(_K.ANSWER, data={"text": "请打报修电话。", "article": "知识库第12条"})
        assert office.last_event.data == {"text": "请打报修电话。", "article": "知识库第12条"}
        assert office.store.tables.citizen_messages == []

    async def test_an_answer_may_do_without(self, office):
        """Not everything stands in an article."""
        await bring(office, an_article())
        await office.open()
        await office.act(_K.ANSWER, data={"text": "请打报修电话。"})
        assert office.last_event.data["article"] is None

    async def test_who_wants_not_to_be_known_is_told_nothing(self, office):
        """Nobody writes to them, also not with a citation."""
        await bring(office, an_article())
        await office.open(anonymous=True)
        await office.act(_K.ANSWER, data={"text": "请打报修电话。", "article": "KB-0703-01"})
        assert office.store.tables.citizen_messages == []


class TestWithdrawal:
    """撤回."""

    async def test_a_withdrawn_article_is_cited_no_more(self, office):
        """What cited it stays."""
        await bring(office, an_article())
        await withdraw_article(
            "KB-0703-01", actor=LEAD, reason="规范废止", open_work=office.store.open_work, clock=office.clock
        )
        assert stands(office) == {1: ArticleStatus.WITHDRAWN}
        await office.open()
        with pytest.raises(Uncitable):
            await office.act(_K.ANSWER, data={"text": "请打报修电话。", "article": "KB-0703-01"})

    @pytest.mark.parametrize(
        ("article_id", "actor", "reason", "error"),
        [
            ("KB-0703-01", OPERATOR, "规范废止", Forbidden),
            ("KB-0703-01", LEAD, " ", Rejected),
            ("KB-9999", LEAD, "规范废止", NotFound),
        ],
    )
    async def test_it_needs_a_reviewer_a_reason_and_a_published_version(self, office, article_id, actor, reason, error):
        """Otherwise nothing changes."""
        await bring(office, an_article())
        with pytest.raises(error):
            await withdraw_article(article_id, actor=actor, reason=reason, open_work=office.store.open_work, clock=office.clock)
        assert stands(office) == {1: ArticleStatus.PUBLISHED}

    async def test_a_correction_is_the_next_version(self, office):
        """After the one that was read; a second reviewer who has read that one too must read the correction first."""
        tools = {"open_work": office.store.open_work, "clock": office.clock}
        await bring(office, an_article(version=4))
        stored = await publish_article(an_article(answer="改正。", version=4), actor=SUPERVISOR, **tools)
        with pytest.raises(StaleVersion, match="article KB-0703-01 is at version 5; version 4 was expected"):
            await publish_article(an_article(title="另一个标题", version=4), actor=LEAD, **tools)

        assert (stored.article.version, stored.reviewed_by) == (5, "supervisor-1")


async def satisfied(office, **changes):
    """Bring a 咨询 to a close with which its citizen is satisfied."""
    await office.reach(TicketState.AWAITING_CALL_BACK, **{"request_type": RequestType.CONSULT, **changes})
    await office.act(_K.CALL_BACK, CALLER_BACK, SATISFIED)
    return office.ticket


class TestProposals:
    """A unit's good answer goes back to the knowledge base."""

    async def test_an_answer_that_satisfied_is_proposed(self, office):
        """Question and answer, redacted, with the ticket's number."""
        ticket = await satisfied(office, text=f"想问路灯坏了找谁，我电话{PHONE}")
        (proposal,) = office.store.tables.knowledge.proposals.values()
        assert (proposal.ticket_no, proposal.unit_code, proposal.category_code) == (ticket.ticket_no, "U-LAMP", "0703")
        assert (proposal.answer, proposal.basis) == ("已更换灯泡", "养护合同")
        assert PHONE not in proposal.question
        assert "想问路灯坏了找谁" in proposal.question

    async def test_a_rating_given_after_the_close_proposes_too(self, office):
        """Once."""
        await office.reach(TicketState.CLOSED, request_type=RequestType.CONSULT)
        assert office.store.tables.knowledge.proposals == {}
        await office.act(_K.RATE, data={"rating": "非常满意"})
        assert len(office.store.tables.knowledge.proposals) == 1

    @pytest.mark.parametrize(
        "changes", [{"request_type": RequestType.HELP}, {"request_type": RequestType.COMPLAINT}, {"confidential": True}]
    )
    async def test_other_tickets_propose_nothing(self, office, changes):
        """A repaired lamp answers nobody else's question; who asked for secrecy is left alone."""
        await office.reach(TicketState.CLOSED, **{"request_type": RequestType.CONSULT, **changes})
        await office.act(_K.RATE, data={"rating": "满意"})
        assert office.store.tables.knowledge.proposals == {}

    @pytest.mark.parametrize("rating", ["基本满意", "不满意"])
    async def test_less_than_satisfied_proposes_nothing(self, office, rating):
        """The answer may not have been one."""
        await office.reach(TicketState.CLOSED, request_type=RequestType.CONSULT)
        office.clock.advance(hours=1)
        await office.act(_K.RATE, data={"rating": rating, "reason": "没说清楚"})
        assert office.store.tables.knowledge.proposals == {}

    async def test_a_reviewer_publishes_it_in_general_words(self, office):
        """The article names its reviewer, the proposal its article; neither is decided twice."""
        ticket = await satisfied(office)
        tools = {"actor": LEAD, "open_work": office.store.open_work, "clock": office.clock}
        article = self.an_article_of(office)
        stored = await publish_proposal(ticket.ticket_no, article, **tools)
        assert (stored.article.reference, stored.status, stored.reviewed_by) == (
            "KB-0703-05@1",
            ArticleStatus.PUBLISHED,
            "lead-1",
        )
        decided = office.store.tables.knowledge.proposals[ticket.ticket_no]
        assert (decided.state, decided.article_id, decided.decided_by) == (
            DraftState.PUBLISHED,
            "KB-0703-05",
            "lead-1",
        )
        with pytest.raises(Rejected, match="已发布"):
            await refuse_proposal(ticket.ticket_no, reason="重复", **tools)

    async def test_a_reviewer_refuses_it_with_a_reason(self, office):
        """It is gone from the list."""
        ticket = await satisfied(office)
        tools = {"actor": SUPERVISOR, "open_work": office.store.open_work, "clock": office.clock}
        with pytest.raises(Rejected, match="reason"):
            await refuse_proposal(ticket.ticket_no, reason=" ", **tools)
        await refuse_proposal(ticket.ticket_no, reason="只适用于一户", **tools)
        async with office.store.open_work() as work:
            assert await work.knowledge.proposals(9) == []

    async def test_operators_review_nothing(self, office):
        """They answer; others judge."""
        ticket = await satisfied(office)
        tools = {"actor": OPERATOR, "open_work": office.store.open_work, "clock": office.clock}
        with pytest.raises(Forbidden):
            await refuse_proposal(ticket.ticket_no, reason="重复", **tools)
        with pytest.raises(Forbidden):
            await publish_proposal(ticket.ticket_no, self.an_article_of(office), **tools)

    @pytest.mark.parametrize(
        "changes",
        [
            {"article_id": "第五条"},
            {"title": " "},
            {"answer": ""},
            {"answer": "长" * 301},
            {"source": Source("路灯所", " ", date(2025, 6, 1))},
            {"valid_to": date(2026, 5, 17)},
        ],
    )
    async def test_an_article_without_its_parts_is_refused(self, office, changes):
        """Before anything is written."""
        await satisfied(office)
        with pytest.raises(Rejected):
            self.an_article_of(office, **changes)

    def an_article_of(self, office, **changes):
        """Return what a reviewer makes of the proposal."""
        (proposal,) = office.store.tables.knowledge.proposals.values()
        values = {
            "article_id": "KB-0703-05",
            "categories": (proposal.category_code,),
            "title": "路灯坏了找谁",
            "answer": "请向路灯所报修。",
            "source": Source("路灯所", "路灯养护规范", date(2025, 6, 1)),
            "keywords": ("路灯坏了",),
            "valid_from": date(2026, 5, 18),
        }
        return composed_article(**{**values, **changes})
