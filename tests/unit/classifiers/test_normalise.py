"""Normalising: many spellings, one text, and the way back."""

from hypothesis import given
from hypothesis import strategies as st

from classifiers.normalise import MAX_CHARACTERS, normalise


def test_full_width_and_capitals_become_plain():
    """Ｂ栋 and b栋 are one address."""
    assert normalise("Ｂ栋１２０３　ＷｉＦｉ").text == "b栋1203 wifi"


def test_traditional_characters_become_simplified():
    """A citizen who writes traditional characters is understood like any other."""
    assert normalise("路燈壞了，積水很深").text == "路灯坏了，积水很深"


def test_markup_and_control_characters_are_blank():
    """Pasted web pages and broken encodings leave no words behind."""
    assert normalise("<b>停水</b>&nbsp;\x00\ud800两天").text.split() == ["停水", "两天"]


def test_invisible_characters_do_not_cut_a_word():
    """A zero-width space inside 燃气 hides nothing."""
    assert normalise("燃\u200b气\ufeff味").text == "燃气味"


def test_fillers_and_stutters_go():
    """What a speaker repeats while thinking is no word of the request."""
    assert normalise("嗯，我我我想问那个那个路灯").text == "我想问那个路灯"


def test_doubled_words_stay():
    """天天 and 看看 are words, not stutters."""
    assert normalise("天天吵，来看看").text == "天天吵，来看看"


def test_a_span_leads_back_to_the_citizens_characters():
    """Evidence is quoted as it was written, also behind what was dropped."""
    raw = "嗯，我我想問煙囪"
    normalised = normalise(raw)
    start = normalised.text.index("烟囱")

    first, last = normalised.raw_span(start, start + 2)

    assert raw[first:last] == "煙囪"


def test_a_very_long_text_is_cut_off():
    """A text of 100 KB costs no more than a long letter."""
    assert len(normalise("停水了，" * 25_000).text) == MAX_CHARACTERS


@given(st.text(st.characters(codec=None)))
def test_every_text_has_a_normal_form_whose_characters_stand_in_the_raw_text(raw: str):
    """Whatever arrives is taken, and each character that is left knows where it came from."""
    normalised = normalise(raw)

    spans = [normalised.raw_span(i, i + 1) for i in range(len(normalised.text))]

    assert all(0 <= start < end <= len(raw) for start, end in spans)
    assert spans == sorted(spans)
    normalised.text.encode()
