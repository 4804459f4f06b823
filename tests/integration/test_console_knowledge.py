"""The knowledge base on the console: search, article, one click to an answer, proposals."""

import re
from datetime import date, timedelta

import pytest

from dispatcher.workflow.knowledge import import_articles
from models.codes import ArticleStatus, LinkKind, RequestType, Role
from models.command import CommandKind
from models.knowledge import Link
from models.ticket import Actor
from tests.integration.console_town import a_console
from tests.integration.story import DISPATCHER
from tests.knowledge_fakes import an_article
from tests.services.databases import Database

pytestmark = pytest.mark.integration

STALLS = an_article(
    "KB-A1-01",
    title="占道经营找谁管",
    answer="请向综合行政执法局反映，说明地点和时间。",
    body="执法人员会到现场查看。\n\n- 夜间也可以反映\n- 请留下具体位置",
    categories=("A1",),
    keywords=("占道", "摆摊"),
    links=(Link(LinkKind.RELATED, "KB-A1-02"),),
)
PERMIT = an_article(
    "KB-A1-02",
    title="临时摊位怎样申请",
    answer="向街道办事处申请。",
    body="",
    categories=("A1",),
    keywords=("摊位",),
    links=(),
)


@pytest.fixture
async def console(database: Database):
    """A town's console with two articles, and an expired one."""
    async with a_console(database.app_url) as console:
        town = console.town
        expired = an_article("KB-A1-03", title="占道经营旧规定", valid_to=date(2026, 3, 9), keywords=("占道",))
        await import_articles((STALLS, PERMIT, expired), actor="li", open_work=town.database.open_work, clock=town.clock)
        yield console


async def test_a_search_shows_what_answers_with_its_words_marked(console):
    """Without an expired article; an empty question shows the shelves."""
    async with console.browser("operator") as operator:
        found = (await operator.post("/knowledge/search", data={"question": "占道经营"})).text
        shelves = (await operator.post("/knowledge/search", data={"question": " "})).text
        nothing = (await operator.post("/knowledge/search", data={"question": "离婚冷静期"})).text

    assert 'data-article="KB-A1-01"' in found
    assert "<mark>占道</mark>" in found or "<mark>占道经营</mark>" in found
    assert "旧规定" not in found + shelves
    assert "临时摊位怎样申请" in shelves
    assert "没有找到" in nothing


async def test_an_article_stands_with_its_neighbours_and_history(console):
    """As a part of the page, and under an address of its own."""
    async with console.browser("supervisor") as supervisor:
        part = (await supervisor.get("/knowledge/KB-A1-02")).text
        del supervisor.headers["X-Fragment"]
        page = (await supervisor.get("/knowledge/KB-A1-01")).text
        unknown = await supervisor.get("/knowledge/KB-A1-99")

    assert "占道经营找谁管" in part  # the other end of the link
    assert "<html" not in part
    assert "<html" in page
    assert "<li>夜间也可以反映</li>" in page
    assert "路灯所《路灯养护规范》" in page
    assert unknown.status_code == 404


async def test_member_units_have_no_business_there(console):
    """The base is the hotline's own desk."""
    async with console.browser("lead") as clerk:
        assert (await clerk.get("/knowledge")).status_code == 403
        assert (await clerk.post("/knowledge/search", data={"question": "占道"})).status_code == 403


async def test_a_question_is_answered_with_one_click(console):
    """The article beside the ticket carries answer and reference; sent, they stand in both histories."""
    ticket = await console.town.hears("请问占道摆摊找谁管", kind=RequestType.CONSULT, confidence=0.6)
    async with console.browser("operator") as operator:
        beside = (await operator.get(f"/knowledge/for/{ticket.ticket_no}")).text
        text, reference = re.search(r'data-answer="([^"]+)" data-cite="([^"]+)"', beside).groups()
        form = {"command": "answer", "expected_version": ticket.version, "text": text, "article": reference}
        panel = (await operator.post(f"/tickets/{ticket.ticket_no}/commands", data=form)).text
        article = (await operator.get("/knowledge/KB-A1-01")).text

    assert reference == "KB-A1-01@1"
    assert "已直接答复并办结" in panel
    assert "依据 占道经营找谁管（KB-A1-01@1）" in panel
    assert "1 次" in article


async def test_an_article_that_does_not_hold_is_named_in_the_readers_words(console):
    """And the ticket still waits."""
    ticket = await console.town.hears("请问占道摆摊找谁管", kind=RequestType.CONSULT, confidence=0.6)
    async with console.browser("operator") as operator:
        form = {"command": "answer", "expected_version": ticket.version, "text": "可以。", "article": "KB-A1-03"}
        refused = await operator.post(f"/tickets/{ticket.ticket_no}/commands", data=form)

    assert refused.status_code == 422
    assert "条目已过有效期" in refused.text
    assert await console.asks("SELECT state FROM tickets") == [("pending",)]


