"""Tables ruled across only: their columns are told from the white gutters that run
down through their text.

Between the horizontal rules of such a table no line of text crosses from one column to the next, so
the columns show as stretches that (hardly) any line covers. Where a merged cell goes on, its
column's part of a rule is left out, and the ends of the other parts say exactly where columns meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from extract.page import Page
from extract.script.vocabulary import goes_on

Rules = npt.NDArray[np.float64]

SHARED = 3.0  # points: rules that end this near reach the same edge
RULES_LEAST = 3  # rules across: header, its foot, and one more
MOST = 0.8  # of the rules: so many end at the column edges of the page before
GUTTER = 0.4  # of the glyph size: a white stretch between columns is at least this wide
CROSSING = 0.03  # of the lines: so many may cross a gutter (a banner row, a note)
BAND_LINES = 2  # a heading across the table is no longer, unless it fills its lines
COLUMNS = 0.4  # of the table's width: such a heading runs across more than a column
WIDE = 0.2  # of the table's width: a heading across the table is longer than a number
STEP = 0.5  # points: how finely the width is looked at
NEAR = 2.4  # of the glyph size: lines of a row cut by a page break are no further from the rules
ALIGNED = 0.1  # of the glyph size: lines of one column begin this near to each other


@dataclass(frozen=True, slots=True)
class _Lines:
    """Glyphs grouped by baseline: shape (n,) each, left, right, top and bottom in points, and the
    covered stretches.
    """

    spans: list[npt.NDArray[np.float64]]
    """For each line its glyphs' (left, right), shape (glyphs, 2)."""
    texts: list[str]
    top: npt.NDArray[np.float64]
    bottom: npt.NDArray[np.float64]


def column_rules(page: Page, horizontal: Rules, edges: list[float] | None = None) -> Rules:
    """Vertical rules, shape (v, 3) as x, y0, y1, where a table shows its columns by gutters alone;
    empty elsewhere.

    `horizontal`, shape (h, 3) as x0, x1, y, are the page's rules that no column's rule meets. A row
    that a page break cuts is taken in below the last rule as far as its lines keep to the columns,
    and above the first where `edges`, the column edges (points) of a page before, are known.
    """
    none = np.zeros((0, 3))
    least = RULES_LEAST if edges is None else 1
    if len(horizontal) < least or not len(page.chars):
        return none
    known = edges is not None and _keeps(edges, horizontal)
    left, right = (edges[0], edges[-1]) if edges and known else _extent(horizontal)
    own = horizontal[(horizontal[:, 0] > left - SHARED) & (horizontal[:, 1] < right + SHARED)]
    if len(np.unique(own[:, 2].round())) < (1 if known else RULES_LEAST):
        return none
    size = float(np.median(page.size))
    top, bottom = float(own[:, 2].min()), float(own[:, 2].max())
    lines = _lines(page, left, right)
    bands = _bands(lines, own, right, size)
    inside = [
        n
        for n, middle in enumerate((lines.top + lines.bottom) / 2)
        if top < middle < bottom and not any(b.top < middle < b.bottom for b in bands)
    ]
    if edges is not None and known:
        found = edges[1:-1]
    else:
        found = _edges([lines.spans[n] for n in inside], own, left, right, size)
        labels = [n for n in inside if lines.bottom[n] < _second(own)]
        if len(found) < 2 and len(_columns(lines, labels, found)) < 2:
            return none  # a single gutter is one where the header has a label on both sides
    reached, bottom = _reach(lines, found, top, bottom, size, page.height)
    top = reached if known else top
    rules = [(left, top, bottom), (right, top, bottom)]
    for x in found:
        cut = [band for band in bands if band.left < x - SHARED and band.crosses(found)]
        ends = [top, *(y for band in cut for y in (band.top, band.bottom)), bottom]
        rules += [(x, y0, y1) for y0, y1 in zip(ends[::2], ends[1::2]) if y0 < y1]
    return np.array(rules)


