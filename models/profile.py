"""The facts in which one city differs from another, as plain values.

``config.profiles`` reads them from files; rules and classifiers receive them. Nothing here knows a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from models.codes import ClockKind, PauseReason, RequestType, Service, Stage, SubjectType, Track, Urgency

ROAD = "道路"
"""The kind of a place that is a road or a street."""

ANY_EMERGENCY = "any"
"""Key of the safety script for emergencies whose category has none of its own."""

DISTRICT_GOVERNMENT = "@district"
"""Stands for "the government of the district where it happened" in a matrix entry's lead."""


class Handling(StrEnum):
    """What a category means to the engine beyond its unit."""

    DISPATCH = "dispatch"
    NUISANCE = "nuisance"  # 无效骚扰: settled without a ticket when the engine is sure
    UNCLASSIFIED = "unclassified"  # 无法归类: a person decides, however sure the engine is
    DECLINABLE = "decline"  # 可能不予受理: a person declines it or sends it on, however sure the engine is


@dataclass(frozen=True, slots=True)
class Category:
    """事项分类, second level. ``code`` is stable for ever; ``level1_code`` is the prefix that groups it.

    ``words`` are what people see of it; ``vocabulary`` is what citizens may say, for the model to lean on.
    """

    code: str
    level1_code: str
    level1: str
    level2: str
    default_type: RequestType
    words: tuple[str, ...]
    urgent_words: tuple[str, ...]
    handling: Handling
    source: str
    vocabulary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """成员单位. An inactive unit keeps its history and receives nothing new."""

    code: str
    name: str
    kind: str
    duties: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class District:
    """行政区 or 园区. ``code`` is GB/T 2260 where there is one; ``government`` is a unit code.

    ``within`` are the codes of the larger districts in which a 园区 lies: who names both means the 园区.
    """

    code: str
    name: str
    government: str
    aliases: tuple[str, ...]
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A street, road, neighbourhood or landmark that tells the district.

    ``district_code`` is None for a name that lies in several districts: it decides nothing, and neither does a shorter
    name inside it (琼山大道 also runs through 美兰区). A ``kind`` of ``ROAD`` may be a request's street.
    """

    name: str
    district_code: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class MatrixEntry:
    """One line of the 派单目录: who leads, for which requests, by which basis, in which time.

    ``None`` in ``district_code`` or ``subject`` means any. ``lead`` is a unit code or ``DISTRICT_GOVERNMENT``.
    ``valid_to`` is the last day on which the entry holds.
    """

    category_code: str
    district_code: str | None
    subject: SubjectType | None
    lead: str
    co_units: tuple[str, ...]
    basis: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class DispatchMatrix:
    """派单目录 in one version."""

    version: str
    entries: tuple[MatrixEntry, ...]


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much time a stage may take, and on which clock.

    ``days`` counts for WD and ND, ``duration`` for WALL and WH; the other one is empty. ``roll``: a last day of ND that is
    a rest day moves to the next working day. ``source`` names the document, or "D" for a default of this project.
    """

    clock: ClockKind
    days: int
    duration: timedelta
    source: str
    roll: bool = True


@dataclass(frozen=True, slots=True)
class CoUnitRule:
    """A co-unit has this many days less than the lead, so that the lead can answer in time."""

    days_ahead: int
    source: str


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """延期: how often, and how many working days at most each time, without a supervisor's decision."""

    times: int
    most_days: int
    source: str


@dataclass(frozen=True, slots=True)
class PauseRule:
    """How many working days a clock may stand still altogether, and by which words each reason is known."""

    most_days: int
    words: Mapping[PauseReason, tuple[str, ...]]
    source: str


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """On which working days before or after the day of the due time something is told.

    ``sources`` names the source of each by its key in ``deadlines.toml``.
    """

    yellow_card_before: int
    red_card_after: int
    nudges_before: tuple[int, ...]
    nudges_after: tuple[int, ...]
    supervise_after: int
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DeadlineRules:
    """Allowances by stage and urgency; 一般 requests are resolved by type.

    ``by_category`` overrides a stage for single categories (挪车: 30 minutes), ``by_track`` for requests that are handled
    on a track of their own (营商环境专席, 复杂疑难).
    """

    by_urgency: Mapping[tuple[Stage, Urgency], Allowance]
    by_type: Mapping[tuple[Stage, RequestType], Allowance]
    by_category: Mapping[tuple[Stage, str], Allowance]
    by_track: Mapping[tuple[Stage, Track], Allowance]
    co_unit: CoUnitRule
    extension: ExtensionRule
    pause: PauseRule
    reminders: ReminderRule
    due_soon: tuple[timedelta, ...]


