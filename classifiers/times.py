"""Times: when it happened, in the citizen's own words."""

import re

from classifiers.phrases import LongestPhraseFinder

_DAYPARTS = (
    *("早上", "早晨", "清晨", "上午", "中午", "午后", "下午", "傍晚", "晚上", "晚间", "夜里", "夜间", "夜晚"),
    *("半夜", "深夜", "凌晨", "白天", "早高峰", "晚高峰"),
)
_DAYS = (
    *("大前天", "今天", "昨天", "前天", "前几天", "这几天", "最近几天", "当天", "今早", "今晚", "昨晚", "昨夜"),
    *("前晚", "每天", "天天", "每晚", "每日", "每周", "每个月", "每月", "周末", "节假日", "上周", "这周", "本周"),
    *("下周", "上个星期", "上星期", "上个礼拜", "上礼拜", "这个星期", "上个月", "这个月", "本月", "上月", "上半年"),
    *("下半年", "去年", "今年", "前年", "大前年", "年前", "年后", "春节", "过年", "国庆", "五一", "中秋", "元旦"),
    *("暑假", "寒假", "周一", "周二", "周三", "周四", "周五", "周六", "周日", "星期一", "星期二", "星期三"),
    *("星期四", "星期五", "星期六", "星期天", "星期日"),
)
_N = "0-9一二两三四五六七八九十几"

_WORD = LongestPhraseFinder([*_DAYPARTS, *_DAYS])
_WORD_GOES_ON = re.compile(rf"期间|(?<=[周期拜])[一二三四五六日天](?![个次])|(?<=月)[{_N}]{{1,3}}[号日]")
_IS_DAYPART = frozenset(_DAYPARTS)
_NUMBERED = re.compile(
    rf"[{_N}](?=[{_N}点:月年天个周星礼小多来号日\-./])[{_N}]{{0,3}}"
    rf"(?:(?P<clock>(?<!几)点(?:半|钟|[一三]刻|\d{{1,2}}分?|[{_N}]{{1,3}}分|[二三四五]?十[一二三四五六七八九]?)?|:\d\d)"
    r"(?:多|左右|以后|之后|以前)?"
    rf"|(?P<date>月份?(?:[{_N}]{{1,3}}[日号])?|(?<=\d{{4}})年|(?<=\d{{4}})[-./]\d{{1,2}}[-./]\d{{1,2}}"
    r"|(?<=\d)[号日](?![楼院栋门店线]))"
    r"|(?P<span>(?:多|来)?(?:个多?)?(?:天|周|星期|礼拜|月|小时|年)(?:多|来|以来|左右|前)?))"
)
_JOINTS = frozenset(["", "的", "到", "至", "-", "~", "—", "大概", "大约", "左右", " "])
_TOLD = re.compile(r"(?:我|就|已经?|又|也)?(?:打过|反映过|投诉过|来过电话|报过|举报过)")


def when_in(text: str) -> tuple[int, int] | None:
    """Return where a normalised ``text`` says when it happened: first by the clock, then by the day, then for how long.

    A day on which the citizen called before is not when it happened, and an hour needs a day or a part of it (三点建议).
    """
    best, best_rank = None, 0
    for start, end, sorts in _runs(text):
        rank = _rank(sorts)
        if rank > best_rank and _TOLD.match(text, end) is None:
            best, best_rank = (start, end), rank
    return best


def _runs(text: str) -> list[tuple[int, int, set[str]]]:
    """Return the stretches of words and numbers of time that follow each other, with what they hold."""
    atoms: list[tuple[int, int, str]] = []
    for start, end, word in _WORD.all_in(text):
        goes_on = _WORD_GOES_ON.match(text, end)
        atoms.append((start, goes_on.end() if goes_on else end, "part" if word in _IS_DAYPART else "day"))
    atoms += [(found.start(), found.end(), found.lastgroup or "") for found in _NUMBERED.finditer(text)]
    if len(atoms) < 2:
        return [(start, end, {sort}) for start, end, sort in atoms]
    atoms.sort()
    runs: list[tuple[int, int, set[str]]] = []
    for start, end, sort in atoms:
        if runs and start - runs[-1][1] <= 2 and text[runs[-1][1] : start] in _JOINTS:
            first, last, sorts = runs[-1]
            runs[-1] = first, max(last, end), sorts | {sort}
        else:
            runs.append((start, end, {sort}))
    return runs


def _rank(sorts: set[str]) -> int:
    """Rank a stretch by what it holds; an hour alone is none."""
    if "clock" in sorts:
        return 4 if len(sorts) > 1 else 0
    if "date" in sorts or "day" in sorts:
        return 3
    return 2 if "part" in sorts else 1
