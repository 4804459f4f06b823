"""Changes of the 派单目录: 草拟 → 审核 → 生效, by two people (domain.md A.8.1, I.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dispatcher.ports import Clock, OpenUnitOfWork
from dispatcher.rules.redaction import redact, storable
from dispatcher.rules.routing import RouteTable, amended
from dispatcher.workflow.acting import Scene
from dispatcher.workflow.city import City
from models.codes import ProposalOrigin, Role, SubjectType
from models.contact import MAX_TEXT
from models.errors import Forbidden, Rejected
from models.matrix import MatrixProposal, MatrixWish, Review
from models.profile import DISTRICT_GOVERNMENT, MatrixEntry, Profile
from models.ticket import Actor

CheckMatrix = Callable[[Profile], Sequence[str]]
"""What ``hotline check`` says about a profile's matrix, problem by problem."""

MAY_PROPOSE = frozenset({Role.DISPATCHER, Role.UNIT_CLERK, Role.SUPERVISOR})
MAY_REVIEW = frozenset({Role.SUPERVISOR})
"""Who may propose a change, and who may review one that is not their own. Source: domain.md I.1."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A line that somebody wants in the matrix; see ``MatrixWish``."""

    category_code: str
    lead: str
    basis: str
    district_code: str | None = None
    subject: SubjectType | None = None
    co_units: tuple[str, ...] = ()
    holds_from: date | None = None
    holds_to: date | None = None


async def propose_change(draft: Draft, *, actor: Actor, city: City, open_work: OpenUnitOfWork, clock: Clock) -> MatrixProposal:
    """Store a proposal and return it; the same one that stands open already is returned with who asks now.

    Raises:
        Forbidden: the actor's role may not propose changes.
        Rejected: a code is unknown, a unit is closed, a 街镇 would receive what is not on its list, the basis is missing, the
            last day is before the first, or the same lead stands open for these requests with other co-units or days.
        TryLater: the store is away; nothing was written.
    """
    if actor.role not in MAY_PROPOSE:
        raise Forbidden(f"{actor.role.label}不能草拟派单目录变更")
    _verify(draft, city)
    wish = MatrixWish(
        category_code=draft.category_code,
        district_code=draft.district_code,
        subject=draft.subject,
        lead=draft.lead,
        co_units=tuple(dict.fromkeys(draft.co_units)),
        basis=_words(draft.basis, "basis"),
        origin=ProposalOrigin.HAND,
        proposed_by=str(actor),
        proposed_at=clock.now(),
        holds_from=draft.holds_from,
        holds_to=draft.holds_to,
    )
    async with open_work() as work:
        number = await work.matrix.add(wish)
        # Not by its lock: a review locks first all reviews and then the row, which this transaction may hold already.
        (proposal,) = (one for one in await work.matrix.proposals() if one.number == number)
        if _rest_of(proposal.wish) != _rest_of(wish):
            raise Rejected(
                f"proposal {proposal.number} wants the same lead for these requests with other co-units or days; "
                "it must be reviewed first",
                f"第 {proposal.number} 号变更也要求由该单位主办，但协办单位或期限不同，须先审核那一件。",
            )
    return proposal


async def approve_change(
    number: int,
    *,
    actor: Actor,
    city: City,
    check: CheckMatrix,
    open_work: OpenUnitOfWork,
    clock: Clock,
    holds_from: date | None = None,
    note: str | None = None,
) -> MatrixProposal:
    """Let a proposal take effect from ``holds_from``, by default its own day, but never before today; return it.

    This process takes it over at once, the others within seconds.

    Raises:
        NotFound: there is no such proposal.
        Forbidden: the actor's role may not review, or the actor is one of those who proposed it.
        Rejected: it is decided already, its day has passed, it would change nothing, or the matrix with it would break a rule
            of ``hotline check``.
        TryLater: the store is away; nothing was written.
    """
    now = clock.now()
    today = city.local(now).date()
    async with open_work() as work:
        proposal = await work.matrix.lock(number)
        _let_review(proposal, actor)
        wish, begins = proposal.wish, _first_day(proposal, holds_from, today)
        if wish.holds_to is not None and wish.holds_to < begins:
            raise Rejected(
                f"proposal {number} would end on {wish.holds_to}, before it begins on {begins}",
                f"第 {number} 号变更的最后一天 {wish.holds_to} 早于生效日 {begins}。",
            )
        changes = await work.matrix.changes()
        version = (changes[-1].change or 0) + 1 if changes else 1
        entry = proposal.entry(holds_from=begins, version=version)
        _refuse_idle(number, entry, changes, city)
        _verify_entry(number, entry, changes, city, check)
        review = Review(True, str(actor), now, _note(note), begins, version, city.profile.matrix.version)
        await work.matrix.review(number, review)
    city.matrix.take_over([*changes, entry])
    return replace(proposal, review=review)


async def refuse_change(number: int, *, actor: Actor, reason: str, open_work: OpenUnitOfWork, clock: Clock) -> MatrixProposal:
    """Refuse a proposal with a reason and return it; the same wish may be proposed again.

    Raises:
        NotFound: there is no such proposal.
        Forbidden: the actor's role may not review, or the actor is one of those who proposed it.
        Rejected: it is decided already, or the reason is missing.
        TryLater: the store is away; nothing was written.
    """
    async with open_work() as work:
        proposal = await work.matrix.lock(number)
        _let_review(proposal, actor)
        review = Review(False, str(actor), clock.now(), _words(reason, "reason"))
        await work.matrix.review(number, review)
    return replace(proposal, review=review)


