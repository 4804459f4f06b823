"""The official rates of the telephone queue over a span of time, made of the calls themselves (domain.md B.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.codes import CallResult
from models.rate import Rate

PROMPT = timedelta(seconds=15)
"""An answer within it is a prompt one. Source: GB/T 33358-2016."""

SHORT_ABANDONMENT = timedelta(seconds=5)
"""Who hangs up within it did not wait. Source: domain.md M04b (D)."""

_DAY = timedelta(days=1)
_PERIOD = "统计期内全部通话，截至统计时刻"


@dataclass(frozen=True, slots=True)
class CountedCall:
    """What the rates ask of a call that has ended.

    ``began_at`` is when it came in, ``queued_at`` when it first waited for a person, None where nobody told. ``listed``: it had
    to be called back; ``called_back_in_time``: it was, within the time for that.
    """

    result: CallResult
    began_at: datetime
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    listed: bool = False
    called_back_in_time: bool = False

    @property
    def waited(self) -> timedelta:
        """How long an answered call waited for a person, from the queue on where that was told."""
        return _span(self.queued_at or self.began_at, self.answered_at)

    @property
    def is_short_abandonment(self) -> bool:
        """Whether the caller gave up in the queue almost at once."""
        given_up = self.result is CallResult.ABANDONED_QUEUE and self.ended_at is not None
        return given_up and _span(self.queued_at or self.began_at, self.ended_at) <= SHORT_ABANDONMENT


def call_rates(calls: Sequence[CountedCall]) -> tuple[Rate, ...]:
    """Return the rates over ``calls``; those of waits are in seconds. A rate whose denominator is 0 has no value.

    Who hung up in the voice menu was in no queue, and counts for the calls that came in alone.
    """
    queued = [call for call in calls if call.result is not CallResult.ABANDONED_IVR]
    answered = [call for call in queued if call.result is CallResult.ANSWERED]
    patient = [call for call in queued if not call.is_short_abandonment]
    prompt = sum(call.waited <= PROMPT for call in answered)
    listed = [call for call in calls if call.listed]
    waits = round(sum(call.waited.total_seconds() for call in answered))
    from_the_start = round(sum(_span(call.began_at, call.answered_at).total_seconds() for call in answered))
    return (
        _rate("M04", "接通率(人工)", len(answered), len(queued), "人工接听 ÷ 进入人工队列（语音导航中挂机不计）"),
        _rate("M04a", "接通率(呼入总量)", len(answered), len(calls), "人工接听 ÷ 呼入总量"),
        _rate("M04b", "接通率(剔短)", len(answered), len(patient), "人工接听 ÷ （进入人工队列 − 5 秒内放弃）"),
        _worst_day(queued),
        _rate("M05", "平均等待时长(排队)", waits, len(answered), "排队至接听的秒数合计 ÷ 人工接听；未报排队时刻的自呼入起算"),
        _rate("M05a", "平均等待时长(含IVR)", from_the_start, len(answered), "呼入至接听的秒数合计 ÷ 人工接听"),
        _rate("M06", "15秒接听率", prompt, len(answered), "等待 15 秒内接听 ÷ 人工接听"),
        _rate("M06a", "服务水平15秒", prompt, len(queued), "等待 15 秒内接听 ÷ 进入人工队列"),
        _rate("M07", "放弃率", len(queued) - len(answered), len(queued), "排队中放弃 ÷ 进入人工队列（语音导航中挂机不计）"),
        _rate("M08", "漏接回拨率", sum(call.called_back_in_time for call in listed), len(listed), "时限内回拨 ÷ 待回拨"),
    )


def _worst_day(queued: Sequence[CountedCall]) -> Rate:
    """Return the lowest M04 of any 24 hours between the first call and the last; of all calls, where they span less."""
    ordered = sorted(queued, key=lambda call: call.began_at)
    worst = (0, 0)
    first = reached = 0
    for count, call in enumerate(ordered, start=1):
        reached += call.result is CallResult.ANSWERED
        while ordered[first].began_at <= call.began_at - _DAY:
            reached -= ordered[first].result is CallResult.ANSWERED
            first += 1
        is_whole = call.began_at - ordered[0].began_at >= _DAY or count == len(ordered)
        waiting = count - first
        if is_whole and (worst == (0, 0) or reached * worst[1] < worst[0] * waiting):
            worst = (reached, waiting)
    return _rate("M04c", "24小时滚动接通率", *worst, "任意连续 24 小时内人工接听 ÷ 进入人工队列的最低值")


def _span(start: datetime, end: datetime | None) -> timedelta:
    """Return how long it took; a clock that jumped back counts as no time."""
    return max(end - start, timedelta()) if end is not None else timedelta()


def _rate(code: str, name: str, numerator: int, denominator: int, basis: str) -> Rate:
    return Rate(code, name, numerator, denominator, f"{basis}；{_PERIOD}")
