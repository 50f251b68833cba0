"""Ruled lines of a page's picture."""

from __future__ import annotations

import cv2
import numpy as np

from extract.page import Floats, Mask
from extract.readers.ocr.image import Grey

LEAST = 0.3  # inches: longer than any stroke of table text
THICK = 0.045  # inches: a rule is never thicker
EDGE = 0.1  # inches: nearer to the picture's edge stand only shadows of the lid
GAP = 0.02  # inches: breaks of a worn rule that are bridged
FAINT = 20  # of 255: a rule is at least this much darker than its paper
TOUCH = 0.03  # inches: rules this near to each other meet
LONG = 1.5  # inches: a rule this long is no row of strokes
LONE = 3.0  # inches: a rule that meets no other is at least this long
STROKE = 60  # of 255: strokes of text are at least this much darker than the paper
CROSSED = 0.12  # of its length: a rule that so many strokes run through is itself made of strokes
DASH = 0.06  # inches: gaps of a dashed rule


def find_rules(grey: Grey, dpi: int) -> tuple[Floats, Floats, Mask]:
    """Rules in pixels: horizontal (h, 3) as x0, x1, y; vertical (v, 3) as x, y0, y1; and the mask
    of their ink.

    A page that shows no table is looked at again with the gaps of dashed rules bridged.
    """
    dark = _darkness(grey, dpi)
    for gap in (GAP, DASH):
        h, h_mask = _along(dark, dpi, gap)
        v, v_mask = _along(np.ascontiguousarray(dark.T), dpi, gap)
        if len(v) >= 2 and len(h) >= 2:
            break
    near = TOUCH * dpi
    across = np.ascontiguousarray(dark.T)
    h, v = _anchored(h, v, h_mask, v_mask, dark, across, dpi)
    meeting = _meeting(h, v, near), _meeting(v, h, near)
    h, v = _trim(h, dark, h_mask, meeting[0], dpi), _trim(v, across, v_mask, meeting[1], dpi)
    return h, v[:, [2, 0, 1]], h_mask | v_mask.T


def _anchored(
    h: Floats,
    v: Floats,
    h_mask: Mask,
    v_mask: Mask,
    dark: Grey,
    turned: Grey,
    dpi: int,
) -> tuple[Floats, Floats]:
    """Long rules, and short ones whose ends stand at other rules (or in line with another rule's
    end).

    Strokes of glyphs that happen to line up are short and end anywhere, or are crossed by other
    strokes. The masks lose what is left out. `dark` is the page's darkness, `turned` the same with
    rows and columns exchanged.
    """
    found = [h, v]
    sure = [rules[:, 1] - rules[:, 0] >= LONG * dpi for rules in found]
    near = 1.5 * TOUCH * dpi
    others = _meeting(h, v[sure[1]], near), _meeting(v, h[sure[0]], near)
    plain = [
        [
            r[1] - r[0] >= LONG * dpi or _crossed(picture, r[0], r[1], r[2], dpi, met) < CROSSED
            for r, met in zip(rules, meeting)
        ]
        for rules, meeting, picture in zip(found, others, (dark, turned))
    ]
    for _ in range(2):
        for i in (0, 1):
            rules, across = found[i], found[1 - i][sure[1 - i]]
            ends = found[i][sure[i]]
            for k in np.flatnonzero(~sure[i]):
                a, b, at = rules[k]
                crossing = across[(across[:, 0] < at + near) & (across[:, 1] > at - near), 2]
                held = [bool((np.abs(crossing - end) < near).any()) for end in (a, b)]
                level = [
                    bool((np.abs(ends[:, side] - end) < near).any())
                    for side, end in ((0, a), (1, b))
                ]
                sure[i][k] = plain[i][k] and (
                    all(held) or any(held) and all(x or y for x, y in zip(held, level))
                )
    for rules, keep, mask in zip(found, sure, (h_mask, v_mask)):
        thick = int(THICK * dpi)
        for a, b, at in rules[~keep]:
            mask[max(0, int(at) - thick) : int(at) + thick + 1, int(a) : int(b) + 1] = False
    return h[sure[0]], v[sure[1]]


def _meeting(rules: Floats, across: Floats, near: float) -> list[Floats]:
    """For each rule the places along it where a rule of the other direction meets or crosses it."""
    return [
        np.sort(
            across[
                (across[:, 2] > a - near)
                & (across[:, 2] < b + near)
                & (across[:, 0] < at + near)
                & (across[:, 1] > at - near),
                2,
            ]
        )
        for a, b, at in rules
    ]


