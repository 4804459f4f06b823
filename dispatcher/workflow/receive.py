"""A contact enters through a door: vault, contact and announcement in one transaction (decision 3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from dispatcher import metrics
from dispatcher.ports import Clock, DeadLetter, Effects, NewContact, OpenUnitOfWork, Settled, UnitOfWork, Vault
from dispatcher.rules.redaction import redact, salutation, storable
from dispatcher.workflow.announce import contact_message, dead_letter_message
from dispatcher.workflow.city import City
from models.codes import Fate
from models.contact import MAX_DISTRICT, MAX_TEXT, Contact, PersonalData, Submission

_FIRST_SLOT, _SLOTS = 32, 8


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a door may tell: the contact is stored; ``is_new`` is false for a retry of one that already was."""

    contact_id: UUID
    is_new: bool


async def receive(
    submissions: Sequence[Submission], *, city: City, vault: Vault, open_work: OpenUnitOfWork, clock: Clock
) -> list[Receipt]:
    """Store submissions and announce the new ones, each once, however often it is delivered.

    A submission without text, or longer than ``MAX_TEXT``, can never be a ticket: it is stored and goes to the dead
    letters with its cause, so that nothing a door has accepted is lost. Doors that can refuse should do so first.

    Raises:
        TryLater: the store is away; nothing was written and nothing may be confirmed to the citizen.
    """
    now = clock.now()
    effects = Effects()
    async with open_work() as work:
        receipts = await admit(work, submissions, effects, city=city, vault=vault, now=now)
        await work.apply(effects, slot=door_slot(now))
    return receipts


async def admit(
    work: UnitOfWork, submissions: Sequence[Submission], effects: Effects, *, city: City, vault: Vault, now: datetime
) -> list[Receipt]:
    """Store submissions in a transaction that somebody else opened; what follows from the new ones joins ``effects``."""
    first_of: dict[UUID, Submission] = {}
    for submission in submissions:
        first_of.setdefault(submission.contact_id, _storable(submission))
    rows = [_new_contact(submission, vault, now) for submission in first_of.values()]
    new_ids = await work.add_contacts(rows)
    receipts = _receipts(submissions, new_ids)
    for row in rows:
        if row.contact_id in new_ids:
            _announce(row, first_of[row.contact_id], effects, city)
    for submission, receipt in zip(submissions, receipts, strict=True):
        if not receipt.is_new:
            effects.increments.append(metrics.count(metrics.DUPLICATES_DROPPED, submission.channel.value))
    return receipts


def door_slot(now: datetime) -> int:
    """Return the rollup slot of a door's transaction; by chance of the moment, so that doors seldom wait for each other."""
    return _FIRST_SLOT + now.microsecond % _SLOTS


def cause_of_death(text: str) -> str | None:
    """Return why a text can never become a ticket: ``empty_text``, ``oversized_text`` or, when it can, None."""
    if not text.strip():
        return "empty_text"
    return "oversized_text" if len(text) > MAX_TEXT else None


def _storable(submission: Submission) -> Submission:
    """Return the submission as the store can hold it, so that no odd byte in one keeps its neighbours out."""
    given = submission.personal
    return replace(
        submission,
        text=storable(submission.text),
        district=submission.district and storable(submission.district)[:MAX_DISTRICT],
        personal=PersonalData(
            phone=given.phone and storable(given.phone),
            name=given.name and storable(given.name),
            openid=given.openid and storable(given.openid),
            recording=given.recording and storable(given.recording),
        ),
    )


def _new_contact(submission: Submission, vault: Vault, now: datetime) -> NewContact:
    sealed = vault.seal(submission.contact_id, submission.personal)
    return NewContact(
        contact_id=submission.contact_id,
        channel=submission.channel,
        caller_ref=sealed.caller_ref,
        received_at=submission.received_at,
        accepted_at=now,
        raw_text=submission.text,
        asr_confidence=submission.asr_confidence,
        district=submission.district,
        sealed=sealed,
    )


def _announce(row: NewContact, submission: Submission, effects: Effects, city: City) -> None:
    effects.increments.append(metrics.count(metrics.CONTACTS, row.channel.value))
    cause = cause_of_death(row.raw_text)
    if cause:
        letter = DeadLetter(
            reference=f"contact {row.contact_id}",
            cause=cause,
            detail=f"the contact's text has {len(row.raw_text)} characters; 1 to {MAX_TEXT} can be a request",
            body=b"",
            occurred_at=row.accepted_at,
            contact_id=row.contact_id,
        )
        effects.dead_letters.append(letter)
        effects.settled_contacts.append(Settled(row.contact_id, Fate.DEAD, None, row.accepted_at))
        effects.messages.append(dead_letter_message(letter, city.profile.version))
        effects.increments.append(metrics.count(metrics.DEAD_LETTERS, cause))
        effects.increments.append(metrics.count(metrics.CONTACTS_SETTLED, Fate.DEAD.value))
        return
    personal = submission.personal
    known = (personal.name, personal.phone, personal.openid)
    contact = Contact(
        contact_id=row.contact_id,
        channel=row.channel,
        text=redact(row.raw_text, known=known),
        received_at=row.received_at,
        caller_ref=row.caller_ref,
        salutation=salutation(personal.name, row.raw_text),
        asr_confidence=row.asr_confidence,
        district=row.district and redact(row.district, known=known),
    )
    effects.messages.append(contact_message(contact, accepted_at=row.accepted_at, profile_version=city.profile.version))


def _receipts(submissions: Sequence[Submission], new_ids: set[UUID]) -> list[Receipt]:
    seen: set[UUID] = set()
    receipts = []
    for submission in submissions:
        contact_id = submission.contact_id
        receipts.append(Receipt(contact_id, contact_id in new_ids and contact_id not in seen))
        seen.add(contact_id)
    return receipts
