"""WeChat's pushes: only WeChat's own are heard, each message once, answered in time or not at all."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from console.api.wechat import wechat_routes
from console.channels.wechat import FRESH_WITHIN, NotFromWechat, Refusal, check_signature, parse_push, signature_of
from models.codes import Channel, Urgency
from models.errors import TryLater
from tests.builders import OPENID, a_city, an_understanding
from tests.console_fakes import MESSAGES, Console
from tests.fakes import FixedClock, Understands

TOKEN, TIMESTAMP, NONCE = "hotline12345", "1780000000", "482931"
GOLDEN = "b9ec3cf1c0fc0b6fcaaaef606b7682a3fdb7f217"
SENT = datetime.fromtimestamp(1780000000, UTC)
QUERY = {"signature": GOLDEN, "timestamp": TIMESTAMP, "nonce": NONCE}


@pytest.fixture
def console():
    """A console whose clock stands at the moment of the golden signature."""
    return Console(clock=FixedClock(SENT))


def _push(kind="text", **fields):
    values = {"ToUserName": "gh_haikou12345", "FromUserName": OPENID, "CreateTime": TIMESTAMP, "MsgType": kind, **fields}
    return "<xml>" + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in values.items()) + "</xml>"


LAMP = _push(Content="中山路的路灯坏了三天", MsgId="24000000000000211")


def _children(xml):
    return dict(re.findall(r"<(\w+)>([^<]*)</\1>", xml))


async def _send(console, body, **query):
    async with console.client() as client:
        return await client.post("/wechat", params={**QUERY, **query}, content=body.encode())


def test_the_signature_is_wechats():
    """Golden vector of the protocol: token, timestamp and nonce, sorted, joined, SHA-1."""
    assert signature_of(TOKEN, TIMESTAMP, NONCE) == GOLDEN


@pytest.mark.parametrize(
    ("query", "late", "reason"),
    [
        ({"signature": "0" * 40}, timedelta(), Refusal.SIGNATURE),
        ({"signature": "签名"}, timedelta(), Refusal.SIGNATURE),
        ({"nonce": "482932"}, timedelta(), Refusal.SIGNATURE),
        ({"nonce": ""}, timedelta(), Refusal.INCOMPLETE),
        ({"timestamp": "soon"}, timedelta(), Refusal.INCOMPLETE),
        ({"timestamp": "9" * 30}, timedelta(), Refusal.INCOMPLETE),
        ({}, FRESH_WITHIN + timedelta(seconds=1), Refusal.STALE),
        ({}, -FRESH_WITHIN - timedelta(seconds=1), Refusal.STALE),
    ],
)
def test_a_request_that_wechat_did_not_sign_just_now_is_refused_with_its_reason(query, late, reason):
    """Wrong, incomplete and old signatures are told apart in the log."""
    with pytest.raises(NotFromWechat) as refused:
        check_signature({**QUERY, **query}, token=TOKEN, now=SENT + late)

    assert refused.value.reason is reason


def test_clocks_may_differ_a_little():
    """At the edge of the window a signature still holds."""
    check_signature(QUERY, token=TOKEN, now=SENT + FRESH_WITHIN)


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + LAMP.replace("中山路", "&e;"),
        "{}",
        "<xml>",
        _push(Content="没有号"),
        _push(Content="x", MsgId="1", CreateTime="昨天"),
        _push(Content="x", MsgId="1", FromUserName=""),
    ],
)
def test_what_is_no_push_is_refused(body):
    """A DOCTYPE above all: nothing may be declared, expanded or fetched."""
    with pytest.raises(NotFromWechat) as refused:
        parse_push(body.encode())

    assert refused.value.reason is Refusal.MALFORMED


async def test_the_platform_checks_our_address(console):
    """The echo comes back verbatim to the right signature, and nothing to a wrong one."""
    async with console.client() as client:
        right = await client.get("/wechat", params={**QUERY, "echostr": "6213<&>"})
        wrong = await client.get("/wechat", params={**QUERY, "signature": "0" * 40, "echostr": "6213"})

    assert (right.status_code, right.text) == (200, "6213<&>")
    assert wrong.status_code == 403
    assert "6213" not in wrong.text


async def test_a_message_becomes_a_contact_and_is_answered(console):
    """The citizen reads the profile's words; the openid goes to the vault and nowhere else."""
    answer = await _send(console, LAMP)

    (contact,) = console.store.tables.contacts.values()
    reply = _children(answer.text)
    assert answer.status_code == 200
    assert (reply["ToUserName"], reply["FromUserName"]) == (OPENID, "gh_haikou12345")
    assert (reply["MsgType"], reply["Content"]) == ("text", MESSAGES["wechat_received"])
    assert (contact.channel, contact.raw_text, contact.received_at) == (Channel.WECHAT, "中山路的路灯坏了三天", SENT)
    assert console.vault.open(contact.sealed).openid == OPENID
    assert OPENID not in str([message.envelope() for message in console.store.messages])


