"""Language by script."""

import pytest

from classifiers.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("路灯不亮", "zh"),
        ("wifi 坏了", "zh"),
        ("the street lamp is broken", "en"),
        ("the lamp near 国贸路 is broken since monday", "en"),
        ("не работает фонарь", "other"),
        ("水道が壊れました、すぐ来てください", "other"),
        ("？！ 123", "other"),
        ("", "other"),
    ],
)
def test_a_text_is_in_the_language_of_most_of_its_words(text: str, language: str):
    """Foreign callers reach somebody who reads them."""
    assert language_of(text) == language
