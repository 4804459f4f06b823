"""Where two texts play: whether they name the same place, another one, or cannot be compared.

Works on the citizens' own wordings. One may name the road and the other the estate on it, so a name counts as shared when it
stands anywhere in the other text; but two texts that name different roads, villages, houses or plates tell of two places.
"""

import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache

_HAN = "\u4e00-\u9fff"
_PIECE = re.compile(
    r".{1,10}?(?:大道|街道|小区|花园|公寓|大厦|广场|市场|公园|医院|学校|小学|中学|幼儿园|路口|[路街巷镇村墟岛站港](?![道口村]))|.+"
)
_ABOVE = re.compile(rf"(?:[{_HAN}]{{2,3}}市)?[{_HAN}]{{2,3}}[区县](?=[{_HAN}]{{1,8}}?(?:[路街道巷镇村苑]|小区|花园))")
"""City and district before the name of a street: 龙华区 in 龙华区国贸路, but nothing in 琼山区人民医院."""

_SIGN = "[零〇一二两三四五六七八九十百]"
_NUMERAL = rf"(?:\d{{1,4}}|{_SIGN}{{1,5}})"
_RELATIVE = re.compile(
    rf"(?:小区|工地|门口|对面|旁边|附近|后面|前面|楼下|{_NUMERAL}(?:号楼|号院|号|栋|幢|座|楼|单元|层|室|路车?))+$"
)
_NO_NAME = re.compile(rf"{_NUMERAL}|.*(?:[这那哪个有在]|里面|边$)")

_LONGEST_PIECE = 16
_SHORTEST_NAME = 3
_COMPARED = 4
"""So many first characters of a name are enough: 水岸阳光小区 is called 水岸阳光 the next time."""

# The two characters before the word for a road or a village tell which one; behind these it is no name (我们村, 那条路).
_LEADS_NOWHERE = (
    "的我们你他她在到去这那个是有和跟与从住某本该各全整每家了来过不也都就给把被让向往叫请要想条座所一几两马公铁修走上"
)
_ROAD = re.compile(rf"[{_HAN}]{{2}}(?:大道|路(?![灯面段边上牌况政车公过])|街(?!道)|(?<!{_SIGN})巷)")
_VILLAGE = re.compile(rf"[{_HAN}]{{2}}村(?![委民干医])")
_ANY_ROAD = re.compile(f"[{_LEADS_NOWHERE}]|步行|水泥|柏油|道路|线路|商业|农村|乡村|城中")

_NUMBERED = re.compile(rf"({_NUMERAL})(栋|幢|座|单元|号楼|号院|巷|路(?=公交|车))")
_PLATE = re.compile(rf"[{_HAN}]([a-z])[·.\s]?([a-z0-9]{{5,6}})(?![a-z0-9])")
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


class Whereabouts(Enum):
    """How the places of two texts stand to each other."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


def place_names(address: str | None) -> tuple[str, ...]:
    """Return the names in an address, each cut to what is compared: the streets, villages, estates and landmarks.

    What is only relative (对面, 三栋, 那个路口) is no name.
    """
    names = []
    for piece in _PIECE.findall(_ABOVE.sub("", "".join((address or "").split()).lower(), count=1)):
        name = _RELATIVE.sub("", piece[:_LONGEST_PIECE])[:_COMPARED]
        if len(name) >= _SHORTEST_NAME and _NO_NAME.match(name) is None:
            names.append(name)
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=1024)
def place_keys(text: str, address: str | None) -> tuple[str, ...]:
    """Return the names under which a place is found again: those of the address, and the roads and villages in the text.

    Intake asks several times for each request of a batch, so the latest answers are kept.
    """
    marks = _marks(text.lower())
    return tuple(dict.fromkeys((*place_names(address), *sorted(marks.get("road", ())), *sorted(marks.get("village", ())))))


def compare_places(text: str, names: tuple[str, ...], other_text: str, other_names: tuple[str, ...]) -> Whereabouts:
    """Compare two texts in lower case, each with the ``place_names`` of its address."""
    marks, others = _marks(text), _marks(other_text)
    if any(kind in others and found.isdisjoint(others[kind]) for kind, found in marks.items()):
        return Whereabouts.OTHER
    if any(name in other_text for name in names) or any(name in text for name in other_names):
        return Whereabouts.SAME
    return Whereabouts.OTHER if names and other_names else Whereabouts.UNKNOWN


def _marks(text: str) -> Mapping[str, set[str]]:
    """Return what of each kind a text names: roads, villages, houses and lanes and bus lines by number, plates."""
    found: dict[str, set[str]] = {}
    for kind, pattern in (("road", _ROAD), ("village", _VILLAGE)):
        for name in pattern.findall(text):
            if _ANY_ROAD.search(name[:2]) is None:
                found.setdefault(kind, set()).add(name)
    for numeral, kind in _NUMBERED.findall(text):
        found.setdefault(kind, set()).add(_in_digits(numeral))
    for letter, rest in _PLATE.findall(text):
        if any(sign.isdigit() for sign in rest):
            found.setdefault("plate", set()).add(letter + rest)
    return found


def _in_digits(numeral: str) -> str:
    """Return a numeral in digits, so that 六栋 and 6栋 are one house."""
    if numeral.isdecimal():
        return str(int(numeral))
    total = digit = 0
    for character in numeral:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[character]
    return str(total + digit)
