"""The third reader: a page that is a picture → `Page`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pymupdf

from extract.model import Box, PrintedFinding
from extract.page import Page
from extract.readers.ocr.glyphs import Glyphs, advance_of, place, snap, widen
from extract.readers.ocr.guard import (
    LOOKS,
    VARIANTS,
    added,
    is_ring,
    place_back,
    uncovered,
    variants,
)
from extract.readers.ocr.image import Grey, render, resolution
from extract.readers.ocr.mend import mend
from extract.readers.ocr.pitch import natural_em
from extract.readers.ocr.recognise import Char, recognise
from extract.readers.ocr.sheet import Sheet, Stretch, unpack
from extract.readers.ocr.strips import Strip
from extract.readers.page import note

SURE = 0.72  # reading score below which a page is tried the other ways up
BETTER = 0.05  # of the reading score: another way up is read as a whole when its sample gains this
SNAP = 0.3  # of the em: how far a line may stand off the column's common edge
WAYS_UP = ((0, 0), (2, 180), (1, 90), (3, -90))  # quarters to turn the picture, `Page.turn`


def read_page(page: pymupdf.Page, number: int) -> Page:
    """Read page `number` (1-based) from its picture.

    Coordinates in points, origin top left of the page as it reads. Ink that no recognised line
    covers is a finding `ink_unread` and counts in the page's `glyphs_lost`.
    """
    dpi = resolution(page)
    grey = render(page, dpi)
    best: tuple[float, Page] | None = None
    for quarter, turn in WAYS_UP:
        sheet = Sheet(np.ascontiguousarray(np.rot90(grey, quarter)), dpi)
        sample = _sample(sheet)
        if best is not None and _score(sheet, sample, _probe(sheet, sample)) <= best[0] + BETTER:
            continue
        reading = Reading(sheet)
        score = _score(sheet, sample, [reading.raw[i] for i in sample])
        if best is None or score > best[0]:
            best = score, reading.page(number, turn)
        if best[0] >= SURE or not sheet.strips:
            break
    assert best is not None  # the first way up is always read
    return best[1]


def _sample(sheet: Sheet) -> list[int]:
    """Indices of some of the sheet's widest lines."""
    return sorted(range(len(sheet.strips)), key=lambda i: sheet.strips[i].x0 - sheet.strips[i].x1)[
        :24:2
    ]


def _probe(sheet: Sheet, sample: list[int]) -> list[list[Char]]:
    return recognise([sheet.picture(sheet.strips[i])[0] for i in sample])


def _score(sheet: Sheet, sample: list[int], read: list[list[Char]]) -> float:
    """How well the page reads this way up, 0 to 1, by a sample of its lines and what was read
    there.

    The mean probability, less where much ink gave few characters: sideways glyphs are read, too,
    but one a line.
    """
    scores = [c.score for line in read for c in line]
    if not scores:
        return 0.0
    ink = sum(sheet.strips[i].x1 - sheet.strips[i].x0 for i in sample)
    expected = 0.5 * ink / sheet.em
    return float(np.mean(scores)) * min(1.0, len(scores) / max(1.0, expected))


