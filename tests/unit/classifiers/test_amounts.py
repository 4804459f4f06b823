"""Sums of money and the numerals that say them."""

from decimal import Decimal

import pytest

from classifiers.amounts import amount_in
from classifiers.normalise import normalise
from classifiers.numerals import number_of


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("三千二", 3200),
        ("一万五", 15000),
        ("两百", 200),
        ("两百五", 250),
        ("八万多", 80000),
        ("二十来万", 200000),
        ("一千零八十", 1080),
        ("一万零五百", 10500),
        ("一百零五", 105),
        ("二十五", 25),
        ("十五万", 150000),
        ("三四万", 30000),
        ("一亿二千万", 120000000),
        ("3.5万", 35000),
        ("2万8", 28000),
        ("2万8千", 28000),
        ("1万2000", 12000),
        ("1,200", 1200),
        ("2w", 20000),
    ],
)
def test_a_numeral_is_understood_as_people_say_it(said: str, number: int):
    """三千二 leaves the hundred out, 零 puts it back."""
    assert number_of(said) == number


def test_what_has_no_number_is_none():
    """Nobody is owed 多少."""
    assert number_of("多少") is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("办了卡交了三千二现在门关了老板联系不上", "3200"),
        ("老板欠我一万五工资", "15000"),
        ("罚了两百块", "200"),
        ("收了八万多货款", "80000"),
        ("八万多货款一直没给", "80000"),
        ("押金５０００元不退", "5000"),
        ("￥3,200.50", "3200.50"),
        ("多收我20块钱", "20"),
        ("停车收了五块", "5"),
        ("水费一吨收六块五", "6.5"),
        ("转了他2w", "20000"),
        ("充了500", "500"),
        ("合同价一百二十万元", "1200000"),
        ("每个月工资三千二一共欠了两万八", "28000"),
        ("一平米两块五，多收了我三百", "300"),
        ("一个娃收2380", "2380"),
    ],
)
def test_the_sum_that_was_paid_or_is_owed_is_the_amount(text: str, amount: str):
    """Prices by the month or the pound count only where nothing else is named."""
    assert amount_in(normalise(text).text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "三千二百人签名",
        "收了200个人的报名表",
        "我们一块去的",
        "三块玻璃碎了",
        "两块地被占",
        "打12345没人接",
        "2024年交的房",
        "元旦停水",
        "第三百二十条",
        "要走几百米",
        "",
    ],
)
def test_a_count_of_something_else_is_no_amount(text: str):
    """People, days and hotlines are no money."""
    assert amount_in(normalise(text).text) is None
