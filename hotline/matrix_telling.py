"""Lines and proposals of the dispatch matrix in words: fields for programs, Chinese for people."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from dispatcher.workflow.amend import is_idle
from dispatcher.workflow.city import City
from hotline.explaining import name_of_category, name_of_unit
from models.codes import SubjectType
from models.matrix import MatrixProposal
from models.profile import DISTRICT_GOVERNMENT, MatrixEntry

Json = dict[str, Any]

_IDLE = "  目录已是如此，批准不改变派单"


def line_fields(entry: MatrixEntry, city: City) -> Json:
    """Return a line of the matrix ready for JSON; ``change`` is the approved change that brought it, None for the profile."""
    return {
        "category": entry.category_code,
        "district": entry.district_code,
        "subject": entry.subject.label if entry.subject else None,
        "lead": entry.lead,
        "lead_name": name_of_lead(entry.lead, city),
        "co_units": list(entry.co_units),
        "basis": entry.basis,
        "valid_from": entry.valid_from.isoformat(),
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else None,
        "change": entry.change,
    }


def proposal_fields(proposal: MatrixProposal, city: City, *, on: date) -> Json:
    """Return a proposal ready for JSON, in the state that it has on that day.

    ``idle``: it waits, and the matrix says already what it wants.
    """
    wish, review = proposal.wish, proposal.review
    return {
        "number": proposal.number,
        "state": proposal.state(on).value,
        "category": wish.category_code,
        "category_name": name_of_category(wish.category_code, city),
        "district": wish.district_code,
        "district_name": name_of_district(wish.district_code, city) if wish.district_code else None,
        "subject": wish.subject.label if wish.subject else None,
        "unit": wish.lead,
        "unit_name": name_of_lead(wish.lead, city),
        "co_units": list(wish.co_units),
        "basis": wish.basis,
        "origin": wish.origin.value,
        "holds_from": wish.holds_from.isoformat() if wish.holds_from else None,
        "holds_to": wish.holds_to.isoformat() if wish.holds_to else None,
        "from_ticket": next(iter(proposal.tickets), None),
        "tickets": list(proposal.tickets),
        "proposed_by": list(proposal.proposed_by),
        "proposed_at": _moment(wish.proposed_at, city),
        "reviewed_by": review.by if review else None,
        "reviewed_at": _moment(review.at, city) if review else None,
        "note": review.note if review else None,
        "version": review.version if review else None,
        "base": review.base if review else None,
        "idle": is_idle(proposal, city, on),
    }


def proposal_line(proposal: MatrixProposal, city: City, *, on: date) -> str:
    """Return a proposal as one line of a list."""
    wish = proposal.wish
    scope = scope_words(wish.category_code, wish.district_code, wish.subject, city)
    counted = f"，{len(proposal.tickets)} 件工单" if proposal.tickets else ""
    return (
        f"{proposal.number:>4}  {proposal.state(on).label}  {scope}"
        f" → {name_of_lead(wish.lead, city)}（{wish.origin.label}{counted}）{_IDLE if is_idle(proposal, city, on) else ''}"
    )


def proposal_lines(proposal: MatrixProposal, city: City, *, on: date) -> Iterator[str]:
    """Yield everything about a proposal, a fact a line."""
    wish, review = proposal.wish, proposal.review
    yield f"第 {proposal.number} 号变更  {proposal.state(on).label}"
    yield f"事项  {scope_words(wish.category_code, wish.district_code, wish.subject, city)}"
    yield f"主办  {name_of_lead(wish.lead, city)}"
    if wish.co_units:
        yield f"协办  {'、'.join(name_of_unit(code, city) for code in wish.co_units)}"
    yield f"依据  {wish.basis}"
    yield f"期限  {span_words(wish.holds_from, wish.holds_to)}"
    tickets = f"，工单 {'、'.join(proposal.tickets)}" if proposal.tickets else ""
    if is_idle(proposal, city, on):
        yield f"注意{_IDLE}"
    yield f"来由  {wish.origin.label}{tickets}"
    yield f"草拟  {'、'.join(proposal.proposed_by)}  {city.local(wish.proposed_at):%Y-%m-%d %H:%M}"
    if review is not None:
        note = f"：{review.note}" if review.note else ""
        yield f"审核  {review.by}  {city.local(review.at):%Y-%m-%d %H:%M}{note}"
    if review is not None and review.approved:
        yield f"版本  {review.base}+{review.version}"


def scope_words(category_code: str, district_code: str | None, subject: SubjectType | None, city: City) -> str:
    """Return for which requests a line holds."""
    where = name_of_district(district_code, city) if district_code else "不限属地"
    who = subject.label if subject else "不限主体"
    return f"{category_code} {name_of_category(category_code, city)} · {where} · {who}"


def span_words(first: date | None, last: date | None) -> str:
    """Return from when to when something holds."""
    begins = f"{first} 起" if first else "审核通过之日起"
    return f"{begins}，至 {last}" if last else begins


def name_of_lead(code: str, city: City) -> str:
    """Return a lead's name; the matrix may name the government of the place instead of a unit."""
    if code == DISTRICT_GOVERNMENT:
        return "属地区政府"
    return name_of_unit(code, city) if code in city.profile.units else code


def name_of_district(code: str, city: City) -> str:
    """Return the district's name, or the code of one that the profile has lost."""
    return city.profile.districts[code].name if code in city.profile.districts else code


def _moment(moment: datetime, city: City) -> str:
    return city.local(moment).isoformat(timespec="seconds")
