"""Urgency: alarming words, and what takes their alarm back (domain.md I.3)."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from classifiers.artifact import MeasuredBands
from classifiers.linear import LinearHead
from classifiers.urgency import NO_TONE, Alarm, Retraction, Tone, UrgencyReader, hear_tones, weigh
from models.codes import RequestType, Urgency
from models.profile import Category, CriticalPair, Handling, UrgencyLexicon

LEXICON = UrgencyLexicon(
    critical=("跳楼", "着火", "燃气泄漏", "煤气味"),
    urgent=("停水两天", "泄漏"),
    critical_pairs=(
        CriticalPair(frozenset({"小孩", "老人"}), frozenset({"锁车", "没反应"})),
        CriticalPair(frozenset({"井盖"}), frozenset({"掉下去"}), "well"),
    ),
    false_friends=("跳楼价", "一起火锅", "跟着火车"),
    denials=("没有", "不是"),
    doubts=("如果", "怕"),
    calming=("上个月", "演练"),
    homophones={"然气": "燃气", "跳漏": "跳楼", "着货了": "着火了"},
)


def a_category(code: str, *urgent_words: str) -> Category:
    """Return a category whose only interest is its urgent words."""
    return Category(code, "01", "一级", code, RequestType.HELP, (), urgent_words, Handling.DISPATCH, "D")


READER = UrgencyReader(
    LEXICON,
    {
        "gas": a_category("gas", "燃气泄漏", "煤气味"),
        "fire": a_category("fire", "着火"),
        "lift": a_category("lift", "坠落", "着火"),
    },
)


def read(text: str, *guesses: str) -> tuple[Urgency, str | None, str | None]:
    """Return the alarm of a text as a triple."""
    alarm = READER.read(text, guesses)
    return alarm.urgency, alarm.word, alarm.category_code


def test_a_calm_request_has_no_alarm():
    """Most requests are ordinary."""
    assert read("路灯不亮三天了") == (Urgency.NORMAL, None, None)


def test_a_hot_word_is_critical_whoever_it_is_about():
    """A neighbour who wants to jump is an emergency too."""
    assert read("我邻居要跳楼") == (Urgency.CRITICAL, "跳楼", None)


def test_the_words_own_category_is_told():
    """The alarm knows whom to call."""
    assert read("厨房燃气泄漏了") == (Urgency.CRITICAL, "燃气泄漏", "gas")


def test_of_several_owners_the_likeliest_guess_is_told():
    """A word that several categories share leans on the guesses; without them it stays open."""
    assert read("着火了", "noise", "lift") == (Urgency.CRITICAL, "着火", "lift")
    assert read("着火了") == (Urgency.CRITICAL, "着火", None)


@pytest.mark.parametrize("text", ["清仓跳楼价", "我们一起火锅", "跟着火车跑"])
def test_a_false_friend_alarms_nobody(text: str):
    """Sales and dinners are no emergencies."""
    assert read(text)[0] is Urgency.NORMAL


def test_an_alarm_beside_a_false_friend_still_counts():
    """The mask covers its own characters only."""
    assert read("跳楼价的店着火了")[1] == "着火"


@pytest.mark.parametrize("text", ["现在没有煤气味", "不是着火", "如果着火怎么办"])
def test_a_denied_alarm_goes_to_a_person(text: str):
    """What is denied is lowered to 紧急, never silently to 一般."""
    assert read(text)[0] is Urgency.URGENT


def test_a_denial_of_something_else_denies_nothing():
    """Only a denial directly before the word counts."""
    assert read("没有人管，着火了")[0] is Urgency.CRITICAL


@pytest.mark.parametrize(("heard", "meant"), [("厨房然气泄漏", "燃气泄漏"), ("有人要跳漏", "跳楼"), ("着货了快来", "着火")])
def test_misheard_words_alarm_as_what_was_said(heard: str, meant: str):
    """Recognisers write homophones; the alarm names the real word."""
    assert read(heard)[:2] == (Urgency.CRITICAL, meant)


def test_two_words_alarm_together_in_any_order():
    """Neither 小孩 nor 锁车 is an emergency alone."""
    assert read("小孩在里面我锁车了")[:2] == (Urgency.CRITICAL, "小孩+锁车")
    assert read("我锁车了小孩还在里面")[0] is Urgency.CRITICAL
    assert read("小孩上学的事")[0] is Urgency.NORMAL


def test_any_word_of_a_class_pairs_with_any_of_the_other():
    """老人 stands for 小孩, 没反应 for 锁车; two words of one class are no pair."""
    assert read("老人倒在地上没反应")[:2] == (Urgency.CRITICAL, "老人+没反应")
    assert read("老人带着小孩")[0] is Urgency.NORMAL


def test_a_pair_may_know_its_category():
    """The engine dispatches an emergency by the pair's category, whatever the guesses say."""
    assert read("踩到井盖人掉下去了", "fire") == (Urgency.CRITICAL, "井盖+掉下去", "well")


def test_a_denied_half_makes_no_pair():
    """The old man did answer: a person looks."""
    assert read("老人晕了一下没有没反应")[0] is Urgency.URGENT


