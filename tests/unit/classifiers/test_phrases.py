"""Phrases: every occurrence is found, each where it stands."""

from classifiers.phrases import Found, PhraseFinder


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
