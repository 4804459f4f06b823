"""Amounts: the sum of money that a request is about."""

import re
from decimal import Decimal

from classifiers.numerals import number_of

_HAN = "零〇一二两三四五六七八九十百千万亿"
_NUMERAL = re.compile(
    rf"[{_HAN}\d](?=[{_HAN}\d元块圆人r .,多余来kw])"
    rf"(?:(?<=\d)\d{{0,8}}(?:,\d{{3}}){{0,3}}(?:\.\d{{1,2}})?)?[{_HAN}\d多余来kw.]{{0,12}}"
)
_LARGE = re.compile(r"(?!1[12]\d\Z|12\d{3}\Z)(?:\d{3}|.{0,12}[百千万亿w])")
"""What a bare number must have to be a sum: smaller ones are counts too often, and 12345 is a hotline."""

_UNIT = re.compile(
    r"\s?(?:元(?![旦月宵素件])|圆|人民币|rmb"
    r"|块(?P<tenths>(?:[一二三四五六七八九半\d](?![斤个月次平小度吨天年人张份碗杯本只瓶百千万\d]))?)"
    r"(?P<money>钱?)(?![砖板玻瓷牌地田电石布肉木铁招广]))"
)
"""What follows 块 in 一块地 or 三块玻璃 is no money."""

_MEASURES = frozenset(
    "个人名户米平亩字次天年月号度吨斤瓦点辆台套栋幢棵份张条只头家片把瓶桶克升级期届伏兆倍楼层岁位本件袋箱"
    "车里步颗株分秒公小毫%#-:多几"
)
"""How what a bare number counts begins, where it is not money."""

_PAID = re.compile(
    r"(?:交|花|付|充值?|缴|收|要|罚款?|扣|退|欠|骗|赔偿?|转账?|打|存|借|贷款?|卖|买|给|价|费用?|[押定订租余货尾本罚奖]金?款?"
    r"|工资|月薪|房租|工程款|损失|余额|保证金|补贴|补偿)"
    r"(?:[了我他她你们是共去到给的着过还又近约:]|总共|大概|差不多|将近|合计|足足){0,4}$"
)
"""What stands before a bare number that is a sum: 交了三千二."""

_OWED = re.compile(r"(?:的)?(?:货款|工资|工程款|押金|定金|订金|学费|保证金|补贴|补偿|尾款|材料费|房租|租金|欠款|债)")
_CLAIM = re.compile(r"(?:欠|拖|骗|退|损失|罚|多收|扣|赔|交|付|充|花|转|缴|押金|定金|订金|保证金)[^，。,.;；！!？?]{0,6}$")
_THING = r"(?:个?月|平方?米?|度电?|斤|次|小时|天|年|人|吨|公里|公斤|瓶|张|份|碗|杯|本|只)"
_RATE = re.compile(rf"(?:每|一){_THING}(?:[要收是才就的发给]|工资|房租|租金|电费|补助){{0,3}}$")
_RATE_AFTER = re.compile(rf"\s?(?:[/每一]|左右一){_THING}")

_ENDS_A_PRICE = frozenset(["", *"，。,.!！？?;；、 一每"])


def amount_in(text: str) -> Decimal | None:
    """Return the sum in yuan that a normalised ``text`` is about, None where it names none.

    Of several sums the first counts that was paid, owed or lost; prices by the month or the pound count last.
    """
    best_weight, best = -1, None
    for found in _NUMERAL.finditer(text):
        value, end = _sum(text, found)
        if value is not None:
            weight = _weight(text, found.start(), end)
            if weight > best_weight:
                best_weight, best = weight, value
    return best


def _sum(text: str, found: re.Match[str]) -> tuple[Decimal | None, int]:
    """Return the sum that the numeral names, with its end; None where it counts something else."""
    start, end = found.span()
    follows = text[end : end + 1]
    if text[start - 1 : start] in ("¥", "￥"):
        return number_of(found[0]), end
    unit = _UNIT.match(text, end) if follows in ("元", "块", "圆", "人", "r", " ") else None
    if unit is not None:
        return _priced(text, found, unit), unit.end()
    if follows in _MEASURES or _LARGE.match(found[0]) is None or text[start - 1 : start] in ("第", "几", "数"):
        return None, end
    if _PAID.search(text, max(0, start - 10), start) is None and _OWED.match(text, end) is None:
        return None, end
    return number_of(found[0]), end


def _priced(text: str, found: re.Match[str], unit: re.Match[str]) -> Decimal | None:
    """Return the sum before 元 or 块: 一块去 and 两块 are none, 二十块 is one, 五块 where it is paid or ends there."""
    value = number_of(found[0])
    tenths = unit["tenths"]
    if value is None or tenths is None or unit["money"]:
        return value
    if tenths:
        return value + (Decimal("0.5") if tenths == "半" else (number_of(tenths) or Decimal(0)) / 10)
    ends_there = text[unit.end() : unit.end() + 1] in _ENDS_A_PRICE
    is_paid = _CLAIM.search(text, max(0, found.start() - 8), found.start()) is not None
    return value if value >= 20 or (value > 1 and (ends_there or is_paid)) else None


def _weight(text: str, start: int, end: int) -> int:
    earliest = max(0, start - 12)
    if _RATE.search(text, earliest, start) is not None or _RATE_AFTER.match(text, end) is not None:
        return 0
    return 2 if _CLAIM.search(text, earliest, start) is not None else 1
