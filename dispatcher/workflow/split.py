"""拆单: a contact with several requests becomes a ticket for each, where the engine is sure of every one (domain.md A.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dispatcher.rules.deciding import judge
from dispatcher.workflow.city import City
from models.codes import SubjectType, Urgency
from models.contact import Contact
from models.profile import ConfidenceBands, Handling
from models.understanding import Facts, Understanding


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a contact: its own clauses, understood by themselves."""

    text: str
    understanding: Understanding


def parts_for(
    contact: Contact,
    whole: Understanding,
    parts: Sequence[Part],
    *,
    bands: ConfidenceBands,
    city: City,
    at: datetime,
) -> tuple[Part, ...]:
    """Return the parts that become tickets of their own; none where the contact stays whole.

    It is split where the engine would dispatch each part by itself without asking anybody, and to another unit than the
    others; otherwise a person sees the proposal. No emergency is split off or held up by being split. A part that names no
    place, or on nobody's behalf, has what the contact says; who wants not to be known is known to no unit. Source: domain.md
    A.6, A.11.
    """
    critical = any(each.urgency is Urgency.CRITICAL for each in (whole, *(part.understanding for part in parts)))
    if len(parts) < 2 or critical:
        return ()
    facts = _shared_facts([whole.facts, *(part.understanding.facts for part in parts)])
    completed = tuple(Part(part.text, _completed(part.understanding, whole, facts)) for part in parts)
    leads = [_lead_of(part, contact, bands, city, at) for part in completed]
    return completed if None not in leads and len(set(leads)) == len(leads) else ()


def _shared_facts(said: Sequence[Facts]) -> Mapping[str, Any]:
    """Return what holds for every request of a contact, wherever it was said: who speaks, and who wants not to be known."""
    enterprise = any(facts.subject is SubjectType.ENTERPRISE for facts in said)
    return {
        "subject": SubjectType.ENTERPRISE if enterprise else SubjectType.CITIZEN,
        "anonymous": any(facts.anonymous for facts in said),
        "confidential": any(facts.confidential for facts in said),
    }


def _completed(part: Understanding, whole: Understanding, facts: Mapping[str, Any]) -> Understanding:
    """Return a part with what the contact as a whole says of it."""
    if part.district_code is None and part.address is None:
        part = replace(part, address=whole.address)
    return replace(part, issues=(), facts=replace(part.facts, **facts), district_code=part.district_code or whole.district_code)


def _lead_of(part: Part, contact: Contact, bands: ConfidenceBands, city: City, at: datetime) -> str | None:
    """Return the unit to which the engine would send this part by itself; None where a person has to look."""
    contact, understanding = replace(contact, text=part.text), part.understanding
    judgement = judge(
        contact,
        understanding,
        categories=city.profile.categories,
        bands=bands,
        may_be_declined=city.may_be_declined(contact, understanding),
    )
    district_code, on = city.district_of(contact, understanding), city.local(at).date()
    subject = understanding.facts.subject
    route = city.routes.choose(judgement.category_code, district_code=district_code, subject=subject, on=on)
    doubts = city.doubts(judgement, understanding, route, district_code=district_code, on=on)
    handling = city.profile.categories[judgement.category_code].handling
    return None if doubts or handling is not Handling.DISPATCH else route.lead
