"""Values for tests: each builder makes something ordinary, and a test names only what matters to it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from dispatcher.ports import DeadLetter, StreamPosition
from dispatcher.workflow.batches import Record
from dispatcher.workflow.city import City
from models.codes import Channel, ClockKind, PauseReason, RequestType, Role, Stage, TicketState, Track, Urgency
from models.command import Command, CommandKind
from models.contact import CONTACT_NAMESPACE, Contact, PersonalData, Submission
from models.deadline import Deadline
from models.message import Topic
from models.profile import (
    ANY_EMERGENCY,
    DISTRICT_GOVERNMENT,
    Allowance,
    CalendarFacts,
    Category,
    ConfidenceBands,
    CoUnitRule,
    DeadlineRules,
    DispatchMatrix,
    District,
    ExtensionRule,
    Handling,
    MatrixEntry,
    MergeRule,
    PauseRule,
    Profile,
    ReminderRule,
    RepeatLexicon,
    Unit,
    UrgencyLexicon,
)
from models.ticket import Actor, Ticket
from models.understanding import Guess, Issue, Understanding

CHINA = ZoneInfo("Asia/Shanghai")

MONDAY = datetime(2026, 5, 18, 9, 0, tzinfo=CHINA).astimezone(UTC)
"""A working morning in China, the "now" of most tests."""

PHONE = "139" + "0000" + "0001"
"""A mobile number, put together so that none stands in the source."""

NAME = "符小强"
OPENID = "oHK_user_of_tests"

POSITION = StreamPosition("intake", Topic.CONTACTS, UUID(int=7), 3)
"""The partition that most tests settle."""

BANDS = ConfidenceBands(automatic=0.8, review=0.5, asr=0.7)
"""Of the small town's model."""

OPERATOR = Actor(Role.OPERATOR, "operator-1")
SUPERVISOR = Actor(Role.SUPERVISOR, "supervisor-1")
LAMPS = Actor(Role.UNIT_CLERK, "lamps-1", "U-LAMP")
WATER = Actor(Role.UNIT_CLERK, "water-1", "U-WATER")

_ANY_DAY = date(2020, 1, 1)


def an_entry(category_code: str, lead: str, **changes: Any) -> MatrixEntry:
    """Return a line of the dispatch matrix that holds always and everywhere."""
    values: dict[str, Any] = {
        "district_code": None,
        "subject": None,
        "co_units": (),
        "basis": "权责清单",
        "valid_from": _ANY_DAY,
        "valid_to": None,
    }
    return MatrixEntry(category_code=category_code, lead=lead, **{**values, **changes})


def a_category(code: str, level2: str, handling: Handling = Handling.DISPATCH) -> Category:
    """Return a category of the first level ``code[:2]``."""
    return Category(
        code=code,
        level1_code=code[:2],
        level1=f"一级{code[:2]}",
        level2=level2,
        default_type=RequestType.HELP,
        words=(),
        urgent_words=(),
        handling=handling,
        source="D",
    )


_CATEGORIES = (
    a_category("0703", "路灯故障"),
    a_category("0801", "停水爆管"),
    a_category("0805", "燃气泄漏"),
    a_category("0901", "物业服务"),
    a_category("0999", "无主管"),
    a_category("2303", "无效骚扰", Handling.NUISANCE),
    a_category("2304", "无法归类", Handling.UNCLASSIFIED),
)

_UNITS = (
    Unit("U-LAMP", "路灯所", "市直部门", "路灯"),
    Unit("U-WATER", "水务公司", "公用企业", "供水"),
    Unit("U-EAST", "东区政府", "区政府", "东区"),
    Unit("U-WEST", "西区政府", "区政府", "西区"),
    Unit("U-GONE", "撤并单位", "市直部门", "已撤并", active=False),
)

_DISTRICTS = (
    District("D-EAST", "东区", "U-EAST", ("东城",)),
    District("D-WEST", "西区", "U-WEST", ()),
)


def _wall(**span: float) -> Allowance:
    return Allowance(ClockKind.WALL, 0, timedelta(**span), "D")


def _days(count: int) -> Allowance:
    return Allowance(ClockKind.WORKING_DAYS, count, timedelta(), "D")


def _natural_days(count: int) -> Allowance:
    return Allowance(ClockKind.NATURAL_DAYS, count, timedelta(), "D")


