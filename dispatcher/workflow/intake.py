"""A batch of contacts becomes tickets, in the transaction that also moves the partition's offset (decision 1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from dispatcher import metrics
from dispatcher.ports import (
    Clock,
    DeadLetter,
    Effects,
    Notice,
    OpenUnitOfWork,
    ReserveNumbers,
    Settled,
    StreamPosition,
    Understand,
    UnitOfWork,
)
from dispatcher.workflow.announce import nudge_message
from dispatcher.workflow.batches import BatchSettler, OffsetsOfAnotherTopic, Record, fresh, offsets_after, slot_of
from dispatcher.workflow.bury import bury
from dispatcher.workflow.city import City
from dispatcher.workflow.history import record
from dispatcher.workflow.limit import ask_about
from dispatcher.workflow.register import register
from dispatcher.workflow.split import Part, parts_for
from dispatcher.workflow.waking import set_rings
from models.codes import Fate, NoticeKind, Role, Urgency
from models.contact import Contact
from models.profile import ConfidenceBands, Handling
from models.ticket import Actor, EventKind, OpenRequest, Ticket
from models.ticket_number import ticket_number
from models.understanding import Understanding

INTAKE = Actor(Role.SYSTEM, "intake")


@dataclass(frozen=True, slots=True)
class _Understood:
    """A record with what was understood of its contact, where it has one, and the bands by which that is judged."""

    record: Record[Contact]
    understanding: Understanding | None
    parts: tuple[Part, ...]
    bands: ConfidenceBands


class Intake(BatchSettler[Contact, _Understood]):
    """Settles contacts. One transaction holds tickets, events, deadlines, rollups, dead letters, outbox and offset."""

    def __init__(
        self,
        *,
        city: City,
        understand: Understand,
        open_work: OpenUnitOfWork,
        reserve_numbers: ReserveNumbers,
        clock: Clock,
    ) -> None:
        super().__init__(clock)
        self._city = city
        self._understand = understand
        self._open_work = open_work
        self._reserve_numbers = reserve_numbers

    async def understand(self, records: Sequence[Record[Contact]]) -> list[_Understood]:
        """Understand the contacts of ``records``."""
        contacts = [record.content for record in records if record.content is not None]
        understood = await self._understand([contact.text for contact in contacts])
        parts = await self._understand_parts(contacts, understood.understandings)
        of_each = iter(zip(understood.understandings, parts, strict=True))
        nothing: tuple[None, tuple[Part, ...]] = (None, ())
        found = [(item, *(next(of_each) if item.content is not None else nothing)) for item in records]
        return [_Understood(item, whole, of_contact, understood.bands) for item, whole, of_contact in found]

    async def _understand_parts(
        self, contacts: Sequence[Contact], understandings: Sequence[Understanding]
    ) -> list[tuple[Part, ...]]:
        """Understand each request of the contacts that hold several by itself."""
        texts = [
            [contact.text[issue.start : issue.end] for issue in understanding.issues]
            for contact, understanding in zip(contacts, understandings, strict=True)
        ]
        together = [text for of_contact in texts for text in of_contact]
        understood = iter((await self._understand(together)).understandings if together else ())
        return [tuple(Part(text, next(understood)) for text in of_contact) for of_contact in texts]

    async def _settle_together(self, batches: Mapping[StreamPosition, Sequence[_Understood]]) -> None:
        now = self._clock.now()
        day = f"{self._city.local(now):%Y%m%d}"
        first_number = await self._reserve_numbers(day, sum(len(records) for records in batches.values()))
        async with self._open_work() as work:
            next_offsets = await work.next_offsets(batches.keys())
            await _refuse_another_topic(work, batches, next_offsets)
            new = fresh(batches, next_offsets)
            if not new:
                return
            records = [item for items in new.values() for item in items]
            effects = await self._decide(work, records, now=now, first_number=first_number)
            await work.advance(offsets_after(new))
            await work.apply(effects, slot=slot_of(new))

    def _without_content(self, item: _Understood, record: Record[Contact]) -> _Understood:
        return _Understood(record, None, (), item.bands)

    async def _decide(self, work: UnitOfWork, records: Sequence[_Understood], *, now: datetime, first_number: int) -> Effects:
        effects = Effects()
        contacts = [item.record.content for item in records if item.record.content is not None]
        buried = [item.record.failure.contact_id for item in records if item.record.failure and item.record.failure.contact_id]
        fates = dict(await work.lock_unsettled([*(contact.contact_id for contact in contacts), *buried]))
        callers = {contact.caller_ref for contact in contacts}
        await work.lock_callers(callers)
        open_requests = _by_caller(await work.open_requests(callers))
        asked_about = await work.nuisance_callers(callers, since=now - self._city.profile.nuisance.within, now=now)
        disturbing: list[Contact] = []
        repeats: dict[str, list[Contact]] = {}
        for number, item in enumerate(records, start=first_number):
            if item.record.failure is not None:
                _bury(item.record.failure, effects, self._city, fates)
            if item.record.content is None or item.understanding is None:
                continue
            contact = item.record.content
            if contact.contact_id not in fates:
                _bury(_unknown(item, contact, now), effects, self._city, fates)
                continue
            if fates[contact.contact_id] is not None:
                continue  # the relay told it twice; its effects exist
            limited = asked_about.get(contact.caller_ref, False)
            if self._disturbs(item.understanding):
                disturbing.append(contact)
            parts = (
                () if limited else parts_for(contact, item.understanding, item.parts, bands=item.bands, city=self._city, at=now)
            )
            earlier = self._repeated(contact, item.understanding, parts, open_requests.get(contact.caller_ref, ()))
            if earlier:
                fates[contact.contact_id] = Fate.MERGED
                language = item.understanding.language
                effects.settled_contacts.append(Settled(contact.contact_id, Fate.MERGED, earlier[0], now, language))
                effects.increments.append(metrics.count(metrics.CONTACTS_SETTLED, Fate.MERGED.value))
                for ticket_no in earlier:
                    repeats.setdefault(ticket_no, []).append(contact)
                continue
            ticket_no = ticket_number(self._city.profile.ticket_prefix, self._city.local(now).date(), contact.channel, number)
            tickets = self._register(contact, item, parts, ticket_no=ticket_no, limited=limited, effects=effects, now=now)
            fates[contact.contact_id] = Fate.TICKETED if tickets else Fate.NUISANCE
            open_requests.setdefault(contact.caller_ref, []).extend(map(_as_open, tickets))
        await self._merge(work, repeats, effects, now)
        await ask_about(disturbing, asked_about, work, effects, city=self._city, at=now)
        set_rings(effects, city=self._city, at=now)
        return effects

    def _disturbs(self, understanding: Understanding) -> bool:
        """Return whether a contact sounds like disturbing, whatever becomes of it; an urgent word never does."""
        category = self._city.profile.categories.get(understanding.best.category_code)
        return category is not None and category.handling is Handling.NUISANCE and understanding.urgency is Urgency.NORMAL

    def _repeated(
        self, contact: Contact, whole: Understanding, parts: Sequence[Part], open_requests: Sequence[OpenRequest]
    ) -> list[str]:
        """Return the tickets that a contact repeats: one, or one for each of its requests; none where anything in it is new."""
        found = []
        for part in parts or (Part(contact.text, whole),):
            earlier = self._city.repeats.repeated_request(
                replace(contact, text=part.text),
                part.understanding,
                open_requests,
                district_code=self._city.district_of(contact, part.understanding),
            )
            if earlier is None:
                return []
            found.append(earlier.ticket_no)
        return list(dict.fromkeys(found))

    def _register(
        self,
        contact: Contact,
        item: _Understood,
        parts: Sequence[Part],
        *,
        ticket_no: str,
        limited: bool,
        effects: Effects,
        now: datetime,
    ) -> list[Ticket]:
        """Register a contact as one ticket, as one for each of its requests, or as none."""
        if item.understanding is None:
            return []
        if not parts:
            ticket = register(
                contact,
                item.understanding,
                bands=item.bands,
                ticket_no=ticket_no,
                at=now,
                city=self._city,
                effects=effects,
                limited=limited,
            )
            return [] if ticket is None else [ticket]
        found = (
            register(
                replace(contact, text=part.text),
                part.understanding,
                bands=item.bands,
                ticket_no=f"{ticket_no}-{number:02d}",
                at=now,
                city=self._city,
                effects=effects,
                parent_no=ticket_no,
                item=number,
            )
            for number, part in enumerate(parts, start=1)
        )
        return [ticket for ticket in found if ticket is not None]

    async def _merge(self, work: UnitOfWork, repeats: dict[str, list[Contact]], effects: Effects, now: datetime) -> None:
        """Add each repeat to its ticket: one nudge a contact, no new work item."""
        new = {ticket.ticket_no: index for index, ticket in enumerate(effects.new_tickets)}
        stored = await work.lock_tickets(ticket_no for ticket_no in repeats if ticket_no not in new)
        for ticket_no, contacts in repeats.items():
            ticket = effects.new_tickets[new[ticket_no]] if ticket_no in new else stored[ticket_no]
            for contact in contacts:
                ticket = replace(ticket, nudges=ticket.nudges + 1, version=ticket.version + 1)
                self._merge_one(ticket, contact, effects, now)
            if ticket_no in new:
                effects.new_tickets[new[ticket_no]] = ticket
            else:
                effects.changed_tickets.append(ticket)

    def _merge_one(self, ticket: Ticket, contact: Contact, effects: Effects, now: datetime) -> None:
        record(
            effects,
            ticket,
            EventKind.MERGED,
            from_state=ticket.state,
            actor=INTAKE,
            at=now,
            profile_version=self._city.profile.version,
            data={"contact_id": str(contact.contact_id), "nudges": ticket.nudges},
        )
        if ticket.lead_unit is not None:
            effects.messages.append(nudge_message(ticket, at=now))
            day = self._city.local(now).date()
            effects.notices.append(Notice(ticket.ticket_no, ticket.lead_unit, NoticeKind.NUDGE, day, now, ticket.version))
        level1 = self._city.category(ticket.machine_category).level1_code
        effects.increments.append(metrics.count(metrics.REPEATS, level1))


async def _refuse_another_topic(
    work: UnitOfWork, batches: Mapping[StreamPosition, Sequence[_Understood]], next_offsets: Mapping[StreamPosition, int]
) -> None:
    """Pass over old messages only if they were settled indeed; there are none but after a rebalance.

    Raises:
        OffsetsOfAnotherTopic: a contact among them was not.
    """
    passed_over = {
        item.record.content.contact_id: item.record.reference
        for position, records in batches.items()
        for item in records
        if item.record.content is not None and item.record.offset < next_offsets[position]
    }
    if not passed_over:
        return
    for contact_id, fate in (await work.lock_unsettled(passed_over)).items():
        if fate is None:
            raise OffsetsOfAnotherTopic(f"{passed_over[contact_id]} counts as settled, but contact {contact_id} is not")


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
    )


def _bury(letter: DeadLetter, effects: Effects, city: City, fates: dict[UUID, Fate | None]) -> None:
    """Add a dead letter; its contact, where it is stored and has no fate yet, has one now."""
    bury(letter, effects, city)
    if letter.contact_id in fates and fates[letter.contact_id] is None:
        fates[letter.contact_id] = Fate.DEAD
        effects.settled_contacts.append(Settled(letter.contact_id, Fate.DEAD, None, letter.occurred_at))
        effects.increments.append(metrics.count(metrics.CONTACTS_SETTLED, Fate.DEAD.value))


def _unknown(item: _Understood, contact: Contact, now: datetime) -> DeadLetter:
    return DeadLetter(
        reference=item.record.reference,
        cause="unknown_contact",
        detail=f"no door has accepted contact {contact.contact_id}; only the relay writes topics",
        body=b"",
        occurred_at=now,
    )
