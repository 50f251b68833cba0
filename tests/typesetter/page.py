"""Made-up plans as PDF: a small typesetter with the faults and habits of office software."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import pymupdf

from .content import Measure, Plan, lengthen

CJK = pymupdf.Font("china-t")
NO_START = "、，。．：；！？）」』】》…％%,.!?:;)]"
NO_END = "（「『【《(["
SIZES = {
    "A4": (595.0, 842.0),
    "A4 landscape": (842.0, 595.0),
    "A3": (842.0, 1191.0),
    "B5": (516.0, 729.0),
}


@dataclass(frozen=True)
class Layout:
    """The look of a plan. Lengths in points; `widths` in shares of the table's width."""

    paper: str = "A4"
    margin: float = 60.0
    size: float = 11.0
    leading: float = 1.5
    padding: float = 5.4
    columns: tuple[str, ...] = ("pillar", "focus", "measure", "unit")
    labels: tuple[tuple[str, str], ...] = (
        ("pillar", "執行要項"),
        ("focus", "執行重點"),
        ("measure", "推動作法"),
        ("unit", "執行單位"),
        ("index", "編號"),
        ("remark", "備註"),
        ("period", "辦理期程"),
    )
    widths: tuple[tuple[str, float], ...] = (
        ("pillar", 1.2),
        ("focus", 2.0),
        ("measure", 5.0),
        ("unit", 1.4),
        ("index", 0.7),
        ("remark", 0.8),
        ("period", 1.2),
    )
    joint_header: bool = False
    """One header label over the focus and the measure column."""
    repeat_header: bool = False
    justify: bool = False
    spacing: float = 0.0
    """Points added behind each CJK glyph."""
    hanging: float = 0.0
    """Points by which the second and later lines of a paragraph are set in."""
    rules: str = "stroke"
    """stroke, fill (thin rectangles), dashed, painted (dashes as little rectangles), double, or open (no outer frame)."""
    closed_cuts: bool = True
    """A rule closes the table where a page break cuts a row."""
    keep_rows: bool = False
    """A row moves to the next page whole where it fits there; otherwise a page break cuts it."""
    vertical_pillar: bool = False
    unit_place: str = "top"
    """top, or middle of the row (only where units belong to rows)."""
    bold: int = 1
    """How often each glyph is drawn, a fraction of a point apart."""
    page_numbers: str = "- {} -"
    rotation: int = 0


@dataclass
class Slot:
    """One printed line of a column: its paragraph's texts piece by piece, and whether justification may spread it."""

    text: str
    indent: float = 0.0
    spread: bool = False


@cache
def _advance(char: str) -> float:
    """Advance of a glyph of size 1."""
    return CJK.glyph_advance(ord(char))