class _Band(NamedTuple):
    """A row that holds a heading across the columns right of `left`; points."""

    left: float
    top: float
    bottom: float
    lines: int
    right: float
    """Where its first line ends."""

    def crosses(self, edges: list[float]) -> bool:
        """Whether it is no cell's text: that would be broken where its column ends."""
        return self.lines == 1 or any(self.left + SHARED < x < self.right for x in edges)


def _bands(lines: _Lines, rules: Rules, right: float, size: float) -> list[_Band]:
    """Rows between two rules that hold one run of text from their left end on."""
    whole = rules[rules[:, 1] > right - SHARED]
    whole = whole[np.argsort(whole[:, 2])]
    middle = (lines.top + lines.bottom) / 2
    out = []
    for above, below in pairwise(whole):
        left = float(max(above[0], below[0])) - SHARED
        if right - left < COLUMNS * (right - whole[:, 0].min()):
            continue
        own = np.flatnonzero((middle > above[2]) & (middle < below[2]))
        texts = [inside for n in own if len(inside := _right_of(left, lines.spans[n]))]
        begins = min((float(t[0, 0]) for spans in lines.spans if len(t := _right_of(left, spans))))
        few = len(texts) <= BAND_LINES or texts[0][-1, 1] > right - NEAR * size
        if texts and few and _one_run(texts[0], begins, right, size):
            end = float(texts[0][-1, 1])
            out.append(_Band(left, float(above[2]), float(below[2]), len(texts), end))
    return out


def _right_of(left: float, spans: Rules) -> Rules:
    """The glyphs' spans that begin right of a place."""
    own: Rules = spans[spans[:, 0] > left]
    return own


def _one_run(spans: Rules, begins: float, right: float, size: float) -> bool:
    """Whether the glyphs stand together from the left edge on, well into the table."""
    together = bool((spans[1:, 0] - spans[:-1, 1] < GUTTER * size).all())
    return (
        together and spans[0, 0] - begins < size and spans[-1, 1] - begins > WIDE * (right - begins)
    )


def _extent(horizontal: Rules) -> tuple[float, float]:
    """Left and right edge of the table: the outermost that several rules reach."""
    lefts, rights = Counter(horizontal[:, 0].round()), Counter(horizontal[:, 1].round())
    left = min((x for x, count in lefts.items() if count > 1), default=min(lefts))
    right = max((x for x, count in rights.items() if count > 1), default=max(rights))
    return float(left), float(right)


def _keeps(edges: list[float], horizontal: Rules) -> bool:
    """Whether the rules of a page begin and end at known column edges, and reach the last."""
    ends = horizontal[:, :2]
    near = np.abs(ends[:, :, None] - np.array(edges)).min(axis=2) < SHARED
    return bool(near.all(axis=1).mean() > MOST) and abs(edges[-1] - ends.max()) < SHARED


def _lines(page: Page, left: float, right: float) -> _Lines:
    """The page's lines between `left` and `right`, by baseline, from top to bottom."""
    middle = (page.boxes[:, 0] + page.boxes[:, 2]) / 2
    own = np.flatnonzero((middle > left) & (middle < right))
    order = own[np.lexsort((page.boxes[own, 0], page.baseline[own].round()))]
    cuts = np.flatnonzero(np.diff(page.baseline[order].round())) + 1
    groups = [group for group in np.split(order, cuts) if len(group)]
    return _Lines(
        [page.boxes[group][:, [0, 2]] for group in groups],
        ["".join(page.chars[group].tolist()) for group in groups],
        np.array([page.boxes[group, 1].min() for group in groups]),
        np.array([page.boxes[group, 3].max() for group in groups]),
    )


