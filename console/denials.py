"""Writes into the access log that a unit asked for what it has no part in (domain.md I.1)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from console.doors import Doors
from dispatcher.accounts import User
from models.codes import UNIT_ROLES
from models.errors import NotFound, Rejected
from models.ticket_number import check_ticket_number


@asynccontextmanager
async def denials_logged(doors: Doors, user: User, subject: str, *, purpose: str) -> AsyncIterator[None]:
    """Log a ``NotFound`` of a unit's user about ``subject``, and let it pass on; the answer tells nothing else."""
    try:
        yield
    except NotFound:
        if user.role in UNIT_ROLES:
            async with doors.open_work() as work:
                await work.log_access(
                    actor=str(user.actor), act="denied", subject=subject, purpose=purpose, at=doors.clock.now()
                )
        raise


def asked_number(text: str) -> str:
    """Return ``text`` as a ticket number.

    Raises:
        NotFound: it is none; the words typed are not repeated, they may be a phone number.
    """
    try:
        return check_ticket_number(text)
    except Rejected:
        raise NotFound("this is not a ticket number, or one digit was misheard") from None
