"""Text below a table's foot: a cell's that prints on, or a note of its own."""

from __future__ import annotations

from array import array

import pytest

from extract.layout.grid import Grid
from extract.layout.lines import Line
from extract.layout.overflow import overflow

from .test_stitching import LABELS, PITCH, grid, line


def made() -> Grid:
    """A table whose last row holds three lines of pillar and measure, one of unit."""
    body = ("一、完備/流程及其/說明", "(一)建立", "1.檢討流程，/公布時程，/製作", "社會課")
    return grid(1, LABELS, body)


def cell(table: Grid, column: int) -> list[str]:
    return [own.text for c in table.cells if (c.row, c.col) == (1, column) for own in c.lines]


def test_what_stands_where_a_cells_next_line_would_is_given_back_to_it() -> None:
    table = made()
    below = line(1, "並檢討", table.xs[0], table.ys[-1])
    assert overflow(table, [below]) == []
    assert cell(table, 0) == ["一、完備", "流程及其", "說明", "並檢討"]


def test_a_line_across_columns_is_divided_among_them() -> None:
    table = made()
    left, right = (
        line(1, text, table.xs[n], table.ys[-1]) for n, text in ((0, "並檢討"), (2, "摺頁。"))
    )
    x0, x1 = (array("d", [*a, *b]) for a, b in ((left.x0, right.x0), (left.x1, right.x1)))
    text = left.text + right.text
    own = (left.top, left.bottom, left.baseline, left.size, 1.0, text, 0.0, left.size, None)
    assert overflow(table, [Line(1, text, x0, x1, *own)]) == []
    assert (cell(table, 0)[-1], cell(table, 2)[-1]) == ("並檢討", "摺頁。")


@pytest.mark.parametrize(
    "text, column, right, lines",
    [
        ("備註：得視需要修正。", 0, 0.0, 1.0),  # a line's distance farther down
        ("備註：得視", 0, 8.0, 0.0),  # set in
        ("備註：得視需要修正。", 0, 0.0, 0.0),  # into the next column
        ("備註", 3, 0.0, 0.0),  # the cell's own last line stands far above
    ],
)
def test_a_note_below_the_foot_is_left_outside(
    text: str, column: int, right: float, lines: float
) -> None:
    table = made()
    note = line(1, text, table.xs[column] + right, table.ys[-1] + lines * PITCH)
    assert overflow(table, [note]) == [note]
    assert text not in sum((cell(table, n) for n in range(4)), [])