async def test_a_good_answer_becomes_an_article(console):
    """A unit answers, the citizen is satisfied, a supervisor publishes it in general words, an operator finds it."""
    town = console.town
    ticket = await town.hears("想问夜市摊位几点收摊", kind=RequestType.CONSULT, confidence=0.97)
    clerk = Actor(Role.UNIT_CLERK, "clerk", ticket.lead_unit)
    report = {"investigation": "已核实", "result": "夜市摊位营业到晚上十一点。", "contacted": True}
    for kind, actor, data in (
        (CommandKind.SIGN, clerk, {}),
        (CommandKind.REPLY, clerk, report),
        (CommandKind.PASS_REVIEW, DISPATCHER, {}),
        (CommandKind.CALL_BACK, DISPATCHER, {"reached": True, "responded": True, "solved": True, "rating": "满意"}),
    ):
        town.clock.passes(timedelta(hours=1))
        ticket = await town.commands(ticket, kind, actor, **data)
    form = {
        "id": "KB-A1-07",
        "title": "夜市几点收摊",
        "answer": "夜市摊位营业到晚上十一点。",
        "document": "夜市管理规定",
        "date": "2025-01-01",
        "valid_from": "2026-03-10",
        "keywords": "夜市 收摊",
    }
    async with console.browser("operator") as operator:
        assert (await operator.get("/knowledge/proposals")).status_code == 403
    async with console.browser("supervisor") as supervisor:
        listed = (await supervisor.get("/knowledge/proposals")).text
        address = f"/knowledge/proposals/{ticket.ticket_no}/publish"
        lacking = await supervisor.post(address, data={**form, "document": " "})
        done = await supervisor.post(address, data=form)
        again = await supervisor.post(address, data=form)
    async with console.browser("operator") as operator:
        found = (await operator.post("/knowledge/search", data={"question": "夜市几点收摊"})).text

    assert "想问夜市摊位几点收摊" in listed
    assert lacking.status_code == 422
    assert "已发布 KB-A1-07@1" in done.text
    assert again.status_code == 422
    assert 'data-article="KB-A1-07"' in found


async def test_an_article_is_corrected_by_a_new_version(console):
    """Its links stay; the old version can still be read; who had read that one alone does not undo the correction."""
    form = {
        "title": "占道经营找谁管",
        "answer": "请打综合行政执法局电话。",
        "body": "",
        "office": "综合行政执法局",
        "document": "市容条例",
        "date": "2026-01-05",
        "valid_from": "2026-03-10",
        "keywords": "占道 摆摊",
        "version": "1",
    }
    async with console.browser("operator") as operator, console.browser("supervisor") as supervisor:
        refused = await operator.post("/knowledge/KB-A1-01/revise", data=form)
        lacking = await supervisor.post("/knowledge/KB-A1-01/revise", data={**form, "answer": "长" * 301})
        done = (await supervisor.post("/knowledge/KB-A1-01/revise", data=form)).text
        late = await supervisor.post("/knowledge/KB-A1-01/revise", data=form)
        old = (await operator.get("/knowledge/KB-A1-01?version=1")).text

    assert (refused.status_code, lacking.status_code, late.status_code) == (403, 422, 409)
    assert "答复有 301 字，最多 300 字" in lacking.text
    assert "已经有第 2 版" in late.text
    assert "已发布第 2 版" in done
    assert "综合行政执法局《市容条例》" in done
    assert "临时摊位怎样申请" in done
    assert "被 KB-A1-01@2 取代" in done
    assert "这是旧版本" in old


async def test_drafts_are_read_and_published(console):
    """By a reviewer; from then on operators find them."""
    town = console.town
    draft = an_article("KB-A1-08", title="流动摊贩怎样备案", keywords=("流动摊贩",))
    tools = {"open_work": town.database.open_work, "clock": town.clock}
    await import_articles((draft,), actor="li", status=ArticleStatus.DRAFT, **tools)
    question = {"question": "流动摊贩"}
    async with console.browser("operator") as operator, console.browser("supervisor") as supervisor:
        before = (await operator.post("/knowledge/search", data=question)).text
        listed = (await supervisor.get("/knowledge/proposals")).text
        shown = (await supervisor.get("/knowledge/KB-A1-08?version=1")).text
        hidden = (await operator.get("/knowledge/KB-A1-08?version=1")).text
        refused = await operator.post("/knowledge/KB-A1-08/publish", data={"version": 1})
        done = (await supervisor.post("/knowledge/KB-A1-08/publish", data={"version": 1})).text
        after = (await operator.post("/knowledge/search", data=question)).text

    assert "KB-A1-08" not in before
    assert "流动摊贩怎样备案" in listed
    assert "审核通过，发布" in shown
    assert "审核通过，发布" not in hidden
    assert refused.status_code == 403
    assert "已发布，可以用于答复" in done
    assert "KB-A1-08" in after


async def test_proposals_are_refused_and_articles_withdrawn_with_a_reason(console):
    """By a reviewer alone."""
    async with console.browser("operator") as operator:
        assert (await operator.post("/knowledge/KB-A1-01/withdraw", data={"reason": "废止"})).status_code == 403
    async with console.browser("supervisor") as supervisor:
        empty = await supervisor.post("/knowledge/KB-A1-01/withdraw", data={"reason": " "})
        gone = (await supervisor.post("/knowledge/KB-A1-01/withdraw", data={"reason": "规定废止"})).text
        unknown = await supervisor.post("/knowledge/proposals/SG20260310P0000016/refuse", data={"reason": "重复"})
        found = (await supervisor.post("/knowledge/search", data={"question": "占道"})).text

    assert empty.status_code == 422
    assert "规定废止" in gone
    assert unknown.status_code == 404
    assert "KB-A1-01" not in found
