"""Emergencies and what only sounds like one, as the shipped profile and its model tell them (domain.md I.3)."""

import pytest

from classifiers.understand import Understander
from models.codes import Urgency


@pytest.mark.parametrize(
    "text",
    [
        "快点我家厨房好大煤气味我们在秀英区海秀西路金鼎小区五栋三零二小孩都头晕了",
        "我邻居要跳楼",
        "小孩锁在车里了",
        "奶奶走丢了",
        "电梯里困住两个人",
        "踩到井盖人掉下去了",
        "电线掉水里了",
        "老人叫不醒",
        "厨房好大阵味",
        "冧楼了",
        "There is a gas leak in my kitchen",
        "He is not breathing",
    ],
)
def test_an_emergency_is_told(understander: Understander, text: str):
    """By a hot word or a pair, in the third person, in dialect, in English."""
    assert understander.understand([text])[0].urgency is Urgency.CRITICAL


@pytest.mark.parametrize("text", ["然气泄漏了", "有人要跳漏", "他说他要自刹", "楼道漏垫电到人了", "店梯里困住人了"])
def test_a_misheard_emergency_is_told(understander: Understander, text: str):
    """Recognisers write homophones."""
    assert understander.understand([text])[0].urgency is Urgency.CRITICAL


@pytest.mark.parametrize(
    "text", ["我", "水", "火", "喂", "你好", "老人", "电梯", "煤气", "今天", "快点", "110", "hello", "🔥", "喂喂喂喂"]
)
def test_a_text_that_says_nothing_alarms_nobody(understander: Understander, text: str):
    """How a call begins is no emergency yet."""
    assert understander.understand([text])[0].urgency is Urgency.NORMAL


@pytest.mark.parametrize("text", ["救命", "着火了", "跳楼"])
def test_an_alarming_word_alone_is_enough(understander: Understander, text: str):
    """However short the text is."""
    assert understander.understand([text])[0].urgency is Urgency.CRITICAL


@pytest.mark.parametrize("text", ["煤气味好重", "没呼吸了", "着火啦", "他有刀", "被关电梯里了", "药我吃了"])
def test_a_few_words_of_a_running_call_are_enough(understander: Understander, text: str):
    """The operator is warned before the caller has finished."""
    assert understander.understand([text])[0].urgency is Urgency.CRITICAL


@pytest.mark.parametrize("text", ["现在没有煤气味了", "以前想不开过现在好了", "不是着火", "上个月着火过一次"])
def test_what_is_denied_or_past_goes_to_a_person(understander: Understander, text: str):
    """Lowered to 紧急, never silently to 一般."""
    assert understander.understand([text])[0].urgency is Urgency.URGENT


@pytest.mark.parametrize("text", ["热死人了这么热的天", "气死我了快递又丢件", "天天施工烦得要死", "那个店跳楼价大甩卖吵死了"])
def test_a_figure_of_speech_alarms_nobody(understander: Understander, text: str):
    """Nobody dies of heat, anger or discounts."""
    assert understander.understand([text])[0].urgency is Urgency.NORMAL


@pytest.mark.parametrize("text", ["停水了", "停电了", "电梯坏了", "路灯不亮", "我要挪车", "漏水了", "怎么还没人来"])
def test_a_short_request_is_no_emergency_for_being_short(understander: Understander, text: str):
    """Two or three words tell little; most who say no more have a lamp or a lift that does not work."""
    assert understander.understand([text])[0].urgency is not Urgency.CRITICAL


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("路灯杆漏电，有人被电麻了！", "0703"),
        ("厨房好大煤气味，你们快来", "0805"),
        ("护理院着火那些老人都绑在床上没人解", "1502"),
    ],
)
def test_an_emergency_is_about_what_the_whole_text_surely_tells(understander: Understander, text: str, category: str):
    """漏电 alarms the power company; at a lamp post it is the lamp's unit that has to switch it off."""
    assert understander.understand([text])[0].emergency_category == category
