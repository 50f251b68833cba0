"""Grids of successive pages → one plan table: ruled rows whose cells run on over page breaks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from extract.layout.grid import Cell, Grid
from extract.layout.lines import Line
from extract.paragraphs.rejoin import Limits, Placed, measure_limits
from extract.paragraphs.witness import inner_pairs
from extract.table.breaks import Break, Verdict, heading_runs_on, measure_runs_on
from extract.table.columns import EXTRA, Columns
from extract.table.headings import take_headings
from extract.table.parts import Part, Row, TextCell, beside, find_parts
from extract.table.styles import Styles, read_styles, stands_lower
from extract.text.levels import BAND, LEVELS

TEXT = ("pillar", "focus", "measure", "unit")


@dataclass(slots=True)
class PlanTable:
    """The stitched plan table, the grids it came from and the text limits of its columns."""

    columns: Columns
    rows: list[Row]
    grids: list[int]
    header_repeats: bool
    limits: dict[str, Limits]
    styles: Styles
    header_lines: list[Line]
    joins: list[Break]
    """What was decided at each page break, in printed order."""
    headings: list[Line]
    """Lines outside the grids that head a part of the table."""


def stitch(
    grids: list[Grid], heights: dict[int, float], open_lines: list[Line]
) -> PlanTable | None:
    """Build the plan table from all grids of a document (in reading order, cells with lines).

    `heights` gives each page's height in points, `open_lines` what stands outside the grids:
    headings between the parts of the table are taken from it. None when no grid has a plan table's
    header.
    """
    found = find_parts(grids)
    if found is None:
        return None
    columns, parts = found
    headings = take_headings(parts, open_lines)
    pairs = inner_pairs(line.chars for g in grids for c in g.cells for line in c.lines)
    limits = {role: _limits(parts, role, pairs) for role in TEXT}
    styles = read_styles(parts)
    stitcher = _Stitcher(columns, limits, styles)
    for part, room in zip(parts, _room(parts, heights)):
        stitcher.enter(part, room)
    return PlanTable(
        columns,
        # A row of empty cells is a filler line of the form, not a measure.
        [r for r in stitcher.rows if r.measure.lines or any(u.lines for u in r.units)],
        [part.index for part in parts],
        any(part.header_rows for part in parts[1:]),
        limits,
        styles,
        [line for part in parts for line in part.header_lines],
        stitcher.breaks,
        headings,
    )


def _limits(parts: list[Part], role: str, pairs: Counter[str]) -> Limits:
    """Limits of a column; `pairs` are the characters that stand together inside lines."""
    cells = [c for part in parts for c in part.cells[role] if c.lines]
    return measure_limits([[Placed(line, c.x0, c.x1) for line in c.lines] for c in cells], pairs)


def _room(parts: list[Part], heights: dict[int, float]) -> list[float]:
    """Room (points) left above each part at the foot of the page before; 0 within one page.

    The foot of the pages is where the table reaches furthest down.
    """
    feet = [_foot(part.grid, heights[part.grid.page]) for part in parts]
    lowest = max(foot / heights[part.grid.page] for foot, part in zip(feet, parts))
    out = [0.0]
    for foot, above, part in zip(feet, parts, parts[1:]):
        free = lowest * heights[above.grid.page] - foot
        out.append(free if above.grid.page != part.grid.page else 0.0)
    return out


def _foot(grid: Grid, height: float) -> float:
    """How far down the page (points) the table fills it; rules that run off it say nothing."""
    text = max((line.bottom for c in grid.cells for line in c.lines), default=grid.ys[0])
    return max(text, grid.ys[-1]) if grid.ys[-1] < height - 1 else text


class _Joins(NamedTuple):
    """Which cells go on from the row above."""

    pillar: bool = False
    focus: bool = False
    measure: bool = False


Beside = dict[str, list[Cell]]
"""Cells beside a measure cell, by role."""

Shared = dict[Cell, TextCell]
"""What the printed cells of one grid were taken up in."""


class _Stitcher:
    """Takes up the parts of the table in printed order; `rows` and `breaks` are what it made."""

    def __init__(self, columns: Columns, limits: dict[str, Limits], styles: Styles) -> None:
        self.columns, self.limits, self.styles = columns, limits, styles
        self.rows: list[Row] = []
        self.breaks: list[Break] = []
        self.bands: dict[str, TextCell] = {}
        """Headings across the table that hold for the rows below them, by level."""
        self.opened: str | None = None
        """The outermost level of the headings across the table below which no row stands yet."""

    def enter(self, part: Part, room: float) -> None:
        """Take up one part; `room` (points) was left free at the foot of the page before."""
        while len(self.rows) > 1 and _blank(self.rows[-1], self.rows[-2]):
            self.rows.pop()  # the strip a page break leaves of a row that was moved as a whole
        cells = part.cells
        shared: Shared = {}
        top = min((c.row for c in cells["measure"]), default=0)
        after_break = bool(self.rows)
        for measure in cells["measure"]:
            if measure in cells["band"] and self._opens_band(measure):
                continue
            near = {
                role: [c for c in cells[role] if beside(c, measure)]
                for role in ("pillar", "focus", "unit", *EXTRA)
            }
            if self.opened is not None and self.rows:
                self._below_band(measure, near, shared, top if after_break else None)
            elif after_break and measure.row == top:
                self._at_break(room, measure, near, shared)
            else:
                self._add(measure, near, shared)
            self.opened = None

    def _below_band(
        self, measure: Cell, near: Beside, shared: Shared, broken: int | None
    ) -> None:
        """Take up the first measure cell below a heading across the table.

        Where that opens a focus point, the pillar's cell may go on below it: cut by it, or by a
        page break above the row `broken`.
        """
        cut = all(c.row >= measure.row or c.row == broken for c in near["pillar"])
        runs_on = (
            cut
            and self.opened != "pillar"
            and self._heading("pillar", self.rows[-1].pillar, measure, near).joins
        )
        self._add(measure, near, shared, _Joins(pillar=runs_on))

    def _at_break(self, room: float, measure: Cell, near: Beside, shared: Shared) -> None:
        """Take up a measure cell at the top of a part, where cells may run on."""
        joins = self._joins(room, measure, near)
        above = self.rows[-1]
        if joins.measure:
            self._headings(near, shared, joins)
            self._go_on(above, measure, near, shared)
            return
        row = self._add(measure, near, shared, joins)
        if self.styles.units_merged and not any(u.lines for u in row.units):
            row.units = above.units

    def _add(self, measure: Cell, near: Beside, shared: Shared, joins: _Joins = _Joins()) -> Row:
        pillar, focus = self._headings(near, shared, joins)
        row = Row(pillar, focus, [_take([unit], shared) for unit in near["unit"]])
        row.measure.add(measure)
        self._extra(row, near)
        self.rows.append(row)
        return row

    def _go_on(self, above: Row, measure: Cell, near: Beside, shared: Shared) -> None:
        """The row above goes on: its measure and its unit cells."""
        above.measure.add(measure)
        for n, unit in enumerate(near["unit"]):
            if unit not in shared and above.units:
                # Each unit column (主辦, 協辦) goes on by itself.
                _take([unit], shared, above.units[min(n, len(above.units) - 1)])
            elif unit not in shared:
                above.units.append(_take([unit], shared))
        self._extra(above, near)

    def _headings(self, near: Beside, shared: Shared, joins: _Joins) -> tuple[TextCell, TextCell]:
        """Pillar and focus cell beside a measure cell; else what stands for it."""
        above = self.rows[-1] if self.rows else None
        running = above.pillar if above is not None and joins.pillar else None
        if any(c.lines for c in near["pillar"]) or near["pillar"] and "pillar" not in self.bands:
            pillar = _take(near["pillar"], shared, running)
        else:
            pillar = self.bands.get("pillar") or (above.pillar if above else TextCell())
        running = above.focus if above is not None and joins.focus else None
        if near["focus"]:
            focus = _take(near["focus"], shared, running)
        else:
            # The cell is part of the pillar's or the measure's: nothing is printed for it.
            focus = running or self.bands.get("focus") or TextCell()
        return pillar, focus

    def _extra(self, row: Row, near: Beside) -> None:
        for role in EXTRA:
            for cell in near[role]:
                if cell.lines:
                    label = self.columns.label(role, cell.x0)
                    row.extra.setdefault(label, TextCell()).add(cell)

    def _opens_band(self, cell: Cell) -> bool:
        """Take up a heading across the table, unless its style opens no level."""
        level = self._band_level(cell)
        if level is None:
            return False
        if self.opened is None or LEVELS.index(level) < LEVELS.index(self.opened):
            self.opened = level
        for inner in LEVELS[LEVELS.index(level) :]:
            self.bands.pop(inner, None)
        self.bands[level] = TextCell()
        self.bands[level].add(cell)
        return True

    def _band_level(self, cell: Cell) -> str | None:
        """The level that a heading across the table opens.

        One without a marker among marked ones opens the outermost level that such headings do, or
        the one inside the level just opened.
        """
        found = cell.lines[0].marker
        of = self.styles.levels.of
        if found is not None or (BAND, None) in of:
            return of.get((BAND, found.style if found is not None else None))
        levels = [level for level in LEVELS if self.styles.levels.style(level, BAND)]
        outer = LEVELS.index(self.opened) if self.opened is not None else -1
        return next((level for level in levels if LEVELS.index(level) > outer), None)

    def _joins(self, room: float, measure: Cell, near: Beside) -> _Joins:
        """Which cells at the top of a part run on; one that ends ends those to its right."""
        above = self.rows[-1]
        if not self._decided("pillar", measure, self._heading("pillar", above.pillar, measure, near)):
            return _Joins()
        if self.styles.focus_stacked:
            focus = Verdict(True, "focus points are stacked beside the pillar")
        else:
            focus = self._heading("focus", above.focus, measure, near)
        if not self._decided("focus", measure, focus):
            return _Joins(pillar=True)
        units = any(u.lines for u in near["unit"])
        text, limits = above.measure.lines, self.limits["measure"]
        verdict = measure_runs_on(text, measure.lines, units, room, self.styles, limits)
        return _Joins(True, True, self._decided("measure", measure, verdict))

    def _heading(self, role: str, above: TextCell, measure: Cell, near: Beside) -> Verdict:
        lines = [line for c in near[role] for line in c.lines]
        if self.styles.on_top and lines and measure.lines and stands_lower(lines, measure.lines):
            return Verdict(True, "nothing printed beside the first line below the break")
        marked = self.styles.pillars_marked if role == "pillar" else self.styles.focus_marked
        return heading_runs_on(above.lines, lines, self.limits[role], marked)

    def _decided(self, role: str, measure: Cell, verdict: Verdict) -> bool:
        first = measure.lines[0] if measure.lines else None
        self.breaks.append(Break(role, first, verdict))
        return verdict.joins


def _take(cells: list[Cell], shared: Shared, running: TextCell | None = None) -> TextCell:
    """The text cell of these printed cells, shared with the rows beside the same print.

    Cells met for the first time are taken up by `running`, the cell above a break, if given.
    """
    if cells[0] in shared:
        return shared[cells[0]]
    out = running if running is not None else TextCell()
    for cell in cells:
        shared[cell] = out
        out.add(cell)
    return out


def _blank(row: Row, above: Row) -> bool:
    """Whether the row prints nothing of its own below the row above."""
    own = [row.measure, *row.units, *row.extra.values()]
    own += [row.pillar] if row.pillar is not above.pillar else []
    own += [row.focus] if row.focus is not above.focus else []
    return not any(cell.lines for cell in own)
