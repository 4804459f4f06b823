"""One city's facts with the indexes that rules need; built once, shared by every workflow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dispatcher.ports import StoredDeadline
from dispatcher.rules.calendar import WorkingCalendar, with_years
from dispatcher.rules.co_units import co_unit_deadline
from dispatcher.rules.deadlines import deadline_for, desk_track
from dispatcher.rules.deciding import Judgement, doubts_of, may_be_declined, second_may_be_right
from dispatcher.rules.incidents import EventFinder
from dispatcher.rules.merging import RepeatFinder
from dispatcher.rules.routing import Route, RouteTable, amended
from models.codes import DueChange, RequestType, ReviewReason, Stage, SubjectType, Track, Urgency
from models.contact import Contact
from models.deadline import Deadline
from models.errors import Rejected
from models.profile import CalendarFacts, CalendarYears, Category, MatrixEntry, Profile, Unit
from models.understanding import Understanding


class StandingMatrix:
    """The dispatch matrix as it stands: the profile's with the approved changes that this process has taken over.

    ``routes`` is replaced whole, between two decisions and never inside one.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.changes: tuple[MatrixEntry, ...] = ()
        self.routes = RouteTable(profile.matrix, profile.districts, profile.units)

    def take_over(self, changes: Sequence[MatrixEntry]) -> bool:
        """Let these be the approved changes, in the order of their versions; return whether they are others than before."""
        if tuple(changes) == self.changes:
            return False
        self.changes = tuple(changes)
        matrix = amended(self._profile.matrix, self.changes)
        self.routes = RouteTable(matrix, self._profile.districts, self._profile.units)
        return True


class CalendarInUse:
    """The calendar that everybody who has the same ``City`` counts by; another may take its place while they work."""

    __slots__ = ("calendar",)

    def __init__(self, facts: CalendarFacts) -> None:
        self.calendar = WorkingCalendar(facts)


