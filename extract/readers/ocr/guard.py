"""Ink that no recognised character accounts for: found, looked at a second time, and reported when it stays unread."""

from __future__ import annotations

import cv2
import numpy as np

from extract.readers.ocr.glyphs import Glyphs
from extract.readers.ocr.recognise import Char
from extract.readers.ocr.strips import runs

BESIDE = 0.1  # of the em: ink this near to a glyph's box is the glyph's own
LOOKS = 20  # lines a page that are looked at again; a page with more is damaged, and its ink is reported
LEAST = 0.02  # of the em square: less ink is dirt (a comma has 0.03)


def uncovered(ink: np.ndarray, line: Glyphs, x: int, em: float) -> list[tuple[int, int]]:
    """Stretches [start, end) of a strip's ink (mask, left edge at `x` pixels of the page) that stand in no glyph box."""
    rest = ink.copy()
    for a, b in zip(line.x0, line.x1):
        rest[:, max(0, int(a - x - BESIDE * em)) : max(0, int(b - x + BESIDE * em) + 1)] = False
    return [
        (a, b)
        for a, b in groups(runs(rest.any(axis=0)), 0.5 * em)
        if rest[:, a:b].sum() >= LEAST * em**2
    ]


def groups(pieces: list[tuple[int, int]], gap: float) -> list[tuple[int, int]]:
    """Stretches with those nearer than `gap` to each other joined."""
    out: list[tuple[int, int]] = []
    for a, b in pieces:
        if out and a - out[-1][1] < gap:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out


def is_ring(ink: np.ndarray, stretch: tuple[int, int], em: float) -> bool:
    """Whether a stretch of left-over ink is (part of) a ring as large as an ideograph, as stands before or around a list number."""
    count, label, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    inside = np.bincount(label[:, stretch[0] : stretch[1]].ravel(), minlength=count)
    inside[0] = 0
    part = int(inside.argmax())
    _, _, width, height, area = stats[part]
    if not inside[part] or not 0.6 * em <= height <= 1.1 * em or not 0.85 <= width / height <= 1.18:
        return False
    outlines, _ = cv2.findContours(
        (label == part).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    full = np.zeros(ink.shape, dtype=np.uint8)
    cv2.drawContours(full, outlines, -1, 1, cv2.FILLED)
    # A disc fills pi/4 of its square; its ring is thin.
    return abs(full.sum() / (height * width) - np.pi / 4) < 0.06 and area < 0.5 * full.sum()


def variants(picture: np.ndarray, em: float) -> list[np.ndarray]:
    """The line's picture made a little wider, and wider with more paper about it: what is passed over in one is read in another."""
    room = int(0.5 * em)
    padded = np.pad(picture, ((0, 0), (room, room)), constant_values=255)
    return [
        cv2.resize(picture, None, fx=1.25, fy=1.0, interpolation=cv2.INTER_LINEAR),
        padded,
        cv2.resize(picture, None, fx=0.92, fy=1.0, interpolation=cv2.INTER_AREA),
    ]


def place_back(chars: list[Char], kind: int, picture: np.ndarray, em: float) -> list[Char]:
    """Characters read in variant `kind` of the picture, their centres in pixels of the picture itself."""
    if kind == 1:
        return [c._replace(x=c.x - int(0.5 * em)) for c in chars]
    return [c._replace(x=c.x / (1.25, 1.0, 0.92)[kind]) for c in chars]


def added(before: list[Char], after: list[Char]) -> str | None:
    """What `after` reads more than `before`, when it is the same line with something put in; else None.

    Latin letters are not believed: strokes of a damaged ideograph read like them.
    """
    old = [c.text for c in before if not c.text.isspace()]
    new = [c.text for c in after if not c.text.isspace()]
    more, k = [], 0
    for text in new:
        if k < len(old) and text == old[k]:
            k += 1
        else:
            more.append(text)
    if k < len(old) or any(text.isalpha() and text < "\u2000" for text in more):
        return None
    return "".join(more) or None


def is_remnant(top: int, bottom: int, rules: np.ndarray, em: float) -> bool:
    """Whether a strip is what is left of a rule: flat, and next to one (`rules`: rows of the horizontal rules, in pixels)."""
    return bottom - top <= max(2, 0.07 * em) and bool(
        ((rules >= top - 0.35 * em) & (rules <= bottom + 0.35 * em)).any()
    )
