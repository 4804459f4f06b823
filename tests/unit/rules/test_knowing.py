"""Which article answers a question, how surely, and what may be cited."""

from dataclasses import replace
from datetime import date

import pytest

from classifiers.words import cut_words
from dispatcher.rules.knowing import (
    ArticleIndex,
    citation_refusal,
    marked_spans,
    may_be_answered,
    parsed_reference,
    snippet_of,
    sure_answer,
    worth_reading,
)
from models.codes import ArticleStatus, CitationRefusal, LinkKind, RequestType, Urgency
from models.knowledge import Link, StoredArticle
from models.profile import AnswerRule
from models.understanding import Guess
from tests.builders import MONDAY, an_issue, an_understanding
from tests.knowledge_fakes import an_article

TODAY = date(2026, 5, 18)
RULE = AnswerRule(least_cover=0.6, least_lead=1.3, longest=60)
LAMPS = an_article()
WATER = an_article(
    "KB-0801-01",
    title="停水了怎样查询",
    answer="看供水公司公告，或拨打供水公司电话。",
    body="计划停水提前通知。",
    categories=("0801",),
    keywords=("停水", "停水查询"),
)
PERMIT = an_article(
    "KB-1601-04",
    title="居住证怎样办理",
    answer="到居住地派出所申领居住证。",
    body="每年签注一次。",
    categories=("1601",),
    keywords=("居住证", "居住证签注"),
)


def an_index(*articles):
    """Return an index of some articles, by default of three."""
    return ArticleIndex(articles or (LAMPS, WATER, PERMIT), cut_words, ("怎么", "请问", "在", "哪里"))


def found(question, *articles, on=TODAY):
    """Return the ids of what is found."""
    return [one.article.article_id for one in an_index(*articles).find(question, on=on, limit=5)]


class TestFinding:
    """The best article stands first."""

    def test_the_article_of_the_matter_stands_first(self):
        """In the citizen's own words."""
        assert found("请问居住证在哪里签注")[0] == "KB-1601-04"
        assert found("我家那条街路灯坏了")[0] == "KB-0703-01"

    def test_a_title_counts_for_more_than_the_body(self):
        """What an article is about stands in its title."""
        beside = an_article("KB-1-1", title="其他", answer="无关", body="居住证也可以在这里问。", keywords=("别的",))
        assert found("居住证", beside, PERMIT) == ["KB-1601-04", "KB-1-1"]

    def test_words_that_only_ask_find_nothing(self):
        """请问在哪里 asks about no matter."""
        assert found("请问在哪里") == []

    def test_a_number_is_the_matter_of_the_articles_that_name_it_so(self):
        """拨打12345 at the end of an article tells where to turn; nor are the digits of 12345 those of 12315."""
        hotline = an_article("KB-1905-07", title="打12345要钱吗", answer="不要钱。", body="无", keywords=("12345收费",))
        shop = an_article(
            "KB-1001-01", title="商家收费不合理", answer="拨打12315，或拨打12345。", body="留好小票。", keywords=("收费",)
        )

        assert found("打12345收费吗", hotline, shop) == ["KB-1905-07", "KB-1001-01"]
        assert found("12345", hotline, shop) == ["KB-1905-07"]
        assert found("12315", hotline, shop) == ["KB-1001-01"]

    def test_a_part_of_a_word_that_only_asks_finds_nothing(self):
        """干什么 shares 什么 with every question."""
        asks = an_article("KB-1-1", title="为什么不受理", answer="无", body="无", keywords=("为什么",))
        index = ArticleIndex([asks], cut_words, ("什么",))

        assert worth_reading(index.find("干什么", on=TODAY, limit=3)) == []

    def test_an_expired_article_is_never_found(self):
        """Nor one that does not hold yet."""
        expired = replace(PERMIT, valid_to=date(2026, 5, 17))
        assert found("居住证", expired, LAMPS) == []
        assert found("居住证", expired, LAMPS, on=date(2026, 5, 17)) == ["KB-1601-04"]
        assert found("居住证", replace(PERMIT, valid_from=date(2026, 5, 19)), LAMPS) == []

    def test_an_article_is_hidden_by_the_one_that_replaces_it_once_that_holds(self):
        """Until then the old rule is the rule."""
        later = replace(PERMIT, article_id="KB-1601-09", links=(Link(LinkKind.REPLACES, "KB-1601-04"),))
        assert found("居住证", PERMIT, later) == ["KB-1601-09"]
        assert found("居住证", PERMIT, replace(later, valid_from=date(2026, 6, 1))) == ["KB-1601-04"]

    def test_an_empty_index_finds_nothing(self):
        """A new installation has no article."""
        assert ArticleIndex((), cut_words).find("居住证", on=TODAY, limit=3) == []

    def test_what_shares_single_characters_alone_is_not_worth_reading(self):
        """水 is in 停水 and in 水平."""
        hits = an_index().find("水平", on=TODAY, limit=5)
        assert hits
        assert worth_reading(hits) == []


