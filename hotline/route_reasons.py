"""Why the dispatch matrix sends a request where it does: the line that chose, and those that were passed over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from dispatcher.rules.desks import desk_of_request
from dispatcher.rules.routing import RouteReason
from dispatcher.workflow.city import City
from hotline.explaining import name_of_category, name_of_unit
from hotline.matrix_telling import line_fields, name_of_district, name_of_lead, scope_words, span_words
from models.codes import PassedOver, SubjectType
from models.profile import DISTRICT_GOVERNMENT, MatrixEntry


@dataclass(frozen=True, slots=True)
class RouteQuestion:
    """What the matrix decides by.

    ``confidence`` is that of the category where a text was understood, else None; ``language`` that of the text.
    """

    category_code: str
    district_code: str | None
    subject: SubjectType | None
    on: date
    text: str | None = None
    confidence: float | None = None
    language: str = "zh"


def desk_of(question: RouteQuestion, city: City) -> str | None:
    """Return the 专席 whose people handle such requests."""
    category = city.profile.categories.get(question.category_code)
    desk = desk_of_request(city.profile.desks, language=question.language, category=category, subject=question.subject)
    return desk.name if desk else None


def reason_of(question: RouteQuestion, city: City) -> RouteReason:
    """Ask the matrix in force.

    Raises:
        Rejected: the profile has no such category.
    """
    city.category(question.category_code)
    return city.routes.explain(
        question.category_code, district_code=question.district_code, subject=question.subject, on=question.on
    )


def reason_fields(question: RouteQuestion, reason: RouteReason, city: City) -> dict[str, Any]:
    """Return the reason ready for JSON."""
    route = reason.route
    return {
        "text": question.text,
        "confidence": None if question.confidence is None else round(question.confidence, 4),
        "category": question.category_code,
        "category_name": name_of_category(question.category_code, city),
        "district": question.district_code,
        "district_name": name_of_district(question.district_code, city) if question.district_code else None,
        "subject": question.subject.label if question.subject else None,
        "on": question.on.isoformat(),
        "matrix_version": city.routes.version,
        "lead_unit": route.lead,
        "unit": None if route.lead is None else {"code": route.lead, "name": name_of_unit(route.lead, city)},
        "co_units": [{"code": code, "name": name_of_unit(code, city)} for code in route.co_units],
        "desk": desk_of(question, city),
        "basis": route.basis or None,
        "doubt": route.doubt.value if route.doubt else None,
        "fallback": reason.entry is not None and reason.entry.lead == DISTRICT_GOVERNMENT,
        "line": line_fields(reason.entry, city) if reason.entry else None,
        "passed_over": [
            {**line_fields(entry, city), "reason": why.value, "why": _why(entry, why)} for entry, why in reason.passed_over
        ],
    }


def reason_lines(question: RouteQuestion, reason: RouteReason, city: City) -> Iterator[str]:
    """Yield the reason as lines for people."""
    route, entry = reason.route, reason.entry
    if question.text is not None:
        yield f"原文  {question.text}"
    district = name_of_district(question.district_code, city) if question.district_code else "属地不明"
    subject = question.subject.label if question.subject else "主体不明"
    category = f"{question.category_code} {name_of_category(question.category_code, city)}"
    sure = "" if question.confidence is None else f"（把握 {question.confidence:.2f}）"
    yield f"事项  {category}{sure} · {district} · {subject} · {question.on}"
    if route.lead is None:
        yield f"主办  待人工指定（{route.doubt.label if route.doubt else ''}）"
    else:
        fallback = "（属地区政府兜底）" if entry is not None and entry.lead == DISTRICT_GOVERNMENT else ""
        yield f"主办  {name_of_unit(route.lead, city)}{fallback}"
    if route.co_units:
        yield f"协办  {'、'.join(name_of_unit(code, city) for code in route.co_units)}"
    desk = desk_of(question, city)
    if desk is not None:
        yield f"专席  {desk}"
    if route.basis:
        yield f"依据  {route.basis}"
    yield f"目录  {city.routes.version}"
    yield f"条目  {_line(entry, city)}" if entry else "条目  没有适用的条目"
    for number, (other, why) in enumerate(reason.passed_over):
        yield f"{'未用' if number == 0 else '    '}  {_line(other, city)}：{_why(other, why)}"


def _line(entry: MatrixEntry, city: City) -> str:
    origin = "配置文件" if entry.change is None else f"第 {entry.change} 次变更"
    scope = scope_words(entry.category_code, entry.district_code, entry.subject, city)
    return f"{scope} → {name_of_lead(entry.lead, city)}（{origin}，{span_words(entry.valid_from, entry.valid_to)}）"


def _why(entry: MatrixEntry, why: PassedOver) -> str:
    """Return why a line was passed over, with the day where a day decided."""
    match why:
        case PassedOver.NOT_YET:
            return f"{why.label}，{entry.valid_from} 起"
        case PassedOver.ENDED:
            return f"{why.label}，至 {entry.valid_to}"
        case _:
            return why.label
