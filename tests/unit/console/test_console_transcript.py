"""A transcript becomes a submission: the citizen's words, and how well they were heard."""

import pytest

from console.channels.transcript import Segment, Transcript, submission_of
from dispatcher.rules.redaction import NUMBER_MARK, redact
from tests.builders import MONDAY, PHONE


def _heard(*segments, ani=PHONE):
    return submission_of(Transcript("C-1", ani, MONDAY, segments))


def test_a_recogniser_that_cannot_tell_speakers_apart_loses_no_word():
    """Everything counts but what is surely the operator's."""
    heard = _heard(Segment("unknown", "路灯坏了", 0.8), Segment("agent", "好的", 0.9), Segment("caller", "谢谢", 0.8))

    assert heard.text == "路灯坏了 谢谢"


def test_confidence_is_weighed_by_length_and_absent_when_none_was_given():
    """A long clear sentence outweighs a mumbled word; no confidence is not full confidence."""
    assert _heard(Segment("caller", "一二三四五六七八九", 1.0), Segment("caller", "啊", 0.0)).asr_confidence == pytest.approx(
        0.9
    )
    assert _heard(Segment("caller", "路灯坏了", None)).asr_confidence is None
    assert _heard(Segment("caller", "路灯坏了", None), Segment("caller", "黑的", 0.5)).asr_confidence == pytest.approx(0.5)


def test_a_number_dictated_in_two_breaths_is_still_found():
    """The redaction reads over the seam of two segments."""
    heard = _heard(Segment("caller", f"我的电话{PHONE[:5]}", 0.9), Segment("caller", f"{PHONE[5:]}你记一下", 0.9))

    assert redact(heard.text) == f"我的电话{NUMBER_MARK}你记一下"


def test_a_withheld_number_makes_no_caller():
    """An empty number must not join all anonymous callers into one."""
    assert _heard(Segment("caller", "路灯坏了", None), ani="").personal.caller_key is None
