"""Open tickets that may tell of the same event are found, with a score and reasons that an operator understands."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import similar
from classifiers.similar import CATEGORY, DISTRICT, ELSEWHERE, LEAST_SCORE, PLACE, SimilarTexts
from dispatcher.rules.likeness import likeness, telling_terms
from dispatcher.rules.whereabouts import place_names
from models.ticket import OpenText
from tests.builders import MONDAY

SITE = "国贸花园对面一个工地每天晚上十一点多还在打桩"


def ticket(ticket_no="T1", text=SITE, **changes):
    """Return an open ticket."""
    values = {"category_code": "0301", "district_code": None, "address": None, "received_at": MONDAY}
    return OpenText(ticket_no=ticket_no, text=text, **{**values, **changes})


def index_of(*tickets):
    """Return an index of these."""
    index = SimilarTexts(telling_terms, place_names)
    for each in tickets:
        index.add(each)
    return index


def numbers(index, asked, limit=20):
    """Return the numbers of the candidates in their order."""
    return [each.ticket_no for each in index.candidates(asked, limit=limit)]


def score_of(known, asked):
    """Return the score of one ticket for another, worked out by hand from the texts themselves."""
    mine, theirs = asked.text.lower(), known.text.lower()
    names, their_names = place_names(asked.address), place_names(known.address)
    named = any(name in theirs for name in names) or any(name in mine for name in their_names)
    both = None not in (asked.district_code, known.district_code)
    alike = likeness(telling_terms(mine), telling_terms(theirs))
    if both and asked.district_code != known.district_code and not named:
        alike *= ELSEWHERE
    place = PLACE if named else DISTRICT if both and asked.district_code == known.district_code else 0
    category = CATEGORY if asked.category_code == known.category_code else 0
    return 1 - (1 - alike) * (1 - place) * (1 - category)


pieces = st.sampled_from(["国贸路", "国贸花园", "工地", "打桩", "路灯", "停水", "小区", "，", "KTV", "晚上", "2300", "漏水"])
tickets = st.builds(
    OpenText,
    ticket_no=st.integers(0, 12).map("T{}".format),
    text=st.lists(pieces, max_size=8).map("".join) | st.text(max_size=12),
    category_code=st.sampled_from(["0301", "0703"]),
    district_code=st.sampled_from([None, "D-EAST", "D-WEST"]),
    address=st.sampled_from([None, "国贸路", "国贸花园对面", "小区"]),
    received_at=st.integers(0, 3).map(lambda days: MONDAY + timedelta(days=days)),
)


@given(st.lists(tickets, max_size=12), tickets)
def test_what_is_found_is_what_comparing_with_every_ticket_would_find(known, asked):
    """Scores are exact, and no ticket above the least score is missing; the ticket that asks is not its own candidate."""
    index = index_of(*known)
    latest = {each.ticket_no: each for each in known}
    latest.pop(asked.ticket_no, None)
    tells = bool(telling_terms(asked.text))
    wanted = {no: score for no, each in latest.items() if tells and (score := score_of(each, asked)) >= LEAST_SCORE}

    found = index.candidates(asked, limit=100)

    assert {each.ticket_no: pytest.approx(each.score) for each in found} == wanted
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


@given(st.lists(tickets, min_size=1, max_size=12, unique_by=lambda each: each.ticket_no))
def test_a_text_is_its_own_best_candidate(known):
    """Who says the same words again finds that ticket first, with the full score."""
    index = index_of(*known)
    for each in known:
        if telling_terms(each.text):
            (best,) = index.candidates(replace(each, ticket_no="new"), limit=1)
            twin = next(one for one in known if one.ticket_no == best.ticket_no)
            assert best.score == pytest.approx(1)
            assert telling_terms(twin.text.lower()) == telling_terms(each.text.lower())


@given(
    st.lists(tickets, max_size=8, unique_by=lambda each: each.ticket_no),
    st.lists(tickets, max_size=8),
    st.integers(0, 3),
    tickets,
)
def test_what_was_added_and_removed_leaves_no_trace(kept, gone, swept_from, asked):
    """Whatever else came and went meanwhile, also when the gaps are closed."""
    fresh, used = index_of(*kept), SimilarTexts(telling_terms, place_names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similar, "_SWEPT_FROM", swept_from)
        for each in gone:
            used.add(replace(each, ticket_no=f"gone-{each.ticket_no}"))
        for each in kept:
            used.add(each)
            used.candidates(asked, limit=1)
        for each in gone:
            used.remove(f"gone-{each.ticket_no}")

    assert len(used) == len(fresh)
    assert used.candidates(asked, limit=20) == fresh.candidates(asked, limit=20)


def test_the_reasons_are_words_place_and_category():
    """What the operator reads beside the number."""
    index = index_of(ticket(address="国贸花园", district_code="D-EAST"))
    asked = ticket("T2", "打桩！国贸花园对面的工地还在打桩", district_code="D-EAST", category_code="0405")

    (found,) = index.candidates(asked, limit=5)

    assert found.words == ("国贸花园对面", "还在打桩", "工地")
    assert (found.place, found.same_category, found.same_district) == ("国贸花园", False, True)
    assert 0.5 < found.score < 1


def test_a_shared_place_counts_whichever_of_the_two_has_it_as_its_address():
    """One caller named the road first, the other the estate."""
    with_address, without = ticket("T1", address="国贸花园"), ticket("T1")
    asked = ticket("T2", "昨晚国贸花园旁边又施工", category_code="0405")

    for known, asks in ((with_address, asked), (without, replace(asked, address="国贸花园旁边"))):
        (found,) = index_of(known).candidates(asks, limit=1)
        assert found.place == "国贸花园"


def test_the_same_words_from_another_district_stand_below_those_from_this_one():
    """路灯坏了 is said everywhere."""
    text = "路灯坏了三天没人修"
    index = index_of(ticket("east", text, district_code="D-EAST"), ticket("west", text, district_code="D-WEST"))

    assert numbers(index, ticket("T2", text, district_code="D-WEST")) == ["west", "east"]


def test_of_two_alike_the_nearer_in_time_comes_first():
    """An event is a matter of hours."""
    index = index_of(ticket("old", received_at=MONDAY - timedelta(days=9)), ticket("new"))

    assert numbers(index, ticket("T2"), limit=1) == ["new"]
    assert numbers(index, ticket("T2", received_at=MONDAY - timedelta(days=8))) == ["old", "new"]


def test_a_ticket_that_changes_is_known_as_it_is_now():
    """A person sets another category; the same number is still one ticket."""
    index = index_of(ticket(), ticket(category_code="0405"))

    (found,) = index.candidates(ticket("T2"), limit=5)

    assert (len(index), found.same_category) == (1, False)


@pytest.mark.parametrize("text", ["", " ", "？！", "水", "😀😀"])
def test_a_text_that_tells_nothing_is_like_no_other(text):
    """It is kept all the same, and asked for without harm."""
    index = index_of(ticket("T1", text), ticket("T2"))

    assert len(index) == 2
    assert index.candidates(ticket("T3", text), limit=5) == []


@pytest.mark.parametrize("piece", ["停水了，国贸路", "小区", "abc123 ", "<br>太吵\x00"])
def test_a_text_of_100_kilobytes_is_a_text(piece):
    """Its beginning is compared; what stands behind that costs nothing."""
    longest = piece * (100_000 // len(piece))
    index = index_of(ticket("long", longest, address=longest[:3000]), ticket("short"))

    assert numbers(index, ticket("T2", longest)) == ["long"]


def test_many_tickets_are_kept_in_few_blocks():
    """One by one, as they come in while people ask."""
    index = index_of()
    for number in range(300):
        index.add(ticket(f"T{number}", f"第{number}号路灯坏了 {number}00"))
        index.candidates(ticket("ask"), limit=1)

    assert len(index._postings._blocks) <= 9
    assert numbers(index, ticket("ask", "第17号路灯坏了 1700"), limit=1) == ["T17"]
