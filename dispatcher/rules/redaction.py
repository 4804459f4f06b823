"""Takes what names a person out of a text, before it travels (decision 6).

Rules of form, no model: a number is judged by how it is grouped and by what follows it, a name by its surname and by the
words that introduce it. Every repetition is bounded, so that no text, however made, costs more than its length.
"""

import re

NUMBER_MARK = "［号码］"
NAME_MARK = "［姓名］"
MAIL_MARK = "［邮箱］"
ACCOUNT_MARK = "［账号］"

_HAN = "\u4e00-\u9fff"

# Digits as printed, in full width or as spoken; recognisers mix them and put commas where the speaker breathed.
_D = "[0-9０-９零〇一二三四五六七八九幺两]"
_BREAK = r"[ \u3000\-‐‑–—－.．·,，、()（）]{0,2}"
_NOT_INSIDE_NUMBER = f"(?<!{_D})"
_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"

_MEASURE = r"(?:元(?![旦月])|块钱|[万亿](?!一)|平方|平米|立方|公里|吨|度电)"

_KEEP = "|".join(
    (
        # A ticket number, which names a ticket; citizens write it in small letters too.
        r"(?<![A-Za-z])[A-Za-z]{2}\d{8}[A-Za-z]\d{7,10}(?!\d)(?:-\w{2})?",
        # A day or a span of years.
        rf"(?<!\d){_YEAR}[-./](?:1[0-2]|0?[1-9])[-./](?:3[01]|[12]\d|0?[1-9])(?!\d)",
        rf"(?<!\d){_YEAR}(?:1[0-2]|0[1-9])(?:3[01]|[12]\d|0[1-9])(?![\dXxＸｘ])",
        rf"(?<!\d){_YEAR}[-–—－~]{_YEAR}(?!\d)",
        # An amount: nobody identifies a citizen by 5000000元. Eleven digits may be a mobile number (…1平时打不通).
        r"[￥¥]\d{1,10}(?!\d)(?:,\d{3}){0,5}(?:\.\d{1,2})?",
        rf"(?<![\d.])\d{{1,10}}(?!\d)(?:,\d{{3}}){{0,5}}(?:\.\d{{1,4}})?\s?{_MEASURE}",
        # A coordinate.
        r"(?<![\d.])\d{1,3}\.\d{4,8}(?![\d.])",
    )
)
_MOBILE = rf"(?:[+＋]?(?:00)?86{_BREAK})?[1１一幺]{_BREAK}[3-9３-９三四五六七八九](?:{_BREAK}{_D}){{9}}(?!{_D})"
_NUMBER = _NOT_INSIDE_NUMBER + (
    "(?:"
    # A mobile number, spelled in any way.
    rf"{_MOBILE}"
    # A landline with its area code.
    rf"|[(（]?[0０零〇]{_D}{{2,3}}{_BREAK}{_D}{{3,4}}{_BREAK}{_D}{{4}}(?!{_D})"
    # An identity card, or a bank card in groups of four.
    rf"|{_D}{{6}}[ \-]{_D}{{8}}[ \-]{_D}{{3}}[0-9XxＸｘ]"
    rf"|{_D}{{4}}(?:[ \-]{_D}{{4}}){{2,4}}(?:[ \-]{_D}{{1,3}})?(?!{_D})"
    # A landline in two groups; those of a city begin with 2 to 8.
    rf"|[2-8]{_D}{{2,3}}[ \-]{_D}{{4}}(?!{_D})"
    # Anything longer than a house number, in one piece or digit by digit.
    rf"|{_D}{{7,}}[XxＸｘ]?|{_D}(?:[ \-]{_D}){{6,}}(?!{_D})"
    ")"
)
_MAIL = r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"
_ACCOUNT = r"(?P<service>(?:微信|[Ww][Xx]|[Vv][Xx]|[Qq][Qq])号?码?[是为：: ]{0,2})(?P<account>[A-Za-z][A-Za-z0-9_\-]{5,19})"

