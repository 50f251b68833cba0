"""Drawing: glyphs and rules on pages, footers, a contents page, pages turned."""

from __future__ import annotations

import pymupdf

from .layout import SIZES
from .lines import CJK, Frame, Slot


class Sheet:
    """A document being drawn; `y` is where the next line begins, in points from the page's top."""

    def __init__(self, frame: Frame) -> None:
        self.layout, self.frame = frame.layout, frame
        self.doc = pymupdf.open()
        self.writers: list[pymupdf.TextWriter] = []
        self.y = 0.0

    def new_page(self, paper: str, at: int = -1) -> None:
        width, height = SIZES[paper]
        self.page = self.doc.new_page(at, width=width, height=height)
        self.writer = pymupdf.TextWriter(self.page.rect)
        self.writers.insert(at if at >= 0 else len(self.writers), self.writer)
        self.y, self.bottom = self.layout.margin, height - self.layout.margin

    # --- glyphs ---

    def line(self, slot: Slot, x: float, baseline: float, room: float) -> None:
        """Draw one line; a justified line is spread over its room."""
        text = slot.text
        if not text:
            return
        gaps = [
            i for i in range(len(text) - 1) if not (text[i].isascii() and text[i + 1].isascii())
        ]
        free = room - slot.indent - self.frame.length(text)
        extra = free / len(gaps) if self.layout.justify and slot.spread and gaps else 0.0
        start = x = x + slot.indent
        for i, char in enumerate(text):
            self._glyph(char, x, baseline)
            x += self.frame.advance(char) + (extra if i in gaps else 0.0)
        if slot.underlined:
            y = baseline + 0.14 * self.layout.size
            self.page.draw_line((start, y), (x, y), width=0.5)

    def _glyph(self, char: str, x: float, baseline: float) -> None:
        if char == " ":
            return
        for k in range(self.layout.bold):
            at = (x + 0.25 * k, baseline)
            self.writer.append(at, char, font=CJK, fontsize=self.layout.size)

    def small(self, text: str, x: float, baseline: float, size: float) -> None:
        """A line outside the plan's text: footer, stamp."""
        self.writer.append((x, baseline), text, font=CJK, fontsize=size)

    # --- rules ---

    def horizontal(self, x0: float, x1: float, y: float) -> None:
        self._rule((x0, y), (x1, y))

    def vertical(self, x: float, y0: float, y1: float) -> None:
        if self.layout.verticals:
            self._rule((x, y0), (x, y1))

    def grey(self, x0: float, y0: float, x1: float, y1: float) -> None:
        box = pymupdf.Rect(x0, y0, x1, y1)
        self.page.draw_rect(box, color=None, fill=(0.92, 0.92, 0.92))

    def _rule(self, p: tuple[float, float], q: tuple[float, float]) -> None:
        style = self.layout.rules
        if style == "fill":
            self._bar(p[0] - 0.25, p[1] - 0.25, q[0] + 0.25, q[1] + 0.25)
        elif style == "painted":
            self._painted(p, q)
        elif style == "dashed":
            self.page.draw_line(p, q, dashes="[3 2] 0", width=0.5)
        elif style == "double":
            dx, dy = (0.0, 0.9) if p[1] == q[1] else (0.9, 0.0)
            for d in (-1, 1):
                a, b = (p[0] + d * dx, p[1] + d * dy), (q[0] + d * dx, q[1] + d * dy)
                self.page.draw_line(a, b, width=0.4)
        else:
            self.page.draw_line(p, q, width=0.5)

    def _painted(self, p: tuple[float, float], q: tuple[float, float]) -> None:
        """Dashes as little rectangles, 3 points long, 5 apart."""
        length = max(q[0] - p[0], q[1] - p[1])
        for k in range(int(length // 5) + 1):
            a, b = 5.0 * k, min(5.0 * k + 3, length)
            if p[1] == q[1]:
                self._bar(p[0] + a, p[1] - 0.3, p[0] + b, p[1] + 0.3)
            else:
                self._bar(p[0] - 0.3, p[1] + a, p[0] + 0.3, p[1] + b)

    def _bar(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.page.draw_rect(pymupdf.Rect(x0, y0, x1, y1), color=None, fill=(0, 0, 0))

    # --- the whole document ---

    def tobytes(self, headings: list[tuple[str, int]]) -> bytes:
        """The PDF file's bytes; `headings` (text, page number) go into the contents page."""
        if self.layout.contents:
            self._contents(headings)
        for number, (page, writer) in enumerate(zip(self.doc, self.writers), 1):
            if self.layout.page_numbers:
                self._footer(page, writer, number)
            writer.write_text(page)
            if self.layout.rotation:
                page.set_rotation(self.layout.rotation)
        doc = _sideways(self.doc) if self.layout.sideways else self.doc
        return doc.tobytes(garbage=3, deflate=True)

    def _footer(self, page: pymupdf.Page, writer: pymupdf.TextWriter, number: int) -> None:
        text = self.layout.page_numbers.format(number, len(self.doc))
        x = page.rect.width / 2 - self.frame.length(text) / 2
        y = page.rect.height - 0.5 * self.layout.margin
        writer.append((x, y), text, font=CJK, fontsize=min(10.0, self.layout.size))

    def _contents(self, headings: list[tuple[str, int]]) -> None:
        self.new_page(self.layout.paper, 0)
        room = self.frame.text_room
        for text, number in [("目錄", 0), *headings]:
            if number:
                text += " "
                end = f" {number + 1}"
                while self.frame.length(text + self.layout.contents + end) < room:
                    text += self.layout.contents
                text += end
            baseline = self.y + self.layout.size
            self.line(Slot(text), self.layout.margin, baseline, room)
            self.y += self.frame.step


def _sideways(doc: pymupdf.Document) -> pymupdf.Document:
    """Landscape pages drawn turned by 90° on portrait paper."""
    out = pymupdf.open()
    for page in doc:
        width, height = page.rect.width, page.rect.height
        turn = 90 if width > height else 0
        size = (height, width) if turn else (width, height)
        sheet = out.new_page(width=size[0], height=size[1])
        sheet.show_pdf_page(sheet.rect, doc, page.number, rotate=turn)
    return out
