"""The facts in which one city differs from another, as plain values.

``config.profiles`` reads them from files; rules and classifiers receive them. Nothing here knows a file.
"""

import re
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

_FOR_THE_PHONE = re.compile(r"（[^）]*）")
"""What only an operator on the phone says or does, in a safety script."""

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
    ``valid_to`` is the last day on which the entry holds. ``change`` is the number of the approved change that brought it,
    None for an entry of the profile.
    """

    category_code: str
    district_code: str | None
    subject: SubjectType | None
    lead: str
    co_units: tuple[str, ...]
    basis: str
    valid_from: date
    valid_to: date | None
    change: int | None = None


@dataclass(frozen=True, slots=True)
class DispatchMatrix:
    """派单目录 in one version."""

    version: str
    entries: tuple[MatrixEntry, ...]


@dataclass(frozen=True, slots=True)
class StreetRule:
    """What 街镇 may be given: nothing but what stands on their 履职事项清单. Source: 国办函〔2025〕66号.

    ``kinds`` are the kinds of unit that are streets or towns; ``duties`` the basis of each duty, by unit and category.
    """

    kinds: frozenset[str] = frozenset()
    duties: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """专席: people of the hotline for one kind of caller or matter (domain.md A.11).

    Calls come by a key of the voice menu, or by a queue of the call platform; ``queues`` are its other names there. What is
    written comes by its language (a code such as ``en``), its category (a code of either level) or its subject.
    """

    name: str
    keys: tuple[str, ...]
    queues: tuple[str, ...]
    languages: tuple[str, ...]
    categories: tuple[str, ...]
    subject: SubjectType | None
    source: str


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

    ``sources`` names the source of each by its key in ``deadlines.toml``. ``criticise_after``: on that day a unit that was
    nudged and neither replied nor said why is criticised in writing (通报批评); None where a city does not.
    """

    yellow_card_before: int
    red_card_after: int
    nudges_before: tuple[int, ...]
    nudges_after: tuple[int, ...]
    supervise_after: int
    sources: Mapping[str, str]
    criticise_after: int | None = None


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
    So many ``warn_days`` before the loaded years end supervisors are told.
    """

    version: str
    timezone: ZoneInfo
    years: frozenset[int]
    holidays: Mapping[date, str]
    workdays: Mapping[date, str]
    office_hours: tuple[tuple[time, time], ...]
    day_end: time
    warn_days: int = 45


@dataclass(frozen=True, slots=True)
class CalendarYears:
    """The days of one or more years that came after the profile was made: a State Council notice that was loaded since."""

    version: str
    years: frozenset[int]
    holidays: Mapping[date, str]
    workdays: Mapping[date, str]


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
    more of those of the shorter text. A matter told ``supervise_reports`` times is one of 督办.
    """

    window: timedelta
    similarity: float
    retold_terms: int
    retold_share: float
    supervise_reports: int = 3


@dataclass(frozen=True, slots=True)
class IncidentRule:
    """When requests of different callers tell of one event (并案, domain.md A.7).

    At the same place in the same category: within ``burst``; or within ``window``, told with a likeness of ``similarity``
    (0 to 1) or above. ``area_categories`` are events of a whole place (停水), where both are enough; in others the texts must
    share the matter too, as ``MergeRule`` asks of a retelling. From ``hotspot`` callers within ``burst`` on the supervisors
    are told; from ``supervise_callers`` on it is a matter of 督办 (群体性).
    """

    burst: timedelta = timedelta(minutes=15)
    window: timedelta = timedelta(days=7)
    similarity: float = 0.82
    area_categories: frozenset[str] = frozenset()
    hotspot: int = 8
    supervise_callers: int = 20


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
class AnswerRule:
    """When the machine answers a written question from knowledge by itself.

    The best article must speak of ``least_cover`` (0 to 1) of what is asked and score ``least_lead`` times the next one.
    A question is at most ``longest`` characters; a longer letter goes to people.
    """

    least_cover: float
    least_lead: float
    longest: int


