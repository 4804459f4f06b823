"""What people ask the engine to do with a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.ticket import Actor


class CommandKind(StrEnum):
    """The commands; names are those of the replay contract."""

    CONFIRM = "confirm"
    DISPATCH = "dispatch"
    ANSWER = "answer"
    DECLINE = "decline"
    SIGN = "sign"
    CONTACT_CITIZEN = "contact_citizen"
    RETURN = "return"
    ACCEPT_RETURN = "accept_return"
    REJECT_RETURN = "reject_return"
    REQUEST_EXTENSION = "request_extension"
    APPROVE_EXTENSION = "approve_extension"
    REFUSE_EXTENSION = "refuse_extension"
    APPROVE_COMPLEX = "approve_complex"
    PAUSE = "pause"
    RESUME = "resume"
    CHANGE_URGENCY = "change_urgency"
    SUPERVISE = "supervise"
    REPLY = "reply"
    CO_REPLY = "co_reply"
    OVERRIDE_CO_REPLY = "override_co_reply"
    PASS_REVIEW = "pass_review"  # noqa: S105 - no password, a review that is passed
    FAIL_REVIEW = "fail_review"
    CALL_BACK = "call_back"
    RATE = "rate"
    NUDGE = "nudge"
    LINK = "link"
    UNLINK = "unlink"
    CONSULT = "consult"
    CONSULT_DECIDE = "consult_decide"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Command:
    """``expected_version`` is the version of the ticket that the actor saw when deciding."""

    ticket_no: str
    kind: CommandKind
    data: Mapping[str, Any]
    actor: Actor
    expected_version: int
