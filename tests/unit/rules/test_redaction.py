"""What names a person goes, what a unit needs to act stays."""

import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.rules.redaction import MAIL_MARK, NAME_MARK, NUMBER_MARK, redact, redact_fragment, salutation, storable

MOBILE = "139" + "0000" + "0001"
SPOKEN = "一三九" + "零零零零" + "零零零一"
CARD = "460105" + "19800101" + "001X"


@pytest.mark.parametrize(
    "written",
    [
        MOBILE,
        f"{MOBILE[:3]}-{MOBILE[3:7]}-{MOBILE[7:]}",
        f"{MOBILE[:3]} {MOBILE[3:7]} {MOBILE[7:]}",
        f"{MOBILE[:3]}.{MOBILE[3:7]}.{MOBILE[7:]}",
        f"{MOBILE[:3]}—{MOBILE[3:7]}—{MOBILE[7:]}",
        f"{MOBILE[:3]}，{MOBILE[3:7]}，{MOBILE[7:]}",
        " ".join(MOBILE),
        "-".join(MOBILE),
        f"+86{MOBILE}",
        f"+86 {MOBILE}",
        f"86-{MOBILE}",
        MOBILE.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        f"{MOBILE[:3]}－{MOBILE[3:7]}－{MOBILE[7:]}",
        "0898-" + "65" + "801" + "234",
        "(0898)" + "65" + "801" + "234",
        "（0898）" + "6580" + "1234",
        "0898 " + "6580 " + "1234",
        "65" + "801" + "234",
        "6580-" + "1234",
        SPOKEN,
        SPOKEN.replace("一", "幺"),
        f"{SPOKEN[:3]}，{SPOKEN[3:7]}，{SPOKEN[7:]}",
        f"{SPOKEN[:3]} {SPOKEN[3:7]} {SPOKEN[7:]}",
        f"{SPOKEN[:3]}、{SPOKEN[3:7]}、{SPOKEN[7:]}",
        "幺三九" + MOBILE[3:7] + "零零零幺",
        CARD,
        CARD.lower(),
        CARD.replace("X", "Ｘ"),
        CARD[:17] + "1",
        f"{CARD[:6]} {CARD[6:14]} {CARD[14:]}",
        "6222" + "0000" * 3 + "123",
        "6222 0000 0000 0000 123",
    ],
)
def test_a_number_that_names_a_person_goes_however_it_is_written(written):
    """Phones, identity and bank cards are taken out as printed, spaced, in full width or as spoken."""
    redacted = redact(f"我的号码是{written}，请尽快回电")

    left = redacted.removeprefix("我的号码是").removesuffix("，请尽快回电")
    assert NUMBER_MARK in left
    assert not any(character.isdigit() or character in "零〇一二三四五六七八九幺" for character in left), redacted


