"""登记: a person enters a ticket whose facts are decided, such as one taken over a counter or from another list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dispatcher.ports import Clock, Effects, OpenUnitOfWork, ReserveNumbers, Vault
from dispatcher.rules.deciding import Judgement
from dispatcher.rules.redaction import redact, salutation
from dispatcher.rules.routing import Route
from dispatcher.workflow.city import City
from dispatcher.workflow.receive import admit, cause_of_death, door_slot
from dispatcher.workflow.register import open_ticket
from dispatcher.workflow.waking import set_rings
from models.codes import DispatchMode, RequestType, SubjectType, Urgency
from models.contact import Contact, Submission
from models.errors import Rejected
from models.ticket import Actor, Ticket
from models.ticket_number import ticket_number
from models.understanding import Facts, Guess, Understanding

BY_HAND = "by-hand"
"""Model version of what no model has understood."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person has decided of a request. With ``unit_code`` it is dispatched at once."""

    request_type: RequestType
    category_code: str
    urgency: Urgency
    district_code: str | None
    subject: SubjectType = SubjectType.CITIZEN
    unit_code: str | None = None
    co_units: Sequence[str] = ()


async def enter_ticket(
    submission: Submission,
    entry: Entry,
    *,
    actor: Actor,
    city: City,
    vault: Vault,
    open_work: OpenUnitOfWork,
    reserve_numbers: ReserveNumbers,
    clock: Clock,
) -> Ticket:
    """Store a request and register it as decided, in one transaction.

    Raises:
        Rejected: it has no text or too much, a code is unknown, a unit is closed, or the same request was entered before.
        TryLater: the store is away; nothing was written.
    """
    now = clock.now()
    cause = cause_of_death(submission.text)
    if cause is not None:
        raise Rejected(f"request {submission.source_id} cannot be a ticket: {cause}")
    category = city.category(entry.category_code)
    if entry.district_code is not None and entry.district_code not in city.profile.districts:
        raise Rejected(f"district {entry.district_code!r} is not in profile {city.profile.name}")
    route = _route(entry, city)
    number = await reserve_numbers(f"{city.local(now):%Y%m%d}", 1)
    effects = Effects()
    async with open_work() as work:
        (receipt,) = await admit(work, [submission], effects, city=city, vault=vault, now=now)
        if not receipt.is_new:
            raise Rejected(f"request {submission.source_id} was entered before")
        effects.messages.clear()  # nobody else needs to understand it
        ticket = open_ticket(
            _contact(submission, vault),
            _understanding(entry),
            Judgement(category.code, entry.request_type, entry.urgency, doubts=(), nuisance=False),
            route,
            district_code=entry.district_code,
            ticket_no=ticket_number(city.profile.ticket_prefix, city.local(now).date(), submission.channel, number),
            actor=actor,
            mode=DispatchMode.MANUAL,
            at=now,
            city=city,
            effects=effects,
        )
        set_rings(effects, city=city, at=now)
        await work.apply(effects, slot=door_slot(now))
    return ticket


def _route(entry: Entry, city: City) -> Route:
    if entry.unit_code is None:
        return Route(None, (), "", None)
    lead = city.unit_for(entry.unit_code, entry.category_code).code
    co_units = tuple(city.unit_for(code, entry.category_code).code for code in dict.fromkeys(entry.co_units) if code != lead)
    return Route(lead, co_units, "人工登记时指定", None)


def _contact(submission: Submission, vault: Vault) -> Contact:
    personal = submission.personal
    known = (personal.name, personal.phone, personal.openid)
    return Contact(
        contact_id=submission.contact_id,
        channel=submission.channel,
        text=redact(submission.text, known=known),
        received_at=submission.received_at,
        caller_ref=vault.seal(submission.contact_id, personal).caller_ref,
        salutation=salutation(personal.name, submission.text),
        asr_confidence=None,
        district=submission.district,
    )


def _understanding(entry: Entry) -> Understanding:
    return Understanding(
        top=(Guess(entry.category_code, 1.0),),
        request_type=entry.request_type,
        urgency=entry.urgency,
        alarm=None,
        alarm_category=None,
        district_code=entry.district_code,
        address=None,
        language="zh",
        model_version=BY_HAND,
        facts=replace(Facts(), subject=entry.subject),
    )
