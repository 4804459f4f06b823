"""Reads all member units' topics at once, as an auditor would: with a consumer of its own, from the beginning."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

import orjson
from kafka import KafkaConsumer, TopicPartition

from dispatcher.ports import Clock
from dispatcher.workflow.announce import DISPATCH_ITEM
from models.message import Topic

_POLL_MS = 100


@dataclass(frozen=True, slots=True)
class Arrival:
    """The first time that a work item could be read on its unit's topic."""

    ticket_no: str
    unit_code: str
    event_id: str
    unit_seq: int
    seen_at: datetime


class UnitReader:
    """Collects work items in a thread of its own while the ``with`` block lasts.

    Parameters:
        bootstrap: the broker.
        unit_codes: whose topics; they must exist.
        clock: tells when an item was seen.
    """

    def __init__(self, bootstrap: str, unit_codes: Sequence[str], *, clock: Clock) -> None:
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=20,
            max_poll_records=2000,
        )
        self._unit_of = {Topic.dispatch(code): code for code in unit_codes}
        self._clock = clock
        self._arrivals: dict[tuple[str, str], list[Arrival]] = {}
        self._told = Counter[str]()
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._read, name="unit-reader", daemon=True)

    def __enter__(self) -> Self:
        partitions = [TopicPartition(topic, 0) for topic in self._unit_of]
        self._consumer.assign(partitions)
        self._consumer.seek_to_beginning(*partitions)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ending.set()
        self._thread.join()
        self._consumer.close()

    def arrivals(self) -> dict[tuple[str, str], list[Arrival]]:
        """Return the distinct work items seen so far, by ticket and unit; more than one for a pair is a doubled dispatch."""
        with self._lock:
            return {pair: list(items) for pair, items in self._arrivals.items()}

    def has_seen(self, wanted: Callable[[dict[tuple[str, str], list[Arrival]]], bool]) -> bool:
        """Return whether ``wanted`` holds for what was seen so far."""
        with self._lock:
            return wanted(self._arrivals)

    def _read(self) -> None:
        while not self._ending.is_set():
            for partition, messages in self._consumer.poll(timeout_ms=_POLL_MS).items():
                seen_at = self._clock.now()
                for message in messages:
                    self._note(self._unit_of[partition.topic], orjson.loads(message.value), seen_at)

    def _note(self, unit_code: str, envelope: dict[str, object], seen_at: datetime) -> None:
        if envelope["type"] != DISPATCH_ITEM:
            return
        event_id = str(envelope["event_id"])
        with self._lock:
            self._told[event_id] += 1
            if self._told[event_id] > 1:
                return  # told twice, as at-least-once may; the effect is one
            arrival = Arrival(str(envelope["ticket_no"]), unit_code, event_id, int(str(envelope["unit_seq"])), seen_at)
            self._arrivals.setdefault((arrival.ticket_no, unit_code), []).append(arrival)
