"""Forms of the pages as commands: which fields each carries, and what is missing, said in the reader's language."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from console.failures import FormProblem
from dispatcher.workflow.city import City
from models.codes import DeclineCode, Rating, RequestType
from models.command import CommandKind

Form = Mapping[str, str]


def order_of(form: Form, city: City) -> tuple[CommandKind, int, dict[str, Any]]:
    """Return command, expected version and data of a posted form.

    Raises:
        FormProblem: a field is missing or names something that the profile does not have.
    """
    try:
        kind, version = CommandKind(form.get("command", "")), int(form.get("expected_version", ""))
    except ValueError:
        raise FormProblem("页面内容不完整，请刷新后再试。") from None
    return kind, version, _DATA[kind](form, city)


def _confirmation(form: Form, city: City) -> dict[str, Any]:
    data: dict[str, Any] = {}
    category, unit, district = (_code(form, field) for field in ("category", "unit", "district"))
    request_type = form.get("type", "").strip()
    if category:
        if category not in city.profile.categories:
            raise FormProblem("没有这个事项分类，请从列表中选择。")
        data["category"] = category
    if unit:
        known = city.profile.units.get(unit)
        if known is None or not known.active:
            raise FormProblem("没有这个承办单位，请从列表中选择。")
        data["unit"] = unit
    if district:
        if district not in city.profile.districts:
            raise FormProblem("没有这个区，请从列表中选择。")
        data["district"] = district
    if request_type:
        if request_type not in {kind.label for kind in RequestType}:
            raise FormProblem("没有这个诉求类型，请从列表中选择。")
        data["type"] = request_type
    return data


def _dispatch(form: Form, city: City) -> dict[str, Any]:
    data = _confirmation(form, city)
    if "unit" not in data:
        raise FormProblem("请选择承办单位。")
    return data


def _answer(form: Form, _city: City) -> dict[str, Any]:
    return {"text": _needed(form, "text", "请填写答复内容。"), "article": form.get("article", "").strip()}


def _decline(form: Form, _city: City) -> dict[str, Any]:
    code = form.get("code", "")
    if code not in set(DeclineCode):
        raise FormProblem("请选择不予受理的理由。")
    return {"code": code}


def _reply(form: Form, _city: City) -> dict[str, Any]:
    return {
        "investigation": _needed(form, "investigation", "请填写调查情况。"),
        "result": _needed(form, "result", "请填写处理结果。"),
        "basis": form.get("basis", "").strip(),
        "contacted": form.get("contacted") == "yes",
    }


def _rate(form: Form, _city: City) -> dict[str, Any]:
    rating = form.get("rating", "")
    if rating not in set(Rating):
        raise FormProblem("请选择满意程度。")
    return {"rating": rating, "reason": form.get("reason", "").strip()}


def _nothing(_form: Form, _city: City) -> dict[str, Any]:
    return {}


_DATA: Mapping[CommandKind, Callable[[Form, City], dict[str, Any]]] = MappingProxyType(
    {
        CommandKind.CONFIRM: _confirmation,
        CommandKind.DISPATCH: _dispatch,
        CommandKind.ANSWER: _answer,
        CommandKind.DECLINE: _decline,
        CommandKind.SIGN: _nothing,
        CommandKind.REPLY: _reply,
        CommandKind.CLOSE: _nothing,
        CommandKind.RATE: _rate,
    }
)


def _code(form: Form, field: str) -> str:
    """Return the code of a choice such as "0301 噪音扰民 · 施工噪音": what stands before the first blank."""
    return form.get(field, "").strip().partition(" ")[0]


def _needed(form: Form, field: str, sentence: str) -> str:
    text = form.get(field, "").strip()
    if not text:
        raise FormProblem(sentence)
    return text
