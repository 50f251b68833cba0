"""Rules as drawn → rules as meant: near-collinear pieces joined, doubles merged, strays dropped.

All in points.
"""

from __future__ import annotations

import numpy as np

from extract.layout.underlines import Text, without_underlines
from extract.page import Floats

DOUBLE = 3.2  # points: the two strokes of a double rule stand at most this far apart
DASH_GAP = 6.5  # points: the gap in a dashed rule is never wider
MIN_LENGTH = 8.0  # points: shorter than a character: not a table rule

Segment = tuple[float, float, float]  # position, start, end


def clean_rules(
    horizontal: Floats, vertical: Floats, width: float, height: float, text: Text | None = None
) -> tuple[Floats, Floats]:
    """Join the pieces of each rule and cut them off at the page's edge.

    `horizontal` has shape (h, 3) as x0, x1, y, `vertical` (v, 3) as x, y0, y1, `width` and `height`
    are the page's, all in points. Lines under the page's `text` are no rules. Returns the same
    shapes, sorted by position.
    """
    down = _as_array(_join(_on_page(vertical, width, height)))
    if text is not None:
        horizontal = without_underlines(horizontal, down, text)
    across = _as_array(_join(_on_page(horizontal[:, [2, 0, 1]], height, width)))
    return across[:, [1, 2, 0]], down


def _on_page(rules: Floats, positions: float, length: float) -> list[Segment]:
    """Segments (position, start, end) that show on a page, cut off at its edges."""
    return [
        (at, max(start, 0.0), min(end, length))
        for at, start, end in rules.tolist()
        if 0 <= at <= positions and end > 0 and start < length
    ]


def _as_array(segments: list[Segment]) -> Floats:
    return np.array(segments, dtype=np.float64).reshape(-1, 3)


def _join(segments: list[Segment]) -> list[Segment]:
    """Join segments of equal position within DOUBLE and gaps within DASH_GAP."""
    groups: list[list[Segment]] = []
    for segment in sorted(segments):
        # A chain of close rules must not creep: compare with the group's first member.
        if groups and segment[0] - groups[-1][0][0] <= DOUBLE:
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return [rule for group in groups for rule in _join_group(group)]


def _join_group(group: list[Segment]) -> list[Segment]:
    weight = sum(end - start for _, start, end in group) or 1.0
    position = sum(at * (end - start) for at, start, end in group) / weight
    spans: list[list[float]] = []
    for _, start, end in sorted(group, key=lambda s: s[1]):
        if spans and start - spans[-1][1] <= DASH_GAP:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([start, end])
    return [(position, start, end) for start, end in spans if end - start >= MIN_LENGTH]