@pytest.mark.parametrize(
    "text",
    [
        "工资5000000元没有发",
        "拖欠12345678元",
        "拖欠工程款123456789.50元",
        "合同金额1,234,567.89元",
        "涉及资金￥12345678",
        "损失1234567块钱",
        "面积1234567平方米",
        "用了1234567度电",
        "2026年5月18日14:30开始",
        "2026-05-18停水",
        "2026.05.18停水",
        "2026/5/18停水",
        "20260518晚上停水",
        "2023-2026年一直这样",
        "2023—2026年",
        "二〇二六年五月十八日",
        "每天22:00-06:00施工",
        "12-2-1501室漏水",
        "3栋2单元1501",
        "12栋1单元2503房",
        "琼A12345乱停",
        "琼AD12345乱停",
        "琼A·12345乱停",
        "工单HK20260506P0000124没有人处理",
        "工单hk20260506p0000124没有人处理",
        "工单HK20260506P0000124-01没有人处理",
        "东经110.331234，北纬20.031234",
        "拨打12345没人接",
        "打了110和120",
        "一二三四五号楼",
        "G98高速K123+456处",
        "邮编570100",
        "一百二十三万元",
        "第一，路灯坏了，第二，井盖丢了，第三，没人管",
        "1、路灯坏了 2、井盖丢了 3、没人管",
    ],
)
def test_what_a_unit_needs_to_act_stays(text):
    """Amounts, dates, house numbers, plates, coordinates and ticket numbers are left alone."""
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("你好，我叫王小明，我家停水了", "王小明"),
        ("我叫王明住在和平路", "王明"),
        ("我叫欧阳小明，路灯坏了", "欧阳小明"),
        ("我是王小明，路灯坏了", "王小明"),
        ("本人王小明，反映路灯不亮", "王小明"),
        ("我的名字是陈大文。", "陈大文"),
        ("我的名字叫陈大文。", "陈大文"),
        ("姓名：陈大文 电话略", "陈大文"),
        ("姓名:陈大文", "陈大文"),
        ("联系人：阿依古丽，请回电", "阿依古丽"),
        ("联系人是李四，请回电", "李四"),
        ("联系人李四，请回电", "李四"),
    ],
)
def test_an_introduced_name_goes(text, name):
    """Who introduces themselves is not named to the unit."""
    redacted = redact(text)

    assert name not in redacted
    assert NAME_MARK in redacted


@pytest.mark.parametrize(
    "text",
    [
        "我叫了120还没来",
        "我叫他不要停在这里",
        "我叫保安来处理也没用",
        "我叫物业的人来修",
        "我叫救护车等了一小时",
        "我叫车等了半小时",
        "我叫施工队停下，他们不听",
        "我叫房东来修",
        "这种行为叫做什么",
        "小区名叫阳光花园",
        "一家名叫老街烧烤的店油烟很大",
        "我是业主，电梯坏了",
        "我是龙华区的居民",
        "我是安徽人，来海口旅游",
        "我是金牛岭公园旁边的住户",
        "本人系和平小区业主",
        "本人房产证办不下来",
        "姓名保密",
        "联系人电话已留",
        "我家在王府井路",
    ],
)
def test_what_only_sounds_like_a_name_stays(text):
    """Calling an ambulance or naming an estate is no introduction."""
    assert redact(text) == text


@pytest.mark.parametrize(
    "text", ["a" * 50_000, "1," * 25_000, "1-1，" * 12_500, "我叫" * 25_000, "a@" * 25_000, "微信" * 25_000]
)
def test_no_text_takes_long(text):
    """The longest text that a door accepts is read in a moment, also one that was made to be slow."""
    before = perf_counter()
    redact(text)

    assert perf_counter() - before < 3  # seconds; a rule that looks back at everything takes a minute


@pytest.mark.parametrize("address", ["wang.xm+12345@mail.example.com", "-wang@example.com", "12345@example.com"])
def test_a_mail_address_goes(address):
    """Mail addresses are taken out; the words around them stay."""
    assert redact(f"发到{address}谢谢") == f"发到{MAIL_MARK}谢谢"


@pytest.mark.parametrize("text", ["微信号wxid_ab12cd34", "微信：ab-cd_1234", "我的QQ是ab12cd34"])
def test_an_account_name_goes(text):
    """A WeChat or QQ account leads to a person as a phone number does."""
    assert "ab" not in redact(text)


def test_what_the_door_knows_goes_wherever_it_stands():
    """The name and number that the door was given are taken out of the text too."""
    redacted = redact("符小强的路灯，符小强再问一次", known=("符小强", MOBILE, None))

    assert redacted == f"{NAME_MARK}的路灯，{NAME_MARK}再问一次"


def test_a_known_name_inside_a_known_longer_one_leaves_nothing_behind():
    """The longer secret goes first, so that no piece of it remains."""
    assert redact("wx_lihua说路灯坏了", known=("lihua", None, "wx_lihua")) == f"{NAME_MARK}说路灯坏了"