class Reading:
    """A sheet as read: of each of its strips the picture, the ink, the characters and their
    places.
    """

    raw: list[list[Char]]
    """Characters as recognised, their centres in pixels of the line's picture."""
    lines: list[list[Char]]
    """Characters mended, their centres in pixels of the strip."""
    glyphs: list[Glyphs]
    """The same as a typesetter would have set them, in pixels of the page."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        pictures = [sheet.picture(strip) for strip in sheet.strips]
        self.raw = recognise([picture for picture, _ in pictures])
        self.inks = [sheet.ink_in(strip) for strip in sheet.strips]
        self.mended: Counter[str] = Counter()
        here = [
            _on_strip(mend(chars, self.mended), stretches, strip)
            for chars, (_, stretches), strip in zip(self.raw, pictures, sheet.strips)
        ]
        advances = [advance_of(chars, ink, sheet.em) for chars, ink in zip(here, self.inks)]
        self.em = natural_em(advances, sheet.em)
        self.lines = widen(list(zip(here, self.inks)), self.em)
        self.glyphs = [self._place(n, chars) for n, chars in enumerate(self.lines)]
        self.reread = [text for n in range(len(self.lines)) for text in self._rings(n)]
        self.reread += self._second_look(pictures)

    def _place(self, n: int, chars: list[Char]) -> Glyphs:
        if all(c.text.isspace() for c in chars):
            return Glyphs([], [], [], [], 0.0, self.em)
        strip = self.sheet.strips[n]
        tall = strip.y1 - strip.y0
        em = self.em if tall < 1.25 * self.em else tall / 0.93
        return place(chars, self.inks[n], strip.x0, strip.y0, em)

    def _unread(self, n: int, line: Glyphs) -> list[tuple[int, int]]:
        """Stretches of the strip's ink that no glyph of the line covers."""
        return uncovered(self.inks[n], line, self.sheet.strips[n].x0, self.sheet.em)

    def _rings(self, n: int) -> Iterator[str]:
        """Put in the rings that were passed over in line `n`; one ○ for each."""
        if not self.glyphs[n].chars:
            return
        left = self._unread(n, self.glyphs[n])
        rings = [(a, b) for a, b in left if is_ring(self.inks[n], (a, b), self.sheet.em)]
        if rings:
            found = [Char("○", (a + b) / 2, 0.9) for a, b in rings]
            self.lines[n] = sorted([*self.lines[n], *found], key=lambda c: c.x)
            self.glyphs[n] = self._place(n, self.lines[n])
        yield from "○" * len(rings)

    def _second_look(self, pictures: list[tuple[Grey, list[Stretch]]]) -> list[str]:
        """Look again at lines that left ink unread; puts in what is found and returns it.

        The recogniser now and then passes over a comma or a ring in a line that it reads whole when
        it is drawn a little wider.
        """
        left = {n: self._unread(n, line) for n, line in enumerate(self.glyphs) if line.chars}
        again = [n for n, stretches in left.items() if stretches][:LOOKS]
        read = recognise([v for n in again for v in variants(pictures[n][0], self.sheet.em)])
        finds = []
        for k, n in enumerate(again):
            tries = read[VARIANTS * k : VARIANTS * (k + 1)]
            best = min(self._fuller(n, tries, pictures[n][1]), key=lambda t: t[0], default=None)
            if best is not None and best[0] < sum(b - a for a, b in left[n]):
                _, self.lines[n], self.glyphs[n], more = best
                finds.append(more)
        return finds

    def _fuller(
        self, n: int, tries: list[list[Char]], stretches: list[Stretch]
    ) -> Iterator[tuple[int, list[Char], Glyphs, str]]:
        """Readings of line `n` with something put in.

        Each as the width of ink still unread (pixels), its characters, their places, and what is
        new.
        """
        for kind, chars in enumerate(tries):
            here = mend(place_back(chars, kind, self.sheet.em), Counter())
            here = _on_strip(here, stretches, self.sheet.strips[n])
            here = widen([(here, self.inks[n])], self.em)[0]
            more = added(self.lines[n], here)
            if more is not None:
                line = self._place(n, here)
                yield sum(b - a for a, b in self._unread(n, line)), here, line, more

    def page(self, number: int, turn: int) -> Page:
        """The page in points; `turn` as in `Page`."""
        unread = [
            (n, a, b) for n in range(len(self.lines)) for a, b in self._unread(n, self.glyphs[n])
        ]
        self._snap()
        out = self._assemble()
        out.number, out.turn = number, turn
        for n, a, b in unread:
            self._report(out, self.sheet.strips[n], a, b)
        out.findings += self._notes(number)
        return out

    def _snap(self) -> None:
        """Bring the lines of each column to its common edges."""
        columns: dict[tuple[int, int, int], list[Glyphs]] = {}
        for strip, line in zip(self.sheet.strips, self.glyphs):
            key = self.sheet.regions[strip.region].column
            if key is not None and line.chars:
                columns.setdefault(key, []).append(line)
        for column in columns.values():
            snap(column, SNAP * self.em)

    def _assemble(self) -> Page:
        rows = [
            (
                a,
                line.baseline - 0.88 * line.em,
                b,
                line.baseline + 0.12 * line.em,
                line.baseline,
                line.em,
            )
            for line in self.glyphs
            for a, b in zip(line.x0, line.x1)
        ]
        values = np.array(rows, dtype=np.float64).reshape(-1, 6) * (72 / self.sheet.dpi)
        out = self.sheet.blank()
        out.chars = np.array([c for line in self.glyphs for c in line.chars], dtype="<U1")
        out.boxes, out.baseline, out.size = values[:, :4], values[:, 4], values[:, 5]
        out.confidence = np.array([s for line in self.glyphs for s in line.score], dtype=np.float64)
        return out

    def _notes(self, number: int) -> list[PrintedFinding]:
        """What was not read as it stands at first sight."""
        out = []
        if self.reread:
            found = "、".join(f"「{text}」" for text in self.reread)
            message = f"初次辨識漏字，重讀補回：{found}。"
            out.append(note("ocr_reread", message, number))
        if self.mended:
            changes = "、".join(f"{change}×{n}" for change, n in self.mended.most_common())
            message = f"辨識的字已還原：{changes}。"
            out.append(note("ocr_characters_mended", message, number))
        return out

    def _report(self, out: Page, strip: Strip, a: int, b: int) -> None:
        """A finding for ink of the strip, from `a` to `b` pixels of its left edge, that was not
        read.
        """
        count = max(1, round((b - a) / self.sheet.em))
        out.glyphs_lost += count
        scale = 72 / self.sheet.dpi
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


def _on_strip(chars: list[Char], stretches: list[Stretch], strip: Strip) -> list[Char]:
    """Characters of a line's picture with their centres in pixels of the strip."""
    return [c._replace(x=unpack(c.x, stretches) - strip.x0) for c in chars]
