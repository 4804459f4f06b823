"""A call that ended becomes a contact, if a citizen said anything, and one more of the day's calls."""

from collections.abc import Sequence
from datetime import datetime

from dispatcher import metrics
from dispatcher.ports import CallNews, Clock, Effects, FollowedCall, OpenUnitOfWork, SettledCall, Vault
from dispatcher.rules.calls import LATE_WORDS, SILENCE, course_of, latest, said_by_citizen
from dispatcher.rules.desks import with_queue
from dispatcher.rules.missed import missed_call
from dispatcher.rules.redaction import storable
from dispatcher.workflow.city import City
from dispatcher.workflow.receive import Receipt, admit, door_slot
from models.call import AnsweredCaller, CallCourse, CallStep, Speech
from models.codes import CallResult, Channel, MissedCallStep
from models.contact import PersonalData, Submission, call_contact_id


async def finish_calls(*, city: City, vault: Vault, open_work: OpenUnitOfWork, clock: Clock, limit: int = 200) -> int:
    """Settle calls whose end was told, or of which nothing more is heard, each once; return how many there were.

    Raises:
        TryLater: the store is away; nothing was written.
    """
    now = clock.now()
    async with open_work() as work:
        calls = await work.lock_ended_calls(hung_up_before=now - LATE_WORDS, silent_since=now - SILENCE, limit=limit)
        courses = [with_queue(course_of(call.steps), city.profile.desks) for call in calls]
        submissions = [
            _submission(call, call.speeches, ani=None, began_at=course.began_at, vault=vault)
            for call, course in zip(calls, courses, strict=True)
            if not call.has_contact
        ]
        effects = Effects()
        spoken = [submission for submission in submissions if submission.text]
        await admit(work, spoken, effects, city=city, vault=vault, now=now)
        for call, course in zip(calls, courses, strict=True):
            _settle(call, course, effects, now, city=city)
        await work.apply(effects, slot=door_slot(now))
    return len(calls)


async def receive_transcript(
    call_id: str,
    *,
    began_at: datetime,
    steps: Sequence[CallStep],
    speeches: Sequence[Speech],
    ani: str | None,
    city: City,
    vault: Vault,
    open_work: OpenUnitOfWork,
    clock: Clock,
) -> Receipt:
    """Store a finished call's whole transcript as its contact and settle the call, in one transaction.

    Where nobody answered and nothing was said there is no contact, but a call to return. A transcript takes the place of what
    was heard while the call ran, unless that has already become the contact: the first stands. One without words takes the
    place of nothing: what was heard is the contact.

    Raises:
        TryLater: the store is away; nothing was written.
    """
    now = clock.now()
    async with open_work() as work:
        contact_id = call_contact_id(call_id)
        sealed = vault.seal(contact_id, PersonalData(phone=storable(ani))) if ani else None
        await work.note_call(CallNews(call_id, contact_id, now, steps, sealed=sealed))
        call = await work.lock_call(call_id)
        course = course_of(call.steps)
        said = speeches if said_by_citizen(latest(speeches))[0].strip() else call.speeches
        submission = _submission(call, said, ani=ani, began_at=began_at, vault=vault)
        effects = Effects()
        receipt = Receipt(call.contact_id, is_new=False)
        if submission.text.strip() or course.result is CallResult.ANSWERED:
            (receipt,) = await admit(work, [submission], effects, city=city, vault=vault, now=now)
        if not call.settled:
            _settle(call, with_queue(course, city.profile.desks), effects, now, city=city)
        await work.apply(effects, slot=door_slot(now))
    return receipt


def _submission(
    call: FollowedCall, speeches: Sequence[Speech], *, ani: str | None, began_at: datetime | None, vault: Vault
) -> Submission:
    """Return the call as a submission; the promise's clock starts when the call did, as far as anybody told."""
    text, confidence = said_by_citizen(latest(speeches))
    known = vault.open(call.sealed) if call.sealed is not None else PersonalData()
    return Submission(
        source_id=call.call_id,
        channel=Channel.PHONE,
        text=text,
        received_at=min(began_at or call.first_heard_at, call.first_heard_at),
        personal=PersonalData(phone=known.phone or ani),
        asr_confidence=confidence,
    )


def _settle(call: FollowedCall, course: CallCourse, effects: Effects, now: datetime, *, city: City) -> None:
    """Add what the call came to; a caller whose number is known and whom nobody answered is to be called back."""
    if call.sealed is not None:
        missed = missed_call(
            course,
            call_id=call.call_id,
            contact_id=call.contact_id,
            caller_ref=call.sealed.caller_ref,
            rule=city.profile.missed_calls,
        )
        if missed is not None:
            effects.missed_calls.append(missed)
            effects.increments.append(metrics.count(metrics.MISSED_CALLS, MissedCallStep.RANG_OFF.value))
        if course.answered_at is not None:
            effects.answered_callers.append(AnsweredCaller(call.sealed.caller_ref, course.answered_at))
    effects.settled_calls.append(SettledCall(call.call_id, course, now))
    if course.result is not None:
        effects.increments.append(metrics.count(metrics.CALLS, course.result.value))
    if course.queued_at is not None and course.answered_at is not None:
        effects.increments.extend(metrics.observe_span(metrics.CALL_WAIT, course.answered_at - course.queued_at))
