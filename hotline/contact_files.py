"""Contacts in files: CSV or JSONL rows become submissions."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from models.codes import Channel
from models.contact import PersonalData, Submission
from models.errors import Rejected

_TEXT = ("text", "detail", "content")
_ID = ("id", "msg_id")
_KNOWN = frozenset({*_TEXT, *_ID, "topic", "time", "phone", "name", "user", "district", "channel"})
_PLAIN_TIME = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def read_contacts(path: Path, *, channel: Channel, timezone: ZoneInfo, now: datetime) -> Iterator[Submission]:
    """Yield the submissions of a ``.csv`` or ``.jsonl`` file, one row at a time.

    Columns by name: ``id``/``msg_id``, ``text``/``detail``/``content``, ``topic`` (a title, put before the text), ``time``,
    ``phone``, ``name``, ``user`` (stands for the caller), ``district``, ``channel`` (letter or name; default ``channel``).
    Any other is refused: a phone number under a name that we do not know would not reach the vault. A row without an id is
    known by its content, one without a time is received ``now``; a time without a zone is local.

    Raises:
        Rejected: the file or a row is wrong; the message names file, line and reason.
    """
    for line, row in _rows(path):
        try:
            yield _submission(row, channel=channel, timezone=timezone, now=now)
        except ValueError as error:
            raise Rejected(f"{path}: line {line}: {error}") from error


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.suffix == ".jsonl":
                yield from _json_rows(path, file)
            elif path.suffix == ".csv":
                yield from _csv_rows(path, file)
            else:
                raise Rejected(f"{path}: contacts are read from .csv or .jsonl files")
    except OSError as error:
        raise Rejected(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Rejected(f"{path}: is not UTF-8 text (byte {error.start})") from error


def _json_rows(path: Path, file: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise Rejected(f"{path}: line {number}: not JSON: {error.msg}") from error
        if not isinstance(row, dict):
            raise Rejected(f"{path}: line {number}: not a JSON object")
        _refuse_unknown(path, number, "field", row)
        yield number, row


def _csv_rows(path: Path, file: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    csv.field_size_limit(16 * 1024 * 1024)
    reader = csv.DictReader(file)
    if not set(_TEXT) & set(reader.fieldnames or ()):
        raise Rejected(f"{path}: line 1: needs a column named text, detail or content")
    _refuse_unknown(path, 1, "column", reader.fieldnames or ())
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise Rejected(f"{path}: line {reader.line_num}: {error}") from error


def _refuse_unknown(path: Path, line: int, what: str, names: Iterable[str]) -> None:
    unknown = [name or f"(a {what} without a name)" for name in names if name not in _KNOWN]
    if unknown:
        raise Rejected(f"{path}: line {line}: no such {what}: {', '.join(unknown)}; known are {', '.join(sorted(_KNOWN))}")


def _submission(row: dict[str, Any], *, channel: Channel, timezone: ZoneInfo, now: datetime) -> Submission:
    text = "\n".join(part for part in (_field(row, "topic"), _field(row, *_TEXT)) if part)
    if None in row:
        raise ValueError("has more fields than the header")
    given = _field(row, "channel")
    user = _field(row, "user")
    return Submission(
        source_id=_field(row, *_ID) or sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:32],
        channel=_channel(given) if given else channel,
        text=text,
        received_at=_instant(_field(row, "time"), timezone) or now,
        personal=PersonalData(
            phone=_field(row, "phone") or None, name=_field(row, "name") or None, openid=f"user {user}" if user else None
        ),
        district=_field(row, "district") or None,
    )


def _field(row: dict[str, Any], *names: str) -> str:
    for name in names:
        value = row.get(name)
        if value is not None and str(value).strip():
            return str(value).strip()
    return ""


def _channel(given: str) -> Channel:
    for channel in Channel:
        if given in (channel.value, channel.label):
            return channel
    raise ValueError(f"{given!r} is not a channel; one of {[channel.label for channel in Channel]}")


def _instant(text: str, timezone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    found = _PLAIN_TIME.fullmatch(text)
    if found:
        return datetime(*(int(part or 0) for part in found.groups()), tzinfo=timezone)  # type: ignore[misc,arg-type]  # six ints
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=timezone)
