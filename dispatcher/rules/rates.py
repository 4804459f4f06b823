"""The published rates, each with numerator, denominator and basis (domain.md B).

They are made of the business counters, which only rise: every rate covers all tickets up to the moment of reading, and
its basis says so. Official figures of a period are the report's affair.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dispatcher import metrics
from dispatcher.metrics import Family
from models.codes import FIRST_DISPATCHES, CallResult, Correction, DispatchMode, Rating, Stage
from models.deadline import DeadlineResult
from models.rate import Rate

Sums = Mapping[tuple[str, tuple[str, ...]], int]
"""Rollups summed over their slots: family name and label values to value."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many deadlines of one stage were kept and how many were not; what is still open and in time is neither."""

    met: int = 0
    missed: int = 0

    @property
    def settled(self) -> int:
        """Met and missed together."""
        return self.met + self.missed


@dataclass(frozen=True, slots=True)
class Counts:
    """What the rates are made of: since the first ticket, of one unit or, with ``unit_code`` None, of the whole city.

    ``registered``, ``declined``, ``answered``, ``merged``, ``corrected``, ``calls`` and the deadlines of the stage 派单 belong
    to the hotline and are 0 for a unit. ``closed`` counts dispatched tickets; ``answered`` those that the hotline closed by
    its own answer; ``corrected`` those in which a person changed the proposed category when dispatching.
    """

    unit_code: str | None
    registered: int = 0
    declined: int = 0
    answered: int = 0
    merged: int = 0
    corrected: int = 0
    calls: Mapping[CallResult, int] = field(default_factory=dict)
    dispatched: Mapping[DispatchMode, int] = field(default_factory=dict)
    closed: int = 0
    deadlines: Mapping[Stage, Outcomes] = field(default_factory=dict)
    ratings: Mapping[Rating, int] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """受理量 (M11): registered tickets but for the declined; merged contacts have no ticket of their own."""
        return self.registered - self.declined

    @property
    def dispatched_total(self) -> int:
        """派单量: tickets that a lead unit received, however it was chosen."""
        return sum(self.dispatched.values())

    @property
    def rated(self) -> int:
        """Valid ratings."""
        return sum(self.ratings.values())

    def rated_with(self, levels: Iterable[Rating]) -> int:
        """Return how many ratings are of these levels."""
        return sum(self.ratings.get(level, 0) for level in levels)


SATISFIED = (Rating.VERY_SATISFIED, Rating.SATISFIED, Rating.FAIRLY_SATISFIED)
"""满意类. Source: domain.md M43."""

STRICTLY_SATISFIED = (Rating.VERY_SATISFIED, Rating.SATISFIED)
"""Source: domain.md M43b."""


def count_up(sums: Sums, unit_code: str | None) -> Counts:
    """Return the counts of one unit, or of the whole city where ``unit_code`` is None."""
    by_family: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
    for (name, labels), value in sums.items():
        by_family[name].append((labels, value))

    def total(family: Family, *labels: str | None) -> int:
        """Add up the rows whose first labels are ``labels``, None standing for any."""
        return sum(
            value
            for found, value in by_family[family.name]
            if all(label in (None, actual) for label, actual in zip(labels, found, strict=False))
        )

    def outcomes(stage: Stage, owner: str | None) -> Outcomes:
        return Outcomes(
            total(metrics.DEADLINES, owner, stage.value, DeadlineResult.MET.value),
            total(metrics.DEADLINES, owner, stage.value, DeadlineResult.MISSED.value),
        )

    whole_city = unit_code is None
    return Counts(
        unit_code=unit_code,
        registered=total(metrics.REGISTERED) if whole_city else 0,
        declined=total(metrics.DECLINED) if whole_city else 0,
        answered=total(metrics.DIRECT_ANSWERS) if whole_city else 0,
        merged=total(metrics.REPEATS) if whole_city else 0,
        corrected=total(metrics.CORRECTIONS, None, Correction.CATEGORY.value) if whole_city else 0,
        calls={result: total(metrics.CALLS, result.value) for result in CallResult} if whole_city else {},
        dispatched={mode: total(metrics.DISPATCHED, unit_code, mode.value) for mode in FIRST_DISPATCHES},
        closed=total(metrics.CLOSED, unit_code),
        deadlines={stage: outcomes(stage, unit_code) for stage in Stage},
        ratings={rating: total(metrics.EVALUATIONS, unit_code, rating.value) for rating in Rating},
    )