def test_a_number_known_to_the_door_is_marked_as_a_number() -> None:
    """A short extension has no form of its own; that the door knows it is enough."""
    assert redact("家里电话66778", known=(None, "66778", None)) == f"家里电话{NUMBER_MARK}"


def test_a_single_character_is_no_name_to_look_for():
    """A door that was given only a surname does not tear the text apart."""
    assert redact("王府井路的路灯", known=("王", None, None)) == "王府井路的路灯"


@given(st.text(alphabet="0123456789元年月日-. 我叫王小明，路灯坏了零一二三", max_size=60))
def test_redacting_again_changes_nothing(text):
    """A text that was redacted at the door passes a second time unchanged."""
    once = redact(text)

    assert redact(once) == once


@given(
    st.text(max_size=40),
    st.sampled_from(["", "电话", "打我", "是：", " ", "1.", "1、", "2-"]),
    st.text(alphabet="，。路灯坏了 元万平度块时方米旦.", max_size=10),
)
def test_no_mobile_number_survives_in_any_company(before, lead, after):
    """Whatever words stand around it, a printed mobile number does not leave the house."""
    assert MOBILE not in redact(f"{before}{lead}{MOBILE}{after}")


@pytest.mark.parametrize("text", [f"0.0{MOBILE}", f"0{MOBILE}元", f"￥0{MOBILE}", f"110.{MOBILE}", f"{MOBILE}平方"])
def test_no_mobile_number_hides_in_an_amount_or_a_coordinate(text):
    """No amount and no coordinate has as many digits."""
    assert MOBILE not in redact(text)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("符小强", "", "符先生/女士"),
        ("欧阳小明", "", "欧阳先生/女士"),
        (" 符小强", "", "符先生/女士"),
        (None, "你好我姓符，路灯坏了", "符先生/女士"),
        (None, "免贵姓陈", "陈先生/女士"),
        (None, "我姓欧阳，路灯坏了", "欧阳先生/女士"),
        (None, "我姓名保密", None),
        (None, "路灯坏了", None),
        ("", "路灯坏了", None),
        (MOBILE, "路灯坏了", None),
        ("Smith", "路灯坏了", None),
        ("匿名", "路灯坏了", None),
        ("未知", "路灯坏了", None),
        ("王", "", "王先生/女士"),
        ("符女士", "", "符先生/女士"),
    ],
)
def test_the_salutation_tells_the_surname_alone(name, text, expected):
    """A unit may say Mr or Ms Fu, and learns nothing more; the name as it was given, 符女士, stays in the vault."""
    assert salutation(name, text) == expected


def test_what_postgresql_cannot_hold_is_taken_out():
    """NUL goes, half a surrogate becomes the replacement sign, an emoji stays whole."""
    assert storable("路\x00灯") == "路灯"
    assert storable("路\ud83d灯") == "路\ufffd灯"
    assert storable("路灯💡") == "路灯💡"


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=30))
def test_what_is_storable_can_be_encoded(text):
    """Whatever a door was given can be written as UTF-8 afterwards."""
    assert "\x00" not in storable(text).encode().decode()


@pytest.mark.parametrize("cut", range(1, 11))
def test_no_breath_of_a_dictated_number_tells_more_than_three_digits(cut):
    """A stretch of speech travels alone, before anybody can know what the next one adds."""
    for piece in (f"我的电话是{MOBILE[:cut]}", f"{MOBILE[cut:]}，你记一下"):
        assert max((len(run) for run in re.findall(r"\d+", redact_fragment(piece))), default=0) <= 3


def test_a_breath_keeps_what_names_no_person():
    """House numbers, service numbers and amounts are what an emergency needs."""
    assert redact_fragment("金鼎小区五栋三零二煤气味很大") == "金鼎小区五栋三零二煤气味很大"
    assert redact_fragment("打了119还没来") == "打了119还没来"
    assert redact_fragment("三八零零 零零零一") == NUMBER_MARK
