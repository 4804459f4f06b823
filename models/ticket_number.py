"""工单编号: a number that survives dictation over the phone.

Format (domain.md C.1): prefix, ``yyyyMMdd``, channel letter, daily sequence of six digits or more, and a Luhn check digit over
the digits of date and sequence. The check digit catches one wrong digit and most swapped neighbours.
"""

import re
import unicodedata
from datetime import date

from models.codes import Channel
from models.errors import Rejected

_FORM = re.compile(r"([A-Z]{2})([0-9]{8})([A-Z])([0-9]{6,9})([0-9])(-(?:[0-9]{2}|R[0-9]))?")


def check_digit(digits: str) -> str:
    """Return the Luhn check digit for ``digits``."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def ticket_number(prefix: str, day: date, channel: Channel, sequence: int) -> str:
    """Return the number of the day's ``sequence``-th ticket; sequences beyond 999,999 widen it instead of failing."""
    digits = f"{day:%Y%m%d}{sequence:06d}"
    return f"{prefix}{digits[:8]}{channel.value}{digits[8:]}{check_digit(digits)}"


def check_ticket_number(text: str) -> str:
    """Return ``text`` as a ticket number; small letters and full width are understood.

    Raises:
        Rejected: the form or the check digit is wrong; most often one digit was misheard.
    """
    found = _FORM.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    if found is None:
        raise Rejected(f"{text!r} is not a ticket number")
    if check_digit(found[2] + found[4]) != found[5]:
        raise Rejected(f"{text!r} is not a ticket number: its check digit does not fit")
    return found[0]
