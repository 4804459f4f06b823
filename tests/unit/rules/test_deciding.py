"""Confidence decides who decides; an emergency waits for nobody."""

import pytest

from dispatcher.rules.deciding import doubts_of, judge, may_be_declined, second_may_be_right
from dispatcher.rules.routing import Route
from models.codes import Channel, RequestType, ReviewReason, Urgency
from models.profile import FactLexicon, Handling
from models.understanding import Guess
from tests.builders import a_category, a_contact, a_profile, an_issue, an_understanding

PROFILE = a_profile()


def judged(understanding, **contact):
    """Judge an ordinary contact in the test town."""
    return judge(a_contact(**contact), understanding, categories=PROFILE.categories, bands=PROFILE.bands)


@pytest.mark.parametrize(("probability", "doubts"), [(0.8, ()), (0.79, (ReviewReason.LOW_CONFIDENCE,))])
def test_the_automatic_band_begins_at_its_bound(probability, doubts):
    """At the bound the engine decides, just below it a person does."""
    assert judged(an_understanding(probability=probability)).doubts == doubts


@pytest.mark.parametrize(
    ("asr_confidence", "doubts"),
    [(None, ()), (0.7, ()), (0.69, (ReviewReason.ASR_LOW_CONFIDENCE,)), (0.0, (ReviewReason.ASR_LOW_CONFIDENCE,))],
)
def test_a_badly_recognised_call_is_confirmed_by_a_person(asr_confidence, doubts):
    """However sure the classifier is, it read what the recogniser wrote; typed text has no such doubt."""
    assert judged(an_understanding(), asr_confidence=asr_confidence).doubts == doubts


def test_every_doubt_is_told():
    """The operator sees all reasons, not the first."""
    doubts = judged(an_understanding("2304", 0.3), asr_confidence=0.1).doubts

    assert set(doubts) == {ReviewReason.LOW_CONFIDENCE, ReviewReason.ASR_LOW_CONFIDENCE, ReviewReason.UNCLASSIFIED}


def test_a_contact_of_several_requests_is_confirmed_by_a_person():
    """However sure the engine is of one of them, the other would go to the wrong unit with it."""
    several = an_understanding(issues=(an_issue("0703"), an_issue("0102")))

    assert judged(several).doubts == (ReviewReason.SEVERAL_REQUESTS,)
    assert judged(an_understanding("2303", 0.99, issues=several.issues)).nuisance is False


def test_an_emergency_does_not_wait_because_it_is_one_of_several():
    """特急 overrides this doubt, too."""
    several = an_understanding(issues=(an_issue("0703"), an_issue("0805")), urgency=Urgency.CRITICAL, alarm="漏气")

    assert judged(several).doubts == ()


@pytest.mark.parametrize(
    ("channel", "answered", "doubts"),
    [(Channel.PHONE, True, (ReviewReason.ANSWERED_IN_CALL,)), (Channel.PHONE, False, ()), (Channel.WECHAT, True, ())],
)
def test_a_question_that_was_answered_in_the_call_is_asked_of_no_unit(channel, answered, doubts):
    """Who ends with 明白了 has been told; who writes so has been told nothing yet."""
    question = an_understanding(request_type=RequestType.CONSULT, answered=answered)

    assert judged(question, channel=channel).doubts == doubts
    assert judged(an_understanding(answered=answered), channel=channel).doubts == ()


def test_what_may_have_to_be_declined_goes_to_a_person_however_sure():
    """The engine dispatches nothing of 不予受理: by its category, or because it speaks of another city (domain.md A.2)."""
    categories = {"2202": a_category("2202", "信访诉讼事项引导", Handling.DECLINABLE), **PROFILE.categories}
    by_category = judge(a_contact(), an_understanding("2202", 0.99), categories=categories, bands=PROFILE.bands)
    by_place = judge(a_contact(), an_understanding(), categories=PROFILE.categories, bands=PROFILE.bands, may_be_declined=True)

    assert by_category.doubts == by_place.doubts == (ReviewReason.MAY_BE_DECLINED,)


@pytest.mark.parametrize(
    ("text", "has_place", "declinable"),
    [
        ("我对法院判决不服", True, True),
        ("我在三亚被酒店多收了房费", False, True),
        ("我从三亚坐车到东城，路灯坏了", True, False),
        ("三亚和测试市哪里能办社保", False, False),
        ("路灯坏了", False, False),
    ],
)
def test_a_word_of_the_list_or_another_city_alone_may_be_declined(text, has_place, declinable):
    """Who names a place of ours as well is heard here."""
    profile = a_profile(declining=("法院判",), facts=FactLexicon(elsewhere=("三亚",)))

    assert may_be_declined(text, has_place=has_place, profile=profile) is declinable


def test_a_denied_emergency_goes_to_a_person_however_sure():
    """没有煤气味了 is 紧急 and confirmed by a person, never silently sent (domain.md I.3)."""
    denied = an_understanding("0805", 0.99, urgency=Urgency.URGENT, alarm="煤气味", alarm_taken_back=True)

    assert judged(denied).doubts == (ReviewReason.UNSURE_EMERGENCY,)


