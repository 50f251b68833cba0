"""Ruled lines of a page's picture."""

from __future__ import annotations

import cv2
import numpy as np

LEAST = 0.3  # inches: longer than any stroke of table text
THICK = 0.045  # inches: a rule is never thicker
GAP = 0.02  # inches: breaks of a worn rule that are bridged
DASH = 0.06  # inches: gaps of a dashed rule


def find_rules(ink: np.ndarray, dpi: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rules in pixels: horizontal (h, 3) as x0, x1, y; vertical (v, 3) as x, y0, y1; and the mask of their ink.

    A page that shows no table is looked at again with the gaps of dashed rules bridged.
    """
    for gap in (GAP, DASH):
        h, h_mask = _along(ink, dpi, gap)
        v, v_mask = _along(np.ascontiguousarray(ink.T), dpi, gap)
        if len(v) >= 2 and len(h) >= 2:
            break
    vertical = v[:, [2, 0, 1]] if len(v) else np.zeros((0, 3))
    return h, vertical, h_mask | v_mask.T


def _along(ink: np.ndarray, dpi: int, gap: float) -> tuple[np.ndarray, np.ndarray]:
    """Rules that run along the rows: (n, 3) as start, end, row, and the mask of their ink."""
    bridge = max(1, int(gap * dpi)) | 1
    length = int(LEAST * dpi)
    mask = ink.astype(np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, bridge), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    # A rule that leans by a fraction of a degree comes in steps: join them.
    joined = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((3, 2 * bridge + 1), np.uint8))
    count, label, stats, centre = cv2.connectedComponentsWithStats(joined, connectivity=8)
    rules, wanted = [], np.zeros(count, dtype=bool)
    for n in range(1, count):
        x, _, width, height, area = stats[n]
        thickness = area / max(width, 1)
        if width >= length and thickness <= THICK * dpi and height <= 2 * THICK * dpi:
            rules.append((x, x + width, centre[n][1]))
            wanted[n] = True
    spread = cv2.dilate((wanted[label] & (joined > 0)).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.array(rules, dtype=float).reshape(-1, 3), (spread > 0) & ink
