"""The official rates of a period, counted by hand (domain.md B, story S23)."""

from dataclasses import replace

import pytest

from dispatcher.rules.official import CountedTicket, official_rates
from models.codes import Rating, RequestType

FINISHED = CountedTicket(
    request_type=RequestType.HELP,
    closed=True,
    direct=False,
    declined=False,
    withdrawn=False,
    dispatched=True,
    dispatched_by_engine=True,
    dispatched_in_time=True,
    askable=True,
    signed_in_time=True,
    replied_in_time=True,
    replied_in_first_due=True,
    extended=False,
    first_lead_kept=True,
    returns_rejected=0,
    reopened=False,
    review_passed_at_once=True,
    co_replies_in_time=(),
    reached=True,
    responded=True,
    solved=True,
    rating=None,
)
"""An ordinary ticket: done in time, its citizen called back, helped and not asked for a rating."""


def of(*tickets, repeats=0):
    """The rates by their code."""
    return {rate.code: rate for rate in official_rates(tickets, repeats=repeats)}


def values(rates, *codes):
    """Values to four digits, as published."""
    return {code: round(rates[code].value, 4) for code in codes}


def story_s23():
    """Twenty tickets closed in June: sixteen citizens reached, fifteen of them rate; two late, two reopened, one return."""
    ratings = [
        *[Rating.VERY_SATISFIED] * 5,
        *[Rating.SATISFIED] * 4,
        *[Rating.FAIRLY_SATISFIED] * 3,
        *[Rating.DISSATISFIED] * 2,
        *[Rating.VERY_DISSATISFIED],
        None,
    ]
    reached = [
        replace(FINISHED, rating=rating, solved=number < 12, responded=number < 15) for number, rating in enumerate(ratings)
    ]
    reached[12] = replace(reached[12], reopened=True)
    reached[13] = replace(reached[13], reopened=True)
    reached[0] = replace(reached[0], returns_rejected=1)
    late = replace(FINISHED, reached=False, responded=False, solved=False, replied_in_time=False, replied_in_first_due=False)
    silent = replace(FINISHED, reached=False, responded=False, solved=False)
    return [*reached, late, late, silent, silent]


def test_story_s23():
    """Each number as the story counts it by hand."""
    rates = of(*story_s23())

    assert values(rates, "M42", "M43", "M43a", "M43c", "M44", "M44a") == {
        "M42": 0.75,
        "M43": 0.8,
        "M43a": 0.85,
        "M43c": 70.6667,
        "M44": 0.8,
        "M44a": 0.2,
    }
    assert values(rates, "M48", "M49", "M50", "M51") == {"M48": 0.9375, "M49": 0.75, "M50": 0.8, "M51": 0.8075}
    assert values(rates, "M24", "M25", "M27", "M29", "M47") == {"M24": 0.9, "M25": 0.1, "M27": 0.05, "M29": 0.1, "M47": 0.8}


def test_every_rate_says_what_was_divided_by_what():
    """No rate without its basis, none twice (domain.md B: 口径)."""
    rates = official_rates(story_s23(), repeats=0)

    assert all("统计期内" in rate.basis for rate in rates)
    assert len({rate.code for rate in rates}) == len(rates)


def test_without_tickets_no_rate_has_a_value():
    """Nothing closed is not 100 %."""
    assert {rate.value for rate in official_rates([], repeats=0)} == {None}


@pytest.mark.parametrize("apart", [{"askable": False}, {"withdrawn": True}, {"closed": False}, {"dispatched": False}])
def test_whom_nobody_asks_is_in_no_denominator_of_satisfaction(apart):
    """Anonymous and confidential callers, withdrawn, open and directly answered tickets."""
    rates = of(FINISHED, replace(FINISHED, reached=False, responded=False, solved=False, **apart))

    assert (rates["M42"].denominator, rates["M47"].denominator) == (1, 1)


def test_open_and_overdue_is_a_miss_and_not_yet_due_is_neither():
    """按时办结率 has the due ones below the line, done or not (domain.md M24)."""
    overdue = replace(FINISHED, closed=False, replied_in_time=False, replied_in_first_due=False)
    not_due = replace(FINISHED, closed=False, replied_in_time=None, replied_in_first_due=None)
    rates = of(FINISHED, overdue, not_due)

    assert (rates["M24"].numerator, rates["M24"].denominator) == (1, 2)


def test_an_extension_helps_one_rate_and_shows_in_two_others():
    """In time by the new due, not by the first one; and counted as extended (story S15)."""
    rates = of(FINISHED, replace(FINISHED, extended=True, replied_in_first_due=False))

    assert values(rates, "M24", "M24a", "M26") == {"M24": 1.0, "M24a": 0.5, "M26": 0.5}


def test_direct_answers_repeats_and_declined_ones():
    """Of four accepted requests one was answered at once; one contact was merged; what is declined is not accepted."""
    direct = replace(FINISHED, direct=True, dispatched=False, request_type=RequestType.CONSULT)
    declined = replace(FINISHED, declined=True, dispatched=False, closed=False)
    by_hand = replace(FINISHED, dispatched_by_engine=False, first_lead_kept=False)
    rates = of(direct, declined, FINISHED, FINISHED, by_hand, repeats=1)

    assert values(rates, "M13", "M14", "M18") == {"M13": 0.25, "M14": 1.0, "M18": 0.2}
    assert values(rates, "M15", "M16", "M28") == {"M15": 0.6667, "M16": 0.6667, "M28": 0.6667}


def test_co_units_and_reviews_are_judged_by_themselves():
    """Three co-replies, one late; two of the tickets were reviewed, one passed at once."""
    rates = of(
        replace(FINISHED, co_replies_in_time=(True, False), review_passed_at_once=False),
        replace(FINISHED, co_replies_in_time=(True,)),
        replace(FINISHED, review_passed_at_once=None),
    )

    assert (rates["M32"].numerator, rates["M32"].denominator) == (2, 3)
    assert (rates["M31"].numerator, rates["M31"].denominator) == (1, 2)
