"""Glyphs of one cell (or of the open page) → printed lines, each glyph drawn once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from .markers import Marker, match
from .model import Box, Page

SAME_LINE = 0.45  # of the glyph size: baselines this close are one line (digits of another font sit a little off)
OVERPRINT = 0.22  # of the glyph size: an equal glyph this close is the same glyph drawn again (poor man's bold)
UPRIGHT = 1.08  # of the glyph size: glyphs that follow each other down the page stand no further apart
WORD_GAP = 0.16  # of the glyph size: a gap this wide between Latin glyphs is a space


@dataclass(eq=False)
class Line:
    """One printed line: glyphs in reading order with their left and right edges (points). Its glyphs never change."""

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

    @cached_property
    def latin(self) -> list[bool]:
        """`is_latin` of each glyph."""
        return ["!" <= c <= "\u024f" for c in self.chars]

    @cached_property
    def gaps(self) -> list[float]:
        """Points between glyphs that follow each other where neither is Latin: what justification spreads."""
        return [b - a for a, b, p, q in zip(self.x1, self.x0[1:], self.latin, self.latin[1:]) if not (p or q)]

    @cached_property
    def text(self) -> str:
        """The line's text; spaces stand only between Latin words (justification spaces are gone)."""
        text = "".join(self.chars)
        if not _LATIN_PAIR.search(text):
            return text
        out = [self.chars[0]]
        for i in range(1, len(self.chars)):
            if self.x0[i] - self.x1[i - 1] > WORD_GAP * self.size and self.latin[i] and self.latin[i - 1]:
                out.append(" ")
            out.append(self.chars[i])
        return "".join(out)

    @cached_property
    def marker(self) -> Marker | None:
        """The list marker that opens the line."""
        return match(self.text)

    @property
    def box(self) -> Box:
        return Box(page=self.page, x0=round(self.left, 1), y0=round(self.top, 1), x1=round(self.right, 1), y1=round(self.bottom, 1))


def is_latin(char: str) -> bool:
    """Letters, digits and signs of Latin text (ASCII and Latin-1), which keep their word spaces."""
    return "!" <= char <= "\u024f"


_LATIN_PAIR = re.compile("[!-\u024f]{2}")


def make_lines(page: Page, key: np.ndarray) -> tuple[dict[int, list[Line]], int]:
    """Group the page's glyphs by `key` (shape (n,), -1 for none) and by baseline.

    Returns the lines of each key from top to bottom, and the number of glyphs left out because they were drawn twice.
    """
    out: dict[int, list[Line]] = {}
    index = np.flatnonzero(key >= 0)
    if not len(index):
        return out, 0
    index = index[np.lexsort((page.boxes[index, 0], page.baseline[index], key[index]))]
    keys, base, size = key[index], page.baseline[index], page.size[index]
    cuts = _cuts(keys, base, size)
    line = np.repeat(np.arange(len(cuts) - 1), np.diff(cuts))
    order = np.lexsort((page.boxes[index, 0], line))
    index, base, size = index[order], base[order], size[order]
    removed = _drawn_again(page, index, base, size, line)
    if removed.any():
        index, base, size, line = index[~removed], base[~removed], size[~removed], line[~removed]
        cuts = np.searchsorted(line, np.arange(len(cuts))).tolist()
    boxes = page.boxes[index]
    starts = cuts[:-1]
    tops, bottoms = np.minimum.reduceat(boxes[:, 1], starts).tolist(), np.maximum.reduceat(boxes[:, 3], starts).tolist()
    chars, left, right, confidence = page.chars[index].tolist(), boxes[:, 0].tolist(), boxes[:, 2].tolist(), page.confidence[index].tolist()
    base, size, keys = base.tolist(), size.tolist(), key[index].tolist()
    for n, (a, b) in enumerate(zip(starts, cuts[1:])):
        middle = (b - a) // 2
        out.setdefault(keys[a], []).append(Line(
            page.number, chars[a:b], left[a:b], right[a:b], tops[n], bottoms[n],
            baseline=sorted(base[a:b])[middle], size=sorted(size[a:b])[middle], confidence=sum(confidence[a:b]) / (b - a),
        ))
    return out, int(removed.sum())


def _cuts(keys: np.ndarray, base: np.ndarray, size: np.ndarray) -> list[int]:
    """Where lines begin among glyphs sorted by key and baseline, and where the last one ends.

    A line takes glyphs up to SAME_LINE of its largest glyph below its first: a small raised glyph does not cut it short.
    """
    n = len(base)
    sure = np.flatnonzero((keys[1:] != keys[:-1]) | (np.diff(base) > SAME_LINE * size.max())) + 1
    blocks = np.concatenate([[0], sure, [n]])
    out: list[int] = []
    whole = base[blocks[1:] - 1] - base[blocks[:-1]] <= SAME_LINE * size.min()
    for start, end, one in zip(blocks[:-1].tolist(), blocks[1:].tolist(), whole.tolist()):
        out.append(start)
        if one:
            continue
        anchor, largest = base[start], size[start]
        for i in range(start + 1, end):
            if base[i] - anchor > SAME_LINE * max(largest, size[i]):
                out.append(i)
                anchor, largest = base[i], size[i]
            largest = max(largest, size[i])
    return [*out, n]


def _drawn_again(page: Page, index: np.ndarray, base: np.ndarray, size: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Mask of the glyphs (sorted by line, then left edge) drawn once more where an equal one of the last three kept stands."""
    chars, left = page.chars[index], page.boxes[index, 0]
    removed = np.zeros(len(index), dtype=bool)

    def equal(i, j):
        near = OVERPRINT * size[i]
        return (line[j] == line[i]) & (chars[j] == chars[i]) & (np.abs(left[j] - left[i]) <= near) & (np.abs(base[j] - base[i]) <= near)

    at = np.arange(len(index))
    suspects = set()
    for back in (1, 2, 3):
        suspects.update(line[back:][equal(at[back:], at[:-back])].tolist())
    for number in suspects:
        kept: list[int] = []
        for i in np.flatnonzero(line == number).tolist():
            if any(equal(i, j) for j in kept[-3:]):
                removed[i] = True
            else:
                kept.append(i)
    return removed


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
