"""The limits of a column, measured: what most of its lines show, never a single line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import inf, log

import numpy as np

from extract.layout.lines import Line, is_latin
from extract.paragraphs.limits import AUTOSPACE, UNSPREAD, Limits, Placed, cjk_pairs, needed
from extract.paragraphs.pieces import NO_START
from extract.paragraphs.witness import Witness, inner_pairs
from extract.script import markers

SCAN_JITTER = 0.1  # of the glyph size: the same for glyph boxes estimated from a picture
MOST_JITTER = 0.3  # of the glyph size: a wider spread of line ends is no jitter
SHORT = 2.5  # of the glyph size: a line this far from the cell's edge is no full one
NUMBERED = 3  # lists that begin with 1. make it a habit
ENOUGH = 5  # lines that a page needs to have an edge of its own
STICKS_OUT = 3.0  # log-odds against an edge for each line that passes it
PROSE = frozenset("，。；：")
UNEVEN = 3.0  # log-odds against a padding on the right that is not the one on the left
OWN_EDGE = 6.0  # log-odds by which a page's own edge must fit better than the column's


@dataclass(slots=True)
class _Pair:
    """A line and the one below it in the same cell; widths in points."""

    above: Placed
    slack: float
    """From the line's end to the cell's edge."""
    need: float
    """What the start of the next line would have taken."""
    odds: float
    """Log-odds of a meant break from the characters alone."""
    marked: bool


def measure_limits(cells: list[list[Placed]], pairs: Counter[str] | None = None) -> Limits:
    """Find the text limits of a column from all its cells, each its lines from top to bottom.

    `pairs` counts neighbouring characters inside lines of the whole plan (`inner_pairs`); without
    it the column's own are taken.
    """
    lines = [p for cell in cells for p in cell]
    if not lines:
        return Limits(0.0, 0.0)
    size = _quantile(sorted(p.line.size for p in lines), 0.5)
    left = _left(lines, size)
    limits = Limits(left, left, _pitch(lines))
    if any(p.line.confidence < 1.0 for p in lines):
        limits.jitter = SCAN_JITTER
    limits.natural = _natural(lines)
    limits.uneven = _uneven(lines, limits)
    limits.autospace = _autospace([p.line for p in lines])
    limits.numbered = sum(markers.begins_list(p.line.text) for p in lines) >= NUMBERED
    limits.witness = _witness(lines, size, pairs)
    _edges(cells, limits, size)
    limits.hang = _hang(lines, limits)
    limits.hidden = _hidden(list(_pairs(cells, limits)), limits, lines[0].x1 - lines[0].x0)
    return limits


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _left(lines: list[Placed], size: float) -> float:
    """The least inset that several lines share; a single line further left says nothing."""
    inset = sorted(d for p in lines if (d := p.line.left - p.x0) > -0.3 * size) or [0.0]
    least = max(2, len(inset) // 20)
    for a, b in zip(inset, inset[least - 1 :]):
        if b - a <= 0.1 * size:
            return max(0.0, a)
    return max(0.0, inset[0])


def _pitch(lines: list[Placed]) -> float:
    ratios = sorted(p.line.advance / p.line.size for p in lines if p.line.advance < inf)
    if len(ratios) < 4:
        return 1.0
    tight = ratios[len(ratios) // 10]
    return tight if 1.02 < tight < 1.8 else 1.0


def _natural(lines: list[Placed]) -> float:
    """The gap between CJK glyphs that no justification has spread, of the glyph size: the one of
    clearly short lines.

    Without such lines it is the one of the least spread.
    """
    counted = [(p, n) for p in lines if (n := cjk_pairs(p.line.chars)) >= 3]
    short = sorted(
        p.line.spread / n / p.line.size
        for p, n in counted
        if p.x1 - p.line.right > SHORT * p.line.size
    )
    if len(short) >= 4:
        return _quantile(short, 0.5)
    gaps = sorted(p.line.spread / n / p.line.size for p, n in counted)
    return _quantile(gaps, 0.1) if gaps else 0.0


def _uneven(lines: list[Placed], limits: Limits) -> float:
    """The spread (of the glyph size) that nine in ten clearly short lines stay below."""
    short = sorted(
        abs(excess) / p.line.size
        for p in lines
        if (excess := limits.excess(p.line)) < inf and p.x1 - p.line.right > SHORT * p.line.size
    )
    return _quantile(short, 0.9) if len(short) >= 4 else 0.0


def _autospace(lines: list[Line]) -> float:
    """The gap between CJK and Latin inside lines, of the glyph size,
    as the least spread of them show it.
    """
    gaps = sorted(
        (line.x0[i] - line.x1[i - 1]) / line.size
        for line in lines
        for i in range(1, len(line.chars))
        if is_latin(line.chars[i]) != is_latin(line.chars[i - 1])
        and line.chars[i].isalnum()
        and line.chars[i - 1].isalnum()
    )
    return max(0.0, min(_quantile(gaps, 0.1), 2 * AUTOSPACE)) if len(gaps) >= 3 else AUTOSPACE


def _witness(lines: list[Placed], size: float, pairs: Counter[str] | None) -> Witness:
    short = [p for p in lines if p.x1 - p.line.right > max(SHORT * size, 0.3 * (p.x1 - p.x0))]
    return Witness(
        Counter(p.line.chars[-1] for p in short),
        Counter(c for p in lines for c in p.line.chars[:-1]),
        inner_pairs(p.line.chars for p in lines) if pairs is None else pairs,
    )


def _pairs(cells: list[list[Placed]], limits: Limits) -> Iterator[_Pair]:
    for cell in cells:
        for above, below in pairwise(cell):
            odds = limits.witness.odds(above.line.chars[-1], below.line.chars[0])
            marked = below.line.marker is not None
            yield _Pair(
                above,
                above.x1 - above.line.right,
                needed(above.line, below.line, limits),
                odds + 5.0 * marked - 1.0,
                marked,
            )


def _edges(cells: list[list[Placed]], limits: Limits, size: float) -> None:
    """Set the column's edge, its jitter, whether it is justified,
    and the edges of pages that differ.
    """
    lines = [p for cell in cells for p in cell]
    spread = [p for p in lines if _is_spread(p, limits, size)]
    near = _densest([p.x1 - p.line.right for p in spread], 0.5 * size)
    limits.justified = len(near) >= max(6, 0.05 * len(lines)) and len(near) > 0.6 * len(spread)
    if limits.justified:
        limits.right, off = _mode(near, size)
        limits.jitter = max(0.6 * limits.jitter, min(1.5 * off / size + 0.005, MOST_JITTER))
    else:
        limits.right = _ragged_edge(cells, limits, limits.left, size)
    by_page: dict[int, list[list[Placed]]] = {}
    for cell in cells:
        for page, own in groupby(cell, key=lambda p: p.line.page):
            by_page.setdefault(page, []).append(list(own))
    if len(by_page) > 1:
        limits.pages = dict(_page_edges(by_page, limits, size))


def _page_edges(
    by_page: dict[int, list[list[Placed]]], limits: Limits, size: float
) -> Iterator[tuple[int, float]]:
    for page, cells in by_page.items():
        if sum(len(c) for c in cells) < ENOUGH:
            continue
        if limits.justified:
            slack = [p.x1 - p.line.right for c in cells for p in c if _is_spread(p, limits, size)]
            near = _densest(slack, 0.5 * size)
            if (
                len(near) >= ENOUGH
                and abs(_mode(near, size)[0] - limits.right) > limits.jitter * size
            ):
                yield page, _mode(near, size)[0]
            continue
        left = _left([p for c in cells for p in c], size)
        own = _ragged_edge(cells, limits, left, size)
        tried = np.array([limits.right, limits.right + left - limits.left, own])
        costs = _costs(tried, cells, limits, left, size) + [0.0, 0.5, OWN_EDGE]
        if costs.argmin():
            yield page, float(tried[costs.argmin()])


def _is_spread(placed: Placed, limits: Limits, size: float) -> bool:
    return limits.is_spread(placed.line) and placed.x1 - placed.line.right < SHORT * size


def _densest(values: list[float], width: float) -> list[float]:
    """The most values that lie within `width` of each other, in order."""
    ordered, best, start = sorted(values), (0, 0), 0
    for stop, value in enumerate(ordered, 1):
        while value - ordered[start] > width:
            start += 1
        if stop - start > best[1] - best[0]:
            best = (start, stop)
    return ordered[best[0] : best[1]]


def _mode(near: list[float], size: float) -> tuple[float, float]:
    """Where most of the values lie, and how far (points) nineteen in twenty of
    their neighbours are off.
    """
    core = _densest(near, 0.06 * size)
    edge = core[len(core) // 2]
    return edge, _quantile(sorted(abs(v - edge) for v in near if abs(v - edge) < 0.25 * size), 0.95)


def _ragged_edge(cells: list[list[Placed]], limits: Limits, left: float, size: float) -> float:
    """The edge (points from the cell's) that fits a ragged column best.

    No line passes the edge, lines that go on leave less than the next piece needs, and lines that
    end leave more. All edges that some line's end or need tells apart are tried. Where a range of
    them fits alike, it is the padding of the left side if that is one of them, else the outermost.
    """
    found = list(_pairs(cells, limits))
    ends = [p.x1 - p.line.right for c in cells for p in c]
    nearest = _quantile(sorted(ends), 0.03)
    tried = {e for e in (*ends, *(p.slack - p.need for p in found)) if abs(e - nearest) < 2 * size}
    eps = 0.5 * UNSPREAD * size
    edges = np.array(sorted({left, *tried, *(e + 2 * eps for e in tried)}))
    costs = _costs(edges, cells, limits, left, size)
    best = edges[costs <= costs.min() + 0.01]
    return float(best[np.argmin(abs(best - left))]) if len(best) else left


def _costs(
    edges: np.ndarray, cells: list[list[Placed]], limits: Limits, left: float, size: float
) -> np.ndarray:
    """Log-odds against each edge (shape (n,), points)."""
    near = limits.jitter * size
    ends = np.sort(
        [p.x1 - p.line.right for c in cells for p in c if p.line.chars[-1] not in NO_START]
    )
    cost = STICKS_OUT * np.searchsorted(ends, edges - near / 3, side="left").astype(float)
    cost += UNEVEN * (abs(edges - left) > 2 * near) + 20.0 * (edges < -near)
    found = list(_pairs(cells, limits))
    if found:
        at = np.array([p.slack - p.need for p in found])
        # A sentence may end inside a paragraph: that a line goes on costs little,
        # whatever its # characters.
        odds = np.clip([p.odds for p in found], -4.0, 2.0) * _is_prose(cells)
        fits = at[None, :] >= edges[:, None] - 0.5 * near
        cost += (np.where(fits, -odds, odds).clip(min=0.0)).sum(axis=1)
    return cost


def _is_prose(cells: list[list[Placed]]) -> bool:
    """Whether the column holds sentences; in a list of names characters say nothing
    about line ends.
    """
    lines = [p.line.chars for c in cells for p in c]
    return sum(not PROSE.isdisjoint(chars) for chars in lines) >= 0.1 * len(lines)


def _hang(lines: list[Placed], limits: Limits) -> float:
    """How far (of the glyph size) punctuation at a line's end passes the edge,
    where several lines show it.
    """
    past = [
        -limits.room(p) / p.line.size
        for p in lines
        if p.line.chars[-1] in NO_START and limits.room(p) < -0.2 * p.line.size
    ]
    return min(1.0, max(past)) if len(past) >= 2 else 0.0


def _hidden(pairs: list[_Pair], limits: Limits, width: float) -> float:
    """Log-odds that a full line followed by an unmarked one ends a paragraph.

    Paragraphs end anywhere on a line, so their last lines are full once in as many as the line has
    places for the next piece; how often an unmarked line opens a paragraph shows where the line
    above is clearly short.
    """
    short = full = 0
    for p in pairs:
        room = limits.room(p.above)
        fits = room >= p.need or limits.justified and room > 3 * limits.jitter * p.above.line.size
        short += fits and not p.marked
        full += not fits and not p.marked
    size = pairs[0].above.line.size * limits.pitch if pairs else 1.0
    places = max(3.0, (width - limits.left - limits.right) / size)
    return max(-9.0, min(log((short + 0.3) / (places * (full + 1.0))), -1.0))
