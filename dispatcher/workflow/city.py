"""One city's facts with the indexes that rules need; built once, shared by every workflow."""

from dataclasses import dataclass
from datetime import date, datetime

from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.co_units import co_unit_deadline
from dispatcher.rules.deadlines import deadline_for
from dispatcher.rules.deciding import Judgement, doubts_of, may_be_declined, second_may_be_right
from dispatcher.rules.merging import RepeatFinder
from dispatcher.rules.routing import Route, RouteTable
from models.codes import RequestType, ReviewReason, Stage, Urgency
from models.contact import Contact
from models.deadline import Deadline
from models.errors import Rejected
from models.profile import Category, Profile, Unit
from models.understanding import Understanding


@dataclass(frozen=True, slots=True)
class City:
    """A profile with its calendar, its dispatch matrix and its rule of repeats ready to be asked."""

    profile: Profile
    calendar: WorkingCalendar
    routes: RouteTable
    repeats: RepeatFinder

    @classmethod
    def of(cls, profile: Profile) -> "City":
        """Index ``profile``."""
        return cls(
            profile=profile,
            calendar=WorkingCalendar(profile.calendar),
            routes=RouteTable(profile.matrix, profile.districts, profile.units),
            repeats=RepeatFinder(profile.merge, profile.repeats),
        )

    def category(self, code: str) -> Category:
        """Return a category.

        Raises:
            Rejected: the profile has none with this code.
        """
        try:
            return self.profile.categories[code]
        except KeyError:
            raise Rejected(f"category {code!r} is not in profile {self.profile.name}") from None

    def district_of(self, contact: Contact, understanding: Understanding) -> str | None:
        """Return the district: the citizen's own choice, by code or name, stands before the one read from the text."""
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
            raise Rejected(f"unit {code!r} is not in profile {self.profile.name}")
        if not unit.active:
            raise Rejected(f"unit {code} ({unit.name}) is closed and receives no tickets")
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
        )
