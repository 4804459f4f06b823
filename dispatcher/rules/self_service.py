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
_NUMBER_AND_DIGITS = re.compile(rf"({_NUMBER.pattern})[\s，,+＋]+(\d{{4}})")
_DIGITS = re.compile(r"\d+")
_GAP = " 　：:，,+＋"

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+|\d+")
_FEWEST_WORDS = 4
"""Han characters, words or numbers of the shortest request that is understood as it stands. Source: our default (D)."""

_REQUEST_LENGTH = 8
"""From so many characters on a text that is no answer is a request of its own. Source: default of this project (D)."""


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
    plate, 评价 before a rating. Number and rating may stand alone too. A longer sentence (查询一下社保怎么交) is a request.
    """
    text = text.strip()
    if Service.RATE in words and rating_of(text) is not None:
        return Service.RATE, text
    if Service.PROGRESS in words and _is_number(text):
        return Service.PROGRESS, text
    for service, known in words.items():
        for word in sorted(known, key=len, reverse=True):
            if not text.startswith(word):
                continue
            rest = text[len(word) :].strip(_GAP)
            if not rest or _needed(service, rest):
                return service, rest
    return None


def says_too_little(text: str) -> bool:
    """Return whether a text has too few words to be a request (你好, 人工): one question is asked before it is one."""
    return len(_WORD.findall(text)) < _FEWEST_WORDS


def rating_of(text: str) -> Rating | None:
    """Return the level that a text is and nothing else, by its label, or by its digit as the invitation asks."""
    return next((rating for rating in Rating if text in (rating.value, rating.label)), None)


def _needed(service: Service, rest: str) -> bool:
    match service:
        case Service.MOVE_CAR:
            return True
        case Service.PROGRESS:
            return _is_number(rest)
        case Service.RATE:
            return rating_of(rest) is not None
        case _:
            return False


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None or _NUMBER_AND_DIGITS.fullmatch(text) is not None


def number_and_digits(text: str) -> tuple[str, str | None]:
    """Return what was asked about, and the four digits where they stand behind it."""
    both = _NUMBER_AND_DIGITS.fullmatch(text.strip())
    return (both[1], both[2]) if both else (text, None)


def is_other_request(talk: Talk, text: str) -> bool:
    """Return whether a text says something else than the machine waits for: a citizen's request is never an odd answer."""
    text = text.strip()
    if talk.service not in (Service.RATE, Service.PROGRESS) or len(text) < _REQUEST_LENGTH:
        return False
    return _NUMBER.search(text) is None and last_four(text) is None


def asked_number(text: str) -> str | None:
    """Return the ticket number that a text is; None where it is none, or its check digit does not fit."""
    try:
        return check_ticket_number(text)
    except Rejected:
        return None


def last_four(text: str) -> str | None:
    """Return the four digits that a text names (0013, 尾号0013), None for anything else."""
    groups = _DIGITS.findall(text)
    return groups[0] if len(groups) == 1 and len(groups[0]) == 4 else None


def failed(talk: Talk, now: datetime, rule: SelfServiceRule) -> Talk:
    """Return the talk after a wrong answer; the last allowed one locks."""
    failures = talk.failures + 1
    return replace(talk.ended(), failures=failures, locked_until=now + rule.locked if failures >= rule.failures else None)
