"""What the plan table shows away from its page breaks of the way it is set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from extract.layout.grid import Cell
from extract.layout.lines import Line
from extract.script.markers import Marker
from extract.table.parts import Part, beside
from extract.text.levels import BAND, CELL, LEVELS, Block, Levels, find_levels

HEADING_STYLES = ("cjk", "cjk_paren", "number")
LOWER = 0.6  # of the glyph size: a line that stands further down is no line beside the other


@dataclass(frozen=True, slots=True)
class Styles:
    """Habits of one plan table."""

    levels: Levels
    """Which marker styles open pillars, focus points and measures, in cells and in bands."""
    top: str | None
    """Marker style that numbers the measures."""
    inside: str | None
    """Marker style of focus points that stand in the measure cells, above their lists."""
    many_in_cell: bool
    """Cells that hold several numbered measures are as common as cells that hold one."""
    lists_restart: bool
    """The numbers of measures mostly begin anew where a cell does."""
    focus_stacked: bool
    """One focus cell beside each pillar, the focus points stacked in it."""
    units_merged: bool
    """A unit cell stands beside several measure cells."""
    pillars_marked: bool
    focus_marked: bool
    on_top: bool
    """Pillars and focus points stand at the top of their cells, beside the first measure line."""


def read_styles(parts: list[Part]) -> Styles:
    """Look at all cells of the table, page by page."""
    measures = [c for part in parts for c in part.cells["measure"]]
    levels = find_levels(_blocks(parts), _without_column(parts))
    top = levels.style("measure", CELL)
    numbered = [sum(m.style == top for m in _markers(c)) for c in measures]
    return Styles(
        levels,
        top,
        levels.style("focus", CELL),
        sum(n > 1 for n in numbered) >= max(1, sum(n == 1 for n in numbered)),
        _lists_restart(parts, top),
        _focus_stacked(parts),
        any(_merged(unit, part.cells["measure"]) for part in parts for unit in part.cells["unit"]),
        _mostly(m is not None and m.style in HEADING_STYLES for m in _opening(parts, "pillar")),
        _mostly(m is not None and m.level >= 1 for m in _opening(parts, "focus")),
        _on_top(parts),
    )


def _without_column(parts: list[Part]) -> list[str]:
    """Levels that no column of their own prints: bands over the pillar's may stand for it."""
    bands = any(
        not any(beside(pillar, band) for pillar in part.cells["pillar"])
        for part in parts
        for band in part.cells["band"]
    )
    printed = {
        role: any(c.lines for part in parts for c in part.cells[role])
        for role in ("pillar", "focus")
    }
    return [level for level in LEVELS if not printed.get(level) or level == "pillar" and bands]


def _blocks(parts: list[Part]) -> list[Block]:
    """Bands and the marked lines of measure cells, in printed order."""
    out: list[Block] = []
    for part in parts:
        for cell in part.cells["measure"]:
            if cell in part.cells["band"]:
                found = cell.lines[0].marker
                out.append(Block(BAND, *_mark(found), length=len(cell.text)))
            elif cell.lines:
                out += _blocks_of(cell, _heading_above(part, cell))
    return out


def _blocks_of(cell: Cell, under: str | None) -> list[Block]:
    """The first line and the marked ones, each with the characters up to the next."""
    at = [n for n, line in enumerate(cell.lines) if n == 0 or line.marker is not None]
    return [
        Block(
            CELL,
            *_mark(cell.lines[a].marker),
            length=sum(len(line.chars) for line in cell.lines[a:b]),
            opens=a == 0,
            under=under if a == 0 else None,
        )
        for a, b in pairwise([*at, len(cell.lines)])
    ]


def _mark(marker: Marker | None) -> tuple[str | None, int]:
    return (marker.style, marker.number) if marker is not None else (None, 0)


def _heading_above(part: Part, measure: Cell) -> str | None:
    """The outermost level whose column prints a new heading at the measure cell's top."""
    for level in ("pillar", "focus"):
        if any(c.row == measure.row and c.lines for c in part.cells[level]):
            return level
    return None


def _markers(cell: Cell) -> list[Marker]:
    return [line.marker for line in cell.lines if line.marker is not None]


def _opening(parts: list[Part], role: str) -> list[Marker | None]:
    """The marker, if any, that opens each cell of the role."""
    return [c.lines[0].marker for part in parts for c in part.cells[role] if c.lines]


def _mostly(marked: Iterable[bool]) -> bool:
    """At least two in five: printed markers are left out here and there."""
    known = list(marked)
    return sum(known) >= 0.4 * max(1, len(known))


def _lists_restart(parts: list[Part], top: str | None) -> bool:
    """Away from page breaks, where a cell may go on."""
    cells = [c for part in parts for c in part.cells["measure"][1:] if c.lines]
    opening = [c.lines[0].marker for c in cells]
    first = [m.number == 1 for m in opening if m is not None and m.style == top]
    return sum(first) > len(first) / 2


def _on_top(parts: list[Part]) -> bool:
    """Whether most headings begin beside the first measure line, cells at page breaks aside."""
    beginning = [
        (heading, measure)
        for part in parts
        for measure in part.cells["measure"]
        for role in ("pillar", "focus")
        for heading in part.cells[role]
        if heading.row == measure.row > part.header_rows and heading.lines and measure.lines
    ]
    level = sum(not stands_lower(heading.lines, measure.lines) for heading, measure in beginning)
    return level > 0.7 * len(beginning)


def stands_lower(lines: list[Line], beside: list[Line]) -> bool:
    """Whether lines of one cell begin below the first line of the cell beside it."""
    return lines[0].baseline - beside[0].baseline > LOWER * lines[0].size


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
