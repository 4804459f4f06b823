"""What a code or name may be, given what becomes of it: a topic's name, a directory, a label, a word in a list."""

import re

from config.profile_files import LIST_SEPARATOR
from models.message import Topic

_LONGEST_TOPIC = 249
_THE_HOTLINE = "hotline"
"""``dispatcher.metrics.HOTLINE_ITSELF``: where the statistics name units, this is the hotline."""

_LONGEST_FILE_NAME = 255
"""Bytes. Linux."""


def unit_code_fault(code: str) -> str | None:
    """Return why no unit may have this code. Kafka refuses the topic, and says so when the first message is due.

    Source: org.apache.kafka.common.internals.Topic.
    """
    if not re.fullmatch(r"[A-Za-z0-9._-]*", code):
        return f"{code!r} is part of a topic's name: letters a-z A-Z, digits, . _ - alone"
    room = _LONGEST_TOPIC - len(Topic.dispatch(""))
    if len(code) > room:
        return f"has {len(code)} characters; a unit code is part of a topic's name, which leaves it {room}"
    if code == _THE_HOTLINE:
        return f"{code!r} stands in the statistics for the hotline itself"
    return None


def listed_code_fault(code: str) -> str | None:
    """Return why no category or district may have this code: it stands in lists and before names."""
    if LIST_SEPARATOR in code or any(letter.isspace() for letter in code):
        return f"{code!r} holds a blank or a {LIST_SEPARATOR}, which ends a code elsewhere"
    return None


def profile_name_fault(name: str) -> str | None:
    """Return why no profile may have this name: its models stand in a directory called so."""
    if name.startswith(".") or "/" in name or not name.isprintable() or len(name.encode()) > _LONGEST_FILE_NAME:
        return f"{name!r} is no name of a directory, and the models' is called so"
    return None
