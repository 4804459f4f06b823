"""Place: the district where it happened, with the address in the citizen's own words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from classifiers.address import SORTS, AddressReader, Stretch
from classifiers.gazetteer import Gazetteer, Mention, Told, is_misheard
from classifiers.normalise import NormalisedText
from models.profile import District, FactLexicon, Place
from models.understanding import Repair


class Weight(IntEnum):
    """How much a stretch says about where it happened, by the words around it."""

    NONE = 0  # 不是龙华区
    ASIDE = 1  # where one works, once lived or set out: 从国贸, 户口在琼山, 美兰区教育局
    HOME = 2  # where one lives: it counts where nothing else is told
    AIM = 3  # 到国贸
    HERE = 4


_BEFORE: tuple[tuple[Weight, tuple[str, ...]], ...] = (
    (Weight.NONE, ("不是", "不在", "不属于", "不归", "并非")),
    (Weight.ASIDE, ("从", "由", "离开", "找", "联系", "打给", "问")),
    (Weight.HOME, ("住", "住在", "家", "家在", "我是", "我们是")),
    (Weight.AIM, ("到", "去", "往", "回", "至")),
)
"""What stands right before a stretch, and how much the stretch weighs then. Source: default of this project (D)."""

_FORMER = re.compile(r"(?:以前|原来|之前|原先|曾经|老家|户口|户籍|籍贯|学籍|身份证)(?:我们?|家)?(?:就?是|住在?|在|落在)?$")
_ASIDE_AFTER = re.compile(
    r"(?:这边|那边|那里|这里)?(?:上班|工作|打工|读|上学|出差|出发)"
    r"|的?(?:人(?!民|行|家|工)|户口|户籍|籍|车牌|亲戚|朋友|老乡|同学)"
)
"""What follows a stretch that names where somebody works or comes from."""

_OFFICE = re.compile(
    r"[\u4e00-\u9fff]{0,4}?(?:局|分局|法院|检察院|政府|派出所|交警|公安|城管|政务中心|政务大厅|信访|12345)"
    r"(?![对旁附门隔后前楼家])"
)
"""What follows a district's name in that of an office."""

_BARE = 3
"""A place elsewhere of so many characters is only its name (三亚市): who names it need not be there."""

_ROUTE = 30
"""How far apart the two ends of a way may be told: 从桂林洋坐公交到国贸."""

MOST_STRETCHES = 2
"""An address of more than two stretches is a story, not an address."""

BETWEEN_STRETCHES = "，"


@dataclass(frozen=True, slots=True)
class PlaceGuess:
    """Where it happened.

    ``district_code`` is None when unknown or contradictory; ``rivals`` are the districts that contradict each other.
    ``spans`` are the stretches ``text[start:end]`` that make the address, in order; ``street`` is a road's proper name.
    ``misheard`` are the names that were repaired, in order.
    """

    district_code: str | None = None
    spans: tuple[tuple[int, int], ...] = ()
    street: str | None = None
    misheard: tuple[Mention, ...] = ()
    rivals: tuple[str, ...] = ()

    def address_in(self, text: NormalisedText) -> str | None:
        """Return the address in the citizen's own characters, misheard names repaired; None where there is none."""
        return BETWEEN_STRETCHES.join(self._quoted(text, *span) for span in self.spans) or None

    def repairs_in(self, text: NormalisedText) -> tuple[Repair, ...]:
        """Return what was repaired, with its place in the citizen's own text."""
        return tuple(
            Repair(text.quoted(each.start, each.end), each.name.spelling, *text.raw_span(each.start, each.end))
            for each in self.misheard
        )

    def _quoted(self, text: NormalisedText, start: int, end: int) -> str:
        pieces = []
        for each in self.misheard:
            if start <= each.start and each.end <= end:
                pieces += [text.quoted(start, each.start), each.name.spelling]
                start = each.end
        return "".join([*pieces, text.quoted(start, end)])


NOWHERE = PlaceGuess()


