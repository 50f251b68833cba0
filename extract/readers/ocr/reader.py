"""The third reader: a page that is a picture → `Page`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import cv2
import numpy as np
import pymupdf

from extract.layout.geometry import clean_rules
from extract.layout.grid import find_grids
from extract.model import Box, Page, PrintedFinding
from extract.readers.ocr.glyphs import Glyphs, advance_of, place, snap, widen
from extract.readers.ocr.guard import (
    LOOKS,
    added,
    is_remnant,
    is_ring,
    place_back,
    uncovered,
    variants,
)
from extract.readers.ocr.image import ink_of, render, resolution, skew, straighten
from extract.readers.ocr.mend import mend
from extract.readers.ocr.pitch import natural_em
from extract.readers.ocr.recognise import Char, recognise
from extract.readers.ocr.rules import find_rules
from extract.readers.ocr.strips import Strip, cut, em_of, runs

SURE = 0.72  # reading score below which a page is tried the other ways up
PACK = 0.3  # of the em: wider gaps between glyphs are narrowed to this before recognition
SNAP = 0.3  # of the em: how far a line may stand off the column's common edge


@dataclass(slots=True)
class Region:
    """A cell or the open page: its place in pixels and the column it belongs to (None: the open page)."""

    x0: int
    y0: int
    x1: int
    y1: int
    column: tuple[int, int, int] | None


def read_page(page: pymupdf.Page, number: int) -> Page:
    """Read page `number` (1-based) from its picture. Coordinates in points, origin top left of the page as it reads.

    Ink that no recognised line covers is a finding `ink_unread` and counts in the page's `glyphs_lost`.
    """
    dpi = resolution(page)
    grey = render(page, dpi)
    best: tuple[float, Page] | None = None
    for quarter, turn in ((0, 0), (2, 180), (1, 90), (3, -90)):
        sheet = _Sheet(np.ascontiguousarray(np.rot90(grey, quarter)), dpi)
        if best is not None and sheet.probe() <= best[0] + 0.05:
            continue
        out = sheet.page(number)
        out.turn = turn
        score = sheet.probe()
        if best is None or score > best[0]:
            best = (score, out)
        if best[0] >= SURE or not sheet.strips:
            break
    return best[1]


class _Sheet:
    """One page's picture, one way up: its rules, regions and line strips."""

    def __init__(self, grey: np.ndarray, dpi: int) -> None:
        self.dpi = dpi
        ink = ink_of(grey, dpi)
        self.angle = skew(ink, dpi)
        if abs(self.angle) >= 0.03:
            grey = straighten(grey, self.angle)
            ink = ink_of(grey, dpi)
        h, v, mask = find_rules(grey, dpi)
        self.grey = grey
        self.grey[cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 255
        self.ink = ink & ~mask
        self.height, self.width = (n * 72 / dpi for n in grey.shape)
        scale = 72 / dpi
        self.horizontal, self.vertical = clean_rules(h * scale, v * scale, self.width, self.height)
        self.regions = self._regions()
        self.em = em_of([self._inside(r) for r in self.regions], dpi)
        self.strips = self._strips()
        self.read: list[list[Char]] = []

    def _regions(self) -> list[Region]:
        """Cells of all tables; the last region is the open page, its tables blanked out."""
        page = _page(0, self.width, self.height, [], self.horizontal, self.vertical)
        out, scale = [], self.dpi / 72
        self.open = self.ink.copy()
        for n, grid in enumerate(find_grids(page)):
            for cell in grid.cells:
                x0, y0, x1, y1 = (
                    round(value * scale) for value in (cell.x0, cell.y0, cell.x1, cell.y1)
                )
                out.append(Region(x0 + 1, y0 + 1, x1 - 1, y1 - 1, (n, cell.col, cell.col_end)))
                self.open[y0:y1, x0:x1] = False
        height, width = self.ink.shape
        return [r for r in out if r.x1 > r.x0 and r.y1 > r.y0] + [Region(0, 0, width, height, None)]

    def _inside(self, region: Region) -> np.ndarray:
        return (self.open if region.column is None else self.ink)[
            region.y0 : region.y1, region.x0 : region.x1
        ]

    def _strips(self) -> list[Strip]:
        out = []
        rules = self.horizontal[:, 2] * self.dpi / 72
        for n, region in enumerate(self.regions):
            ink = self._inside(region)
            for a, b in cut(ink, self.em):
                columns = np.flatnonzero(ink[a:b].any(axis=0))
                if ink[a:b].sum() >= 0.015 * self.em**2 and not is_remnant(
                    region.y0 + a, region.y0 + b, rules, self.em
                ):
                    out.append(
                        Strip(
                            n,
                            region.x0 + columns[0],
                            region.y0 + a,
                            region.x0 + columns[-1] + 1,
                            region.y0 + b,
                        )
                    )
        return out

    def _picture(self, strip: Strip) -> tuple[np.ndarray, list[tuple[int, int, int]]]:
        """The line's picture, one em high or a little more, wide gaps narrowed; and what stands where in it.

        The second value lists (x in the picture, x on the page, length) of each stretch kept.
        """
        own = self._ink(strip)
        band = np.full((strip.y1 - strip.y0 + 2, strip.x1 - strip.x0), 255, dtype=np.uint8)
        near = cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        band[1:-1][near] = self.grey[strip.y0 : strip.y1, strip.x0 : strip.x1][near]
        room = int(PACK * self.em)
        side = int(0.12 * self.em)
        stretches, at = [], side
        pieces = runs(own.any(axis=0))
        for i, (a, b) in enumerate(pieces):
            if i:
                at += min(a - pieces[i - 1][1], room)
            stretches.append((at, strip.x0 + a, b - a))
            at += b - a
        tall = max(band.shape[0] + int(0.1 * self.em), round(1.2 * self.em))
        picture = np.full((tall, at + side), 255, dtype=np.uint8)
        top = (tall - band.shape[0]) // 2
        for at, x, length in stretches:
            picture[top : top + band.shape[0], at : at + length] = band[
                :, x - strip.x0 : x - strip.x0 + length
            ]
        return picture, stretches

    def probe(self) -> float:
        """How well the page reads this way up, 0 to 1, by a sample of its widest lines.

        The mean probability, less where much ink gave few characters: sideways glyphs are read, too, but one a line.
        """
        sample = sorted(
            range(len(self.strips)), key=lambda i: self.strips[i].x0 - self.strips[i].x1
        )[:24:2]
        found = (
            [self.read[i] for i in sample]
            if self.read
            else recognise([self._picture(self.strips[i])[0] for i in sample])
        )
        scores = [c.score for line in found for c in line]
        expected = 0.5 * sum(self.strips[i].x1 - self.strips[i].x0 for i in sample) / self.em
        return (
            float(np.mean(scores)) * min(1.0, len(scores) / max(1.0, expected)) if scores else 0.0
        )

    def page(self, number: int) -> Page:
        """Recognise every strip and assemble the page."""
        pictures = [self._picture(s) for s in self.strips]
        self.read = recognise([picture for picture, _ in pictures])
        mended: Counter[str] = Counter()
        lines: list[list[Char]] = []
        for chars, (_, stretches) in zip(self.read, pictures):
            lines.append([c._replace(x=_unpack(c.x, stretches)) for c in mend(chars, mended)])
        inks = [self._ink(strip) for strip in self.strips]
        here = [
            ([c._replace(x=c.x - strip.x0) for c in chars], ink)
            for strip, chars, ink in zip(self.strips, lines, inks)
        ]
        em = natural_em([advance_of(chars, ink, self.em) for chars, ink in here], self.em)
        lines = widen(here, em)
        glyphs = [
            self._place(strip, chars, ink, em)
            for strip, chars, ink in zip(self.strips, lines, inks)
        ]
        reread = self._second_look(lines, glyphs, inks, em)
        lost = [
            (strip, a, b)
            for strip, line, ink in zip(self.strips, glyphs, inks)
            for a, b in uncovered(ink, line, strip.x0, self.em)
        ]
        columns: dict[tuple, list[Glyphs]] = {}
        for strip, line in zip(self.strips, glyphs):
            key = self.regions[strip.region].column
            if key is not None and line.chars:
                columns.setdefault(key, []).append(line)
        for column in columns.values():
            snap(column, SNAP * em)
        out = _page(
            number, self.width, self.height, glyphs, self.horizontal, self.vertical, 72 / self.dpi
        )
        for strip, a, b in lost:
            self._report(out, strip, a, b)
        if reread:
            out.findings.append(
                PrintedFinding(
                    severity="note",
                    code="ocr_reread",
                    message=f"第{number}頁初次辨識漏字，重讀補回：{'、'.join(f'「{text}」' for text in reread)}。",
                    page=number,
                )
            )
        if mended:
            changes = "、".join(f"{change}×{n}" for change, n in mended.most_common())
            out.findings.append(
                PrintedFinding(
                    severity="note",
                    code="ocr_characters_mended",
                    message=f"第{number}頁辨識的字已還原：{changes}。",
                    page=number,
                )
            )
        return out

    def _ink(self, strip: Strip) -> np.ndarray:
        region = self.regions[strip.region]
        return self._inside(region)[
            strip.y0 - region.y0 : strip.y1 - region.y0, strip.x0 - region.x0 : strip.x1 - region.x0
        ]

    def _place(self, strip: Strip, chars: list[Char], ink: np.ndarray, em: float) -> Glyphs:
        if not any(not c.text.isspace() for c in chars):
            return Glyphs([], [], [], [], 0.0, em)
        tall = strip.y1 - strip.y0
        return place(chars, ink, strip.x0, strip.y0, em if tall < 1.25 * em else tall / 0.93)

    def _second_look(
        self, lines: list[list[Char]], glyphs: list[Glyphs], inks: list[np.ndarray], em: float
    ) -> list[str]:
        """Look again at lines that left ink unread; puts what is found into `lines` and `glyphs` and returns it.

        The recogniser now and then passes over a comma or a ring in a line that it reads whole when it is drawn a little wider.
        """
        open_ink = {
            n: uncovered(inks[n], line, self.strips[n].x0, self.em)
            for n, line in enumerate(glyphs)
            if line.chars
        }
        finds = []
        for n, left in open_ink.items():
            rings = [(a, b) for a, b in left if is_ring(inks[n], (a, b), self.em)]
            for a, b in rings:
                finds.append("○")
                lines[n] = sorted([*lines[n], Char("○", (a + b) / 2, 0.9)], key=lambda c: c.x)
            if rings:
                glyphs[n] = self._place(self.strips[n], lines[n], inks[n], em)
        again = [
            n
            for n, line in enumerate(glyphs)
            if n in open_ink
            and open_ink[n]
            and uncovered(inks[n], line, self.strips[n].x0, self.em)
        ][:LOOKS]
        pictures = [self._picture(self.strips[n]) for n in again]
        read = recognise([v for picture, _ in pictures for v in variants(picture, self.em)])
        for k, (n, (picture, stretches)) in enumerate(zip(again, pictures)):
            best = None
            for kind, chars in enumerate(read[3 * k : 3 * k + 3]):
                here = place_back(chars, kind, picture, self.em)
                here = [
                    c._replace(x=_unpack(c.x, stretches) - self.strips[n].x0)
                    for c in mend(here, Counter())
                ]
                here = widen([(here, inks[n])], em)[0]
                more = added(lines[n], here)
                if more is None:
                    continue
                line = self._place(self.strips[n], here, inks[n], em)
                rest = sum(b - a for a, b in uncovered(inks[n], line, self.strips[n].x0, self.em))
                if best is None or rest < best[0]:
                    best = rest, here, line, more
            if best is not None and best[0] < sum(b - a for a, b in open_ink[n]):
                _, lines[n], glyphs[n], more = best
                finds.append(more)
        return finds

    def _report(self, out: Page, strip: Strip, a: int, b: int) -> None:
        """A finding for ink of the strip, from `a` to `b` pixels of its left edge, that was not read."""
        count = max(1, round((b - a) / self.em))
        out.glyphs_lost += count
        scale = 72 / self.dpi
        box = Box(
            page=out.number,
            x0=round((strip.x0 + a) * scale, 1),
            y0=round(strip.y0 * scale, 1),
            x1=round((strip.x0 + b) * scale, 1),
            y1=round(strip.y1 * scale, 1),
        )
        out.findings.append(
            PrintedFinding(
                severity="check",
                code="ink_unread",
                message=f"第{out.number}頁這裡有墨跡（約{count}字）沒有辨識出文字。",
                page=out.number,
                box=box,
            )
        )


def _unpack(x: float, stretches: list[tuple[int, int, int]]) -> float:
    """Place on the page of a place in the packed picture."""
    at, page, length = min(stretches, key=lambda s: max(s[0] - x, x - s[0] - s[2], 0))
    return page + min(max(x - at, 0), length)


def _page(
    number: int,
    width: float,
    height: float,
    lines: list[Glyphs],
    horizontal: np.ndarray,
    vertical: np.ndarray,
    scale: float = 1.0,
) -> Page:
    rows = [
        (
            char,
            a * scale,
            (line.baseline - 0.88 * line.em) * scale,
            b * scale,
            (line.baseline + 0.12 * line.em) * scale,
            line.baseline * scale,
            line.em * scale,
            score,
        )
        for line in lines
        for char, a, b, score in zip(line.chars, line.x0, line.x1, line.score)
    ]
    values = np.array([row[1:] for row in rows], dtype=np.float64).reshape(-1, 7)
    return Page(
        number=number,
        width=width,
        height=height,
        chars=np.array([row[0] for row in rows], dtype="<U1"),
        boxes=values[:, :4],
        baseline=values[:, 4],
        size=values[:, 5],
        confidence=values[:, 6],
        horizontal=horizontal,
        vertical=vertical,
        source="ocr",
    )
