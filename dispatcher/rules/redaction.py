"""Takes what names a person out of a text, before it travels (decision 6)."""

import re

NUMBER_MARK = "［号码］"
NAME_MARK = "［姓名］"
MAIL_MARK = "［邮箱］"

_TICKET_NUMBER = r"(?P<keep>[A-Z]{2}\d{8}[A-Z]\d{7,10}(?:-\w{2})?)"
_MAIL = r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
# Seven digits or more, as printed (with spaces or dashes) or as spoken, are a phone, card or identity number; an amount is
# not: nobody identifies a citizen by 5000000元.
_NUMBER = (
    r"(?P<number>(?<![\d.])\d(?:[ \-]?\d){6,}[Xx]?(?!\s*(?:元|块|万|亿|平|吨|公里|\.\d))"
    r"|[零〇一二三四五六七八九幺两][零〇一二三四五六七八九幺两 ]{5,}[零〇一二三四五六七八九幺两])"
)
_NAME = (
    r"(?P<lead>我叫|名叫|叫做|姓名[是为：:]?\s*|联系人[是为：:]?\s*|我的名字[是叫])"
    r"(?P<name>(?![他她你我它了过不])[\u4e00-\u9fff]{2,3})"
)
_PERSONAL = re.compile(f"{_TICKET_NUMBER}|{_MAIL}|{_NUMBER}|{_NAME}")

_SURNAME_SAID = re.compile(r"(?:我|免贵)姓([\u4e00-\u9fff])")
_COMPOUND_SURNAMES = frozenset({"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "夏侯", "南宫"})


def redact(text: str, *, known: tuple[str | None, ...] = ()) -> str:
    """Return ``text`` without phone, card and identity numbers, mail addresses and introduced names.

    ``known`` are the citizen's own data from the door (name, phone, openid): each is taken out wherever it stands.
    Ticket numbers stay, for they name a ticket; so do plates, for a unit must find the car.
    """
    for secret in known:
        if secret and len(secret) > 1:
            text = text.replace(secret, NAME_MARK)
    return _PERSONAL.sub(_mark, text)


def _mark(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind == "number":
        return NUMBER_MARK
    if kind == "mail":
        return MAIL_MARK
    if kind == "name":
        return found["lead"] + NAME_MARK
    return found[0]


def salutation(name: str | None, text: str) -> str | None:
    """Return how the citizen may be addressed, "符先生/女士", from the given name or from a surname said in the text."""
    if name:
        surname = name[:2] if name[:2] in _COMPOUND_SURNAMES else name[:1]
        return f"{surname}先生/女士"
    said = _SURNAME_SAID.search(text)
    return f"{said[1]}先生/女士" if said else None


def storable(text: str) -> str:
    """Return ``text`` as PostgreSQL and UTF-8 can hold it: NUL bytes go, lone surrogates become U+FFFD."""
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
