"""A call comes to the same whatever order its news arrives in, and no word of the citizen is lost."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.rules.calls import course_of, latest, said_by_citizen, spoken_by_citizen
from dispatcher.rules.redaction import NUMBER_MARK, redact
from models.call import CallStep, Speech
from models.codes import CallResult, CallState
from tests.builders import MONDAY, PHONE

ANSWERED_CALL = [
    CallStep(1, CallState.OFFERED, MONDAY),
    CallStep(2, CallState.IVR, MONDAY + timedelta(seconds=1), ivr=({"key": "3", "label": "营商"},)),
    CallStep(3, CallState.QUEUED, MONDAY + timedelta(seconds=6), queue="营商环境专席"),
    CallStep(4, CallState.RINGING, MONDAY + timedelta(seconds=15)),
    CallStep(5, CallState.ANSWERED, MONDAY + timedelta(seconds=18), agent="0012"),
    CallStep(6, CallState.QUEUED, MONDAY + timedelta(seconds=60), queue="人才专席"),
    CallStep(7, CallState.ANSWERED, MONDAY + timedelta(seconds=66), agent="0034"),
    CallStep(8, CallState.HANGUP, MONDAY + timedelta(seconds=200), side="user"),
]


def test_a_call_that_was_transferred_waited_until_its_first_answer():
    """Moments are the first of their kind, queue and operator the last."""
    course = course_of(ANSWERED_CALL)

    assert (course.began_at, course.ended_at) == (MONDAY, MONDAY + timedelta(seconds=200))
    assert course.answered_at - course.queued_at == timedelta(seconds=12)
    assert (course.queue, course.agent, course.side) == ("人才专席", "0034", "user")
    assert course.ivr == ({"key": "3", "label": "营商"},)
    assert course.result is CallResult.ANSWERED


@given(st.lists(st.sampled_from(ANSWERED_CALL), max_size=20).flatmap(lambda extra: st.permutations([*ANSWERED_CALL, *extra])))
def test_order_and_repetition_change_nothing(told):
    """A platform that sends twice, late or backwards tells the same call."""
    assert course_of(told) == course_of(ANSWERED_CALL)


@pytest.mark.parametrize(
    ("reached", "result"),
    [
        ([CallState.OFFERED, CallState.HANGUP], CallResult.ABANDONED_IVR),
        ([CallState.OFFERED, CallState.IVR, CallState.HANGUP], CallResult.ABANDONED_IVR),
        ([CallState.OFFERED, CallState.IVR, CallState.QUEUED, CallState.HANGUP], CallResult.ABANDONED_QUEUE),
        ([CallState.OFFERED, CallState.RINGING, CallState.HANGUP], CallResult.ABANDONED_QUEUE),
        ([CallState.OFFERED, CallState.QUEUED, CallState.ANSWERED], CallResult.ANSWERED),
    ],
)
def test_who_gave_up_where(reached, result):
    """A caller who hung up in the menu is not one who waited in vain."""
    steps = [CallStep(number, state, MONDAY + timedelta(seconds=number)) for number, state in enumerate(reached)]

    assert course_of(steps).result is result


def test_of_a_call_without_news_nothing_is_claimed():
    """Words alone do not tell how the call ended."""
    assert course_of([]).result is None
    assert course_of([]).began_at is None


def test_a_final_segment_stands_and_a_partial_one_gives_way():
    """A partial that arrives after its final form is old news; without a final form the last partial counts."""
    heard = latest(
        [
            Speech(2, "caller", "在国贸", final=False),
            Speech(1, "caller", "你好", final=True),
            Speech(1, "caller", "泥嚎", final=False),
            Speech(2, "caller", "在国贸路", final=False),
        ]
    )

    assert [speech.text for speech in heard] == ["你好", "在国贸路"]


def _said(*speeches):
    return said_by_citizen([Speech(number, *speech) for number, speech in enumerate(speeches)])


def test_a_recogniser_that_cannot_tell_speakers_apart_loses_no_word():
    """Everything counts but what is surely the operator's."""
    text, _ = _said(("unknown", "路灯坏了", 0.8), ("agent", "好的", 0.9), ("caller", " 谢谢 ", 0.8), ("caller", " ", 0.1))

    assert text == "路灯坏了 谢谢"


def test_confidence_is_weighed_by_length_and_absent_when_none_was_given():
    """A long clear sentence outweighs a mumbled word; no confidence is not full confidence."""
    assert _said(("caller", "一二三四五六七八九", 1.0), ("caller", "啊", 0.0))[1] == pytest.approx(0.9)
    assert _said(("caller", "路灯坏了", None))[1] is None
    assert _said(("caller", "路灯坏了", None), ("caller", "黑的", 0.5))[1] == pytest.approx(0.5)


def test_a_number_dictated_in_two_breaths_is_still_found():
    """The redaction reads over the seam of two segments."""
    text, _ = _said(("caller", f"我的电话{PHONE[:5]}", 0.9), ("caller", f"{PHONE[5:]}你记一下", 0.9))

    assert redact(text) == f"我的电话{NUMBER_MARK}你记一下"


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ([("caller", " 我家煤 "), ("unknown", "气漏了")], "我家煤气漏了"),
        ([("caller", "there is a"), ("caller", "gas leak"), ("caller", "在和平路")], "there is a gas leak在和平路"),
        ([("agent", "有煤气味吗"), ("caller", "没有"), ("caller", " ")], "没有"),
        ([], ""),
    ],
)
def test_words_that_were_cut_are_joined_as_they_were_spoken(told, heard):
    """A word that a pause has cut is whole again; words of a language with spaces stay apart."""
    assert spoken_by_citizen([Speech(seg, spk, text) for seg, (spk, text) in enumerate(told)]) == heard
