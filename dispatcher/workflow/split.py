"""拆单: a contact with several requests becomes a ticket for each, where the engine is sure of every one (domain.md A.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatcher.workflow.city import City
from models.codes import Urgency
from models.contact import Contact
from models.profile import ConfidenceBands, Handling
from models.understanding import Understanding


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

    It is split where the engine would dispatch each part by itself, and to another unit than the others; otherwise a person
    sees the proposal. An emergency is never split: it waits for nothing. A part that names no place has the contact's.
    Source: domain.md A.6.
    """
    if len(parts) < 2 or whole.urgency is Urgency.CRITICAL:
        return ()
    placed = tuple(Part(part.text, _placed(part.understanding, whole)) for part in parts)
    leads = [_lead_of(part.understanding, contact, bands, city, at) for part in placed]
    return placed if None not in leads and len(set(leads)) == len(leads) else ()


def _placed(part: Understanding, whole: Understanding) -> Understanding:
    if part.district_code is not None:
        return replace(part, issues=())
    return replace(part, issues=(), district_code=whole.district_code)


def _lead_of(part: Understanding, contact: Contact, bands: ConfidenceBands, city: City, at: datetime) -> str | None:
    """Return the unit to which the engine would send this part by itself."""
    category = city.profile.categories[part.best.category_code]
    if part.best.probability < bands.automatic or category.handling is not Handling.DISPATCH:
        return None
    return city.routes.choose(
        category.code,
        district_code=city.district_of(contact, part),
        subject=part.facts.subject,
        on=city.local(at).date(),
    ).lead
