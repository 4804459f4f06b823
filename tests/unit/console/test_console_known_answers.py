"""A question through the WeChat door: answered within the push from an article, or handed to people."""

from datetime import UTC, datetime

import pytest

from console.channels.wechat import signature_of
from dispatcher.workflow.knowledge import import_articles
from models.codes import RequestType, Service
from models.profile import AnswerRule, SelfServiceRule
from tests.builders import OPENID, a_city, an_understanding
from tests.console_fakes import MESSAGES, Console
from tests.fakes import FixedClock, Understands
from tests.knowledge_fakes import an_article

SENT = datetime.fromtimestamp(1780000000, UTC)
TEXTS = {**MESSAGES, "known_answer": "{text}（{article}，{source}，{reference}）回复人工转人工。"}


@pytest.fixture
async def console():
    """A console of a town that knows one article and answers questions."""
    console = Console(clock=FixedClock(SENT))
    rule = SelfServiceRule({Service.HUMAN: ("人工",)}, answers=AnswerRule(0.6, 1.3, 60))
    console.city = a_city(messages=TEXTS, self_service=rule, question_words=("请问", "找谁"))
    console.understands = Understands({"": an_understanding(request_type=RequestType.CONSULT)})
    await import_articles([an_article()], actor="li", open_work=console.store.open_work, clock=console.clock)
    return console


async def push(console, content, number):
    """Send a message as WeChat does and return the answer's body."""
    query = {"timestamp": "1780000000", "nonce": "482931"}
    body = (
        f"<xml><ToUserName>gh_town</ToUserName><FromUserName>{OPENID}</FromUserName><CreateTime>1780000000</CreateTime>"
        f"<MsgType>text</MsgType><Content>{content}</Content><MsgId>{number}</MsgId></xml>"
    )
    signed = {**query, "signature": signature_of("hotline12345", *query.values())}
    async with console.client() as client:
        answer = await client.post("/wechat", params=signed, content=body.encode())
    assert answer.status_code == 200
    return answer.text


async def test_a_question_is_answered_in_the_push_itself(console):
    """With the short answer and its source."""
    answer = await push(console, "请问路灯不亮找谁修", 1)
    assert "请拨打路灯所报修电话" in answer
    assert "KB-0703-01@1" in answer


async def test_who_is_not_helped_reaches_people(console):
    """The question itself is received."""
    await push(console, "请问路灯不亮找谁修", 1)
    assert TEXTS["wechat_received"] in await push(console, "人工", 2)
    (announced,) = console.store.messages
    assert announced.data["text"] == "请问路灯不亮找谁修"


async def test_everything_else_is_received_as_before(console):
    """A request that no article speaks of."""
    assert TEXTS["wechat_received"] in await push(console, "我家楼下有人半夜唱歌", 1)


@pytest.mark.parametrize("kind", [RequestType.CONSULT, RequestType.COMPLAINT])
async def test_a_message_is_understood_once(console, kind):
    """Whether an article answers it or the receipt does: the second reading of the same words would tell the same."""
    console.understands = Understands({"": an_understanding(request_type=kind)})

    answer = await push(console, "请问路灯不亮找谁修", 1)

    assert ("KB-0703-01@1" in answer) is (kind is RequestType.CONSULT)
    assert console.understands.batches == [1]
