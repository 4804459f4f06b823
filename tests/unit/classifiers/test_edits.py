"""Edits: what the reader of an explanation sees of normalising."""

import pytest

from classifiers.edits import EditKind, edits_of
from classifiers.normalise import MAX_CHARACTERS, normalise


def told(raw: str) -> list[tuple[str, str, EditKind]]:
    """Return each edit of ``raw`` as what stood there, what is read, and why."""
    return [(raw[edit.start : edit.end], edit.after, edit.kind) for edit in edits_of(normalise(raw))]


@pytest.mark.parametrize(
    ("raw", "edits"),
    [
        ("路灯不亮", []),
        ("門口壞了", [("門", "门", EditKind.TRADITIONAL), ("壞", "坏", EditKind.TRADITIONAL)]),
        ("ＷｉＦｉ", [("ＷｉＦｉ", "wifi", EditKind.FULL_WIDTH)]),
        ("WiFi", [("W", "w", EditKind.CAPITAL), ("F", "f", EditKind.CAPITAL)]),
        ("<b>水</b>", [("<b>", "   ", EditKind.BLANKED), ("</b>", "    ", EditKind.BLANKED)]),
        ("停\x00水", [("\x00", " ", EditKind.BLANKED)]),
        ("停\u200b\u200b水", [("\u200b\u200b", "", EditKind.INVISIBLE)]),
        ("嗯，停水了呃…", [("嗯，", "", EditKind.FILLER), ("呃…", "", EditKind.FILLER)]),
        ("我我我停水", [("我我", "", EditKind.STUTTER)]),
        ("嗯我我那个那个水", [("嗯", "", EditKind.FILLER), ("我", "", EditKind.STUTTER), ("那个", "", EditKind.STUTTER)]),
        ("", []),
        ("嗯嗯", [("嗯嗯", "", EditKind.FILLER)]),
    ],
)
def test_every_change_is_told_with_its_place_and_its_reason(raw: str, edits: list[tuple[str, str, EditKind]]):
    """Nobody has to guess which characters the classifier saw."""
    assert told(raw) == edits


def test_what_lies_beyond_the_limit_is_no_edit():
    """The rest of a very long letter was not changed; it was not read."""
    assert told("水" * MAX_CHARACTERS + "門") == []


def test_carrying_out_the_edits_gives_the_text_that_was_read():
    """The list is complete."""
    raw = "嗯，呃我我們小區ＷｉＦｉ壞了<b>嗯嗯</b>那个那个\u200b路灯　不亮İ嗯"
    pieces, kept_from = [], 0
    for edit in edits_of(normalise(raw)):
        pieces += [raw[kept_from : edit.start], edit.after]
        kept_from = edit.end

    assert "".join([*pieces, raw[kept_from:]]) == normalise(raw).text
