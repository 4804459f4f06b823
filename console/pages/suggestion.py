"""What the engine makes of a request before a person decides: guesses, unit, urgency, place, deadline, evidence."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from markupsafe import Markup

from console.doors import Doors
from console.pages.rendering import marked
from dispatcher.rules.deciding import Judgement, judge, may_be_declined
from dispatcher.rules.routing import Route
from models.codes import Channel, RequestType, ReviewReason, Stage, SubjectType, Track, Urgency
from models.contact import Contact
from models.deadline import Deadline
from models.ticket import Ticket
from models.understanding import Guess, Understanding


@dataclass(frozen=True, slots=True)
class GuessView:
    """One guess with the unit that the dispatch matrix names for it; ``lead`` is None where a person must choose."""

    guess: Guess
    lead: str | None
    doubt: ReviewReason | None

    @property
    def needs_district(self) -> bool:
        """Whether naming the district would settle who leads."""
        return self.doubt is ReviewReason.DISTRICT_UNKNOWN


@dataclass(frozen=True, slots=True)
class PartView:
    """One of several requests in a contact: it stands at ``[start:end]`` of the text, and who would lead it by itself."""

    text: str
    start: int
    end: int
    guess: Guess
    request_type: RequestType
    lead: str | None
    doubt: ReviewReason | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The engine's proposal. ``doubts`` are why a person would have to confirm it; empty: it would be dispatched at once.

    ``parts`` are the requests of a contact that holds several.
    """

    guesses: tuple[GuessView, ...]
    request_type: RequestType
    urgency: Urgency
    alarm: str | None
    district_code: str | None
    address: str | None
    deadlines: tuple[Deadline, ...]
    doubts: tuple[ReviewReason, ...]
    category_code: str
    lead: str | None
    highlighted: Markup
    parts: tuple[PartView, ...]


async def suggest(text: str, *, district_chosen: str | None, doors: Doors) -> Suggestion:
    """Return what the engine would do with ``text`` if it were handed in now."""
    batch = await doors.understand([text])
    understood = batch.understandings[0]
    now = doors.clock.now()
    on = doors.city.local(now).date()
    district = district_chosen or understood.district_code
    subject = understood.facts.subject
    judged = judge(
        _as_contact(text, now),
        understood,
        categories=doors.city.profile.categories,
        bands=batch.bands,
        may_be_declined=may_be_declined(text, has_place=district is not None, profile=doors.city.profile),
    )
    route = doors.city.routes.choose(judged.category_code, district_code=district, subject=subject, on=on)
    return Suggestion(
        guesses=tuple(_guess_view(guess, district, subject, on, doors) for guess in understood.top),
        request_type=judged.request_type,
        urgency=judged.urgency,
        alarm=understood.alarm,
        district_code=district,
        address=understood.address,
        deadlines=_deadlines(judged, _track(judged, subject, route, doors), now, doors),
        doubts=doors.city.doubts(judged, understood, route, district_code=district, on=on),
        category_code=judged.category_code,
        lead=route.lead,
        highlighted=await highlight(text, doors),
        parts=_parts(text, understood, district, on, doors),
    )


def guesses_of(ticket: Ticket, doors: Doors) -> tuple[GuessView, ...]:
    """Return a waiting ticket's guesses with the units that would lead them today."""
    on = doors.city.local(doors.clock.now()).date()
    return tuple(_guess_view(guess, ticket.district_code, ticket.subject, on, doors) for guess in ticket.top)


async def parts_of(ticket: Ticket, doors: Doors) -> tuple[PartView, ...]:
    """Return the requests of a ticket that was kept for a person because it holds several; nothing for another one."""
    if ReviewReason.SEVERAL_REQUESTS not in ticket.review_reasons:
        return ()
    understood = (await doors.understand([ticket.text])).understandings[0]
    on = doors.city.local(doors.clock.now()).date()
    return _parts(ticket.text, understood, ticket.district_code, on, doors)


async def highlight(text: str, doors: Doors) -> Markup:
    """Return the text with the words marked that speak for the best guess."""
    return marked(text, await doors.explain(text))


def _guess_view(guess: Guess, district: str | None, subject: SubjectType | None, on: date, doors: Doors) -> GuessView:
    route = doors.city.routes.choose(guess.category_code, district_code=district, subject=subject, on=on)
    return GuessView(guess, route.lead, route.doubt)


def _parts(text: str, understood: Understanding, district: str | None, on: date, doors: Doors) -> tuple[PartView, ...]:
    parts = []
    for issue in understood.issues:
        code, subject = issue.top[0].category_code, understood.facts.subject
        route = doors.city.routes.choose(code, district_code=district, subject=subject, on=on)
        quoted = text[issue.start : issue.end]
        parts.append(PartView(quoted, issue.start, issue.end, issue.top[0], issue.request_type, route.lead, route.doubt))
    return tuple(parts)


def _track(judged: Judgement, subject: SubjectType | None, route: Route, doors: Doors) -> Track | None:
    return doors.city.track(
        category_code=judged.category_code,
        request_type=judged.request_type,
        subject=subject,
        units=1 + len(route.co_units),
    )


def _deadlines(judged: Judgement, track: Track | None, now: datetime, doors: Doors) -> tuple[Deadline, ...]:
    return tuple(
        doors.city.deadline(
            stage,
            unit_code=None,
            category_code=judged.category_code,
            request_type=judged.request_type,
            urgency=judged.urgency,
            start=now,
            track=track,
        )
        for stage in (Stage.SIGN, Stage.RESOLVE)
    )


def _as_contact(text: str, now: datetime) -> Contact:
    """The deciding rule asks a contact for its transcript's quality alone; what a person types has none."""
    return Contact(
        contact_id=UUID(int=0),
        channel=Channel.PHONE,
        text=text,
        received_at=now,
        caller_ref="",
        salutation=None,
        asr_confidence=None,
        district=None,
    )
