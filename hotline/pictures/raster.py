"""A picture as PNG, for a report or a message; needs Pillow and a font with Chinese characters."""

import shutil
import subprocess
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from hotline.pictures.shapes import Box, Ink, Label, Picture, Stroke, moved_down
from models.errors import Rejected

_SCALE = 2
_TITLE_SIZE, _TITLE_HEIGHT = 15, 36
_PAPER = (255, 255, 255)
_COLOURS = {
    Ink.TEXT: (27, 39, 51),
    Ink.SOFT: (90, 107, 123),
    Ink.LINE: (206, 215, 224),
    Ink.HIT: (14, 98, 158),
    Ink.MISS: (200, 62, 36),
    Ink.ACCENT: (14, 98, 158),
    Ink.PAPER: _PAPER,
}
_ANCHORS = {"start": "lm", "middle": "mm", "end": "rm"}


class NoPng(Rejected):
    """This installation cannot draw PNG files; says why. The page does not need them."""


class PngPainter:
    """Draws pictures on white, at twice their natural size.

    Raises:
        NoPng: Pillow or a Chinese font is missing.
    """

    def __init__(self) -> None:
        try:
            from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - optional: the extra "pictures"
        except ImportError:
            raise NoPng("Pillow is not installed (pip install 'hotline-dispatch[pictures]')") from None
        self._image, self._draw, self._font = Image, ImageDraw, ImageFont
        self._font_file, self._font_index = chinese_font()
        self._sized: dict[float, Any] = {}

    def png(self, picture: Picture) -> bytes:
        """Return the picture as a PNG file, its title above it."""
        height = picture.height + _TITLE_HEIGHT
        image = self._image.new("RGB", (round(picture.width * _SCALE), round(height * _SCALE)), _PAPER)
        draw = self._draw.Draw(image)
        self._label(draw, Label(10, _TITLE_HEIGHT / 2, picture.title, _TITLE_SIZE))
        for shape in moved_down(picture.shapes, _TITLE_HEIGHT):
            if isinstance(shape, Box):
                self._box(draw, shape)
            elif isinstance(shape, Stroke):
                self._stroke(draw, shape)
            else:
                self._label(draw, shape)
        file = BytesIO()
        image.save(file, "PNG", optimize=True)
        return file.getvalue()

    def _box(self, draw: Any, box: Box) -> None:
        corners = (box.x, box.y, box.x + box.width, box.y + box.height)
        left, top, right, bottom = (round(edge * _SCALE) for edge in corners)
        if right > left and bottom > top:
            draw.rectangle((left, top, right - 1, bottom - 1), fill=_mixed(_COLOURS[box.ink], box.strength))

    def _stroke(self, draw: Any, stroke: Stroke) -> None:
        points = [(x * _SCALE, y * _SCALE) for x, y in stroke.points]
        width = max(round(stroke.width * _SCALE), 1)
        if not stroke.dashed:
            draw.line(points, fill=_COLOURS[stroke.ink], width=width, joint="curve")
            return
        (x0, y0), (x1, y1) = points[0], points[-1]  # dashed are only straight lines
        n_dashes = max(int(max(abs(x1 - x0), abs(y1 - y0)) / (7 * _SCALE)), 1)
        for dash in range(n_dashes):
            start, end = dash / n_dashes, (dash + 0.57) / n_dashes
            ends = [(x0 + (x1 - x0) * share, y0 + (y1 - y0) * share) for share in (start, end)]
            draw.line(ends, fill=_COLOURS[stroke.ink], width=width)

    def _label(self, draw: Any, label: Label) -> None:
        if label.size not in self._sized:
            self._sized[label.size] = self._font.truetype(self._font_file, round(label.size * _SCALE), index=self._font_index)
        place = (label.x * _SCALE, label.y * _SCALE)
        draw.text(place, label.text, fill=_COLOURS[label.ink], font=self._sized[label.size], anchor=_ANCHORS[label.anchor])


@lru_cache(maxsize=1)
def chinese_font() -> tuple[str, int]:
    """Return file and number within it of the font that this system shows Chinese with.

    Raises:
        NoPng: it has none.
    """
    asked = shutil.which("fc-match")
    if asked is not None:
        pattern = ["-f", "%{file}|%{index}|%{lang}", "sans-serif:lang=zh-cn"]
        answer = subprocess.run([asked, *pattern], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        file, _, rest = answer.stdout.partition("|")
        index, _, languages = rest.partition("|")
        if "zh-cn" in languages.split("|") and Path(file).is_file():
            return file, int(index)
    raise NoPng("this system has no font with Chinese characters (Debian: apt install fonts-noto-cjk)")


def _mixed(colour: tuple[int, int, int], strength: float) -> tuple[int, ...]:
    return tuple(round(paper + (full - paper) * strength) for paper, full in zip(_PAPER, colour, strict=True))