class PlaceReader:
    """Reads district and address of normalised texts by a profile's districts and gazetteer.

    What the citizen calls by a district's own name counts before what streets and landmarks tell, and where it happened
    before where somebody lives or comes from. Two districts of the same weight contradict each other: then a person asks.
    """

    def __init__(self, districts: Mapping[str, District], places: Iterable[Place], *, city: str, lexicon: FactLexicon) -> None:
        self._gazetteer = Gazetteer(districts, places, lexicon, SORTS)
        self._addresses = AddressReader(city, [*lexicon.not_in_names, *lexicon.common_places])
        self._within = {code: frozenset(district.within) for code, district in districts.items()}

    def read(self, text: str) -> PlaceGuess:
        """Return where ``text`` says that it happened."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[str]) -> list[PlaceGuess]:
        """Return the place of each text, step by step: a step that stays in the processor's cache is twice as fast."""
        mentions = [self._gazetteer.mentions(text) for text in texts]
        stretches = [
            self._addresses.stretches(text, of_text) if of_text else [] for text, of_text in zip(texts, mentions, strict=True)
        ]
        return [self._guess(text, of_text) if of_text else NOWHERE for text, of_text in zip(texts, stretches, strict=True)]

    def _guess(self, text: str, stretches: Sequence[Stretch]) -> PlaceGuess:
        weights = _weights(text, stretches)
        address = _address(text, stretches, weights)
        districts = self._districts(stretches, weights)
        return PlaceGuess(
            districts[0] if len(districts) == 1 else None,
            tuple(sorted((each.start, each.end) for each in address)),
            next((each.street for each in address if each.street), None),
            tuple(_misheard(text, stretches)),
            districts if len(districts) > 1 else (),
        )

    def _districts(self, stretches: Sequence[Stretch], weights: Sequence[Weight]) -> tuple[str, ...]:
        """Return the district that the weightiest stretches tell which tell one; none where a place elsewhere weighs more.

        Several are those that contradict each other.
        """
        for level in sorted(set(weights), reverse=True):
            here = [each for each, weight in zip(stretches, weights, strict=True) if weight is level]
            mentions = [
                mention for each in here if not each.is_away for mention in each.mentions if mention.name.district_codes
            ]
            if mentions and level is not Weight.NONE:
                return self._agreed(mentions, names_go_first=level is Weight.HERE)
            if any(each.is_away for each in here):
                return ()
        return ()

    def _agreed(self, mentions: Sequence[Mention], *, names_go_first: bool) -> tuple[str, ...]:
        """Return the one district that the mentions tell, the narrowest where one lies within another, or all they tell."""
        named = [mention.name.district_codes for mention in mentions if mention.name.told is Told.DISTRICT]
        told = [mention.name.district_codes for mention in mentions if mention.name.told is Told.PLACE]
        if not names_go_first:
            named, told = [*named, *told], []
        codes = self._narrowed(named or told)
        if named and told:
            codes = frozenset(code for code in self._narrowed(told) if self._within[code] & codes) or codes
        return tuple(sorted(codes or frozenset().union(*named, *told)))

    def _narrowed(self, claims: Sequence[frozenset[str]]) -> frozenset[str]:
        """Return the districts that fit every claim."""
        codes = claims[0]
        for claim in claims[1:]:
            pairs = [(one, other) for one in codes for other in claim]
            codes = frozenset(
                code
                for one, other in pairs
                for code, larger in ((one, other), (other, one))
                if code == larger or larger in self._within[code]
            )
        return codes


def _weights(text: str, stretches: Sequence[Stretch]) -> list[Weight]:
    weights = [_weight(text, each) for each in stretches]
    for number in range(1, len(stretches)):
        came_from = text[stretches[number - 1].start - 1 : stretches[number - 1].start] == "从"
        if came_from and weights[number] is Weight.AIM and stretches[number].start - stretches[number - 1].end <= _ROUTE:
            weights[number] = Weight.ASIDE
    return weights


def _weight(text: str, stretch: Stretch) -> Weight:
    """Return how the words around ``stretch`` weigh it; a place elsewhere weighs only where one says to be there."""
    before = text[max(0, stretch.start - 8) : stretch.start]
    if _FORMER.search(before) is not None or _ASIDE_AFTER.match(text, stretch.end) is not None:
        return Weight.ASIDE
    if _is_office(text, stretch):
        return Weight.ASIDE
    for weight, words in _BEFORE:
        if before.endswith(words):
            return weight
    if stretch.is_away and stretch.end - stretch.start <= _BARE and not before.endswith(("在", "于")):
        return Weight.ASIDE
    return Weight.HERE


def _is_office(text: str, stretch: Stretch) -> bool:
    """Return whether the stretch is a district's name in that of an office: 美兰区教育局, but not 龙华区政府旁边."""
    if any(mention.name.told is not Told.DISTRICT for mention in stretch.mentions) or not stretch.mentions:
        return False
    office = _OFFICE.match(text, stretch.mentions[-1].end)
    return office is not None and office.end() >= stretch.end


def _address(text: str, stretches: Sequence[Stretch], weights: Sequence[Weight]) -> list[Stretch]:
    """Return up to two stretches of the most weight: those with known names first, then the longest."""
    heaviest = max(weights)
    if heaviest <= Weight.ASIDE:
        return []
    likely = [each for each, weight in zip(stretches, weights, strict=True) if weight == heaviest]
    likely.sort(key=lambda each: (not each.mentions, each.start - each.end))
    address = likely[:1]
    for each in likely[1:]:
        if len(address) < MOST_STRETCHES and text[each.start : each.end] not in text[address[0].start : address[0].end]:
            address.append(each)
    return address


def _misheard(text: str, stretches: Sequence[Stretch]) -> list[Mention]:
    return [
        mention
        for each in stretches
        for mention in each.mentions
        if is_misheard(text[mention.start : mention.end], mention.name)
    ]
