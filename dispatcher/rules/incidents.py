"""Whether different callers tell of one event (并案, domain.md A.7, fourth row).

A wrong merge would hide a request from the unit, so the places must be known to be the same; a place that nobody named joins
nothing. Within the burst the category is enough where the event is one of a whole area (停水); elsewhere the texts must tell
of the same matter. Later the words must be alike too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatcher.rules.merging import RepeatFinder
from dispatcher.rules.whereabouts import Whereabouts, compare_places, place_keys, place_names
from models.codes import RequestType, ReviewReason
from models.incident import Happening
from models.profile import IncidentRule

MAY_FOLLOW = frozenset(
    {ReviewReason.LOW_CONFIDENCE, ReviewReason.NO_LEAD_UNIT, ReviewReason.DISTRICT_UNKNOWN, ReviewReason.SEVERAL_UNITS}
)
"""Doubts about where a request belongs, which the event itself answers. Any other keeps it before a person. Our default."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a request tells of where, what and when, for comparison with those of other callers."""

    caller_ref: str
    text: str
    category_code: str
    request_type: RequestType
    district_code: str | None
    address: str | None
    received_at: datetime

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which its place is found again."""
        return place_keys(self.text, self.address)


class EventFinder:
    """Finds the event that a request tells of among the open tickets of other callers, by a profile's rule."""

    def __init__(self, rule: IncidentRule, words: RepeatFinder, *, never: Iterable[str] = ()) -> None:
        self._rule = rule
        self._words = words
        self._never = frozenset(never)

    @property
    def rule(self) -> IncidentRule:
        """The profile's rule."""
        return self._rule

    def may_be_shared(self, told: Told) -> bool:
        """Return whether others can tell of the same: praise and what the machine serves are everybody's own."""
        own = told.request_type in (RequestType.PRAISE, RequestType.VOID)
        return not own and told.category_code not in self._never

    def same_event(self, told: Told, candidates: Sequence[Happening]) -> Happening | None:
        """Return the candidate that tells of the same event; one of an incident before one alone, then the earliest."""
        if not self.may_be_shared(told):
            return None
        alike = [each for each in candidates if self._is_same(told, each)]
        return min(alike, key=lambda each: (each.incident is None, each.received_at, each.ticket_no), default=None)

    def _is_same(self, told: Told, other: Happening) -> bool:
        if told.caller_ref == other.caller_ref or told.category_code not in (other.category_code, other.machine_category):
            return False
        if told.district_code and other.district_code and told.district_code != other.district_code:
            return False
        apart = abs(told.received_at - other.received_at)
        if apart > self._rule.window or not self._is_same_place(told, other):
            return False
        if apart <= self._rule.burst:
            return told.category_code in self._rule.area_categories or self._words.tells_of_same_matter(
                other.text, other.address, told.text, told.address
            )
        return self._words.in_same_words(other.text, told.text, similarity=self._rule.similarity)

    def _is_same_place(self, told: Told, other: Happening) -> bool:
        names, others = place_names(told.address), place_names(other.address)
        return compare_places(told.text.lower(), names, other.text.lower(), others) is Whereabouts.SAME


def is_hotspot(received: Iterable[datetime], *, callers: int, within: timedelta) -> bool:
    """Return whether so many requests came within a span; source: domain.md A.7, number of the profile."""
    moments = sorted(received)
    return any(last - first <= within for first, last in zip(moments, moments[callers - 1 :], strict=False))
