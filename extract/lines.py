"""Glyphs of one cell (or of the open page) → printed lines, each glyph drawn once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .model import Box, Page

SAME_LINE = 0.45  # of the glyph size: baselines this close are one line (digits of another font sit a little off)
OVERPRINT = 0.22  # of the glyph size: an equal glyph this close is the same glyph drawn again (poor man's bold)
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


def upright(lines: list[Line]) -> list[Line]:
    """Lines of a cell in reading order; vertical text becomes one line a column, from right to left.

    Vertical text steps down by one glyph and sideways by a line's height; horizontal text the other way round.
    """
    wide = [line for line in lines if len(line.chars) > 1]
    if len(lines) < 4 or len(wide) < 2:
        return lines
    down = sorted(b.baseline - a.baseline for a, b in zip(lines, lines[1:]))[(len(lines) - 1) // 2]
    across = min(line.x0[i + 1] - line.x0[i] for line in wide for i in range(len(line.chars) - 1))
    if across <= down * 1.04 or down > 1.08 * lines[0].size:
        return lines
    columns: list[list[tuple[Line, int]]] = []
    for line in lines:
        for i, x in enumerate(line.x0):
            for column in columns:
                first, k = column[0]
                if abs(first.x0[k] - x) < 0.5 * line.size:
                    column.append((line, i))
                    break
            else:
                columns.append([(line, i)])
    out = []
    for column in sorted(columns, key=lambda c: -c[0][0].x0[c[0][1]]):
        ends = [line for line, _ in column]
        x0 = [line.x0[i] for line, i in column]
        x1 = [line.x1[i] for line, i in column]
        out.append(
            Line(
                ends[0].page, [line.chars[i] for line, i in column], sorted(x0), sorted(x1), ends[0].top, ends[-1].bottom, ends[0].baseline,
                ends[0].size, sum(line.confidence for line in ends) / len(ends),
            )
        )
    return out
