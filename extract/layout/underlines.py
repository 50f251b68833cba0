"""Lines drawn under (or through) text, told from the rules of a table.

A rule of a table ends at other rules or crosses them. An underline ends where its text does: it
runs just below a baseline, and what it meets, it meets by chance. Double and wavy ones are several
lines and many little pieces of this kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from extract.page import Floats, Ints, Mask

# points: a rule ends this close to the one it meets; text and its underline keep further off
MEETS = 1.0
LEVEL = 0.6  # points: pieces of one line differ no more in height
GAP = 6.5  # points: the gap between the pieces of a dashed line is never wider
PIECES = 3  # a line in so many pieces is dashed: one more gap may lie at the rule it meets
ABOVE, BELOW = 0.8, 0.45  # of the glyph size: how far above and below a baseline such lines run
APART = 1.5  # of the glyph size: a wider gap ends the text that is underlined
END = 0.6  # of the glyph size: an underline ends this near to its text (a space may be underlined)
WHOLE, PART = 0.8, 0.3  # of the line's length: text above it


class Text(NamedTuple):
    """A page's glyphs: their boxes (n, 4), baselines (n,) and sizes (n,), in points."""

    boxes: Floats
    baseline: Floats
    size: Floats


def without_underlines(horizontal: Floats, vertical: Floats, text: Text) -> Floats:
    """The horizontal rules as drawn, (h, 3) as x0, x1, y, without those that are underlines.

    `vertical` are the page's vertical rules, (v, 3) as x, y0, y1, joined already; all in points.
    """
    doubtful = np.flatnonzero(~_held(horizontal, vertical, MEETS))
    if not len(doubtful) or not len(text.boxes):
        return horizontal
    keep = np.ones(len(horizontal), dtype=bool)
    for members in _strings(horizontal, doubtful, vertical):
        keep[members] = not _is_underline(horizontal[members], vertical, text)
    return horizontal[keep]


def _is_underline(pieces: Floats, vertical: Floats, text: Text) -> bool:
    """Whether a line in one or several pieces, shape (n, 3), belongs to text and not to a table."""
    start, end, y = float(pieces[0, 0]), float(pieces[:, 1].max()), float(pieces[:, 2].mean())
    meets = MEETS + (_widest_gap(pieces) if len(pieces) >= PIECES else 0.0)
    if _held(np.array([[start, end, y]]), vertical, meets)[0]:
        return False
    beside = _at(vertical, y)
    free = [bool((np.abs(beside - x) > meets).all()) for x in (start, end)]
    covered, common = _text_along(start, end, y, text)
    if not all(free):
        return covered >= WHOLE and common[free.index(True)]
    if (beside < start).any() and (beside > end).any():
        return covered >= PART and any(common)  # in a cell; blanks are underlined, too
    return covered >= WHOLE and all(common)


def _widest_gap(pieces: Floats) -> float:
    """The widest gap (points) between successive pieces of a line, from left to right."""
    return max(0.0, float((pieces[1:, 0] - np.maximum.accumulate(pieces[:-1, 1])).max()))


def _held(horizontal: Floats, vertical: Floats, meets: float) -> Mask:
    """Rules that cross a vertical one or meet one with both ends, shape (h,)."""
    x = vertical[None, :, 0]
    y = horizontal[:, 2, None]
    beside = (vertical[None, :, 1] - MEETS <= y) & (y <= vertical[None, :, 2] + MEETS)
    start, end = horizontal[:, 0, None], horizontal[:, 1, None]
    crosses = np.any(beside & (start + meets < x) & (x < end - meets), axis=1)
    first = np.any(beside & (np.abs(x - start) <= meets), axis=1)
    last = np.any(beside & (np.abs(x - end) <= meets), axis=1)
    held: Mask = np.logical_or(crosses, np.logical_and(first, last))
    return held


def _at(vertical: Floats, y: float) -> Floats:
    """Places (points) of the vertical rules that stand at a height."""
    places: Floats = vertical[(vertical[:, 1] - MEETS <= y) & (y <= vertical[:, 2] + MEETS), 0]
    return places


def _strings(horizontal: Floats, pieces: Ints, vertical: Floats) -> Iterator[list[int]]:
    """Indices of the pieces (some of the horizontals) of each line, undivided by vertical rules."""
    levels: list[list[int]] = []
    for i in pieces[np.argsort(horizontal[pieces, 2])].tolist():
        if levels and horizontal[i, 2] - horizontal[levels[-1][0], 2] <= LEVEL:
            levels[-1].append(i)
        else:
            levels.append([i])
    for level in levels:
        string: list[int] = []
        end = -np.inf
        for i in sorted(level, key=lambda i: float(horizontal[i, 0])):
            start, stop, y = horizontal[i].tolist()
            if string and (start - end > GAP or _divided(end, start, y, vertical)):
                yield string
                string = []
            string.append(i)
            end = max(end, stop) if len(string) > 1 else stop
        yield string


def _divided(left: float, right: float, y: float, vertical: Floats) -> bool:
    """Whether a vertical rule stands between two places at one height."""
    x = _at(vertical, y)
    return bool(((x > left - MEETS) & (x < right + MEETS)).any())


def _text_along(start: float, end: float, y: float, text: Text) -> tuple[float, list[bool]]:
    """Share of a line's length that text stands over (or is struck through), and whether the text
    begins and ends where the line does.
    """
    boxes, baseline, size = text
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    near = (baseline - ABOVE * size <= y) & (y <= baseline + BELOW * size)
    own = np.flatnonzero(near & (middle > start) & (middle < end))
    if not len(own):
        return 0.0, [False, False]
    own = own[np.argsort(boxes[own, 0])]
    left, right = boxes[own, 0], np.maximum.accumulate(boxes[own, 2])
    em = float(size[own].max())
    apart = np.clip(left[1:] - right[:-1] - APART * em, 0, None).sum()
    covered = float((right[-1] - left[0] - apart) / (end - start))
    return covered, [abs(left[0] - start) <= END * em, abs(right[-1] - end) <= END * em]
