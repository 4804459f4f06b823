"""Shapes: a picture as a list of boxes, strokes and labels, before it is SVG or PNG.

Lengths are pixels of a picture at its natural size; y grows downwards.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal


class Ink(StrEnum):
    """What a colour means; the page and the PNG files choose it, for light and for dark."""

    TEXT = "text"
    SOFT = "soft"
    LINE = "line"
    HIT = "hit"
    MISS = "miss"
    ACCENT = "accent"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle. ``strength``: 0 the ground shows, 1 full colour. ``hint``: what a pointer resting on it reads."""

    x: float
    y: float
    width: float
    height: float
    ink: Ink
    strength: float = 1.0
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    ink: Ink
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A text whose middle line lies at ``y``; ``anchor`` says which part of it lies at ``x``."""

    x: float
    y: float
    text: str
    size: float = 12
    ink: Ink = Ink.TEXT
    anchor: Literal["start", "middle", "end"] = "start"


Shape = Box | Stroke | Label


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture; ``name`` is its file's, ``title`` says what it shows."""

    name: str
    title: str
    width: float
    height: float
    shapes: tuple[Shape, ...]


def moved_down(shapes: Iterable[Shape], by: float) -> Iterator[Shape]:
    """Yield the shapes lower by so many pixels."""
    for shape in shapes:
        if isinstance(shape, Stroke):
            yield replace(shape, points=tuple((x, y + by) for x, y in shape.points))
        else:
            yield replace(shape, y=shape.y + by)


def width_of(text: str, size: float) -> float:
    """Return about how wide ``text`` is in a font of this size: a Han character is as wide as high."""
    return size * sum(1.0 if ord(character) > 0x2E80 else 0.58 for character in text)


def upright(x: float, bottom: float, text: str, size: float, ink: Ink = Ink.TEXT) -> list[Label]:
    """Return labels that write ``text`` downwards, character by character as on a shop sign, ending at ``bottom``."""
    top = bottom - size * 1.08 * len(text)
    return [Label(x, top + size * (1.08 * row + 0.54), character, size, ink, "middle") for row, character in enumerate(text)]
