"""Requests in a file, one JSON object a line: typed texts and recognised calls."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import Rejected

_CITIZEN_SPEAKERS = frozenset({"caller", "citizen", "unknown"})


@dataclass(frozen=True, slots=True)
class RequestLine:
    """What a citizen wrote or said. ``id`` is the file's own, any JSON value.

    ``asr_confidence`` is the mean recognition confidence of what was said, 0 to 1; None for typed text.
    """

    id: Any
    text: str
    asr_confidence: float | None


def read_lines(path: Path) -> Iterator[RequestLine]:
    """Yield the requests of a file, whose lines hold ``id`` with ``text`` or with ``segments[{spk, text, conf}]``.

    Raises:
        Rejected: the file or a line cannot be read; says which.
    """
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if raw.strip():
                    yield _located(path, number, raw)
    except OSError as error:
        raise Rejected(f"{path}: cannot be read: {error.strerror}") from error


def _located(path: Path, number: int, raw: bytes) -> RequestLine:
    try:
        return _line_from(json.loads(raw))
    except UnicodeDecodeError:
        raise Rejected(f"{path}, line {number}: is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise Rejected(f"{path}, line {number}: is not JSON: {error}") from None
    except Rejected as error:
        raise Rejected(f"{path}, line {number}: {error}") from None


def _line_from(fields: object) -> RequestLine:
    if not isinstance(fields, dict):
        raise Rejected("is not a JSON object")
    if "id" not in fields:
        raise Rejected("has no id")
    if "segments" in fields:
        text, confidence = _spoken(fields["segments"])
        return RequestLine(fields["id"], text, confidence)
    if not isinstance(fields.get("text"), str):
        raise Rejected("has neither a text nor segments")
    return RequestLine(fields["id"], fields["text"], None)


def _spoken(segments: object) -> tuple[str, float | None]:
    """Return what the citizen said, a line for each segment, with these segments' mean confidence (None: not told).

    When no segment is marked as the citizen's, all are read: some engines know no speakers.
    """
    if not isinstance(segments, list) or not all(
        isinstance(segment, dict) and isinstance(segment.get("text"), str) for segment in segments
    ):
        raise Rejected("has segments that are not a list of objects with a text")
    own = [segment for segment in segments if segment.get("spk", "unknown") in _CITIZEN_SPEAKERS] or segments
    told = [segment["conf"] for segment in own if segment.get("conf") is not None]
    if not all(isinstance(conf, int | float) and 0 <= conf <= 1 for conf in told):
        raise Rejected("has a segment whose conf is not a number from 0 to 1")
    return "\n".join(segment["text"] for segment in own), sum(told) / len(told) if told else None
