"""One page's picture, one way up: its rules, the regions between them, and their strips of text."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from extract.layout.geometry import clean_rules
from extract.layout.grid import find_grids
from extract.page import Mask, Page
from extract.readers.ocr.guard import is_remnant
from extract.readers.ocr.image import Grey, ink_of, skew, straighten
from extract.readers.ocr.rules import find_rules
from extract.readers.ocr.strips import Strip, cut, em_of, runs

PACK = 0.3  # of the em: wider gaps between glyphs are narrowed to this before recognition
SIDE = 0.12  # of the em: paper left at both ends of a line's picture
SPECK = 0.015  # of the em square: a strip with less ink is dirt
LEAN = 0.03  # degrees: a picture that leans less is straight

Stretch = tuple[int, int, int]  # x in a line's picture, x on the page, length; pixels


@dataclass(slots=True)
class Region:
    """A cell or the open page: its place in pixels and its column (None: the open page)."""

    x0: int
    y0: int
    x1: int
    y1: int
    column: tuple[int, int, int] | None


class Sheet:
    """A picture (shape (height, width), 255 is paper) taken apart; all places in pixels but for the
    rules.
    """

    def __init__(self, grey: Grey, dpi: int) -> None:
        self.dpi = dpi
        ink = ink_of(grey, dpi)
        angle = skew(ink, dpi)
        if abs(angle) >= LEAN:
            grey = straighten(grey, angle)
            ink = ink_of(grey, dpi)
        h, v, mask = find_rules(grey, dpi)
        self.grey = grey
        self.grey[cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 255
        self.ink = ink & ~mask
        scale = 72 / dpi
        self.height, self.width = (n * scale for n in grey.shape)
        self.horizontal, self.vertical = clean_rules(h * scale, v * scale, self.width, self.height)
        self.regions = self._regions()
        self.em = em_of([self._inside(r) for r in self.regions], dpi)
        self.strips = [s for n in range(len(self.regions)) for s in self._strips(n)]

    def blank(self) -> Page:
        """The page in points, without its text."""
        none = np.zeros(0)
        return Page(
            number=0,
            width=self.width,
            height=self.height,
            chars=np.zeros(0, dtype="<U1"),
            boxes=np.zeros((0, 4)),
            baseline=none,
            size=none,
            confidence=none,
            horizontal=self.horizontal,
            vertical=self.vertical,
            source="ocr",
        )

    def _regions(self) -> list[Region]:
        """Cells of all tables; the last region is the open page, its tables blanked out."""
        out, scale = [], self.dpi / 72
        self.open = self.ink.copy()
        for n, grid in enumerate(find_grids(self.blank())):
            for cell in grid.cells:
                place = (cell.x0, cell.y0, cell.x1, cell.y1)
                x0, y0, x1, y1 = (round(value * scale) for value in place)
                out.append(Region(x0 + 1, y0 + 1, x1 - 1, y1 - 1, (n, cell.col, cell.col_end)))
                self.open[y0:y1, x0:x1] = False
        height, width = self.ink.shape
        return [r for r in out if r.x1 > r.x0 and r.y1 > r.y0] + [Region(0, 0, width, height, None)]

    def _inside(self, region: Region) -> Mask:
        ink = self.open if region.column is None else self.ink
        return ink[region.y0 : region.y1, region.x0 : region.x1]

    def _strips(self, n: int) -> list[Strip]:
        """The lines of region `n`."""
        region = self.regions[n]
        ink = self._inside(region)
        rules = self.horizontal[:, 2] * self.dpi / 72
        out = []
        for a, b in cut(ink, self.em):
            if ink[a:b].sum() < SPECK * self.em**2:
                continue
            if is_remnant(region.y0 + a, region.y0 + b, rules, self.em):
                continue
            columns = np.flatnonzero(ink[a:b].any(axis=0)) + region.x0
            left, right = int(columns[0]), int(columns[-1]) + 1
            out.append(Strip(n, left, region.y0 + a, right, region.y0 + b))
        return out

    def ink_in(self, strip: Strip) -> Mask:
        """The ink of a line, its rules taken out."""
        region = self.regions[strip.region]
        rows = slice(strip.y0 - region.y0, strip.y1 - region.y0)
        return self._inside(region)[rows, strip.x0 - region.x0 : strip.x1 - region.x0]

    def picture(self, strip: Strip) -> tuple[Grey, list[Stretch]]:
        """The line's picture, one em high or a little more, wide gaps narrowed; and what stands
        where in it.
        """
        own = self.ink_in(strip)
        band = np.full((strip.y1 - strip.y0 + 2, strip.x1 - strip.x0), 255, dtype=np.uint8)
        near = cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        band[1:-1][near] = self.grey[strip.y0 : strip.y1, strip.x0 : strip.x1][near]
        stretches, width = self._packed(own, strip.x0)
        tall = max(band.shape[0] + int(0.1 * self.em), round(1.2 * self.em))
        picture = np.full((tall, width), 255, dtype=np.uint8)
        top = (tall - band.shape[0]) // 2
        for at, x, length in stretches:
            ink = band[:, x - strip.x0 : x - strip.x0 + length]
            picture[top : top + band.shape[0], at : at + length] = ink
        return picture, stretches

    def _packed(self, ink: Mask, x: int) -> tuple[list[Stretch], int]:
        """Stretches of a line's ink (left edge at `x`) moved together, and the width they then
        take.
        """
        room, side = int(PACK * self.em), int(SIDE * self.em)
        stretches: list[Stretch] = []
        at, last = side, None
        for a, b in runs(np.any(ink, axis=0)):
            if last is not None:
                at += min(a - last, room)
            stretches.append((at, x + a, b - a))
            at, last = at + b - a, b
        return stretches, at + side


def unpack(x: float, stretches: list[Stretch]) -> float:
    """Place on the page of a place in a line's picture."""
    at, page, length = min(stretches, key=lambda s: max(s[0] - x, x - s[0] - s[2], 0))
    return page + min(max(x - at, 0), length)
