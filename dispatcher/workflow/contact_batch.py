"""Decides what becomes of each contact of a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from dispatcher.ports import DeadLetter, Effects, Settled, UnitOfWork
from dispatcher.rules.again import is_handled_again
from dispatcher.workflow.acting import Scene
from dispatcher.workflow.batches import Record
from dispatcher.workflow.bury import bury
from dispatcher.workflow.city import City
from dispatcher.workflow.joining import Happenings, told_of
from dispatcher.workflow.limit import ask_about
from dispatcher.workflow.oversee import INTAKE, Overseen, lead_followed
from dispatcher.workflow.register import register
from dispatcher.workflow.repeat import add_repeat
from dispatcher.workflow.satisfaction import handle_again
from dispatcher.workflow.settle import settle
from dispatcher.workflow.split import Part, parts_for
from dispatcher.workflow.supervise import supervise_reported
from dispatcher.workflow.waking import set_rings
from models.codes import Fate, TicketState, Urgency
from models.contact import Contact
from models.incident import ClosedRequest
from models.profile import ConfidenceBands, Handling
from models.ticket import EventKind, OpenRequest, Ticket
from models.ticket_number import ticket_number
from models.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Understood:
    """A record with what was understood of its contact, where it has one, and the bands by which that is judged.

    ``parts`` are the requests of a contact that holds several, each understood by itself.
    """

    record: Record[Contact]
    understanding: Understanding | None
    parts: tuple[Part, ...]
    bands: ConfidenceBands


@dataclass(frozen=True, slots=True)
class _Heard:
    """A contact with all that was understood of it. ``parts`` are those of its requests that become tickets of their own."""

    reference: str
    contact: Contact
    understanding: Understanding
    parts: tuple[Part, ...]
    bands: ConfidenceBands

    @property
    def requests(self) -> tuple[Part, ...]:
        """Its requests: several, or the contact as a whole."""
        return self.parts or (Part(self.contact.text, self.understanding),)

    def only(self, parts: tuple[Part, ...]) -> "_Heard":
        """Return the contact without its other requests: one of its requests is the whole of it, several are its parts."""
        if len(parts) > 1:
            return replace(self, parts=parts)
        (part,) = parts
        return replace(self, contact=replace(self.contact, text=part.text), understanding=part.understanding, parts=())


@dataclass(frozen=True, slots=True)
class ContactBatch:
    """The contacts of one transaction, with what is stored about them and their callers.

    A ticket that one contact of the batch makes or reopens is open to the contacts behind it: ``_open`` and ``_closed``, the
    requests by caller, and ``_fates`` are kept up to date.
    """

    _work: UnitOfWork
    _city: City
    _now: datetime
    _items: Sequence[DeadLetter | _Heard | None]
    _fates: dict[UUID, Fate | None]
    _open: dict[str, list[OpenRequest]]
    _closed: dict[str, list[ClosedRequest]]
    _asked_about: Mapping[str, bool]
    _happenings: Happenings
    _effects: Effects = field(default_factory=Effects)
    _disturbing: list[Contact] = field(default_factory=list)
    _repeats: dict[str, list[Contact]] = field(default_factory=dict)

    @classmethod
    async def recalled(cls, work: UnitOfWork, records: Sequence[Understood], *, city: City, now: datetime) -> "ContactBatch":
        """Lock the contacts of ``records`` and their callers, and read what is stored about them."""
        contacts = [item.record.content for item in records if item.record.content is not None]
        failures = [item.record.failure for item in records if item.record.failure is not None]
        buried = [failure.contact_id for failure in failures if failure.contact_id]
        fates = dict(await work.lock_unsettled([*(contact.contact_id for contact in contacts), *buried]))
        callers = {contact.caller_ref for contact in contacts}
        await work.lock_callers(callers)
        open_requests = await work.open_requests(callers)
        asked_about = await work.nuisance_callers(callers, since=now - city.profile.nuisance.within, now=now)
        items = [_heard(item, asked_about, city, now) for item in records]
        told = [
            told_of(replace(item.contact, text=part.text), part.understanding, city)
            for item in items
            if isinstance(item, _Heard)
            for part in item.requests
        ]
        return cls(
            work,
            city,
            now,
            items,
            fates,
            _by_caller(open_requests),
            await _closed_requests(work, contacts, city),
            asked_about,
            await Happenings.around(work, told, city),
        )

    async def decide(self, first_number: int) -> Effects:
        """Return what is to be written for the batch. Its tickets are numbered from ``first_number``."""
        for number, item in enumerate(self._items, start=first_number):
            if isinstance(item, _Heard):
                await self._decide(item, number)
            elif item is not None:
                self._bury(item)
        await self._follow_up()
        return self._effects

    async def _decide(self, heard: _Heard, number: int) -> None:
        contact = heard.contact
        if contact.contact_id not in self._fates:
            self._bury(_unknown(heard, self._now))
            return
        if self._fates[contact.contact_id] is not None:
            return  # the relay told it twice; its effects exist
        if self._disturbs(heard.understanding):
            self._disturbing.append(contact)
        repeated = [self._repeated(contact, part) for part in heard.requests]
        earlier = list(dict.fromkeys(filter(None, repeated)))
        for ticket_no in earlier:
            self._repeats.setdefault(ticket_no, []).append(contact)
        new = tuple(part for part, ticket_no in zip(heard.requests, repeated, strict=True) if ticket_no is None)
        if not new:
            self._settle_merged(heard, earlier[0])
            return
        if earlier:
            heard = heard.only(new)
            contact = heard.contact
        again = self._closed_before(heard)
        limited = self._asked_about.get(contact.caller_ref, False)
        if again is not None and not limited and is_handled_again(again, at=self._now):
            reopened = await self._handle_again(heard, again.request.ticket_no)
            if reopened is not None:
                self._closed[contact.caller_ref].remove(again)
                self._add_open([reopened])
                return
        day = self._city.local(self._now).date()
        ticket_no = ticket_number(self._city.profile.ticket_prefix, day, contact.channel, number)
        tickets = self._register(heard, ticket_no, again_of=again.request.ticket_no if again is not None else None)
        self._fates[contact.contact_id] = Fate.TICKETED if tickets else Fate.NUISANCE
        self._add_open(tickets)

    async def _follow_up(self) -> None:
        """Decide what the batch as a whole gives rise to."""
        effects, now = self._effects, self._now
        leads = await self._work.leads_of(self._repeats.keys()) if self._repeats else {}
        await self._merge(leads)
        reported = {ticket_no: len(contacts) for ticket_no, contacts in self._repeats.items() if ticket_no not in leads}
        overseen = Overseen(self._work, effects, self._city, now)
        await overseen.reported(reported)
        await overseen.crowded(self._happenings.crowded())
        self._happenings.write(effects)
        await ask_about(self._disturbing, self._asked_about, self._work, effects, city=self._city, at=now)
        set_rings(effects, city=self._city, at=now)

    def _bury(self, letter: DeadLetter) -> None:
        """Add a dead letter; its contact, where it is stored and has no fate yet, has one now."""
        bury(letter, self._effects, self._city)
        if letter.contact_id in self._fates and self._fates[letter.contact_id] is None:
            self._settle(Settled(letter.contact_id, Fate.DEAD, None, letter.occurred_at))

    def _settle(self, settled: Settled) -> None:
        self._fates[settled.contact_id] = settled.fate
        settle(settled, self._effects)

    def _settle_merged(self, heard: _Heard, ticket_no: str) -> None:
        language = heard.understanding.language
        self._settle(Settled(heard.contact.contact_id, Fate.MERGED, ticket_no, self._now, language))

    def _add_open(self, tickets: Sequence[Ticket]) -> None:
        for ticket in tickets:
            self._open.setdefault(ticket.caller_ref, []).append(_as_open(ticket))

    def _disturbs(self, understanding: Understanding) -> bool:
        """Return whether a contact sounds like disturbing, whatever becomes of it; an urgent word never does."""
        category = self._city.profile.categories.get(understanding.best.category_code)
        return category is not None and category.handling is Handling.NUISANCE and understanding.urgency is Urgency.NORMAL

    def _repeated(self, contact: Contact, part: Part) -> str | None:
        """Return the open ticket that one request of a contact repeats."""
        open_requests = self._open.get(contact.caller_ref)
        if not open_requests:
            return None
        earlier = self._city.repeats.repeated_request(
            replace(contact, text=part.text),
            part.understanding,
            open_requests,
            district_code=self._city.district_of(contact, part.understanding),
        )
        return None if earlier is None else earlier.ticket_no

    def _closed_before(self, heard: _Heard) -> ClosedRequest | None:
        """Return the closed request that a contact repeats. An emergency, and each of several requests, is heard anew."""
        closed = self._closed.get(heard.contact.caller_ref)
        if not closed or heard.parts or heard.understanding.urgency is Urgency.CRITICAL:
            return None
        repeated = self._city.repeats.repeated_request(
            heard.contact,
            heard.understanding,
            [one.request for one in closed],
            district_code=self._city.district_of(heard.contact, heard.understanding),
        )
        return next((one for one in closed if repeated is not None and one.request.ticket_no == repeated.ticket_no), None)

    async def _handle_again(self, heard: _Heard, ticket_no: str) -> Ticket | None:
        """重办: the citizen says after the end that the matter is not settled; the contact makes no ticket of its own.

        Returns None where somebody has changed the ticket meanwhile; the contact is a ticket then.
        """
        ticket = (await self._work.lock_tickets([ticket_no]))[ticket_no]
        if ticket.state is not TicketState.CLOSED:
            return None
        self._settle_merged(heard, ticket_no)
        scene = Scene(
            ticket,
            INTAKE,
            self._now,
            self._city,
            await self._work.lock_deadlines(ticket_no),
            effects_of_it := Effects(),
            holds=await self._work.holds(ticket_no),
        )
        told = scene.record(scene.unchanged(), EventKind.TOLD_AGAIN, {"contact_id": str(heard.contact.contact_id)})
        after = handle_again(scene, told, "再次反映")
        reports = (await self._work.reports([ticket_no]))[ticket_no] + 1
        after = supervise_reported(scene, after, reports)
        self._effects.add(effects_of_it)
        self._effects.changed_tickets.append(after)
        return after

    def _register(self, heard: _Heard, ticket_no: str, *, again_of: str | None) -> list[Ticket]:
        """Register a contact as one ticket, as one for each of its requests, or as none."""
        contact = heard.contact
        if not heard.parts:
            ticket = register(
                contact,
                heard.understanding,
                bands=heard.bands,
                ticket_no=ticket_no,
                at=self._now,
                city=self._city,
                effects=self._effects,
                happenings=self._happenings,
                again_of=again_of,
                limited=self._asked_about.get(contact.caller_ref, False),
            )
            return [] if ticket is None else [ticket]
        found = (
            register(
                replace(contact, text=part.text),
                part.understanding,
                bands=heard.bands,
                ticket_no=f"{ticket_no}-{number:02d}",
                at=self._now,
                city=self._city,
                effects=self._effects,
                parent_no=ticket_no,
                item=number,
                happenings=self._happenings,
            )
            for number, part in enumerate(heard.parts, start=1)
        )
        return [ticket for ticket in found if ticket is not None]

    async def _merge(self, leads: Mapping[str, str]) -> None:
        """Add each repeat to its ticket: one nudge a contact, no new work item."""
        effects = self._effects
        new = {ticket.ticket_no: index for index, ticket in enumerate(effects.new_tickets)}
        changed = {ticket.ticket_no: index for index, ticket in enumerate(effects.changed_tickets)}
        stored = await self._work.lock_tickets(no for no in self._repeats if no not in new and no not in changed)
        for ticket_no, contacts in self._repeats.items():
            if ticket_no in new:
                ticket = effects.new_tickets[new[ticket_no]]
            else:
                ticket = effects.changed_tickets[changed[ticket_no]] if ticket_no in changed else stored[ticket_no]
            for contact in contacts:
                about = leads.get(ticket_no) or lead_followed(effects, ticket)
                ticket = add_repeat(
                    ticket, contact.contact_id, about=about, actor=INTAKE, at=self._now, city=self._city, effects=effects
                )
            if ticket_no in new:
                effects.new_tickets[new[ticket_no]] = ticket
            elif ticket_no in changed:
                effects.changed_tickets[changed[ticket_no]] = ticket
            else:
                effects.changed_tickets.append(ticket)


def _heard(item: Understood, asked_about: Mapping[str, bool], city: City, now: datetime) -> DeadLetter | _Heard | None:
    """Return what a record holds. The requests of a caller whose service is limited stay together."""
    contact, whole = item.record.content, item.understanding
    if contact is None or whole is None:
        return item.record.failure
    limited = asked_about.get(contact.caller_ref, False)
    parts = () if limited else parts_for(contact, whole, item.parts, bands=item.bands, city=city, at=now)
    return _Heard(item.record.reference, contact, whole, parts, item.bands)


async def _closed_requests(work: UnitOfWork, contacts: Sequence[Contact], city: City) -> dict[str, list[ClosedRequest]]:
    """Return by caller the tickets that were closed so lately that a contact may repeat them."""
    if not contacts:
        return {}
    since = min(contact.received_at for contact in contacts) - city.profile.merge.window
    found: dict[str, list[ClosedRequest]] = {}
    for one in await work.closed_requests({contact.caller_ref for contact in contacts}, since=since):
        found.setdefault(one.request.caller_ref, []).append(one)
    return found


def _by_caller(requests: Sequence[OpenRequest]) -> dict[str, list[OpenRequest]]:
    found: dict[str, list[OpenRequest]] = {}
    for request in requests:
        found.setdefault(request.caller_ref, []).append(request)
    return found


def _as_open(ticket: Ticket) -> OpenRequest:
    return OpenRequest(
        ticket_no=ticket.ticket_no,
        caller_ref=ticket.caller_ref,
        text=ticket.text,
        category_code=ticket.category_code,
        machine_category=ticket.machine_category,
        district_code=ticket.district_code,
        address=ticket.address,
        received_at=ticket.received_at,
        urgency=ticket.urgency,
        state=ticket.state,
        plate=ticket.plate,
    )


def _unknown(heard: _Heard, now: datetime) -> DeadLetter:
    return DeadLetter(
        reference=heard.reference,
        cause="unknown_contact",
        detail=f"no door has accepted contact {heard.contact.contact_id}; only the relay writes topics",
        body=b"",
        occurred_at=now,
    )
