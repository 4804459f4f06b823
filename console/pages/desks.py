"""The lists of the hotline's desk, each for those who decide about it."""

from collections.abc import Mapping
from types import MappingProxyType

from console.pages.rendering import Screen
from console.pages.surroundings import RESOLVE_SOON
from console.pages.telling import RETURN_REASONS
from dispatcher.views import Decision, Waiting
from dispatcher.workflow.commands import MAY
from models.codes import Role, Stage
from models.command import CommandKind

PENDING = "pending"
"""The list of tickets that nobody has dispatched yet."""

TITLES: Mapping[str, str] = MappingProxyType(
    {
        PENDING: "待派单",
        Decision.RETURN.value: "退单",
        Decision.EXTENSION.value: "延期",
        Decision.REVIEW.value: "审核",
        Decision.CALL_BACK.value: "回访",
        Decision.CLOSE.value: "办结",
    }
)

_DECIDED_BY: Mapping[str, CommandKind] = MappingProxyType(
    {
        PENDING: CommandKind.CONFIRM,
        Decision.RETURN.value: CommandKind.ACCEPT_RETURN,
        Decision.EXTENSION.value: CommandKind.APPROVE_EXTENSION,
        Decision.REVIEW.value: CommandKind.PASS_REVIEW,
        Decision.CALL_BACK.value: CommandKind.CALL_BACK,
        Decision.CLOSE.value: CommandKind.CLOSE,
    }
)

_FIRST: Mapping[Role, str] = MappingProxyType({Role.CALLER_BACK: Decision.CALL_BACK.value})


def lists_of(role: Role) -> tuple[str, ...]:
    """Return the lists whose tickets this role may decide about, the one that it works on first standing first."""
    mine = [name for name in TITLES if role in MAY[_DECIDED_BY[name]]]
    first = _FIRST.get(role, PENDING)
    return tuple(sorted(mine, key=lambda name: name != first))


def draw_waiting(waiting: Mapping[Decision, Waiting], screen: Screen) -> dict[str, str]:
    """Return each list and its count as regions."""
    regions = {}
    for decision, found in waiting.items():
        regions[decision.value] = screen.html(
            "_waiting.html",
            decision=decision,
            waiting=found,
            return_reasons=RETURN_REASONS,
            stages=Stage,
            resolve_soon=RESOLVE_SOON,
        )
        regions[f"{decision.value}-count"] = count_of(found.total)
    return regions


def count_of(total: int) -> str:
    """Return how many wait, short enough for a tab."""
    return "" if total == 0 else "999+" if total > 999 else str(total)
