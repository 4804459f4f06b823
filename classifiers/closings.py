"""How a talk ends (好的明白了谢谢): words of courtesy that say nothing about what it was about."""

import re

_LONGEST = 40
"""How many characters at the end of a text are looked at. Source: default of this project (D)."""

_LEAST_LEFT = 8
"""What is shorter without its closing stays whole: 谢谢你们 alone is what somebody wants to say. Source: default
of this project (D)."""

_CLOSING = re.compile(
    r"(?:"
    r"好的|好吧|好嘞|好了|好|行吧|行|嗯|哦|对|明白了?|知道了?|清楚了?|可以了?|没有了|没了|就这样吧?|那就这样|先这样吧?|"
    r"(?:谢谢|多谢|感谢|拜托|麻烦|辛苦)(?:你们|您们|你|您|大家|领导|各位)?(?:了|啊|啦|哈)?|再见|拜拜|"
    r"[，。,.！!？?~～、；;\s]"
    r")+\Z"
)


def without_closing(text: str) -> str:
    """Return a normalised ``text`` without the courtesies at its end, unless hardly anything would be left."""
    tail = text[-_LONGEST:]
    found = _CLOSING.search(tail)
    if found is None:
        return text
    left = len(text) - len(tail) + found.start()
    return text[:left] if left >= _LEAST_LEFT else text
