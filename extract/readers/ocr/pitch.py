"""The advance of ideographs along a line, from their ink.

Ink sits a little off the middle of its em, differently in each ideograph, so single glyphs tell
places to a tenth of the em only. All of a line together tell its advance to a few thousandths,
which is what shows whether a line was spread to the column's edge.
"""

from __future__ import annotations

import numpy as np

# of the em: ink further off its place than this was cut from its neighbour's in the wrong place
OFF = 0.15
WHOLE = 0.6  # of the em: narrower ink says little of where the em lies (卜, 小 in parts)
LEVER = 30.0  # squared steps: a line of seven ideographs in a row has 28
BAND = 0.012  # of the advance: lines this alike have the same advance


def stretches(chars: list[str]) -> list[range]:
    """Places of successive ideographs in a line; whatever stands between them may have another
    advance.
    """
    out, start = [], None
    for i, char in enumerate([*chars, ""]):
        if "\u3400" <= char <= "\u9fff":
            start = i if start is None else start
        elif start is not None:
            out.append(range(start, i))
            start = None
    return out


def advance(chars: list[str], extents: list[tuple[float, float]], em: float) -> tuple[float, float]:
    """(advance in pixels, lever in squared steps) by least squares over the line's stretches of
    ideographs.

    `extents` are each character's ink, left and right, in pixels. The lever says how sure the
    advance is; 0 when nothing tells.
    """
    points = []
    for part in stretches(chars):
        own = [
            (i, (extents[i][0] + extents[i][1]) / 2)
            for i in part
            if extents[i][1] - extents[i][0] > WHOLE * em
        ]
        if len(own) >= 2:
            points.append(np.array(own, dtype=float))
    slope, lever = em, 0.0
    for _ in range(2):
        across = along = 0.0
        for p in points:
            d = p - p.mean(axis=0)
            across += float((d[:, 0] * d[:, 1]).sum())
            along += float((d[:, 0] ** 2).sum())
        if not along:
            return em, 0.0
        slope, lever = across / along, along
        kept = []
        for p in points:
            rest = p[:, 1] - slope * p[:, 0]
            good = p[np.abs(rest - np.median(rest)) <= OFF * em]
            if len(good) >= 2:
                kept.append(good)
        if sum(map(len, kept)) == sum(map(len, points)):
            break
        points = kept
    return slope, lever


def centres(chars: list[str], extents: list[tuple[float, float]], em: float) -> dict[int, float]:
    """Middle of the em (pixels) of every ideograph that stands in a row with others, by the line's
    own advance.
    """
    slope, lever = advance(chars, extents, em)
    out: dict[int, float] = {}
    if lever < 2.0:
        return out
    for part in stretches(chars):
        own = [
            (i, (extents[i][0] + extents[i][1]) / 2)
            for i in part
            if extents[i][1] - extents[i][0] > WHOLE * em
        ]
        if len(own) < 2:
            continue
        rest = [x - slope * i for i, x in own]
        middle = float(np.median(rest))
        near = [r for r in rest if abs(r - middle) <= OFF * em]
        # Ink that is off its place as a whole: the line is no plain row of ideographs, so single
        # glyphs are trusted.
        if len(near) < 0.7 * len(rest):
            continue
        origin = float(np.mean(near))
        out.update({i: origin + slope * i for i in part})
    return out


def natural_em(lines: list[tuple[float, float]], guess: float) -> float:
    """Glyph size in pixels: the least advance that several lines share (spread and letter-spaced
    lines have more).

    `lines` holds (advance, lever) a line; `guess` is the size by the ink's height, returned when
    too few lines tell.
    """
    found = sorted(
        (a, lever) for a, lever in lines if lever >= LEVER and 0.93 * guess <= a <= 1.2 * guess
    )
    if len(found) < 3:
        return guess
    enough = max(2, round(0.08 * len(found)))
    for k, (first, _) in enumerate(found):
        band = [(a, lever) for a, lever in found[k:] if a <= first * (1 + BAND)]
        if len(band) >= enough:
            return sum(a * lever for a, lever in band) / sum(lever for _, lever in band)
    return found[0][0]


def common_edge(values: list[float], em: float, least: int = 3) -> float | None:
    """The outermost right end (pixels) that at least `least` lines of a column share; None when
    none do.

    Ends are taken as shared within a twelfth of the em, the precision of the boxes.
    """
    ends = sorted(values)
    reach = em / 12
    for end in reversed(ends):
        near = [v for v in ends if abs(v - end) <= reach]
        if len(near) >= least:
            return near[len(near) // 2]
    return None
