"""Event files of a replay: one JSON object a line, in the order of their times. Shapes: docs/replay.md."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from models.errors import Rejected


class Kind(StrEnum):
    """What a line tells."""

    CALL_TRANSCRIPT = "call.transcript"
    CALL_SEGMENT = "call.segment"
    CALL_STATE = "call.state"
    WECHAT_MESSAGE = "wechat.message"
    WECHAT_EVENT = "wechat.event"
    CONTACT = "contact"
    TICKET = "ticket"
    COMMAND = "command"
    CLOCK = "clock"
    MATRIX = "matrix"
    ARTICLE = "article"


_NEEDED: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.CALL_TRANSCRIPT: ("call_id", "segments"),
        Kind.CALL_SEGMENT: ("call_id", "seg", "spk", "text"),
        Kind.CALL_STATE: ("call_id", "seq", "state"),
        Kind.WECHAT_MESSAGE: ("MsgId", "FromUserName", "CreateTime", "MsgType"),
        Kind.WECHAT_EVENT: ("Event", "FromUserName", "CreateTime"),
        Kind.CONTACT: ("contact_id", "channel", "text"),
        Kind.TICKET: ("ref", "text", "type", "category", "urgency"),
        Kind.COMMAND: ("ticket", "command", "actor"),
        Kind.CLOCK: (),
        Kind.MATRIX: ("act", "actor", "data"),
        Kind.ARTICLE: ("id",),
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line: what it tells, when it happens, and everything that it says; ``where`` is file and line."""

    kind: Kind
    at: datetime
    said: Mapping[str, Any] = field(repr=False)
    where: str

    def text(self, key: str) -> str:
        """Return a text of the line.

        Raises:
            Rejected: it is no text.
        """
        value = self.said.get(key)
        if not isinstance(value, str):
            raise Rejected(f"{self.where}: {key!r} must be a text")
        return value

    def optional(self, key: str) -> str | None:
        """Return a text of the line, None where it is not given."""
        return None if self.said.get(key) is None else self.text(key)


def read_events(path: Path) -> list[Event]:
    """Return the events of a file.

    Raises:
        Rejected: the file cannot be read, or a line is no event or comes before an earlier one; file, line and
            reason are named.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Rejected(f"{path}: {error}") from error
    events = list(_events(text, path.name))
    for earlier, later in pairwise(events):
        if later.at < earlier.at:
            raise Rejected(f"{later.where}: {later.at.isoformat()} is before the line above it")
    return events


def _events(text: str, name: str) -> Iterator[Event]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield _event(line, f"{name}, line {number}")


def _event(line: str, where: str) -> Event:
    try:
        said = json.loads(line)
    except json.JSONDecodeError as error:
        raise Rejected(f"{where}: no JSON ({error.msg})") from error
    if not isinstance(said, dict):
        raise Rejected(f"{where}: a line must be a JSON object")
    try:
        kind = Kind(str(said.get("event")))
    except ValueError as error:
        raise Rejected(f"{where}: {said.get('event')!r} is no event; one of {', '.join(Kind)}") from error
    missing = [key for key in _NEEDED[kind] if key not in said]
    if missing:
        raise Rejected(f"{where}: a {kind.value} needs {', '.join(missing)}")
    return Event(kind, _moment(said, where), said, where)


def _moment(said: Mapping[str, Any], where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said.get("at", ""))
    except (TypeError, ValueError) as error:
        raise Rejected(f"{where}: 'at' must be a time in ISO 8601 with its offset") from error
    if moment.tzinfo is None:
        raise Rejected(f"{where}: the time {said['at']} has no offset")
    return moment