def _edges(
    lines: list[npt.NDArray[np.float64]], rules: Rules, left: float, right: float, size: float
) -> list[float]:
    """Inner column edges (points): in each gutter where a part of a rule ends, else a padding
    before the next column.
    """
    at = np.arange(left, right, STEP)
    crossing = np.zeros(len(at), dtype=int)
    for spans in lines:
        covered = np.zeros(len(at), dtype=bool)
        for a, b in spans:
            covered[np.searchsorted(at, a) : np.searchsorted(at, b)] = True
        crossing += covered
    white = crossing <= CROSSING * len(lines) if lines else np.zeros(len(at), dtype=bool)
    bounds = np.flatnonzero(np.diff(np.concatenate([[False], white, [False]]).astype(int)))
    gutters = [(left + STEP * a, left + STEP * b) for a, b in bounds.reshape(-1, 2)]
    padding = gutters[0][1] - left if gutters and gutters[0][0] <= left else 0.0
    ends = _shared([x for x in rules[:, :2].ravel() if left + SHARED < x < right - SHARED])
    out = []
    for a, b in gutters:
        exact = [x for x in ends if a - SHARED <= x <= b + SHARED]
        if exact:
            out += exact
        elif a > left and b < right - STEP and b - a >= GUTTER * size:
            out.append(max((a + b) / 2, b - padding))
    return out


def _shared(places: list[float]) -> list[float]:
    """Where (points) the ends of rules lie, those near to each other as one."""
    groups: list[list[float]] = []
    for x in sorted(places):
        if groups and x - groups[-1][0] <= SHARED:
            groups[-1].append(x)
        else:
            groups.append([x])
    return [float(np.median(group)) for group in groups]


def _reach(
    lines: _Lines, edges: list[float], top: float, bottom: float, size: float, height: float
) -> tuple[float, float]:
    """Top and bottom of the table with the lines beyond its rules that keep to its columns."""
    above = [n for n in range(len(lines.top)) if lines.bottom[n] <= top + size / 2][::-1]
    below = [n for n in range(len(lines.top)) if lines.top[n] >= bottom - size / 2]
    for outer in above:
        if top - lines.bottom[outer] > NEAR * size or _crosses(lines.spans[outer], edges):
            break
        if goes_on(lines.texts[outer]):
            break
        top = float(lines.top[outer])
    taken = []
    foot = bottom
    for outer in below:
        if lines.top[outer] - foot > NEAR * size or _crosses(lines.spans[outer], edges):
            break
        taken.append(outer)
        foot = float(lines.bottom[outer])
    # Below the table a short line may keep to one column by chance. A row has text in several, or
    # goes on to the page's foot in line with what stands above.
    inside = [n for n in range(len(lines.top)) if top < lines.top[n] < bottom]
    lefts = np.array([x for _, x in _cells(lines, inside, edges)])
    full = height - foot < float(lines.top.min()) + NEAR * size
    aligned = all(np.abs(lefts - x).min() < ALIGNED * size for _, x in _cells(lines, taken, edges))
    row = len(_columns(lines, taken, edges)) > 1 or full and aligned
    return top, foot if row else bottom


def _cells(lines: _Lines, own: list[int], edges: list[float]) -> Iterator[tuple[int, float]]:
    """Column and left edge (points) of what the `own` lines print in each column between inner
    `edges`.
    """
    for n in own:
        spans = lines.spans[n]
        columns = np.searchsorted(edges, spans.mean(axis=1))
        for column in np.unique(columns):
            yield int(column), float(spans[columns == column, 0].min())


def _columns(lines: _Lines, own: list[int], edges: list[float]) -> set[int]:
    """Columns between inner `edges` that hold a glyph of the `own` lines."""
    return {column for column, _ in _cells(lines, own, edges)}


def _second(rules: Rules) -> float:
    """The height (points) of the second rule from the top."""
    heights = np.unique(rules[:, 2].round())
    return float(heights[1]) if len(heights) > 1 else float(heights[0])


def _crosses(spans: npt.NDArray[np.float64], edges: list[float]) -> bool:
    """Whether the line runs through an edge: a glyph on it, or two that touch across it."""
    for x in edges:
        before, behind = spans[spans[:, 0] < x], spans[spans[:, 1] > x]
        if (
            len(before)
            and len(behind)
            and behind[0, 0] - before[-1, 1] < GUTTER * (spans[0, 1] - spans[0, 0])
        ):
            return True
    return False
