"""Courtesies at the end of a talk say nothing about what it was about."""

import pytest

from classifiers.closings import without_closing


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("我想问一下灵活就业人员社保怎么交 好的明白了谢谢", "我想问一下灵活就业人员社保怎么交"),
        ("路灯坏了三天没人修，麻烦你们了，谢谢！", "路灯坏了三天没人修"),
        ("小区停水两天了请尽快处理嗯好就这样再见", "小区停水两天了请尽快处理"),
        ("请问公积金贷款要什么材料", "请问公积金贷款要什么材料"),
        ("窗口的工作人员态度很好，帮我把事情办成了", "窗口的工作人员态度很好，帮我把事情办成了"),
    ],
)
def test_a_closing_is_left_out(text, left):
    """Thanks inside a sentence stay."""
    assert without_closing(text) == left


@pytest.mark.parametrize("text", ["谢谢你们", "好的", "感谢大家辛苦了", ""])
def test_a_text_that_is_nothing_but_courtesy_stays_whole(text):
    """Praise is a request too."""
    assert without_closing(text) == text


def test_a_long_text_of_courtesies_costs_nothing():
    """Only the end is looked at."""
    assert without_closing("谢谢" * 50_000).startswith("谢谢")
