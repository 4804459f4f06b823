"""People at work: each page over a real store, from the first word of a request to its rating."""

import re
from datetime import timedelta

import pytest

from console.channels.wechat import signature_of
from dispatcher.store.reading import PostgresViews
from dispatcher.workflow.finish_call import finish_calls
from dispatcher.workflow.follow_call import follow_call
from models.call import CallStep
from models.codes import CallState, Role
from models.command import CommandKind
from models.ticket import Actor
from tests.builders import PHONE, an_understanding
from tests.integration.console_town import LEAD, OTHER, a_console
from tests.integration.story import DISPATCHER
from tests.services.databases import Database

pytestmark = pytest.mark.integration


@pytest.fixture
async def console(database: Database):
    """A town's console."""
    async with a_console(database.app_url) as console:
        yield console


_REPLY = {"investigation": "现场查看属实", "result": "已清理", "contacted": "yes"}


def _clerk_of(ticket):
    return Actor(Role.UNIT_CLERK, "clerk", ticket.lead_unit)


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


@pytest.mark.parametrize(
    ("username", "name", "told"),
    [
        ("operator", "operator", "operator<small>话务员</small>"),
        ("operator", "话务员", "<span>话务员</span>"),
        ("lead", "陈丽", "陈丽<small>承办单位经办人 · 市综合行政执法局</small>"),
        ("lead", "承办单位经办人 市综合行政执法局", "<span>承办单位经办人 市综合行政执法局</span>"),
    ],
)
async def test_the_head_tells_a_persons_post_once(console, username, name, told):
    """Many accounts are named by their post; what the name says already is not said below it again."""
    await console.asks("UPDATE users SET display_name = %s WHERE username = %s RETURNING username", name, username)
    async with console.browser(username) as browser:
        page = (await browser.get("/password")).text

    assert told in page


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


async def test_a_ticket_goes_the_whole_way_on_pages(console):
    """From the signature to the citizen's rating, each step by the one whose turn it is, who finds it offered."""
    ticket = await console.town.hears("小广告贴满楼道")
    path = f"/tickets/{ticket.ticket_no}"
    heard = {"reached": "yes", "responded": "yes", "solved": "yes", "rating": "5"}
    steps = [
        ("lead", {"command": "sign"}, 'value="contact_citizen"'),
        ("lead", {"command": "contact_citizen"}, "提交答复"),
        ("lead", {"command": "reply", **_REPLY}, "答复已提交"),
        ("dispatcher", {"command": "pass_review"}, "待回访"),
        ("caller", {"command": "call_back", **heard}, "回访已登记"),
    ]
    version = ticket.version
    for who, form, offered in steps:
        async with console.browser(who) as browser:
            answer = await browser.post(f"{path}/commands", data={**form, "expected_version": str(version)})
        assert offered in answer.text
        ((version,),) = await console.asks("SELECT version FROM tickets")
    async with console.browser("supervisor") as supervisor:
        desk = (await supervisor.get("/supervisor")).text

    assert "满意率(参评)" in desk
    assert "1 ÷ 1" in desk
    assert "有效评价" in desk
    assert "单位星级" in desk


async def test_what_is_wanting_in_a_reply_is_shown_to_its_writer_and_to_the_reviewer(console):
    """The unit asks before it sends, nothing is sent by that; the reviewer reads the same beside the reply."""
    ticket = await console.town.hears("小广告贴满楼道")
    path = f"/tickets/{ticket.ticket_no}"
    draft = {"investigation": "现场查看属实", "result": "将加强巡查"}
    async with console.browser("lead") as lead:
        await lead.post(f"{path}/commands", data={"command": "sign", "expected_version": str(ticket.version)})
        hints = await lead.post(f"{path}/reply-check", data=draft)
        warned = await lead.post(f"{path}/reply-check", data={**draft, "result": f"已告知{PHONE}"})
        unsent = await console.asks("SELECT state FROM tickets")
        number = {"result": f"已告知{PHONE}", "expected_version": str(ticket.version + 1)}
        refused = await lead.post(f"{path}/commands", data={"command": "reply", **draft, **number})
        form = {"command": "reply", **draft, "expected_version": str(ticket.version + 1)}
        sent = await lead.post(f"{path}/commands", data=form)
    async with console.browser("dispatcher") as dispatcher:
        review = (await dispatcher.get(path, headers={"X-Fragment": "1"})).text
        foreign = await dispatcher.post(f"{path}/reply-check", data=draft)

    assert "未联系诉求人" in hints.text
    assert "承诺没有期限" in hints.text
    assert "的答复不能提交" in warned.text
    assert "的答复不能提交" not in hints.text
    assert unsent == [("signed",)]
    assert (refused.status_code, "手机号" in refused.text) == (422, True)
    assert "答复已提交" in sent.text
    assert "承诺没有期限" in review
    assert foreign.status_code == 403