@dataclass(frozen=True, slots=True)
class CalendarFacts:
    """Which days are worked. Outside ``years`` nothing is known but weekends: deadlines there are provisional.

    ``holidays`` holds every day of a break, weekends included; ``workdays`` the rest days that are worked (调休). Days of a
    region and days on which work was stopped (台风) are among them; ``version`` names their files too.
    ``day_end`` is the last moment of a working-day deadline. ``office_hours`` are the spans that WH counts.
    """

    version: str
    timezone: ZoneInfo
    years: frozenset[int]
    holidays: Mapping[date, str]
    workdays: Mapping[date, str]
    office_hours: tuple[tuple[time, time], ...]
    day_end: time


@dataclass(frozen=True, slots=True)
class ConfidenceBands:
    """``automatic``: the engine decides at or above; ``review``: the operator confirms one of three at or above.

    ``asr``: a transcript recognised with a mean confidence below this is always confirmed by a person.
    """

    automatic: float
    review: float
    asr: float


@dataclass(frozen=True, slots=True)
class MergeRule:
    """When a caller's contact repeats an open ticket that came within ``window``.

    Said in the same words: their likeness is ``similarity`` (0 to 1) or above. Told anew at the same place in the same
    category: at least ``retold_terms`` terms of the matter come again, and they are a share of ``retold_share`` (0 to 1) or
    more of those of the shorter text.
    """

    window: timedelta
    similarity: float
    retold_terms: int
    retold_share: float


@dataclass(frozen=True, slots=True)
class RepeatLexicon:
    """Words that matter when a caller's second request is compared with the first.

    ``common`` tell nothing about what it is about (我们, 没有, the city's own name). ``again`` say that it was told before or
    still lasts (打过电话, 还在), ``changed`` that it is another matter or has become one (另外, 现在是).
    """

    common: tuple[str, ...]
    again: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CriticalPair:
    """Two things that are an emergency together, near each other, in either order: a word of each (小孩 + 锁车里).

    ``category_code`` is the category of such an emergency; None where it may be one of several.
    """

    first: frozenset[str]
    second: frozenset[str]
    category_code: str | None = None


@dataclass(frozen=True, slots=True)
class UrgencyLexicon:
    """Words that make a request 特急 or 紧急, and those that take it back.

    ``critical`` and ``urgent`` are words that alarm alone. ``false_friends`` contain an alarming word without the danger
    (跳楼价); ``denials`` directly before it deny it (没有), ``doubts`` there fear or suppose it (怕, 如果); ``calming``
    words near it put it into the past, a plan or a question (上个月, 演练). ``homophones`` maps what a recogniser writes to
    what was said (然气 to 燃气).
    """

    critical: tuple[str, ...]
    urgent: tuple[str, ...]
    critical_pairs: tuple[CriticalPair, ...]
    false_friends: tuple[str, ...]
    denials: tuple[str, ...]
    doubts: tuple[str, ...]
    calming: tuple[str, ...]
    homophones: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FactLexicon:
    """Words by which place and facts of a request are read.

    ``place_homophones`` maps what a recogniser writes to a local name or a part of one (海店 to 海甸). ``sounds`` are groups
    of characters that sound alike. ``not_places`` hold a local name and are none (细水长流). ``elsewhere`` are places
    outside the city. ``not_in_names`` are words that no name holds, ``common_places`` those that make no name of a place
    (老旧小区).
    ``businesses`` end the name of a company or shop (酒楼), ``trades`` do not make it a name (装修公司). ``enterprise`` are
    ways to speak for an enterprise, ``employee`` what only its workers say. ``satisfied`` and ``dissatisfied`` tell the mood
    of a talk; ``no_mood`` hold such words and tell none (满意度).
    """

    place_homophones: Mapping[str, str] = field(default_factory=dict)
    sounds: tuple[str, ...] = ()
    not_places: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    not_in_names: tuple[str, ...] = ()
    common_places: tuple[str, ...] = ()
    businesses: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()
    enterprise: tuple[str, ...] = ()
    employee: tuple[str, ...] = ()
    satisfied: tuple[str, ...] = ()
    dissatisfied: tuple[str, ...] = ()
    no_mood: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SelfServiceRule:
    """How the machine serves citizens who write (自主服务).

    ``words`` begin a service, ``menus`` are the keys of menu buttons that do. ``move_car`` is the category of a request to
    move a car, None where the city has none. A talk is forgotten after ``patience``; after ``failures`` wrong answers about
    a ticket nobody is answered for ``locked``. One citizen may have
    ``most_move_cars`` cars moved in a month; a default of 12123 (domain.md A.11).
    """

    words: Mapping[Service, tuple[str, ...]] = field(default_factory=dict)
    menus: Mapping[str, Service] = field(default_factory=dict)
    move_car: str | None = None
    patience: timedelta = timedelta(minutes=10)
    failures: int = 5
    locked: timedelta = timedelta(hours=24)
    most_move_cars: int = 5


