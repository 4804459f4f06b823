"""What begins a service of the machine, and when it refuses to answer."""

from datetime import timedelta

import pytest

from dispatcher.rules.self_service import (
    Talk,
    asked_number,
    begun,
    failed,
    is_other_request,
    last_four,
    number_and_digits,
    remembered,
    says_too_little,
)
from models.codes import Service
from models.profile import SelfServiceRule
from tests.builders import MONDAY

WORDS = {
    Service.MOVE_CAR: ("挪车",),
    Service.PROGRESS: ("查询", "进度"),
    Service.OWN_TICKETS: ("我的工单",),
    Service.NUDGE: ("催办", "催"),
    Service.RATE: ("评价",),
}
RULE = SelfServiceRule(WORDS, {}, "0501", patience=timedelta(minutes=10), failures=3, locked=timedelta(hours=24))


@pytest.mark.parametrize(
    ("text", "service", "rest"),
    [
        ("挪车", Service.MOVE_CAR, ""),
        ("挪车，琼A停在门口", Service.MOVE_CAR, "琼A停在门口"),
        ("查询", Service.PROGRESS, ""),
        ("查询 HK20260506P0000124", Service.PROGRESS, "HK20260506P0000124"),
        ("查询+HK20260506P0000124", Service.PROGRESS, "HK20260506P0000124"),
        (" 我的工单 ", Service.OWN_TICKETS, ""),
        ("催", Service.NUDGE, ""),
        ("5", Service.RATE, "5"),
        ("非常不满意", Service.RATE, "非常不满意"),
        ("评价：4", Service.RATE, "4"),
        ("评价", Service.RATE, ""),
        ("HK20260506P0000124", Service.PROGRESS, "HK20260506P0000124"),
        ("查询 HK20260506P0000124 0013", Service.PROGRESS, "HK20260506P0000124 0013"),
    ],
)
def test_a_word_alone_or_before_what_the_service_needs_begins_it(text, service, rest):
    """People write the word, or the word and the number in one breath."""
    assert begun(text, WORDS) == (service, rest)


@pytest.mark.parametrize(
    "text",
    [
        "查询一下社保怎么交",
        "路灯坏了三天",
        "我的工单怎么还没办",
        "进度太慢了要投诉",
        "催缴物业费合法吗",
        "评价一下这个小区",
        "56",
        "",
    ],
)
def test_a_sentence_that_begins_with_such_a_word_is_a_request(text):
    """Whoever asks in a sentence wants a person."""
    assert begun(text, WORDS) is None


def test_a_number_with_a_wrong_digit_is_none():
    """The check digit finds it without asking the database."""
    assert asked_number("HK20260506P0000124") == "HK20260506P0000124"
    assert asked_number("HK20260506P0000125") is None


def test_four_digits_are_four_digits():
    """Nothing else passes for the end of a phone number."""
    assert last_four(" 0013 ") == "0013"
    assert last_four("00013") is None
    assert last_four("尾号0013") == "0013"


def test_a_talk_that_rested_too_long_is_forgotten():
    """After ten minutes an answer is a new message."""
    talk = Talk(Service.PROGRESS, "HK1", told_at=MONDAY)
    assert remembered(talk, MONDAY + timedelta(minutes=10), RULE).service is Service.PROGRESS
    assert remembered(talk, MONDAY + timedelta(minutes=10, seconds=1), RULE).service is None


def test_too_many_wrong_answers_lock_for_a_day():
    """Whoever guesses numbers is not answered any more, whatever ticket it is about."""
    talk = Talk()
    for _ in range(2):
        talk = failed(talk, MONDAY, RULE)
    assert talk.locked_until is None
    talk = failed(talk, MONDAY, RULE)
    assert talk.locked_until == MONDAY + timedelta(hours=24)
    assert remembered(talk, MONDAY + timedelta(hours=23), RULE).locked_until is not None
    assert remembered(talk, MONDAY + timedelta(hours=24), RULE) == Talk(failures=0, locked_until=None)


def test_number_and_digits_may_come_in_one_breath():
    """What is asked about, and what proves that it is the asker's."""
    assert number_and_digits("HK20260506P0000124，0013") == ("HK20260506P0000124", "0013")
    assert number_and_digits("HK20260506P0000124") == ("HK20260506P0000124", None)


@pytest.mark.parametrize(("text", "digits"), [("0013", "0013"), ("尾号0013", "0013"), ("001", None), ("0013 0014", None)])
def test_the_last_four_digits_may_stand_in_a_sentence(text, digits):
    """One group of four, and no other number."""
    assert last_four(text) == digits


@pytest.mark.parametrize(
    ("service", "text", "is_other"),
    [
        (Service.RATE, "海甸岛三西路红绿灯坏了", True),
        (Service.RATE, "还可以吧", False),
        (Service.PROGRESS, "海甸岛三西路红绿灯坏了", True),
        (Service.PROGRESS, "我的手机尾号是0013", False),
        (Service.PROGRESS, "工单号是HK20260506P0000124", False),
        (Service.MOVE_CAR, "海府路那辆白色的车挡路了", False),
        (None, "海甸岛三西路红绿灯坏了", False),
    ],
)
def test_a_request_is_never_taken_for_an_odd_answer(service, text, is_other):
    """Who was asked for a rating and tells of a broken light is heard."""
    assert is_other_request(Talk(service), text) is is_other


@pytest.mark.parametrize(
    ("text", "too_little"),
    [
        ("你好", True),
        ("人工！", True),
        ("😀😀", True),
        ("", True),
        ("hello there", True),
        ("路灯坏了", False),
        ("琼A12345 挡路", False),
    ],
)
def test_a_greeting_is_no_request_yet(text, too_little):
    """Four characters, words or numbers can tell something."""
    assert says_too_little(text) is too_little
