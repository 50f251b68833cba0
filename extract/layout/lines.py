"""Glyphs of one cell (or of the open page) → printed lines, each glyph drawn once."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from extract.model import Box, Page
from extract.script.markers import Marker, match

SAME_LINE = 0.45  # of the glyph size: baselines this close are one line (digits of another font sit a little off)
OVERPRINT = 0.22  # of the glyph size: an equal glyph this close is the same glyph drawn again (poor man's bold)
UPRIGHT = (
    1.08  # of the glyph size: glyphs that follow each other down the page stand no further apart
)
LATIN = "!", "\u024f"  # first and last of ASCII and Latin-1 with its extensions
WORD_GAP = 0.16  # of the glyph size: a gap this wide between Latin glyphs is a space


@dataclass(slots=True, eq=False)
class Line:
    """One printed line: glyphs in reading order with their left and right edges (points), and what follows from them."""

    page: int
    chars: str
    x0: array
    x1: array
    top: float
    bottom: float
    baseline: float
    size: float
    confidence: float
    text: str
    """Spaces stand only between Latin words (justification spaces are gone)."""
    spread: float
    """Points by which justification has spread the CJK glyphs; infinite without two such in a row."""
    advance: float
    """The least advance (points) from one CJK glyph to the next; infinite where fewer than two are shown."""
    marker: Marker | None
    """The list marker that opens the line."""
    left: float = field(init=False)
    right: float = field(init=False)
    order: float = 0.0
    """Place down the stitched table: like `baseline`, but growing over pages."""

    def __post_init__(self) -> None:
        self.left, self.right = self.x0[0], self.x1[-1]

    @property
    def box(self) -> Box:
        return Box(
            page=self.page,
            x0=round(self.left, 1),
            y0=round(self.top, 1),
            x1=round(self.right, 1),
            y1=round(self.bottom, 1),
        )

    def part(self, glyphs: list[int]) -> Line:
        """The line that these glyphs make by themselves."""
        return make_line(
            self,
            "".join(self.chars[i] for i in glyphs),
            [self.x0[i] for i in glyphs],
            [self.x1[i] for i in glyphs],
        )


def make_line(
    like: Line,
    chars: str,
    x0: list[float],
    x1: list[float],
    bottom: float | None = None,
    confidence: float | None = None,
) -> Line:
    """A line of other glyphs with the page, height and size of `like`."""
    facts = _facts(chars, np.array(x0), np.array(x1), np.array([like.size]), [0, len(chars)])
    bottom, confidence = (
        like.bottom if bottom is None else bottom,
        like.confidence if confidence is None else confidence,
    )
    return Line(
        like.page,
        chars,
        array("d", x0),
        array("d", x1),
        like.top,
        bottom,
        like.baseline,
        like.size,
        confidence,
        *next(facts),
    )


def is_latin(char: str) -> bool:
    """Letters, digits and signs of Latin text (ASCII and Latin-1), which keep their word spaces."""
    return LATIN[0] <= char <= LATIN[1]


def make_lines(page: Page, key: np.ndarray) -> tuple[dict[int, list[Line]], int]:
    """Group the page's glyphs by `key` (shape (n,), -1 for none) and by baseline.

    Returns the lines of each key from top to bottom, and the number of glyphs left out because they were drawn twice.
    """
    out: dict[int, list[Line]] = {}
    index = np.flatnonzero(key >= 0)
    if not len(index):
        return out, 0
    x = page.boxes[:, 0]
    index = index[np.lexsort((x[index], page.baseline[index], key[index]))]
    cuts = _cuts(key[index], page.baseline[index], page.size[index])
    line = np.repeat(np.arange(len(cuts) - 1), np.diff(cuts))
    if ((x[index[1:]] < x[index[:-1]]) & (line[1:] == line[:-1])).any():
        index = index[np.lexsort((x[index], line))]
    removed = _drawn_again(page, index, line)
    if removed.any():
        index, line = index[~removed], line[~removed]
        cuts = np.searchsorted(line, np.arange(len(cuts))).tolist()
    boxes, starts = page.boxes[index], cuts[:-1]
    tops, bottoms = (
        np.minimum.reduceat(boxes[:, 1], starts).tolist(),
        np.maximum.reduceat(boxes[:, 3], starts).tolist(),
    )
    base, size, keys = (
        _middle(page.baseline[index], cuts),
        _middle(page.size[index], cuts),
        key[index[starts]].tolist(),
    )
    whole = (
        page.chars[index].tobytes().decode("utf-32-le", "replace")
    )  # one character a glyph, whatever a broken font map gave
    facts = _facts(whole, boxes[:, 0], boxes[:, 2], np.array(size), cuts)
    left, right, confidence = (
        array("d", boxes[:, 0].tobytes()),
        array("d", boxes[:, 2].tobytes()),
        page.confidence[index].tolist(),
    )
    for n, (a, b) in enumerate(pairwise(cuts)):
        sure = sum(confidence[a:b]) / (b - a)
        out.setdefault(keys[n], []).append(
            Line(
                page.number,
                whole[a:b],
                left[a:b],
                right[a:b],
                tops[n],
                bottoms[n],
                base[n],
                size[n],
                sure,
                *next(facts),
            )
        )
    return out, int(removed.sum())


def _facts(
    whole: str, left: np.ndarray, right: np.ndarray, sizes: np.ndarray, cuts: list[int]
) -> Iterator[tuple[str, float, float, Marker | None]]:
    """Text, spread, advance and marker of each line; glyphs of all lines on end, `cuts` their bounds, `sizes` one a line."""
    codes = np.frombuffer(whole.encode("utf-32-le"), np.uint32)
    latin = (codes >= ord(LATIN[0])) & (codes <= ord(LATIN[1]))
    starts = np.array(cuts[:-1])
    follows = np.ones(len(codes), dtype=bool)
    follows[starts] = False
    follows = follows[1:]
    gap, step = left[1:] - right[:-1], left[1:] - left[:-1]
    cjk = np.append(follows & ~(latin[1:] | latin[:-1]), False)
    pairs = np.add.reduceat(cjk, starts, dtype=int)
    spread = np.where(
        pairs > 0, np.add.reduceat(np.where(cjk, np.append(gap, 0.0), 0.0), starts), np.inf
    ).tolist()
    advance = np.where(
        pairs > 1, np.minimum.reduceat(np.where(cjk, np.append(step, 0.0), np.inf), starts), np.inf
    ).tolist()
    at = np.flatnonzero(follows & latin[1:] & latin[:-1]) + 1
    row = np.searchsorted(cuts, at, side="right") - 1
    apart = gap[at - 1] > WORD_GAP * sizes[row]
    spaced, wide = set(at[apart].tolist()), set(row[apart].tolist())
    for k, (a, b) in enumerate(pairwise(cuts)):
        text = (
            "".join(" " + whole[i] if i in spaced else whole[i] for i in range(a, b))
            if k in wide
            else whole[a:b]
        )
        yield text, spread[k], advance[k], match(text)


def _middle(values: np.ndarray, cuts: list[int]) -> list[float]:
    """The (upper) median of the values of each line."""
    starts = cuts[:-1]
    out = np.minimum.reduceat(values, starts)
    for n in np.flatnonzero(out != np.maximum.reduceat(values, starts)).tolist():
        out[n] = np.sort(values[cuts[n] : cuts[n + 1]])[(cuts[n + 1] - cuts[n]) // 2]
    return out.tolist()


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


def _drawn_again(page: Page, index: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Mask of the glyphs (sorted by line, then left edge) drawn once more where an equal one of the last three kept stands."""
    code, left, base, near = (
        page.chars[index].view(np.uint32),
        page.boxes[index, 0],
        page.baseline[index],
        OVERPRINT * page.size[index],
    )
    removed = np.zeros(len(index), dtype=bool)

    def again(i, j):
        return (
            (line[j] == line[i])
            & (code[j] == code[i])
            & (np.abs(left[j] - left[i]) <= near[i])
            & (np.abs(base[j] - base[i]) <= near[i])
        )

    suspects = set()
    for back in (1, 2, 3):
        i = np.flatnonzero(code[back:] == code[:-back]) + back
        suspects.update(line[i[again(i, i - back)]].tolist())
    for number in suspects:
        kept: list[int] = []
        for i in np.flatnonzero(line == number).tolist():
            if any(again(i, j) for j in kept[-3:]):
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
        if (
            short_left
            and not short_right
            and lines[0].left - left <= 0.5 * size
            and _in_columns(lines)
        ):
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
    return all(
        min(abs((a + b) / 2 - x) for x in first) < 0.3 * line.size
        for line in lines
        for a, b in zip(line.x0, line.x1)
    )


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
            make_line(
                ends[0],
                "".join(line.chars[i] for line, i in column),
                [min(line.x0[i] for line, i in column)] * len(column),
                [max(line.x1[i] for line, i in column)] * len(column),
                bottom=ends[-1].bottom,
                confidence=sum(line.confidence for line in ends) / len(ends),
            )
        )
    return out
