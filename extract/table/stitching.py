"""Grids of successive pages → one plan table: ruled rows whose cells run on over page breaks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from extract.layout.grid import Cell, Grid
from extract.layout.lines import Line
from extract.layout.vertical import is_vertical, upright
from extract.script import markers
from extract.table.columns import EXTRA, Columns, count_header_rows, find_columns
from extract.text.measures import is_title
from extract.text.paragraphs import SENTENCE_END, Limits, Placed, could_hold, measure_limits

SAME_EDGE = 0.03  # of the table's width: column edges this near are the same column on another page
ROOM = 6.0  # lines: more room than this at a page's foot means that nothing was cut there


@dataclass(slots=True)
class TextCell:
    """A printed cell of the pillar, focus or unit column, rejoined over page breaks."""

    lines: list[Placed] = field(default_factory=list)

    def add(self, cell: Cell) -> None:
        self.lines += [Placed(line, cell.x0, cell.x1) for line in cell.lines]


@dataclass(slots=True)
class Row:
    """A ruled row of the plan table. Cells are shared between rows where the print merges them."""

    pillar: TextCell
    focus: TextCell
    units: list[TextCell]
    measure: TextCell
    extra: dict[str, TextCell] = field(default_factory=dict)
    grid: int = 0


@dataclass(slots=True)
class PlanTable:
    """The stitched plan table, the grids it came from and the text limits of its columns."""

    columns: Columns
    rows: list[Row]
    grids: list[int]
    header_repeats: bool
    limits: dict[str, Limits]
    header_lines: list[Line]


def stitch(grids: list[Grid], heights: dict[int, float]) -> PlanTable | None:
    """Build the plan table from all grids of a document (in reading order, cells filled with lines).

    `heights` gives each page's height in points. Returns None when no grid has a plan table's header.
    """
    columns: Columns | None = None
    used: list[int] = []
    skip: dict[int, int] = {}
    for i, grid in enumerate(grids):
        if columns is None:
            columns = find_columns(grid)
            if columns is None and i + 1 < len(grids):
                # A header at a page's foot, its table on the next page.
                columns = find_columns(_below(grid, grids[i + 1]))
            if columns is not None:
                used.append(i)
                skip[i] = min(columns.header_rows, len(grid.ys) - 1)
        elif _same_columns(columns, grid):
            used.append(i)
            rows = count_header_rows(grid)
            skip[i] = rows if rows and _same_labels(columns, grid, rows) else 0
        elif (again := find_columns(grid)) is not None and again.roles == columns.roles:
            used.append(i)
            skip[i] = again.header_rows
    if columns is None:
        return None
    return _Stitcher(
        columns, [grids[i] for i in used], [skip[i] for i in used], used, heights
    ).run()


def _below(grid: Grid, following: Grid) -> Grid:
    """The grid with the rows of the following one below its own; the grid itself where their columns do not agree.

    The header may have fewer columns (one label over two of them): its edges must all be edges of the table below.
    """
    left, other = grid.xs[0], following.xs[0]
    near = SAME_EDGE * (grid.xs[-1] - left)
    column = []
    for x in grid.xs:
        distance, at = min((abs((x - left) - (y - other)), i) for i, y in enumerate(following.xs))
        if distance > near:
            return grid
        column.append(at)
    if column[-1] != len(following.xs) - 1 or len(set(column)) < len(column):
        return grid
    rows = len(grid.ys) - 1
    own = [replace(c, col=column[c.col], col_end=column[c.col_end]) for c in grid.cells]
    moved = [replace(c, row=c.row + rows, row_end=c.row_end + rows) for c in following.cells]
    return replace(
        grid,
        xs=[left + x - other for x in following.xs],
        ys=grid.ys + [grid.ys[-1] + y - following.ys[0] for y in following.ys[1:]],
        cells=own + moved,
    )


def _same_columns(columns: Columns, grid: Grid) -> bool:
    """Whether the grid's column edges are the plan table's (shifted as a whole, or a little scaled)."""
    left, width = grid.xs[0], grid.xs[-1] - grid.xs[0]
    if abs(width - columns.width) > 0.08 * columns.width:
        return False
    scale = columns.width / width
    near = [
        min(abs((x - left) * scale - e) for e in columns.edges) <= SAME_EDGE * columns.width
        for x in grid.xs
    ]
    known = sum(
        min(abs((x - left) * scale - e) for x in grid.xs) <= SAME_EDGE * columns.width
        for e in columns.edges
    )
    return sum(near) >= len(near) - 1 and known >= len(columns.edges) - 1 and known >= 3


def _same_labels(columns: Columns, grid: Grid, rows: int) -> bool:
    labels = {"".join(c.text.split()) for c in grid.cells if c.row < rows and c.lines}
    return bool(labels) and len(labels & set(columns.headers)) >= 0.5 * len(labels)


class _Stitcher:
    """Walks the grids in order and decides, cell by cell, what runs on over a page break."""

    def __init__(
        self,
        columns: Columns,
        grids: list[Grid],
        skip: list[int],
        used: list[int],
        heights: dict[int, float],
    ) -> None:
        self.columns, self.grids, self.skip, self.used = columns, grids, skip, used
        self.heights = heights
        self.rows: list[Row] = []
        self.scale = [columns.width / (g.xs[-1] - g.xs[0]) for g in grids]
        self.by_role = [self._roles(n) for n in range(len(grids))]
        for role in ("pillar", "focus"):
            cells = [c for by_role in self.by_role for c in by_role[role]]
            if is_vertical([c.lines for c in cells]):
                for cell in cells:
                    cell.lines = upright(cell.lines)
        below = 0.0
        for grid, rows in zip(grids, skip):
            # The next page's body follows right below this one's, as if the paper had not ended.
            shift = below - grid.ys[rows]
            for cell in grid.cells:
                for line in cell.lines:
                    line.order = line.baseline + shift
            below = grid.ys[-1] + shift
        self.feet = [self._foot(g) for g in grids]
        self.limits = {
            role: measure_limits(
                [
                    Placed(line, c.x0, c.x1)
                    for cells in self.by_role
                    for c in cells[role]
                    for line in c.lines
                ]
            )
            for role in ("pillar", "focus", "measure", "unit")
        }
        self._styles()

    def _foot(self, grid: Grid) -> float:
        """How far down the page (points) the table fills it; rules that run off the page say nothing."""
        text = max((line.bottom for c in grid.cells for line in c.lines), default=grid.ys[0])
        return max(text, grid.ys[-1]) if grid.ys[-1] < self.heights[grid.page] - 1 else text

    def _roles(self, n: int) -> dict[str, list[Cell]]:
        """Body cells of grid n by role; a cell over several columns goes where its text belongs."""
        grid = self.grids[n]
        out: dict[str, list[Cell]] = {
            role: [] for role in ("pillar", "focus", "measure", "unit", "band", *EXTRA)
        }
        for cell in grid.cells:
            if cell.row < self.skip[n]:
                continue
            scaled = Cell(
                cell.row,
                cell.row_end,
                cell.col,
                cell.col_end,
                (cell.x0 - grid.xs[0]) * self.scale[n],
                0,
                (cell.x1 - grid.xs[0]) * self.scale[n],
                0,
            )
            roles = [self.columns.roles[i] for i in self.columns.span(scaled, 0.0)]
            if not roles:
                continue
            if "measure" in roles and "pillar" in roles and cell.lines:
                out["band"].append(cell)
            for role in ("measure", "unit", "pillar", "focus"):
                if role in roles:
                    out[role].append(cell)
                    break
            else:
                out[roles[0]].append(cell)
        for cells in out.values():
            cells.sort(key=lambda c: (c.row, c.col))
        return out

    def _styles(self) -> None:
        """What the pages show away from their breaks: list style, stacked focus cells, one row a measure, merged units."""
        levels: Counter[str] = Counter()
        total = 0
        many = single = stacked = separate = merged = 0
        for n, cells in enumerate(self.by_role):
            for cell in cells["measure"]:
                found = [m for line in cell.lines if (m := line.marker) and m.style != "section"]
                if cell.lines:
                    total += 1
                if found:
                    levels[min(found, key=lambda m: m.level).style] += 1
            for pillar in cells["pillar"]:
                beside = [
                    f
                    for f in cells["focus"]
                    if f.lines and f.row < pillar.row_end and f.row_end > pillar.row
                ]
                separate += len(beside) > 1
                stacked += any(
                    sum(bool((m := p.marker) and m.style == "cjk_paren") for p in f.lines) > 1
                    for f in beside
                )
            for unit in cells["unit"]:
                merged += (
                    sum(c.row < unit.row_end and c.row_end > unit.row for c in cells["measure"]) > 1
                )
        common = [s for s, c in levels.items() if c >= max(1, 0.12 * total)]
        self.top = min(common, key=markers.LEVEL.__getitem__) if common else None
        for cells in self.by_role:
            for cell in cells["measure"]:
                own = [m for line in cell.lines if (m := line.marker) and m.style == self.top]
                many += len(own) > 1
                single += len(own) == 1
        self.cell_style = many >= max(1, single)
        self.stacked = stacked > 0 and separate == 0
        self.units_merged = merged > 0
        texts = [c.lines[0].text for cells in self.by_role for c in cells["pillar"] if c.lines]
        self.pillars_marked = sum(
            bool((m := markers.match(t)) and m.style in ("cjk", "cjk_paren", "number"))
            for t in texts
        ) >= 0.4 * max(1, len(texts))
        texts = [c.lines[0].text for cells in self.by_role for c in cells["focus"] if c.lines]
        self.focus_marked = sum(
            bool((m := markers.match(t)) and m.level >= 1) for t in texts
        ) >= 0.4 * max(1, len(texts))

    def run(self) -> PlanTable:
        repeats = any(s for s in self.skip[1:])
        for n in range(len(self.grids)):
            self._page(n)
        # A row of empty cells is a filler line of the form, not a measure.
        rows = [r for r in self.rows if r.measure.lines or any(u.lines for u in r.units)]
        headers = [
            line
            for grid, skip in zip(self.grids, self.skip)
            for c in grid.cells
            if c.row < skip
            for line in c.lines
        ]
        return PlanTable(self.columns, rows, self.used, repeats, self.limits, headers)

    def _page(self, n: int) -> None:
        cells = self.by_role[n]
        shared: dict[int, TextCell] = {}
        first = min((c.row for c in cells["measure"]), default=0)
        while len(self.rows) > 1 and self._blank(self.rows[-1], self.rows[-2]):
            self.rows.pop()  # the strip a page break leaves of a row that was moved as a whole
        for measure in cells["measure"]:
            if any(measure is band for band in cells["band"]) and self._band(measure):
                continue
            beside = {
                role: [
                    c for c in cells[role] if c.row < measure.row_end and c.row_end > measure.row
                ]
                for role in ("pillar", "focus", "unit", *EXTRA)
            }
            joins = (
                self._joins(n, measure, beside)
                if self.rows and measure.row == first and n > 0
                else (False, False, False)
            )
            previous = self.rows[-1] if self.rows else None
            pillar = self._cell(
                shared,
                beside["pillar"],
                previous.pillar if joins[0] else None,
                previous.pillar if previous else None,
            )
            focus = self._focus(shared, beside["focus"], previous, joins, pillar)
            if joins[2] and previous is not None:
                previous.measure.add(measure)
                for unit in beside["unit"]:
                    if previous.units and id(unit) not in shared:
                        shared[id(unit)] = previous.units[-1]
                        previous.units[-1].add(unit)
                    elif id(unit) not in shared:
                        previous.units.append(self._cell(shared, [unit], None, None))
                self._extra(previous, beside)
                continue
            units = [self._cell(shared, [u], None, None) for u in beside["unit"]]
            if (
                n
                and measure.row == first
                and previous is not None
                and self.units_merged
                and not any(u.lines for u in units)
            ):
                units = previous.units
            row = Row(pillar, focus, units, TextCell(), grid=n)
            row.measure.add(measure)
            self._extra(row, beside)
            self.rows.append(row)

    @staticmethod
    def _blank(row: Row, above: Row) -> bool:
        """Whether the row prints nothing of its own below the row above."""
        own = [row.measure, *row.units, *row.extra.values()] + [
            c
            for c, other in ((row.pillar, above.pillar), (row.focus, above.focus))
            if c is not other
        ]
        return not any(cell.lines for cell in own)

    def _band(self, cell: Cell) -> bool:
        """A heading across the whole table names the pillar of the rows below it."""
        found = cell.lines[0].marker
        if found is None or found.style not in ("cjk", "section") or len(cell.text) > 40:
            return False
        self.pending = TextCell()
        self.pending.add(cell)
        return True

    pending: TextCell | None = None

    def _cell(
        self,
        shared: dict[int, TextCell],
        cells: list[Cell],
        running: TextCell | None,
        above: TextCell | None,
    ) -> TextCell:
        """The text cell of these printed cells, shared with the rows beside the same print; `running` takes them up."""
        if not cells:
            if self.pending is not None:
                return self.pending
            return above if above is not None else TextCell()
        known = shared.get(id(cells[0]))
        if known is not None:
            return known
        out = running if running is not None else TextCell()
        for cell in cells:
            shared[id(cell)] = out
            out.add(cell)
        return out

    def _focus(self, shared, cells, previous, joins, pillar) -> TextCell:
        if not cells:
            # The cell is part of the pillar's or the measure's: nothing is printed for it.
            return previous.focus if previous is not None and joins[1] else TextCell()
        return self._cell(shared, cells, previous.focus if joins[1] else None, None)

    def _extra(self, row: Row, beside: dict[str, list[Cell]]) -> None:
        for role in EXTRA:
            for cell in beside[role]:
                if not cell.lines:
                    continue
                cols = [i for i, r in enumerate(self.columns.roles) if r == role]
                label = self.columns.labels[cols[0]] or role
                if len(cols) > 1:
                    near = min(
                        cols,
                        key=lambda i: abs(self.columns.edges[i] - (cell.x0 - self.grids[0].xs[0])),
                    )
                    label = self.columns.labels[near] or role
                row.extra.setdefault(label, TextCell()).add(cell)

    def _joins(
        self, n: int, measure: Cell, beside: dict[str, list[Cell]]
    ) -> tuple[bool, bool, bool]:
        """Whether pillar, focus and measure cell at the top of grid n run on from the page before."""
        previous = self.rows[-1]
        pillar = self._runs_on(previous.pillar, beside["pillar"], "pillar", self.pillars_marked)
        if not pillar:
            return False, False, False
        if self.stacked:
            focus = True
        else:
            focus = self._runs_on(previous.focus, beside["focus"], "focus", self.focus_marked)
        if not focus:
            return True, False, False
        return True, True, self._measure_runs_on(n, previous, measure, beside["unit"])

    def _runs_on(self, above: TextCell, cells: list[Cell], role: str, marked: bool) -> bool:
        lines = [line for c in cells for line in c.lines]
        if not lines:
            return True
        if not above.lines:
            return False
        found = lines[0].marker
        if found is not None and found.style in (
            "cjk",
            "cjk_paren",
            "section",
            "number",
            "number_paren",
        ):
            return False
        if marked:
            # 「三便捷」: the heading that counts on, its 、 left out.
            opened = above.lines[0].line.marker
            return opened is None or markers.match_bare(lines[0].text, opened.number + 1) is None
        return (
            not could_hold(above.lines[-1], lines[0], self.limits[role])
            and above.lines[-1].line.chars[-1] not in SENTENCE_END
        )

    def _measure_runs_on(self, n: int, previous: Row, measure: Cell, units: list[Cell]) -> bool:
        if not measure.lines:
            return True
        if not previous.measure.lines:
            return False
        before, after = self.grids[n - 1], self.grids[n]
        unit_lines = any(u.lines for u in units)
        first = measure.lines[0]
        last = previous.measure.lines[-1]
        pitch = first.size * 1.4
        foot = max(self.feet[i] / self.heights[g.page] for i, g in enumerate(self.grids))
        if (
            before.page != after.page
            and foot * self.heights[before.page] - self.feet[n - 1] > ROOM * pitch
        ):
            return False
        found = first.marker
        if found is not None and self.top is not None and found.style != "section":
            level = markers.LEVEL[self.top]
            if found.level > level:
                return True
            if found.style == self.top:
                numbers = [
                    m.number
                    for p in previous.measure.lines
                    if (m := p.line.marker) and m.style == self.top
                ]
                if found.number == 1 and numbers:
                    return False
                if (
                    not numbers
                    and found.number == 1
                    and is_title("".join(p.line.text for p in previous.measure.lines))
                ):
                    return True  # a theme at the page's foot, its list on the next page
                if self.cell_style:
                    return True
                return not unit_lines and bool(numbers)
        ended = could_hold(last, first, self.limits["measure"])
        sentence = last.line.chars[-1] in SENTENCE_END
        if not ended and not sentence:
            return True
        if not unit_lines:
            return True
        if not sentence:
            # A heading whose body comes on the next page, or a clause that goes on.
            return True
        return False
