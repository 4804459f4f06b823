"""A running call is followed: its steps are kept, its words announced while they are spoken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from dispatcher.ports import CallNews, Clock, Effects, OpenUnitOfWork, Vault
from dispatcher.rules.calls import latest, set_of
from dispatcher.rules.redaction import storable
from dispatcher.workflow.announce import segment_message
from dispatcher.workflow.city import City
from dispatcher.workflow.receive import door_slot
from models.call import CallStep, Speech
from models.contact import PersonalData, call_contact_id


@dataclass(frozen=True, slots=True)
class CallReceipt:
    """What a door may tell of a call: the contact it will be, and whether it had already been settled."""

    contact_id: UUID
    settled: bool


async def follow_call(
    call_id: str,
    *,
    steps: Sequence[CallStep] = (),
    speeches: Sequence[Speech] = (),
    ani: str | None = None,
    city: City,
    vault: Vault,
    open_work: OpenUnitOfWork,
    clock: Clock,
) -> CallReceipt:
    """Keep what a platform tells of a call, and announce the words that are new; each once, however often it is told.

    ``ani``, the caller's number, goes to the vault at once, under the contact that the call will be. What comes after the
    call was settled is kept, and changes neither its contact nor its course.

    Raises:
        TryLater: the store is away; nothing was written.
    """
    now = clock.now()
    contact_id = call_contact_id(call_id)
    heard = [replace(speech, text=storable(speech.text), spk=storable(speech.spk)) for speech in latest(speeches)]
    news = CallNews(
        call_id=call_id,
        contact_id=contact_id,
        heard_at=now,
        steps=set_of(steps),
        speeches=heard,
        sealed=vault.seal(contact_id, PersonalData(phone=storable(ani))) if ani else None,
    )
    async with open_work() as work:
        noted = await work.note_call(news)
        effects = Effects()
        if not noted.settled:
            effects.messages = [
                segment_message(
                    speech,
                    noted.versions[speech.seg],
                    call_id=call_id,
                    contact_id=contact_id,
                    heard_at=now,
                    profile_version=city.profile.version,
                )
                for speech in heard
                if speech.seg in noted.versions
            ]
        await work.apply(effects, slot=door_slot(now))
    return CallReceipt(contact_id, noted.settled)
