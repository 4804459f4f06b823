"""People at work: each page over a real store, from the first word of a request to its rating."""

import re

import pytest

from console.channels.wechat import signature_of
from tests.builders import PHONE, an_understanding
from tests.integration.console_town import a_console
from tests.services.databases import Database

pytestmark = pytest.mark.integration


@pytest.fixture
async def console(database: Database):
    """A town's console."""
    async with a_console(database.app_url) as console:
        yield console


def _key(page):
    return page.partition('name="key" value="')[2].partition('"')[0]


async def test_an_operator_enters_a_request_and_sees_its_ticket(console):
    """Suggestion while typing, acceptance, and the ticket's number as soon as there is one."""
    text = "夜市占道经营油烟扰民"
    async with console.browser("operator") as operator:
        suggestion = (await operator.post("/operator/suggest", data={"text": text})).text
        key = _key((await operator.get("/operator")).text)
        form = {"key": key, "channel": "P", "text": text, "phone": PHONE, "name": "符小强"}
        receipts = [(await operator.post("/operator/contacts", data=form)).text for _ in range(2)]
        address = re.search(r'data-poll="([^"]+)"', receipts[0])[1]
        console.town._meant[text] = an_understanding("A1", 0.97)
        before = (await operator.get(address)).text
        await console.town.relays()
        after = (await operator.get(address)).text

    assert "<mark>夜市</mark>" in suggestion
    assert "市综合行政执法局" in suggestion
    assert "95%" in suggestion
    assert receipts[0].count(address) == receipts[1].count(address) == 1
    assert "正在生成工单" in before
    assert re.search(r"工单已生成.*[A-Z]{2}\d{8}P\d{7}", after, re.DOTALL)
    assert await console.asks("SELECT count(*) FROM contacts") == [(1,)]
    assert PHONE not in after


async def test_an_operator_confirms_a_guess(console):
    """The three guesses stand with their units; one click sends the ticket, and the queue is empty."""
    ticket = await console.town.hears("路上有个坑", category="A2", confidence=0.6)
    path = f"/tickets/{ticket.ticket_no}"
    async with console.browser("operator") as operator:
        panel = (await operator.get(path)).text
        done = await operator.post(f"{path}/commands", data={"command": "confirm", "expected_version": "1", "category": "A2"})
        stale = await operator.post(f"{path}/commands", data={"command": "confirm", "expected_version": "1", "category": "A2"})
        queue = (await operator.get("/operator")).text

    assert "派往 市交通运输局" in panel
    assert 'data-key="1"' in panel
    assert "<mark>路上</mark>" in panel
    assert "已派单：市交通运输局" in done.text
    assert (stale.status_code, "刚刚被别人改动过" in stale.text) == (409, True)
    assert "没有待派单的工单" in queue


async def test_an_operator_must_name_the_unit_that_the_matrix_does_not(console):
    """物业 goes to the district's government; without a district the page asks for one, and then it goes."""
    ticket = await console.town.hears("电梯坏了没人修", category="A5", confidence=0.9)
    path = f"/tickets/{ticket.ticket_no}/commands"
    confirm = {"command": "confirm", "expected_version": str(ticket.version), "category": "A5"}
    district = next(iter(console.town.profile.districts.values()))
    async with console.browser("operator") as operator:
        panel = (await operator.get(path.removesuffix("/commands"))).text
        refused = await operator.post(path, data=confirm)
        sent = await operator.post(path, data={**confirm, "district": district.code})

    assert '<select class="missing" name="district" required' in panel
    assert refused.status_code == 422
    assert "请选择区" in refused.text
    assert sent.status_code == 200
    assert await console.asks("SELECT lead_unit FROM tickets") == [(district.government,)]


@pytest.mark.parametrize(
    ("form", "state"),
    [
        ({"command": "answer", "text": "窗口八点半开门。"}, "closed"),
        ({"command": "decline", "code": "N4"}, "declined"),
        ({"command": "confirm", "category": "A1", "unit": "SG-NY 市农业农村局"}, "dispatched"),
    ],
)
async def test_an_operator_may_decide_otherwise(console, form, state):
    """Answer at once, decline by code, or send it to another unit than proposed."""
    ticket = await console.town.hears("几点开门", category="B1", confidence=0.4)
    async with console.browser("operator") as operator:
        answer = await operator.post(f"/tickets/{ticket.ticket_no}/commands", data={"expected_version": "1", **form})

    assert answer.status_code == 200
    assert await console.asks("SELECT state FROM tickets") == [(state,)]


