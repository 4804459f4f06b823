"""The first connection of a process: what a server that answers refuses is a wrong setting, not an outage."""

import psycopg

from models.errors import Rejected, TryLater

_TIMEOUT_SECONDS = 10

_REFUSALS = (
    *("authentication failed", "no password supplied", "pg_hba.conf", "does not exist", "not permitted to log in"),
    *("permission denied", "认证失败", "不存在", "不允许", "权限不够"),
)
"""How PostgreSQL words SQLSTATE 28000, 28P01, 3D000 and 42501 in English and in Chinese (zh_CN.po of release 16). libpq hands
on no SQLSTATE of a connection that was refused, only these words."""


def connect(url: str, setting: str) -> psycopg.Connection:
    """Connect, each statement a transaction of its own.

    Raises:
        Rejected: the server refuses log-in or database; the message names ``setting``.
        TryLater: the server cannot be reached.
    """
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=_TIMEOUT_SECONDS)
    except psycopg.OperationalError as error:
        if (words := refusal_in(str(error))) is not None:
            raise Rejected(f"{setting}: PostgreSQL answers: {words}") from None
        raise TryLater("PostgreSQL cannot be reached") from error


def refusal_in(message: str) -> str | None:
    """Return the server's own words, where they refuse user, password or database; None where the server is away.

    A host of several addresses has a line for each.
    """
    answers = (line.rpartition(" failed: ")[2] for line in message.splitlines())
    return next((answer for answer in answers if any(refusal in answer for refusal in _REFUSALS)), None)
