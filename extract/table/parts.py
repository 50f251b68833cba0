"""Which grids of a document the plan table is printed in, and what stands in them by role."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from extract.layout.grid import Cell, Grid
from extract.layout.lines import Line
from extract.layout.vertical import is_vertical, upright
from extract.paragraphs.pieces import SENTENCE_END
from extract.paragraphs.rejoin import Placed
from extract.script import markers
from extract.table.columns import EXTRA, Columns, count_header_rows, find_columns
from extract.table.headers import divide

SAME_EDGE = 0.03  # of the table's width: column edges this near are the same column elsewhere


STOPS = SENTENCE_END | {"；", ";", "：", ":"}


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


@dataclass(slots=True, eq=False)
class Part:
    """One grid of the plan table: its place among the document's grids and its body cells by role.

    `cells` has a list for every role, by lattice row and column. Cells over the whole table stand
    under `band` as well as under `measure`.
    """

    index: int
    grid: Grid
    header_rows: int
    cells: dict[str, list[Cell]]

    @property
    def header_lines(self) -> list[Line]:
        return [line for c in self.grid.cells if c.row < self.header_rows for line in c.lines]


def find_parts(grids: list[Grid]) -> tuple[Columns, list[Part]] | None:
    """The plan table's columns and its parts, in reading order; None when no grid has its header.

    The lines of all parts get their place down the table (`Line.order`, points).
    """
    columns: Columns | None = None
    parts: list[Part] = []
    for i, grid in enumerate(grids):
        if columns is None:
            columns = _opening(grid, grids[i + 1] if i + 1 < len(grids) else None)
        if columns is None:
            continue
        for own, repeated in divide(grid, columns.words):
            rows = _header_rows(columns, own, repeated)
            if not parts:
                rows = min(columns.header_rows, len(own.ys) - 1)
            if rows is not None:
                parts.append(Part(i, own, rows, _by_role(columns, own, rows)))
    if columns is None:
        return None
    _set_upright(parts)
    _set_markers(parts)
    _set_order(parts)
    return columns, parts


def _opening(grid: Grid, following: Grid | None) -> Columns | None:
    """Columns of a grid that opens the plan table: with its header, at a page's foot even alone."""
    columns = find_columns(grid)
    if columns is None and following is not None:
        columns = find_columns(_below(grid, following))
    return columns


def _header_rows(columns: Columns, grid: Grid, repeated: int) -> int | None:
    """Rows that repeat the header in a later grid of the plan table; None for another table.

    `repeated` rows do so word for word.
    """
    if _same_columns(columns, grid):
        rows = repeated or count_header_rows(grid)
        return rows if rows and _same_labels(columns, grid, rows) else 0
    again = find_columns(grid)
    return again.header_rows if again is not None and again.roles == columns.roles else None


def _below(grid: Grid, following: Grid) -> Grid:
    """The grid with the rows of the following one below its own.

    The header may have fewer columns (one label over two of them): its edges must all be edges of
    the table below. Where they are not, the grid itself is returned.
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
    """Whether the grid's edges are the plan table's (shifted as a whole, or a little scaled)."""
    left, width = grid.xs[0], grid.xs[-1] - grid.xs[0]
    if abs(width - columns.width) > 0.08 * columns.width:
        return False
    scale = columns.width / width
    near = SAME_EDGE * columns.width
    own = [(x - left) * scale for x in grid.xs]
    shared = sum(min(abs(x - e) for e in columns.edges) <= near for x in own)
    known = sum(min(abs(x - e) for x in own) <= near for e in columns.edges)
    return shared >= len(own) - 1 and known >= len(columns.edges) - 1 and known >= 3


def _same_labels(columns: Columns, grid: Grid, rows: int) -> bool:
    labels = {"".join(c.text.split()) for c in grid.cells if c.row < rows and c.lines}
    return bool(labels) and len(labels & set(columns.headers)) >= 0.5 * len(labels)


def _by_role(columns: Columns, grid: Grid, header_rows: int) -> dict[str, list[Cell]]:
    """Body cells by role; a cell over several columns goes where its text belongs."""
    out: dict[str, list[Cell]] = {
        role: [] for role in ("pillar", "focus", "measure", "unit", "band", *EXTRA)
    }
    left = grid.xs[0]
    scale = columns.width / (grid.xs[-1] - left)
    for cell in sorted(grid.cells, key=lambda c: (c.row, c.col)):
        covered = columns.span((cell.x0 - left) * scale, (cell.x1 - left) * scale)
        roles = [columns.roles[i] for i in covered]
        if cell.row < header_rows or not roles:
            continue
        if cell.lines and _is_band(roles, columns):
            out["band"].append(cell)
        main = [role for role in ("measure", "unit", "pillar", "focus") if role in roles]
        out[(main or roles)[0]].append(cell)
    return out


def _is_band(roles: list[str], columns: Columns) -> bool:
    """Whether a cell over these columns runs across the table, headings to its left aside."""
    main = {role for role in columns.roles if role not in EXTRA}
    across = [{"pillar", "measure"}, {"measure", "unit"}] + ([main] if len(main) > 1 else [])
    return any(wanted <= set(roles) for wanted in across)


def _set_upright(parts: list[Part]) -> None:
    """Make lines of text that is set down the page in a narrow column."""
    for role in ("pillar", "focus"):
        cells = [c for part in parts for c in part.cells[role]]
        if is_vertical([c.lines for c in cells]):
            for cell in cells:
                # In place: the page's own cell, of which this may be a copy, has them, too.
                cell.lines[:] = upright(cell.lines)


def _set_markers(parts: list[Part]) -> None:
    """See the numbers of measures that begin with a figure (1.1999服務專線).

    They stand where a cell or, behind a full stop, a paragraph begins, and count on.
    """
    last = 0
    for cell in (c for part in parts for c in part.cells["measure"]):
        above: Line | None = None
        for line in cell.lines:
            found = line.marker or markers.match_glued(line.text)
            if found is not None and found.style == "number":
                begins = above is None or above.chars[-1] in STOPS
                if line.marker is None and begins and found.number in (1, last + 1):
                    line.marker = found
                last = found.number if line.marker is not None else last
            above = line


def _set_order(parts: list[Part]) -> None:
    """Each body follows right below the one before, as if the paper had not ended."""
    below = 0.0
    for part in parts:
        shift = below - part.grid.ys[part.header_rows]
        for cell in part.grid.cells:
            for line in cell.lines:
                line.order = line.baseline + shift
        below = part.grid.ys[-1] + shift
