"""Rules as drawn → rules as meant: near-collinear pieces joined, doubles merged, strays dropped. All in points."""

from __future__ import annotations

import numpy as np

SNAP = 1.2  # points: rules this close together are one printed rule
DOUBLE = 3.2  # points: the two strokes of a double rule stand at most this far apart
DASH_GAP = 6.5  # points: the gap in a dashed rule is never wider
MIN_LENGTH = 8.0  # points: shorter than a character: not a table rule


def clean_rules(horizontal, vertical, width: float, height: float) -> tuple[np.ndarray, np.ndarray]:
    """Join the pieces of each rule and cut them off at the page's edge (`width` and `height` in points).

    `horizontal` is a sequence of (x0, x1, y), `vertical` of (x, y0, y1), points. Returns arrays of shape (h, 3) and
    (v, 3) in the same order of columns, sorted by position.
    """
    h = _join(
        [
            (y, max(x0, 0.0), min(x1, width))
            for x0, x1, y in horizontal
            if 0 <= y <= height and x1 > 0 and x0 < width
        ]
    )
    v = _join(
        [
            (x, max(y0, 0.0), min(y1, height))
            for x, y0, y1 in vertical
            if 0 <= x <= width and y1 > 0 and y0 < height
        ]
    )
    h_out = np.array([(x0, x1, y) for y, x0, x1 in h], dtype=np.float64).reshape(-1, 3)
    v_out = np.array(v, dtype=np.float64).reshape(-1, 3)
    return h_out, v_out


def _join(segments: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Join segments (position, start, end) of equal position within DOUBLE and gaps within DASH_GAP."""
    if not segments:
        return []
    segments = sorted(segments)
    groups: list[list[tuple[float, float, float]]] = [[segments[0]]]
    for s in segments[1:]:
        # A chain of close rules must not creep: compare with the group's first member.
        if s[0] - groups[-1][0][0] <= DOUBLE:
            groups[-1].append(s)
        else:
            groups.append([s])
    out: list[tuple[float, float, float]] = []
    for group in groups:
        weight = sum(e - b for _, b, e in group) or 1.0
        position = sum(p * (e - b) for p, b, e in group) / weight
        spans: list[list[float]] = []
        for _, b, e in sorted(group, key=lambda s: s[1]):
            if spans and b - spans[-1][1] <= DASH_GAP:
                spans[-1][1] = max(spans[-1][1], e)
            else:
                spans.append([b, e])
        out += [(position, b, e) for b, e in spans if e - b >= MIN_LENGTH]
    return out
