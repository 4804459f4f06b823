"""无效骚扰: a shift lead decides whether the service of a caller who only disturbs is limited (domain.md A.11)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from dispatcher.ports import Clock, Effects, NuisanceCaller, NuisanceDecision, OpenUnitOfWork, UnitOfWork
from dispatcher.workflow.announce import nuisance_message
from dispatcher.workflow.city import City
from dispatcher.workflow.receive import door_slot
from models.codes import Role
from models.contact import Contact
from models.errors import Forbidden
from models.profile import Handling
from models.ticket import Actor

LIMITING = frozenset({Role.SHIFT_LEAD, Role.SUPERVISOR})
"""Who may limit a caller's service. Source: domain.md I.1."""


async def ask_about(
    disturbing: Sequence[Contact], known: Mapping[str, bool], work: UnitOfWork, effects: Effects, *, city: City, at: datetime
) -> None:
    """Ask the shift lead about those callers who have disturbed too often with ``disturbing``, once each.

    ``known`` are the callers about whom somebody was asked already.
    """
    rule = city.profile.nuisance
    new = [contact for contact in disturbing if contact.caller_ref not in known]
    if not new:
        return
    codes = [code for code, category in city.profile.categories.items() if category.handling is Handling.NUISANCE]
    callers = sorted({contact.caller_ref for contact in new})
    before = await work.nuisances(callers, since=at - rule.within, category_codes=codes)
    now = Counter(contact.caller_ref for contact in new)
    for caller_ref in callers:
        contacts = before.get(caller_ref, 0) + now[caller_ref]
        if contacts >= rule.contacts:
            last = next(contact for contact in reversed(new) if contact.caller_ref == caller_ref)
            asked = NuisanceCaller(caller_ref, at, last.contact_id, contacts)
            effects.nuisance_callers.append(asked)
            effects.messages.append(nuisance_message(asked, within=rule.within, profile_version=city.profile.version))


async def decide_about(
    contact_id: UUID, *, limit: bool, actor: Actor, city: City, open_work: OpenUnitOfWork, clock: Clock
) -> None:
    """Limit the service of the caller of ``contact_id`` for the profile's time, or leave it as it is.

    Raises:
        Forbidden: the actor's role may not limit anybody.
        NotFound: nobody is asked about this caller, or somebody has decided.
        TryLater: the store is away; nothing was written.
    """
    if actor.role not in LIMITING:
        raise Forbidden(f"{actor.role.label}不能限制来电人的服务")
    now = clock.now()
    async with open_work() as work:
        asked = await work.lock_nuisance_caller(contact_id)
        until = now + city.profile.nuisance.limited if limit else None
        effects = Effects(nuisance_decisions=[NuisanceDecision(asked.caller_ref, asked.asked_at, now, str(actor), until)])
        await work.log_access(
            actor=str(actor),
            act="limit_caller" if limit else "leave_caller",
            subject=str(contact_id),
            purpose=f"{asked.contacts} contacts that only disturbed",
            at=now,
        )
        await work.apply(effects, slot=door_slot(now))
