"""Matrices: what was taken for what, as a heat map."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hotline.pictures.shapes import Box, Ink, Label, Picture, Shape, Stroke, upright, width_of

ELSEWHERE = "本类之外"

_SIZE = 12.5
_LARGEST_CELL, _SMALLEST_CELL, _LARGEST_SIDE = 28.0, 7.0, 1120.0
_LEAST_CELL_WITH_NUMBER = 22.0
_LONGEST_COLUMN_NAME = 9
_GAP = 1.0
_SHOWN_SHARE = 0.01
_STRONG = 0.55  # on stronger cells the number is written in the colour of the paper


def matrix_picture(name: str, title: str, *, rows: Sequence[str], columns: Sequence[str], counts: NDArray[np.int64]) -> Picture:
    """Return a heat map: a row for each thing that is, a column for each that it was taken for.

    ``counts`` have shape (n_rows, n_columns); where row and column have the same number stand the hits. A cell's colour is
    its share of its row.
    """
    cell = min(_LARGEST_CELL, max(_SMALLEST_CELL, _LARGEST_SIDE / len(columns)))
    size = min(_SIZE, cell * 0.95)
    heads = [_shortened(column) for column in columns]
    left = max(width_of(row, size) for row in rows) + 14
    top = max(map(len, heads)) * size * 1.08 + 24 if cell >= size else 24.0
    totals = counts.sum(axis=1)
    right = max(width_of(f"{total:,}", size) for total in totals.tolist()) + 12
    shapes: list[Shape] = [
        Label(left - 8, top - 10, "实际 ↓", size, Ink.SOFT, "end"),
        Label(left, 9, "被判为 →", size, Ink.SOFT),
        Label(left + cell * len(columns) + right - 2, top - 10, "条数", size, Ink.SOFT, "end"),
    ]
    shapes += _grid((left, top), cell, n_rows=len(rows), n_columns=len(columns))
    if cell >= size:
        for number, head in enumerate(heads):
            shapes += upright(left + cell * (number + 0.5), top - 5, head, size)
    for number, row in enumerate(rows):
        middle = top + cell * (number + 0.5)
        shapes.append(Label(left - 8, middle, row, size, anchor="end"))
        shapes.append(Label(left + cell * len(columns) + right - 2, middle, f"{totals[number]:,}", size, Ink.SOFT, "end"))
        for column in np.flatnonzero(counts[number]).tolist():
            corner = (left + cell * column, top + cell * number)
            hint = f"{row} → {columns[column]}：{counts[number, column]} / {totals[number]}"
            share = float(counts[number, column] / totals[number])
            shapes += _cell(corner, cell, share=share, hit=column == number, hint=hint)
    return Picture(name, title, left + cell * len(columns) + right, top + cell * len(rows) + 4, tuple(shapes))


def _grid(corner: tuple[float, float], cell: float, *, n_rows: int, n_columns: int) -> Iterator[Shape]:
    """Yield the empty cells all at once: a ground with lines in the colour of the paper."""
    x, y = corner
    width, height = cell * n_columns, cell * n_rows
    yield Box(x, y, width, height, Ink.LINE, 0.28)
    for number in range(1, n_columns + 1):
        edge = x + cell * number - _GAP / 2
        yield Stroke(((edge, y), (edge, y + height)), Ink.PAPER, _GAP)
    for number in range(1, n_rows + 1):
        edge = y + cell * number - _GAP / 2
        yield Stroke(((x, edge), (x + width, edge)), Ink.PAPER, _GAP)


def _cell(corner: tuple[float, float], cell: float, *, share: float, hit: bool, hint: str) -> Iterator[Shape]:
    x, y = corner
    side = cell - _GAP
    # Mistakes are few: a root makes one in a hundred visible.
    strength = 0.15 + 0.85 * share**1.5 if hit else min(0.1 + 1.3 * share**0.5, 1.0)
    yield Box(x, y, side, side, Ink.HIT if hit else Ink.MISS, strength, hint)
    if cell >= _LEAST_CELL_WITH_NUMBER and share >= _SHOWN_SHARE:
        ink = Ink.PAPER if strength > _STRONG else Ink.TEXT
        yield Label(x + side / 2, y + side / 2, f"{share:.0%}".rstrip("%"), 10.5, ink, "middle")


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_COLUMN_NAME else name[: _LONGEST_COLUMN_NAME - 1] + "…"
