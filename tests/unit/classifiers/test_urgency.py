"""Urgency: alarming words, and what takes their alarm back (domain.md I.3)."""

import pytest

from classifiers.urgency import Retraction, Signs, UrgencyReader
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
    alarm, _ = READER.read(text, guesses)
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
    alarm, _ = READER.read(text, ())

    assert (alarm.urgency, alarm.retraction) == (Urgency.URGENT, retraction)


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("路灯不亮", Signs(characters=4)),
        ("着火了着火了", Signs(hot_words=1, characters=6)),
        ("小孩在里面我锁车了", Signs(pairs=1, characters=9)),
        ("没有煤气味了", Signs(hot_words_taken_back=1, denials=1, characters=6)),
        ("怕着火，停水两天", Signs(hot_words_taken_back=1, doubts=1, urgent_words=1, characters=8)),
        ("上个月着火", Signs(hot_words_taken_back=1, doubts=1, calming=1, characters=5)),
        ("上个月老人没反应", Signs(pairs_taken_back=1, doubts=2, calming=1, characters=8)),
        ("跳楼价", Signs(false_friends=1, characters=3)),
    ],
)
def test_what_speaks_for_and_against_an_emergency_is_counted(text: str, signs: Signs):
    """A word counts once, where it stands or where it is taken back."""
    assert READER.read(text, ())[1] == signs


def test_many_alarming_words_take_no_longer_than_many_others():
    """Each word is compared with its neighbours only: 30,000 of them are no trouble."""
    assert read("井盖掉下去" * 30_000)[0] is Urgency.CRITICAL
