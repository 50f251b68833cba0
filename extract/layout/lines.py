"""Glyphs of one cell (or of the open page) → printed lines, each glyph drawn once."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from extract.model import Box
from extract.page import Floats, Ints, Mask, Page
from extract.script.markers import Marker, match

# of the glyph size: baselines this close are one line (digits of another font sit a little off)
SAME_LINE = 0.45
# of the glyph size: an equal glyph this close is the same glyph drawn again (poor man's bold)
OVERPRINT = 0.22
OWN = 0.5  # of the glyph's width: letters of a narrow pair (ff, ll) stand a whole width apart
LATIN = "!", "\u024f"  # first and last of ASCII and Latin-1 with its extensions
WORD_GAP = 0.16  # of the glyph size: a gap this wide between Latin glyphs is a space


@dataclass(slots=True, eq=False)
class Line:
    """One printed line: glyphs in reading order, their edges (points), and what follows from
    them.
    """

    page: int
    chars: str
    x0: array[float]
    x1: array[float]
    top: float
    bottom: float
    baseline: float
    size: float
    confidence: float
    text: str
    """Spaces stand only between Latin words (justification spaces are gone)."""
    spread: float
    """Points by which justification has spread the CJK glyphs; infinite without two such in a
    row.
    """
    advance: float
    """The least advance (points) from one CJK glyph to the next; infinite where fewer than two are
    shown.
    """
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


def make_lines(page: Page, key: Ints) -> tuple[dict[int, list[Line]], int]:
    """Group the page's glyphs by `key` (shape (n,), -1 for none) and by baseline.

    Returns the lines of each key from top to bottom, and the number of glyphs left out because they
    were drawn twice.
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
    whole: str, left: Floats, right: Floats, sizes: Floats, cuts: list[int]
) -> Iterator[tuple[str, float, float, Marker | None]]:
    """Text, spread, advance and marker of each line.

    Glyphs of all lines on end, `cuts` their bounds, `sizes` one a line.
    """
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


def _middle(values: Floats, cuts: list[int]) -> list[float]:
    """The (upper) median of the values of each line."""
    starts = cuts[:-1]
    out = np.minimum.reduceat(values, starts)
    for n in np.flatnonzero(out != np.maximum.reduceat(values, starts)).tolist():
        out[n] = np.sort(values[cuts[n] : cuts[n + 1]])[(cuts[n + 1] - cuts[n]) // 2]
    middle: list[float] = out.tolist()
    return middle


def _cuts(keys: Ints, base: Floats, size: Floats) -> list[int]:
    """Where lines begin among glyphs sorted by key and baseline, and where the last one ends.

    A line takes glyphs up to SAME_LINE of its largest glyph below its first: a small raised glyph
    does not cut it short.
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


def _drawn_again(page: Page, index: Ints, line: Ints) -> Mask:
    """Mask of the glyphs drawn once more where an equal one of the last three kept stands.

    Glyphs sorted by line, then left edge.
    """
    code, left, base, near = (
        page.chars[index].view(np.uint32),
        page.boxes[index, 0],
        page.baseline[index],
        np.minimum(
            OVERPRINT * page.size[index], OWN * (page.boxes[index, 2] - page.boxes[index, 0])
        ),
    )
    removed = np.zeros(len(index), dtype=bool)

    def again(i: Ints, j: Ints) -> Mask:
        beside = (np.abs(left[j] - left[i]) <= near[i]) & (np.abs(base[j] - base[i]) <= near[i])
        same: Mask = (line[j] == line[i]) & (code[j] == code[i]) & beside
        return same

    suspects: set[int] = set()
    for back in (1, 2, 3):
        later = np.flatnonzero(code[back:] == code[:-back]) + back
        suspects.update(line[later[again(later, later - back)]].tolist())
    for number in suspects:
        kept: list[int] = []
        for i in np.flatnonzero(line == number).tolist():
            if again(np.array([i]), np.array(kept[-3:], dtype=np.int64)).any():
                removed[i] = True
            else:
                kept.append(i)
    return removed
