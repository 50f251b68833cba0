"""Text that runs out of its cell, at a table's foot or past a column rule: given back to it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from extract.layout.grid import Cell, Grid
from extract.layout.lines import Line
from extract.page import Ints, Page

HUNG = frozenset("、，。．：；！？）」』】〉》,.:;!?)")  # marks that may hang past a rule
FOLLOWS = 0.35  # of the glyph size: a mark this near the glyph before it follows it
ALIGNED = 0.15  # of the glyph size: left edges of one cell's lines differ less, indents aside
LEVEL = 0.3  # of the glyph size: baselines of one line differ less


def with_hung_marks(page: Page, grid: Grid, where: Ints) -> Ints:
    """`where`, the cell of each glyph of the page (n,), with marks that hang past a column rule.

    A full line may hang its last mark into the margin, so that it stands in the cell on the right.
    It belongs to the cell on the left when it follows a line there: no line begins with such marks.
    """
    edge = np.array([cell.x0 for cell in grid.cells])[where]
    near = (where >= 0) & (page.boxes[:, 0] - edge < FOLLOWS * page.size)
    marks = [i for i in np.flatnonzero(near).tolist() if page.chars[i] in HUNG]
    if not marks:
        return where
    out = where.copy()
    for i in sorted(marks, key=lambda i: float(page.boxes[i, 0])):
        left, size = page.boxes[i, 0], page.size[i]
        before = np.flatnonzero(
            (out >= 0)
            & (np.abs(page.baseline - page.baseline[i]) < LEVEL * size)
            & (np.abs(page.boxes[:, 2] - left) < FOLLOWS * size)
            & (page.boxes[:, 0] < left)
        )
        if len(before):
            beside = int(out[before[np.argmax(page.boxes[before, 2])]])
            if grid.cells[beside].x1 == edge[i]:
                out[i] = beside
    return out


def overflow(grid: Grid, lines: list[Line]) -> list[Line]:
    """Give text that runs out of the grid's foot back to its cells (changed in place); returns the
    other lines.

    Browsers end the rules where the row is cut, while a merged cell beside it prints on. `lines`
    are the page's lines outside tables, from top to bottom; one that crosses columns is divided at
    them.
    """
    bottom = sorted((c for c in grid.cells if c.row_end == len(grid.ys) - 1), key=lambda c: c.x0)
    steps = sorted(b.baseline - a.baseline for c in grid.cells for a, b in pairwise(c.lines))
    if not steps:
        return lines
    pitch = steps[len(steps) // 2]
    rest = []
    for line in lines:
        parts = [(cell, inside) for cell in bottom if (inside := _inside(line, cell))]
        if sum(len(inside) for _, inside in parts) == len(line.chars) and all(
            _follows(line, inside[0], cell, pitch) for cell, inside in parts
        ):
            for cell, inside in parts:
                cell.lines.append(line.part(inside))
        else:
            rest.append(line)
    return rest


def _inside(line: Line, cell: Cell) -> list[int]:
    """The glyphs of the line within the cell's columns."""
    return [i for i, (a, b) in enumerate(zip(line.x0, line.x1)) if cell.x0 < (a + b) / 2 < cell.x1]


def _follows(line: Line, first: int, cell: Cell, pitch: float) -> bool:
    """Whether the line, from its glyph `first` on, stands where the cell's next line would."""
    if not cell.lines:
        return False
    last = cell.lines[-1]
    near = min(abs(line.x0[first] - other.left) for other in cell.lines)
    return (
        0 < line.baseline - last.baseline < 1.25 * pitch < 4 * last.size
        and near < ALIGNED * last.size
        and abs(line.size - last.size) < 0.1 * last.size
    )
