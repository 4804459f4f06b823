"""Charts: how far a confidence can be trusted, drawn."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from classifiers.curves import Bin, Point
from hotline.pictures.shapes import Box, Ink, Label, Picture, Shape, Stroke

_WIDTH, _HEIGHT = 560.0, 400.0
_SIZE = 12.0
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class _Frame(NamedTuple):
    """Where shares are drawn: x from 0 to 1, y from ``lowest`` to 1."""

    left: float
    top: float
    width: float
    height: float
    lowest: float

    def x(self, share: float) -> float:
        return self.left + self.width * share

    def y(self, share: float) -> float:
        return self.top + self.height * (1 - share) / (1 - self.lowest)


def reliability_picture(bins: Sequence[Bin]) -> Picture:
    """Return bars of accuracy by confidence; red is what confidence claims beyond it, pale what it keeps back."""
    frame = _Frame(56, 16, _WIDTH - 76, _HEIGHT - 130, 0.0)
    shapes = [*_axes(frame, _TICKS, "把握", "正确率")]
    largest = max(each.rows for each in bins)
    strip = frame.top + frame.height + 84
    for each in bins:
        x, width = frame.x(each.low) + 2, frame.width / len(bins) - 4
        shapes.append(Box(x, strip - 34 * each.rows / largest, width, 34 * each.rows / largest, Ink.SOFT, 0.5))
        shapes.append(Label(x + width / 2, strip + 9, f"{each.rows:,}", 10.5, Ink.SOFT, "middle"))
        if each.accuracy is None or each.mean_confidence is None:
            continue
        hint = f"把握 {each.mean_confidence:.1%}，正确 {each.accuracy:.1%}，{each.rows} 条"
        claimed = each.mean_confidence > each.accuracy
        high, low = sorted((frame.y(each.accuracy), frame.y(each.mean_confidence)))
        shapes.append(Box(x, low, width, frame.y(0) - low, Ink.HIT, 0.8, hint))
        shapes.append(Box(x, high, width, low - high, Ink.MISS if claimed else Ink.HIT, 0.6 if claimed else 0.35, hint))
    shapes.append(_diagonal(frame))
    shapes.append(Label(frame.left - 8, strip - 16, "条数", _SIZE, Ink.SOFT, "end"))
    return Picture("reliability", "把握与正确率", _WIDTH, _HEIGHT, tuple(shapes))


def coverage_picture(points: Sequence[Point], marks: Sequence[tuple[float, float]]) -> Picture:
    """Return the curve of precision over coverage; ``marks`` are precisions with the coverage that keeps them."""
    lowest = min(int(min(point.precision for point in points) * 10) / 10, 0.8)
    frame = _Frame(56, 16, _WIDTH - 76, _HEIGHT - 74, lowest)
    n_steps = round((1 - lowest) * 10)
    shapes = [*_axes(frame, [lowest + step / 10 for step in range(n_steps + 1)], "自动判定的比例（把握大的在前）", "其中正确")]
    shapes.append(Stroke(tuple((frame.x(coverage), frame.y(precision)) for coverage, precision in points), Ink.ACCENT, 2.5))
    for number, (precision, coverage) in enumerate(sorted(marks, reverse=True)):
        x, y = frame.x(coverage), frame.y(precision)
        if coverage:
            shapes.append(Stroke(((frame.left, y), (x, y)), Ink.SOFT, 1, dashed=True))
            shapes.append(Box(x - 3.5, y - 3.5, 7, 7, Ink.MISS, 1, f"正确 {precision:.0%}：{coverage:.1%}"))
        row = frame.y(lowest) - 20 * (len(marks) - number)
        shapes.append(Label(frame.left + 12, row, f"正确 ≥ {precision:.0%}", _SIZE, Ink.SOFT))
        shapes.append(Label(frame.left + 150, row, f"{coverage:.1%}", _SIZE, anchor="end"))
    return Picture("coverage", "自动判定的比例与正确率", _WIDTH, _HEIGHT, tuple(shapes))


def _axes(frame: _Frame, ticks: Sequence[float], across: str, upwards: str) -> Iterator[Shape]:
    for tick in ticks:
        y = frame.y(tick)
        yield Stroke(((frame.left, y), (frame.left + frame.width, y)), Ink.LINE)
        yield Label(frame.left - 8, y, f"{tick:.0%}", _SIZE, Ink.SOFT, "end")
    for tick in _TICKS:
        yield Label(frame.x(tick), frame.y(frame.lowest) + 14, f"{tick:.0%}", _SIZE, Ink.SOFT, "middle")
    yield Label(frame.x(0.5), frame.y(frame.lowest) + 34, across, _SIZE, Ink.SOFT, "middle")
    yield Label(frame.left + 6, frame.top - 8, f"↑ {upwards}", _SIZE, Ink.SOFT)


def _diagonal(frame: _Frame) -> Stroke:
    return Stroke(((frame.x(0), frame.y(0)), (frame.x(1), frame.y(1))), Ink.SOFT, 1.2, dashed=True)
