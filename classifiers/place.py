"""Place: the district where it happened, with the address in the citizen's own words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from classifiers.phrases import Found, PhraseFinder
from models.profile import District, Place

_ROAD_NAMED_AFTER_DISTRICT = re.compile(
    r"[东西南北中]?[一二三四五六七八九十]?[横纵]?(?:大道|路|街|巷|桥|大桥|机场|中学|小学|医院)"
)
"""What follows a district's short name in the name of something that may lie elsewhere: 美兰机场, 琼山大道."""

_GAP = r"[^\s，。！？；：,.!?;:的有在是了我你他她们就和被把说从去来没不又都人]"
_STEP = re.compile(
    rf"[\s,，、（(]?(?:{_GAP}{{1,8}}?(?:路(?![灯面段边上牌口])|街|巷|弄|里|镇|村|站)"
    rf"|{_GAP}{{0,8}}?(?:街道|大道|路口|社区|小区|花园|公寓|大厦|广场|市场|工地|学校|小学|中学|幼儿园|医院|酒店|商场|超市|公园"
    r"|车站|码头|交叉口|交汇处|斜对面|对面|旁边|附近|门口|后面|前面|楼下"
    r"|[0-9一二三四五六七八九十]{1,5}(?:号楼|号院|号|栋|幢|座|单元|楼|层|室|队|组)))"
)
"""One more piece of an address: a few characters that end in the word for a kind of place."""


@dataclass(frozen=True, slots=True)
class PlaceGuess:
    """A district code, None when unknown or contradictory, and ``text[start:end]`` as the address (empty: none)."""

    district_code: str | None
    start: int
    end: int


NOWHERE = PlaceGuess(None, 0, 0)


class PlaceReader:
    """Reads district and address of normalised texts by a profile's districts and gazetteer.

    What the citizen calls by a district's own name counts before what streets and landmarks tell. Two districts on the
    same level contradict each other: then a person asks.
    """

    def __init__(self, districts: Mapping[str, District], places: Iterable[Place]) -> None:
        self._codes_of_place: dict[str, set[str]] = {}
        for place in places:
            codes = self._codes_of_place.setdefault(place.name.lower(), set())
            if place.district_code is not None:
                codes.add(place.district_code)
        self._code_of_name = {district.name.lower(): code for code, district in districts.items()}
        self._code_of_alias = {alias.lower(): code for code, district in districts.items() for alias in district.aliases}
        self._finder = PhraseFinder([*self._codes_of_place, *self._code_of_name, *self._code_of_alias])

    def read(self, text: str) -> PlaceGuess:
        """Return where ``text`` says that it happened."""
        found = [each for each in self._finder.longest(text) if not self._names_something_else(text, each)]
        if not found:
            return NOWHERE
        start, end = self._address(text, found)
        return PlaceGuess(self._district(found), start, end)

    def _names_something_else(self, text: str, found: Found) -> bool:
        is_short_name = found.phrase in self._code_of_alias and found.phrase not in self._codes_of_place
        return is_short_name and _ROAD_NAMED_AFTER_DISTRICT.match(text, found.end) is not None

    def _district(self, found: Sequence[Found]) -> str | None:
        named = {code for each in found for code in self._named_districts(each.phrase)}
        if not named:
            # A road that crosses districts tells nothing by itself, but must not contradict a landmark on it.
            told = [codes for each in found if (codes := self._codes_of_place.get(each.phrase))]
            named = set.intersection(*told) if told else set()
        return named.pop() if len(named) == 1 else None

    def _named_districts(self, phrase: str) -> list[str]:
        return [names[phrase] for names in (self._code_of_name, self._code_of_alias) if phrase in names]

    def _address(self, text: str, found: Sequence[Found]) -> tuple[int, int]:
        """Return the longest stretch that starts with a known name and goes on with names and pieces of an address."""
        ends = {each.start: each.end for each in found}
        best = (0, 0)
        reached = 0
        for each in found:
            if each.start < reached:
                continue
            reached = self._follow(text, each.end, ends)
            if reached - each.start > best[1] - best[0]:
                best = (each.start, reached)
        return best

    def _follow(self, text: str, end: int, ends: Mapping[int, int]) -> int:
        while True:
            if end in ends:
                end = ends[end]
            elif (step := _STEP.match(text, end)) is not None:
                end = step.end()
            else:
                return end
