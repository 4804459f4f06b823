"""Address: the stretches of a text that say where, from the district down to the door."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from classifiers.alternatives import any_of
from classifiers.gazetteer import Mention, Told
from classifiers.names import words_of_name

_ROADS = ("路", "街", "大道", "巷")
_PROPER = ("花园", "家园", "嘉园", "雅苑", "佳苑", "公馆", "山庄", "大厦", "新村", "新城")
_HOMES = (*_PROPER, "小区", "公寓", "广场", "社区", "宿舍", "工业园", "产业园")
SORTS = (*_ROADS, "村", *_HOMES)
"""What the gazetteer looks for besides names: where a name may end that it does not know."""

_MORE_SORTS = (
    *("小学", "中学", "大学", "学院", "学校", "幼儿园", "医院", "卫生院", "急诊", "门诊", "住院部", "酒店", "宾馆"),
    *("商场", "超市", "街道", "路口", "出口", "入口", "市场", "菜市", "菜市场", "农贸市场", "工地", "停车场"),
    *("车库", "天桥", "高架桥", "立交桥", "人行桥", "隧道", "大桥", "片区", "开发区", "园区", "中心", "公园"),
    *("车站", "公交站", "站台", "码头", "体育馆", "体育场", "球场", "渡口", "公租房", "候船厅", "候车厅"),
    *("地下通道", "处理厂", "水厂", "工厂", "家属院", "家属楼", "办公区", "办公楼", "写字楼", "钟楼", "卫生室"),
    *("电影院", "步行街", "村委会", "居委会", "派出所", "银行", "加油站", "充电站", "收费站", "售楼部"),
)
"""Sorts of places that name nothing by themselves, but go on with an address."""

_NO_NAME = r"(?![灯面段边上牌口过况线由费障人头道民坊])"
"""路灯, 街道 and 村民 end no name."""

_NUMBER = r"[0-9零〇一二三四五六七八九十百]{1,5}"
_DOOR = re.compile(
    rf"[\s,，(（]?(?:{_NUMBER}(?:[-之]{_NUMBER}){{0,3}}|[a-z][0-9]{{0,2}})"
    r"(?:号楼(?![上下顶])|号大?院|号|栋|幢|座|单元|楼(?![上下顶])|层|室|房|队|组|期|排|弄|里)"
    r"(?:[0-9零〇一二三四五六七八九]{3,4}(?:室|房|号)?)?"
)
"""A door, perhaps with the room behind it: 88号, 3栋, 2单元501, a座."""

_SIDE = re.compile(
    r"(?<=[路街巷道])口|(?<=村)委会"
    r"|\s?(?:[斜正]?对面|隔壁|旁边?|边上|附近|周边|周围|[东西南北]大?门口?|大?门口|[前后]门|[前后][面边]|楼[上下顶]|里面|院内"
    r"|[东西南北]?桥[下底头]|[海河江]边|(?:十字|红绿灯)?路口|[拐转]角处?|交叉路?口|交[汇界]处?|之间|中间|[东西南北]侧"
    r"|[东西南北中上下]段|路段|段(?!时)|一带)"
)
"""Where it is from there."""

_GOES_ON = frozenset(
    "0123456789abcdefghijklmnopqrstuvwxyz零〇一二三四五六七八九十百 ,，(（"
    "斜正对隔旁边附周东西南北大门前后楼里院桥海河江红路拐转交之中上下段"
)
"""How a door or a side begins."""

_STOPS = (
    "的有在是了我你您他她它们就和被把说从去来没不又都人这那哪要想请问给跟到过还也很太几每让叫着得吗呢吧啊嘛哦啦呀"
    "读漏坏堵吵闹乱偷倒占挖掉塌断淹烂撞罚贴卖买因已正将该某"
)
_LETTER = rf"(?:人民|和[平谐风信园苑]|[永泰仁祥颐]和|[^\s，。！？；：、（）“”,.!?;:()\"'\-{_STOPS}])"
_NAMED = re.compile(
    rf"[\s(（]?(?:(?P<road>{_LETTER}{{1,6}}?(?:路|街|大道|巷){_NO_NAME})|{_LETTER}{{1,8}}?(?:镇|村|苑|湾){_NO_NAME}"
    rf"|(?:的|{_LETTER}{{0,8}}?){any_of((*_HOMES, *_MORE_SORTS))}|的{_LETTER}{{1,6}}?{any_of(_HOMES)}"
    rf"|{_LETTER}{{1,8}}?(?:[斜正]?对面|隔壁|旁边|边上|附近|大?门口|[前后]面|楼下|里面))"
)
"""One more name: a few characters that end in a sort of place, or in a side (…高中部门口).

A try costs at most eight steps of one character.
"""

_AND = frozenset("和与跟同及到至、")
_BREATHS = frozenset("，,(（")
_NAMED_AFTER_DISTRICT = re.compile(
    r"[东西南北中]?[一二三四五六七八九十]?[横纵]?(?:大道|路|街(?!道)|巷|桥|大桥|机场|中学|小学|医院)"
)
"""What follows a district's short name in the name of something that may lie elsewhere: 美兰机场, 琼山大道."""

_NAMED_AFTER_PLACE = re.compile(rf"[东西南北中]?[一二三四五六七八九十]?[横纵]?(?:大道|路|街|巷){_NO_NAME}")
"""What makes a neighbourhood's name that of a road in it: 长流路."""

_PROVINCE = r"(?:[\u4e00-\u9fff]{2}省)?"
_MOST_UNKNOWN = 8
_LONGEST = 60
"""Characters after which a stretch goes on no further: no address is longer, whatever a text repeats."""

