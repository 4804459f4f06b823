"""Templates, with the words that a city's codes have on screens."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from console.identity import Session
from dispatcher.ports import Clock
from dispatcher.workflow.city import City
from dispatcher.workflow.supervise import LADDER
from models.codes import UNIT_ROLES, DeclineCode, PauseReason, Rating, RequestType, Role, TicketState, Urgency
from models.rate import Rate
from models.ticket import EventKind
from models.understanding import Evidence

EVENT_NAMES = {
    EventKind.REGISTERED: "登记",
    EventKind.DISPATCHED: "派单",
    EventKind.MERGED: "并单（催办）",
    EventKind.ANSWERED: "直接答复",
    EventKind.DECLINED: "不予受理",
    EventKind.WITHDRAWN: "撤诉",
    EventKind.SIGNED: "签收",
    EventKind.CONTACTED: "联系诉求人",
    EventKind.RETURNED: "申请退单",
    EventKind.RETURN_ACCEPTED: "准予退单",
    EventKind.RETURN_REJECTED: "驳回退单",
    EventKind.EXTENSION_REQUESTED: "申请延期",
    EventKind.EXTENSION_APPROVED: "准予延期",
    EventKind.EXTENSION_REFUSED: "不予延期",
    EventKind.COMPLEX_APPROVED: "准予按复杂疑难办理",
    EventKind.CALENDAR_LOADED: "日历更新",
    EventKind.PAUSED: "暂停计时",
    EventKind.RESUMED: "恢复计时",
    EventKind.URGENCY_CHANGED: "调整紧急程度",
    EventKind.SUPERVISED: "督办",
    EventKind.CRITICISED: "通报批评",
    EventKind.CO_REPLIED: "协办答复",
    EventKind.CO_REPLY_OVERRIDDEN: "不等协办",
    EventKind.REPLIED: "答复",
    EventKind.REVIEW_PASSED: "审核通过",
    EventKind.REVIEW_FAILED: "退回重答",
    EventKind.CALLED_BACK: "回访",
    EventKind.REOPENED: "重办",
    EventKind.NUDGED: "催办",
    EventKind.TOLD_AGAIN: "再次反映",
    EventKind.JOINED: "并案",
    EventKind.LEFT: "解除并案",
    EventKind.FOLLOWED: "随主件派单",
    EventKind.ANSWERED_TOGETHER: "随主件答复",
    EventKind.CONSULTATION_OPENED: "提请会商",
    EventKind.CONSULTATION_DECIDED: "会商决定",
    EventKind.CLOSED: "办结",
    EventKind.RATED: "评价",
    EventKind.ARCHIVED: "归档",
    EventKind.SELF_SERVICE_ENDED: "自助服务结束",
}
_HOMES = {
    **dict.fromkeys((Role.OPERATOR, Role.SHIFT_LEAD, Role.DISPATCHER, Role.CALLER_BACK), "/operator"),
    **dict.fromkeys(UNIT_ROLES, "/unit"),
    **dict.fromkeys((Role.SUPERVISOR, Role.ADMIN), "/supervisor"),
}


@cache
def environment() -> Environment:
    """Return the templates; everything that is put into them is escaped."""
    templates = Environment(
        loader=PackageLoader("console.pages"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    templates.globals["ladder"] = LADDER
    templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return templates


class DueView(NamedTuple):
    """A due time as words; ``level`` is ok, soon or late."""

    level: str
    words: str


class Screen:
    """Renders templates for one city."""

    def __init__(self, city: City, clock: Clock) -> None:
        self._city = city
        self._clock = clock
        profile = city.profile
        self._words: dict[str, Any] = {
            "city": profile.city,
            "categories": list(profile.categories.values()),
            "units": [unit for unit in profile.units.values() if unit.active],
            "districts": list(profile.districts.values()),
            "request_types": [kind for kind in RequestType if kind is not RequestType.VOID],
            "decline_codes": list(DeclineCode),
            "ratings": list(Rating),
            "urgencies": list(Urgency),
            "pause_reasons": list(PauseReason),
            "most_days": profile.deadlines.extension.most_days,
            "states": TicketState,
            "event_names": EVENT_NAMES,
            "unit_name": self.unit_name,
            "category_name": self.category_name,
            "district_name": self.district_name,
            "moment": self.moment,
            "due_view": self.due_view,
            "age": self.age,
            "percent": percent,
            "spoken": spoken,
        }

    @property
    def _minute(self) -> datetime:
        """Now, to the minute: all countdowns move at one moment, and a live region is sent once a minute, not every second."""
        return self._clock.now().replace(second=0, microsecond=0)

    def html(self, template: str, **values: Any) -> str:
        """Render a fragment."""
        return environment().get_template(template).render({**self._words, **values})

    def page(self, template: str, session: Session, **values: Any) -> str:
        """Render a whole page for a logged-in user."""
        return self.html(template, user=session.user, csrf=session.csrf, home=home_of(session.user.role), **values)

    def unit_name(self, code: str | None) -> str:
        """Return a unit's name; a dash for none."""
        return self._city.unit_name(code) if code else "—"

    def category_name(self, code: str) -> str:
        """Return 一级 · 二级."""
        category = self._city.profile.categories.get(code)
        return f"{category.level1} · {category.level2}" if category else code

    def district_name(self, code: str | None) -> str:
        """Return a district's name."""
        district = self._city.profile.districts.get(code or "")
        return district.name if district else "属地不明"

    def moment(self, at: datetime) -> str:
        """Return an instant on the city's clocks; the day is left out for today."""
        local, today = self._city.local(at), self._city.local(self._clock.now())
        if local.date() == today.date():
            return f"{local:%H:%M}"
        return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"

    def due_view(self, due: datetime, soon: timedelta) -> DueView:
        """Return how much time is left before ``due``; within ``soon`` it is worth a colour."""
        left = due - self._minute
        if left <= timedelta(0):
            return DueView("late", f"超时 {_span(-left)}")
        return DueView("soon" if left <= soon else "ok", f"剩 {_span(left)}")

    def age(self, since: datetime) -> str:
        """Return how long ago something was."""
        return _span(max(self._minute - since, timedelta(0)))


