"""Text that runs out of a table's foot: given back to the cells it belongs to."""

from __future__ import annotations

from itertools import pairwise

from .grid import Cell, Grid
from .lines import Line


def overflow(grid: Grid, lines: list[Line]) -> list[Line]:
    """Give text that runs out of the grid's foot back to its cells (changed in place); returns the other lines.

    Browsers end the rules where the row is cut, while a merged cell beside it prints on. `lines` are the page's lines
    outside tables, from top to bottom; one that crosses columns is divided at them.
    """
    bottom = sorted((c for c in grid.cells if c.row_end == len(grid.ys) - 1), key=lambda c: c.x0)
    steps = sorted(b.baseline - a.baseline for c in grid.cells for a, b in pairwise(c.lines))
    if not steps:
        return lines
    pitch = steps[len(steps) // 2]
    rest = []
    for line in lines:
        parts = [(cell, part) for cell in bottom if (part := _part(line, cell)) is not None]
        if sum(len(part.chars) for _, part in parts) == len(line.chars) and all(_follows(part, cell, pitch) for cell, part in parts):
            for cell, part in parts:
                cell.lines.append(part)
        else:
            rest.append(line)
    return rest


def _follows(line: Line, cell: Cell, pitch: float) -> bool:
    """Whether the line stands where the cell's next line would."""
    if not cell.lines:
        return False
    last = cell.lines[-1]
    near = min(abs(line.left - other.left) for other in cell.lines)
    return 0 < line.baseline - last.baseline < 1.25 * pitch < 4 * last.size and near < 0.5 * last.size and abs(line.size - last.size) < 0.1 * last.size


def _part(line: Line, cell: Cell) -> Line | None:
    """The glyphs of the line within the cell's columns."""
    inside = [i for i in range(len(line.chars)) if cell.x0 < (line.x0[i] + line.x1[i]) / 2 < cell.x1]
    return line.part(inside) if inside else None
