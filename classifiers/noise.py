"""Noise: the same request as another medium would bring it, made the same way each time."""

import hashlib
import random
import re
from functools import lru_cache

from opencc import OpenCC

FIRST_CHARACTERS = 40

_FILLERS = ("嗯", "呃", "那个", "就是", "就是说", "啊", "然后", "这个", "怎么说呢")
_SHARE_OF_FILLERS = 0.08
"""Fillers after this share of the words' gaps; ten real service transcripts have 4 to 11 in 100 characters."""

_SHARE_OF_HOMOPHONES = 0.3
"""A recogniser writes a character of the groups below as another one of its group this often."""

_HOMOPHONES = (
    *("的地得", "在再", "做作", "他她它", "那哪", "燃然", "汽气", "修休", "费废", "园圆", "账帐", "坐座", "以已", "进近"),
    *("道到", "城成", "报抱", "停庭", "施失", "工公", "区取", "管关", "理里", "是事", "电店", "楼漏", "路鹿", "水睡"),
    *("保宝", "医一", "投头", "诉素", "站占", "场厂", "请情", "钱前", "房防", "物务", "业页", "租足", "证正", "办半"),
)
_PUNCTUATION = re.compile(r"[^\w]+")


@lru_cache(maxsize=1)
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")


def traditional(text: str) -> str:
    """Return ``text`` in traditional characters."""
    return str(_to_traditional().convert(text))


def asr_noise(text: str) -> str:
    """Return ``text`` as a recogniser may write it: no punctuation, fillers, and some homophones.

    The chance is seeded by the text itself, so a file's rows may be measured in any order.
    """
    chance = random.Random(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())  # noqa: S311 - no secret
    pieces = []
    for character in _PUNCTUATION.sub("", text):
        pieces.append(_misheard(character, chance))
        if chance.random() < _SHARE_OF_FILLERS:
            pieces.append(chance.choice(_FILLERS))
    return "".join(pieces)


def first_characters(text: str) -> str:
    """Return the beginning: what is known early in a call."""
    return text[:FIRST_CHARACTERS]


def _misheard(character: str, chance: random.Random) -> str:
    group = _group_of().get(character)
    if group is None or chance.random() >= _SHARE_OF_HOMOPHONES:
        return character
    return chance.choice([other for other in group if other != character])


@lru_cache(maxsize=1)
def _group_of() -> dict[str, str]:
    return {character: group for group in _HOMOPHONES for character in group}