def _emergency(category_code, *, is_sure=True):
    return an_understanding("0703", urgency=Urgency.CRITICAL, alarm="漏了", alarm_category=category_code, alarm_is_sure=is_sure)


@pytest.mark.parametrize(
    ("understood", "words"),
    [
        (_emergency("0805"), "请立即关阀、开窗。请告诉我位置。\n已收到，正在登记。"),
        (_emergency("0805", is_sure=False), "已收到，正在登记。"),
        (_emergency("0801"), "已收到，正在登记。"),
        (an_understanding("0805"), "已收到，正在登记。"),
    ],
    ids=["heard", "unsure", "no script of its own", "no emergency"],
)
async def test_who_tells_of_an_emergency_reads_first_how_to_be_safe(console, understood, words):
    """In the one reply, in each of WeChat's tries; what only an operator on the phone says or does is left out."""
    safety = {**console.city.profile.safety, "0805": "请立即关阀、开窗。（不要挂断，我马上联系抢修。）请告诉我位置。"}
    console.city = a_city(messages=MESSAGES, safety=safety)
    console.understands = Understands({"漏": understood})
    answers = [await _send(console, _push(Content="厨房的煤气漏了怎么办", MsgId="9")) for _ in range(2)]

    assert [_children(answer.text)["Content"] for answer in answers] == [words, words]
    assert len(console.store.tables.contacts) == 1


async def test_an_emergency_told_after_a_question_is_answered_as_one(console):
    """Too few words were asked about; the answer to that is the request."""
    console.city = a_city(messages={**MESSAGES, "clarify": "什么事？"})
    console.understands = Understands({"漏": _emergency("0805"), "你好": an_understanding(probability=0.3)})
    asked = await _send(console, _push(Content="你好", MsgId="10"))
    told = await _send(console, _push(Content="厨房的煤气漏了怎么办", MsgId="11"))

    assert _children(asked.text)["Content"] == "什么事？"
    assert _children(told.text)["Content"] == "请立即关阀、开窗\n已收到，正在登记。"


async def test_three_tries_of_one_message_are_one_contact(console):
    """WeChat sends a message up to three times; each try is answered, one contact is stored."""
    answers = [await _send(console, LAMP) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert len(console.store.tables.contacts) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (_push("event", Event="subscribe"), MESSAGES["wechat_text_only"]),
        (_push("event", Event="unsubscribe"), None),
        (_push("image", MsgId="7", PicUrl="http://x", MediaId="m"), MESSAGES["wechat_text_only"]),
        (_push(Content=" ", MsgId="8"), MESSAGES["wechat_text_only"]),
    ],
)
async def test_what_is_no_request_is_answered_and_not_stored(console, body, words):
    """A greeting for a new follower, a kind word for a picture, nothing for a farewell."""
    answer = await _send(console, body)

    assert answer.status_code == 200
    assert (words in answer.text) if words else (answer.text == "success")
    assert console.store.tables.contacts == {}


async def test_a_forged_push_stores_nothing(console):
    """Whoever does not know the token is not heard."""
    answer = await _send(console, LAMP, signature="0" * 40)

    assert answer.status_code == 403
    assert console.store.tables.contacts == {}


async def test_without_a_token_the_door_is_shut():
    """An installation without WeChat has no such address."""
    answer = await _send(Console(wechat_token=None, clock=FixedClock(SENT)), LAMP)

    assert answer.status_code == 404


@pytest.mark.parametrize("trouble", ["away", "slow"])
async def test_when_the_store_does_not_answer_we_stay_silent_until_wechat_tries_again(console, trouble):
    """An answer in time would end the matter for WeChat; only silence makes it send the message again."""
    silent_for = timedelta(milliseconds=200)
    if trouble == "away":

        def fail():
            raise TryLater("PostgreSQL is away")

        console.store.before_commit = fail
    else:
        await console.store._turn.acquire()
    app = FastAPI()
    app.include_router(wechat_routes(console.doors, store_within=timedelta(milliseconds=50), silent_for=silent_for))

    began = asyncio.get_running_loop().time()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://console") as client:
        answer = await client.post("/wechat", params=QUERY, content=LAMP.encode())

    assert asyncio.get_running_loop().time() - began >= 0.19
    assert answer.status_code == 503
    assert answer.text == ""
    assert console.store.tables.contacts == {}
