"""What stands on screens: spans of time, marked evidence, forms read as commands."""

from datetime import timedelta

import pytest

from console.failures import FormProblem
from console.pages.orders import order_of
from console.pages.rendering import Screen, marked, percent, spoken
from models.command import CommandKind
from models.rate import Rate
from models.understanding import Evidence
from tests.builders import MONDAY, a_city
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


def test_a_reply_carries_what_the_unit_found_and_did():
    """An unticked box means that the citizen was not phoned."""
    order = _order(command="reply", investigation=" 属实 ", result="已修", basis="")

    assert order[2] == {"investigation": "属实", "result": "已修", "basis": "", "contacted": False}


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
        {"command": "delete"},
        {"command": "sign", "expected_version": "x"},
    ],
)
def test_a_form_that_lacks_something_is_answered_in_chinese(form):
    """One sentence that says what to do, before anything is asked of the store."""
    with pytest.raises(FormProblem, match=r"^[\u4e00-\u9fff，、：]+。$"):
        _order(**form)


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
