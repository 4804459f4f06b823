"""Numerals: Chinese, Arabic and mixed ways to say a number, as a decimal."""

import re
from decimal import Decimal

_DIGITS = {sign: Decimal(number) for number, sign in enumerate("零一二三四五六七八九")} | {"〇": Decimal(0), "两": Decimal(2)}
_UNITS = {"十": Decimal(10), "百": Decimal(100), "千": Decimal(1000), "k": Decimal(1000)}
_GROUPS = {"万": Decimal(10_000), "w": Decimal(10_000), "亿": Decimal(100_000_000)}
_SIGN = re.compile(r"\d[\d,]{0,15}(?:\.\d{1,4})?|[零〇一二两三四五六七八九十百千万亿kw]")


def number_of(numeral: str) -> Decimal | None:
    """Return what ``numeral`` says (三千二, 一万五, 3.5万, 2万8, 1,200), None where it is no number.

    Signs such as 多, 余 and 来 count for nothing (八万多 is 80000), and of two neighbours the first counts (三四万).
    """
    total = group = Decimal(0)
    digit: Decimal | None = None
    last = Decimal(1)
    is_whole = True  # no 零 stands before the last digit, which then counts tenths of the unit before: 一万五
    signs = _SIGN.findall(numeral)
    for sign in signs:
        if sign in _UNITS:
            last = _UNITS[sign]
            group += last * (Decimal(1) if digit is None else digit)
            digit, is_whole = None, True
        elif sign in _GROUPS:
            last = _GROUPS[sign]
            total, group = total + (group + (digit or 0)) * last, Decimal(0)
            digit, is_whole = None, True
        elif not digit:
            digit = _DIGITS[sign] if sign in _DIGITS else Decimal(sign.replace(",", ""))
            is_whole = is_whole and digit != 0
    if digit is not None:
        group += digit * last / 10 if last > 10 and is_whole and digit < 10 else digit
    return total + group if signs else None
