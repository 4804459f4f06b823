"""The ticket number survives dictation over the phone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codes import Channel
from models.errors import Rejected
from models.ticket_number import check_ticket_number, ticket_number

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
SEQUENCES = st.integers(1, 9_999_999)


@pytest.mark.parametrize(
    ("day", "channel", "sequence", "number"),
    [
        (date(2026, 5, 6), Channel.PHONE, 12, "HK20260506P0000124"),
        (date(2026, 3, 10), Channel.PHONE, 1, "HK20260310P0000014"),
        (date(2026, 10, 2), Channel.PHONE, 123, "HK20261002P0001238"),
    ],
)
def test_the_golden_numbers_come_out(day, channel, sequence, number):
    """The check digits of the specification: 4, 4 and 8 (domain.md C.1)."""
    assert ticket_number("HK", day, channel, sequence) == number
    assert check_ticket_number(number) == number


@given(DAYS, st.sampled_from(Channel), SEQUENCES, st.data())
def test_one_wrong_digit_is_caught(day, channel, sequence, data):
    """A citizen who says one digit wrongly never gets another citizen's ticket."""
    number = ticket_number("HK", day, channel, sequence)
    places = [place for place, sign in enumerate(number) if sign.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from(sorted(set("0123456789") - {number[place]})))

    with pytest.raises(Rejected):
        check_ticket_number(number[:place] + other + number[place + 1 :])


@given(DAYS, SEQUENCES, SEQUENCES)
def test_two_sequences_of_a_day_are_two_numbers(day, first, second):
    """No number is given twice, also beyond the six digits of an ordinary day."""
    numbers = {ticket_number("HK", day, Channel.PHONE, sequence) for sequence in (first, second)}

    assert len(numbers) == len({first, second})


def test_a_day_with_more_than_a_million_tickets_gets_longer_numbers():
    """The millionth ticket of a day is wider than the others and is read back all the same."""
    number = ticket_number("HK", date(2026, 5, 6), Channel.WECHAT, 1_000_000)

    assert number.startswith("HK20260506W1000000")
    assert check_ticket_number(number) == number


@pytest.mark.parametrize("said", [" hk20260506p0000124 ", "ＨＫ２０２６０５０６Ｐ００００１２４", "HK20260506P0000124\n"])
def test_the_way_of_writing_does_not_matter(said):
    """Small letters, full width and blanks around it are the same number."""
    assert check_ticket_number(said) == "HK20260506P0000124"


@pytest.mark.parametrize("child", ["HK20260506P0000124-01", "HK20260506P0000124-R1"])
def test_children_and_second_rounds_keep_their_suffix(child):
    """A split ticket's and a reopened ticket's numbers are numbers too."""
    assert check_ticket_number(child) == child


@pytest.mark.parametrize(
    "text",
    ["", "12345", "HK20260506P0000125", "HK20260506P000012", "H20260506P0000124", "HK20260506P0000124-1", "HK٢٠٢٦٠٥٠٦P0000124"],
)
def test_what_is_no_number_is_refused(text):
    """A slip of the tongue is told so, instead of being looked up."""
    with pytest.raises(Rejected, match="not a ticket number"):
        check_ticket_number(text)
