"""Lines drawn under (or through) text, told from the rules of a table.

A rule of a table ends at other rules or crosses them. An underline ends where its text does: it
runs just below a baseline, and what it meets, it meets by chance. Double and wavy ones are several
lines and many little pieces of this kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from extract.model import Floats, Ints, Mask

MEETS = (
    1.0  # points: a rule ends this close to the rule it meets (a cell's text stands further off)
)
LEVEL = 0.6  # points: pieces of one line differ no more in height
GAP = 6.5  # points: the gap between the pieces of a dashed line is never wider
PIECES = 3  # a line in so many pieces is dashed: its last gap may lie at the rule it meets
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
        own = horizontal[members]
        string = np.array([[own[:, 0].min(), own[:, 1].max(), own[:, 2].mean()]])
        meets = GAP if len(members) >= PIECES else MEETS
        if not _held(string, vertical, meets)[0]:
            start, end, y = string[0].tolist()
            free = _free_ends(start, end, y, vertical, meets)
            keep[members] = not _has_its_text(start, end, y, free, text)
    return horizontal[keep]


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


def _free_ends(
    start: float, end: float, y: float, vertical: Floats, meets: float
) -> tuple[bool, bool]:
    """Whether a horizontal line's start and end meet no vertical rule."""
    x = vertical[(vertical[:, 1] - MEETS <= y) & (y <= vertical[:, 2] + MEETS), 0]
    return bool((np.abs(x - start) > meets).all()), bool((np.abs(x - end) > meets).all())


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
    x = vertical[(vertical[:, 1] - MEETS <= y) & (y <= vertical[:, 2] + MEETS), 0]
    return bool(((x > left - MEETS) & (x < right + MEETS)).any())


def _has_its_text(start: float, end: float, y: float, free: tuple[bool, bool], text: Text) -> bool:
    """Whether a line that is not held by rules belongs to the text it runs under or through.

    `free` says which of its ends meet no rule: where both do, text above a part of it and one
    common end tell enough (blanks are underlined, too).
    """
    boxes, baseline, size = text
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    near = (baseline - ABOVE * size <= y) & (y <= baseline + BELOW * size)
    own = np.flatnonzero(near & (middle > start) & (middle < end))
    if not len(own):
        return False
    own = own[np.argsort(boxes[own, 0])]
    left, right = boxes[own, 0], np.maximum.accumulate(boxes[own, 2])
    em = float(size[own].max())
    covered = right[-1] - left[0] - np.clip(left[1:] - right[:-1] - APART * em, 0, None).sum()
    common = abs(left[0] - start) <= END * em, abs(right[-1] - end) <= END * em
    if all(free):
        return bool(covered >= PART * (end - start) and any(common))
    return bool(covered >= WHOLE * (end - start) and common[free.index(True)])
