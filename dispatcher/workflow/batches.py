"""Batches of a stream, each message settled exactly once: the frame of every workflow that moves an offset (decision 1)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from dispatcher.ports import Clock, DeadLetter, StreamPosition
from models.errors import HotlineError, Rejected

SLOTS = 32
"""Rollup slots of the streams: workers hold different partitions, so the lowest one tells two workers apart."""


class OffsetGap(HotlineError):
    """Messages between the settled offset and the first one at hand are missing; read again from the settled offset."""


class OffsetsOfAnotherTopic(HotlineError):
    """A message that counts as settled holds a contact that is not: the topic began anew, and its offsets with it."""


class Content(Protocol):
    """What a message tells of a contact, stored or still to come."""

    @property
    def contact_id(self) -> UUID:
        """The contact."""
        ...


ContentT = TypeVar("ContentT", bound=Content)


@dataclass(frozen=True, slots=True)
class Record(Generic[ContentT]):
    """One message of a partition, decoded: its content, or the reason why it can never have one.

    ``reference`` tells it from every other message (``StreamPosition.reference``).
    """

    offset: int
    reference: str
    content: ContentT | None
    failure: DeadLetter | None

    def refused(self, cause: str, detail: str, at: datetime) -> "Record[ContentT]":
        """Return the record as one that can never succeed."""
        letter = DeadLetter(
            reference=self.reference,
            cause=cause,
            detail=detail,
            body=b"",
            occurred_at=at,
            contact_id=self.content.contact_id if self.content is not None else None,
        )
        return Record(self.offset, self.reference, None, letter)


class Item(Protocol):
    """A record with what a workflow made of it before the transaction."""

    @property
    def record(self) -> Record[Any]:
        """The record."""
        ...


ItemT = TypeVar("ItemT", bound=Item)


class BatchSettler(ABC, Generic[ContentT, ItemT]):
    """Settles batches: one transaction holds their effects and the partitions' offsets."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @abstractmethod
    async def understand(self, records: Sequence[Record[ContentT]]) -> list[ItemT]:
        """Do the slow work on ``records``, which may come from several partitions: text work pays in batches."""

    @abstractmethod
    async def _settle_together(self, batches: Mapping[StreamPosition, Sequence[ItemT]]) -> None:
        """Settle everything in one transaction."""

    @abstractmethod
    def _without_content(self, item: ItemT, record: Record[ContentT]) -> ItemT:
        """Return ``item`` for its record that was refused."""

    async def settle_all(self, batches: Mapping[StreamPosition, Sequence[ItemT]]) -> None:
        """Settle what one poll brought, from however many partitions, in one transaction.

        Where the store refuses it, each partition is settled by itself, so that only the one at fault is searched.

        Raises:
            OffsetGap, OffsetsOfAnotherTopic, TryLater: as ``settle`` does; nothing was written.
        """
        try:
            await self._settle_together(batches)
        except Rejected:
            for position, items in batches.items():
                await self.settle(position, items)

    async def settle(self, position: StreamPosition, items: Sequence[ItemT]) -> None:
        """Settle consecutive messages of one partition, each exactly once, whatever was settled before.

        A batch that the store refuses is halved until the message at fault stands alone; that one goes to the dead
        letters and the good ones around it are settled.

        Raises:
            OffsetGap: the first message lies beyond the settled offset; nothing was written.
            OffsetsOfAnotherTopic: a message below the settled offset was never settled; nothing was written.
            TryLater: the store is away; nothing was written, the same batch may be settled again.
        """
        try:
            await self._settle_together({position: items})
        except Rejected as error:
            if len(items) == 1:
                refused = items[0].record.refused("refused", str(error), self._clock.now())
                await self._settle_together({position: [self._without_content(items[0], refused)]})
                return
            middle = len(items) // 2
            await self.settle(position, items[:middle])
            await self.settle(position, items[middle:])


def fresh(
    batches: Mapping[StreamPosition, Sequence[ItemT]], next_offsets: Mapping[StreamPosition, int]
) -> dict[StreamPosition, list[ItemT]]:
    """Return what was not settled yet, each offset once: after a rebalance old and new events may come together.

    Raises:
        OffsetGap: a message is missing, before the first fresh one of a partition or after it.
    """
    found: dict[StreamPosition, list[ItemT]] = {}
    for position, items in batches.items():
        next_offset = next_offsets[position]
        for item in items:
            if item.record.offset > next_offset:
                raise OffsetGap(
                    f"{position.topic} partition {position.partition}: offset {next_offset} comes next, "
                    f"but the next message at hand has offset {item.record.offset}"
                )
            if item.record.offset == next_offset:
                found.setdefault(position, []).append(item)
                next_offset += 1
    return found


def offsets_after(batches: Mapping[StreamPosition, Sequence[Item]]) -> dict[StreamPosition, int]:
    """Return the offset that comes next in each partition, once ``batches`` are settled."""
    return {position: items[-1].record.offset + 1 for position, items in batches.items()}


def slot_of(batches: Mapping[StreamPosition, Sequence[Item]]) -> int:
    """Return the rollup slot of the worker that settles ``batches``."""
    return min(position.partition for position in batches) % SLOTS
