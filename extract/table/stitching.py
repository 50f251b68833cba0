"""Grids of successive pages → one plan table: ruled rows whose cells run on over page breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extract.layout.grid import Cell, Grid
from extract.layout.lines import Line
from extract.paragraphs.rejoin import Limits, Placed, measure_limits
from extract.paragraphs.witness import inner_pairs
from extract.table.breaks import HABIT, Break, Verdict, heading_runs_on, measure_runs_on, settle
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
    breaks: list[Break]
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


class _Stitcher:
    """Takes up the parts of the table in printed order; `rows` and `breaks` are what it made."""

    def __init__(self, columns: Columns, limits: dict[str, Limits], styles: Styles) -> None:
        self.columns, self.limits, self.styles = columns, limits, styles
        self.rows: list[Row] = []
        self.breaks: list[Break] = []
        self.page, self.room = 0, 0.0
        """Of the part being taken up: its page, and what was left free above it (points)."""
        self.shared: dict[Cell, TextCell] = {}
        """What the printed cells of this part were taken up in."""
        self.bands: dict[str, TextCell] = {}
        """Headings across the table that hold for the rows below them, by level."""
        self.opened: str | None = None
        """The outermost level of the headings across the table below which no row stands yet."""

    def enter(self, part: Part, room: float) -> None:
        """Take up one part; `room` (points) was left free at the foot of the page before."""
        cells = part.cells
        self.page, self.room, self.shared = part.grid.page, room, {}
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
                self._below_band(measure, near, top if after_break else None)
            elif after_break and measure.row == top:
                self._at_break(measure, near)
            else:
                self._add(measure, near)
            self.opened = None

    def _below_band(self, measure: Cell, near: Beside, broken: int | None) -> None:
        """Take up the first measure cell below a heading across the table.

        Where that opens a focus point, the pillar's cell may go on below it: cut by it, or by a
        page break above the row `broken`.
        """
        cut = all(c.row >= measure.row or c.row == broken for c in near["pillar"])
        runs_on = cut and self._heading("pillar", measure, near).joins
        self._add(measure, near, _Joins(runs_on and self.opened != "pillar"))

    def _at_break(self, measure: Cell, near: Beside) -> None:
        """Take up a measure cell at the top of a part, where cells may run on."""
        joins = self._joins(measure, near)
        above = self.rows[-1]
        if joins.measure:
            self._headings(near, joins)
            self._go_on(above, measure, near)
            return
        # One unit cell beside several rows: its text stands on either page.
        merged = self.styles.units_merged and _has_unit(above.units) != _has_unit(near["unit"])
        self._add(measure, near, joins, above.units if merged else [])

    def _add(
        self,
        measure: Cell,
        near: Beside,
        joins: _Joins = _Joins(),
        units: Sequence[TextCell] = (),
    ) -> None:
        """A new row; its unit cells go on those in `units`, if any."""
        pillar, focus = self._headings(near, joins)
        row = Row(pillar, focus, self._take_units(near, units))
        row.measure.add(measure)
        self._extra(row, near)
        self.rows.append(row)

    def _go_on(self, above: Row, measure: Cell, near: Beside) -> None:
        """The row above goes on: its measure and its unit cells."""
        above.measure.add(measure)
        taken = self._take_units(near, above.units)
        above.units = above.units or taken
        self._extra(above, near)

    def _headings(self, near: Beside, joins: _Joins) -> tuple[TextCell, TextCell]:
        """Pillar and focus cell beside a measure cell; else what stands for it."""
        above = self.rows[-1] if self.rows else None
        running = above.pillar if above is not None and joins.pillar else None
        if any(c.lines for c in near["pillar"]) or near["pillar"] and "pillar" not in self.bands:
            pillar = self._take(near["pillar"], running)
        else:
            pillar = self.bands.get("pillar") or (above.pillar if above else TextCell())
        running = above.focus if above is not None and joins.focus else None
        if near["focus"]:
            focus = self._take(near["focus"], running)
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

    def _joins(self, measure: Cell, near: Beside) -> _Joins:
        """Which cells at the top of a part run on."""
        own = {}
        for role in ("pillar", "focus"):
            # Focus points stacked beside a pillar go where it goes.
            if near[role] and not (role == "focus" and self.styles.focus_stacked):
                own[role] = self._heading(role, measure, near)
        text, limits = self.rows[-1].measure.lines, self.limits["measure"]
        units = _has_unit(self.rows[-1].units), _has_unit(near["unit"])
        own["measure"] = measure_runs_on(text, measure.lines, units, self.room, self.styles, limits)
        settled = settle(own)
        first = measure.lines[0] if measure.lines else None
        self.breaks += [Break(role, self.page, first, verdict) for role, verdict in settled.items()]
        pillar = "pillar" not in settled or settled["pillar"].joins
        focus = settled["focus"].joins if "focus" in settled else pillar
        return _Joins(pillar, focus, settled["measure"].joins)

    def _heading(self, role: str, measure: Cell, near: Beside) -> Verdict:
        above: TextCell = getattr(self.rows[-1], role)
        lines = [line for c in near[role] for line in c.lines]
        if self.styles.on_top and lines and measure.lines and stands_lower(lines, measure.lines):
            return Verdict(True, "nothing printed beside the first line below the break", HABIT)
        marked = self.styles.pillars_marked if role == "pillar" else self.styles.focus_marked
        return heading_runs_on(above.lines, lines, self.limits[role], marked)

    def _take_units(self, near: Beside, running: Sequence[TextCell]) -> list[TextCell]:
        """The unit cells beside a measure; each unit column (主辦, 協辦) goes on by itself."""
        last = len(running) - 1
        return [
            self._take([unit], running[min(n, last)] if running else None)
            for n, unit in enumerate(near["unit"])
        ]

    def _take(self, cells: list[Cell], running: TextCell | None = None) -> TextCell:
        """The text cell of these printed cells, shared with the rows beside the same print.

        Cells met for the first time are taken up by `running`, the cell above a break, if given.
        """
        if cells[0] in self.shared:
            return self.shared[cells[0]]
        out = running if running is not None else TextCell()
        for cell in cells:
            self.shared[cell] = out
            out.add(cell)
        return out


def _has_unit(cells: Iterable[TextCell | Cell]) -> bool:
    return any(cell.lines for cell in cells)
