"""Courtesies at both ends of a talk say nothing about what it was about."""

import pytest

from classifiers.courtesies import read_told, without_courtesies


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("我想问一下灵活就业人员社保怎么交 好的明白了谢谢", "我想问一下灵活就业人员社保怎么交"),
        ("路灯坏了三天没人修，麻烦你们了，谢谢！", "路灯坏了三天没人修"),
        ("小区停水两天了请尽快处理嗯好就这样再见", "小区停水两天了"),
        ("公积金能提多少 哦那我知道了啊麻烦你了再见", "公积金能提多少 哦那我"),
        ("路灯坏了三天没人修我的电话就是这个号码大概就是这样听清楚了吗好谢谢", "路灯坏了三天没人修"),
        ("停水了谢谢", "停水了"),
        ("煤气味没有了刚才燃气公司来修好了谢谢", "煤气味没有了刚才燃气公司来修好了"),
        ("楼道灯坏了麻烦你们快点来人看一下", "楼道灯坏了"),
        ("井盖没了，希望有关部门重视！", "井盖没了"),
        ("水管爆了你们什么时候能来", "水管爆了"),
        ("路口的井盖没了谢谢", "路口的井盖没了"),
        ("路灯坏了 没了谢谢", "路灯坏了"),
        ("公交车什么时候来", "公交车什么时候来"),
        ("请问公积金怎么处理", "请问公积金怎么处理"),
        ("请问公积金贷款要什么材料", "请问公积金贷款要什么材料"),
        ("打了三个电话就是没人听", "打了三个电话就是没人听"),
        ("村里的地是谁签的约我们都不知道", "村里的地是谁签的约我们都不知道"),
        ("窗口的工作人员态度很好，帮我把事情办成了", "窗口的工作人员态度很好，帮我把事情办成了"),
    ],
)
def test_a_closing_is_left_out(text: str, left: str):
    """Thanks inside a sentence stay."""
    assert without_courtesies(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("喂你好是12345吗我家停水了一上午", "我家停水了一上午"),
        ("喂，你好，请问是政府热线吗？路灯坏了三天没人修", "路灯坏了三天没人修"),
        ("您好！请问这里是市民服务热线吗\n工地半夜打桩", "工地半夜打桩"),
        ("你好你好，早上好，公积金能提多少", "公积金能提多少"),
        ("喂你好着火了", "着火了"),
        ("喂听得到吗那个我跟你说啊我家楼上漏水", "我家楼上漏水"),
        ("尊敬的市领导：您好！我们小区没有电梯", "我们小区没有电梯"),
        ("尊敬的市长您好：我们小区没有电梯", "我们小区没有电梯"),
        ("尊敬的医保局领导：报销了半年没到", "尊敬的医保局领导：报销了半年没到"),
        ("领导你好，我想反映一个问题，公交车半小时不来", "公交车半小时不来"),
        ("不好意思打扰一下我打电话来就是想说路灯太暗", "路灯太暗"),
        ("师傅绕路多收了二十块", "师傅绕路多收了二十块"),
        ("我想反映两个事一个是停水", "我想反映两个事一个是停水"),
        ("我打电话给物业没人接", "我打电话给物业没人接"),
        ("喂派出所吗有人打架", "派出所吗有人打架"),
        ("是12345热线欠费了吗我打不通", "是12345热线欠费了吗我打不通"),
        ("你好坏啊这个物业", "你好坏啊这个物业"),
        ("上午好好的自来水下午就黄了", "上午好好的自来水下午就黄了"),
    ],
)
def test_a_greeting_is_left_out(text: str, left: str):
    """Also when it asks whether this is the hotline; whoever else was meant to be called tells something."""
    assert without_courtesies(text) == left


_COURTESIES = [
    *("好", "好的", "好吧", "好嘞", "好了", "那行", "行吧", "可以", "可以了", "再见", "拜拜", "那先这样吧", "就这样"),
    *("谢谢", "谢谢你们", "多谢您们", "感谢您", "拜托大家", "麻烦领导", "辛苦各位", "谢谢啊", "谢谢啦", "谢谢哈", "谢谢了"),
    *(
        "嗯",
        "哦",
        "对",
        "没了",
        "没有了",
        "明白",
        "知道",
        "清楚",
        "了解",
        "晓得",
        "懂",
        "懂了啊",
        "明白了呀",
        "知道了吧",
        "懂了啦",
        "懂了哈",
    ),
]


@pytest.mark.parametrize("courtesy", _COURTESIES)
def test_every_courtesy_is_known_by_how_it_ends(courtesy):
    """Also with signs behind it."""
    assert without_courtesies(f"路灯坏了三天没人修，{courtesy}") == "路灯坏了三天没人修"
    assert without_courtesies(f"路灯坏了三天没人修。{courtesy}！？ ") == "路灯坏了三天没人修"


@pytest.mark.parametrize("text", ["谢谢你们", "好的", "感谢大家辛苦了", "", "喂你好", "你好是12345吗"])
def test_a_text_that_is_nothing_but_courtesy_stays_whole(text):
    """Praise is a request too."""
    assert without_courtesies(text) == text


def test_a_long_text_of_courtesies_costs_nothing():
    """Only the end is looked at."""
    assert without_courtesies("谢谢" * 50_000).startswith("谢谢")


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("灵活就业社保怎么交 好的明白了谢谢", True),
        ("公积金能提多少 哦那我知道了啊麻烦你了再见", True),
        ("办身份证要带什么 好的懂了那就先这样吧", True),
        ("社保怎么交，明白。", True),
        ("灵活就业社保怎么交", False),
        ("我想知道灵活就业社保怎么交", False),
        ("社保怎么交我想了解一下谢谢", False),
        ("社保怎么交我不知道谢谢", False),
        ("补贴有没有钱领他们说不清楚", False),
        ("怕出问题所以想先问清楚", False),
        ("他们天天油烟扰民你们来看就知道了", False),
    ],
)
def test_who_was_told_what_he_asked_ends_so(text, answered):
    """明白了 is an answer's end; 不知道, 想问清楚 and 来看就知道了 are a question's or a complaint's."""
    assert read_told(text).answered is answered