async def test_the_hotline_finds_what_waits_for_its_decision(console):
    """Each list holds what its decision is about, with what the unit says; a caller-back sees no list of the reviewers."""
    town = console.town
    returned = await town.hears("小广告贴满楼道")
    await town.commands(returned, CommandKind.RETURN, _clerk_of(returned), reason="R2", basis="不在建成区")
    slow = await town.signs(await town.hears("夜市占道经营油烟扰民"))
    await town.commands(slow, CommandKind.REQUEST_EXTENSION, _clerk_of(slow), working_days=3, reason="等待检测报告")
    answered = await town.replies(await town.signs(await town.hears("垃圾没人清运")))
    called = await town.replies(await town.signs(await town.hears("路面积水")))
    await town.commands(called, CommandKind.PASS_REVIEW, DISPATCHER)
    await town.commands(called, CommandKind.CALL_BACK, DISPATCHER, reached=False)
    lists = {}
    for who in ("dispatcher", "caller", "operator"):
        async with console.browser(who) as browser:
            page = (await browser.get("/operator")).text
        parts = re.findall(r'data-region="(\w+)">(.*?)</div>', page, re.DOTALL)
        lists[who] = {name: (re.findall(r'data-ticket="(\w+)"', part), part) for name, part in parts}

    seen = lists["dispatcher"]
    assert {name: numbers for name, (numbers, _) in seen.items() if numbers} == {
        "return": [returned.ticket_no],
        "extension": [slow.ticket_no],
        "review": [answered.ticket_no],
        "call_back": [called.ticket_no],
    }
    assert "非本辖区：不在建成区" in seen["return"][1]
    assert "3 个工作日：等待检测报告" in seen["extension"][1]
    assert "第 1 次未接通" in seen["call_back"][1]
    assert "call_back" in lists["caller"]
    assert not lists["caller"].keys() & {"pending", "return", "extension", "review", "close"}
    assert not lists["operator"].keys() & {"return", "extension", "review"}


async def test_a_page_says_in_chinese_what_a_form_lacks(console):
    """Beside the form, before anything is asked of the store, and nothing is written."""
    ticket = await console.town.hears("小广告贴满楼道")
    async with console.browser("lead") as lead:
        answer = await lead.post(
            f"/tickets/{ticket.ticket_no}/commands",
            data={"command": "return", "reason": "R1", "basis": " ", "expected_version": str(ticket.version)},
        )

    assert (answer.status_code, "请写明退单依据。" in answer.text) == (422, True)
    assert await console.asks("SELECT version FROM tickets") == [(ticket.version,)]


async def test_lead_and_co_unit_see_each_other_and_the_lead_waits(console):
    """A co-unit has the ticket on its board, signs and reports for itself; the lead sees its report and may then reply."""
    town = console.town
    ticket = await town.hears("夜市油烟倒进农田", category="A1", confidence=0.6)
    ticket = await town.signs(await town.commands(ticket, CommandKind.DISPATCH, unit=OTHER, co_units=[LEAD]))
    path = f"/tickets/{ticket.ticket_no}"
    async with console.browser("other") as lead, console.browser("lead") as other:
        waiting = (await lead.get(path)).text
        board = (await other.get("/unit")).text
        await other.post(f"{path}/commands", data={"command": "sign", "expected_version": str(ticket.version)})
        form = {"command": "co_reply", **_REPLY, "result": "已测土壤", "expected_version": str(ticket.version + 1)}
        reported = await other.post(f"{path}/commands", data=form)
        after = (await lead.get(path)).text

    assert "等待协办单位答复：市综合行政执法局" in waiting
    assert 'value="reply"' not in waiting
    assert ">协办</span>" in board
    assert "协办答复已提交" in reported.text
    assert "已测土壤" in after
    assert 'value="reply"' in after


async def test_cards_and_pauses_stand_on_the_board(console):
    """A unit sees which of its tickets has a card, and which clock stands still."""
    town = console.town
    late = await town.signs(await town.hears("小广告贴满楼道"))
    still = await town.signs(await town.hears("夜市占道经营油烟扰民"))
    await town.commands(still, CommandKind.PAUSE, _clerk_of(still), reason="待诉求人补充材料")
    town.clock.passes(timedelta(days=11))
    await town.sweeps()
    async with console.browser("lead") as lead, console.browser("supervisor") as supervisor:
        board = (await lead.get("/unit")).text
        desk = (await supervisor.get("/supervisor")).text

    lines = dict(re.findall(r'id="u-(\w+)"(.*?)</button>', board, re.DOTALL))
    assert "红牌" in lines[late.ticket_no]
    assert "红牌" not in lines[still.ticket_no]
    assert "已暂停" in lines[still.ticket_no]
    assert late.ticket_no in desk