_ANNOUNCES = frozenset(["", *"在住址:：，,。；;！!、 "])
"""What stands before an unknown name that is believed by itself."""


@dataclass(slots=True)
class Stretch:
    """``text[start:end]`` as an address, with the known names in it and its first road; ``is_away``: outside the city."""

    start: int
    end: int
    mentions: list[Mention] = field(default_factory=list)
    street: str | None = None
    is_away: bool = False


class AddressReader:
    """Joins the mentions of one text into stretches, before which ``city`` may stand.

    ``strangers`` are words that begin no name of a place.
    """

    def __init__(self, city: str, strangers: Iterable[str]) -> None:
        self._city = re.compile(rf"{_PROVINCE}{re.escape(city.removesuffix('市').lower())}市?\Z")
        self._strangers = frozenset(strangers)

    def stretches(self, text: str, mentions: Sequence[Mention]) -> list[Stretch]:
        """Return the stretches from the left; ``mentions`` are those of ``text`` in order."""
        starting = {mention.start: mention for mention in mentions if mention.name.told is not Told.SORT}
        found: list[Stretch] = []
        reached = 0
        for mention in mentions:
            stretch = self._begin(text, mention, reached) if mention.start >= reached else None
            if stretch is not None:
                _extend(text, stretch, starting)
                reached = stretch.end
                found.append(stretch)
        return found

    def _begin(self, text: str, mention: Mention, reached: int) -> Stretch | None:
        if mention.name.told is Told.SORT:
            return self._unknown_name(text, mention, reached)
        if mention.name.told is Told.NOTHING:
            return None
        city = self._city.search(text, max(reached, mention.start - 8), mention.start)
        stretch = Stretch(city.start() if city else mention.start, mention.start)
        _take(text, stretch, mention)
        return stretch

    def _unknown_name(self, text: str, sort: Mention, reached: int) -> Stretch | None:
        """Return the unknown name that ends in ``sort``, None where it is none.

        Most words that end so are no names (走路, 老旧小区). A name is believed where a door or a side follows it; one
        with a proper ending also behind 在 and the like, or at the beginning of a sentence.
        """
        word, follows, before = text[sort.start : sort.end], text[sort.end : sort.end + 1], text[sort.start - 1 : sort.start]
        if before in _STOPS or before == word:
            return None
        is_road = word in _ROADS
        goes_on = (is_road and follows == "口") or (
            follows in _GOES_ON and (_DOOR.match(text, sort.end) or _SIDE.match(text, sort.end)) is not None
        )
        is_proper = word in _PROPER or (is_road and follows not in _STOPS and _NAMED.match(text, sort.end) is not None)
        if not (goes_on or is_proper):
            return None
        words = words_of_name(text, sort.start, sort.end, earliest=reached, strangers=self._strangers)
        start = sort.start - sum(map(len, words))
        if not 2 <= sort.start - start <= _MOST_UNKNOWN:
            return None
        if not goes_on and text[start - 1 : start] not in _ANNOUNCES:
            return None
        return Stretch(start, sort.end + (follows == "口"), street=text[start : sort.end] if is_road else None)


def _take(text: str, stretch: Stretch, mention: Mention) -> None:
    """Add a known name; a district's short name in a road's name is only part of that."""
    stretch.end = mention.end
    if mention.name.is_short and (road := _NAMED_AFTER_DISTRICT.match(text, mention.end)) is not None:
        stretch.end = road.end()
        stretch.street = stretch.street or text[mention.start : road.end()]
        return
    if mention.name.told is Told.ELSEWHERE:
        stretch.is_away = True
        stretch.end += text[mention.end : mention.end + 1] in ("市", "县")
    elif text[mention.end - 1 : mention.end + 1] == "园区":
        stretch.end += 1
    elif not mention.name.is_road and (road := _NAMED_AFTER_PLACE.match(text, mention.end)) is not None:
        stretch.end = road.end()
        stretch.street = stretch.street or text[mention.start : road.end()]
    stretch.mentions.append(mention)
    if mention.name.is_road:
        stretch.street = stretch.street or mention.name.spelling


def _extend(text: str, stretch: Stretch, starting: Mapping[int, Mention]) -> None:
    """Go on with known names, doors, sides and unknown names, as long as one follows the other."""
    while stretch.end < min(len(text), stretch.start + _LONGEST):
        mention = _next_name(text, stretch, starting)
        if mention is not None:
            _take(text, stretch, mention)
            continue
        step = _DOOR.match(text, stretch.end) or _SIDE.match(text, stretch.end) or _crossing(text, stretch.end)
        if step is None:
            step = _NAMED.match(text, stretch.end)
            if step is None:
                return
            stretch.street = stretch.street or step["road"]
        stretch.end = step.end()


def _next_name(text: str, stretch: Stretch, starting: Mapping[int, Mention]) -> Mention | None:
    """Return the known name that follows at once, or behind a blank, a comma or one of the words for "and".

    Said again it begins a new stretch, and so does a district behind a comma.
    """
    mention = starting.get(stretch.end)
    if mention is None and (mention := starting.get(stretch.end + 1)) is not None:
        between = text[stretch.end]
        is_list = between in _BREATHS or between in _AND
        is_next = mention.name.told is Told.PLACE and all(mention.name != each.name for each in stretch.mentions)
        if not (is_list and is_next) and between not in " 的":
            return None
    return None if mention is None or mention.name.told is Told.NOTHING else mention


def _crossing(text: str, end: int) -> re.Match[str] | None:
    """Return an unknown road that meets the known one: …和海德路(交界)."""
    if text[end] not in _AND:
        return None
    road = _NAMED.match(text, end + 1)
    return road if road is not None and road["road"] and _SIDE.match(text, road.end()) else None
