"""The body of a stream's agent: events of several partitions in, one transaction out.

Nothing that Faust does with an event matters after this: PostgreSQL owns the offset. So no error may reach the stream,
where it would count as an acknowledgement; what cannot be settled ends the process (streaming.md 1.1).
"""

import asyncio
import os
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import structlog
from faust.types import TP, EventT

from dispatcher.ports import Attempt, Clock, Offsets, StreamPosition
from dispatcher.workflow.batches import BatchSettler, OffsetGap, OffsetsOfAnotherTopic, Record
from models.errors import TryLater
from streams.decode import Decode, record_from_bytes

ALONE_AFTER = 3
"""An offset whose batch ended the worker this often is settled alone; once more, and it goes to the dead letters."""

EXIT_BUG, EXIT_TRY_LATER = 3, 75
PATIENCE_SECONDS = 60.0
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.2, 5.0

T = TypeVar("T")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Stream:
    """A topic as one agent settles it.

    ``group`` is the name under which its offsets stand in PostgreSQL; ``decode`` turns a message into what the workflow
    settles. ``passes_over_loss``: messages that retention took before anybody settled them are passed over; otherwise they
    end the process, and a person decides.
    """

    group: str
    topic: str
    decode: Decode[Any]
    passes_over_loss: bool = False


