"""Edits: what normalising changed in a request, for people who ask why it was read as it was."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from classifiers.normalise import FILLERS, MAX_CHARACTERS, NormalisedText


class EditKind(StrEnum):
    """Why characters were changed or left out."""

    FULL_WIDTH = "full_width"
    CAPITAL = "capital"
    TRADITIONAL = "traditional"
    BLANKED = "blanked"  # markup and control characters, which a blank stands for
    INVISIBLE = "invisible"
    FILLER = "filler"
    STUTTER = "stutter"


@dataclass(frozen=True, slots=True)
class Edit:
    """``raw[start:end]`` is read as ``after``; empty: it was left out."""

    start: int
    end: int
    after: str
    kind: EditKind


def edits_of(text: NormalisedText) -> tuple[Edit, ...]:
    """Return the edits in the order of the text; neighbours of one kind are one edit. What lies beyond the limit is none."""
    edits: list[Edit] = []
    for edit in _single_edits(text):
        last = edits[-1] if edits else None
        if last is not None and (last.end, last.kind) == (edit.start, edit.kind):
            edits[-1] = Edit(last.start, edit.end, last.after + edit.after, edit.kind)
        else:
            edits.append(edit)
    return tuple(edits)


def _single_edits(text: NormalisedText) -> Iterator[Edit]:
    """Yield an edit for each character that was respelled or left out."""
    origins = range(len(text.text)) if text.origins is None else text.origins
    reached = 0
    for after, origin in zip(text.text, origins, strict=True):
        yield from _left_out(text.raw, reached, origin)
        before = text.raw[origin]
        if before != after:
            yield Edit(origin, origin + 1, after, _kind_of_respelling(before, after))
        reached = origin + 1
    yield from _left_out(text.raw, reached, min(len(text.raw), MAX_CHARACTERS))


def _kind_of_respelling(before: str, after: str) -> EditKind:
    if unicodedata.east_asian_width(before) == "F":
        return EditKind.FULL_WIDTH
    if after == " ":
        return EditKind.BLANKED
    return EditKind.CAPITAL if before.isupper() else EditKind.TRADITIONAL


def _left_out(raw: str, start: int, end: int) -> Iterator[Edit]:
    for position in range(start, end):
        yield Edit(position, position + 1, "", _kind_of_omission(raw[position]))


def _kind_of_omission(character: str) -> EditKind:
    if unicodedata.category(character) in ("Cf", "Mn"):
        return EditKind.INVISIBLE
    # Punctuation is left out with the filler before it alone.
    return EditKind.FILLER if character in FILLERS or not character.isalpha() else EditKind.STUTTER
