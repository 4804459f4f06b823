"""Citizens who speak while their call runs, and what the supervisors read of it."""

import asyncio
from typing import Any

from dispatcher.store.database import Database, open_pool
from dispatcher.store.vault import AesVault
from dispatcher.workflow.city import City
from dispatcher.workflow.follow_call import follow_call
from hotline.bootstrap import SystemClock
from models.call import Speech
from models.message import Topic
from streams.listen import LISTEN
from tests.services.stack import Stack

EMERGENCY = ("喂是12345吗我家里有很浓的燃", "气味现在怎么办")
"""Words of which the one that alarms is cut in two."""


def say(stack: Stack, call_id: str, *texts: str, after: int = 0) -> None:
    """A call platform tells what a citizen says, a stretch for each text; ``after`` so many earlier ones."""
    asyncio.run(_say(stack, call_id, texts, after))


async def _say(stack: Stack, call_id: str, texts: tuple[str, ...], after: int) -> None:
    async with open_pool(stack.database.app_url, size=1) as pool:
        for seg, text in enumerate(texts, start=after + 1):
            await follow_call(
                call_id,
                speeches=[Speech(seg, "caller", text, 0.9)],
                city=City.of(stack.profile),
                vault=AesVault(bytes(32), bytes(32)),
                open_work=Database(pool).open_work,
                clock=SystemClock(),
            )


def all_is_heard(stack: Stack) -> bool:
    """Whether everything that was said was listened to, and every announcement is on its topic."""
    [(said,)] = stack.rows("SELECT count(*) FROM outbox WHERE topic = %s", Topic.CALL_SEGMENTS)
    [(heard,)] = stack.rows("SELECT coalesce(sum(next_offset), 0) FROM stream_offsets WHERE group_name = %s", LISTEN.group)
    return bool(said == heard) and stack.unpublished() == 0


def is_warned_of(stack: Stack, call_id: str) -> bool:
    """Whether the supervisors were warned of this call."""
    return stack.rows("SELECT 1 FROM calls WHERE call_id = %s AND alerted_at IS NOT NULL", call_id) != []


def alerts(stack: Stack) -> list[dict[str, Any]]:
    """Return what the supervisors read of running calls."""
    told = [one.envelope["data"] for one in stack.listen([Topic.ALERTS]) if one.envelope]
    return [data for data in told if "call_id" in data]
