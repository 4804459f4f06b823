"""What a citizen who writes wants of the machine, and what the machine does next (domain.md A.11, D.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from models.codes import Rating, Service
from models.errors import Rejected
from models.profile import SelfServiceRule
from models.ticket_number import check_ticket_number

_NUMBER = re.compile(r"[A-Za-z]{2}\d{8}[A-Za-z]\d{6,10}(?:-\w{2})?")
_LAST_FOUR = re.compile(r"\d{4}")
_GAP = " 　：:，,+＋"


@dataclass(frozen=True, slots=True)
class Talk:
    """Where a citizen's talk with the machine stands. ``subject`` is the number of the ticket that is asked about."""

    service: Service | None = None
    subject: str | None = None
    failures: int = 0
    locked_until: datetime | None = None
    told_at: datetime | None = None

    def ended(self) -> "Talk":
        """Return the talk with nothing left to answer; wrong answers stay counted."""
        return replace(self, service=None, subject=None)


def remembered(talk: Talk, now: datetime, rule: SelfServiceRule) -> Talk:
    """Return the talk as it counts at ``now``: what was begun too long ago is forgotten, a lock that is over is gone."""
    if talk.locked_until is not None and now >= talk.locked_until:
        talk = replace(talk, failures=0, locked_until=None)
    if talk.told_at is not None and now - talk.told_at > rule.patience:
        talk = talk.ended()
    return talk


def begun(text: str, words: Mapping[Service, tuple[str, ...]]) -> tuple[Service, str] | None:
    """Return the service that a text begins, with what follows its word; None for an ordinary request.

    A word begins a service where it stands alone, or before what the service needs: 查询 before a number, 挪车 before a
    plate, 评价 before a rating, which may stand alone too. A longer sentence (查询一下社保怎么交) is a request.
    """
    text = text.strip()
    if Service.RATE in words and is_rating(text):
        return Service.RATE, text
    for service, known in words.items():
        for word in sorted(known, key=len, reverse=True):
            if not text.startswith(word):
                continue
            rest = text[len(word) :].strip(_GAP)
            if not rest or _needed(service, rest):
                return service, rest
    return None


def is_rating(text: str) -> bool:
    """Return whether a text is one of the five levels and nothing else: its label, or its digit as the invitation asks."""
    return any(text in (rating.value, rating.label) for rating in Rating)


def _needed(service: Service, rest: str) -> bool:
    match service:
        case Service.MOVE_CAR:
            return True
        case Service.PROGRESS:
            return _NUMBER.fullmatch(rest) is not None
        case Service.RATE:
            return is_rating(rest)
        case _:
            return False


def asked_number(text: str) -> str | None:
    """Return the ticket number that a text is; None where it is none, or its check digit does not fit."""
    try:
        return check_ticket_number(text)
    except Rejected:
        return None


def last_four(text: str) -> str | None:
    """Return four digits, None for anything else."""
    return text.strip() if _LAST_FOUR.fullmatch(text.strip()) else None


def failed(talk: Talk, now: datetime, rule: SelfServiceRule) -> Talk:
    """Return the talk after a wrong answer; the last allowed one locks."""
    failures = talk.failures + 1
    return replace(talk.ended(), failures=failures, locked_until=now + rule.locked if failures >= rule.failures else None)
