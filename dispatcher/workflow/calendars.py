"""日历: a year's notice arrives, what waited for it is counted again; and supervisors hear when the calendar runs out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from dispatcher.ports import Clock, Effects, OpenUnitOfWork, StoredDeadline
from dispatcher.rules.calendar import covered_until
from dispatcher.rules.changes import reloaded
from dispatcher.rules.ringing import WORK
from dispatcher.workflow.acting import Scene
from dispatcher.workflow.announce import calendar_message
from dispatcher.workflow.city import City
from dispatcher.workflow.tell import day_text, tell
from dispatcher.workflow.waking import set_rings
from models.codes import NoticeKind, Role, Stage, TicketState
from models.deadline import Deadline
from models.errors import Rejected
from models.profile import CalendarYears
from models.ticket import Actor, EventKind, Ticket

CALENDAR = Actor(Role.SYSTEM, "calendar")
_SLOT = 49


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline as it was before the calendar arrived, and as it is."""

    stored: StoredDeadline
    before: Deadline

    @property
    def due_moved(self) -> bool:
        """Whether it ends at another time, and not only for certain now."""
        return self.stored.deadline.due != self.before.due


async def load_calendar(calendar: CalendarYears, *, actor: str, city: City, open_work: OpenUnitOfWork, clock: Clock) -> bool:
    """Store the days of years that the profile has not; running processes take them over by themselves.

    Returns whether the calendar is new; the same file loaded twice changes nothing.

    Raises:
        Rejected: the profile has one of the years itself, or the years would leave a hole.
        TryLater: the store is away; nothing was stored.
    """
    own = city.profile.calendar.years
    if calendar.years & own:
        years = " ".join(map(str, sorted(calendar.years & own)))
        raise Rejected(f"calendar {calendar.version}: {years} stands in profile {city.profile.name}; change it there")
    async with open_work() as work:
        known = own.union(*(each.years for each in await work.calendars()))
        if not (min(calendar.years) - 1 in known or max(calendar.years) + 1 in known):
            raise Rejected(f"calendar {calendar.version} begins {min(calendar.years)}; load {max(known) + 1} before it")
        return await work.add_calendar(calendar, actor=actor, at=clock.now())


async def take_calendars(*, city: City, open_work: OpenUnitOfWork) -> bool:
    """Let ``city`` count by what was loaded; return whether that changed anything.

    Raises:
        TryLater: the store is away.
    """
    async with open_work() as work:
        return city.take_years(await work.calendars())


async def recount(*, city: City, open_work: OpenUnitOfWork, clock: Clock, limit: int = 500) -> int:
    """Count the provisional deadlines of up to ``limit`` tickets by the calendar in use, and return how many tickets.

    Each is counted once by each calendar. What moved stands in the ticket's audit with its old and its new due; the unit is
    told, the citizen too where the promise moved. What is past, finished or certain stays (domain.md A.4.6).

    Raises:
        TryLater: the store is away; nothing was written.
    """
    now, version = clock.now(), city.calendar.facts.version
    async with open_work() as work:
        tickets = await work.lock_provisional(version, now=now, limit=limit)
        if not tickets:
            return 0
        deadlines = await work.deadlines_of(ticket.ticket_no for ticket in tickets)
        effects = Effects()
        for ticket in tickets:
            scene = Scene(ticket, CALENDAR, now, city, deadlines[ticket.ticket_no], Effects())
            after = _recount_one(scene)
            if after is not ticket:
                scene.effects.changed_tickets.append(after)
            effects.add(scene.effects)
        set_rings(effects, city=city, at=now)
        await work.apply(effects, slot=_SLOT)
    return len(tickets)


async def warn_of_end(*, city: City, open_work: OpenUnitOfWork, clock: Clock) -> bool:
    """Alert the supervisors, once, when the loaded calendar ends within the profile's days; return whether that was now.

    Raises:
        TryLater: the store is away; nothing was written.
    """
    now = clock.now()
    if now < warning_at(city, now):
        return False
    today = city.local(now).date()
    last = covered_until(city.calendar.facts, today)
    async with open_work() as work:
        if not await work.note_calendar_warning(last, at=now):
            return False
        message = calendar_message(last, days_left=max((last - today).days, 0), at=now, profile=city.profile)
        await work.apply(Effects(messages=[message]), slot=_SLOT)
    return True


def warning_at(city: City, now: datetime) -> datetime:
    """Return from when on the end of the calendar that covers ``now`` is warned of."""
    facts = city.calendar.facts
    last = covered_until(facts, city.local(now).date())
    return city.calendar.midnight_after(last - timedelta(days=facts.warn_days))


def _recount_one(scene: Scene) -> Ticket:
    moved = list(_recounted(scene))
    if not moved:
        return scene.ticket
    version = scene.city.calendar.facts.version
    told = [
        {
            "stage": one.before.stage.value,
            "unit": one.before.unit_code,
            "old": scene.city.local(one.before.due).isoformat(),
            "due": scene.city.local(one.stored.deadline.due).isoformat(),
            "provisional": one.stored.deadline.provisional,
        }
        for one in moved
    ]
    after = replace(scene.ticket, version=scene.ticket.version + 1)
    scene.record(after, EventKind.CALENDAR_LOADED, {"calendar": version, "moved": told})
    units = {one.before.unit_code for one in moved if one.due_moved and one.before.stage in WORK}
    for unit_code in sorted(filter(None, units)):
        scene.notify(after, NoticeKind.CALENDAR, unit_code=unit_code)
    promise = next((one for one in moved if one.before.stage is Stage.PROMISE), None)
    if promise is not None and _day(scene, promise.before) != _day(scene, promise.stored.deadline):
        date_told = day_text(promise.stored.deadline.due, scene.city)
        tell(after, "rescheduled", city=scene.city, effects=scene.effects, at=scene.at, date=date_told)
    return after


def _recounted(scene: Scene) -> Iterator[Moved]:
    calendar = scene.city.calendar
    for stored in scene.deadlines:
        deadline = stored.deadline
        unsettled = stored.result is None and stored.done_at is None
        if not (deadline.provisional and unsettled and deadline.due >= scene.at) or deadline.allowance is None:
            continue
        later = None if scene.ticket.state is TicketState.ARCHIVED else reloaded(deadline, at=scene.at, calendar=calendar)
        # One that says the same by this calendar was counted by it all the same, and what is archived never changes:
        # neither is looked at again.
        scene.change(replace(stored, deadline=later or replace(deadline, calendar_version=calendar.facts.version)))
        if later is not None:
            yield Moved(scene.current(stored), deadline)


def _day(scene: Scene, deadline: Deadline) -> date:
    return scene.city.calendar.day_of(deadline.due)
