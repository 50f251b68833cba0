"""Header rows that a table prints again, wherever they stand: the table is divided above them.

Where a merged cell goes on below a repeated header, office software draws no rule between the two:
label and text stand in one cell then, which is cut at the header's foot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate, pairwise

from extract.layout.grid import Cell, Grid

LABELS_LEAST = 2  # known labels beside each other, one with a cell of its own, make a header

_APART = re.compile(r"[\s/／]+")

Words = re.Pattern[str]


def label_words(labels: Iterable[Cell]) -> Words:
    """What the header's cells print, as a pattern: whole labels and pieces of labels, any number.

    A cell that holds two labels (parted by a slash or a slanted rule) may be two cells elsewhere,
    and two cells one.
    """
    lines = [(cell, line) for cell in labels for line in cell.lines]
    pieces = {piece for _, line in lines for piece in _pieces(line.text) if len(piece) > 1}
    found = pieces | {_text(cell) for cell, _ in lines}
    return re.compile(f"(?:{'|'.join(map(re.escape, sorted(found)))})+")


def divide(grid: Grid, words: Words) -> list[tuple[Grid, int]]:
    """The grid cut above each row that repeats the header, and how many rows of each part are it.

    `words` are those of the header. Row, column and box of the cells are those within the part
    (points, as before).
    """
    feet = dict(_headers(grid, words))
    cells = list(grid.cells)
    for row, foot in feet.items():
        cells = [part for cell in cells for part in _cut(cell, row, foot, grid, words)]
    bounds = sorted({0, *feet, len(grid.ys) - 1})
    return [
        (_rows(grid, cells, first, last), feet.get(first, first) - first)
        for first, last in pairwise(bounds)
    ]


def _headers(grid: Grid, words: Words) -> Iterator[tuple[int, int]]:
    """The first row of each header and the row below its last; it may have several levels."""
    foot = 0
    for row in range(len(grid.ys) - 1):
        least = LABELS_LEAST
        if row < foot:
            continue
        foot = row
        while (below := _level_foot(grid, foot, words, least)) is not None:
            foot, least = below, 1
        if foot > row:
            yield row, foot


def _level_foot(grid: Grid, row: int, words: Words, least: int) -> int | None:
    """The row below the labels that begin in this row; None unless all that begins there is or
    opens with a label, and at `least` so many cells hold nothing else.
    """
    begin = [c for c in grid.cells if c.row == row and c.lines]
    whole = [c for c in begin if words.fullmatch(_text(c))]
    if not whole or len(begin) < least:
        return None
    foot = min(c.row_end for c in whole)
    mixed = [c for c in begin if c not in whole]
    return foot if all(c.row_end > foot and _label_lines(c, words) for c in mixed) else None


def _text(cell: Cell) -> str:
    return "".join(_pieces(cell.text))


def _pieces(text: str) -> list[str]:
    return [piece for piece in _APART.split(text) if piece]


def _label_lines(cell: Cell, words: Words) -> int:
    """How many lines at the cell's top make labels; 0 where none do."""
    own = accumulate("".join(_pieces(line.text)) for line in cell.lines)
    return max((n for n, top in enumerate(own, 1) if words.fullmatch(top)), default=0)


def _cut(cell: Cell, row: int, foot: int, grid: Grid, words: Words) -> list[Cell]:
    """The cell, in two where it runs from a header past the header's foot."""
    if not row <= cell.row < foot < cell.row_end:
        return [cell]
    y, lines = grid.ys[foot], _label_lines(cell, words)
    return [
        replace(cell, row_end=foot, y1=y, lines=cell.lines[:lines]),
        replace(cell, row=foot, y0=y, lines=cell.lines[lines:]),
    ]


def _rows(grid: Grid, cells: list[Cell], first: int, last: int) -> Grid:
    """The rows from `first` up to `last` as a grid of their own."""
    own = [
        replace(c, row=max(c.row, first) - first, row_end=min(c.row_end, last) - first)
        for c in cells
        if first <= c.row < last
    ]
    return replace(grid, ys=grid.ys[first : last + 1], cells=own)
