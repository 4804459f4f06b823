"""Who leads: the dispatch matrix as a function (domain.md A.8)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.codes import PassedOver, ReviewReason, SubjectType
from models.profile import DISTRICT_GOVERNMENT, DispatchMatrix, District, MatrixEntry, Unit


@dataclass(frozen=True, slots=True)
class Route:
    """Lead and co-units with the reason; without a ``lead`` a person must choose, and ``doubt`` says why."""

    lead: str | None
    co_units: tuple[str, ...]
    basis: str
    doubt: ReviewReason | None


@dataclass(frozen=True, slots=True)
class RouteReason:
    """A route with the entry that chose it, and every other entry of the category with why it did not."""

    route: Route
    entry: MatrixEntry | None
    passed_over: tuple[tuple[MatrixEntry, PassedOver], ...]


def amended(matrix: DispatchMatrix, changes: Sequence[MatrixEntry]) -> DispatchMatrix:
    """Return the matrix with approved changes, in the order of their numbers.

    The version names both: ``2026.1+3`` is the profile's 2026.1 with the changes 1 to 3, whether their day has come or not.
    """
    if not changes:
        return matrix
    return replace(matrix, version=f"{matrix.version}+{changes[-1].change}", entries=(*matrix.entries, *changes))


class RouteTable:
    """The matrix, indexed by category.

    The most specific entry wins: district before subject before neither. An entry holds from ``valid_from`` to the end of
    ``valid_to``. Of two for the same requests the one that began later wins, as the later rule does: so an approved change
    replaces a line of the profile, which holds again when the change ends.
    """

    def __init__(self, matrix: DispatchMatrix, districts: Mapping[str, District], units: Mapping[str, Unit]) -> None:
        self.version = matrix.version
        self._districts = districts
        self._units = units
        by_category: dict[str, list[MatrixEntry]] = defaultdict(list)
        for entry in matrix.entries:
            by_category[entry.category_code].append(entry)
        for entries in by_category.values():
            entries.sort(key=_precedence)
        self._entries: Mapping[str, list[MatrixEntry]] = dict(by_category)

    def choose(self, category_code: str, *, district_code: str | None, subject: SubjectType | None, on: date) -> Route:
        """Return who handles requests of this category there on that day."""
        for entry in self._entries.get(category_code, ()):
            if _mismatch(entry, district_code, subject, on) is None:
                return self._resolve(entry, district_code)
        return Route(None, (), "", ReviewReason.NO_LEAD_UNIT)

    def explain(self, category_code: str, *, district_code: str | None, subject: SubjectType | None, on: date) -> RouteReason:
        """Return what ``choose`` returns, with the reason."""
        chosen: MatrixEntry | None = None
        passed_over: list[tuple[MatrixEntry, PassedOver]] = []
        for entry in self._entries.get(category_code, ()):
            mismatch = _mismatch(entry, district_code, subject, on)
            if mismatch is None and chosen is None:
                chosen = entry
            elif mismatch is None and chosen is not None:
                same = (entry.district_code, entry.subject) == (chosen.district_code, chosen.subject)
                passed_over.append((entry, PassedOver.REPLACED if same else PassedOver.LESS_EXACT))
            elif mismatch is not None:
                passed_over.append((entry, mismatch))
        route = self.choose(category_code, district_code=district_code, subject=subject, on=on)
        return RouteReason(route, chosen, tuple(passed_over))

    def in_force(self, on: date) -> list[MatrixEntry]:
        """Return the entries that decide on a day, by category, the most exact first: none that another one replaces."""
        found: list[MatrixEntry] = []
        for category_code in sorted(self._entries):
            deciding: dict[tuple[str | None, SubjectType | None], MatrixEntry] = {}
            for entry in self._entries[category_code]:
                if _holds(entry, on) is None:
                    deciding.setdefault((entry.district_code, entry.subject), entry)
            found += deciding.values()
        return found

    def says(self, entry: MatrixEntry) -> bool:
        """Return whether requests of this entry's kind have its lead and co-units on its first day already."""
        present = self.explain(
            entry.category_code, district_code=entry.district_code, subject=entry.subject, on=entry.valid_from
        )
        if present.entry is None:
            return False
        same_lead = entry.lead in (present.entry.lead, present.route.lead)
        return same_lead and {*present.route.co_units} == {*entry.co_units}

    def _resolve(self, entry: MatrixEntry, district_code: str | None) -> Route:
        lead, co_units = entry.lead, self._open_units(entry.co_units)
        if lead == DISTRICT_GOVERNMENT:
            district = self._districts.get(district_code or "")
            if district is None:
                return Route(None, co_units, entry.basis, ReviewReason.DISTRICT_UNKNOWN)
            lead = district.government
        unit = self._units.get(lead)
        if unit is None or not unit.active:
            return Route(None, co_units, entry.basis, ReviewReason.NO_LEAD_UNIT)
        return Route(lead, tuple(code for code in co_units if code != lead), entry.basis, None)

    def _open_units(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Return the units that may receive something, each once; a closed co-unit does not hold a ticket up."""
        return tuple(code for code in dict.fromkeys(codes) if code in self._units and self._units[code].active)


def _precedence(entry: MatrixEntry) -> tuple[bool, bool, int, int]:
    return entry.district_code is None, entry.subject is None, -entry.valid_from.toordinal(), -(entry.change or 0)


def _mismatch(entry: MatrixEntry, district_code: str | None, subject: SubjectType | None, on: date) -> PassedOver | None:
    """Return why an entry says nothing about such a request on that day; None where it does."""
    if entry.district_code not in (None, district_code):
        return PassedOver.OTHER_DISTRICT
    if entry.subject not in (None, subject):
        return PassedOver.OTHER_SUBJECT
    return _holds(entry, on)


def _holds(entry: MatrixEntry, on: date) -> PassedOver | None:
    """Return why an entry decides nothing on that day; None where it holds."""
    if on < entry.valid_from:
        return PassedOver.NOT_YET
    if entry.valid_to is not None and entry.valid_to < on:
        return PassedOver.ENDED
    return None
