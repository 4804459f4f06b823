"""Courtesies: how a talk begins (喂你好是12345吗) and ends (请尽快处理谢谢), which tells nothing of what it was about.

Measured on a third of the test part, each text behind 你好请问是政府热线吗 while greetings counted: .73 of the emergencies were
heard instead of .99, .75 of the categories guessed instead of .80, and three times as many texts were split.
"""

import re
from typing import NamedTuple

_LONGEST = 40
"""How many characters at the end of a text are looked at, and at its beginning. Source: default of this project (D)."""

_LEAST_LEFT = 3
"""What is shorter without its courtesies stays whole: 谢谢你们 alone is what somebody wants to say, 停水了谢谢 is not. Source:
default of this project (D)."""

_SIGNS = "，。,.！!？?~～、；;"
_BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What ``\\s`` matches."""

_PASSED_OVER = _SIGNS + _BLANKS

_COURTESY = (
    r"那?(?:(?<![修弄治搞做办谈说讲变])好[的吧嘞了]?|行吧?|可以了?|再见|拜拜|就?先?这样吧|就这样"
    r"|(?:谢谢|多谢|感谢|拜托|麻烦|辛苦)(?:你们|您们|你|您|大家|领导|各位)?[了啊啦哈]?)"
    r"|(?:我的?|联系)?电话就?是这个(?:号码|手机)?|(?:大概)?就是?(?:这样|这些|这个事)|没有?别的(?:事|问题)?了?"
    r"|听(?:清楚?|明白|到|懂)了[吗没]"
    r"|(?:麻烦|请|拜托|希望)(?:你们?|您们?|领导|[有相]关部门)?"
    r"(?:快点?|尽快|赶紧|赶快|及时|抓紧|马上)?(?:来人|派人来?|过来)?"
    r"(?:处理|解决|重视|看看|看)(?:一?下)?[吧啊了]?"
    r"|你们(?:什么时候|几时|多久)(?:能|可以)?(?:来人|来|到|处理|解决)[啊呀呢]?"
    rf"|嗯|哦|对|(?<=[{_SIGNS}\s嗯哦好])没有?了|[{_SIGNS}\s]"
)

_LAST = frozenset("好的吧嘞了行以见拜样谢托烦苦你们您家导位啊啦哈嗯哦对白道楚解得懂呀些事个码机题吗没理决看下视来到呢人")
"""How words of courtesy end. Most texts end otherwise, and need not be searched for where their courtesies begin."""

_KNOWING = r"(?:明白|知道|清楚|了解|晓得|懂)"

_UNDERSTOOD = rf"(?:(?<![不没未谁])(?<!(?<!我)就){_KNOWING}了|(?<=[好的嗯哦行，。,.\s]){_KNOWING})[啊啦哈呀吧]?"
"""我知道了 or 好的明白; but neither 不知道, 想问清楚 nor 你们来看就知道了."""

_CLOSING = re.compile(rf"(?:{_UNDERSTOOD}|{_COURTESY})+\Z")
_ANSWERED = re.compile(rf"{_UNDERSTOOD}(?:{_UNDERSTOOD}|{_COURTESY})*\Z")

_HOTLINE = r"(?:12345|一二三四五|[政市便]\w{1,3}热线|热线)(?:热线|平台|电话|中心)?"
_GREETING = re.compile(
    r"(?:喂+|(?:你|您|大家)们?好(?![坏好多])[啊呀哈]?|(?:早上|上午|中午|下午|晚上)好(?!好)"
    r"|尊敬的(?:各位|[省市区县]委?|\w)?(?:书记|[市区县镇局]长|主任|领导|同志|工作人员)们?"
    rf"|(?:领导|同志|师傅|客服|接线员|话务员|大姐|大哥|小姐|美女|靓女)(?:们|你|您)*(?:好|[{_SIGNS}：:\s])"
    r"|(?:能?听得?[到见]|有人在?)吗|不好意思|打扰(?:一下|了|你们|您)*|那个|我[跟和给对](?:你们?|您)[说讲](?:一下|[个件下啊哈呀事])*"
    r"|我打(?:这个)?(?:电话|热线)过?来?就?是[想要]?(?:[说讲]|反映)?(?:一下|下)?"
    r"|我?[想要来]?(?:反映|反应|[说讲])(?:一下|下)?(?:一?[个件])(?:问题|情况|事情|事)(?:就是|[啊哈呀是])*"
    rf"|(?:请问)?(?:你们?|您|这)?(?:这里|这边|里|边)?是(?:不是)?\w{{0,4}}?{_HOTLINE}(?:吗|嘛|吧|么|不)[啊呀]?"
    rf"|嗯+|哎+|诶+|[{_SIGNS}：:\s])+"
)
"""Asking whether this is the hotline is a greeting, too; what is asked of it (是热线欠费吗), and whoever else is called or
addressed (派出所吗, 尊敬的医保局领导), tells something. So do 请问 and 我要投诉: of what type the request is."""

_FIRST = frozenset("喂你您大早上中下晚尊领同师客接话小美靓能听有不打那我想要来反说讲请这里边是嗯哎诶" + _PASSED_OVER)
"""How courtesies begin. Other texts need not be looked at."""


class Told(NamedTuple):
    """What a normalised text tells is its ``[start:end]``, between the courtesies.

    ``answered``: it ends as talks end in which a citizen was told what he wanted to know.
    """

    start: int
    end: int
    answered: bool

    def of(self, text: str) -> str:
        """Return what ``text`` tells."""
        return text[self.start : self.end]


def read_told(text: str) -> Told:
    """Return what a normalised ``text`` tells; where hardly anything would be left, courtesies belong to it."""
    end, answered = _read_closing(text)
    greeting = _GREETING.match(text, 0, _LONGEST) if text[:1] in _FIRST else None
    start = greeting.end() if greeting else 0
    return Told(start if end - start >= _LEAST_LEFT else 0, end, answered)


def _read_closing(text: str) -> tuple[int, bool]:
    tail = text[-_LONGEST:]
    bare = tail.rstrip(_PASSED_OVER)
    start, answered = len(bare), False
    if bare[-1:] in _LAST:
        found = _CLOSING.search(tail)
        start = len(tail) if found is None else found.start()
        answered = _ANSWERED.search(tail, start) is not None  # what ends answered ends in courtesies
    left = len(text) - len(tail) + start
    return left if left >= _LEAST_LEFT else len(text), answered


def without_courtesies(text: str) -> str:
    """Return what a normalised ``text`` tells (``read_told``)."""
    return read_told(text).of(text)