@pytest.mark.parametrize("text", ["上个月着火的事谢谢你们", "我们搞着火演练要报备吗", "老人上个月没反应过一次"])
def test_an_alarm_beside_a_calming_word_goes_to_a_person(text: str):
    """What is past or planned is lowered to 紧急, never silently to 一般."""
    assert read(text)[0] is Urgency.URGENT


def test_a_calming_word_far_away_calms_nothing():
    """A caller may tell of last month before the fire of today."""
    assert read("上个月的停水补偿我们已经收到了现在是另外一件事情啊，三楼着火了")[0] is Urgency.CRITICAL


def test_of_a_denied_alarm_and_one_that_stands_the_latter_counts():
    """No fire, but the gas is real."""
    assert read("不是着火，是燃气泄漏")[:2] == (Urgency.CRITICAL, "燃气泄漏")


def test_two_words_far_apart_are_no_pair():
    """A long call mentions many things."""
    assert read("井盖修好了谢谢" + "另外我想问一下公积金的事情" * 3 + "钱包掉下去了")[0] is Urgency.NORMAL


def test_a_categorys_word_is_critical_only_if_the_category_is_likely():
    """坠落 in a calm complaint about something else is looked at, not raced to."""
    assert read("电梯坠落", "lift") == (Urgency.CRITICAL, "坠落", "lift")
    assert read("果子坠落满地", "noise")[0] is Urgency.URGENT


def test_the_strongest_alarm_is_told():
    """Of an urgent and a critical word the critical one decides."""
    assert read("停水两天，现在又着火", "fire") == (Urgency.CRITICAL, "着火", "fire")
    assert read("停水两天") == (Urgency.URGENT, "停水两天", None)


@pytest.mark.parametrize(
    ("word", "tone", "urgency"),
    [
        (Urgency.CRITICAL, NO_TONE, Urgency.CRITICAL),
        (Urgency.CRITICAL, Tone(Urgency.NORMAL, is_calm=True), Urgency.URGENT),
        (Urgency.URGENT, Tone(Urgency.NORMAL, is_calm=True), Urgency.URGENT),
        (Urgency.NORMAL, Tone(Urgency.CRITICAL, is_calm=False), Urgency.CRITICAL),
        (Urgency.NORMAL, Tone(Urgency.NORMAL, is_calm=True), Urgency.NORMAL),
    ],
)
def test_words_and_tone_are_weighed_together(word: Urgency, tone: Tone, urgency: Urgency):
    """A hot word in a calm letter goes to a person; an emergency without a hot word is heard all the same."""
    assert weigh(Alarm(word, None, None), tone) is urgency


@pytest.mark.parametrize(
    ("probability", "level"),
    [(0.5, Urgency.CRITICAL), (0.06, Urgency.CRITICAL), (0.04, Urgency.NORMAL), (0.001, Urgency.NORMAL)],
)
def test_a_text_alone_is_critical_halfway_between_calm_and_sure(probability: float, level: Urgency):
    """0.25 is nearly always right and 0.01 never; without a hot word the line is drawn at 0.05."""
    bands = MeasuredBands(None, 0.95, None, 0.85, critical=0.25, urgent=None, urgency_precision=0.75, calm=0.01, strange=None)
    head = LinearHead().restore(
        np.array(["1", "3"]),
        np.array([[np.log(1 - probability), np.log(probability)]], np.float32),
        np.zeros(2),
        steepness=1.0,
    )

    (tone,) = hear_tones(head, bands, csr_matrix([[1.0]]))

    assert tone == Tone(level, is_calm=probability < 0.01, is_sure=probability >= 0.25)


@pytest.mark.parametrize(
    ("retraction", "tone", "urgency"),
    [
        (Retraction.DENIAL, Tone(Urgency.CRITICAL, is_sure=True), Urgency.URGENT),
        (Retraction.DOUBT, Tone(Urgency.CRITICAL), Urgency.URGENT),
        (Retraction.DOUBT, Tone(Urgency.CRITICAL, is_sure=True), Urgency.CRITICAL),
        (Retraction.DOUBT, Tone(Urgency.NORMAL, is_calm=True), Urgency.URGENT),
    ],
)
def test_what_was_taken_back_goes_to_a_person(retraction: Retraction, tone: Tone, urgency: Urgency):
    """A denied emergency still sounds like one; one that is only feared counts where the whole text surely does."""
    assert weigh(Alarm(Urgency.URGENT, "着火", None, retraction), tone) is urgency


@pytest.mark.parametrize(
    ("text", "retraction"),
    [
        ("现在没有煤气味", Retraction.DENIAL),
        ("我怕跳楼", Retraction.DOUBT),
        ("不是着火，我怕燃气泄漏", Retraction.DOUBT),
        ("停水两天", None),
    ],
)
def test_the_alarm_tells_what_took_it_back(text: str, retraction: Retraction | None):
    """A fear beside a denial is still a fear."""
    alarm = READER.read(text, ())

    assert (alarm.urgency, alarm.retraction) == (Urgency.URGENT, retraction)


def test_many_alarming_words_take_no_longer_than_many_others():
    """Each word is compared with its neighbours only: 30,000 of them are no trouble."""
    assert read("井盖掉下去" * 30_000)[0] is Urgency.CRITICAL
