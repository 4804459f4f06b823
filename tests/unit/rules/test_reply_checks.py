"""What the machine finds wanting in a reply: each fault of domain.md A.5 once, and once not."""

from dataclasses import replace

import pytest

from dispatcher.rules.redaction import NUMBER_MARK
from dispatcher.rules.reply_checks import Asked, EarlierReply, Finding, Reply, findings_of
from models.codes import ReplyFault
from models.profile import ReplyRule

RULE = ReplyRule(
    empty=("无", "同上"),
    unfinished=("正在核实",),
    promises=("将加强", "将尽快"),
    refusals=("不属于我",),
    grounds=("《", "三定"),
    solved=("已更换", "处理完毕"),
    photos=("07",),
)
ASKED = Asked(
    text="中山路的路灯坏了三天没人修",
    address="中山路",
    category_code="0703",
    words=("路灯",),
    askable=True,
)
GOOD = Reply(
    investigation="5月19日到中山路现场查看，三盏路灯灯泡损坏",
    result="已更换灯泡，5月20日复查全部亮灯",
    basis="《城市照明管理规定》第二十条",
    contacted=True,
    attachments=("复查照片",),
)


def _faults(reply=GOOD, asked=ASKED, **more):
    return [finding.fault for finding in findings_of(reply, asked, rule=RULE, **more)]


def test_a_good_reply_has_nothing_wanting():
    """It tells what was found and done, by which rule, with a picture, and the citizen was spoken with."""
    assert _faults() == []


@pytest.mark.parametrize(
    ("changes", "fault", "evidence"),
    [
        ({"investigation": "管网已查看", "result": "水压正常"}, ReplyFault.OFF_TOPIC, ""),
        ({"contacted": False}, ReplyFault.NOT_CONTACTED, ""),
        ({"result": " 无。"}, ReplyFault.NO_RESULT, "无。"),
        ({"result": "路灯所正在核实，同上"}, ReplyFault.NO_RESULT, "路灯所正在核实，同上"),
        ({"basis": None}, ReplyFault.NO_BASIS, ""),
        ({"basis": "无"}, ReplyFault.NO_BASIS, "无"),
        ({"result": "查明原因。我所将加强巡查，保证亮灯。"}, ReplyFault.UNDATED_PROMISE, "我所将加强巡查，保证亮灯"),
        ({"investigation": f"已致电{NUMBER_MARK}，到中山路看过"}, ReplyFault.PERSONAL_DATA, ""),
        ({"result": "该路灯不属于我所管养", "basis": "规定"}, ReplyFault.REFUSED_DUTY, "该路灯不属于我所管养"),
        ({"attachments": ()}, ReplyFault.NO_ATTACHMENT, "已更换灯泡"),
    ],
)
def test_each_fault_is_found_with_the_words_that_show_it(changes, fault, evidence):
    """One change of the good reply makes one finding."""
    assert findings_of(replace(GOOD, **changes), ASKED, rule=RULE) == (Finding(fault, evidence),)


@pytest.mark.parametrize(
    "changes",
    [
        {"result": "我所将加强巡查，5月底前每晚一次"},
        {"result": "将尽快修复，3个工作日内完成"},
        {"result": "该路灯不属于我所管养", "basis": "市三定方案第三条"},
        {"investigation": "路灯三盏不亮", "result": "灯杆处理完毕", "attachments": ("照片",)},
        {"result": "正在核实灯杆产权，已更换灯泡"},
    ],
)
def test_what_is_said_well_is_no_fault(changes):
    """A promise with its date, a refusal with its basis, a result beside what goes on."""
    assert _faults(replace(GOOD, **changes)) == []


def test_whom_nobody_may_contact_is_not_missed():
    """Anonymous and confidential requests ask for no call."""
    assert _faults(replace(GOOD, contacted=False), replace(ASKED, askable=False)) == []


def test_other_categories_need_no_picture():
    """The profile lists those that do."""
    assert _faults(replace(GOOD, attachments=()), replace(ASKED, category_code="1102")) == []


def test_the_words_of_the_category_are_to_the_point():
    """A reply that says 路灯 answers a request that said 灯不亮."""
    asked = replace(ASKED, text="晚上黑，灯不亮", address=None)
    assert _faults(replace(GOOD, investigation="路灯线路老化"), asked) == []


def test_a_copy_of_an_answer_about_another_place_is_told():
    """The latest one is named; an answer about the same place may be the same."""
    elsewhere = EarlierReply("HK-2", GOOD.text, "海秀路")
    assert findings_of(GOOD, ASKED, rule=RULE, earlier=[elsewhere]) == (Finding(ReplyFault.COPIED, "HK-2"),)
    assert _faults(earlier=[replace(elsewhere, place="中山路")]) == []
    assert _faults(earlier=[replace(elsewhere, text="管道爆裂，已更换阀门，5月21日恢复供水")]) == []


def test_short_replies_are_no_copies():
    """Few words are alike by chance."""
    short = replace(GOOD, investigation="中山路路灯", result="已更换")
    assert ReplyFault.COPIED not in _faults(short, earlier=[EarlierReply("HK-2", short.text, "海秀路")])


def test_without_an_address_the_request_itself_is_the_place():
    """Two requests in other words are two places."""
    asked = replace(ASKED, address=None)
    assert _faults(GOOD, asked, earlier=[EarlierReply("HK-2", GOOD.text, asked.text)]) == []
    assert _faults(GOOD, asked, earlier=[EarlierReply("HK-2", GOOD.text, "海秀路路灯不亮")]) == [ReplyFault.COPIED]
