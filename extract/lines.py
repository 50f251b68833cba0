"""Glyphs of one cell (or of the open page) → printed lines, each glyph drawn once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .model import Box, Page

SAME_LINE = 0.45  # of the glyph size: baselines this close are one line (digits of another font sit a little off)
OVERPRINT = 0.22  # of the glyph size: an equal glyph this close is the same glyph drawn again (poor man's bold)
UPRIGHT = 1.08  # of the glyph size: glyphs that follow each other down the page stand no further apart
WORD_GAP = 0.16  # of the glyph size: a gap this wide between Latin glyphs is a space


@dataclass(slots=True)
class Line:
    """One printed line: glyphs in reading order with their left and right edges (points)."""

    page: int
    chars: list[str]
    x0: list[float]
    x1: list[float]
    top: float
    bottom: float
    baseline: float
    size: float
    confidence: float
    order: float = 0.0
    """Place down the stitched table: like `baseline`, but growing over pages."""

    @property
    def left(self) -> float:
        return self.x0[0]

    @property
    def right(self) -> float:
        return self.x1[-1]

    @property
    def text(self) -> str:
        """The line's text; spaces stand only between Latin words (justification spaces are gone)."""
        out = [self.chars[0]]
        for i in range(1, len(self.chars)):
            if self.x0[i] - self.x1[i - 1] > WORD_GAP * self.size and is_latin(self.chars[i]) and is_latin(self.chars[i - 1]):
                out.append(" ")
            out.append(self.chars[i])
        return "".join(out)

    @property
    def box(self) -> Box:
        return Box(page=self.page, x0=round(self.left, 1), y0=round(self.top, 1), x1=round(self.right, 1), y1=round(self.bottom, 1))


def is_latin(char: str) -> bool:
    """Letters, digits and signs of Latin text (ASCII and Latin-1), which keep their word spaces."""
    return "!" <= char <= "\u024f"


def make_lines(page: Page, key: np.ndarray) -> tuple[dict[int, list[Line]], int]:
    """Group the page's glyphs by `key` (shape (n,), -1 for none) and by baseline.

    Returns the lines of each key from top to bottom, and the number of glyphs left out because they were drawn twice.
    """
    index = np.flatnonzero(key >= 0)
    out: dict[int, list[Line]] = {}
    if not len(index):
        return out, 0
    index = index[np.lexsort((page.boxes[index, 0], page.baseline[index], key[index]))]
    keys = key[index]
    base = page.baseline[index]
    size = page.size[index]
    chars = page.chars[index].tolist()
    boxes = page.boxes[index]
    left, top, right, bottom = (boxes[:, i].tolist() for i in range(4))
    conf = page.confidence[index].tolist()
    base_l, size_l, key_l = base.tolist(), size.tolist(), keys.tolist()
    removed = 0
    n = len(index)
    start = 0
    while start < n:
        k = key_l[start]
        stop = start + 1
        anchor = base_l[start]
        largest = size_l[start]
        while stop < n and key_l[stop] == k and base_l[stop] - anchor <= SAME_LINE * max(largest, size_l[stop]):
            # The anchor follows the line's glyphs so that a small raised glyph does not cut the line short.
            largest = max(largest, size_l[stop])
            stop += 1
        order = sorted(range(start, stop), key=left.__getitem__)
        kept: list[int] = []
        for i in order:
            double = False
            for j in kept[-3:]:
                if chars[j] == chars[i] and abs(left[j] - left[i]) <= OVERPRINT * size_l[i] and abs(base_l[j] - base_l[i]) <= OVERPRINT * size_l[i]:
                    double = True
                    break
            if double:
                removed += 1
            else:
                kept.append(i)
        sizes = sorted(size_l[i] for i in kept)
        bases = sorted(base_l[i] for i in kept)
        out.setdefault(k, []).append(
            Line(
                page=page.number,
                chars=[chars[i] for i in kept],
                x0=[left[i] for i in kept],
                x1=[right[i] for i in kept],
                top=min(top[i] for i in kept),
                bottom=max(bottom[i] for i in kept),
                baseline=bases[len(bases) // 2],
                size=sizes[len(sizes) // 2],
                confidence=sum(conf[i] for i in kept) / len(kept),
            )
        )
        start = stop
    return out, removed


def is_vertical(cells: list[list[Line]]) -> bool:
    """Whether a column of cells (each its lines, from top to bottom) is set vertically.

    Vertical text steps down by one glyph and fills its columns from the right, so only its last rows are short, at
    their left. Horizontal text as tight as that ends short at the right. A cell whose rows are all full says nothing,
    unless its glyphs stand further apart sideways than downwards.
    """
    votes = wide = 0
    for lines in cells:
        if len(lines) < 3:
            continue
        down = sorted(b.baseline - a.baseline for a, b in pairwise(lines))[(len(lines) - 1) // 2]
        size = lines[0].size
        if down > UPRIGHT * size:
            votes -= 1
            continue
        left, right = min(line.left for line in lines), max(line.right for line in lines)
        short_left = any(line.left - left > 0.5 * size for line in lines)
        short_right = any(right - line.right > 0.5 * size for line in lines)
        if short_left and not short_right and lines[0].left - left <= 0.5 * size and _in_columns(lines):
            votes += 1
        elif short_right:
            votes -= 1
        else:
            across = sorted(b - a for line in lines for a, b in pairwise(line.x0))
            wide += not across or across[len(across) // 2] > 1.04 * down
    return votes > 0 or votes == 0 and wide > 0


def _in_columns(lines: list[Line]) -> bool:
    """Whether the glyphs of all lines stand below glyphs of the first."""
    first = [(a + b) / 2 for a, b in zip(lines[0].x0, lines[0].x1)]
    return all(min(abs((a + b) / 2 - x) for x in first) < 0.3 * line.size for line in lines for a, b in zip(line.x0, line.x1))


def upright(lines: list[Line]) -> list[Line]:
    """The columns of vertical text as one line each, from right to left, in reading order."""
    columns: list[list[tuple[Line, int]]] = []
    for line in lines:
        for i in range(len(line.chars)):
            for column in columns:
                first, k = column[0]
                if abs(first.x0[k] + first.x1[k] - line.x0[i] - line.x1[i]) < line.size:
                    column.append((line, i))
                    break
            else:
                columns.append([(line, i)])
    out = []
    for column in sorted(columns, key=lambda c: -c[0][0].x0[c[0][1]]):
        ends = [line for line, _ in column]
        out.append(
            Line(
                page=ends[0].page,
                chars=[line.chars[i] for line, i in column],
                x0=[min(line.x0[i] for line, i in column)] * len(column),
                x1=[max(line.x1[i] for line, i in column)] * len(column),
                top=ends[0].top,
                bottom=ends[-1].bottom,
                baseline=ends[0].baseline,
                size=ends[0].size,
                confidence=sum(line.confidence for line in ends) / len(ends),
            )
        )
    return out
