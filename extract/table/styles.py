"""What the plan table shows away from its page breaks of the way it is set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from extract.layout.grid import Cell
from extract.script.markers import Marker
from extract.table.cells import beside
from extract.table.parts import Part
from extract.text.measures import top_style

HEADING_STYLES = ("cjk", "cjk_paren", "number")


@dataclass(frozen=True, slots=True)
class Styles:
    """Habits of one plan table."""

    top: str | None
    """Marker style that numbers the measures."""
    many_in_cell: bool
    """Cells that hold several numbered measures are as common as cells that hold one."""
    focus_stacked: bool
    """One focus cell beside each pillar, the focus points stacked in it."""
    units_merged: bool
    """A unit cell stands beside several measure cells."""
    pillars_marked: bool
    focus_marked: bool


def read_styles(parts: list[Part]) -> Styles:
    """Look at all cells of the table, page by page."""
    measures = [c for part in parts for c in part.cells["measure"]]
    top = top_style(_markers(c) for c in measures)
    numbered = [sum(m.style == top for m in _markers(c)) for c in measures]
    return Styles(
        top,
        sum(n > 1 for n in numbered) >= max(1, sum(n == 1 for n in numbered)),
        _focus_stacked(parts),
        any(_merged(unit, part.cells["measure"]) for part in parts for unit in part.cells["unit"]),
        _mostly(m is not None and m.style in HEADING_STYLES for m in _opening(parts, "pillar")),
        _mostly(m is not None and m.level >= 1 for m in _opening(parts, "focus")),
    )


def _markers(cell: Cell) -> list[Marker]:
    return [line.marker for line in cell.lines if line.marker is not None]


def _opening(parts: list[Part], role: str) -> list[Marker | None]:
    """The marker, if any, that opens each cell of the role."""
    return [c.lines[0].marker for part in parts for c in part.cells[role] if c.lines]


def _mostly(marked: Iterable[bool]) -> bool:
    """At least two in five: printed markers are left out here and there."""
    known = list(marked)
    return sum(known) >= 0.4 * max(1, len(known))


def _merged(unit: Cell, measures: list[Cell]) -> bool:
    return sum(beside(measure, unit) for measure in measures) > 1


def _focus_stacked(parts: list[Part]) -> bool:
    stacked = False
    for part in parts:
        for pillar in part.cells["pillar"]:
            own = [f for f in part.cells["focus"] if f.lines and beside(f, pillar)]
            if len(own) > 1:
                return False
            stacked = stacked or any(
                sum(m.style == "cjk_paren" for m in _markers(f)) > 1 for f in own
            )
    return stacked
