"""Which column of the plan table is which: by its printed header, then by what stands in it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from extract.layout.grid import Cell, Grid
from extract.script import markers
from extract.script.vocabulary import HEADERS
from extract.table.headers import Words, label_words
from extract.units.beside import UNIT_END

_NUMBERS = re.compile(r"[0-9０-９.、\-－()（）]{1,5}")
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

    left: float
    """x (points) of the table's left edge on the page of its header."""
    edges: list[float]
    roles: list[str]
    headers: list[str]
    """Printed header labels, left to right, each once."""
    labels: list[str]
    """The header label above each column."""
    header_rows: int
    words: Words
    """What the header prints, to know it again."""

    def of(self, role: str) -> list[int]:
        return [i for i, r in enumerate(self.roles) if r == role]

    @property
    def width(self) -> float:
        return self.edges[-1] - self.edges[0]

    def span(self, x0: float, x1: float) -> list[int]:
        """Columns covered by at least half from `x0` to `x1` (points from the left edge)."""
        bounds = enumerate(pairwise(self.edges))
        return [i for i, (a, b) in bounds if min(b, x1) - max(a, x0) > 0.5 * (b - a)]

    def label(self, role: str, x: float) -> str:
        """Printed label of the role's column nearest to `x` (points on the page)."""
        near = min(self.of(role), key=lambda i: abs(self.edges[i] - (x - self.left)))
        return self.labels[near] or role


def count_header_rows(grid: Grid) -> int:
    """Number of lattice rows at the grid's top that hold header labels only, 0 without a header."""
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


def find_columns(grid: Grid) -> Columns | None:
    """Columns of a table that opens with a plan table's header; None for any other table."""
    rows = count_header_rows(grid)
    if not rows:
        return None
    body = [c for c in grid.cells if c.row >= rows]
    if not body:
        return None
    header = [c for c in grid.cells if c.row < rows and c.lines]
    header.sort(key=lambda c: (c.row, c.col))
    # An edge that only a cell or two know (a nested frame) is no column edge.
    used = sorted({c.col for c in body} | {c.col_end for c in body} | {0, len(grid.xs) - 1})
    labels = [_label(header, a, b) for a, b in pairwise(used)]
    roles = _assign(labels, [_column_cells(body, a, b) for a, b in pairwise(used)])
    if roles is None:
        return None
    left = grid.xs[0]
    edges = [grid.xs[i] - left for i in used]
    return Columns(
        left, edges, roles, [_squeeze(c.text) for c in header], labels, rows, label_words(header)
    )


def _squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def _label(header: list[Cell], a: int, b: int) -> str:
    """Labels above the lattice columns [a, b), from top to bottom."""
    return "".join(_squeeze(c.text) for c in header if c.col < b and c.col_end > a)


def _column_cells(body: list[Cell], a: int, b: int) -> list[Cell]:
    return [c for c in body if c.col >= a and c.col_end <= b and c.lines]


def _assign(labels: list[str], cells: list[list[Cell]]) -> list[str] | None:
    """Roles of the columns: unit and side columns by label, the others from left to right.

    None when the labels are no plan table's.
    """
    by_label = [header_role(label) for label in labels]
    if sum(r is not None for r in by_label) < 2:
        return None
    roles = [r if r == "unit" or r in EXTRA else None for r in by_label]
    if "unit" not in roles:
        shares = [_unit_share(c) for c in cells]
        best = max(range(len(cells)), key=shares.__getitem__)
        if shares[best] > 0.7:
            roles[best] = "unit"
    # A narrow column of bare numbers under no side label of its own.
    roles = [r or ("index" if _only_numbers(c) else None) for r, c in zip(roles, cells)]
    text = [i for i, r in enumerate(roles) if r is None]
    if not text:
        return None
    if "unit" not in roles and not any(by_label[i] == "measure" for i in text) and len(text) < 3:
        return None
    names = iter(_text_roles(len(text), _heading_role(cells[text[0]]) or by_label[text[0]]))
    return [r or next(names) for r in roles]


def _text_roles(count: int, first: str | None) -> list[str]:
    """Pillar → focus → measure for so many columns; `first` is the role the first column shows."""
    if count == 1:
        return ["measure"]
    if count == 2:
        return ["focus" if first == "focus" else "pillar", "measure"]
    return ["pillar"] + ["focus"] * (count - 2) + ["measure"]


def _heading_role(cells: list[Cell]) -> str | None:
    """The level that the markers of a heading column show: 一、 pillar, (一) focus point."""
    styles = Counter(c.lines[0].marker.style for c in cells if c.lines[0].marker is not None)
    (style, count), *_ = [*styles.most_common(1), ("", 0)]
    mostly = count > 0.5 * len(cells)
    return {"cjk": "pillar", "cjk_paren": "focus"}.get(style) if mostly else None


def _only_numbers(cells: list[Cell]) -> bool:
    return bool(cells) and all(_NUMBERS.fullmatch(c.text) for c in cells)


def _unit_share(cells: list[Cell]) -> float:
    """Share of the column's lines that read like a unit's name."""
    lines = [line.text for c in cells for line in c.lines]
    units = sum(bool(UNIT_END.search(t)) and len(t) <= 12 for t in lines)
    return units / len(lines) if lines else 0.0
