"""What stands on screens: spans of time, marked evidence, forms read as commands."""

import re
from datetime import timedelta

import pytest

from console.failures import FormProblem
from console.pages.orders import order_of
from console.pages.rendering import EVENT_NAMES, Screen, marked, percent, spoken
from console.pages.telling import words_of
from console.pages.tickets import DONE
from dispatcher.views import Due, TicketLine
from models.codes import PauseReason, Stage, TicketState
from models.command import CommandKind
from models.deadline import DeadlineResult
from models.errors import Rejected
from models.rate import Rate
from models.ticket import EventKind, TicketEvent
from models.understanding import Evidence
from tests.builders import MONDAY, OPERATOR, PHONE, a_city, a_ticket
from tests.fakes import FixedClock

HOUR = timedelta(hours=1)


@pytest.fixture
def screen():
    """The screens of a small town on a Monday at nine."""
    return Screen(a_city(), FixedClock())


@pytest.mark.parametrize(
    ("left", "level", "words"),
    [
        (timedelta(days=3, hours=2), "ok", "剩 3天2小时"),
        (timedelta(hours=2, minutes=5), "ok", "剩 2小时5分"),
        (timedelta(minutes=40), "soon", "剩 40分钟"),
        (timedelta(seconds=20), "soon", "剩 不到1分钟"),
        (timedelta(0), "late", "超时 不到1分钟"),
        (timedelta(days=-2), "late", "超时 2天"),
    ],
)
def test_a_due_time_says_how_much_is_left(screen, left, level, words):
    """Green with time, amber when it is close, red when it is over."""
    assert screen.due_view(MONDAY + left, HOUR) == (level, words)


def test_countdowns_move_together_once_a_minute():
    """A page with sixty tickets changes sixty times less often than if each moved in its own second."""
    clock = FixedClock()
    screen = Screen(a_city(), clock)
    dues = [MONDAY + timedelta(hours=2, seconds=n) for n in range(60)]

    def shown():
        return [screen.due_view(due, HOUR).words for due in dues]

    first = shown()
    clock.advance(seconds=59)
    assert shown() == first
    clock.advance(seconds=1)
    assert shown() != first


def test_a_moment_names_its_day_unless_it_is_today(screen):
    """In the city's own time."""
    assert screen.moment(MONDAY) == "09:00"
    assert screen.moment(MONDAY - timedelta(hours=10)) == "05-17 23:00"
    assert screen.moment(MONDAY - timedelta(days=365)) == "2025-05-18 09:00"


@pytest.mark.parametrize(
    ("numerator", "denominator", "words"),
    [(1, 3, "33.3"), (2104, 2104, "100.0"), (2104, 2105, ">99.9"), (1, 2104, "<0.1"), (0, 2104, "0.0"), (0, 0, "—")],
)
def test_rounding_never_tells_a_lie(numerator, denominator, words):
    """One missed deadline in two thousand is not 100 %."""
    assert percent(Rate("M17", "派单及时率", numerator, denominator, "口径")) == words


def test_evidence_is_marked_where_it_stands_and_the_text_stays_harmless():
    """A citizen's angle bracket is shown, not obeyed; of overlapping words the first counts."""
    words = [Evidence("路灯", 4, 6, 1.0), Evidence("<b>", 0, 3, 0.5), Evidence("灯坏", 5, 7, 0.2)]

    assert marked("<b>路路灯坏了", words) == "<mark>&lt;b&gt;</mark>路<mark>路灯</mark>坏了"


def _order(**form):
    return order_of({"expected_version": "3", **form}, a_city())


def test_a_choice_from_the_list_is_read_by_its_code():
    """People choose "0703 市政 · 路灯故障"; what is left empty stays as it is."""
    order = _order(command="confirm", category="0703 一级07 · 路灯故障", unit="", district="D-EAST", type="求助")

    assert order == (CommandKind.CONFIRM, 3, {"category": "0703", "district": "D-EAST", "type": "求助"})


def test_an_enterprises_request_may_be_called_simple():
    """By a tick; without one nothing is said."""
    assert _order(command="confirm", simple="yes")[2] == {"simple": True}
    assert _order(command="confirm")[2] == {}


