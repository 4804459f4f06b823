"""A caller who says the same again is heard once, and nudges."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.rules.merging import repeated_request, similarity
from models.codes import Urgency
from models.profile import MergeRule
from models.ticket import OpenRequest
from tests.builders import MONDAY, a_contact

RULE = MergeRule(window=timedelta(days=30), similarity=0.82)
TEXT = "中山路的路灯坏了三天没人修"


def open_request(ticket_no="TT1", text=TEXT, received_at=MONDAY, urgency=Urgency.NORMAL):
    """Return an open ticket of the caller."""
    return OpenRequest(ticket_no, "caller-1", text, "0703", received_at, urgency)


def repeated(text, requests, urgency=Urgency.NORMAL, **changes):
    """Return the number of the ticket that a contact repeats."""
    found = repeated_request(a_contact(text=text, **changes), requests, RULE, urgency=urgency)
    return found.ticket_no if found else None


def test_the_same_words_are_a_repeat():
    """Also with other white space, as a second recogniser puts it."""
    assert repeated(TEXT, [open_request()]) == "TT1"
    assert repeated("中山路 的路灯坏了 三天没人修", [open_request()]) == "TT1"


def test_other_words_are_a_new_request():
    """The same caller may have two troubles."""
    assert repeated("家里停水两天了", [open_request()]) is None
    assert repeated(TEXT, []) is None


@pytest.mark.parametrize(("days", "is_repeat"), [(30, True), (31, False), (-30, True), (-31, False)])
def test_the_window_counts_to_both_sides(days, is_repeat):
    """An old file may come after a newer call: what lies a month apart is not compared, whichever came first."""
    found = repeated(TEXT, [open_request()], received_at=MONDAY + timedelta(days=days))

    assert (found == "TT1") is is_repeat


def test_the_threshold_itself_is_enough():
    """A text exactly as alike as the rule asks is a repeat; a little less is not."""
    other = TEXT + "请尽快处理"
    alike = similarity(TEXT, other)

    exact = MergeRule(RULE.window, alike)
    above = MergeRule(RULE.window, alike + 1e-9)
    contact = a_contact(text=other)
    assert repeated_request(contact, [open_request()], exact, urgency=Urgency.NORMAL) is not None
    assert repeated_request(contact, [open_request()], above, urgency=Urgency.NORMAL) is None


def test_the_most_similar_ticket_is_meant():
    """Of two open tickets the nearer one is nudged; of two alike the younger."""
    nearer, farther = open_request("TT1"), open_request("TT2", TEXT + "了")

    assert repeated(TEXT, [nearer, farther]) == "TT1"
    assert repeated(TEXT, [farther, nearer]) == "TT1"
    assert repeated(TEXT, [open_request("TT1"), open_request("TT2")]) == "TT2"


def test_an_emergency_is_never_a_mere_repeat():
    """Who first reported smoke and now reports fire is heard anew, unless the ticket is an emergency already."""
    assert repeated(TEXT, [open_request()], urgency=Urgency.CRITICAL) is None
    assert repeated(TEXT, [open_request(urgency=Urgency.CRITICAL)], urgency=Urgency.CRITICAL) == "TT1"
    assert repeated(TEXT, [open_request(urgency=Urgency.CRITICAL)], urgency=Urgency.NORMAL) == "TT1"
    assert repeated(TEXT, [open_request()], urgency=Urgency.URGENT) == "TT1"


@given(st.text(max_size=30), st.text(max_size=30))
def test_similarity_is_a_share_and_knows_no_order(first, second):
    """It lies between 0 and 1, is the same both ways, and is 1 for a text and itself."""
    assert 0 <= similarity(first, second) <= 1
    assert similarity(first, second) == similarity(second, first)
    assert similarity(first, first) == 1


def test_texts_of_one_sign_are_alike_only_when_equal():
    """A text too short for pairs is compared as it is."""
    assert similarity("水", "水") == 1
    assert similarity("水", "电") == 0
    assert similarity("", "水") == 0
