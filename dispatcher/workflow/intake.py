"""A batch of contacts becomes tickets, in the transaction that also moves the partition's offset (decision 1)."""

from collections.abc import Mapping, Sequence

from dispatcher.ports import Clock, OpenUnitOfWork, ReserveNumbers, StreamPosition, Understand, UnitOfWork
from dispatcher.workflow.batches import BatchSettler, OffsetsOfAnotherTopic, Record, fresh, offsets_after, slot_of
from dispatcher.workflow.city import City
from dispatcher.workflow.contact_batch import ContactBatch, Understood
from dispatcher.workflow.split import Part
from models.contact import Contact
from models.understanding import Understanding


class Intake(BatchSettler[Contact, Understood]):
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

    async def understand(self, records: Sequence[Record[Contact]]) -> list[Understood]:
        """Understand the contacts of ``records``."""
        contacts = [record.content for record in records if record.content is not None]
        understood = await self._understand([contact.text for contact in contacts])
        parts = await self._understand_parts(contacts, understood.understandings)
        of_each = iter(zip(understood.understandings, parts, strict=True))
        nothing: tuple[None, tuple[Part, ...]] = (None, ())
        found = [(item, *(next(of_each) if item.content is not None else nothing)) for item in records]
        return [Understood(item, whole, of_contact, understood.bands) for item, whole, of_contact in found]

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

    def _without_content(self, item: Understood, record: Record[Contact]) -> Understood:
        return Understood(record, None, (), item.bands)

    async def _settle_together(self, batches: Mapping[StreamPosition, Sequence[Understood]]) -> None:
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
            batch = await ContactBatch.recalled(work, records, city=self._city, now=now)
            effects = await batch.decide(first_number)
            await work.advance(offsets_after(new))
            await work.apply(effects, slot=slot_of(new))


async def _refuse_another_topic(
    work: UnitOfWork, batches: Mapping[StreamPosition, Sequence[Understood]], next_offsets: Mapping[StreamPosition, int]
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
