"""漏接回拨: somebody of the hotline rings a caller whom nobody had answered (国办函〔2025〕66号)."""

from datetime import datetime

from dispatcher import metrics
from dispatcher.ports import Clock, Effects, OpenUnitOfWork, Vault
from dispatcher.workflow.receive import door_slot
from models.call import CallBackNote, MissedCall
from models.codes import MissedCallStep, Role
from models.contact import PersonalData
from models.errors import Forbidden, Rejected
from models.ticket import Actor

RETURNING = frozenset({Role.OPERATOR, Role.SHIFT_LEAD, Role.DISPATCHER, Role.CALLER_BACK, Role.SUPERVISOR})
"""Who calls back: those of the hotline who may see a caller's number. Source: domain.md I.1."""


async def show_missed_caller(
    call_id: str, *, actor: Actor, vault: Vault, open_work: OpenUnitOfWork, clock: Clock
) -> PersonalData:
    """Return whom to ring; the log entry commits before anything is shown.

    Raises:
        Forbidden: the actor's role calls nobody back.
        NotFound: the call is not among the missed ones.
        TryLater: the store is away; nothing was shown.
    """
    _require_role(actor)
    async with open_work() as work:
        missed = await work.lock_missed_calls(call_id)
        sealed = await work.sealed_data(missed[0].contact_id)
        await work.log_access(
            actor=str(actor), act="reveal_contact", subject=f"call {call_id}", purpose="漏接回拨", at=clock.now()
        )
        effects = Effects(increments=[metrics.count(metrics.REVEALS, actor.role.value)])
        await work.apply(effects, slot=door_slot(clock.now()))
    return vault.open(sealed)


async def note_call_back(call_id: str, *, reached: bool, actor: Actor, open_work: OpenUnitOfWork, clock: Clock) -> None:
    """Take the caller of a missed call off the call-back list: one attempt was made, whether or not it was ``reached``.

    Raises:
        Forbidden: the actor's role calls nobody back.
        NotFound: the call is not among the missed ones.
        Rejected: its caller was answered or called back already.
        TryLater: the store is away; nothing was written.
    """
    _require_role(actor)
    now = clock.now()
    async with open_work() as work:
        waiting = [missed for missed in await work.lock_missed_calls(call_id) if missed.is_waiting]
        if not waiting:
            raise Rejected(
                f"the caller of call {call_id} was answered or called back already", "这位来电人已经接通或回拨过，不用再拨。"
            )
        effects = Effects(
            call_back_notes=[CallBackNote(missed.call_id, now, str(actor), reached) for missed in waiting],
            increments=[metrics.count(metrics.MISSED_CALLS, _step(missed, now).value) for missed in waiting],
        )
        await work.apply(effects, slot=door_slot(now))


def _step(missed: MissedCall, now: datetime) -> MissedCallStep:
    return MissedCallStep.CALLED_BACK if now <= missed.due else MissedCallStep.CALLED_BACK_LATE


def _require_role(actor: Actor) -> None:
    if actor.role not in RETURNING:
        raise Forbidden(f"{actor.role.label}不能回拨漏接电话")
