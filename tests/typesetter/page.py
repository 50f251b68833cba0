"""Made-up plans as PDF: a small typesetter with the faults and habits of office software."""

from __future__ import annotations

from collections.abc import Iterator

from .body import Band, RuledRow, table_body
from .content import Plan, Section
from .layout import Layout
from .lines import CJK, Frame, Slot, settled
from .sheet import Sheet

__all__ = ["CJK", "Layout", "Typesetter"]


class Typesetter:
    """Sets one plan.

    `plan` is what was printed in the end: a character more where a paragraph's end would not show.
    """

    def __init__(self, plan: Plan, layout: Layout) -> None:
        self.layout = layout
        self.frame = Frame(layout)
        self.plan = settled(plan, self.frame)

    def save(self) -> bytes:
        """The PDF file's bytes."""
        self._open()
        if self.layout.table_paper:
            self.sheet.new_page(self.layout.table_paper)
        self._table()
        if self.layout.table_paper and self.plan.after:
            self.sheet.new_page(self.layout.paper)
        self._text([(t, True) for t in self.plan.notes])
        self._sections(self.plan.after)
        return self.sheet.tobytes(self.headings)

    def save_text(self) -> bytes:
        """The PDF of title and sections alone."""
        self._open()
        return self.sheet.tobytes(self.headings)

    # --- text ---

    def _open(self) -> None:
        self.sheet = Sheet(self.frame)
        self.headings: list[tuple[str, int]] = []
        self.sheet.new_page(self.layout.paper)
        if self.layout.stamp:
            size = 0.75 * self.layout.size
            width = self.frame.length(self.layout.stamp) * 0.75
            x = self.sheet.page.rect.width - self.layout.margin - width
            self.sheet.small(self.layout.stamp, x, self.sheet.y + self.layout.size, size)
            frame = x - 2, self.sheet.y - 2, x + width + 2, self.sheet.y + self.layout.size + 4
            self.sheet.page.draw_rect(frame, width=0.5)
        self._text([(self.plan.title, True)])
        self._sections(self.plan.sections)
        self.sheet.y += self.layout.size

    def _sections(self, sections: tuple[Section, ...]) -> None:
        for marker, heading, paragraphs in sections:
            self._text([(f"{marker}、{heading}", True)])
            self.headings.append((f"{marker}、{heading}", len(self.sheet.doc)))
            self._text([(p, False) for p in paragraphs])

    def _text(self, texts: list[tuple[str, bool]]) -> None:
        """Lines across the page; a text is told to be a heading or an ordinary paragraph."""
        for text, heading in texts:
            indent = 0.0 if heading else self.layout.indent
            for slot in self.frame.wrap(text, self.frame.text_room, indent=indent):
                self._text_line(slot)

    def _text_line(self, slot: Slot) -> None:
        if self.sheet.y + self.frame.step > self.sheet.bottom:
            self.sheet.new_page(self.layout.paper)
        baseline = self.sheet.y + self.layout.size
        self.sheet.line(slot, self.layout.margin, baseline, self.frame.text_room)
        self.sheet.y += self.frame.step

    # --- the table ---

    def _table(self) -> None:
        self.flow: dict[str, Iterator[Slot]] = {c: iter(()) for c in self.layout.columns}
        self.pillar_text, self.pillar_done, self.pillar_y = "", 0, 0.0
        self.fresh = True  # the next row stands right below a rule across the table
        self.whole = True  # the last banner, if any, ran across all columns
        self.tables = 0
        if self.layout.pillar_place != "between":
            self._open_table()
        for block in table_body(self.plan, self.frame):
            if isinstance(block, RuledRow):
                self._row(block)
            elif block.place == "between":
                self._between(block)
            else:
                self._banner(block)
        self._close_table()

    def _open_table(self) -> None:
        if self.tables == 0 or self.layout.head_each:
            self._header()
        self.top = self.sheet.y
        self.fresh = True
        self.tables += 1

    def _close_table(self) -> None:
        first = 0
        if self.layout.open_foot:
            first = min(self.layout.columns.index(c) for c in ("measure", "unit"))
        self.sheet.horizontal(self.frame.edges[first], self.frame.edges[-1], self.sheet.y)
        self._verticals()

    def _between(self, band: Band) -> None:
        """A heading on the page between two tables."""
        if self.tables:
            self._close_table()
            self.sheet.y += 0.5 * self.frame.step
        slots = self.frame.wrap(band.text, self.frame.edges[-1] - self.frame.edges[0])
        if self.sheet.y + (len(slots) + 4) * self.frame.step > self.sheet.bottom:
            self.sheet.new_page(self.layout.table_paper or self.layout.paper)
        for slot in slots:
            self._text_line(slot)
        self._open_table()

    def _banner(self, band: Band) -> None:
        """A heading in a row across the table."""
        pad, step = self.layout.padding, self.frame.step
        self.whole = self.layout.whole_banner or "pillar" not in self.layout.columns
        edges = self.frame.edges
        left, right = edges[0 if self.whole else 1], edges[-1]
        room = right - left - 2 * pad
        slots = self.frame.wrap(band.text, room)
        height = len(slots) * step + 2 * pad
        if self.sheet.y + height + 2 * (step + pad) > self.sheet.bottom:
            self._break(cut=False, runs_on=False)
        y = self.sheet.y
        self.sheet.horizontal(edges[0] if band.beside else left, right, y)
        self._verticals()
        if self.layout.shade:
            self.sheet.grey(left, y, right, y + height)
        for i, slot in enumerate(slots):
            baseline = y + pad + i * step + self.layout.size
            self.sheet.line(slot, left + pad, baseline, room)
        self.top = self.sheet.y = y + height
        if self.layout.rules != "open":
            for x in {edges[0], left, right}:
                self.sheet.vertical(x, y, y + height)
        self.fresh = True

    def _row(self, row: RuledRow) -> None:
        pad, step, sheet = self.layout.padding, self.frame.step, self.sheet
        self._start_cells(row)
        height = row.height * step + 2 * pad
        page = sheet.bottom - self.layout.margin - 4 * step
        if self.layout.keep_rows and sheet.y + height > sheet.bottom and height < page:
            self._break(cut=False, runs_on="pillar" not in row.cells)
        self._rule_above(row)
        sheet.y += pad
        for _ in range(row.height):
            if sheet.y + step + pad > sheet.bottom:
                self._break(cut=True, runs_on=True)
                sheet.y += pad
            self._row_line()
            sheet.y += step
        sheet.y += pad

    def _start_cells(self, row: RuledRow) -> None:
        self.flow |= {c: iter(slots) for c, slots in row.cells.items() if c in self.flow}
        if "pillar" in row.cells:
            self.pillar_text = "".join(s.text for s in row.cells["pillar"])
            self.pillar_done = 0

    def _row_line(self) -> None:
        """The next line of every column."""
        for x, column in zip(self.frame.edges, self.layout.columns):
            if column == "pillar" and self.layout.vertical_pillar:
                self._vertical_pillar(x)
                continue
            slot = next(self.flow[column], None)
            if slot is not None:
                baseline = self.sheet.y + self.layout.size
                room = self.frame.room(column)
                self.sheet.line(slot, x + self.layout.padding, baseline, room)

    def _vertical_pillar(self, left: float) -> None:
        """The glyphs of a vertical pillar that stand beside this line's height."""
        size = self.layout.size
        x = left + self.layout.padding + (self.frame.room("pillar") - size) / 2
        if self.pillar_done == 0:
            self.pillar_y = self.sheet.y
        while (
            self.pillar_done < len(self.pillar_text)
            and self.pillar_y + size <= self.sheet.y + self.frame.step
        ):
            slot = Slot(self.pillar_text[self.pillar_done])
            self.sheet.line(slot, x, self.pillar_y + 0.88 * size, 0)
            self.pillar_y += size
            self.pillar_done += 1

    # --- header, rules and page breaks ---

    def _header(self) -> None:
        columns, edges = self.layout.columns, self.frame.edges
        top, pad, step = self.sheet.y, self.layout.padding, self.frame.step
        levels = self.layout.unit_levels
        labels = self._labels()
        height = max(2 if levels else 1, *map(len, labels.values())) * step + 2 * pad
        self.sheet.horizontal(edges[0], edges[-1], top)
        if self.layout.shade:
            self.sheet.grey(edges[0], top, edges[-1], top + height)
        for column, slots in labels.items():
            self._label(slots, columns.index(column), top + pad)
        if levels:
            self._unit_levels(top + pad + step)
        self.sheet.y = top + height
        for i, x in enumerate(edges):
            column = columns[i] if i < len(columns) else ""
            if column == "measure" and self.layout.joint_header or self._outer(i):
                continue
            below_label = levels and column == "coop"
            self.sheet.vertical(x, top + pad + step if below_label else top, self.sheet.y)

    def _labels(self) -> dict[str, list[Slot]]:
        """The header's labels by the column they begin over."""
        covered = {"measure"} if self.layout.joint_header else set()
        if self.layout.unit_levels:
            covered.add("coop")
        texts = dict(self.layout.labels)
        own = [c for c in self.layout.columns if c not in covered]
        return {c: self.frame.wrap(texts[c], self.frame.room(c)) for c in own}

    def _unit_levels(self, y: float) -> None:
        """主辦 and 協辦 below the label of both unit columns."""
        first = self.layout.columns.index("unit")
        self.sheet.horizontal(self.frame.edges[first], self.frame.edges[first + 2], y)
        for i, text in enumerate(self.layout.unit_levels, first):
            self._label([Slot(text)], i, y + 0.1 * self.layout.size)

    def _label(self, slots: list[Slot], column: int, y: float) -> None:
        x = self.frame.edges[column] + self.layout.padding
        room = self.frame.room(self.layout.columns[column])
        for k, slot in enumerate(slots):
            self.sheet.line(slot, x, y + k * self.frame.step + self.layout.size, room)

    def _rule_above(self, row: RuledRow) -> None:
        """The horizontal rules over a row: none within merged cells."""
        edges = self.frame.edges
        for x0, x1, column in zip(edges, edges[1:], self.layout.columns):
            runs_on = column == "pillar" and not self.whole  # beside the banner right above
            if not runs_on and (self.fresh or column in row.ruled):
                self.sheet.horizontal(x0, x1, self.sheet.y)
        self.fresh, self.whole = False, True

    def _break(self, cut: bool, runs_on: bool) -> None:
        """Go to the next page, within a row (`cut`) or between two; the pillar cell may run on."""
        left, right = self.frame.edges[0], self.frame.edges[-1]
        closed = not cut or self.layout.closed_cuts
        if closed:
            self.sheet.horizontal(left, right, self.sheet.y)
        self._verticals()
        self.sheet.new_page(self.layout.table_paper or self.layout.paper)
        if self.layout.continued:
            self._text_line(Slot(self.layout.continued))
        if self.layout.repeat_header:
            self._header()
        self.pillar_y = self.sheet.y + self.layout.padding
        if closed or self.layout.repeat_header:
            merged = self.layout.repeat_header and self.layout.open_merge and runs_on
            self.sheet.horizontal(self.frame.edges[1] if merged else left, right, self.sheet.y)
        self.top = self.sheet.y

    def _verticals(self) -> None:
        if self.sheet.y > self.top:
            for i, x in enumerate(self.frame.edges):
                if not self._outer(i):
                    self.sheet.vertical(x, self.top, self.sheet.y)

    def _outer(self, edge: int) -> bool:
        """Whether the edge is one of the outer frame that an open table lacks."""
        return self.layout.rules == "open" and edge in (0, len(self.frame.edges) - 1)