@pytest.mark.parametrize("field", ["investigation", "result", "basis"])
def test_a_reply_with_a_mobile_number_is_stopped_at_the_form(field):
    """In the reader's language, and the number is not repeated."""
    with pytest.raises(FormProblem, match="手机号") as problem:
        _order(**{"command": "reply", "investigation": "属实", "result": "已修", field: f"已拨{PHONE}"})
    assert PHONE not in str(problem.value)


def test_a_supervisors_extension_carries_days_and_reason():
    """An empty form grants what was asked for."""
    assert _order(command="approve_extension")[2] == {}
    assert _order(command="approve_extension", working_days="12", reason="断货")[2] == {"working_days": 12, "reason": "断货"}
    with pytest.raises(FormProblem, match="理由"):
        _order(command="approve_extension", working_days="12")
    with pytest.raises(FormProblem, match="天数"):
        _order(command="approve_extension", working_days="zwei", reason="断货")


def test_a_reply_carries_what_the_unit_found_and_did():
    """An unticked box means that the citizen was not phoned."""
    order = _order(command="reply", investigation=" 属实 ", result="已修", basis="")

    assert order[2] == {"investigation": "属实", "result": "已修", "basis": "", "contacted": False, "attachments": []}


@pytest.mark.parametrize(
    "form",
    [
        {"command": "confirm", "category": "9999"},
        {"command": "confirm", "unit": "U-GONE"},
        {"command": "confirm", "district": "D-NOWHERE"},
        {"command": "confirm", "type": "闲聊"},
        {"command": "dispatch"},
        {"command": "answer", "text": " "},
        {"command": "decline", "code": "N9"},
        {"command": "reply", "investigation": "属实"},
        {"command": "rate", "rating": "6"},
        {"command": "return", "reason": "R9", "basis": "三定规定"},
        {"command": "return", "reason": "R1", "basis": " "},
        {"command": "accept_return", "transfer_to": "U-GONE 撤并单位"},
        {"command": "reject_return"},
        {"command": "refuse_extension"},
        {"command": "request_extension", "working_days": "2"},
        {"command": "pause", "reason": "holiday"},
        {"command": "change_urgency", "urgency": "2"},
        {"command": "change_urgency", "urgency": "9", "reason": "影响面扩大"},
        {"command": "supervise", "step": "5", "reason": "媒体曝光"},
        {"command": "supervise"},
        {"command": "co_reply", "investigation": "属实"},
        {"command": "override_co_reply"},
        {"command": "fail_review"},
        {"command": "call_back"},
        {"command": "call_back", "reached": "yes", "solved": "yes"},
        {"command": "call_back", "reached": "yes", "responded": "yes"},
        {"command": "call_back", "reached": "yes", "responded": "yes", "solved": "no"},
        {"command": "call_back", "reached": "yes", "responded": "yes", "solved": "yes", "rating": "1"},
        {"command": "call_back", "reached": "yes", "responded": "yes", "solved": "yes", "rating": "6"},
        {"command": "withdraw"},
        {"command": "delete"},
        {"command": "sign", "expected_version": "x"},
    ],
)
def test_a_form_that_lacks_something_is_answered_in_chinese(form):
    """One sentence that says what to do, before anything is asked of the store."""
    with pytest.raises(Rejected) as refused:
        _order(**form)
    assert re.fullmatch(r"[\u4e00-\u9fff，、：]+。", refused.value.sentence)


def test_a_call_back_without_an_answer_says_only_that():
    """What stands in the hidden part of the form is not sent on."""
    order = _order(command="call_back", reached="no", solved="yes", rating="5")

    assert order[2] == {"reached": False}


def test_a_call_back_carries_what_the_citizen_said():
    """Whether the unit called, whether it is solved, and the rating where one was given."""
    order = _order(command="call_back", reached="yes", responded="yes", solved="no", rating="", reason="灯还是不亮")

    assert order[2] == {"reached": True, "responded": True, "solved": False, "rating": "", "reason": "灯还是不亮"}


def test_a_pause_names_an_allowed_reason_in_the_words_of_the_rule():
    """The engine reads the reason from the words; the page sends the words of the list."""
    assert _order(command="pause", reason="force_majeure")[2] == {"reason": "不可抗力"}


