"""Changes of the dispatch matrix as ``ports.MatrixDesk``."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, TupleRow, dict_row

from dispatcher.store.queries import load_queries
from dispatcher.store.rows import encode
from models.codes import ProposalOrigin, ProposalState, SubjectType
from models.errors import NotFound
from models.matrix import MatrixProposal, MatrixWish, Review
from models.profile import MatrixEntry

_QUERIES = load_queries("matrix.sql")


class PostgresMatrix:
    """Runs named queries on a connection whose transaction somebody else opened."""

    def __init__(self, connection: AsyncConnection[TupleRow]) -> None:
        self._connection = connection

    async def add(self, wish: MatrixWish) -> int:
        """Store a proposal, or add to the one that stands open, and return its number."""
        (row,) = await self._all("add_proposals", {"rows": encode([asdict(wish)])})
        number: int = row["proposal_no"]
        return number

    async def proposals(self) -> list[MatrixProposal]:
        """Return every proposal, in the order of their numbers."""
        return [_proposal(row) for row in await self._all("proposals", {})]

    async def changes(self) -> list[MatrixEntry]:
        """Return the approved changes, in the order of their versions."""
        return [_change(row) for row in await self._all("approved_changes", {})]

    async def lock(self, number: int) -> MatrixProposal:
        """Let nobody else review, and return a proposal.

        Raises:
            NotFound: there is none with this number.
        """
        await self._connection.execute(_QUERIES["lock_reviews"])
        found = await self._all("lock_proposal", {"number": number})
        if not found:
            raise NotFound(f"there is no proposal {number} of the dispatch matrix", f"没有第 {number} 号变更。")
        return _proposal(found[0])

    async def review(self, number: int, review: Review) -> None:
        """Write what was decided about a locked proposal."""
        state = ProposalState.APPROVED if review.approved else ProposalState.REFUSED
        fields = {name: value for name, value in asdict(review).items() if name != "approved"}
        await self._connection.execute(_QUERIES["review_proposal"], {**fields, "number": number, "state": state.value})

    async def _all(self, name: str, parameters: Mapping[str, Any]) -> list[DictRow]:
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_QUERIES[name], parameters)
            return await cursor.fetchall()


def _subject(value: str | None) -> SubjectType | None:
    return None if value is None else SubjectType(value)


def _proposal(row: DictRow) -> MatrixProposal:
    wish = MatrixWish(
        category_code=row["category_code"],
        district_code=row["district_code"],
        subject=_subject(row["subject"]),
        lead=row["lead"],
        co_units=tuple(row["co_units"]),
        basis=row["basis"],
        origin=ProposalOrigin(row["origin"]),
        proposed_by=row["proposed_by"][0],
        proposed_at=row["proposed_at"],
        holds_from=row["holds_from"],
        holds_to=row["holds_to"],
        ticket_no=next(iter(row["tickets"]), None),
    )
    review = None
    if row["reviewed_by"] is not None:
        review = Review(
            approved=row["state"] == ProposalState.APPROVED.value,
            by=row["reviewed_by"],
            at=row["reviewed_at"],
            note=row["note"],
            holds_from=row["holds_from"],
            version=row["version"],
            base=row["base"],
        )
    return MatrixProposal(row["proposal_no"], wish, tuple(row["tickets"]), tuple(row["proposed_by"]), review)


def _change(row: DictRow) -> MatrixEntry:
    return MatrixEntry(
        category_code=row["category_code"],
        district_code=row["district_code"],
        subject=_subject(row["subject"]),
        lead=row["lead"],
        co_units=tuple(row["co_units"]),
        basis=row["basis"],
        valid_from=row["holds_from"],
        valid_to=row["holds_to"],
        change=row["version"],
    )
