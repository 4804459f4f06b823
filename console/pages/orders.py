"""Forms of the pages as commands: which fields each carries, and what is missing, said in the reader's language."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from console.failures import FormProblem
from dispatcher.rules.redaction import names_a_person
from dispatcher.workflow.city import City
from dispatcher.workflow.satisfaction import DISSATISFIED
from dispatcher.workflow.supervise import LADDER
from models.codes import DeclineCode, PauseReason, Rating, RequestType, ReturnReason, Urgency
from models.command import CommandKind

Form = Mapping[str, str]

_LONGEST_NUMBER = 4
"""Digits; a longer number of days is no slip of the hand."""


def order_of(form: Form, city: City) -> tuple[CommandKind, int, dict[str, Any]]:
    """Return command, expected version and data of a posted form.

    Raises:
        FormProblem: a field is missing.
        Rejected: a field names something that the profile does not have.
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
        data["category"] = city.category(category).code
    if unit:
        data["unit"] = city.active_unit(unit).code
    if district:
        data["district"] = city.district_code(district)
    if request_type:
        if request_type not in {kind.label for kind in RequestType}:
            raise FormProblem("没有这个诉求类型，请从列表中选择。")
        data["type"] = request_type
    if form.get("simple") == "yes":
        data["simple"] = True
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
    _needed(form, "investigation", "请填写调查情况。")
    _needed(form, "result", "请填写处理结果。")
    if any(names_a_person(form.get(key, "")) for key in ("investigation", "result", "basis")):
        raise FormProblem("答复里有手机号或身份证号，请去掉后再提交。")
    return draft_of(form)


def draft_of(form: Form) -> dict[str, Any]:
    """Return a reply as far as it is written: nothing is missing yet."""
    return {
        **{key: form.get(key, "").strip() for key in ("investigation", "result", "basis")},
        "contacted": form.get("contacted") == "yes",
        "attachments": [name.strip() for name in form.get("attachments", "").splitlines() if name.strip()],
    }


def _rate(form: Form, _city: City) -> dict[str, Any]:
    rating = form.get("rating", "")
    if rating not in set(Rating):
        raise FormProblem("请选择满意程度。")
    return {"rating": rating, "reason": form.get("reason", "").strip()}


def _return(form: Form, _city: City) -> dict[str, Any]:
    reason = form.get("reason", "")
    if reason not in set(ReturnReason):
        raise FormProblem("请选择退单原因。")
    return {"reason": reason, "basis": _needed(form, "basis", "请写明退单依据。")}


def _accept_return(form: Form, city: City) -> dict[str, Any]:
    unit = _code(form, "transfer_to")
    return {"transfer_to": city.active_unit(unit).code} if unit else {}


def _reject_return(form: Form, _city: City) -> dict[str, Any]:
    return {"reason": _needed(form, "reason", "请写明驳回理由。")}


def _request_extension(form: Form, city: City) -> dict[str, Any]:
    most = city.profile.deadlines.extension.most_days
    days = form.get("working_days", "").strip()
    if not (days.isascii() and days.isdecimal() and len(days) < _LONGEST_NUMBER and 1 <= int(days) <= most):
        raise FormProblem(f"请填写延期天数，最多 {most} 个工作日。")
    return {"working_days": int(days), "reason": _needed(form, "reason", "请写明延期理由。")}


def _approve_extension(form: Form, _city: City) -> dict[str, Any]:
    """What was asked for is granted with an empty form; a supervisor's own decision names days and reason."""
    days = form.get("working_days", "").strip()
    if not days:
        return {}
    if not (days.isascii() and days.isdecimal() and len(days) < _LONGEST_NUMBER and int(days) > 0):
        raise FormProblem("请填写延期天数。")
    return {"working_days": int(days), "reason": _needed(form, "reason", "请写明决定延期的理由。")}


def _approve_complex(form: Form, _city: City) -> dict[str, Any]:
    return {"reason": _needed(form, "reason", "请写明按复杂疑难办理的理由。")}


def _refuse_extension(form: Form, _city: City) -> dict[str, Any]:
    return {"reason": _needed(form, "reason", "请写明不予延期的理由。")}


def _pause(form: Form, _city: City) -> dict[str, Any]:
    reason = form.get("reason", "")
    if reason not in set(PauseReason):
        raise FormProblem("请选择暂停事由。")
    return {"reason": PauseReason(reason).label}