@pytest.mark.parametrize("days", ["", "0", "11", "-1", "三", "1.5", "9" * 50])
def test_an_extension_asks_for_as_many_days_as_the_profile_allows(days):
    """The sentence names the limit."""
    with pytest.raises(FormProblem, match="最多 10 个工作日"):
        _order(command="request_extension", working_days=days, reason="配件未到")


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        (EventKind.RETURNED, {"unit": "U-LAMP", "reason": "R1", "basis": "三定规定"}, ["路灯所", "非本单位职责", "三定规定"]),
        (EventKind.RETURN_ACCEPTED, {"from": "U-LAMP", "to": "U-WATER"}, ["改派 水务公司"]),
        (EventKind.RETURN_ACCEPTED, {"from": "U-LAMP", "to": None}, ["回到待派单"]),
        (EventKind.EXTENSION_APPROVED, {"working_days": 3}, ["3 个工作日"]),
        (EventKind.PAUSED, {"reason": "material", "words": "待诉求人补充材料"}, ["待诉求人补充材料"]),
        (EventKind.SUPERVISED, {"name": "督办单", "cause": "overdue"}, ["督办单", "超期未答复"]),
        (EventKind.CALLED_BACK, {"attempt": 2, "reached": False}, ["第 2 次", "未接通"]),
        (EventKind.SIGNED, {"unit": "U-LAMP", "role": "co"}, ["协办 路灯所"]),
        (EventKind.NUDGED, {"reason": "timers"}, ["到期提醒"]),
        (EventKind.CLOSED, {}, []),
    ],
)
def test_the_history_tells_each_event_in_the_readers_words(screen, kind, data, words):
    """Codes of units and reasons become names; what the engine notes as a cause is said in Chinese."""
    event = TicketEvent("TT1", 2, kind, MONDAY, OPERATOR, None, TicketState.SIGNED, "p1", data)

    assert words_of(event, screen) == words


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_event_has_a_name_on_screens(kind):
    """Whatever can happen to a ticket can be told."""
    assert EVENT_NAMES[kind]


@pytest.mark.parametrize("kind", list(CommandKind))
def test_every_command_can_be_asked_for_and_says_that_it_was_done(kind):
    """Whatever the engine can be asked for, the pages can ask for."""
    filled = {
        "unit": "U-LAMP",
        "text": "八点半开门",
        "code": "N1",
        "reason": "R1" if kind is CommandKind.RETURN else "material" if kind is CommandKind.PAUSE else "缘由",
        "basis": "三定规定",
        "working_days": "1",
        "urgency": "2",
        "investigation": "属实",
        "result": "已修",
        "reached": "no",
        "to": "TT20260518P0000010",
        "lead": "U-LAMP",
        "rating": "5",
    }

    assert _order(command=kind.value, **filled)[0] is kind
    assert DONE[kind]


@pytest.mark.parametrize(
    ("words", "alarm", "shown"),
    [
        ("家里煤气味好大", "煤气味", "家里<mark>煤气味</mark>好大"),
        ("小孩被锁车里，小孩在哭", "小孩+锁车里", "<mark>小孩</mark>被<mark>锁车里</mark>，<mark>小孩</mark>在哭"),
        ("然气漏了<b>", "燃气漏", "然气漏了&lt;b&gt;"),
        ("叫不醒了", None, "叫不醒了"),
    ],
)
def test_what_alarmed_is_marked_in_what_was_said(words, alarm, shown):
    """Both words of a pair; a word that was misheard, or a whole that alarmed, leaves the text as it is."""
    assert spoken(words, alarm) == shown


def test_the_next_due_is_what_somebody_has_to_do_first():
    """What is late comes first; what is done, stands still, or may be done and need not be, does not count."""
    dues = {
        Stage.DISPATCH: Due(MONDAY, provisional=False, result=DeadlineResult.MET, runs=False),
        Stage.RETURN: Due(MONDAY, provisional=False, result=None),
        Stage.RESOLVE: Due(MONDAY + HOUR, provisional=False, result=None, paused_for=PauseReason.MATERIAL),
        Stage.SIGN: Due(MONDAY + 2 * HOUR, provisional=False, result=DeadlineResult.MISSED),
        Stage.PROMISE: Due(MONDAY + 3 * HOUR, provisional=False, result=None),
    }

    assert TicketLine(a_ticket(), dues).next_due == (Stage.SIGN, dues[Stage.SIGN])
    assert TicketLine(a_ticket(), {Stage.DISPATCH: dues[Stage.DISPATCH]}).next_due is None
