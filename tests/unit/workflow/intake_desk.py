"""An intake with a store in memory, as the tests of taking contacts in share it."""

from dispatcher.ports import NewContact, SealedData
from dispatcher.workflow.intake import Intake
from tests.builders import POSITION, a_city, a_record
from tests.fakes import FixedClock, MemoryStore, Understands


class Desk:
    """An intake with its store; ``tell`` settles contacts from the next offset on."""

    def __init__(self, **by_piece):
        self.store = MemoryStore()
        self.clock = FixedClock()
        self.city = a_city()
        self.understand = Understands(by_piece)
        self.intake = Intake(
            city=self.city,
            understand=self.understand,
            open_work=self.store.open_work,
            reserve_numbers=self.store.reserve_numbers,
            clock=self.clock,
        )

    async def know(self, *contacts):
        """Store contacts as a door does."""
        async with self.store.open_work() as work:
            await work.add_contacts([_row(contact) for contact in contacts])

    async def settle(self, *records, position=POSITION):
        """Understand and settle."""
        await self.intake.settle(position, await self.intake.understand(records))

    async def tell(self, *contacts):
        """Store the contacts and settle them in order."""
        await self.know(*contacts)
        start = self.next_offset
        await self.settle(*(a_record(start + n, contact, None) for n, contact in enumerate(contacts)))

    @property
    def next_offset(self):
        """The offset to settle next."""
        offset = self.store.tables.offsets.get(POSITION)
        return offset.next_offset if offset else 0

    @property
    def tickets(self):
        """The stored tickets in the order of their numbers."""
        return list(self.store.tables.tickets.values())

    def fate(self, contact):
        """What became of a contact."""
        settled = self.store.tables.fates.get(contact.contact_id)
        return settled.fate if settled else None


def _row(contact):
    return NewContact(
        contact_id=contact.contact_id,
        channel=contact.channel,
        caller_ref=contact.caller_ref,
        received_at=contact.received_at,
        accepted_at=contact.received_at,
        raw_text=contact.text.replace("\x00", ""),
        asr_confidence=contact.asr_confidence,
        district=contact.district,
        sealed=SealedData(contact.contact_id, contact.caller_ref, "k1", b""),
    )