def _crossed(
    dark: Grey, start: float, end: float, at: float, dpi: int, met: Floats | None = None
) -> float:
    """Share of a rule's length (along the rows of `dark`) at which strokes run through it from one
    side to the other.

    `met` are the places along it where other rules cross it, which do not count.
    """
    room, a, b, row = int(THICK * dpi), int(start), int(end), int(at)
    if b - a < 5 or row < 2 * room or row >= dark.shape[0] - 2 * room:
        return 0.0
    band = dark[row - 2 * room : row + 2 * room + 1, a:b] > STROKE
    # The rule's own thickness, where nothing crosses it.
    half = int(np.percentile(band[room : 3 * room + 1].sum(axis=0), 25)) // 2 + max(
        2, int(0.012 * dpi)
    )
    reach = np.ones(5, dtype=bool)  # strokes cross at a slant
    one, other = (np.convolve(band[2 * room + side * half], reach, "same") > 0 for side in (-1, 1))
    free = np.ones(b - a, dtype=bool)
    for place in met if met is not None else ():
        free[max(0, int(place - a - TOUCH * dpi)) : max(0, int(place - a + TOUCH * dpi) + 1)] = (
            False
        )
    return float((one & other)[free].mean()) if free.any() else 0.0


def _trim(rules: Floats, dark: Grey, mask: Mask, meeting: list[Floats], dpi: int) -> Floats:
    """Leave out strokes of glyphs: short pieces that meet no other rule, and ends that run on into
    a glyph.

    `mask` (in the rules' own orientation) loses what is left out.
    """
    near, long, thick = TOUCH * dpi, LONE * dpi, int(THICK * dpi)
    kept = []
    for (a, b, at), met in zip(rules, meeting):
        low, high = max(0, int(at) - thick), int(at) + thick + 1
        if not len(met) and b - a < long:
            mask[low:high, int(a) : int(b) + 1] = False
            continue
        start, end = a, b
        if len(met):
            # Several rules that end together run on over a page break; one alone, or one that
            # others cross, has caught a stroke.
            if near < met[0] - a < 1.5 * LEAST * dpi and (
                (np.abs(rules[:, 0] - a) < near).sum() < 2
                or _crossed(dark, a, met[0] - near, at, dpi) >= CROSSED
            ):
                start = met[0]
            if near < b - met[-1] < 1.5 * LEAST * dpi and (
                (np.abs(rules[:, 1] - b) < near).sum() < 2
                or _crossed(dark, met[-1] + near, b, at, dpi) >= CROSSED
            ):
                end = met[-1]
        mask[low:high, int(a) : max(int(a), int(start) - 2)] = False
        mask[low:high, min(int(b) + 1, int(end) + 3) : int(b) + 1] = False
        kept.append((start, end, at))
    return np.array(kept, dtype=float).reshape(-1, 3)


def _darkness(grey: Grey, dpi: int) -> Grey:
    """How much darker than the paper around it each pixel is (uint8)."""
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(
        cv2.dilate(small, np.ones((5, 5), np.uint8)), max(3, int(dpi * 0.06)) | 1
    )
    large = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.subtract(large, grey).astype(np.uint8, copy=False)


def _along(dark: Grey, dpi: int, gap: float) -> tuple[Floats, Mask]:
    """Rules that run along the rows: (n, 3) as start, end, row, and the mask of their ink.

    A thin rule in a noisy scan is paler than text, but pale at its whole length: opening the
    darkness keeps what a stretch of LEAST has throughout.
    """
    bridge = max(3, int(gap * dpi)) | 1
    length = int(LEAST * dpi)
    closed = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, bridge), np.uint8))
    opened = (
        cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)) > FAINT
    ).astype(np.uint8)
    # A rule that leans by a fraction of a degree comes in steps: join them.
    joined = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((3, 2 * bridge + 1), np.uint8))
    count, label, stats, centre = cv2.connectedComponentsWithStats(joined, connectivity=8)
    rules, wanted = [], np.zeros(count, dtype=bool)
    for n in range(1, count):
        x, _, width, height, area = stats[n]
        thickness = area / max(width, 1)
        if (
            EDGE * dpi < centre[n][1] < dark.shape[0] - EDGE * dpi
            and width >= length
            and thickness <= THICK * dpi
            and height <= 2 * THICK * dpi
        ):
            rules.append((x, x + width, centre[n][1]))
            wanted[n] = True
    spread = cv2.dilate((wanted[label] & (joined > 0)).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.array(rules, dtype=float).reshape(-1, 3), spread > 0
