"""知识问答: the machine answers what an article surely answers, and hands over to people who is not helped (domain.md A.11)."""

import pytest

from classifiers.words import cut_words
from dispatcher.workflow.converse import Tools, converse
from dispatcher.workflow.knowledge import import_articles
from dispatcher.workflow.look_up import Librarian
from models.codes import Channel, Fate, RequestType, Service, Urgency
from models.contact import PersonalData
from models.message import Topic
from models.profile import AnswerRule, SelfServiceRule
from tests.builders import OPENID, PHONE, a_city, a_profile, a_submission, an_understanding
from tests.fakes import FixedClock, MemoryStore, OpenVault, Understands
from tests.knowledge_fakes import an_article

QUESTION = "请问路灯不亮找谁修"
WORDS = {Service.PROGRESS: ("查询",), Service.HUMAN: ("人工", "转人工")}


RULE = AnswerRule(least_cover=0.6, least_lead=1.3, longest=60)


class Talker:
    """A citizen who writes to a town with one article, and the store behind it."""

    def __init__(self, *, answers=RULE, kind=RequestType.CONSULT, urgency=Urgency.NORMAL, **understood):
        messages = {**a_profile().messages, "wechat_received": "已收到。", "progress_ask_number": "请回复工单号。"}
        self.city = a_city(
            messages=messages, self_service=SelfServiceRule(WORDS, answers=answers), question_words=("请问", "找谁")
        )
        self.store, self.clock, self.vault = MemoryStore(), FixedClock(), OpenVault()
        understanding = an_understanding(request_type=kind, urgency=urgency, **understood)
        self.understands = Understands({"": understanding})
        self.count = 0

    async def knows(self, *articles):
        """Publish articles, by default one about lamps."""
        given = articles or (an_article(),)
        await import_articles(given, actor="li", open_work=self.store.open_work, clock=self.clock)

    async def writes(self, text, *, number=None):
        """Write a message and return the machine's answer; None where people are asked."""
        self.count += 1
        submission = a_submission(
            f"m{number or self.count}", text, channel=Channel.WECHAT, personal=PersonalData(openid=OPENID)
        )
        librarian = Librarian(city=self.city, open_work=self.store.open_work, words=cut_words, clock=self.clock)
        tools = Tools(
            self.city,
            self.understands,
            self.vault,
            self.store.open_work,
            self.clock,
            librarian,
        )
        return await converse(submission, tools)

    @property
    def fates(self):
        """The fates of the contacts that are settled."""
        return [settled.fate for settled in self.store.tables.fates.values()]

    @property
    def announced(self):
        """The texts that go to the intake."""
        return [message.data["text"] for message in self.store.messages if message.topic == Topic.CONTACTS]


@pytest.fixture
async def talker():
    """A citizen of a town that knows about lamps."""
    talker = Talker()
    await talker.knows()
    return talker


async def test_a_question_is_answered_with_its_source(talker):
    """Short answer, title, office and document, version; and how to reach people. The contact is served."""
    answer = await talker.writes(QUESTION)
    assert answer.startswith("请拨打路灯所报修电话")
    assert "路灯不亮找谁修，路灯所《路灯养护规范》，KB-0703-01@1" in answer
    assert "人工" in answer
    assert talker.fates == [Fate.SELF_SERVICE]
    assert talker.announced == []
    (citation,) = talker.store.tables.knowledge.citations.values()
    assert citation.article_id == "KB-0703-01"


async def test_a_keyword_alone_is_answered(talker):
    """Whatever type it is taken for."""
    assert "报修电话" in await talker.writes("路灯")


async def test_who_wants_a_person_has_the_question_received():
    """Not the word 人工, and without the number that stood in the question."""
    talker = Talker(answers=AnswerRule(least_cover=0.2, least_lead=1.0, longest=60))
    await talker.knows()
    question = f"请问路灯不亮找谁修 {PHONE}"
    assert "报修电话" in await talker.writes(question)
    assert await talker.writes("人工") == "已收到。"
    (announced,) = talker.announced
    assert announced.startswith("请问路灯不亮找谁修")
    assert PHONE not in announced
    assert talker.fates == [Fate.SELF_SERVICE]  # the second contact goes the way of every request


async def test_the_question_is_forgotten_after_a_while(talker):
    """Then 人工 means what it always meant: an ordinary message."""
    await talker.writes(QUESTION)
    talker.clock.advance(minutes=11)
    assert await talker.writes("人工") is None


async def test_without_a_question_the_word_is_an_ordinary_message(talker):
    """As before."""
    assert await talker.writes("人工") is None


async def test_after_an_answer_everything_else_works_as_before(talker):
    """Another service, an ordinary request, another question."""
    await talker.writes(QUESTION)
    assert await talker.writes("查询") == "请回复工单号。"
    talker.clock.advance(minutes=11)
    await talker.writes(QUESTION)
    assert await talker.writes("我家楼下有人半夜唱歌") is None
    await talker.writes(QUESTION)
    assert "报修电话" in await talker.writes("路灯报修")


async def test_a_message_told_twice_is_answered_once(talker):
    """WeChat tries three times."""
    await talker.writes(QUESTION, number=7)
    assert await talker.writes(QUESTION, number=7) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": RequestType.COMPLAINT},
        {"kind": RequestType.HELP},
        {"urgency": Urgency.URGENT},
        {"urgency": Urgency.CRITICAL, "alarm": "触电"},
        {"category_code": "0801"},
        {"answers": None},
    ],
)
async def test_what_is_no_plain_question_goes_to_people(changes):
    """Complaints, what is urgent, another matter; and every question where the profile wants it so."""
    talker = Talker(**changes)
    await talker.knows()
    assert await talker.writes(QUESTION) is None
    assert talker.fates == []


async def test_an_expired_article_answers_nothing():
    """Nor does an empty knowledge base."""
    talker = Talker()
    assert await talker.writes(QUESTION) is None
    await talker.knows(an_article(valid_to=talker.clock.now().date().replace(day=1)))
    assert await talker.writes(QUESTION) is None


async def test_a_new_version_is_answered_from_at_once(talker):
    """The index follows what is published."""
    await talker.writes(QUESTION)
    await talker.knows(an_article(version=2, answer="请在小程序报修。"))
    assert "请在小程序报修" in await talker.writes(QUESTION)


async def test_nothing_is_understood_where_no_article_fits(talker):
    """The model's time is not spent twice on every message."""
    await talker.writes("我家楼下有人半夜唱歌")
    assert talker.understands.batches == []
