"""The test part: which texts nothing may learn from."""

from classifiers.test_part import in_test_part


def test_about_one_text_in_five_is_in_the_test_part():
    """Enough to measure on, not too much to learn without."""
    assert 150 < sum(in_test_part(f"路灯坏了{number}天") for number in range(1_000)) < 250


def test_the_part_follows_from_the_text_alone():
    """It is the same on every machine, in every release: these two were chosen when it was written."""
    assert in_test_part("着火了")
    assert not in_test_part("燃气泄漏")


def test_a_lone_surrogate_has_its_part_too():
    """Broken text is text."""
    assert isinstance(in_test_part("\ud800"), bool)
