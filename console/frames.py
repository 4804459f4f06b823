"""The text of Server-Sent Events (HTML Living Standard, section 9.2)."""

import re

ALIVE = b": alive\n\n"
"""A comment: keeps proxies from closing a quiet stream."""

MEDIA_TYPE = "text/event-stream"


_LINE_END = re.compile(r"\r\n|\r|\n")  # and no other: U+2028 may stand inside a JSON string


def frame(event: str, text: str, *, event_id: int | None = None) -> bytes:
    """Return one event; its text may have several lines, and may be empty."""
    head = "" if event_id is None else f"id: {event_id}\n"
    body = "".join(f"data: {line}\n" for line in _LINE_END.split(text))
    return f"{head}event: {event}\n{body}\n".encode()


def retry(milliseconds: int) -> bytes:
    """Return how long a client waits before it connects again."""
    return f"retry: {milliseconds}\n\n".encode()