def rates(counts: Counts) -> tuple[Rate, ...]:
    """Return the rates of ``counts``: all of them for the city, those of its own work for a unit.

    A rate whose denominator is 0 has no value: nothing closed is not 100 %.
    """
    own = _unit_rates(counts)
    return own if counts.unit_code is not None else (*_hotline_rates(counts), *own)


def _hotline_rates(counts: Counts) -> tuple[Rate, ...]:
    dispatch = counts.deadlines.get(Stage.DISPATCH, Outcomes())
    connected = counts.calls.get(CallResult.ANSWERED, 0)
    return (
        Rate(
            "M04",
            "接通率(人工)",
            connected,
            connected + counts.calls.get(CallResult.ABANDONED_QUEUE, 0),
            "人工接听 ÷ 进入人工队列（接听＋排队中放弃；语音导航中挂机不计）；累计，截至统计时刻",
        ),
        Rate(
            "M13",
            "即时办结率",
            counts.answered,
            counts.accepted,
            "直接答复办结 ÷ 受理量（登记工单减不予受理，并单不计）；累计，截至统计时刻",
        ),
        Rate(
            "M16a",
            "改判率",
            counts.corrected,
            counts.dispatched.get(DispatchMode.MANUAL, 0),
            "人工派单时改动了引擎所提分类 ÷ 人工派单（确认、改动或指定）；自动派单、直接答复不计；累计，截至统计时刻",
        ),
        Rate(
            "M17",
            "派单及时率",
            dispatch.met,
            dispatch.settled,
            "派单时限内处置 ÷ 派单时限已有结果；派单、直接答复、不予受理均为处置，到期未处置即计超时；累计，截至统计时刻",
        ),
        Rate(
            "M18",
            "重复诉求率",
            counts.merged,
            counts.accepted + counts.merged,
            "并入未办结工单的来件 ÷（受理量 + 并入的来件）；累计，截至统计时刻",
        ),
    )


def _unit_rates(counts: Counts) -> tuple[Rate, ...]:
    sign = counts.deadlines.get(Stage.SIGN, Outcomes())
    resolve = counts.deadlines.get(Stage.RESOLVE, Outcomes())
    return (
        Rate(
            "M16",
            "自动派单率",
            counts.dispatched.get(DispatchMode.AUTO, 0),
            counts.dispatched_total,
            "引擎自行派出 ÷ 首次派单；经人工确认或改动的均计人工；累计，截至统计时刻",
        ),
        Rate(
            "M21",
            "签收及时率",
            sign.met,
            sign.settled,
            "签收时限内签收 ÷ 签收时限已有结果；到期未签收即计超时；累计，截至统计时刻",
        ),
        Rate(
            "M23",
            "办结率",
            counts.closed,
            counts.dispatched_total,
            "已办结 ÷ 已派单（按派单归集的同一批工单）；直接答复不计；累计，截至统计时刻",
        ),
        Rate(
            "M24",
            "按时办结率",
            resolve.met,
            resolve.settled,
            "办理时限内答复 ÷ 办理时限已有结果；到期未答复即计超时，不以办结量为分母；累计，截至统计时刻",
        ),
        *_satisfaction(counts),
    )


def _satisfaction(counts: Counts) -> tuple[Rate, ...]:
    """应评件 (M41) are the closed dispatched tickets; this release knows no reason to take one out."""
    satisfied, unrated = counts.rated_with(SATISFIED), counts.closed - counts.rated
    return (
        Rate("M42", "参评率", counts.rated, counts.closed, "有效评价 ÷ 应评件（已办结的派单工单）；累计，截至统计时刻"),
        Rate(
            "M43",
            "满意率(参评)",
            satisfied,
            counts.rated,
            "（非常满意＋满意＋基本满意）÷ 有效评价；未评价不计；累计，截至统计时刻",
        ),
        Rate(
            "M43a",
            "满意率(旧口径)",
            satisfied + unrated,
            counts.closed,
            "旧口径，仅供对照：（满意类＋未评价）÷ 应评件，未评价默认满意；累计，截至统计时刻",
        ),
        Rate(
            "M43b",
            "满意率(严格)",
            counts.rated_with(STRICTLY_SATISFIED),
            counts.rated,
            "（非常满意＋满意）÷ 有效评价；基本满意不算满意，未评价不计；累计，截至统计时刻",
        ),
    )
