"""Changes of the dispatch matrix on their way: who wants what, why, and what became of it (domain.md A.8.1)."""

from dataclasses import dataclass
from datetime import date, datetime

from models.codes import ProposalOrigin, ProposalState, SubjectType
from models.profile import MatrixEntry


@dataclass(frozen=True, slots=True)
class MatrixWish:
    """What somebody wants of the matrix: this lead with these co-units, for such requests, by this basis.

    ``None`` in ``district_code`` or ``subject`` means any; ``lead`` is a unit code or ``DISTRICT_GOVERNMENT``. Without
    ``holds_from`` the change holds from the day of its approval; ``holds_to`` is its last day. ``proposed_by`` is an actor as
    the audit writes it, ``ticket_no`` the ticket that shows the need.
    """

    category_code: str
    district_code: str | None
    subject: SubjectType | None
    lead: str
    co_units: tuple[str, ...]
    basis: str
    origin: ProposalOrigin
    proposed_by: str
    proposed_at: datetime
    holds_from: date | None = None
    holds_to: date | None = None
    ticket_no: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What was decided about a proposal, never by who proposed it.

    ``version`` numbers the approved changes of an installation: 1, 2, 3. ``base`` is the profile's matrix when it was approved.
    """

    approved: bool
    by: str
    at: datetime
    note: str | None
    holds_from: date | None = None
    version: int | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class MatrixProposal:
    """A wish with its number and what became of it.

    The same wish for another ticket while nobody has decided makes no second proposal: ``tickets`` are all that showed the
    need, the first first, and ``proposed_by`` all who asked.
    """

    number: int
    wish: MatrixWish
    tickets: tuple[str, ...]
    proposed_by: tuple[str, ...]
    review: Review | None = None

    def state(self, on: date) -> ProposalState:
        """Return where the proposal is on that day: an approved change takes effect by time alone."""
        if self.review is None:
            return ProposalState.PROPOSED
        if not self.review.approved:
            return ProposalState.REFUSED
        begins = self.review.holds_from
        return ProposalState.EFFECTIVE if begins is not None and begins <= on else ProposalState.APPROVED

    def entry(self, *, holds_from: date, version: int | None = None) -> MatrixEntry:
        """Return the line that this proposal would be, or is."""
        wish = self.wish
        return MatrixEntry(
            category_code=wish.category_code,
            district_code=wish.district_code,
            subject=wish.subject,
            lead=wish.lead,
            co_units=wish.co_units,
            basis=wish.basis,
            valid_from=holds_from,
            valid_to=wish.holds_to,
            change=version,
        )
