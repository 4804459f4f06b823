"""The gazetteer: local names in a text, also where a recogniser misheard them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from classifiers.phrases import LongestPhraseFinder
from models.profile import ROAD, District, FactLexicon, Place

MOST_MISHEARD = {3: 1, 4: 1}
"""How many characters of a name may be others of the same sound, by its length; in longer names two."""

_ENDINGS = "路街巷道区镇村岛港桥湖园坊墟河江城场林站院台馆"
"""A stretch that ends like this and sounds like a known name is taken for it; shorter names sound like too many words."""

_DIGITS = str.maketrans("一二三四五六七八九", "123456789")


class Told(Enum):
    """What a name tells."""

    DISTRICT = auto()  # it is a district's own name
    PLACE = auto()  # it lies in a district, or in several
    ELSEWHERE = auto()  # it lies outside the city
    NOTHING = auto()  # it only sounds like a place (细水长流)
    SORT = auto()  # no name, but a sort of place that one may end in (小区)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is spelled, and what it tells. ``is_short``: it is a district's alias, which other names begin with."""

    spelling: str
    told: Told
    district_codes: frozenset[str] = frozenset()
    is_road: bool = False
    is_short: bool = False


class Mention(NamedTuple):
    """A name that stands at ``text[start:end]``, perhaps misheard."""

    start: int
    end: int
    name: Name


_NO_PLACE = Name("", Told.NOTHING)


class Gazetteer:
    """Finds the names of a profile's districts and places, of places elsewhere, and the ``sorts`` of places, in one pass."""

    def __init__(
        self, districts: Mapping[str, District], places: Iterable[Place], lexicon: FactLexicon, sorts: Iterable[str]
    ) -> None:
        known = _known_names(districts, places)
        self._sorts = frozenset(sorts)
        self._names = {word: Name(word, Told.SORT) for word in (*self._sorts, *_ENDINGS)}
        self._names |= {word: Name(word, Told.ELSEWHERE) for word in lexicon.elsewhere}
        self._names |= _spellings(known, lexicon.place_homophones)
        self._names |= known
        self._names |= dict.fromkeys(lexicon.not_places, _NO_PLACE)
        self._finder = LongestPhraseFinder(self._names)
        self._sound_of = {char: group[0] for group in lexicon.sounds for char in group}
        self._by_sound = self._names_by_sound(known)
        self._tails = self._tails_of(self._by_sound.values(), lexicon.sounds)
        self._lengths = sorted({len(sound) for sound in self._by_sound}, reverse=True)

    def mentions(self, text: str) -> list[Mention]:
        """Return the names in ``text`` that do not overlap, from the left, each as long as possible."""
        found: list[Mention] = []
        floor = 0
        for begins, end, spelling in self._finder.all_in(text):
            start, name = begins, self._names[spelling]
            if name.told is Told.SORT:
                heard = self._heard(text, floor, end) if text[end - 2 : end] in self._tails else None
                if heard is not None:
                    start, name = heard
                elif spelling not in self._sorts:
                    continue
            if name.told is not Told.SORT:
                while found and found[-1].start >= start:
                    found.pop()
                floor = start
            found.append(Mention(start, end, name))
        return found

    def _heard(self, text: str, floor: int, end: int) -> tuple[int, Name] | None:
        """Return where a name begins that ends at ``end`` and sounds like a known one."""
        window = text[max(floor, end - self._lengths[0]) : end]
        sound = "".join([self._sound_of.get(char, char) for char in window])
        for length in self._lengths:
            name = self._by_sound.get(sound[-length:]) if length <= len(window) else None
            if name is not None and _n_different(window[-length:], name.spelling) <= MOST_MISHEARD.get(length, 2):
                return end - length, name
        return None

    @staticmethod
    def _tails_of(names: Iterable[Name], sounds: Iterable[str]) -> frozenset[str]:
        """Return the last two characters that the names may be heard with: the last one as it is, the other by its sound."""
        group_of = {char: group for group in sounds for char in group}
        return frozenset(
            char + name.spelling[-1] for name in names for char in group_of.get(name.spelling[-2], name.spelling[-2])
        )

    def _names_by_sound(self, known: Mapping[str, Name]) -> dict[str, Name]:
        """Return the names that may be known by their sound; where two sound alike, neither."""
        by_sound: dict[str, Name | None] = {}
        for spelling, name in known.items():
            if len(spelling) > 2 and spelling[-1] in _ENDINGS and not name.is_short:
                sound = "".join([self._sound_of.get(char, char) for char in spelling])
                by_sound[sound] = None if sound in by_sound else name
        return {sound: name for sound, name in by_sound.items() if name is not None}


def _known_names(districts: Mapping[str, District], places: Iterable[Place]) -> dict[str, Name]:
    """Return the profile's names. A place that stands in two districts tells that it is in one of them."""
    codes: dict[str, set[str]] = {}
    roads: set[str] = set()
    for place in places:
        spelling = place.name.lower()
        codes.setdefault(spelling, set()).update([place.district_code] if place.district_code is not None else [])
        if place.kind == ROAD:
            roads.add(spelling)
    names = {
        spelling: Name(spelling, Told.PLACE, frozenset(districts_of_it), is_road=spelling in roads)
        for spelling, districts_of_it in codes.items()
    }
    for code, district in districts.items():
        for alias in district.aliases:
            spelling = alias.lower()
            names[spelling] = Name(spelling, Told.DISTRICT, frozenset({code}), is_short=spelling not in codes)
        spelling = district.name.lower()
        names[spelling] = Name(spelling, Told.DISTRICT, frozenset({code}))
    return names


def _spellings(known: Mapping[str, Name], homophones: Mapping[str, str]) -> dict[str, Name]:
    """Return other ways to write the known names: 盐灶2横路, and as a recogniser mishears them."""
    others: dict[str, Name] = {}
    for spelling, name in known.items():
        others[spelling.translate(_DIGITS)] = name
        for heard, said in homophones.items():
            if said in spelling and (len(said) > 1 or len(spelling) > 3):
                others.setdefault(spelling.replace(said, heard), name)
    return others


def _n_different(heard: str, spelling: str) -> int:
    return sum(one != other for one, other in zip(heard, spelling, strict=True))


def is_misheard(heard: str, name: Name) -> bool:
    """Return whether ``heard`` is not merely another way to write the name."""
    return name.told in (Told.DISTRICT, Told.PLACE) and heard.translate(_DIGITS) != name.spelling.translate(_DIGITS)