@dataclass(frozen=True, slots=True)
class City:
    """A profile with its calendar, its dispatch matrix and its rules of repeats and incidents ready to be asked."""

    profile: Profile
    calendar_in_use: CalendarInUse
    matrix: StandingMatrix
    repeats: RepeatFinder
    events: EventFinder

    @classmethod
    def of(cls, profile: Profile) -> "City":
        """Index ``profile``."""
        repeats = RepeatFinder(profile.merge, profile.repeats, profile.self_service)
        move_car = profile.self_service.move_car
        return cls(
            profile=profile,
            calendar_in_use=CalendarInUse(profile.calendar),
            matrix=StandingMatrix(profile),
            repeats=repeats,
            events=EventFinder(profile.incidents, repeats, never=() if move_car is None else (move_car,)),
        )

    @property
    def routes(self) -> RouteTable:
        """The dispatch matrix in force."""
        return self.matrix.routes

    @property
    def calendar(self) -> WorkingCalendar:
        """The calendar to count by now; ask anew for each decision."""
        return self.calendar_in_use.calendar

    def take_years(self, loaded: Sequence[CalendarYears]) -> bool:
        """Count from now on by the profile's calendar with the years of ``loaded``; return whether that is another one."""
        facts = with_years(self.profile.calendar, loaded)
        if facts.version == self.calendar.facts.version:
            return False
        self.calendar_in_use.calendar = WorkingCalendar(facts)
        return True

    def category(self, code: str) -> Category:
        """Return a category.

        Raises:
            Rejected: the profile has none with this code.
        """
        try:
            return self.profile.categories[code]
        except KeyError:
            raise Rejected(
                f"category {code!r} is not in profile {self.profile.name}", "没有这个事项分类，请从列表中选择。"
            ) from None

    def district_code(self, name: str) -> str:
        """Return the code of the district with this code, name or alias.

        Raises:
            Rejected: the profile has none.
        """
        for district in self.profile.districts.values():
            if name in (district.code, district.name, *district.aliases):
                return district.code
        known = " ".join(f"{district.code} {district.name}" for district in self.profile.districts.values())
        raise Rejected(
            f"district {name!r} is not in profile {self.profile.name}; one of {known}", "没有这个区，请从列表中选择。"
        )

    def district_of(self, contact: Contact, understanding: Understanding) -> str | None:
        """Return the district: the citizen's own choice, by code or name, stands before the one read from the text."""
        if contact.district is None:
            return understanding.district_code
        for district in self.profile.districts.values():
            if contact.district in (district.code, district.name, *district.aliases):
                return district.code
        return understanding.district_code

    def may_be_declined(self, contact: Contact, understanding: Understanding) -> bool:
        """Return whether a person has to look whether a request is one of 不予受理."""
        has_place = self.district_of(contact, understanding) is not None
        return may_be_declined(contact.text, has_place=has_place, profile=self.profile)

    def doubts(
        self, judgement: Judgement, understanding: Understanding, route: Route, *, district_code: str | None, on: date
    ) -> tuple[ReviewReason, ...]:
        """Return every reason why a person decides on that day about a request that was judged so and has this ``route``."""
        subject = understanding.facts.subject
        others = []
        if second_may_be_right(understanding):
            second = understanding.top[1].category_code
            others.append(self.routes.choose(second, district_code=district_code, subject=subject, on=on))
        if district_code is None:
            category = judgement.category_code
            others += [
                self.routes.choose(category, district_code=code, subject=subject, on=on)
                for code in understanding.rival_districts
            ]
        return doubts_of(judgement, route, others)

    def active_unit(self, code: str) -> Unit:
        """Return a unit that may receive tickets.

        Raises:
            Rejected: the profile has none with this code, or it is closed.
        """
        unit = self.profile.units.get(code)
        if unit is None:
            raise Rejected(f"unit {code!r} is not in profile {self.profile.name}", "没有这个承办单位，请从列表中选择。")
        if not unit.active:
            raise Rejected(
                f"unit {code} ({unit.name}) is closed and receives no tickets", f"{unit.name}已经停用，请选择其他承办单位。"
            )
        return unit

    def unit_name(self, code: str) -> str:
        """Return a unit's name; the code itself for one that the profile no longer has."""
        unit = self.profile.units.get(code)
        return unit.name if unit else code

    def unit_for(self, code: str, category_code: str) -> Unit:
        """Return a unit that may receive tickets of a category.

        Raises:
            Rejected: the profile has none with this code, it is closed, or it is a 街镇 and the category is not on its
                履职事项清单 (国办函〔2025〕66号).
        """
        unit = self.active_unit(code)
        if self.profile.is_off_list(code, category_code):
            raise Rejected(
                f"unit {code} ({unit.name}) is a street or town, and category {category_code} is not on its 履职事项清单; "
                "name the department in charge",
                f"{unit.name}是街镇，这类事项不在其履职事项清单内，应派给职能部门。",
            )
        return unit

    def local(self, instant: datetime) -> datetime:
        """Return ``instant`` on the city's clocks."""
        return instant.astimezone(self.profile.timezone)

    def co_unit_deadline(self, lead: Deadline, unit_code: str) -> Deadline:
        """Return the deadline of a co-unit beside the lead's."""
        return co_unit_deadline(lead, unit_code, rule=self.profile.deadlines.co_unit, calendar=self.calendar)

    def deadline(
        self,
        stage: Stage,
        *,
        unit_code: str | None,
        category_code: str,
        request_type: RequestType,
        urgency: Urgency,
        start: datetime,
        track: Track | None = None,
    ) -> Deadline:
        """Return the deadline of a stage that starts at ``start``."""
        return deadline_for(
            stage,
            unit_code=unit_code,
            category_code=category_code,
            request_type=request_type,
            urgency=urgency,
            start=self.local(start),
            rules=self.profile.deadlines,
            calendar=self.calendar,
            profile_version=self.profile.version,
            track=track,
        )

    def track(
        self,
        *,
        category_code: str,
        request_type: RequestType,
        subject: SubjectType | None,
        units: int,
        simple: bool = False,
        earlier: Iterable[StoredDeadline] = (),
    ) -> Track | None:
        """Return on which track ``units`` handle a request together: hard with leave, at the desk for enterprises, or on none.

        ``earlier`` are its deadlines so far: what has leave as a hard case keeps it from unit to unit.
        """
        if any(former.changed_by is DueChange.DECISION for one in earlier for former in one.deadline.former):
            return Track.COMPLEX
        category = self.profile.categories.get(category_code)
        level1_code = category.level1_code if category else ""
        return desk_track(subject, level1_code, request_type, units=units, rule=self.profile.desk, simple=simple)
