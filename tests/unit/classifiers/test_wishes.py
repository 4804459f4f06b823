"""Wishes: to stay anonymous, to be kept secret. Denials and other people's wishes do not count."""

import pytest

from classifiers.normalise import normalise
from classifiers.wishes import wants_anonymity, wants_secrecy


@pytest.mark.parametrize(
    "text",
    [
        "我要举报我不留名字也不要告诉他们是我打的",
        "我要匿名举报一个工地",
        "能不能匿名，我怕报复",
        "我就不留姓名了",
        "名字就不说了",
        "不方便透露姓名",
        "你别问我叫什么",
        "不想留名字行不行",
        "本人不便留名，请查",
        "匿名舉報",
    ],
)
def test_who_wishes_to_stay_anonymous_is_heard(text: str):
    """In whatever words, and also who only asks for it."""
    assert wants_anonymity(normalise(text).text)


@pytest.mark.parametrize(
    "text",
    [
        "我不是匿名，我实名举报",
        "不用匿名，可以联系我",
        "有人匿名举报我的店",
        "邻居匿名投诉我们吵",
        "我收到匿名信",
        "匿名电话骚扰我一个月了",
        "对方不留名字就挂了",
        "小孩报名上不了",
        "不能报名参加",
        "建议举报奖励可以匿名领取",
        "店名叫什么忘了",
        "路灯不亮",
    ],
)
def test_no_wish_or_another_persons_is_no_anonymity(text: str):
    """The call-back must reach whoever did not refuse it."""
    assert not wants_anonymity(normalise(text).text)


@pytest.mark.parametrize(
    "text",
    [
        "我要举报我不留名字也不要告诉他们是我打的",
        "别让物业知道是我投诉的",
        "不要跟老板讲是谁举报的",
        "不要泄露我的信息",
        "请不要把我的电话给他们",
        "请为我保密",
        "求你们这次千万保密",
        "能不能帮我保密",
        "我的电话要保密",
        "请对反映人信息保密",
        "有证据，保密，谢谢",
        "先不要公开我的身份",
    ],
)
def test_who_wishes_to_be_kept_secret_is_heard(text: str):
    """The unit then sees neither name nor number."""
    assert wants_secrecy(normalise(text).text)


@pytest.mark.parametrize(
    "text",
    [
        "不用保密，可以告诉他们",
        "我不需要保密",
        "不保密也行",
        "公司要我们签保密协议",
        "老板要求我们保密",
        "我要看评分明细，代理说保密",
        "请问保密局在哪里",
        "医院没有保密我的病历",
        "不要告诉我你们管不了",
        "不能发给个人，可那是我们家的地",
        "别跟我说不归你们管",
        "路灯不亮",
    ],
)
def test_no_wish_or_another_persons_is_no_secret(text: str):
    """What the company wants to hide is not what the citizen wants to hide."""
    assert not wants_secrecy(normalise(text).text)