def home_of(role: Role) -> str:
    """Return the page on which a role works."""
    return _HOMES[role]


def percent(rate: Rate) -> str:
    """Return a rate's percentage with one decimal; rounding never turns nearly all into all, or a few into none."""
    if rate.value is None:
        return "—"
    words = f"{rate.value * 100:.1f}"
    if words == "100.0" and rate.numerator < rate.denominator:
        return ">99.9"
    return "<0.1" if words == "0.0" and rate.numerator else words


def marked(text: str, evidence: Sequence[Evidence]) -> Markup:
    """Return ``text`` with its evidence marked; spans that overlap an earlier one are left out."""
    parts, at = [], 0
    for word in sorted(evidence, key=lambda one: one.start):
        if word.start < at or word.end > len(text):
            continue
        parts += [escape(text[at : word.start]), Markup("<mark>"), escape(text[word.start : word.end]), Markup("</mark>")]
        at = word.end
    return Markup("").join([*parts, escape(text[at:])])


def spoken(words: str, alarm: str | None) -> Markup:
    """Return what was said with every part of its alarm marked; an alarm that was misheard is not found, and nothing is."""
    parts = [part for part in re.split(r"\s*\+\s*", alarm or "") if part]
    if not parts:
        return escape(words)
    pieces = re.split(f"({'|'.join(map(re.escape, parts))})", words)
    return Markup("").join(Markup("<mark>{}</mark>").format(piece) if piece in parts else escape(piece) for piece in pieces)


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    if hours:
        return f"{hours}小时{minutes % 60}分" if minutes % 60 else f"{hours}小时"
    return f"{minutes}分钟" if minutes else "不到1分钟"
