"""Which column of the plan table is which: by the role of its printed header, then by what stands in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from extract.layout.grid import Cell, Grid
from extract.script import markers
from extract.script.vocabulary import HEADERS, UNIT

UNIT_END = re.compile(rf"(?:{UNIT}|\))$")
EXTRA = ("index", "remark", "period", "benefit")


def header_role(text: str) -> str | None:
    """Role of a header label, None when the text is no header label (too long, or punctuated)."""
    text = re.sub(r"\s", "", text)
    if not text or len(text) > 14 or re.search(r"[，。；、：:]", text) or markers.match(text):
        return None
    return next((role for role, pattern in HEADERS if pattern.match(text)), None)


@dataclass(slots=True)
class Columns:
    """The plan table's columns: edges in points from the table's left edge, and a role a column."""

    edges: list[float]
    roles: list[str]
    headers: list[str]
    """Printed header labels, left to right, each once."""
    labels: list[str] = field(default_factory=list)
    """The header label above each column."""
    header_rows: int = 0

    def of(self, role: str) -> list[int]:
        return [i for i, r in enumerate(self.roles) if r == role]

    @property
    def width(self) -> float:
        return self.edges[-1] - self.edges[0]

    def span(self, cell: Cell, shift: float) -> list[int]:
        """Columns a cell covers (at least half of the column), `shift` being the grid's left edge in points."""
        out = []
        for i in range(len(self.roles)):
            a, b = self.edges[i], self.edges[i + 1]
            overlap = min(b, cell.x1 - shift) - max(a, cell.x0 - shift)
            if overlap > 0.5 * (b - a):
                out.append(i)
        return out


def count_header_rows(grid: Grid) -> int:
    """Number of lattice rows at the top of the grid that hold header labels only, 0 when there is no header."""
    rows = 0
    best = 0
    roles: set[str] = set()
    last = 0
    for row in range(len(grid.ys) - 1):
        starting = [c for c in grid.cells if c.row == row and c.lines]
        if row >= max(last, 1) and not starting:
            break
        if any(header_role(c.text) is None for c in starting):
            break
        for c in starting:
            roles.add(header_role(c.text) or "")
            last = max(last, c.row_end)
        rows = row + 1
        if len(roles) >= 2 and rows >= last:
            best = rows
        if rows >= 3:
            break
    return best if len(roles) >= 2 else 0


def cut_headers(grids: list[Grid]) -> None:
    """Cut cells at the foot of a repeated header that has no rule below them (changes the grids).

    Word draws none where a merged cell goes on from the page before: header label and the cell's
    text then stand in one. Labels are known from the last header before, the foot from the header
    cells that do end.
    """
    labels: set[str] = set()
    rows = 0
    for grid in grids:
        if own := count_header_rows(grid):
            rows, labels = own, {_compact(c.text) for c in grid.cells if c.row < own and c.lines}
        elif foot := _header_foot(grid, labels, rows):
            for cell in [c for c in grid.cells if c.row < foot < c.row_end]:
                _cut(grid, cell, foot, _label_lines(cell, labels))


def _header_foot(grid: Grid, labels: set[str], rows: int) -> int:
    """The row below a header some cells of which run on below it; 0 where there is none."""
    closed = [c for c in grid.cells if c.row_end <= rows and _compact(c.text) in labels]
    foot = max((c.row_end for c in closed), default=0)
    top = [c for c in grid.cells if c.row < foot and c.lines]
    labelled = all(c in closed or _label_lines(c, labels) for c in top)
    return foot if labelled and any(c.row_end > foot for c in top) else 0


def _label_lines(cell: Cell, labels: set[str]) -> int:
    """The number of lines at the cell's top that make a header label; 0 where none do."""
    text = ""
    for n, line in enumerate(cell.lines, 1):
        text += _compact(line.text)
        if text in labels:
            return n
    return 0