_DEADLINES = DeadlineRules(
    by_urgency={
        **{(stage, urgency): _days(1) for stage in Stage for urgency in Urgency},
        **{(Stage.DISPATCH, urgency): _wall(hours=4) for urgency in Urgency},
        **{(Stage.SIGN, urgency): _wall(hours=2) for urgency in Urgency},
        **{(Stage.RESOLVE, urgency): _days(5) for urgency in Urgency},
        **{(Stage.PROMISE, urgency): _days(5) for urgency in Urgency},
        **{(Stage.REOPEN, urgency): _days(5) for urgency in Urgency},
        **{(Stage.RATING_INVITE, urgency): _natural_days(3) for urgency in Urgency},
        **{(Stage.RATING_WINDOW, urgency): _natural_days(7) for urgency in Urgency},
        (Stage.DISPATCH, Urgency.CRITICAL): _wall(minutes=5),
        (Stage.SIGN, Urgency.CRITICAL): _wall(minutes=30),
        (Stage.RESOLVE, Urgency.CRITICAL): _wall(hours=2),
    },
    by_type={(Stage.RESOLVE, RequestType.CONSULT): _days(1)},
    by_category={},
    by_track={(stage, Track.COMPLEX): _days(15) for stage in (Stage.RESOLVE, Stage.PROMISE)},
    co_unit=CoUnitRule(days_ahead=1, source="D"),
    extension=ExtensionRule(times=1, most_days=10, source="D"),
    pause=PauseRule(most_days=10, words=dict.fromkeys(PauseReason, ()), source="D"),
    reminders=ReminderRule(
        yellow_card_before=1, red_card_after=1, nudges_before=(1,), nudges_after=(1, 3), supervise_after=5, sources={}
    ),
    due_soon=(timedelta(hours=4),),
)


def a_profile(**changes: Any) -> Profile:
    """Return a town of five units, two districts and seven categories, without holidays in 2026."""
    values: dict[str, Any] = {
        "name": "testtown",
        "version": "p1",
        "city": "测试市",
        "ticket_prefix": "TT",
        "timezone": CHINA,
        "categories": {category.code: category for category in _CATEGORIES},
        "units": {unit.code: unit for unit in _UNITS},
        "districts": {district.code: district for district in _DISTRICTS},
        "places": (),
        "matrix": DispatchMatrix(
            "m1",
            (
                an_entry("0703", "U-LAMP"),
                an_entry("0801", "U-WATER", co_units=("U-LAMP",)),
                an_entry("0805", "U-WATER"),
                an_entry("0901", DISTRICT_GOVERNMENT),
                an_entry("2304", "U-LAMP"),
            ),
        ),
        "deadlines": _DEADLINES,
        "calendar": CalendarFacts(
            version="c1",
            timezone=CHINA,
            years=frozenset({2026}),
            holidays={},
            workdays={},
            office_hours=((time(8, 30), time(12, 0)), (time(14, 30), time(17, 30))),
            day_end=time(23, 59, 59),
        ),
        "bands": BANDS,
        "merge": MergeRule(window=timedelta(days=30), similarity=0.82, retold_terms=3, retold_share=0.15),
        "urgency": UrgencyLexicon((), (), (), (), (), (), (), {}),
        "repeats": RepeatLexicon(common=("我们", "没有", "电话"), again=("打过", "还在"), changed=("另外",)),
        "messages": {
            "received": "“{title}”已受理，工单号{ticket_no}，{date}前答复。",
            "declined": "“{title}”（{ticket_no}）属于{reason}，不予受理。",
            "extended": "“{title}”（{ticket_no}）延长至{date}。",
            "answered": "“{title}”（{ticket_no}）已答复。",
            "rescheduled": "“{title}”（{ticket_no}）调整为{date}。",
            "rate_invite": "“{title}”（{ticket_no}）请评价。",
            "direct_answer": "“{title}”（{ticket_no}）：{text}（{article}，{source}，{reference}）",
            "known_answer": "{text}（{article}，{source}，{reference}）回复人工转人工。",
        },
        "safety": {ANY_EMERGENCY: "请先离开危险的地方", "0805": "请立即关阀、开窗"},
    }
    return Profile(**{**values, **changes})