async def test_a_confidential_citizen_stays_unknown_to_the_unit(console):
    """No salutation, no way to the contact data; the hotline may close without a call."""
    ticket = await console.town.hears("小广告贴满楼道")
    await console.asks("UPDATE tickets SET confidential = true, salutation = '符女士' RETURNING 1")
    path = f"/tickets/{ticket.ticket_no}"
    async with console.browser("lead") as lead, console.browser("operator") as operator:
        of_unit, of_hotline = (await lead.get(path)).text, (await operator.get(path)).text

    assert "要求保密" in of_unit
    assert "符女士" not in of_unit
    assert "查看联系方式" not in of_unit
    assert "查看联系方式" in of_hotline


async def test_contact_data_are_shown_on_the_page_after_a_purpose(console):
    """Without a purpose nothing is shown; with one it is shown and logged."""
    ticket = await console.town.hears("小广告贴满楼道")
    path = f"/tickets/{ticket.ticket_no}/reveal"
    async with console.browser("lead") as lead:
        without = await lead.post(path, data={"purpose": " "})
        shown = await lead.post(path, data={"purpose": "核实地点"})

    assert (without.status_code, "用途" in without.text) == (422, True)
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    assert await console.asks("SELECT actor, act FROM access_log WHERE act IN ('reveal_contact', 'denied')") == [
        ("unit_clerk:lead", "reveal_contact")
    ]


async def test_a_unit_is_told_nothing_of_a_ticket_that_is_not_its_own(console):
    """The search box answers as if there were no such ticket, and the log remembers."""
    ticket = await console.town.hears("小广告贴满楼道")
    async with console.browser("other") as other:
        answer = await other.get(f"/tickets/{ticket.ticket_no}")
        nonsense = await other.get("/tickets/12345")

    assert (answer.status_code, nonsense.status_code) == (404, 404)
    assert "小广告" not in answer.text
    assert await console.asks("SELECT actor, act, subject FROM access_log WHERE act IN ('reveal_contact', 'denied')") == [
        ("unit_clerk:other", "denied", ticket.ticket_no)
    ]


async def test_an_emergency_in_a_running_call_stands_on_both_desks_until_the_call_is_settled(console):
    """What was said, what to tell the citizen; then it is a ticket, and the strip is empty."""
    await console.town.is_called_for_help("<b>我家</b>漏气了", alert_after=timedelta(seconds=2))
    desks = ("operator", "supervisor")
    async with console.browser("supervisor") as supervisor:
        running = [(await supervisor.get(f"/{desk}")).text for desk in desks]
        console.town.clock.passes(timedelta(minutes=31))
        await finish_calls(**console.town._call_tools)
        settled = [(await supervisor.get(f"/{desk}")).text for desk in desks]

    script = console.town.profile.safety_script("A3")
    for page in running:
        assert page.count("data-alert=") == 1
        assert "“&lt;b&gt;我家&lt;/b&gt;漏气了”" in page
        assert script in page
    assert not any("data-alert=" in page or script in page for page in settled)


async def test_an_alert_tells_who_has_the_call_and_whether_it_goes_on(console):
    """The latest first; the operator who took the call last, and hung up or not."""
    town = console.town
    await town.is_called_for_help("有人跳河", alert_after=timedelta(seconds=1))
    at = town.clock.now()
    first = (await PostgresViews(town.pool).running_alerts())[0]
    steps = [
        CallStep(1, CallState.ANSWERED, at, agent="0007"),
        CallStep(2, CallState.TRANSFERRED, at, agent="0012"),
        CallStep(3, CallState.HANGUP, at),
    ]
    await follow_call(first.call_id, steps=steps, **town._call_tools)
    await town.is_called_for_help("着火了", alert_after=timedelta(seconds=1))
    latest, earlier = await PostgresViews(town.pool).running_alerts()

    assert (first.agent, first.hung_up) == (None, False)
    assert (earlier.words, earlier.agent, earlier.hung_up) == ("有人跳河", "0012", True)
    assert (latest.words, latest.script, latest.heard_at) == (
        "着火了",
        town.profile.safety_script("A3"),
        town.clock.now() - timedelta(seconds=1),
    )


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