class TestSureAnswers:
    """When the machine answers by itself."""

    @pytest.mark.parametrize("question", ["停水", "停水查询", " 居住证 ", "居住证签注"])
    def test_a_keyword_alone_is_sure(self, question):
        """Citizens write one word, as they would into a search box."""
        answer = sure_answer(an_index().find(question, on=TODAY, limit=2), question, RULE)
        assert answer is not None
        assert answer.exact

    def test_a_keyword_of_two_articles_is_not(self):
        """One of them would be wrong."""
        twin = replace(PERMIT, article_id="KB-1601-05", title="居住证丢了")
        assert sure_answer(an_index(PERMIT, twin).find("居住证", on=TODAY, limit=2), "居住证", RULE) is None

    def test_a_question_that_an_article_speaks_of_wholly_is_sure(self):
        """Nothing of it stays open."""
        question = "请问居住证怎么签注"
        answer = sure_answer(an_index().find(question, on=TODAY, limit=2), question, RULE)
        assert answer is not None
        assert answer.article is PERMIT

    @pytest.mark.parametrize("question", ["居住证能不能用来贷款买摩托车", "今天天气好吗", ""])
    def test_a_question_that_goes_beyond_the_articles_is_not(self, question):
        """A wrong answer is worse than none."""
        assert sure_answer(an_index().find(question, on=TODAY, limit=2), question, RULE) is None

    def test_a_long_letter_is_not(self):
        """Who tells a story wants to be heard."""
        question = "请问居住证怎么签注" * 10
        assert sure_answer(an_index().find(question, on=TODAY, limit=2), question, RULE) is None


class TestWhatMayBeAnswered:
    """Not every message that resembles an article is a question."""

    def may(self, understanding, question="居住证怎么签注"):
        """Return whether the machine may answer a question with the best article."""
        (best,) = an_index().find(question, on=TODAY, limit=1)
        return may_be_answered(question, understanding, best, {RequestType.COMPLAINT: ("扰民",)})

    def test_a_question_about_the_articles_matter_may(self):
        """咨询 of the same category."""
        assert self.may(an_understanding("1601", request_type=RequestType.CONSULT))

    @pytest.mark.parametrize("kind", [kind for kind in RequestType if kind is not RequestType.CONSULT])
    def test_no_other_type_may(self, kind):
        """A complaint is a complaint, however well an article fits."""
        assert not self.may(an_understanding("1601", request_type=kind))

    def test_another_matter_may_not(self):
        """The classifier has its own opinion of what it is about; among its three guesses is enough."""
        other = an_understanding("0703", request_type=RequestType.CONSULT)
        assert not self.may(other)
        assert self.may(replace(other, top=(Guess("0703", 0.5), Guess("1601", 0.3))))

    @pytest.mark.parametrize(
        "changes", [{"urgency": Urgency.URGENT}, {"urgency": Urgency.CRITICAL}, {"alarm": "漏气"}, {"issues": (an_issue(),)}]
    )
    def test_what_is_urgent_or_several_requests_may_not(self, changes):
        """Not even a keyword alone."""
        assert not self.may(an_understanding("0801", request_type=RequestType.CONSULT, **changes), "停水")

    @pytest.mark.parametrize("kind", list(RequestType))
    def test_a_keyword_alone_needs_neither_type_nor_category(self, kind):
        """停水 by itself is taken for anything."""
        assert self.may(an_understanding("0703", request_type=kind), "停水")

    def test_a_keyword_that_complains_may_not(self):
        """不发工资 is no word to look up; nor is one with a word of complaint."""
        pay = an_article("KB-1101-01", title="工资", keywords=("不发工资", "工地扰民"))
        for question in pay.keywords:
            (best,) = an_index(pay, LAMPS).find(question, on=TODAY, limit=1)
            complaint = an_understanding("1101", request_type=RequestType.COMPLAINT)
            assert not may_be_answered(question, complaint, best, {RequestType.COMPLAINT: ("扰民",)})


class TestCitations:
    """What an answer may rest on."""

    @pytest.mark.parametrize(
        ("text", "parsed"),
        [
            ("KB-0102", ("KB-0102", None)),
            (" KB-0102@3 ", ("KB-0102", 3)),
            ("知识库第12条", None),
            ("KB-0102@", None),
            ("", None),
        ],
    )
    def test_a_reference_is_an_id_perhaps_with_a_version(self, text, parsed):
        """As operators write it."""
        assert parsed_reference(text) == parsed

    @pytest.mark.parametrize(
        ("status", "on", "refusal"),
        [
            (ArticleStatus.PUBLISHED, TODAY, None),
            (ArticleStatus.PUBLISHED, date(2026, 6, 30), None),
            (ArticleStatus.PUBLISHED, date(2026, 7, 1), CitationRefusal.EXPIRED),
            (ArticleStatus.PUBLISHED, date(2025, 12, 31), CitationRefusal.NOT_YET),
            (ArticleStatus.DRAFT, TODAY, CitationRefusal.DRAFT),
            (ArticleStatus.WITHDRAWN, TODAY, CitationRefusal.WITHDRAWN),
        ],
    )
    def test_it_must_be_published_and_hold_on_the_day(self, status, on, refusal):
        """Both days of the span count."""
        stored = StoredArticle(an_article(valid_to=date(2026, 6, 30)), status, "li", MONDAY)
        assert citation_refusal(stored, on) is refusal

    def test_it_must_exist(self):
        """A slip of the pen cites nothing."""
        assert citation_refusal(None, TODAY) is CitationRefusal.UNKNOWN


class TestSnippets:
    """What is shown of a found article."""

    def test_the_sentence_with_most_hits_is_shown(self):
        """Not always the first one."""
        assert snippet_of(PERMIT, ("签注",)) == "每年签注一次。"
        assert snippet_of(PERMIT, ()) == "到居住地派出所申领居住证。"

    def test_a_long_sentence_is_cut(self):
        """A line of a list."""
        assert len(snippet_of(an_article(answer="路灯" * 100), ("路灯",))) == 90

    def test_overlapping_hits_are_marked_once(self):
        """居住证 holds 居住 and 住证."""
        assert marked_spans("办居住证", ("居住证", "居住", "住证")) == [(1, 4)]
        assert marked_spans("a.b", (".",)) == [(1, 2)]
