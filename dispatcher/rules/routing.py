"""Who leads: the dispatch matrix as a function (domain.md A.8)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.codes import ReviewReason, SubjectType
from models.profile import DISTRICT_GOVERNMENT, DispatchMatrix, District, MatrixEntry, Unit


@dataclass(frozen=True, slots=True)
class Route:
    """Lead and co-units with the reason; without a ``lead`` a person must choose, and ``doubt`` says why."""

    lead: str | None
    co_units: tuple[str, ...]
    basis: str
    doubt: ReviewReason | None


class RouteTable:
    """The matrix, indexed by category.

    The most specific entry wins: district before subject before neither. An entry holds from ``valid_from`` to the end of
    ``valid_to``.
    """

    def __init__(self, matrix: DispatchMatrix, districts: Mapping[str, District], units: Mapping[str, Unit]) -> None:
        self.version = matrix.version
        self._districts = districts
        self._units = units
        by_category: dict[str, list[MatrixEntry]] = defaultdict(list)
        for entry in matrix.entries:
            by_category[entry.category_code].append(entry)
        for entries in by_category.values():
            entries.sort(key=lambda entry: (entry.district_code is None, entry.subject is None))
        self._entries: Mapping[str, list[MatrixEntry]] = dict(by_category)

    def choose(self, category_code: str, *, district_code: str | None, subject: SubjectType | None, on: date) -> Route:
        """Return who handles requests of this category there on that day."""
        for entry in self._entries.get(category_code, ()):
            if (
                entry.district_code in (None, district_code)
                and entry.subject in (None, subject)
                and entry.valid_from <= on
                and (entry.valid_to is None or on <= entry.valid_to)
            ):
                return self._resolve(entry, district_code)
        return Route(None, (), "", ReviewReason.NO_LEAD_UNIT)

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