async def refresh_matrix(*, city: City, open_work: OpenUnitOfWork) -> bool:
    """Take over the changes that were approved elsewhere; return whether there were any.

    Raises:
        TryLater: the store is away; the matrix stays as it is.
    """
    async with open_work() as work:
        changes = await work.matrix.changes()
    return city.matrix.take_over(changes)


def propose_from_ticket(scene: Scene, unit_code: str, *, basis: str, origin: ProposalOrigin) -> None:
    """Add to the effects the wish that ``unit_code`` leads what this ticket shows: its category in its district.

    The line that led it astray is what is wished otherwise: for whom it holds, and its co-units, stay. The same wish for
    another ticket counts that ticket. Source: domain.md A.8.5.
    """
    ticket = scene.ticket
    reason = scene.city.routes.explain(
        ticket.category_code,
        district_code=ticket.district_code,
        subject=ticket.subject,
        on=scene.city.local(scene.at).date(),
    )
    scene.effects.matrix_wishes.append(
        MatrixWish(
            category_code=ticket.category_code,
            district_code=ticket.district_code,
            subject=reason.entry.subject if reason.entry else None,
            lead=unit_code,
            co_units=tuple(code for code in reason.route.co_units if code != unit_code),
            basis=basis,
            origin=origin,
            proposed_by=str(scene.actor),
            proposed_at=scene.at,
            ticket_no=ticket.ticket_no,
        )
    )


def is_idle(proposal: MatrixProposal, city: City, today: date) -> bool:
    """Return whether nobody has decided about a proposal, and the matrix in force says what it wants."""
    entry = proposal.entry(holds_from=max(proposal.wish.holds_from or today, today))
    return proposal.review is None and city.routes.says(entry)


def _verify(draft: Draft, city: City) -> None:
    city.category(draft.category_code)
    if draft.district_code is not None and draft.district_code not in city.profile.districts:
        raise Rejected(f"district {draft.district_code!r} is not in profile {city.profile.name}")
    for code in (draft.lead, *draft.co_units):
        if code != DISTRICT_GOVERNMENT:
            city.unit_for(code, draft.category_code)
    if draft.lead in draft.co_units or DISTRICT_GOVERNMENT in draft.co_units:
        raise Rejected(f"a co-unit is a unit beside the lead {draft.lead}", "协办单位不能与主办单位相同。")
    if draft.holds_from and draft.holds_to and draft.holds_to < draft.holds_from:
        raise Rejected(f"a line that holds from {draft.holds_from} cannot end on {draft.holds_to}", "最后一天早于生效日。")


def _rest_of(wish: MatrixWish) -> tuple[frozenset[str], date | None, date | None]:
    return frozenset(wish.co_units), wish.holds_from, wish.holds_to


def _let_review(proposal: MatrixProposal, actor: Actor) -> None:
    if actor.role not in MAY_REVIEW:
        raise Forbidden(f"{actor.role.label}不能审核派单目录变更")
    if any(who.partition(":")[2] == actor.name for who in proposal.proposed_by):
        raise Forbidden(
            f"{actor.name} 草拟了第 {proposal.number} 号变更，须由他人审核",
            f"第 {proposal.number} 号变更是您草拟的，须由他人审核。",
        )
    if proposal.review is not None:
        raise Rejected(
            f"proposal {proposal.number} was decided on {proposal.review.at:%Y-%m-%d} by {proposal.review.by}",
            f"第 {proposal.number} 号变更已经审核过。",
        )


def _first_day(proposal: MatrixProposal, given: date | None, today: date) -> date:
    if given is not None and given < today:
        raise Rejected(
            f"a change cannot hold from {given}: that day has passed, and its tickets were dispatched",
            f"变更不能从 {given} 起生效：那一天已过，工单已经派出。",
        )
    return given or max(proposal.wish.holds_from or today, today)


def _refuse_idle(number: int, entry: MatrixEntry, changes: Sequence[MatrixEntry], city: City) -> None:
    """Refuse what the matrix says already: whoever approves should know that the fault lay elsewhere."""
    profile = city.profile
    table = RouteTable(amended(profile.matrix, changes), profile.districts, profile.units)
    if table.says(entry):
        raise Rejected(
            f"proposal {number} changes nothing: matrix {table.version} names {entry.lead} already; "
            "the ticket came to another unit by its category or by a person's choice",
            "派单目录已由该单位主办，批准不改变任何派单；问题可能出在分类上，或是当时由人工指定了别的单位。",
        )


def _verify_entry(number: int, entry: MatrixEntry, changes: Sequence[MatrixEntry], city: City, check: CheckMatrix) -> None:
    """Refuse a change with which the matrix has a problem that it has not without."""
    profile = city.profile
    for code in (entry.lead, *entry.co_units):
        if code != DISTRICT_GOVERNMENT:
            city.unit_for(code, entry.category_code)
    known = set(check(replace(profile, matrix=amended(profile.matrix, changes))))
    found = [one for one in check(replace(profile, matrix=amended(profile.matrix, [*changes, entry]))) if one not in known]
    if found:
        raise Rejected(
            f"proposal {number} cannot take effect: {'; '.join(found)}", f"变更不能生效，目录会有矛盾：{'；'.join(found)}"
        )


def _words(text: str, what: str) -> str:
    text = redact(storable(text.strip()))
    if not text:
        raise Rejected(f"a change of the dispatch matrix needs a {what}")
    if len(text) > MAX_TEXT:
        raise Rejected(f"{what} has {len(text)} characters; {MAX_TEXT} are allowed", f"最多写 {MAX_TEXT} 字，请缩短后再提交。")
    return text


def _note(note: str | None) -> str | None:
    return _words(note, "note") if note and note.strip() else None
