"""What is said in a running call sounds like an emergency: the supervisors are warned, once, while the citizen still speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dispatcher import metrics
from dispatcher.ports import CallAlarm, Clock, Effects, OpenUnitOfWork, StreamPosition, Understand
from dispatcher.rules.calls import RECENT_CHARACTERS, spoken_by_citizen
from dispatcher.rules.redaction import redact_fragment
from dispatcher.workflow.announce import call_emergency_message
from dispatcher.workflow.batches import BatchSettler, Record, fresh, offsets_after, slot_of
from dispatcher.workflow.bury import bury
from dispatcher.workflow.city import City
from models.call import AGENT, HeardWords
from models.understanding import Understanding


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message, with the last words of its call and what was understood of them, if that is surely an emergency."""

    record: Record[HeardWords]
    words: str = ""
    understanding: Understanding | None = None


class Listening(BatchSettler[HeardWords, _Heard]):
    """Listens to running calls. One transaction holds the mark on the call, the alert and the offset.

    What a call has said stands in the store before its message is published, so nothing has to be remembered between two
    batches: after a restart the listener knows as much as before.
    """

    def __init__(self, *, city: City, understand: Understand, open_work: OpenUnitOfWork, clock: Clock) -> None:
        super().__init__(clock)
        self._city = city
        self._understand = understand
        self._open_work = open_work

    async def understand(self, records: Sequence[Record[HeardWords]]) -> list[_Heard]:
        """Understand the last words of each call in which the citizen said something, without personal data."""
        calls = {record.content.contact_id for record in records if record.content and record.content.spk != AGENT}
        async with self._open_work() as work:
            recent = await work.recent_words(calls)
        words = {
            contact_id: redact_fragment(spoken_by_citizen(speeches))[-RECENT_CHARACTERS:]
            for contact_id, speeches in recent.items()
        }
        understood = (await self._understand(list(words.values()))).understandings
        alarming = {
            contact_id: (said, understanding)
            for (contact_id, said), understanding in zip(words.items(), understood, strict=True)
            if understanding.alarm_is_sure
        }
        return [
            _Heard(record, *alarming[record.content.contact_id])
            if record.content and record.content.contact_id in alarming
            else _Heard(record)
            for record in records
        ]

    async def _settle_together(self, batches: Mapping[StreamPosition, Sequence[_Heard]]) -> None:
        now = self._clock.now()
        async with self._open_work() as work:
            new = fresh(batches, await work.next_offsets(batches.keys()))
            if not new:
                return
            effects = Effects()
            alarming: dict[UUID, _Heard] = {}
            for item in (item for items in new.values() for item in items):
                if item.record.failure is not None:
                    bury(item.record.failure, effects, self._city)
                elif item.record.content is not None and item.understanding is not None:
                    alarming.setdefault(item.record.content.contact_id, item)
            for contact_id in await work.lock_unwarned(alarming):
                self._warn(alarming[contact_id], effects, now)
            await work.advance(offsets_after(new))
            await work.apply(effects, slot=slot_of(new))

    def _without_content(self, _item: _Heard, record: Record[HeardWords]) -> _Heard:
        return _Heard(record)

    def _warn(self, item: _Heard, effects: Effects, now: datetime) -> None:
        heard, understanding = item.record.content, item.understanding
        if heard is None or understanding is None:
            raise AssertionError("only what was understood alarms")
        effects.call_alarms.append(CallAlarm(heard.contact_id, understanding.alarm, heard.heard_at, now))
        effects.messages.append(call_emergency_message(heard, item.words, understanding, at=now, profile=self._city.profile))
        effects.increments.extend(metrics.observe_span(metrics.EMERGENCY_ALERT, now - heard.heard_at))
