"""The language that a request is written in, by its script alone."""

import re

CHINESE, ENGLISH, OTHER = "zh", "en", "other"

_HAN = re.compile(r"[\u3400-\u9fff]+")
_HAN_ALONE = re.compile(r"[\u3400-\u9fff\d\s，。！？、：；（）“”…,.!?:;()\-]*")
"""What most texts are made of: no letters but Han characters."""

_LATIN_WORD = re.compile(r"[a-z]+")
_OTHER_LETTER = re.compile(r"[^\W\d_a-z\u3400-\u9fff]")


def language_of(text: str) -> str:
    """Return ``zh``, ``en`` or ``other`` for a normalised text; ``other`` also when it has no letters at all.

    A Han character is about as much language as a Latin word: "WiFi 坏了" is Chinese, a place name in an English sentence
    leaves it English.
    """
    if _HAN_ALONE.fullmatch(text):
        return CHINESE if _HAN.search(text) else OTHER
    n_han = sum(map(len, _HAN.findall(text)))
    if 2 * n_han > len(text):
        return CHINESE
    n_latin = len(_LATIN_WORD.findall(text))
    n_other = len(_OTHER_LETTER.findall(text))
    if n_other > max(n_han, n_latin):
        return OTHER
    if n_han >= max(n_latin, 1):
        return CHINESE
    return ENGLISH if n_latin else OTHER
