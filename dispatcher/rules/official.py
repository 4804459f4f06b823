"""The official rates of a span of time, made of the tickets themselves (domain.md B): late evaluations count too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dispatcher.rules.rates import SATISFIED, STRICTLY_SATISFIED
from models.codes import Rating, RequestType
from models.rate import Rate

WEIGHTS = {
    Rating.VERY_SATISFIED: 100,
    Rating.SATISFIED: 80,
    Rating.FAIRLY_SATISFIED: 60,
    Rating.DISSATISFIED: 30,
    Rating.VERY_DISSATISFIED: 0,
}
"""Points of a rating, 0 to 100. Source: domain.md M43c (D)."""

THREE_RATES = (20, 40, 40)
"""Weights in percent of 响应率, 解决率 and 满意率 in 三率综合. Source: domain.md M51 (D)."""

_MILLION = 1_000_000
_PERIOD = "统计期内全部工单，截至统计时刻"


@dataclass(frozen=True, slots=True)
class CountedTicket:
    """What the rates ask of a ticket.

    ``signed_in_time``, ``replied_in_time`` (by the due that holds) and ``replied_in_first_due`` (by the one before any
    extension) are None while it is not known. ``reached``, ``responded``, ``solved`` and ``rating`` are the latest that were
    heard. ``joined``: it followed another one of its incident and was no work item of its own; ``again``: its matter was closed
    before under another number. ``contacted_in_time`` is None where nobody had to be contacted yet. ``rectified`` tells of each
    bad rating that was to be put right by now whether it was, ``asked_again`` of each whether the citizen was reached after it.
    ``askable`` is false where nobody may call back: anonymous and confidential requests.
    """

    request_type: RequestType
    closed: bool
    direct: bool
    declined: bool
    withdrawn: bool
    dispatched: bool
    dispatched_by_engine: bool
    dispatched_in_time: bool | None
    askable: bool
    signed_in_time: bool | None
    replied_in_time: bool | None
    replied_in_first_due: bool | None
    extended: bool
    first_lead_kept: bool
    returns_rejected: int
    reopened: bool
    review_passed_at_once: bool | None
    co_replies_in_time: tuple[bool, ...]
    reached: bool
    responded: bool
    solved: bool
    rating: Rating | None
    joined: bool = False
    again: bool = False
    contacted_in_time: bool | None = None
    returns_asked: int = 0
    rectified: tuple[bool, ...] = ()
    asked_again: tuple[bool, ...] = ()
    supervised: bool = False


def official_rates(tickets: Sequence[CountedTicket], *, repeats: int) -> tuple[Rate, ...]:
    """Return the rates over ``tickets``; ``repeats`` are the contacts that were merged into one of them.

    A rate whose denominator is 0 has no value.
    """
    return (
        *_dispatching(tickets, repeats),
        *_handling(tickets),
        *_satisfaction(tickets),
        *_three_rates(tickets),
        _supervised(tickets),
    )


def _dispatching(tickets: Sequence[CountedTicket], repeats: int) -> tuple[Rate, ...]:
    accepted = [one for one in tickets if not one.declined and one.request_type is not RequestType.VOID]
    dispatched = [one for one in tickets if one.dispatched]
    linked = sum(one.joined or one.again for one in accepted)
    consults = [one for one in accepted if one.request_type is RequestType.CONSULT]
    return (
        _rate("M13", "即时办结率", accepted, lambda one: one.direct, "直接答复办结 ÷ 受理量（不含不予受理、无效、并单）"),
        _rate("M14", "咨询即办率", consults, lambda one: one.direct, "首次接触即办结的咨询 ÷ 咨询"),
        _rate("M15", "派单准确率", dispatched, lambda one: one.first_lead_kept, "首个主办未经准退改变 ÷ 已派单"),
        _rate("M16", "自动派单率", dispatched, lambda one: one.dispatched_by_engine, "引擎自行派出 ÷ 已派单"),
        _of_known("M17", "派单及时率", tickets, lambda one: one.dispatched_in_time, "派单时限内处置 ÷ 派单时限已有结果"),
        Rate(
            "M18",
            "重复诉求率",
            repeats + linked,
            len(accepted) + repeats,
            f"（并单＋并案＋再次反映）÷（受理量＋并单）；{_PERIOD}",
        ),
    )


def _handling(tickets: Sequence[CountedTicket]) -> tuple[Rate, ...]:
    dispatched = [one for one in tickets if one.dispatched]
    due = [one for one in dispatched if one.replied_in_time is not None]
    ended = [one for one in dispatched if one.closed or one.reopened]
    closed = [one for one in dispatched if one.closed]
    co_replies = [in_time for one in tickets for in_time in one.co_replies_in_time]
    returned = sum(one.returns_rejected for one in dispatched)
    once = sum(one.first_lead_kept and not one.reopened for one in closed)
    return (
        _of_known("M21", "签收及时率", dispatched, lambda one: one.signed_in_time, "签收时限内签收 ÷ 签收时限已有结果"),
        _of_known(
            "M22", "首次联系及时率", dispatched, lambda one: one.contacted_in_time, "时限内首次联系 ÷ 首次联系时限已有结果"
        ),
        _rate("M23", "办结率", dispatched, lambda one: one.closed, "已办结 ÷ 已派单（按派单归集）"),
        _rate("M24", "按时办结率", due, lambda one: bool(one.replied_in_time), "时限（含准予的延期）内答复 ÷ 办理时限已有结果"),
        _rate("M24a", "原时限办结率", due, lambda one: bool(one.replied_in_first_due), "原时限内答复 ÷ 办理时限已有结果"),
        _rate("M25", "逾期率", due, lambda one: not one.replied_in_time, "1 − 按时办结率"),
        _rate("M26", "延期率", due, lambda one: one.extended, "经准予延期 ÷ 办理时限已有结果"),
        Rate("M27", "退单率", returned, len(dispatched), f"被驳回的退单 ÷ 已派单；{_PERIOD}"),
        Rate(
            "M27a", "退单申请率", sum(one.returns_asked for one in dispatched), len(dispatched), f"退单申请 ÷ 已派单；{_PERIOD}"
        ),
        Rate("M28", "一次性办结率", once, len(closed), f"未改派、未重办的办结 ÷ 办结；{_PERIOD}"),
        _rate("M29", "重办率", ended, lambda one: one.reopened, "至少重办一次 ÷ 办结或重办"),
        _of_known("M31", "审核一次通过率", dispatched, lambda one: one.review_passed_at_once, "首次审核通过 ÷ 已审核"),
        Rate("M32", "协办及时率", sum(co_replies), len(co_replies), f"协办时限内答复 ÷ 协办时限已有结果；{_PERIOD}"),
    )


def _satisfaction(tickets: Sequence[CountedTicket]) -> tuple[Rate, ...]:
    asked = _asked(tickets)
    ratings = [one.rating for one in asked if one.rating is not None]
    satisfied = sum(rating in SATISFIED for rating in ratings)
    strictly = sum(rating in STRICTLY_SATISFIED for rating in ratings)
    unrated = len(asked) - len(ratings)
    points = sum(WEIGHTS[rating] for rating in ratings)
    rectified = [done for one in tickets for done in one.rectified]
    again = [done for one in tickets for done in one.asked_again]
    valid = "÷ 有效评价，未评价不计"
    return (
        Rate("M42", "参评率", len(ratings), len(asked), f"有效评价 ÷ 应评件（不含匿名、保密、撤诉）；{_PERIOD}"),
        Rate("M43", "满意率(参评)", satisfied, len(ratings), f"（非常满意＋满意＋基本满意）{valid}；{_PERIOD}"),
        Rate("M43a", "满意率(旧口径)", satisfied + unrated, len(asked), f"旧口径，仅供对照：未评价计满意 ÷ 应评件；{_PERIOD}"),
        Rate("M43b", "满意率(严格)", strictly, len(ratings), f"（非常满意＋满意）{valid}；{_PERIOD}"),
        Rate("M43c", "满意度分", points, len(ratings), f"五级按 100/80/60/30/0 计分 {valid}；{_PERIOD}"),
        Rate("M44", "好评率", satisfied, len(ratings), f"前三级 {valid}；{_PERIOD}"),
        Rate("M44a", "差评率", len(ratings) - satisfied, len(ratings), f"不满意＋非常不满意 {valid}；{_PERIOD}"),
        Rate("M45", "差评整改率", sum(rectified), len(rectified), f"时限内整改并再回访 ÷ 整改时限已有结果的差评；{_PERIOD}"),
        Rate("M46", "差评回访率", sum(again), len(again), f"差评后回访接通 ÷ 差评；{_PERIOD}"),
    )


def _three_rates(tickets: Sequence[CountedTicket]) -> tuple[Rate, ...]:
    asked = _asked(tickets)
    reached = [one for one in asked if one.reached]
    rated = [one for one in asked if one.rating is not None]
    parts = (
        _rate("M48", "响应率", reached, lambda one: one.responded, "诉求人确认已联系 ÷ 回访接通"),
        _rate("M49", "解决率", reached, lambda one: one.solved, "诉求人确认已解决 ÷ 回访接通"),
        _rate("M50", "满意率(三率)", rated, lambda one: one.rating in SATISFIED, "满意类 ÷ 有效评价"),
    )
    weights = "、".join(f"{part.name} {weight}%" for part, weight in zip(parts, THREE_RATES, strict=True))
    known = [part.value for part in parts]
    basis = f"加权：{weights}；{_PERIOD}"
    together = (
        Rate("M51", "三率综合", 0, 0, basis) if None in known else Rate("M51", "三率综合", _weighted(parts), _MILLION, basis)
    )
    return (_rate("M47", "回访率", asked, lambda one: one.reached, "回访接通 ÷ 应评件"), *parts, together)


def _supervised(tickets: Sequence[CountedTicket]) -> Rate:
    opened = [one for one in tickets if one.supervised]
    return _rate("M61", "督办解决率", opened, lambda one: one.closed and one.solved, "督办件办结且诉求人确认已解决 ÷ 督办件")


def _asked(tickets: Sequence[CountedTicket]) -> list[CountedTicket]:
    """Return 应评件 (M41): closed by a unit's work, of citizens who may be asked."""
    answered = [one for one in tickets if one.dispatched or one.joined]
    return [one for one in answered if one.closed and one.askable and not one.withdrawn]


def _weighted(parts: Sequence[Rate]) -> int:
    """Return the weighted mean in millionths."""
    each = (weight * part.numerator * _MILLION / part.denominator for part, weight in zip(parts, THREE_RATES, strict=True))
    return round(sum(each) / 100)


def _rate(
    code: str, name: str, population: Sequence[CountedTicket], counts: Callable[[CountedTicket], bool], basis: str
) -> Rate:
    return Rate(code, name, sum(map(counts, population)), len(population), f"{basis}；{_PERIOD}")


def _of_known(
    code: str, name: str, population: Sequence[CountedTicket], told: Callable[[CountedTicket], bool | None], basis: str
) -> Rate:
    known = [answer for answer in map(told, population) if answer is not None]
    return Rate(code, name, sum(known), len(known), f"{basis}；{_PERIOD}")