def _change_urgency(form: Form, _city: City) -> dict[str, Any]:
    urgency = form.get("urgency", "")
    if urgency not in set(Urgency):
        raise FormProblem("请选择紧急程度。")
    return {"urgency": urgency, "reason": _needed(form, "reason", "请写明调整理由。")}


def _supervise(form: Form, _city: City) -> dict[str, Any]:
    step = form.get("step", "").strip()
    if step and step not in {str(number) for number, _ in enumerate(LADDER, start=1)}:
        raise FormProblem("请选择督办步骤。")
    return {**({"step": step} if step else {}), "reason": _needed(form, "reason", "请写明督办事由。")}


def _override(form: Form, _city: City) -> dict[str, Any]:
    return {"reason": _needed(form, "reason", "请写明不等协办单位的理由。")}


def _fail_review(form: Form, _city: City) -> dict[str, Any]:
    return {"reason": _needed(form, "reason", "请写明退回重答的理由。")}


def _call_back(form: Form, _city: City) -> dict[str, Any]:
    if not _yes_or_no(form, "reached", "请选择是否接通。"):
        return {"reached": False}
    responded = _yes_or_no(form, "responded", "请选择承办单位是否联系过诉求人。")
    solved = _yes_or_no(form, "solved", "请选择问题是否解决。")
    rating, reason = form.get("rating", ""), form.get("reason", "").strip()
    if rating and rating not in set(Rating):
        raise FormProblem("请选择满意程度。")
    if not reason and (not solved or rating in DISSATISFIED):
        raise FormProblem("请记下没有解决或不满意的原因。")
    return {"reached": True, "responded": responded, "solved": solved, "rating": rating, "reason": reason}


def _nudge(form: Form, _city: City) -> dict[str, Any]:
    return {"reason": form.get("reason", "").strip()}


def _link(form: Form, _city: City) -> dict[str, Any]:
    return {"to": _needed(form, "to", "请填写要并入的工单号。").upper()}


def _consult(form: Form, _city: City) -> dict[str, Any]:
    return {"reason": _needed(form, "reason", "请写明提请会商的事由。")}


def _consult_decide(form: Form, city: City) -> dict[str, Any]:
    return {"lead": city.active_unit(_code(form, "lead")).code, "basis": _needed(form, "basis", "请写明确定主办单位的依据。")}


def _withdraw(form: Form, _city: City) -> dict[str, Any]:
    return {"reason": _needed(form, "reason", "请写明撤诉原因。")}


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
        CommandKind.CONTACT_CITIZEN: _nothing,
        CommandKind.RETURN: _return,
        CommandKind.ACCEPT_RETURN: _accept_return,
        CommandKind.REJECT_RETURN: _reject_return,
        CommandKind.REQUEST_EXTENSION: _request_extension,
        CommandKind.APPROVE_EXTENSION: _approve_extension,
        CommandKind.REFUSE_EXTENSION: _refuse_extension,
        CommandKind.APPROVE_COMPLEX: _approve_complex,
        CommandKind.PAUSE: _pause,
        CommandKind.RESUME: _nothing,
        CommandKind.CHANGE_URGENCY: _change_urgency,
        CommandKind.SUPERVISE: _supervise,
        CommandKind.CO_REPLY: _reply,
        CommandKind.OVERRIDE_CO_REPLY: _override,
        CommandKind.PASS_REVIEW: _nothing,
        CommandKind.FAIL_REVIEW: _fail_review,
        CommandKind.CALL_BACK: _call_back,
        CommandKind.RATE: _rate,
        CommandKind.NUDGE: _nudge,
        CommandKind.LINK: _link,
        CommandKind.UNLINK: _nothing,
        CommandKind.CONSULT: _consult,
        CommandKind.CONSULT_DECIDE: _consult_decide,
        CommandKind.WITHDRAW: _withdraw,
        CommandKind.CLOSE: _nothing,
        CommandKind.ARCHIVE: _nothing,
    }
)


def _yes_or_no(form: Form, field: str, sentence: str) -> bool:
    given = form.get(field, "")
    if given not in ("yes", "no"):
        raise FormProblem(sentence)
    return given == "yes"


def _code(form: Form, field: str) -> str:
    """Return the code of a choice such as "0301 噪音扰民 · 施工噪音": what stands before the first blank."""
    return form.get(field, "").strip().partition(" ")[0]


def _needed(form: Form, field: str, sentence: str) -> str:
    text = form.get(field, "").strip()
    if not text:
        raise FormProblem(sentence)
    return text