@dataclass(frozen=True, slots=True)
class SelfServiceRule:
    """How the machine serves citizens who write (自主服务).

    ``words`` begin a service, ``menus`` are the keys of menu buttons that do. ``move_car`` is the category of a request to
    move a car, None where the city has none. A talk is forgotten after ``patience``; after ``failures`` wrong answers about
    a ticket nobody is answered for ``locked``. Without ``answers`` the machine answers no question from knowledge. One
    citizen may have ``most_move_cars`` cars moved in a month; a default of 12123 (domain.md A.11). Who asks for the same car
    at the same place within ``move_car_again`` asks again: half an hour of the machine's, half an hour of the police's. D.
    """

    words: Mapping[Service, tuple[str, ...]] = field(default_factory=dict)
    menus: Mapping[str, Service] = field(default_factory=dict)
    move_car: str | None = None
    patience: timedelta = timedelta(minutes=10)
    failures: int = 5
    locked: timedelta = timedelta(hours=24)
    answers: AnswerRule | None = None
    most_move_cars: int = 5
    move_car_again: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ReplyRule:
    """What a unit's reply is looked through for before a person reviews it (domain.md A.5).

    ``empty`` are results that tell nothing (无, 同上), ``unfinished`` those that tell only that somebody is at it (正在核实).
    ``promises`` ask for a date beside them (将加强). ``refusals`` deny the duty (不属于我局职责); ``grounds`` are marks of a
    legal basis (《). ``solved`` say that the matter is settled, which in the categories ``photos`` (codes, or their first
    digits) wants an attachment. A reply is a copy of one that the unit gave within ``copied_window`` about another place
    when their likeness is above ``copied_likeness`` (0 to 1) and it has at least ``copied_terms`` terms.
    """

    empty: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    promises: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    solved: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    copied_likeness: float = 0.95
    copied_terms: int = 10
    copied_window: timedelta = timedelta(days=90)


MOST_CALL_BACKS = 3
"""Attempts to reach a citizen about one round; a city may want fewer. Source: domain.md A.2, callback.done (D)."""


@dataclass(frozen=True, slots=True)
class CallBackRule:
    """How often a citizen is called back about one round in vain, and at which times of day: each attempt at another one.

    Without ``bands`` any time will do.
    """

    attempts: int = MOST_CALL_BACKS
    bands: tuple[tuple[time, time], ...] = ()


STAR_RATES = ("M21", "M23", "M24", "M42", "M43", "M43b")
"""Codes of the rates that every unit has, of which its stars may be made (domain.md B)."""


@dataclass(frozen=True, slots=True)
class StarRule:
    """星级: how much each rate of a unit weighs, by code of domain.md B, and from which score up each star is given.

    ``steps`` are scores, 0 to 100, of the second to the fifth star. A unit with fewer than ``least`` settled deadlines of
    its work has no stars yet.
    """

    weights: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[int, ...] = (60, 75, 85, 95)
    least: int = 10


@dataclass(frozen=True, slots=True)
class DeskRule:
    """Who is served at the desk for enterprises (营商环境专席), with its times of 1, 3 and 5 working days.

    That is an enterprise with a request of one of the first levels ``groups``; those of the types ``simple`` are simple
    ones without anybody saying so.
    """

    groups: tuple[str, ...] = ()
    simple: tuple[RequestType, ...] = ()


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

    ``safety`` holds what the operator tells a citizen in an emergency, by category code or under ``ANY_EMERGENCY``; what is
    in （） only an operator on the phone says. ``linked`` the units that are told of one besides its lead, by category code.
    ``declining`` are words of what the hotline may have to decline (不予受理). ``type_words`` how citizens say what they want,
    for the model to lean on. ``question_words`` (怎么, 请问) tell nothing about what is asked.
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
    streets: StreetRule = StreetRule()
    desks: tuple[Desk, ...] = ()
    question_words: tuple[str, ...] = ()
    incidents: IncidentRule = IncidentRule()
    replies: ReplyRule = ReplyRule()
    call_back: CallBackRule = CallBackRule()
    stars: StarRule = field(default_factory=StarRule)
    desk: DeskRule = DeskRule()
    declining: tuple[str, ...] = ()
    missed_calls: MissedCallRule = MissedCallRule()
    nuisance: NuisanceRule = NuisanceRule()

    def is_off_list(self, unit_code: str, category_code: str) -> bool:
        """Return whether a unit is a 街镇 on whose 履职事项清单 the category does not stand (国办函〔2025〕66号)."""
        unit = self.units.get(unit_code)
        return unit is not None and unit.kind in self.streets.kinds and (unit_code, category_code) not in self.streets.duties

    def safety_script(self, category_code: str) -> str:
        """Return what the operator tells a citizen in an emergency of this category."""
        return self.safety.get(category_code, self.safety[ANY_EMERGENCY])

    def written_receipt(self, emergency: str | None) -> str:
        """Return what a citizen reads who wrote a request: in an emergency whose category has a script of its own, that first.

        ``emergency`` is the category's code, None for an ordinary request.
        """
        received = self.messages["wechat_received"]
        script = self.safety.get(emergency) if emergency is not None else None
        return received if script is None else f"{_FOR_THE_PHONE.sub('', script)}\n{received}"