class SettlingAgent:
    """Decodes, understands and settles what Faust hands over.

    Parameters:
        stream: the topic.
        settler: the workflow.
        offsets: where each partition stands.
        clock: the only "now".
        present_topic_id: asks the broker for the identity of the topic.
        end: ends the process at once: no ``finally`` of Faust may acknowledge anything; the supervisor starts it anew.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        stream: Stream,
        *,
        settler: BatchSettler[Any, Any],
        offsets: Offsets,
        clock: Clock,
        present_topic_id: Callable[[], Awaitable[UUID]],
        end: Callable[[int], NoReturn] = os._exit,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._stream = stream
        self._settler = settler
        self._offsets = offsets
        self._clock = clock
        self._present_topic_id = present_topic_id
        self._end = end
        self._sleep = sleep
        self._known_topic_id: UUID | None = None
        self._unproven: dict[int, Attempt | None] = {}
        self._settled: dict[int, int] = {}

    async def positions_of(self, assigned: AbstractSet[TP]) -> Mapping[TP, int]:
        """Return where each assigned partition goes on; from now on each is unproven until a batch of it is settled.

        A topic that was made anew since this worker started counts its offsets from 0 again; what is still in flight of the
        old one must not be taken for it, so the worker ends and starts afresh.
        """
        present = await self._answer(self._present_topic_id)
        if self._known_topic_id not in (None, present):
            log.critical("topic_was_made_anew", topic=self._stream.topic)
            self._end(EXIT_TRY_LATER)
        self._known_topic_id = present
        settled = await self._answer(partial(self._offsets.positions, self._stream.group, present))
        self._settled = {partition.partition: settled.get(partition.partition, 0) for partition in assigned}
        self._unproven = dict.fromkeys(self._settled)
        return {partition: self._settled[partition.partition] for partition in assigned}

    async def beyond_loss(self, positions: Mapping[TP, int], first_kept: Mapping[TP, int]) -> Mapping[TP, int]:
        """Return where to go on if the topic no longer holds what comes next: retention took it before anybody settled it.

        What must not be lost ends the process instead.
        """
        gone = {
            partition: first_kept[partition]
            for partition, position in positions.items()
            if first_kept.get(partition, 0) > position
        }
        if not gone:
            return positions
        lost = {partition.partition: [positions[partition], first] for partition, first in gone.items()}
        if not self._stream.passes_over_loss:
            log.critical("messages_gone", topic=self._stream.topic, next_offset_and_first_kept_by_partition=lost)
            self._end(EXIT_BUG)
        log.error("messages_passed_over", topic=self._stream.topic, next_offset_and_first_kept_by_partition=lost)
        for partition, first in gone.items():
            await self._answer(partial(self._offsets.pass_over, self._position(partition.partition), first))
            self._settled[partition.partition] = first
        return {**positions, **gone}

    def settled(self) -> Mapping[int, int]:
        """Return the next offset to settle of each partition held; a copy, for the watchdog's thread."""
        return dict(self._settled)

    async def take(self, events: Sequence[EventT]) -> None:
        """Settle a batch of events; returns when PostgreSQL has it, or ends the process."""
        try:
            await self._with_patience(partial(self._settle, events))
        except OffsetGap as error:
            log.critical("offset_gap", detail=str(error))
            self._end(EXIT_BUG)
        except OffsetsOfAnotherTopic as error:
            log.critical("offsets_of_another_topic", detail=str(error))
            await self._withdraw_attempts()
            self._end(EXIT_TRY_LATER)
        except TryLater as error:
            log.critical("store_away_too_long", detail=str(error))
            await self._withdraw_attempts()
            self._end(EXIT_TRY_LATER)
        except asyncio.CancelledError:
            raise  # the batch's transaction is rolled back; the next assignment seeks to the settled offset
        except BaseException as error:  # noqa: BLE001  a bug: note it for the dead letter it may become, and end
            log.critical("stream_bug", topic=self._stream.topic, exception=traceback.format_exc())
            try:
                await self._note_error(events, error)
            finally:
                self._end(EXIT_BUG)

    async def _answer(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what store or broker answer, or end the process: an error here would be a crash inside Faust."""
        try:
            return await self._with_patience(ask)
        except TryLater as error:
            log.critical("store_away_too_long", detail=str(error))
            self._end(EXIT_TRY_LATER)

    async def _with_patience(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do ``work``, again and again while what it needs is away; the last ``TryLater`` is the caller's."""
        wait = _FIRST_WAIT_SECONDS
        waited = 0.0
        while True:
            try:
                return await work()
            except TryLater as error:
                if waited >= PATIENCE_SECONDS:
                    raise
                log.warning("store_away", detail=str(error), waited_seconds=round(waited, 1))
                await self._sleep(wait)
                waited += wait
                wait = min(wait * 2, _LONGEST_WAIT_SECONDS)

    async def _settle(self, events: Sequence[EventT]) -> None:
        messages = sorted((event.message for event in events), key=attrgetter("partition", "offset"))
        look_settled = any(message.offset < self._settled.get(message.partition, 0) for message in messages)
        if look_settled and await self._present_topic_id() != self._known_topic_id:
            raise OffsetsOfAnotherTopic(f"{self._stream.topic} was made anew, its offsets began again")
        now = self._clock.now()
        records = [
            record_from_bytes(
                self._stream.decode, message.value, position=self._position(message.partition), offset=message.offset, now=now
            )
            for message in messages
        ]
        numbered = list(zip((message.partition for message in messages), records, strict=True))
        if any(partition in self._unproven for partition, _ in numbered):
            numbered = await self._without_killers(numbered)
        understood = await self._settler.understand([record for _, record in numbered])
        placed = zip((partition for partition, _ in numbered), understood, strict=True)
        batches = {
            self._position(partition): [item for _, item in group]
            for partition, group in groupby(placed, key=lambda pair: pair[0])
        }
        if batches:
            await self._settler.settle_all(batches)
            for position, items in batches.items():
                self._note_settled(position.partition, items[-1].record.offset)

    async def _without_killers(self, numbered: list[tuple[int, Record[Any]]]) -> list[tuple[int, Record[Any]]]:
        """Count an attempt for each unproven partition; settle alone what ended the worker too often.

        A batch that is tried again because the store was away counts once: it has ended nothing. Returns what remains to be
        settled together.
        """
        remaining: list[tuple[int, Record[Any]]] = []
        for partition, group in groupby(numbered, key=lambda pair: pair[0]):
            records = [record for _, record in group]
            if partition in self._unproven:
                attempt = self._unproven[partition]
                if attempt is None:
                    attempt = await self._offsets.begin_attempt(self._position(partition), records[0].offset)
                    self._unproven[partition] = attempt
                if attempt.number > ALONE_AFTER:
                    await self._settle_one_by_one(partition, records, attempt)
                    continue
            remaining.extend((partition, record) for record in records)
        return remaining

    async def _settle_one_by_one(self, partition: int, records: Sequence[Record[Any]], attempt: Attempt) -> None:
        position = self._position(partition)
        for record in records:
            if record is not records[0]:
                attempt = await self._offsets.begin_attempt(position, record.offset)
            suspect = self._killer(record, attempt) if attempt.number > ALONE_AFTER + 1 else record
            await self._settler.settle(position, await self._settler.understand([suspect]))
            self._note_settled(partition, record.offset)

    async def _withdraw_attempts(self) -> None:
        """Take back what was counted: no message was at fault, and none may be buried for it."""
        for partition in [partition for partition, attempt in self._unproven.items() if attempt is not None]:
            try:
                await self._offsets.withdraw_attempt(self._position(partition))
            except TryLater:
                log.warning("attempt_not_withdrawn", partition=partition)

    def _note_settled(self, partition: int, offset: int) -> None:
        self._settled[partition] = offset + 1
        self._unproven.pop(partition, None)

    def _killer(self, record: Record[Any], attempt: Attempt) -> Record[Any]:
        log.error("message_ended_the_worker", reference=record.reference, attempts=attempt.number)
        detail = attempt.last_error or "the worker ended without a word each time"
        return record.refused("ended_the_worker", detail, self._clock.now())

    async def _note_error(self, events: Sequence[EventT], error: BaseException) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].name} line {frames[-1].lineno}" if frames else "an unknown place"
        for partition in {event.message.partition for event in events}:
            try:
                await self._offsets.note_error(self._position(partition), f"{type(error).__name__} in {place}")
            except TryLater:
                log.warning("error_not_noted", partition=partition)

    def _position(self, partition: int) -> StreamPosition:
        if self._known_topic_id is None:
            raise RuntimeError("no partition was assigned yet")
        return StreamPosition(self._stream.group, self._stream.topic, self._known_topic_id, partition)


Agents = Mapping[str, SettlingAgent]
"""The agent of each topic."""
