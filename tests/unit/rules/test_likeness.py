"""What two texts have in common: terms that tell something, whatever the recogniser put between them."""

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.rules.likeness import likeness, share_said_again, telling_terms

texts = st.text(st.sampled_from("水电路灯坏了停 ，ABc1２😀的"), max_size=30)


def test_terms_are_pairs_of_characters_and_whole_words_and_numbers():
    """Latin words are not cut, single characters are no terms, and no pair reaches across a mark."""
    assert telling_terms("路灯坏，KTV 吵 3980元 5栋") == {"路灯", "灯坏", "ktv", "3980", "5"}


def test_white_space_inside_a_sentence_counts_as_nothing():
    """Recognisers put blanks where the speaker breathed."""
    assert telling_terms("路灯 坏了") == telling_terms("路灯坏了")


def test_common_terms_tell_nothing():
    """They are left out."""
    assert telling_terms("我们这里停水", frozenset({"我们", "们这", "这里"})) == {"里停", "停水"}


@given(texts, texts)
def test_measures_are_shares_and_know_no_order(first, second):
    """Both lie between 0 and 1, are the same both ways, and are 1 for a text and itself, if it tells anything."""
    one, other = telling_terms(first), telling_terms(second)
    for measure in (likeness, share_said_again):
        assert 0 <= measure(one, other) <= 1
        assert measure(one, other) == measure(other, one)
        assert measure(one, one) == bool(one)


def test_a_text_within_another_is_said_again_whole():
    """The share looks at the shorter text alone, the likeness at both."""
    short, long = telling_terms("路灯坏了"), telling_terms("中山路的路灯坏了三天没人修")

    assert share_said_again(short, long) == 1
    assert likeness(short, long) == 2 * 3 / (3 + 12)
