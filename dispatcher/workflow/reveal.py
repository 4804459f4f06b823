"""查看联系方式: who must phone the citizen sees the contact data, and the access log keeps who, when and why."""

from dispatcher import metrics
from dispatcher.ports import Clock, Effects, OpenUnitOfWork, Vault
from models.codes import UNIT_ROLES, Role
from models.contact import PersonalData
from models.errors import Forbidden, Rejected
from models.ticket import Actor

_SLOT = 49
REVEALING = frozenset({Role.OPERATOR, Role.SHIFT_LEAD, Role.DISPATCHER, Role.CALLER_BACK, Role.SUPERVISOR, *UNIT_ROLES})
"""Who may see contact data. Source: domain.md I.1."""


async def reveal_contact(
    ticket_no: str, *, actor: Actor, purpose: str, vault: Vault, open_work: OpenUnitOfWork, clock: Clock
) -> PersonalData:
    """Return the citizen's contact data; the log entry commits before anything is shown.

    Raises:
        Forbidden: the actor's role never sees contact data, no unit does of this citizen, or the unit has returned the ticket.
        NotFound: there is no such ticket, or the actor's unit has no part in it.
        Rejected: no purpose was given.
        TryLater: the store is away; nothing was shown.
    """
    if actor.role not in REVEALING:
        raise Forbidden(f"{actor.role.label}不能查看联系方式")
    if not purpose.strip():
        raise Rejected("a purpose is needed to see a citizen's contact data")
    async with open_work(unit_code=actor.unit_code) as work:
        ticket = await work.ticket(ticket_no)
    if (ticket.confidential or ticket.anonymous) and actor.role in UNIT_ROLES:
        raise Forbidden(
            f"ticket {ticket_no} is of somebody who wants not to be known: no unit sees who called",
            "诉求人匿名或要求保密，承办单位不能查看联系方式。",
        )
    async with open_work() as work:
        holds = [hold for hold in await work.holds(ticket_no) if hold.unit_code == actor.unit_code]
        if holds and holds[-1].return_result == "accepted":
            raise Forbidden(
                f"the unit has returned ticket {ticket_no}; it sees the citizen no more",
                "您的单位已经退单，不再查看诉求人的联系方式。",
            )
        sealed = await work.sealed_data(ticket.contact_id)
        await work.log_access(
            actor=str(actor), act="reveal_contact", subject=ticket_no, purpose=purpose.strip(), at=clock.now()
        )
        effects = Effects(increments=[metrics.count(metrics.REVEALS, actor.role.value)])
        await work.apply(effects, slot=_SLOT)
    return vault.open(sealed)
