"""What the plan table is made of: printed cells rejoined over page breaks, ruled rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.layout.grid import Cell
from extract.paragraphs.rejoin import Placed


@dataclass(slots=True, eq=False)
class TextCell:
    """A printed cell of the plan table, rejoined over page breaks; two are the same by identity."""

    lines: list[Placed] = field(default_factory=list)

    def add(self, cell: Cell) -> None:
        self.lines += [Placed(line, cell.x0, cell.x1) for line in cell.lines]


@dataclass(slots=True, eq=False)
class Row:
    """A ruled row of the plan table. Cells are shared between rows where the print merges them."""

    pillar: TextCell
    focus: TextCell
    units: list[TextCell]
    measure: TextCell = field(default_factory=TextCell)
    extra: dict[str, TextCell] = field(default_factory=dict)
    top: float | None = None
    """Where a heading that stands in the measure cell begins (points down the table)."""


def beside(cell: Cell, other: Cell) -> bool:
    """Whether the two cells of one grid share a lattice row."""
    return cell.row < other.row_end and cell.row_end > other.row