async def test_a_unit_signs_replies_and_a_supervisor_closes_and_rates(console):
    """The whole way on pages; each step offers the next one and no other."""
    ticket = await console.town.hears("小广告贴满楼道")
    path = f"/tickets/{ticket.ticket_no}"
    steps = [
        ("lead", {"command": "sign"}, "提交答复"),
        ("lead", {"command": "reply", "investigation": "属实", "result": "已清理", "contacted": "yes"}, "答复已提交"),
        ("supervisor", {"command": "close"}, "诉求人评价"),
        ("supervisor", {"command": "rate", "rating": "5"}, "评价已登记"),
    ]
    version = ticket.version
    for who, form, offered in steps:
        async with console.browser(who) as browser:
            answer = await browser.post(f"{path}/commands", data={**form, "expected_version": str(version)})
        assert offered in answer.text
        version += 1
    async with console.browser("supervisor") as supervisor:
        desk = (await supervisor.get("/supervisor")).text

    assert "满意率(参评)" in desk
    assert "1 ÷ 1" in desk
    assert "有效评价" in desk


async def test_contact_data_are_shown_on_the_page_after_a_purpose(console):
    """Without a purpose nothing is shown; with one it is shown and logged."""
    ticket = await console.town.hears("小广告贴满楼道")
    path = f"/tickets/{ticket.ticket_no}/reveal"
    async with console.browser("lead") as lead:
        without = await lead.post(path, data={"purpose": " "})
        shown = await lead.post(path, data={"purpose": "核实地点"})

    assert (without.status_code, "用途" in without.text) == (422, True)
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    assert await console.asks("SELECT actor, act FROM access_log") == [("unit:lead", "reveal_contact")]


async def test_a_unit_is_told_nothing_of_a_ticket_that_is_not_its_own(console):
    """The search box answers as if there were no such ticket, and the log remembers."""
    ticket = await console.town.hears("小广告贴满楼道")
    async with console.browser("other") as other:
        answer = await other.get(f"/tickets/{ticket.ticket_no}")
        nonsense = await other.get("/tickets/12345")

    assert (answer.status_code, nonsense.status_code) == (404, 404)
    assert "小广告" not in answer.text
    assert await console.asks("SELECT actor, act, subject FROM access_log") == [("unit:other", "denied", ticket.ticket_no)]


async def test_an_empty_town_has_pages_that_say_so(console):
    """The first morning: nothing to do is said in words, not shown as a blank."""
    words = {"operator": "没有待派单的工单", "lead": "没有待签收的工单", "supervisor": "各单位都没有在办的工单"}
    for who, sentence in words.items():
        async with console.browser(who) as browser:
            page = await browser.get("/")
        assert page.status_code == 200
        assert sentence in page.text


async def test_a_citizens_words_are_shown_and_never_obeyed(console):
    """Markup in a request is text on every page that shows it."""
    evil = "<script>alert(1)</script>小广告"
    ticket = await console.town.hears(evil)
    pages = []
    for who, path in [
        ("lead", "/unit"),
        ("lead", f"/tickets/{ticket.ticket_no}"),
        ("operator", f"/tickets/{ticket.ticket_no}"),
    ]:
        async with console.browser(who) as browser:
            pages.append((await browser.get(path)).text)

    assert all("&lt;script&gt;alert(1)" in page for page in pages)
    assert not any("<script>" in page for page in pages)


async def test_three_tries_of_one_wechat_message_are_one_row(console):
    """Over a real store: WeChat's retries meet the contact's key."""
    stamp = str(int(console.town.clock.now().timestamp()))
    query = {"timestamp": stamp, "nonce": "n", "signature": signature_of("hotline12345", stamp, "n")}
    body = (
        f"<xml><ToUserName>gh</ToUserName><FromUserName>o-1</FromUserName><CreateTime>{stamp}</CreateTime>"
        "<MsgType>text</MsgType><Content>小广告贴满楼道</Content><MsgId>77</MsgId></xml>"
    )
    async with console.program("lead") as anybody:
        answers = [await anybody.post("/wechat", params=query, content=body.encode()) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert await console.asks("SELECT channel, count(*) FROM contacts GROUP BY 1") == [("W", 1)]
