"""What people ask the engine to do with a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.ticket import Actor


class CommandKind(StrEnum):
    """The commands of this release; names are those of the replay contract."""

    CONFIRM = "confirm"
    DISPATCH = "dispatch"
    ANSWER = "answer"
    DECLINE = "decline"
    SIGN = "sign"
    REPLY = "reply"
    CLOSE = "close"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Command:
    """``expected_version`` is the version of the ticket that the actor saw when deciding."""

    ticket_no: str
    kind: CommandKind
    data: Mapping[str, Any]
    actor: Actor
    expected_version: int