class Typesetter:
    """Sets one plan. `plan` is what was printed in the end: a character is added where a paragraph's end would not show."""

    def __init__(self, plan: Plan, layout: Layout) -> None:
        self.layout = layout
        self.doc = pymupdf.open()
        self.width, self.height = SIZES[layout.paper]
        widths = dict(layout.widths)
        total = sum(widths[c] for c in layout.columns)
        inner = self.width - 2 * layout.margin
        self.edges = [layout.margin]
        for column in layout.columns:
            self.edges.append(self.edges[-1] + inner * widths[column] / total)
        self.step = layout.size * layout.leading
        self.plan = self._settled(plan)

    # --- line breaking -------------------------------------------------------------------------------------------

    def room(self, column: str) -> float:
        i = self.layout.columns.index(column)
        return self.edges[i + 1] - self.edges[i] - 2 * self.layout.padding

    def advance(self, char: str) -> float:
        own = _advance(char) * self.layout.size
        return own + (self.layout.spacing if ord(char) > 0x2000 else 0.0)

    def clusters(self, text: str) -> list[str]:
        """Pieces no line break may divide: Latin words, and glyphs with the punctuation that clings to them."""
        out: list[str] = []
        for char in text:
            if (
                out
                and (
                    char in NO_START
                    or out[-1][-1] in NO_END
                    or (
                        char.isascii()
                        and char != " "
                        and out[-1][-1].isascii()
                        and out[-1][-1] != " "
                    )
                )
                or char == " "
                and out
            ):
                out[-1] += char
            else:
                out.append(char)
        return out

    def length(self, text: str) -> float:
        return sum(self.advance(c) for c in text.rstrip(" "))

    def wrap(self, text: str, room: float, hanging: float = 0.0) -> list[Slot]:
        lines: list[str] = [""]
        for piece in self.clusters(text):
            indent = hanging if len(lines) > 1 else 0.0
            if lines[-1] and self.length(lines[-1] + piece) > room - indent + 1e-6:
                lines.append("")
            lines[-1] += piece
        return [
            Slot(line.rstrip(" "), hanging if i else 0.0, i < len(lines) - 1)
            for i, line in enumerate(lines)
        ]

    def _settled(self, plan: Plan) -> Plan:
        rows = []
        for row in plan.rows:
            measures = list(row.measures)
            for m in range(len(measures)):
                for _ in range(40):
                    doubtful = self._doubtful(
                        measures[m], measures[m + 1] if m + 1 < len(measures) else None
                    )
                    if doubtful is None:
                        break
                    measures[m] = lengthen(measures[m], *doubtful)
            rows.append(replace(row, measures=tuple(measures)))
        return replace(plan, rows=tuple(rows))

    def _doubtful(self, measure: Measure, following: Measure | None) -> tuple[int, bool] | None:
        """The paragraph whose last line is so full that its end cannot be seen: (index in the body, is the title)."""
        texts = measure.printed
        after = texts[1:] + ([following.printed[0]] if following else [])
        for i, (text, then) in enumerate(zip(texts, after)):
            last = self.wrap(text, self.room("measure"), self.layout.hanging)[-1]
            free = self.room("measure") - last.indent - self.length(last.text)
            if (
                free
                < self.length(self.clusters(then)[0]) + 0.6 * self.layout.size + self.layout.spacing
            ):
                return (0, True) if measure.title and i == 0 else (i - bool(measure.title), False)
        return None

    # --- the table as columns of slots ---------------------------------------------------------------------------

    def body(self) -> list[dict]:
        """Rows with their columns' slots; merged cells are given to the first row they stand beside."""
        rows = []
        pillar = focus = None
        for n, row in enumerate(self.plan.rows):
            measure: list[Slot] = []
            unit: dict[int, Slot] = {}
            if row.theme:
                measure += self.wrap(row.theme, self.room("measure"))
            at_row = len(measure)
            for m in row.measures:
                start = len(measure)
                for text in m.printed:
                    measure += self.wrap(text, self.room("measure"), self.layout.hanging)
                if self.plan.aligned:
                    names = [s for u in m.units for s in self.wrap(u, self.room("unit"))]
                    for i, slot in enumerate(names):
                        unit[start + i] = slot
                    while len(measure) < start + len(names) + 1 and m is not row.measures[-1]:
                        measure.append(Slot(""))
                    while len(measure) < start + len(names):
                        measure.append(Slot(""))
                    if (
                        m is not row.measures[-1]
                        and len(row.measures) > 1
                        and len(measure) == start + len(names)
                    ):
                        measure.append(Slot(""))
            if not self.plan.aligned:
                names = [s for u in row.measures[0].units for s in self.wrap(u, self.room("unit"))]
                first = (
                    max(0, (len(measure) - len(names)) // 2)
                    if self.layout.unit_place == "middle"
                    else at_row
                )
                unit = {first + i: s for i, s in enumerate(names)}
                while len(measure) < max(unit) + 1:
                    measure.append(Slot(""))
            cells = {
                "measure": measure,
                "unit": [
                    unit.get(i, Slot(""))
                    for i in range(max([len(measure), *(k + 1 for k in unit)]))
                ],
            }
            starts = {"measure": True, "unit": True}
            if row.focus != focus:
                cells["focus"] = self.wrap(row.focus, self.room("focus"))
                cells["index"] = [Slot(str(n + 1))]
                cells["remark"] = [Slot("")]
                cells["period"] = (
                    self.wrap("全年度辦理", self.room("period"))
                    if "period" in self.layout.columns
                    else [Slot("")]
                )
                starts |= {"focus": True, "index": True, "remark": True, "period": True}
            if row.pillar != pillar:
                cells["pillar"] = (
                    self.wrap(row.pillar, self.room("pillar"))
                    if not self.layout.vertical_pillar
                    else [Slot(c) for c in row.pillar]
                )
                starts["pillar"] = True
            focus, pillar = row.focus, row.pillar
            rows.append(
                {
                    "cells": cells,
                    "starts": starts,
                    "height": max(len(cells["measure"]), len(cells["unit"])),
                }
            )
        for column in ("pillar", "focus", "period"):
            # A merged cell needs its span to be high enough.
            first = None
            for i in range(len(rows) + 1):
                if i == len(rows) or column in rows[i]["starts"]:
                    if first is not None:
                        need = len(rows[first]["cells"][column])
                        if column == "pillar" and self.layout.vertical_pillar:
                            need = -(-need * 10 // int(self.layout.leading * 10)) + 1
                        have = sum(r["height"] for r in rows[first:i])
                        rows[i - 1]["height"] += max(0, need - have)
                    first = i
        return rows

    # --- drawing -------------------------------------------------------------------------------------------------

    def save(self) -> bytes:
        """The PDF file's bytes."""
        self.writers: list[pymupdf.TextWriter] = []
        self.pillar_text, self.pillar_done, self.pillar_y = "", 0, 0.0
        self._open_lines()
        self._table()
        self._finish()
        return self.doc.tobytes(garbage=3, deflate=True)

    def save_text(self) -> bytes:
        """The PDF of title and sections alone."""
        self.writers = []
        self._open_lines()
        self._finish()
        return self.doc.tobytes(garbage=3, deflate=True)

    def _new_page(self) -> None:
        self.page = self.doc.new_page(width=self.width, height=self.height)
        self.writer = pymupdf.TextWriter(self.page.rect)
        self.writers.append(self.writer)
        self.y = self.layout.margin

    def _line(self, slot: Slot, x: float, baseline: float, room: float) -> None:
        """Draw one line; a justified line is spread over its room."""
        text = slot.text
        if not text:
            return
        gaps = [
            i for i in range(len(text) - 1) if not (text[i].isascii() and text[i + 1].isascii())
        ]
        extra = (
            (room - slot.indent - self.length(text)) / len(gaps)
            if self.layout.justify and slot.spread and gaps
            else 0.0
        )
        x += slot.indent
        for i, char in enumerate(text):
            for k in range(self.layout.bold):
                if char != " ":
                    self.writer.append(
                        (x + 0.25 * k, baseline), char, font=CJK, fontsize=self.layout.size
                    )
            x += self.advance(char) + (extra if i in gaps else 0.0)

    def _open_lines(self) -> None:
        self._new_page()
        room = self.width - 2 * self.layout.margin
        texts = [self.plan.title]
        for marker, heading, paragraphs in self.plan.sections:
            texts += [f"{marker}、{heading}", *paragraphs]
        for text in texts:
            for slot in self.wrap(text, room):
                if self.y + self.step > self.height - self.layout.margin:
                    self._new_page()
                self._line(slot, self.layout.margin, self.y + self.layout.size, room)
                self.y += self.step
        self.y += self.layout.size

    def _table(self) -> None:
        rows = self.body()
        bottom = self.height - self.layout.margin
        self._header()
        flow = {c: iter(()) for c in self.layout.columns}
        top = self.y
        pad = self.layout.padding
        for n, row in enumerate(rows):
            for column in row["starts"]:
                if column in flow:
                    flow[column] = iter(row["cells"][column])
                    if column == "pillar":
                        self.pillar_text, self.pillar_done = (
                            "".join(s.text for s in row["cells"]["pillar"]),
                            0,
                        )
            left = row["height"]
            height = left * self.step + 2 * pad
            if (
                self.layout.keep_rows
                and self.y + height > bottom
                and height < bottom - self.layout.margin - 4 * self.step
            ):
                self._break(top, cut=False)
                top = self.y
            self._rule_above(row, n)
            self.y += pad
            while left:
                if self.y + self.step + pad > bottom:
                    self._break(top, cut=True)
                    top = self.y
                    self.y += pad
                for i, column in enumerate(self.layout.columns):
                    x = self.edges[i] + pad
                    if column == "pillar" and self.layout.vertical_pillar:
                        continue
                    slot = next(flow[column], None)
                    if slot is not None:
                        self._line(slot, x, self.y + self.layout.size, self.room(column))
                if self.layout.vertical_pillar and "pillar" in self.layout.columns:
                    self._vertical()
                self.y += self.step
                left -= 1
            self.y += pad
        self._close(top)

    def _vertical(self) -> None:
        """The glyphs of a vertical pillar that stand beside this line's height."""
        i = self.layout.columns.index("pillar")
        x = (self.edges[i] + self.edges[i + 1] - self.layout.size) / 2
        if self.pillar_done == 0:
            self.pillar_y = self.y
        while (
            self.pillar_done < len(self.pillar_text)
            and self.pillar_y + self.layout.size <= self.y + self.step
        ):
            self._line(
                Slot(self.pillar_text[self.pillar_done]),
                x,
                self.pillar_y + 0.88 * self.layout.size,
                0,
            )
            self.pillar_y += self.layout.size
            self.pillar_done += 1

    def _header(self) -> None:
        labels = dict(self.layout.labels)
        self._horizontal(self.edges[0], self.edges[-1], self.y)
        self.head_top = self.y
        self.y += self.layout.padding
        deepest = 1
        for i, column in enumerate(self.layout.columns):
            if self.layout.joint_header and column == "measure":
                continue
            slots = self.wrap(labels[column], self.room(column))
            deepest = max(deepest, len(slots))
            for k, slot in enumerate(slots):
                self._line(
                    slot,
                    self.edges[i] + self.layout.padding,
                    self.y + k * self.step + self.layout.size,
                    self.room(column),
                )
        self.y += deepest * self.step + self.layout.padding
        for i, x in enumerate(self.edges):
            inner = (
                i < len(self.layout.columns)
                and self.layout.joint_header
                and self.layout.columns[i] == "measure"
            )
            if not inner and not (self.layout.rules == "open" and i in (0, len(self.edges) - 1)):
                self._vertical_rule(x, self.head_top, self.y)

    def _rule_above(self, row: dict, n: int) -> None:
        """The horizontal rules over a row: none within merged cells."""
        for i, column in enumerate(self.layout.columns):
            if n == 0 or column in row["starts"]:
                self._horizontal(self.edges[i], self.edges[i + 1], self.y)

    def _break(self, top: float, cut: bool) -> None:
        if not cut or self.layout.closed_cuts:
            self._horizontal(self.edges[0], self.edges[-1], self.y)
        self._verticals(top)
        self._new_page()
        if self.layout.repeat_header:
            self._header()
        self.pillar_y = self.y + self.layout.padding
        if not cut or self.layout.closed_cuts or self.layout.repeat_header:
            self._horizontal(self.edges[0], self.edges[-1], self.y)

    def _close(self, top: float) -> None:
        self._horizontal(self.edges[0], self.edges[-1], self.y)
        self._verticals(top)

    def _verticals(self, top: float) -> None:
        for i, x in enumerate(self.edges):
            if not (self.layout.rules == "open" and i in (0, len(self.edges) - 1)):
                self._vertical_rule(x, top, self.y)

    def _horizontal(self, x0: float, x1: float, y: float) -> None:
        self._rule((x0, y), (x1, y))

    def _vertical_rule(self, x: float, y0: float, y1: float) -> None:
        self._rule((x, y0), (x, y1))

    def _rule(self, p: tuple[float, float], q: tuple[float, float]) -> None:
        style = self.layout.rules
        if style == "fill":
            self.page.draw_rect(
                pymupdf.Rect(p[0] - 0.25, p[1] - 0.25, q[0] + 0.25, q[1] + 0.25),
                color=None,
                fill=(0, 0, 0),
            )
        elif style == "painted":
            length = max(q[0] - p[0], q[1] - p[1])
            for k in range(int(length // 5) + 1):
                a, b = 5.0 * k, min(5.0 * k + 3, length)
                box = (
                    (p[0] + a, p[1] - 0.3, p[0] + b, p[1] + 0.3)
                    if p[1] == q[1]
                    else (p[0] - 0.3, p[1] + a, p[0] + 0.3, p[1] + b)
                )
                self.page.draw_rect(pymupdf.Rect(box), color=None, fill=(0, 0, 0))
        elif style == "dashed":
            self.page.draw_line(p, q, dashes="[3 2] 0", width=0.5)
        elif style == "double":
            across = p[1] == q[1]
            for d in (-0.9, 0.9):
                self.page.draw_line(
                    (p[0], p[1] + d) if across else (p[0] + d, p[1]),
                    (q[0], q[1] + d) if across else (q[0] + d, q[1]),
                    width=0.4,
                )
        else:
            self.page.draw_line(p, q, width=0.5)

    def _finish(self) -> None:
        for number, (page, writer) in enumerate(zip(self.doc, self.writers), 1):
            if self.layout.page_numbers:
                text = self.layout.page_numbers.format(number)
                writer.append(
                    (
                        self.width / 2 - self.length(text) / 2,
                        self.height - 0.5 * self.layout.margin,
                    ),
                    text,
                    font=CJK,
                    fontsize=min(10.0, self.layout.size),
                )
            writer.write_text(page)
            if self.layout.rotation:
                page.set_rotation(self.layout.rotation)
