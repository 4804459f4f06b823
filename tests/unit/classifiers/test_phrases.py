"""Phrases: every occurrence is found, each where it stands."""

from hypothesis import given
from hypothesis import strategies as st

from classifiers.phrases import Found, LongestPhraseFinder, PhraseFinder

PHRASES = st.lists(st.text("海甸岛路一", min_size=1, max_size=4), max_size=12)


@given(PHRASES, st.text("海甸岛路一。", max_size=30))
def test_phrases_that_do_not_overlap_are_what_a_search_for_each_finds(phrases: list[str], text: str):
    """From the left, each as long as possible."""
    expected: list[tuple[int, int]] = []
    for start in range(len(text)):
        lengths = [len(phrase) for phrase in phrases if text.startswith(phrase, start)]
        if lengths and (not expected or start >= expected[-1][1]):
            expected.append((start, start + max(lengths)))

    assert [(start, end) for start, end, _ in LongestPhraseFinder(phrases).all_in(text)] == expected


def test_overlapping_phrases_are_all_found_the_longest_first():
    """燃气泄漏 holds 燃气, and 泄漏 stands inside it."""
    finder = PhraseFinder(["燃气", "燃气泄漏", "泄漏"])

    assert finder.every("厨房燃气泄漏") == [Found(2, 6, "燃气泄漏"), Found(2, 4, "燃气"), Found(4, 6, "泄漏")]


def test_a_phrase_cut_off_by_the_texts_end_is_not_found():
    """Half a word is another word."""
    assert PhraseFinder(["着火了"]).every("着火") == []


def test_no_phrase_or_no_text_finds_nothing():
    """A profile may have an empty list, a message no words."""
    assert PhraseFinder([]).every("着火") == []
    assert PhraseFinder(["着火"]).every("") == []
    assert LongestPhraseFinder([]).all_in("着火") == []


def test_signs_of_patterns_are_only_characters():
    """A name may hold a dot or a bracket."""
    assert [phrase for _, _, phrase in LongestPhraseFinder(["a.b", "(1)"]).all_in("acb a.b (1)")] == ["a.b", "(1)"]
