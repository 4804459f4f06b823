"""When it happened, in the citizen's own words."""

import pytest

from classifiers.normalise import normalise
from classifiers.times import when_in


def when(text: str) -> str | None:
    """Return the words that were read."""
    span = when_in(normalise(text).text)
    return None if span is None else normalise(text).text[slice(*span)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("每天晚上十一点多还在打桩连续三天了", "每天晚上十一点多"),
        ("我前几天就打过电话，昨天晚上十二点还在打桩", "昨天晚上十二点"),
        ("2024年3月15日上午9点左右我在路口", "2024年3月15日上午9点左右"),
        ("昨晚11点到凌晨2点一直吵", "昨晚11点到凌晨2点"),
        ("今天早上7:30停电", "今天早上7:30"),
        ("上周五下午收的钱", "上周五下午"),
        ("去年十月份开始漏水", "去年十月份"),
        ("半夜施工", "半夜"),
        ("停水两天了", "两天"),
        ("已经拖了四个月", "四个月"),
    ],
)
def test_the_most_exact_time_is_taken(text: str, words: str):
    """An hour before a day, a day before a span."""
    assert when(text) == words


@pytest.mark.parametrize("text", ["我有三点建议", "一点都不好", "昨天打过电话", "路灯不亮", ""])
def test_what_is_no_time_of_the_matter_is_none(text: str):
    """Three points are no three o'clock, and an earlier call is not when it happened."""
    assert when(text) is None