def test_what_cannot_be_classified_goes_to_a_person_however_sure():
    """To be sure that something fits nowhere is no decision."""
    assert judged(an_understanding("2304", 0.99)).doubts == (ReviewReason.UNCLASSIFIED,)


def test_only_a_sure_and_clear_nuisance_makes_no_ticket():
    """A doubtful nuisance is a ticket before an operator; an urgent one always is."""
    assert judged(an_understanding("2303", 0.9)).nuisance
    assert not judged(an_understanding("2303", 0.7)).nuisance
    assert not judged(an_understanding("2303", 0.9), asr_confidence=0.2).nuisance
    assert not judged(an_understanding("2303", 0.9, urgency=Urgency.URGENT)).nuisance
    assert not judged(an_understanding("2303", 0.9, urgency=Urgency.CRITICAL)).nuisance
    assert not judged(an_understanding("0703", 0.99)).nuisance


def test_an_emergency_overrides_every_band():
    """A faint 燃气泄漏 on a bad line is dispatched at once, as the alarm word's own category."""
    unsure = an_understanding("0703", 0.2, urgency=Urgency.CRITICAL, alarm="漏气", alarm_category="0805")

    judgement = judged(unsure, asr_confidence=0.1)

    assert (judgement.doubts, judgement.category_code, judgement.urgency) == ((), "0805", Urgency.CRITICAL)


@pytest.mark.parametrize(
    ("alarm", "is_sure", "waits"), [("漏气", True, False), ("漏气", False, True), (None, True, False), (None, False, True)]
)
def test_what_merely_sounds_like_an_emergency_is_sent_by_a_person(alarm, is_sure, waits):
    """It stays 特急, with its alarm and its short clock; a unit that is called out in vain learns not to come."""
    judgement = judged(an_understanding(urgency=Urgency.CRITICAL, alarm=alarm, alarm_is_sure=is_sure))

    assert judgement.doubts == ((ReviewReason.UNSURE_EMERGENCY,) if waits else ())
    assert judgement.urgency is Urgency.CRITICAL


def test_an_alarm_word_without_category_keeps_the_guess():
    """A word that alarms everywhere says nothing about the unit."""
    assert judged(an_understanding("0801", 0.2, urgency=Urgency.CRITICAL, alarm="救命")).category_code == "0801"


def test_an_urgent_request_is_still_judged_by_its_bands():
    """Only 特急 overrides; 紧急 shortens clocks and waits for a person all the same."""
    assert judged(an_understanding(probability=0.4, urgency=Urgency.URGENT)).doubts == (ReviewReason.LOW_CONFIDENCE,)


def test_what_is_far_from_everything_known_goes_to_a_person_however_sure():
    """Of a text that it cannot read the model is sometimes sure all the same."""
    assert judged(an_understanding(out_of_domain=True)).doubts == (ReviewReason.OUT_OF_DOMAIN,)


def test_nobody_is_sent_away_as_a_nuisance_whose_words_are_not_known():
    """An unknown language may be a call for help."""
    assert judged(an_understanding("2303", 0.99)).nuisance
    assert not judged(an_understanding("2303", 0.99, out_of_domain=True)).nuisance


def test_the_unit_is_in_question_where_another_route_leads_to_another_unit():
    """Two routes to one unit are no question, and a route to nobody adds none."""
    judgement = judged(an_understanding())
    lamps, water, nobody = (Route(lead, (), "", None) for lead in ("U-LAMP", "U-WATER", None))

    assert doubts_of(judgement, lamps, [water]) == (ReviewReason.SEVERAL_UNITS,)
    assert doubts_of(judgement, lamps, [lamps, nobody]) == ()
    assert doubts_of(judgement, nobody, [lamps, water]) == (ReviewReason.SEVERAL_UNITS,)


def test_an_emergency_goes_to_the_unit_of_the_matrix_whoever_else_might_lead():
    """特急 waits for nobody but a missing unit."""
    judgement = judged(an_understanding(urgency=Urgency.CRITICAL, alarm_is_sure=True))
    lamps, water = (Route(lead, (), "", None) for lead in ("U-LAMP", "U-WATER"))
    unknown = Route(None, (), "", ReviewReason.DISTRICT_UNKNOWN)

    assert doubts_of(judgement, lamps, [water]) == ()
    assert doubts_of(judgement, unknown, [water]) == (ReviewReason.DISTRICT_UNKNOWN,)


@pytest.mark.parametrize(("second", "close"), [(0.18, True), (0.17, False)])
def test_a_second_guess_counts_from_three_tenths_of_the_first(second, close):
    """Less likely ones are seldom right."""
    top = (Guess("0703", 0.6), Guess("0801", second))

    assert second_may_be_right(an_understanding(top=top)) is close


def test_a_single_guess_has_no_second():
    """A model of one label has no rival."""
    assert not second_may_be_right(an_understanding())
