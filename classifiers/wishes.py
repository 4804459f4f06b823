"""Wishes: to stay anonymous, and to be kept secret from those whom a report is about.

Source: domain.md A.11. Who asks whether he may stay anonymous wishes it: to protect one too many costs less than one too few.
"""

import re

_CLAUSE = r"[^，。,.;；！!？?]"
_NOT = r"(?:不要|不能|不可以|不许|不得|不想|不希望|不愿意?|不方便|不便|别|勿|莫)"
_ME = r"(?:我|本人|举报人|投诉人|反映人|来电人|个人)"
_MINE = r"(?:姓名|名字|电话|号码|信息|身份|联系方式|手机号?|资料|住址|情况)"
_TOLD = r"(?:打|举报|投诉|反映|讲|说)"

_ANONYMOUS = re.compile(
    # 匿名举报, but not an anonymous letter, nor a way to hand in prizes
    r"匿名(?!信|电话|短信|账号|用户|群|网友|评|帖|发帖|小号|诬告|骂|造谣|恶意|领|就能|打分|投票|问卷|填|调查|测评|机制|渠道|通道|奖)"
    # 不留姓名, 别问我叫什么, 不便透露身份
    r"|[不别勿免](?:想|要|能|愿意?|方便|便|用|必)?(?:留|说|讲|提供|登记|记|写|报|问)(?:我|本人|我们)?的?(?:真实)?"
    r"(?:姓名|名字|姓什么|叫什么)"
    r"|不(?:想|愿意?|方便|便)透露(?:真实)?(?:姓名|名字|身份)|不(?:便|方便|想|愿意?)?留名(?![字单额])|不[具署]名"
    r"|(?:姓名|名字)[就我]?[不别](?:留|说|讲|方便|便|登记|写|提供|报|记)"
)
_NOT_MINE = re.compile(
    r"(?:有人|别人|他们?|她|对方|邻居|人家|某人|商家|老板|物业|卖家|买家|网友|骗子|同事|同学|谁|来电的?人|那个?人|师傅|工作人员|客服)"
    rf"{_CLAUSE}{{0,5}}$"
)
_DENIED = re.compile(
    r"(?:不是|并非|不用|不要|不需要|无需|不必|没必要|用不着|不想|不|没有|没|非|拒绝|取消|禁止|杜绝)(?:要求|打算)?$"
)

_NOT_TO_TELL = re.compile(
    # 不要告诉他们是我打的, 别跟老板讲是谁举报的, 别让村里知道是我
    rf"{_NOT}{_CLAUSE}{{0,4}}?(?:告诉|告知|透露|跟|和|对|让)(?![我你]){_CLAUSE}{{0,10}}?"
    rf"(?:是我(?!们?家|的)|我是谁|是谁{_TOLD}|我(?:们)?的?{_MINE})"
    # 不要泄露我的信息, 别把我电话给物业
    rf"|{_NOT}{_CLAUSE}{{0,4}}?(?:泄露|泄漏|透露|暴露|公开|外传|外泄|转给){_CLAUSE}{{0,4}}?{_ME}"
    rf"|{_NOT}把{_CLAUSE}{{0,3}}?我(?:们)?的?{_MINE}{_CLAUSE}{{0,4}}?(?:给|告诉|透露|泄露|转|公开|报|说)"
)
_MAY_FORBID = re.compile("泄|透露|暴露|外传|转给|公开|是我|是谁|把我|告诉")
_FORBIDS = ("不", "别", "勿", "莫")

_KEEP_QUIET = "保密"
_ASKED = re.compile(
    r"(?:请|希望|务必|麻烦|注意|一定|千万|帮|替|为|给我|对我|必须|能不能|可以|可不可以|要|能|做好|予以|求)[^，。,.;；！!？?说讲答复签评]{0,8}$"
    rf"|{_ME}的?(?:个人)?{_MINE}{_CLAUSE}{{0,6}}$|(?:^|[，。,;；！! ])$"
)
_NOT_ASKED = re.compile(
    r"(?:不用|不需要|无需|不必|没必要|用不着|不要求|(?<![能可要是好])不|没有?|未|要求我们?|[让叫逼]我们?|要求员工|要求大家|要求家长)"
    rf"{_CLAUSE}{{0,3}}$"
)
_NO_KEEP_QUIET = re.compile("协议|局|费|期|单位|条款|柜|制度|培训|义务|法|室|员|措施|工作|原则|规定|承诺|合同|意识|性|书|箱")


def wants_anonymity(text: str) -> bool:
    """Return whether the citizen of a normalised ``text`` wishes to stay anonymous."""
    if not _has(text, ("名", "姓什么", "叫什么", "透露")):
        return False
    for found in _ANONYMOUS.finditer(text):
        before = text[max(0, found.start() - 12) : found.start()]
        if _DENIED.search(before) is None and _NOT_MINE.search(before) is None:
            return True
    return False


def wants_secrecy(text: str) -> bool:
    """Return whether the citizen of a normalised ``text`` wishes that others do not learn who spoke."""
    if _MAY_FORBID.search(text) and _has(text, _FORBIDS) and _NOT_TO_TELL.search(text):
        return True
    at = text.find(_KEEP_QUIET)
    while at >= 0:
        before = text[max(0, at - 16) : at]
        if (
            _NO_KEEP_QUIET.match(text, at + len(_KEEP_QUIET)) is None
            and _ASKED.search(before) is not None
            and _NOT_ASKED.search(before) is None
        ):
            return True
        at = text.find(_KEEP_QUIET, at + 1)
    return False


def _has(text: str, words: tuple[str, ...]) -> bool:
    """Return whether one of the words stands in ``text``: much cheaper than the rules that follow."""
    return any(map(text.__contains__, words))
