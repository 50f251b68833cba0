"""Ruled lines of a page → tables, their cells with row and column spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from extract.layout.gutters import column_rules
from extract.layout.lines import Line
from extract.page import Floats, Ints, Mask, Page

TOUCH = 4.0  # points: a rule that ends this close to another meets it
SNAP = 4.0  # points: rows and columns are never this narrow, so nearer edges are one
COVERED = 0.6  # share of a cell edge a rule must cover to count (worn and dashed rules leave gaps)
OPEN_END = 5.0  # points: rules that run on this far past the last crossing one leave the table open
ROWS_LEAST = 3  # rules across in a frame: with fewer it is a box around a stamp or a title
FRAME = 4  # rules: a page's border has no more


@dataclass(slots=True, eq=False)
class Cell:
    """A cell over lattice rows [row, row_end) and columns [col, col_end), its box in points."""

    row: int
    row_end: int
    col: int
    col_end: int
    x0: float
    y0: float
    x1: float
    y1: float
    lines: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)


@dataclass(slots=True)
class Grid:
    """One ruled table of a page: its column and row edges in points, and its cells.

    `lattice` has one square a row and column between edges, shape (rows, columns): the index of its
    cell.
    """

    page: int
    xs: list[float]
    ys: list[float]
    cells: list[Cell]
    lattice: Ints

    def locate(self, boxes: Floats) -> Ints:
        """Index of the cell that holds each box's centre, shape (n,); -1 outside the table."""
        cx = (boxes[:, 0] + boxes[:, 2]) / 2
        cy = (boxes[:, 1] + boxes[:, 3]) / 2
        col = np.searchsorted(self.xs, cx) - 1
        row = np.searchsorted(self.ys, cy) - 1
        inside = (col >= 0) & (col < len(self.xs) - 1) & (row >= 0) & (row < len(self.ys) - 1)
        out = np.full(len(boxes), -1)
        out[inside] = self.lattice[row[inside], col[inside]]
        return out


def find_grids(page: Page, edges: list[float] | None = None) -> list[Grid]:
    """Tables of the page from top to bottom; a lone underline or page border is none.

    `edges` are column edges (points) known from a page before. A table without an outer frame shows
    its own outer edge only where a horizontal rule reaches it; on a page where none does, the known
    edge stands in.
    """
    across = _columnless(page.horizontal, page.vertical)
    # A page ruled down may have a line across in its head, which is no table that goes on.
    gutters = column_rules(page, across, None if len(page.vertical) else edges)
    vertical = np.vstack([page.vertical, gutters])
    grids = (_build(page, h, v, edges) for h, v in _components(page.horizontal, vertical))
    return sorted((g for g in grids if g is not None), key=lambda g: g.ys[0])


