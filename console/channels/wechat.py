"""WeChat Official Account, plain mode: signature, push XML and passive reply, without any I/O.

Source: domain.md D.1 (developers.weixin.qq.com, read there).
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from xml.parsers import expat
from xml.sax.saxutils import escape

from models.codes import Channel
from models.contact import PersonalData, Submission
from models.errors import Forbidden

FRESH_WITHIN = timedelta(minutes=5)
"""How far a signed timestamp may lie from our clock, either way: room for two clocks that differ, and for WeChat's three
tries within 15 s. What is replayed inside the window meets the de-duplication by MsgId."""


class Refusal(StrEnum):
    """Why a request does not come from WeChat."""

    INCOMPLETE = "incomplete"
    SIGNATURE = "signature"
    STALE = "stale"
    MALFORMED = "malformed"


class NotFromWechat(Forbidden):
    """The request is not WeChat's, or not one we understand."""

    def __init__(self, reason: Refusal) -> None:
        self.reason = reason
        super().__init__(f"refused: {reason.value}")


def signature_of(token: str, timestamp: str, nonce: str) -> str:
    """Return the signature that WeChat computes over its query."""
    return hashlib.sha1("".join(sorted((token, timestamp, nonce))).encode()).hexdigest()  # noqa: S324 - their protocol


def check_signature(query: Mapping[str, str], *, token: str, now: datetime) -> None:
    """Return when ``query`` was signed with ``token``, not long ago.

    Raises:
        NotFromWechat: a parameter is missing, the signature does not fit, or the timestamp is not fresh.
    """
    given, timestamp, nonce = (query.get(name, "") for name in ("signature", "timestamp", "nonce"))
    if not (given and nonce and timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        raise NotFromWechat(Refusal.INCOMPLETE)
    if not hmac.compare_digest(signature_of(token, timestamp, nonce).encode(), given.encode()):
        raise NotFromWechat(Refusal.SIGNATURE)
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > FRESH_WITHIN:
        raise NotFromWechat(Refusal.STALE)


@dataclass(frozen=True, slots=True)
class Push:
    """One push. ``account`` is ours (gh_…). ``message_id`` is empty for an event, ``event`` empty for a message.

    ``event_key`` is that of a menu button.
    """

    account: str
    openid: str = field(repr=False)
    sent_at: datetime
    kind: str
    message_id: str
    event: str
    event_key: str
    content: str = field(repr=False)


def parse_push(body: bytes) -> Push:
    """Return the push in ``body``.

    Raises:
        NotFromWechat: it is no such XML; a DOCTYPE is refused, so nothing can be declared, expanded or fetched.
    """
    fields = _flat_fields(body)
    created = fields.get("CreateTime", "")
    kind = fields.get("MsgType", "")
    message_id = fields.get("MsgId", "")
    whole = fields.get("ToUserName") and fields.get("FromUserName") and kind and (kind == "event" or message_id)
    if not (whole and created.isascii() and created.isdecimal() and len(created) <= 12):
        raise NotFromWechat(Refusal.MALFORMED)
    return Push(
        account=fields["ToUserName"],
        openid=fields["FromUserName"],
        sent_at=datetime.fromtimestamp(int(created), UTC),
        kind=kind,
        message_id=message_id,
        event=fields.get("Event", ""),
        event_key=fields.get("EventKey", ""),
        content=fields.get("Content", ""),
    )


def submission_of(push: Push, *, now: datetime) -> Submission:
    """Return a text message as a submission; its MsgId is the same in all of WeChat's three tries."""
    return Submission(
        source_id=push.message_id,
        channel=Channel.WECHAT,
        text=push.content,
        received_at=min(push.sent_at, now),
        personal=PersonalData(openid=push.openid),
    )


def menu_submission_of(push: Push, *, now: datetime) -> Submission:
    """Return the use of a menu button as a submission; told twice it is the same one (domain.md D.1)."""
    return Submission(
        source_id=f"{push.openid}{int(push.sent_at.timestamp())}{push.event}{push.event_key}",
        channel=Channel.WECHAT,
        text=push.event_key,
        received_at=min(push.sent_at, now),
        personal=PersonalData(openid=push.openid),
    )


def text_reply(push: Push, content: str, *, now: datetime) -> str:
    """Return the passive reply that shows ``content`` to the sender."""
    return (
        "<xml>"
        f"<ToUserName>{escape(push.openid)}</ToUserName>"
        f"<FromUserName>{escape(push.account)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime>"
        "<MsgType>text</MsgType>"
        f"<Content>{escape(content)}</Content>"
        "</xml>"
    )


class _FlatReader:
    """Collects the children of ``<xml>`` that hold text."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._text = []

    def end(self, name: str) -> None:
        if len(self._path) == 2:
            self.fields[name] = "".join(self._text)
        self._path.pop()

    def data(self, text: str) -> None:
        self._text.append(text)

    def doctype(self, *_: object) -> None:
        raise NotFromWechat(Refusal.MALFORMED)


def _flat_fields(body: bytes) -> dict[str, str]:
    reader = _FlatReader()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise NotFromWechat(Refusal.MALFORMED) from None
    return reader.fields
