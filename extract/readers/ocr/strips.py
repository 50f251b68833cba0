"""Ink of a cell → strips of one printed line each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from extract.page import Ints, Mask

# of the em: parts that together are no taller belong to one line (二 and 三 come in pieces)
JOIN = 1.12
SPLIT = 1.55  # of the em: a run taller than this holds lines that touch


@dataclass(slots=True)
class Strip:
    """One printed line in pixels of the page: its ink's extent and the region (cell) it stands
    in.
    """

    region: int
    x0: int
    y0: int
    x1: int
    y1: int


def runs(filled: Mask) -> list[tuple[int, int]]:
    """Stretches [start, end) of True in a one-dimensional mask."""
    edge = np.flatnonzero(np.diff(np.concatenate(([0], filled.astype(np.int8), [0]))))
    return list(zip(edge[::2].tolist(), edge[1::2].tolist()))


def em_of(regions: list[Mask], dpi: int) -> float:
    """Glyph size in pixels, from the heights of the runs of ink in all regions. 12 points where
    there is no text.
    """
    heights = [b - a for ink in regions for a, b in runs(np.any(ink, axis=1))]
    usual = sorted(h for h in heights if 7 / 72 * dpi <= h <= 26 / 72 * dpi)
    # Ink of a line of Chinese text fills a little less than the glyph size.
    return usual[len(usual) // 2] / 0.93 if usual else 12 / 72 * dpi


def cut(ink: Mask, em: float) -> list[tuple[int, int]]:
    """Rows [start, end) of each line in a region's ink, from top to bottom."""
    profile = ink.sum(axis=1)
    parts = [list(r) for r in runs(profile > 0)]
    lines: list[list[int]] = []
    while parts:
        part = parts.pop(0)
        if (
            lines
            and part[1] - lines[-1][0] <= JOIN * em
            and (_low(part, em) or _low(lines[-1], em))
        ):
            after = parts[0] if parts else None
            nearer = (
                after is not None
                and _low(part, em)
                and after[1] - part[0] <= JOIN * em
                and after[0] - part[1] < part[0] - lines[-1][1]
            )
            if not nearer:
                lines[-1][1] = part[1]
                continue
        lines.append(part)
    pitch = _pitch(lines, em)
    out: list[tuple[int, int]] = []
    for a, b in lines:
        if b - a > SPLIT * em:
            out += _split(profile, a, b, max(2, round((b - a - em) / pitch) + 1))
        else:
            out.append((a, b))
    return out


def _low(part: list[int], em: float) -> bool:
    return part[1] - part[0] < 0.62 * em


def _pitch(lines: list[list[int]], em: float) -> float:
    steps = sorted(
        b[0] - a[0] for a, b in zip(lines, lines[1:]) if 0.9 * em <= b[0] - a[0] <= 2.2 * em
    )
    return steps[len(steps) // 2] if steps else 1.3 * em


def _split(profile: Ints, a: int, b: int, count: int) -> list[tuple[int, int]]:
    """Cut a tall run into `count` lines at the emptiest rows near the even division."""
    step = (b - a) / count
    cuts = [a]
    for k in range(1, count):
        middle, reach = a + k * step, 0.3 * step
        low, high = int(middle - reach), int(middle + reach) + 1
        cuts.append(low + int(np.argmin(profile[low:high])))
    cuts.append(b)
    return list(zip(cuts, cuts[1:]))