def _components(h: Floats, v: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Split rules into tables, from top to bottom.

    Rules that touch belong together, so do groups that share a stretch of the page's height.
    """
    if not len(v):
        return
    boxes = np.vstack([h[:, [0, 2, 1, 2]], v[:, [0, 1, 0, 2]]])
    first_vertical = len(h)
    groups = [Group(boxes, members) for members in _touching(boxes)]
    tables = [g for g in groups if g.members[-1] >= first_vertical and not _is_border(g, groups)]
    merged: list[Group] = []
    for group in sorted(tables, key=lambda g: g.top):
        if merged and group.top < merged[-1].bottom - TOUCH:
            merged[-1] = Group(boxes, merged[-1].members + group.members)
        else:
            merged.append(group)
    for group in merged:
        members = np.array(group.members)
        yield h[members[members < first_vertical]], v[members[members >= first_vertical] - len(h)]


def _columnless(h: Floats, v: Floats) -> Floats:
    """The horizontal rules (h, 3) that no vertical one (v, 3) meets but a table's outer frame."""
    out: list[int] = []
    boxes = np.vstack([h[:, [0, 2, 1, 2]], v[:, [0, 1, 0, 2]]])
    for members in _touching(boxes) if len(h) else []:
        group = Group(boxes, members)
        across = [i for i in members if i < len(h)]
        down = v[[i - len(h) for i in members if i >= len(h)], 0]
        inner = (down > group.left + TOUCH) & (down < group.right - TOUCH)
        if not len(down) or not inner.any() and len(across) >= ROWS_LEAST:
            out += across
    return h[sorted(out)]


class Group:
    """Rules that belong together: their indices and the box (points) around them."""

    def __init__(self, boxes: Floats, members: list[int]) -> None:
        own = boxes[members]
        self.members = members
        self.left, self.top = float(own[:, 0].min()), float(own[:, 1].min())
        self.right, self.bottom = float(own[:, 2].max()), float(own[:, 3].max())

    def holds(self, other: Group) -> bool:
        """Whether another group stands wholly inside this one."""
        return (
            self.left < other.left
            and self.top < other.top
            and self.right > other.right
            and self.bottom > other.bottom
        )


def _touching(boxes: Floats) -> list[list[int]]:
    """Indices of the rules (their boxes, shape (n, 4)) of each group that touches."""
    low, high = boxes[:, :2], boxes[:, 2:] + TOUCH
    touch = (low[:, None, 0] <= high[None, :, 0]) & (low[:, None, 1] <= high[None, :, 1])
    touch &= touch.T
    label = np.arange(len(boxes))
    while True:  # each rule takes the least label it touches, until none changes
        least = np.where(touch, label, len(boxes)).min(axis=1)
        if (least == label).all():
            break
        label = least
    groups: dict[int, list[int]] = {}
    for i, own in enumerate(label.tolist()):
        groups.setdefault(own, []).append(i)
    return list(groups.values())


def _is_border(group: Group, groups: list[Group]) -> bool:
    """Whether the group is the page's border: a frame that touches nothing and holds other
    rules.
    """
    if len(group.members) > FRAME:
        return False
    return any(group.holds(other) and len(other.members) > FRAME for other in groups)


def _cluster(values: list[float]) -> list[float]:
    out: list[list[float]] = []
    for value in sorted(values):
        if out and value - out[-1][0] <= SNAP:
            out[-1].append(value)
        else:
            out.append([value])
    return [sum(c) / len(c) for c in out]


def _build(page: Page, h: Floats, v: Floats, edges: list[float] | None) -> Grid | None:
    xs, ys = _column_edges(h, v, edges), _row_edges(h, v)
    if len(xs) < 3 or len(ys) < 2:
        return None
    below = _ruled(h[:, [2, 0, 1]], ys, xs).tolist()
    beside = _ruled(v, xs, ys).T.tolist()
    lattice = np.full((len(ys) - 1, len(xs) - 1), -1)
    cells: list[Cell] = []
    for i, j in np.ndindex(lattice.shape):
        if lattice[i, j] < 0:
            for r0, r1, c0, c1 in _parts(_flood(i, j, below, beside, lattice)):
                lattice[r0:r1, c0:c1] = len(cells)
                cells.append(Cell(r0, r1, c0, c1, xs[c0], ys[r0], xs[c1], ys[r1]))
    return Grid(page.number, xs, ys, cells, lattice)


def _row_edges(h: Floats, v: Floats) -> list[float]:
    """Heights (points) of the horizontal rules, and where verticals run on past the outer ones."""
    ys = _cluster(h[:, 2].tolist())
    return _widened(ys, float(v[:, 1].min()), float(v[:, 2].max()))


def _column_edges(h: Floats, v: Floats, known: list[float] | None) -> list[float]:
    """Places (points) of the vertical rules, and the outer edges of a table without a frame."""
    xs = _cluster(v[:, 0].tolist())
    if len(h):
        xs = _widened(xs, float(h[:, 0].min()), float(h[:, 1].max()))
    if known and len(xs) >= 2 and all(any(abs(x - e) <= SNAP for e in known) for x in xs):
        xs = _widened(xs, known[0], known[-1])
    return xs


def _widened(edges: list[float], first: float, last: float) -> list[float]:
    """The edges with an outer one put in where the table reaches further."""
    before = [first] if not edges or first < edges[0] - OPEN_END else []
    after = [last] if not edges or last > edges[-1] + OPEN_END else []
    return before + edges + after


def _ruled(rules: Floats, at: list[float], edges: list[float]) -> Mask:
    """Where rules (position, start, end) run: shape (len(at), len(edges) - 1), the outermost
    always.
    """
    out = np.ones((len(at), len(edges) - 1), dtype=bool)
    for i in range(1, len(at) - 1):
        own = rules[np.abs(rules[:, 0] - at[i]) <= SNAP]
        out[i] = _covered(own[:, 1], own[:, 2], np.array(edges))
    return out


def _covered(starts: Floats, ends: Floats, edges: Floats) -> Mask:
    """Which stretches between successive edges the segments cover, shape (len(edges) - 1,)."""
    shared = np.minimum(ends[:, None], edges[1:]) - np.maximum(starts[:, None], edges[:-1])
    covered: Mask = np.clip(shared, 0, None).sum(axis=0) >= COVERED * np.diff(edges)
    return covered


def _flood(
    i: int, j: int, below: list[list[bool]], beside: list[list[bool]], lattice: Ints
) -> set[tuple[int, int]]:
    """The free squares reachable from (i, j) without crossing a rule.

    `below[r]` says where a rule runs above row r, `beside[r]` which sides of the squares of row r
    are ruled.
    """
    stack, squares = [(i, j)], set()
    rows, cols = lattice.shape
    while stack:
        r, c = stack.pop()
        if (r, c) in squares or lattice[r, c] >= 0:
            continue
        squares.add((r, c))
        if r + 1 < rows and not below[r + 1][c]:
            stack.append((r + 1, c))
        if r > 0 and not below[r][c]:
            stack.append((r - 1, c))
        if c + 1 < cols and not beside[r][c + 1]:
            stack.append((r, c + 1))
        if c > 0 and not beside[r][c]:
            stack.append((r, c - 1))
    return squares


def _parts(squares: set[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """Squares as one cell (row, row_end, col, col_end), or as runs a column if they form no
    rectangle.
    """
    r0, r1 = min(r for r, _ in squares), max(r for r, _ in squares) + 1
    c0, c1 = min(c for _, c in squares), max(c for _, c in squares) + 1
    if (r1 - r0) * (c1 - c0) == len(squares):
        return [(r0, r1, c0, c1)]
    parts: list[tuple[int, int, int, int]] = []
    for c, r in sorted((c, r) for r, c in squares):
        if parts and parts[-1][1:3] == (r, c):
            parts[-1] = (parts[-1][0], r + 1, c, c + 1)
        else:
            parts.append((r, r + 1, c, c + 1))
    return parts