def a_city(**changes: Any) -> City:
    """Return the town of ``a_profile``, indexed."""
    return City.of(a_profile(**changes))


def a_submission(source_id: str = "call-1", text: str = "中山路的路灯坏了三天没人修", **changes: Any) -> Submission:
    """Return what a door hands in: a phone call of a caller with name and number."""
    values: dict[str, Any] = {
        "channel": Channel.PHONE,
        "received_at": MONDAY,
        "personal": PersonalData(phone=PHONE, name=NAME),
    }
    return Submission(source_id=source_id, text=text, **{**values, **changes})


def a_contact(source_id: str = "call-1", text: str = "中山路的路灯坏了三天没人修", **changes: Any) -> Contact:
    """Return a contact as it travels."""
    values: dict[str, Any] = {
        "contact_id": uuid5(CONTACT_NAMESPACE, f"P:{source_id}"),
        "channel": Channel.PHONE,
        "received_at": MONDAY,
        "caller_ref": "caller-1",
        "salutation": "符先生/女士",
        "asr_confidence": None,
        "district": None,
    }
    return Contact(text=text, **{**values, **changes})


def an_issue(category_code: str = "0703", probability: float = 0.95) -> Issue:
    """Return one of several requests in a contact."""
    return Issue(0, 5, (Guess(category_code, probability),), RequestType.HELP)


def an_understanding(category_code: str = "0703", probability: float = 0.95, **changes: Any) -> Understanding:
    """Return what a sure classifier makes of an ordinary request for help; an alarming word makes it sure of that, too."""
    values: dict[str, Any] = {
        "top": (Guess(category_code, probability),),
        "request_type": RequestType.HELP,
        "urgency": Urgency.NORMAL,
        "alarm": None,
        "alarm_is_sure": changes.get("alarm") is not None,
        "alarm_category": None,
        "district_code": None,
        "address": None,
        "language": "zh",
        "model_version": "model-1",
    }
    return Understanding(**{**values, **changes})


def a_record(
    offset: int, contact: Contact | None, failure: DeadLetter | None = None, position: StreamPosition = POSITION
) -> Record:
    """Return a message of the contacts topic, decoded."""
    return Record(offset, position.reference(offset), contact, failure)


def a_ticket(ticket_no: str = "TT20260518P0000010", **changes: Any) -> Ticket:
    """Return a ticket that waits for an operator."""
    values: dict[str, Any] = {
        "contact_id": UUID(int=1),
        "version": 1,
        "state": TicketState.PENDING,
        "state_since": MONDAY,
        "channel": Channel.PHONE,
        "request_type": RequestType.HELP,
        "category_code": "0703",
        "urgency": Urgency.NORMAL,
        "text": "中山路的路灯坏了三天没人修",
        "caller_ref": "caller-1",
        "salutation": "符先生/女士",
        "district_code": None,
        "address": None,
        "subject": None,
        "lead_unit": None,
        "top": (Guess("0703", 0.6), Guess("0801", 0.2)),
        "review_reasons": (),
        "machine_category": "0703",
        "machine_type": RequestType.HELP,
        "alarm": None,
        "nudges": 0,
        "received_at": MONDAY,
        "registered_at": MONDAY,
        "profile_version": "p1",
        "matrix_version": "m1",
        "model_version": "model-1",
    }
    return Ticket(ticket_no=ticket_no, **{**values, **changes})


def a_deadline(stage: Stage = Stage.SIGN, **changes: Any) -> Deadline:
    """Return a deadline of two hours on the wall clock."""
    values: dict[str, Any] = {
        "unit_code": "U-LAMP",
        "clock": ClockKind.WALL,
        "start": MONDAY,
        "due": MONDAY + timedelta(hours=2),
        "provisional": False,
        "days": (),
        "calendar_version": "c1",
        "profile_version": "p1",
    }
    return Deadline(stage=stage, **{**values, **changes})


def a_command(
    ticket: Ticket, kind: CommandKind, actor: Actor, data: Mapping[str, Any] | None = None, **changes: Any
) -> Command:
    """Return a command on ``ticket`` as it stands."""
    values: dict[str, Any] = {"expected_version": ticket.version}
    return Command(ticket.ticket_no, kind, data or {}, actor, **{**values, **changes})