@dataclass(frozen=True, slots=True)
class MissedCallRule:
    """When a call that rang off unanswered is called back (漏接回拨).

    A caller who is answered within ``wait`` needs no call-back; others are called back ``within`` their ringing off. With
    ``from_menu`` so are those who hung up in the voice menu. Source: domain.md A.11; 国办函〔2025〕66号 (times: D).
    """

    wait: timedelta = timedelta(minutes=30)
    within: timedelta = timedelta(hours=2)
    from_menu: bool = False


@dataclass(frozen=True, slots=True)
class NuisanceRule:
    """From how many contacts ``within`` what time a caller who only disturbs is shown to the shift lead.

    Service that a shift lead limits is limited for ``limited``. Source: domain.md A.11 (10 in 2 hours); ``limited`` is our
    default.
    """

    contacts: int = 10
    within: timedelta = timedelta(hours=2)
    limited: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SplitCues:
    """Phrases that join several requests in one contact, or tell how many there are; as normalised texts write them.

    ``another`` opens a request of its own (还有一个问题); ``besides`` (顺便) and ``also`` (另外) often do, ``then`` (然后)
    seldom. ``first`` and ``item`` number points (第一; 第二, 二是), of one matter as often as of several. ``several`` announces
    how many requests come (两件事), ``single`` that there is but one (同一件事). ``false_friends`` hold such a phrase and join
    nothing (还有没有, 第二天).
    """

    another: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    item: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    false_friends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """One city, whole. ``version`` is written on every ticket that these facts decided.

    ``safety`` holds what the operator tells a citizen in an emergency, by category code or under ``ANY_EMERGENCY``;
    ``linked`` the units that are told of one besides its lead, by category code.
    ``declining`` are words of what the hotline may have to decline (不予受理). ``type_words`` how citizens say what they want,
    for the model to lean on.
    """

    name: str
    version: str
    city: str
    ticket_prefix: str
    timezone: ZoneInfo
    categories: Mapping[str, Category]
    units: Mapping[str, Unit]
    districts: Mapping[str, District]
    places: tuple[Place, ...]
    matrix: DispatchMatrix
    deadlines: DeadlineRules
    calendar: CalendarFacts
    bands: ConfidenceBands
    merge: MergeRule
    urgency: UrgencyLexicon
    repeats: RepeatLexicon
    messages: Mapping[str, str]
    safety: Mapping[str, str]
    facts: FactLexicon = field(default_factory=FactLexicon)
    self_service: SelfServiceRule = field(default_factory=SelfServiceRule)
    linked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    type_words: Mapping[RequestType, tuple[str, ...]] = field(default_factory=dict)
    split_cues: SplitCues = SplitCues()
    declining: tuple[str, ...] = ()
    missed_calls: MissedCallRule = MissedCallRule()
    nuisance: NuisanceRule = NuisanceRule()

    def safety_script(self, category_code: str) -> str:
        """Return what the operator tells a citizen in an emergency of this category."""
        return self.safety.get(category_code, self.safety[ANY_EMERGENCY])
