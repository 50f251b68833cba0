"""Ruled lines of a page → tables, their cells with row and column spans."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from extract.layout.gutters import column_rules
from extract.layout.lines import Line
from extract.model import Page

TOUCH = 4.0  # points: a rule that ends this close to another meets it
SNAP = 4.0  # points: rows and columns are never this narrow, so nearer edges are one
COVERED = 0.6  # share of a cell edge a rule must cover to count (worn and dashed rules leave gaps)
OPEN_END = 5.0  # points: verticals that run on this far past the last horizontal leave the table open there


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
    """One ruled table of a page. `open_top` and `open_bottom`: no rule closes it there (a page break cut it)."""

    page: int
    xs: list[float]
    ys: list[float]
    cells: list[Cell]
    lattice: np.ndarray
    open_top: bool
    open_bottom: bool

    def locate(self, boxes: np.ndarray) -> np.ndarray:
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

    `edges` are column edges (points) known from a page before. A table without an outer frame shows its own outer edge
    only where a horizontal rule reaches it; on a page where none does, the known edge stands in.
    """
    grids = []
    vertical = page.vertical if len(page.vertical) else column_rules(page, edges)
    for h, v in _components(page.horizontal, vertical):
        grid = _build(page, h, v, edges)
        if grid is not None:
            grids.append(grid)
    return sorted(grids, key=lambda g: g.ys[0])


def _components(h: np.ndarray, v: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split rules into tables: rules that touch belong together, so do groups that share a stretch of the page's height."""
    if not len(v):
        return []
    boxes = (
        np.vstack(
            [
                np.column_stack([h[:, 0], h[:, 2], h[:, 1], h[:, 2]]),
                np.column_stack([v[:, 0], v[:, 1], v[:, 0], v[:, 2]]),
            ]
        )
        if len(h)
        else np.column_stack([v[:, 0], v[:, 1], v[:, 0], v[:, 2]])
    )
    n = len(boxes)
    touch = (
        (boxes[:, None, 0] <= boxes[None, :, 2] + TOUCH)
        & (boxes[None, :, 0] <= boxes[:, None, 2] + TOUCH)
        & (boxes[:, None, 1] <= boxes[None, :, 3] + TOUCH)
        & (boxes[None, :, 1] <= boxes[:, None, 3] + TOUCH)
    )
    label = np.arange(n)
    while True:  # each rule takes the least label it touches, until none changes
        least = np.where(touch, label, n).min(axis=1)
        if (least == label).all():
            break
        label = least
    groups: dict[int, list[int]] = {}
    for i, own in enumerate(label.tolist()):
        groups.setdefault(own, []).append(i)
    nh = len(h)
    items = []
    for members in groups.values():
        b = boxes[members]
        items.append([b[:, 1].min(), b[:, 3].max(), members, b[:, 0].min(), b[:, 2].max()])
    # A frame that touches nothing and holds other rules is the page's border.
    items = [
        a
        for a in items
        if not (
            len(a[2]) <= 4
            and any(
                o is not a
                and o[0] > a[0]
                and o[1] < a[1]
                and o[3] > a[3]
                and o[4] < a[4]
                and len(o[2]) > 4
                for o in items
            )
        )
    ]
    items = [a for a in items if any(m >= nh for m in a[2])]
    items.sort(key=lambda a: a[0])
    merged: list[list] = []
    for a in items:
        if merged and a[0] < merged[-1][1] - TOUCH:
            merged[-1][1] = max(merged[-1][1], a[1])
            merged[-1][2] = merged[-1][2] + a[2]
        else:
            merged.append(a)
    out = []
    for _, _, members, _, _ in merged:
        out.append(
            (
                h[[m for m in members if m < nh]] if nh else h,
                v[[m - nh for m in members if m >= nh]],
            )
        )
    return out


def _cluster(values: list[float]) -> list[float]:
    out: list[list[float]] = []
    for value in sorted(values):
        if out and value - out[-1][0] <= SNAP:
            out[-1].append(value)
        else:
            out.append([value])
    return [sum(c) / len(c) for c in out]


def _build(page: Page, h: np.ndarray, v: np.ndarray, edges: list[float] | None) -> Grid | None:
    xs = _cluster(v[:, 0].tolist())
    ys = _cluster(h[:, 2].tolist()) if len(h) else []
    top, bottom = float(v[:, 1].min()), float(v[:, 2].max())
    open_top = not ys or top < ys[0] - OPEN_END
    open_bottom = not ys or bottom > ys[-1] + OPEN_END
    if open_top:
        ys.insert(0, top)
    if open_bottom:
        ys.append(bottom)
    if len(h):
        # No outer frame: the horizontals say how far the table reaches.
        left, right = float(h[:, 0].min()), float(h[:, 1].max())
        if left < xs[0] - OPEN_END:
            xs.insert(0, left)
        if right > xs[-1] + OPEN_END:
            xs.append(right)
    if (
        edges is not None
        and len(xs) >= 2
        and all(any(abs(x - e) <= SNAP for e in edges) for x in xs)
    ):
        if edges[0] < xs[0] - OPEN_END:
            xs.insert(0, edges[0])
        if edges[-1] > xs[-1] + OPEN_END:
            xs.append(edges[-1])
    if len(xs) < 3 or len(ys) < 2:
        return None
    rows, cols = len(ys) - 1, len(xs) - 1
    across, down = np.array(xs), np.array(ys)
    below = np.ones((rows + 1, cols), dtype=bool)
    for i in range(1, rows):
        segments = h[np.abs(h[:, 2] - ys[i]) <= SNAP]
        below[i] = _covered(segments[:, 0], segments[:, 1], across)
    beside = np.ones((rows, cols + 1), dtype=bool)
    for j in range(1, cols):
        segments = v[np.abs(v[:, 0] - xs[j]) <= SNAP]
        beside[:, j] = _covered(segments[:, 1], segments[:, 2], down)
    below, beside = below.tolist(), beside.tolist()
    lattice = np.full((rows, cols), -1)
    cells: list[Cell] = []
    for i in range(rows):
        for j in range(cols):
            if lattice[i, j] < 0:
                _flood(i, j, below, beside, lattice, cells, xs, ys)
    return Grid(page.number, xs, ys, cells, lattice, open_top, open_bottom)


def _covered(starts: np.ndarray, ends: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Which stretches between successive edges the segments cover, shape (len(edges) - 1,)."""
    shared = np.minimum(ends[:, None], edges[1:]) - np.maximum(starts[:, None], edges[:-1])
    return np.clip(shared, 0, None).sum(axis=0) >= COVERED * np.diff(edges)


def _flood(i, j, below, beside, lattice, cells, xs, ys) -> None:
    """Collect the squares reachable from (i, j) without crossing a rule; one cell, or one a column if they form no rectangle."""
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
    r0, r1 = min(r for r, _ in squares), max(r for r, _ in squares) + 1
    c0, c1 = min(c for _, c in squares), max(c for _, c in squares) + 1
    if (r1 - r0) * (c1 - c0) == len(squares):
        parts = [(r0, r1, c0, c1)]
    else:
        parts = []
        for c in range(c0, c1):
            own = sorted(r for r, k in squares if k == c)
            start = own[0]
            for r, after in zip(own, own[1:] + [None]):
                if after != r + 1:
                    parts.append((start, r + 1, c, c + 1))
                    start = after
    for a, b, c, d in parts:
        lattice[a:b, c:d] = len(cells)
        cells.append(Cell(a, b, c, d, xs[c], ys[a], xs[d], ys[b]))
