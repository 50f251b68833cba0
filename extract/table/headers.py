"""Header rows that a table prints again, wherever they stand: the table is divided above them.

Where a merged cell goes on below a repeated header, office software draws no rule between the two:
label and text stand in one cell then, which is cut at the header's foot.
"""

from __future__ import annotations

from dataclasses import replace

from extract.layout.grid import Cell, Grid

LABELS_LEAST = 2  # known labels beside each other, one with a cell of its own, make a header


def divide(grid: Grid, labels: list[str]) -> list[Grid]:
    """The grid cut above each row that repeats the header, whose `labels` are known.

    Row, column and box of the cells are those within the part (points, as before).
    """
    headers = [found for row in range(len(grid.ys) - 1) if (found := _header(grid, row, labels))]
    cells = list(grid.cells)
    for row, foot in headers:
        cells = [part for cell in cells for part in _cut(cell, row, foot, grid, labels)]
    bounds = sorted({0, *(row for row, _ in headers), len(grid.ys) - 1})
    return [
        _rows(grid, cells, first, last) for first, last in zip(bounds, bounds[1:], strict=False)
    ]


def _header(grid: Grid, row: int, labels: list[str]) -> tuple[int, int] | None:
    """The row and the one below its header, where the cells that begin in it hold labels."""
    begin = [c for c in grid.cells if c.row == row and c.lines]
    whole = [c for c in begin if _text(c) in labels]
    mixed = [c for c in begin if c not in whole]
    if not whole or len(begin) < LABELS_LEAST:
        return None
    foot = min(c.row_end for c in whole)
    if all(c.row_end > foot and _label_lines(c, labels) for c in mixed):
        return row, foot
    return None


def _text(cell: Cell) -> str:
    return "".join(cell.text.split())


def _label_lines(cell: Cell, labels: list[str]) -> int:
    """How many lines at the cell's top make a label; 0 where none do."""
    text = ""
    for n, line in enumerate(cell.lines, 1):
        text += "".join(line.text.split())
        if text in labels:
            return n
    return 0


def _cut(cell: Cell, row: int, foot: int, grid: Grid, labels: list[str]) -> list[Cell]:
    """The cell, in two where it runs from a header row past the header's foot."""
    if cell.row != row or cell.row_end <= foot:
        return [cell]
    y, lines = grid.ys[foot], _label_lines(cell, labels)
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
