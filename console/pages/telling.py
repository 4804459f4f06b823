"""What a line of a ticket's history says besides the name of its event."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from console.pages.rendering import Screen
from models.codes import DeclineCode, DispatchMode, PauseReason, ReturnReason
from models.ticket import EventKind, TicketEvent

CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "overdue": "超期未答复",
        "step overdue": "上一步到期未回应",
        "dissatisfied again": "重办后仍不满意",
        "supervisor": "督办员发起",
        "timers": "到期提醒",
        "returned twice": "两次准予退单",
        "reported again": "同一诉求人多次反映",
        "many callers": "多人反映同一事件",
    }
)
"""What the engine notes as a cause, in the reader's words; a person's own words stand for themselves."""

RETURN_REASONS: Mapping[str, str] = MappingProxyType({reason.value: reason.label for reason in ReturnReason})

Data = Mapping[str, Any]


def words_of(event: TicketEvent, screen: Screen) -> list[str]:
    """Return the few words that tell what happened, in order; none where the event's name says it all."""
    tell = _TOLD.get(event.kind)
    return [word for word in tell(event.data, screen) if word] if tell else []


def _dispatched(data: Data, _screen: Screen) -> Iterable[str]:
    mode = data.get("mode")
    return (DispatchMode(mode).label if mode else "", data.get("basis") or "")


def _by_co_unit(data: Data, screen: Screen) -> Iterable[str]:
    return (f"协办 {screen.unit_name(data.get('unit'))}",) if data.get("role") == "co" else ()


def _returned(data: Data, screen: Screen) -> Iterable[str]:
    reason = str(data.get("reason") or "")
    return (screen.unit_name(data.get("unit")), RETURN_REASONS.get(reason, reason), data.get("basis") or "")


def _return_accepted(data: Data, screen: Screen) -> Iterable[str]:
    return (f"改派 {screen.unit_name(data['to'])}" if data.get("to") else "回到待派单",)


def _reason(data: Data, _screen: Screen) -> Iterable[str]:
    reason = str(data.get("reason") or "")
    return (CAUSES.get(reason, reason),)


def _extension(data: Data, _screen: Screen) -> Iterable[str]:
    return (f"{data.get('working_days')} 个工作日", data.get("reason") or "")


def _paused(data: Data, _screen: Screen) -> Iterable[str]:
    return (PauseReason(data["reason"]).label,) if data.get("reason") else ()


def _urgency(data: Data, _screen: Screen) -> Iterable[str]:
    return (f"{data.get('from')} → {data.get('to')}", data.get("reason") or "")


def _supervised(data: Data, _screen: Screen) -> Iterable[str]:
    cause = str(data.get("cause") or "")
    return (data.get("name") or "", CAUSES.get(cause, cause))


def _co_replied(data: Data, screen: Screen) -> Iterable[str]:
    return (screen.unit_name(data.get("unit")),)


def _overridden(data: Data, screen: Screen) -> Iterable[str]:
    return ("、".join(screen.unit_name(code) for code in data.get("units") or ()), data.get("reason") or "")


def _called_back(data: Data, _screen: Screen) -> Iterable[str]:
    if not data.get("reached"):
        return (f"第 {data.get('attempt')} 次", "未接通")
    contacted = "单位已联系" if data.get("responded") else "单位未联系"
    return (contacted, "已解决" if data.get("solved") else "未解决", data.get("rating") or "", data.get("reason") or "")


def _rated(data: Data, _screen: Screen) -> Iterable[str]:
    return (data.get("rating") or "", data.get("reason") or "")


def _declined(data: Data, _screen: Screen) -> Iterable[str]:
    code = data.get("code")
    return (f"{code} {DeclineCode(code).label}",) if code in set(DeclineCode) else ()


def _joined(data: Data, _screen: Screen) -> Iterable[str]:
    return (str(data.get("incident") or ""), f"随 {data.get('lead')} 办理" if data.get("follows") else "单独办理")


def _followed(data: Data, screen: Screen) -> Iterable[str]:
    return ("改为主件",) if data.get("leads") else (screen.unit_name(data.get("unit")),)


def _together(data: Data, _screen: Screen) -> Iterable[str]:
    return (f"随 {data.get('lead')} 答复",)


def _consulted(data: Data, _screen: Screen) -> Iterable[str]:
    cause = str(data.get("cause") or "")
    return (CAUSES.get(cause, cause),)


def _consult_decided(data: Data, screen: Screen) -> Iterable[str]:
    return (f"主办 {screen.unit_name(data.get('unit'))}", data.get("basis") or "")


def _answered(data: Data, _screen: Screen) -> Iterable[str]:
    cited = data.get("citation")
    return (data.get("text") or "", f"依据 {cited['title']}（{data['article']}）" if cited else data.get("article") or "")


_TOLD: Mapping[EventKind, Callable[[Data, Screen], Iterable[str]]] = MappingProxyType(
    {
        EventKind.DISPATCHED: _dispatched,
        EventKind.ANSWERED: _answered,
        EventKind.DECLINED: _declined,
        EventKind.WITHDRAWN: _reason,
        EventKind.SIGNED: _by_co_unit,
        EventKind.CONTACTED: _by_co_unit,
        EventKind.RETURNED: _returned,
        EventKind.RETURN_ACCEPTED: _return_accepted,
        EventKind.RETURN_REJECTED: _reason,
        EventKind.EXTENSION_REQUESTED: _extension,
        EventKind.EXTENSION_APPROVED: _extension,
        EventKind.EXTENSION_REFUSED: _extension,
        EventKind.COMPLEX_APPROVED: _reason,
        EventKind.PAUSED: _paused,
        EventKind.URGENCY_CHANGED: _urgency,
        EventKind.SUPERVISED: _supervised,
        EventKind.CRITICISED: _co_replied,
        EventKind.CO_REPLIED: _co_replied,
        EventKind.CO_REPLY_OVERRIDDEN: _overridden,
        EventKind.REVIEW_FAILED: _reason,
        EventKind.CALLED_BACK: _called_back,
        EventKind.REOPENED: _reason,
        EventKind.NUDGED: _reason,
        EventKind.RATED: _rated,
        EventKind.JOINED: _joined,
        EventKind.FOLLOWED: _followed,
        EventKind.ANSWERED_TOGETHER: _together,
        EventKind.CONSULTATION_OPENED: _consulted,
        EventKind.CONSULTATION_DECIDED: _consult_decided,
    }
)
