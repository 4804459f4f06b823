"""How a talk ends (好的明白了谢谢): words of courtesy that say nothing about what it was about, but whether it was answered."""

import re

_LONGEST = 40
"""How many characters at the end of a text are looked at. Source: default of this project (D)."""

_LEAST_LEFT = 8
"""What is shorter without its closing stays whole: 谢谢你们 alone is what somebody wants to say. Source: default
of this project (D)."""

_SIGNS = "，。,.！!？?~～、；;"
_BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What ``\\s`` matches."""

_PASSED_OVER = _SIGNS + _BLANKS

_COURTESY = (
    r"那?(?:好[的吧嘞了]?|行吧?|可以了?|再见|拜拜|就?先?这样吧|就这样"
    r"|(?:谢谢|多谢|感谢|拜托|麻烦|辛苦)(?:你们|您们|你|您|大家|领导|各位)?[了啊啦哈]?)"
    rf"|嗯|哦|对|没有?了|[{_SIGNS}\s]"
)

_LAST = frozenset("好的吧嘞了行以见拜样谢托烦苦你们您家导位啊啦哈嗯哦对白道楚解得懂呀")
"""How words of courtesy end. Most texts end otherwise, and need not be searched for where their courtesies begin."""

_KNOWING = r"(?:明白|知道|清楚|了解|晓得|懂)"

_UNDERSTOOD = rf"(?:(?<![不没未谁])(?<!(?<!我)就){_KNOWING}了|(?<=[好的嗯哦行，。,.\s]){_KNOWING})[啊啦哈呀吧]?"
"""我知道了 or 好的明白; but neither 不知道, 想问清楚 nor 你们来看就知道了."""

_CLOSING = re.compile(rf"(?:{_UNDERSTOOD}|{_COURTESY})+\Z")
_ANSWERED = re.compile(rf"{_UNDERSTOOD}(?:{_UNDERSTOOD}|{_COURTESY})*\Z")


def read_closing(text: str) -> tuple[int, bool]:
    """Return how much of a normalised ``text`` stands before the courtesies at its end, and whether it ends answered.

    Where hardly anything stands before them it is the whole length. Answered: it ends as talks end in which a citizen was told
    what he wanted to know.
    """
    tail = text[-_LONGEST:]
    bare = tail.rstrip(_PASSED_OVER)
    start, answered = len(bare), False
    if bare[-1:] in _LAST:
        found = _CLOSING.search(tail)
        start = len(tail) if found is None else found.start()
        answered = _ANSWERED.search(tail, start) is not None  # what ends answered ends in courtesies
    left = len(text) - len(tail) + start
    return left if left >= _LEAST_LEFT else len(text), answered


def without_closing(text: str) -> str:
    """Return a normalised ``text`` without the courtesies at its end, unless hardly anything would be left."""
    return text[: read_closing(text)[0]]
