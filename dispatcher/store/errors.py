"""Driver errors become ours at this one door."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg_pool import PoolTimeout

from models.errors import Rejected, TryLater

_TRANSIENT = (
    psycopg.OperationalError,
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
    PoolTimeout,
)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise ``TryLater`` when PostgreSQL is away or busy, ``Rejected`` when the values themselves are refused.

    What breaks a constraint or a type is refused input; any other driver error is a bug and passes unchanged. Messages
    carry the server's primary text alone: its detail line may quote values.
    """
    try:
        yield
    except _TRANSIENT as error:
        raise TryLater(f"PostgreSQL is away or busy: {type(error).__name__}") from error
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise Rejected(f"the store refused a value: {error.diag.message_primary or type(error).__name__}") from None
