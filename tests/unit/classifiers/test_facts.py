"""Facts: names of companies, moods, and all of it together, on the shipped lists."""

from decimal import Decimal

import pytest

from classifiers.companies import CompanyReader
from classifiers.facts import FactReader
from classifiers.mood import MoodReader
from classifiers.normalise import normalise
from models.codes import Mood, PlateKind, SubjectType
from models.profile import Profile
from models.understanding import NO_FACTS, Facts


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我是海口某某科技有限公司的财务", "海口某某科技有限公司"),
        ("举报海南宏达建设有限公司拖欠货款", "海南宏达建设有限公司"),
        ("有家店叫小胖烧烤店，半夜很吵", "小胖烧烤店"),
        ("我在“海蓝之家”酒店被乱收费", "海蓝之家”酒店"),
        ("海甸岛某某烧烤店不发工资", "海甸岛某某烧烤店"),
    ],
)
def test_a_company_or_shop_is_told_by_its_name(haikou: Profile, text: str, name: str):
    """As it is written in the request."""
    span = CompanyReader(haikou.facts).read(normalise(text).text)

    assert span is not None
    assert normalise(text).quoted(*span) == name


@pytest.mark.parametrize(
    "text", ["凤翔路一家健身房办了卡", "物业公司不管", "某装修公司跑路", "楼下餐厅油烟大", "我们公司不发工资", "路灯不亮"]
)
def test_a_sort_of_business_is_no_name(haikou: Profile, text: str):
    """一家健身房 could be any."""
    assert CompanyReader(haikou.facts).read(normalise(text).text) is None


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("路灯修好了，非常满意", Mood.SATISFIED),
        ("好的明白了谢谢", Mood.SATISFIED),
        ("昨天我还很生气，多次反映都没人来，现在解决了，谢谢你们", Mood.SATISFIED),
        ("你们到底管不管", Mood.DISSATISFIED),
        ("我不满意，要重新处理", Mood.DISSATISFIED),
        ("谢谢你们，可是问题还是没解决", Mood.DISSATISFIED),
        ("满意度调查是什么", None),
        ("请尽快处理，谢谢", None),
        ("非常满意，" + "后来又说了别的事。" * 20, None),
        ("", None),
    ],
)
def test_the_mood_is_that_of_the_last_words(haikou: Profile, text: str, mood: Mood | None):
    """How a talk ends is what the citizen will say when called back."""
    assert MoodReader(haikou.facts).read(normalise(text).text) is mood


def test_a_report_that_wants_protection_is_read_whole(haikou: Profile):
    """Story S11: anonymous, confidential, and a plate that is no part of a place."""
    text = "我要举报我不留名字也不要告诉他们是我打的桂林洋那边一个厂晚上偷偷把废机油倒河里车牌琼A88X61"

    assert FactReader(haikou.facts).read(normalise(text)) == Facts(
        plate="琼A88X61", plate_kind=PlateKind.SMALL_CAR, when="晚上", anonymous=True, confidential=True
    )


def test_an_enterprises_complaint_is_read_whole(haikou: Profile):
    """Story S06, with a sum: what is quoted is quoted in the citizen's own characters."""
    text = "我是海口某某科技有限公司的財務，我们去年的研发补贴３０万元拖了四个月"

    assert FactReader(haikou.facts).read(normalise(text)) == Facts(
        amount=Decimal(300000), when="去年", company="海口某某科技有限公司", subject=SubjectType.ENTERPRISE
    )


@pytest.mark.parametrize("text", ["", " ", "😀", "\x00\ud800", "<p></p>", "嗯嗯嗯"])
def test_what_tells_nothing_has_no_facts(haikou: Profile, text: str):
    """No input invents a fact."""
    assert FactReader(haikou.facts).read(normalise(text)) == NO_FACTS


@pytest.mark.parametrize(
    "piece", ["不要告诉", "1元", "一万", "路口", "海甸一路口", "我是一家公司", "琼a八八", "匿名", "今天早上"]
)
def test_every_rule_is_bounded(haikou: Profile, piece: str):
    """A letter of one phrase over and over has facts like any other; a rule that grew with its square would not come back."""
    text = normalise(piece * 20_000)

    assert FactReader(haikou.facts).read(text) == FactReader(haikou.facts).read(text)