_COMPOUND_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "夏侯", "南宫")
# The surnames of nearly all citizens; left out are those that more often begin a common word (车, 房, 单, 相, 阳).
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖"
    "范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎闫薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤向常温康施文牛樊葛邢安齐易乔伍"
    "庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕冼云羊占吉邝麦丘冯卓蒙苗游詹麻边辛管简饶池桂冷"
)
_SURNAME = f"(?:{'|'.join(_COMPOUND_SURNAMES)}|[{_SURNAMES}])"
_GIVEN = f"(?![的了吗呢吧啊是在有和与不没])[{_HAN}]"
# Words that begin with the sign of a surname and often follow 我叫 or 本人.
_NO_NAME = (
    "(?!施工|安保|安全|包工|管理|关门|高空|常年|曾经|于[今昨前上]|任何|应|万分|安装|方便|高血|金属|白天|温度|文明|向[他她你]"
    "|时|成|全|连|石材|马路|马上|江边)"
)
_NAME = (
    # "我叫王小明住在…": the third sign belongs to the name unless it often follows one.
    rf"(?P<lead>我叫|我的名字[是叫]|联系人[是为：:]?\s?|姓名[是为：:]?\s?){_NO_NAME}"
    rf"(?P<name>{_SURNAME}{_GIVEN}(?:(?![住家我想要来说也就已现目从打电反投求咨请]){_GIVEN})?)"
    # "我是王小明，": weaker words, so the name must end there and not sound like a place or a trade.
    rf"|(?P<weak>我是|本人|名叫){_NO_NAME}(?P<closed>{_SURNAME}{_GIVEN}(?:{_GIVEN})?)"
    r"(?<![人区市县镇村户生民员工者家主店司长园城庄路里苑府湾队处局科站会校厂系年时])(?=[，,。.！!；;：:、\s（(\d]|$|电话|手机)"
    # A form's field may hold a name of another form, 阿依古丽·买买提.
    rf"|(?P<field>(?:联系人|姓名)[：:]\s?)(?P<entry>[{_HAN}]{{2,4}}(?:·[{_HAN}]{{1,6}})?)"
)
# Most signs of a text begin nothing of this; to say so first makes the rule eight times as fast.
_BEGINS = r"(?=[0-9０-９零〇一二三四五六七八九幺两A-Za-z_%+.＋(（￥¥微我联姓本名\-])"
_PERSONAL = re.compile(f"{_BEGINS}(?:(?P<keep>{_KEEP})|(?P<mail>{_MAIL})|{_ACCOUNT}|(?P<number>{_NUMBER})|{_NAME})")

# What stands for a group of the rule, and the group before it that stays.
_MARKS = {
    "number": (None, NUMBER_MARK),
    "mail": (None, MAIL_MARK),
    "account": ("service", ACCOUNT_MARK),
    "name": ("lead", NAME_MARK),
    "closed": ("weak", NAME_MARK),
    "entry": ("field", NAME_MARK),
}

# Part of a number that the next stretch of speech may complete.
_CUT_NUMBER = re.compile(rf"^(?:{_D}{_BREAK}){{4,}}|(?:{_BREAK}{_D}){{4,}}(?=[。，,. ]{{0,2}}$)")

_SURNAME_SAID = re.compile(rf"(?:我|免贵)姓(?!名|啥|什么)({'|'.join(_COMPOUND_SURNAMES)}|[{_HAN}])")
_NAMELESS = frozenset({"匿名", "未知", "不详", "无名", "保密"})


def redact(text: str, *, known: tuple[str | None, ...] = ()) -> str:
    """Return ``text`` without phone, card and identity numbers, mail addresses, accounts and introduced names.

    ``known`` are the citizen's own data from the door (name, phone, openid): each is taken out wherever it stands.
    Ticket numbers stay, for they name a ticket; so do plates, for a unit must find the car; so do amounts and days.
    """
    for secret in sorted((one for one in known if one and len(one) > 1), key=len, reverse=True):
        text = text.replace(secret, NUMBER_MARK if secret.strip("+- ").isdigit() else NAME_MARK)
    return _PERSONAL.sub(_mark, text)


_IDENTITY = rf"{_D}{{6}}[ \-]?{_D}{{8}}[ \-]?{_D}{{3}}[0-9０-９XxＸｘ](?!{_D})"
_REACHES = re.compile(f"{_NOT_INSIDE_NUMBER}(?:{_MOBILE}|{_IDENTITY})")


def names_a_person(text: str) -> bool:
    """Return whether ``text`` holds a mobile or an identity number, which no office number looks like."""
    return any(found["number"] and _REACHES.search(found["number"]) for found in _PERSONAL.finditer(text))


def redact_fragment(text: str) -> str:
    """Return a stretch of speech without what ``redact`` takes, nor the four or more digits that touch its borders.

    A number dictated in several breaths has no form that one of them shows.
    """
    return _CUT_NUMBER.sub(NUMBER_MARK, redact(text))


def _mark(found: re.Match[str]) -> str:
    kind = found.lastgroup or ""
    if kind not in _MARKS:
        return found[0]
    introduction, mark = _MARKS[kind]
    return (found[introduction] if introduction else "") + mark


def salutation(name: str | None, text: str) -> str | None:
    """Return how the citizen may be addressed, "符先生/女士", from the given name or from a surname said in the text.

    A given title is left out as well: what a citizen gave as the name must not travel as it was given, and 符女士 is all of
    many a name. A name that is no Chinese one has no surname to tell, and neither has 匿名.
    """
    name = (name or "").strip()
    if name:
        if name in _NAMELESS or not re.match(f"[{_HAN}]", name):
            return None
        surname = name[:2] if name[:2] in _COMPOUND_SURNAMES else name[:1]
        return f"{surname}先生/女士"
    said = _SURNAME_SAID.search(text)
    return f"{said[1]}先生/女士" if said else None


def storable(text: str) -> str:
    """Return ``text`` as PostgreSQL and UTF-8 can hold it: NUL bytes go, lone surrogates become U+FFFD."""
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
