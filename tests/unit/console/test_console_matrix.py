"""派单目录 on a page: what waits is reviewed by somebody else, and what was decided is shown."""

import re

import pytest

from models.codes import ProposalOrigin
from models.matrix import MatrixWish
from tests.builders import MONDAY

DRAFT = {"category": "0703 路灯", "unit": "U-WATER 水务公司", "basis": "移交纪要第3条", "district": "D-EAST"}


@pytest.fixture
async def desks(console):
    """Everybody's browser, whose forms are ours."""

    async def open_browser(username):
        client = await console.browser(username)
        page = await client.get("/matrix")
        client.headers["X-Fragment"] = "1"
        found = re.search(r'name="csrf" content="([^"]+)"', page.text)
        client.headers["X-CSRF-Token"] = found[1] if found else ""
        return client

    return {name: await open_browser(f"{name}-1") for name in ("dispatcher", "supervisor", "operator", "lamps")}


async def test_a_change_goes_from_the_dispatcher_to_the_supervisor(console, desks):
    """Proposed by one, seen and approved by the other; this process dispatches by it at once."""
    answer = await desks["dispatcher"].post("/matrix", data=DRAFT)
    assert answer.status_code == 200
    assert "第 1 号变更已提交，待他人审核" in answer.text
    assert "/matrix/1/approve" not in answer.text

    page = (await desks["supervisor"].get("/matrix")).text
    for words in ("移交纪要第3条", "dispatcher:dispatcher-1", "/matrix/1/approve", "目录 m1"):
        assert words in page
    approved = await desks["supervisor"].post("/matrix/1/approve", data={"note": "已核对"})
    assert "第 1 号变更已通过，2026-05-18 起生效" in approved.text
    assert "已生效" in approved.text
    assert console.city.routes.version == "m1+1"


async def test_the_lines_in_force_stand_beside_the_changes(desks):
    """So that who proposes sees what there is."""
    page = (await desks["dispatcher"].get("/matrix")).text

    assert "现行目录" in page
    assert re.search(r"<td>0703 [^<]*</td><td>不限</td><td>[^<]*路灯[^<]*</td>", page)


async def test_a_refused_change_shows_its_reason(desks):
    """A refusal without one is no refusal."""
    await desks["dispatcher"].post("/matrix", data=DRAFT)
    missing = await desks["supervisor"].post("/matrix/1/refuse", data={"reason": " "})
    refused = await desks["supervisor"].post("/matrix/1/refuse", data={"reason": "职责未移交"})

    assert (missing.status_code, refused.status_code) == (422, 200)
    assert "请写明不予通过的理由" in missing.text
    assert "职责未移交" in refused.text


async def test_nobody_is_offered_ones_own_proposal(desks):
    """Neither on the page nor by a form that was made up."""
    await desks["supervisor"].post("/matrix", data=DRAFT)

    assert "/matrix/1/approve" not in (await desks["supervisor"].get("/matrix")).text
    refused = await desks["supervisor"].post("/matrix/1/approve")
    assert (refused.status_code, "是您草拟的，须由他人审核" in refused.text) == (403, True)


@pytest.mark.parametrize("username", ["operator", "lamps"])
async def test_who_has_no_business_here_sees_nothing(desks, username):
    """Operators and units; and nobody sees it without a log-in."""
    assert (await desks[username].get("/matrix")).status_code == 403
    assert (await desks[username].post("/matrix", data=DRAFT)).status_code == 403


async def test_the_page_needs_a_log_in(console):
    """A stranger is sent to the log-in."""
    assert (await console.client().get("/matrix")).headers["location"] == "/login"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"basis": " "}, "请填写依据。"),
        ({"holds_from": "1/12/2026"}, "日期请写成 2026-12-01 的样子。"),
        ({"holds_from": "2026-06-02", "holds_to": "2026-06-01"}, "最后一天早于生效日。"),
        ({"co_units": "U-WATER"}, "协办单位不能与主办单位相同。"),
        ({"unit": "U-NEVER"}, "没有这个承办单位，请从列表中选择。"),
        ({"category": "9999"}, "没有这个事项分类，请从列表中选择。"),
    ],
)
async def test_a_draft_that_cannot_be_right_is_told_in_chinese(desks, changes, sentence):
    """Beside the form, with what to mend."""
    answer = await desks["dispatcher"].post("/matrix", data={**DRAFT, **changes})

    assert answer.status_code == 422
    assert sentence in answer.text


async def test_what_changes_nothing_is_told_in_chinese(desks):
    """Whoever approves learns that the fault lies elsewhere."""
    await desks["dispatcher"].post("/matrix", data={**DRAFT, "unit": "U-LAMP"})
    answer = await desks["supervisor"].post("/matrix/1/approve")

    assert "目录已由该单位主办，通过也不改变派单" in (await desks["supervisor"].get("/matrix")).text
    assert answer.status_code == 422
    assert "派单目录已由该单位主办" in answer.text


async def test_the_tickets_behind_a_proposal_can_be_opened(console, desks):
    """The reviewer reads what the units had written."""
    wish = MatrixWish(
        category_code="0703",
        district_code=None,
        subject=None,
        lead="U-WATER",
        co_units=(),
        basis="三定方案",
        origin=ProposalOrigin.RETURN,
        proposed_by="dispatcher:dispatcher-1",
        proposed_at=MONDAY,
        ticket_no="TT20260518P0000010",
    )
    async with console.store.open_work() as work:
        await work.matrix.add(wish)
    page = (await desks["supervisor"].get("/matrix")).text

    assert 'data-ticket="TT20260518P0000010"' in page
    assert "退单改派" in page
