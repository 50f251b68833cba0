"""Ink that no recognised character accounts for: found, looked at a second time, and reported when
it stays unread.
"""

from __future__ import annotations

import cv2
import numpy as np

from extract.page import Floats, Mask
from extract.readers.ocr.glyphs import Glyphs
from extract.readers.ocr.image import Grey
from extract.readers.ocr.recognise import Char
from extract.readers.ocr.strips import runs

BESIDE = 0.1  # of the em: ink this near to a glyph's box is the glyph's own
# lines a page that are looked at again; a page with more is damaged, and its ink is reported
LOOKS = 20
LEAST = 0.02  # of the em square: less ink is dirt (a comma has 0.03)


def uncovered(ink: Mask, line: Glyphs, x: int, em: float) -> list[tuple[int, int]]:
    """Stretches [start, end) of a strip's ink (mask, left edge at `x` pixels of the page) that
    stand in no glyph box.
    """
    rest = ink.copy()
    for a, b in zip(line.x0, line.x1):
        rest[:, max(0, int(a - x - BESIDE * em)) : max(0, int(b - x + BESIDE * em) + 1)] = False
    return [
        (a, b)
        for a, b in groups(runs(np.any(rest, axis=0)), 0.5 * em)
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


def is_ring(ink: Mask, stretch: tuple[int, int], em: float) -> bool:
    """Whether a stretch of left-over ink is (part of) a ring as large as an ideograph, as stands
    before or around a list number.
    """
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
    round_ = abs(full.sum() / (height * width) - np.pi / 4) < 0.06
    return bool(round_ and area < 0.5 * full.sum())


STRETCHES = 1.25, 1.0, 0.92  # width of each variant of a line's picture
PADDED = 1  # index of the variant that has more paper about it
VARIANTS = len(STRETCHES)


def variants(picture: Grey, em: float) -> list[Grey]:
    """The line's picture a little wider, as it is with more paper about it, and a little narrower.

    What is passed over in one is read in another.
    """
    room = int(0.5 * em)
    wide, _, narrow = STRETCHES
    padded = np.pad(picture, ((0, 0), (room, room)), constant_values=255)
    return [
        cv2.resize(picture, None, fx=wide, fy=1.0, interpolation=cv2.INTER_LINEAR).astype(np.uint8),
        padded,
        cv2.resize(picture, None, fx=narrow, fy=1.0, interpolation=cv2.INTER_AREA).astype(np.uint8),
    ]


def place_back(chars: list[Char], kind: int, em: float) -> list[Char]:
    """Characters read in variant `kind`, their centres in pixels of the line's picture itself."""
    if kind == PADDED:
        return [c._replace(x=c.x - int(0.5 * em)) for c in chars]
    return [c._replace(x=c.x / STRETCHES[kind]) for c in chars]


def added(before: list[Char], after: list[Char]) -> str | None:
    """What `after` reads more than `before`, when it is the same line with something put in; else
    None.

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


def is_remnant(top: int, bottom: int, rules: Floats, em: float) -> bool:
    """Whether a strip is what is left of a rule: flat, and next to one (`rules`: rows of the
    horizontal rules, in pixels).
    """
    return bottom - top <= max(2, 0.07 * em) and bool(
        ((rules >= top - 0.35 * em) & (rules <= bottom + 0.35 * em)).any()
    )