def _cut(grid: Grid, cell: Cell, row: int, lines: int) -> None:
    """Divide a cell at the top of a lattice row, its first `lines` lines above."""
    below = replace(cell, row=row, y0=grid.ys[row], lines=cell.lines[lines:])
    grid.lattice[row : cell.row_end, cell.col : cell.col_end] = len(grid.cells)
    grid.cells.append(below)
    cell.row_end, cell.y1, cell.lines = row, grid.ys[row], cell.lines[:lines]


def _compact(text: str) -> str:
    return "".join(text.split())


def find_columns(grid: Grid) -> Columns | None:
    """Columns of a table that opens with a plan table's header; None for any other table."""
    rows = count_header_rows(grid)
    if not rows:
        return None
    body = [c for c in grid.cells if c.row >= rows]
    if not body:
        return None
    left = grid.xs[0]
    edges, labels, headers = [], [], []
    used = sorted({c.col for c in body} | {c.col_end for c in body} | {0, len(grid.xs) - 1})
    # An edge that only a cell or two know (a nested frame) is no column edge.
    edges = [grid.xs[i] - left for i in used]
    for a, b in zip(used, used[1:]):
        parts: list[Cell] = []
        for c in grid.cells:
            if c.row < rows and c.col < b and c.col_end > a and c.lines and c not in parts:
                parts.append(c)
        labels.append(
            "".join(re.sub(r"\s", "", c.text) for c in sorted(parts, key=lambda c: c.row))
        )
    for c in sorted(
        (c for c in grid.cells if c.row < rows and c.lines), key=lambda c: (c.row, c.col)
    ):
        headers.append(re.sub(r"\s", "", c.text))
    roles = _assign(labels, [_column_cells(body, a, b) for a, b in zip(used, used[1:])])
    if roles is None:
        return None
    return Columns(edges, roles, headers, labels, rows)


def _column_cells(body: list[Cell], a: int, b: int) -> list[Cell]:
    return [c for c in body if c.col >= a and c.col_end <= b and c.lines]


def _assign(labels: list[str], cells: list[list[Cell]]) -> list[str] | None:
    """Roles of the columns: unit and side columns by label, the others pillar → focus → measure from left to right."""
    by_label = [header_role(label) for label in labels]
    if sum(r is not None for r in by_label) < 2:
        return None
    roles: list[str | None] = [r if r == "unit" or r in EXTRA else None for r in by_label]
    if "unit" not in roles:
        shares = [_unit_share(c) for c in cells]
        best = max(range(len(cells)), key=shares.__getitem__)
        if shares[best] > 0.7:
            roles[best] = "unit"
    for i, column in enumerate(cells):
        # A narrow column of bare numbers under no side label of its own.
        if (
            roles[i] is None
            and column
            and all(re.fullmatch(r"[0-9０-９.、\-－()（）]{1,5}", c.text) for c in column)
        ):
            roles[i] = "index"
    text = [i for i, r in enumerate(roles) if r is None]
    if not text:
        return None
    if "unit" not in roles and not any(by_label[i] == "measure" for i in text) and len(text) < 3:
        return None
    if len(text) == 1:
        names = ["measure"]
    elif len(text) == 2:
        names = ["focus" if by_label[text[0]] == "focus" else "pillar", "measure"]
    else:
        names = ["pillar"] + ["focus"] * (len(text) - 2) + ["measure"]
    for i, name in zip(text, names):
        roles[i] = name
    for i, role in enumerate(roles):
        # Two unit columns (主辦, 協辦) both count; a second 目標 column stays with the side columns.
        if role is None:
            roles[i] = "remark"
    return [r or "remark" for r in roles]


def _unit_share(cells: list[Cell]) -> float:
    lines = [line.text for c in cells for line in c.lines]
    return (
        sum(bool(UNIT_END.search(t)) and len(t) <= 12 for t in lines) / len(lines) if lines else 0.0
    )
