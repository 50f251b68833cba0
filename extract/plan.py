"""Pages of one document → its `PrintedPlan`, with every visible glyph accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

import numpy as np

from extract.layout.furniture import over_table, split_furniture
from extract.layout.grid import Grid, find_grids
from extract.layout.lines import Line, make_lines
from extract.layout.overflow import overflow, with_hung_marks
from extract.layout.repair import repair_page, repair_text
from extract.model import (
    Box,
    Page,
    Paragraph,
    PrintedFinding,
    PrintedMeasure,
    PrintedPlan,
    PrintedRow,
    PrintedSection,
    PrintedTable,
    PrintedUnit,
)
from extract.script import markers
from extract.script.numerals import chinese_number
from extract.table.columns import count_header_rows, cut_headers
from extract.table.stitching import PlanTable, TextCell, stitch
from extract.table.units import UnitName, align, join_names, plan_habit
from extract.text.measures import Item, body_text, split_measures, top_style
from extract.text.outline import read_outline
from extract.text.paragraphs import Rejoined, join_text, rejoin


def build_plan(pages: list[Page], source_file: str, sha256: str) -> PrintedPlan:
    """Assemble what the pages print. `pages` in order, page numbers 1-based; coordinates in points.

    The list is used up: each page is let go once its lines are made, or a document of 2,000 pages would stand in memory twice.
    The result's status is `not_a_plan` when neither a plan table nor a plan outline is found.
    """
    plan = PrintedPlan(source_file=source_file, sha256=sha256, pages=len(pages))
    sources = {p.source for p in pages if len(p.chars)} or {p.source for p in pages}
    plan.text_source = (
        "mixed" if len(sources) > 1 else (next(iter(sources)) if sources else "digital")
    )
    grids: list[Grid] = []
    open_lines: list[tuple[float, list[Line]]] = []
    ledger = Ledger()
    edges: list[float] | None = None
    mended: Counter[str] = Counter()
    several = False
    widths = {p.number: p.width for p in pages}
    heights = {p.number: p.height for p in pages}
    for aside in over_table(pages):
        page = pages.pop(0)
        plan.findings += page.findings
        if page.turn:
            plan.turned[page.number] = page.turn
        counts, left = repair_page(page)
        mended.update(counts)
        several = several or left
        plan.glyphs += len(page.chars) + page.glyphs_lost
        plan.glyphs_unplaced += page.glyphs_lost
        found, outside = _read_page(page, plan, edges, aside)
        if edges is None:
            edges = next((list(g.xs) for g in found if count_header_rows(g)), None)
        grids += found
        open_lines.append((page.height, outside))
    cut_headers(grids)
    table = stitch(grids, heights)
    for grid in grids:
        for cell in grid.cells:
            ledger.enter(cell.lines)
    for _, lines in open_lines:
        ledger.enter(lines)
    content, furniture = split_furniture(open_lines)
    start = None
    if table is not None:
        first = grids[table.grids[0]]
        start = (first.page, first.ys[0])
    outline = read_outline(content, start, widths)
    plan.title = repair_text(outline.title) if outline.title else None
    plan.sections = outline.sections
    ledger.place(outline.used)
    for paragraph in outline.after_title:
        plan.findings.append(
            _note(
                "title_note",
                f"標題之後另有文字：「{paragraph.text}」。",
                paragraph.boxes[0].page,
                paragraph.boxes[0],
            )
        )
    ledger.place(furniture)
    if furniture:
        texts = sorted({line.text.strip() for line in furniture})
        plan.findings.append(
            _note(
                "page_furniture",
                f"頁首、頁尾或頁碼{len(furniture)}行未列入內容：{'、'.join(texts)[:80]}。",
                furniture[0].page,
                None,
            )
        )
    _other_tables(grids, table, plan, ledger)
    if table is not None:
        _fill_rows(table, plan, ledger)
    else:
        from extract.text.prose import rows_from_sections

        plan.rows = rows_from_sections(plan)
    if not plan.rows:
        plan.status = "not_a_plan"
        plan.reason = "找不到執行要項、執行重點與執行單位的表格或條列。"
    _check_sections(plan)
    plan.glyphs_unplaced += ledger.settle(plan)
    if several:
        _repair(plan, mended)
    if mended:
        listed = "、".join(f"{k}×{n}" for k, n in sorted(mended.items())[:20])
        plan.findings.append(
            _note("characters_repaired", f"文字層的部首或相容字已還原：{listed}。", None, None)
        )
    return plan


class Ledger:
    """Keeps account of every printed line: what no part of the plan has taken up is a finding."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.placed: set[int] = set()

    def enter(self, lines: list[Line]) -> None:
        self.lines += lines

    def place(self, lines: list[Line]) -> None:
        self.placed.update(id(line) for line in lines)

    def settle(self, plan: PrintedPlan) -> int:
        """Write a finding for each line left over and return the number of its glyphs."""
        unplaced = 0
        for line in self.lines:
            if id(line) not in self.placed:
                unplaced += len(line.chars)
                plan.findings.append(
                    PrintedFinding(
                        severity="check",
                        code="glyphs_unplaced",
                        message=f"這一行文字沒有歸入任何列或章節：「{line.text}」。",
                        page=line.page,
                        box=line.box,
                    )
                )
        return unplaced


def _read_page(
    page: Page, plan: PrintedPlan, edges: list[float] | None, aside: np.ndarray
) -> tuple[list[Grid], list[Line]]:
    """Grids of the page with their cells' lines, and the lines outside them. Every glyph goes to exactly one line.

    `edges` are the plan table's column edges (points), once a page before has shown them; `aside` masks glyphs that
    stand in no cell although rules run past them.
    """
    grids = find_grids(page, edges)
    key = np.full(len(page.chars), -1)
    base = 0
    slots = []
    for grid in grids:
        where = with_hung_marks(page, grid, grid.locate(page.boxes))
        mine = (where >= 0) & (key < 0) & ~aside
        key[mine] = where[mine] + base
        slots.append(base)
        base += len(grid.cells)
    outside = base
    key[key < 0] = outside
    lines, removed = make_lines(page, key)
    if removed:
        plan.findings.append(
            _note(
                "overprint_removed",
                f"第{page.number}頁有{removed}個字重複印在同一位置，只計一次。",
                page.number,
                None,
            )
        )
    for grid, first in zip(grids, slots):
        for i, cell in enumerate(grid.cells):
            cell.lines = lines.get(first + i, [])
    open_lines = lines.get(outside, [])
    if grids:
        open_lines = overflow(grids[-1], open_lines)
    return grids, open_lines


def _other_tables(
    grids: list[Grid], table: PlanTable | None, plan: PrintedPlan, ledger: Ledger
) -> None:
    """Tables that are not the plan table stay what they are, in the section they stand in."""
    used = set(table.grids) if table is not None else set()
    for i, grid in enumerate(grids):
        if i in used or not any(c.lines for c in grid.cells):
            continue
        rows: dict[int, list[str]] = {}
        for cell in sorted(grid.cells, key=lambda c: (c.row, c.col)):
            ledger.place(cell.lines)
            rows.setdefault(cell.row, []).append(
                repair_text(join_text(cell.lines)) if cell.lines else ""
            )
        body = list(rows.values())
        holder = None
        for section in plan.sections:
            if section.page <= grid.page:
                holder = section
        if holder is None:
            holder = PrintedSection(page=grid.page)
            plan.sections.append(holder)
        holder.tables.append(PrintedTable(header=body[0], rows=body[1:], page=grid.page))


def _fill_rows(table: PlanTable, plan: PrintedPlan, ledger: Ledger) -> None:
    plan.column_headers = table.columns.headers
    plan.header_repeats = table.header_repeats
    ledger.place(table.header_lines)
    limits = table.limits
    texts: list[list[Rejoined]] = []
    number: int | None = None
    for n, row in enumerate(table.rows):
        expected = number + 1 if number and n and table.rows[n - 1].focus is row.focus else None
        paragraphs = rejoin(row.measure.lines, limits["measure"], expected)
        numbers = [p.marker.number for p in paragraphs if p.marker and p.marker.style == "number"]
        number = numbers[-1] if numbers else None
        texts.append(paragraphs)
    style = top_style(texts)
    items = [split_measures(p, style) for p in texts]
    units = _units(table, items)
    pillars = _headings(row.pillar for row in table.rows)
    focuses = _headings(row.focus for row in table.rows)
    names = {id(u): u for row in units for beside_it, _, _ in row for u in beside_it}
    shown = {key: PrintedUnit(text=u.text, box=_boxes(u.lines)[0]) for key, u in names.items()}
    for n, (row, own) in enumerate(zip(table.rows, items)):
        pillar, focus = pillars[id(row.pillar)], focuses[id(row.focus)]
        printed = PrintedRow(
            pillar=pillar.text,
            pillar_cell=pillar.number,
            pillar_boxes=pillar.boxes,
            focus=focus.points,
            focus_cell=focus.number,
            focus_boxes=focus.boxes,
            extra={label: _cell_text(cell) for label, cell in row.extra.items()},
        )
        ledger.place([p.line for cell in (*row.units, *row.extra.values()) for p in cell.lines])
        for item, (beside_it, beside, sure) in zip(own, units[n]):
            ledger.place(item.theme_lines + [line for p in item.paragraphs for line in p.lines])
            measure = _measure(item, [shown[id(u)] for u in beside_it], beside)
            where = (len(plan.rows), len(printed.measures))
            if not beside_it and (table.columns.of("unit")):
                plan.findings.append(
                    PrintedFinding(
                        severity="check",
                        code="unit_missing",
                        message="這項作法旁沒有印出執行單位。",
                        page=measure.boxes[0].page if measure.boxes else None,
                        box=measure.boxes[0] if measure.boxes else None,
                        row=where[0],
                        measure=where[1],
                    )
                )
            elif not sure:
                plan.findings.append(
                    PrintedFinding(
                        severity="check",
                        code="unit_unaligned",
                        message="執行單位與作法的對應無法由位置確定，依印出的次序對應。",
                        page=measure.boxes[0].page if measure.boxes else None,
                        box=measure.boxes[0] if measure.boxes else None,
                        row=where[0],
                        measure=where[1],
                    )
                )
            printed.measures.append(measure)
        if not own:
            stray = [p.line for cell in row.units for p in cell.lines]
            plan.findings.append(
                PrintedFinding(
                    severity="check",
                    code="row_without_measure",
                    message=f"這一列沒有作法，只有：「{''.join(line.text for line in stray)}」。",
                    page=stray[0].page if stray else None,
                    box=stray[0].box if stray else None,
                )
            )
            continue
        plan.rows.append(printed)
    for heading in (*pillars.values(), *focuses.values()):
        ledger.place(heading.lines)
    _numbering(plan)


class Heading:
    """A printed pillar or focus cell, read once for all the rows beside it."""

    def __init__(self, number: int, cell: TextCell) -> None:
        self.number = number
        self.lines = [p.line for p in cell.lines]
        self.text = _cell_text(cell)
        self.points = _focus_points(cell)
        self.boxes = _boxes(self.lines)


def _headings(cells: Iterable[TextCell]) -> dict[int, Heading]:
    """The heading of each cell by the cell's identity, numbered down the table."""
    distinct = {id(cell): cell for cell in cells}
    return {key: Heading(number, cell) for number, (key, cell) in enumerate(distinct.items())}


def _units(
    table: PlanTable, items: list[list[Item]]
) -> list[list[tuple[list[UnitName], str, bool]]]:
    """Units of every measure, row by row; rows that share one unit cell are looked at together."""
    names: dict[int, list[UnitName]] = {}
    for row in table.rows:
        for cell in row.units:
            if id(cell) not in names:
                names[id(cell)] = join_names(cell.lines, table.limits["unit"])
    groups: list[list[int]] = []
    for n, row in enumerate(table.rows):
        if groups and {id(c) for c in row.units} & {
            id(c) for c in table.rows[groups[-1][-1]].units
        }:
            groups[-1].append(n)
        else:
            groups.append([n])
    jobs = []
    for group in groups:
        cells = {id(c): c for n in group for c in table.rows[n].units}
        own = sorted((name for key in cells for name in names[key]), key=lambda u: u.order)
        measures = [(n, i) for n in group for i in range(len(items[n]))]
        lines = [items[n][i] for n, i in measures]
        starts = [_first(item) for item in lines]
        ends = [_last(item) for item in lines]
        jobs.append((group, measures, starts, ends, own))
    pitch = _pitch(table)
    habit = plan_habit([(s, e, o) for _, m, s, e, o in jobs if len(m) > 1], pitch)
    out: list[list[tuple[list[UnitName], str, bool]]] = [[] for _ in table.rows]
    for group, measures, starts, ends, own in jobs:
        if not measures:
            continue
        placed, beside, sure = align(starts, ends, own, pitch, habit)
        for (n, _), mine in zip(measures, placed):
            out[n].append((mine, beside if mine else "none", sure or not mine))
    return out


def _first(item: Item) -> float:
    head = item.paragraphs[0].lines[0]
    return head.order


def _last(item: Item) -> float:
    return item.paragraphs[-1].lines[-1].order


def _pitch(table: PlanTable) -> float:
    """Distance (points) between the baselines of successive lines in the measure column."""
    steps = sorted(
        b.line.order - a.line.order
        for row in table.rows
        for a, b in zip(row.measure.lines, row.measure.lines[1:])
        if 0 < b.line.order - a.line.order < 4 * a.line.size
    )
    return steps[len(steps) // 2] if steps else 16.0


def _measure(item: Item, units: list[PrintedUnit], beside: str) -> PrintedMeasure:
    lines = [line for p in item.paragraphs for line in p.lines]
    boxes = _boxes(lines)
    count = sum(len(line.chars) for line in lines)
    return PrintedMeasure(
        theme=item.theme,
        marker=item.marker,
        title=item.title,
        paragraphs=[
            Paragraph(
                text=body_text(item, p),
                boxes=_boxes(p.lines),
                confidence=round(min(line.confidence for line in p.lines), 4),
            )
            for p in item.body
        ],
        units=units,
        units_beside=beside,
        boxes=boxes,
        confidence=round(
            sum(line.confidence * len(line.chars) for line in lines) / max(1, count), 4
        ),
    )


def _boxes(lines: list[Line]) -> list[Box]:
    """One box a page around the lines."""
    if len(lines) == 1:
        return [lines[0].box]
    out: list[Box] = []
    for page, group in groupby(lines, key=attrgetter("page")):
        own = list(group)
        out.append(
            Box(
                page=page,
                x0=round(min([line.left for line in own]), 1),
                y0=round(min([line.top for line in own]), 1),
                x1=round(max([line.right for line in own]), 1),
                y1=round(max([line.bottom for line in own]), 1),
            )
        )
    return out


def _cell_text(cell: TextCell) -> str:
    return join_text([p.line for p in cell.lines]) if cell.lines else ""


def _focus_points(cell: TextCell) -> list[str]:
    """Focus points printed in a cell: one a (一) … marker, else the whole cell."""
    if not cell.lines:
        return []
    groups: list[list[Line]] = []
    style = None
    for line in (p.line for p in cell.lines):
        found = line.marker
        if not groups:
            style = found.style if found else None
            groups.append([line])
        elif (
            found is not None
            and found.style in ("cjk_paren", "cjk", "number_paren", "number")
            and (found.style == style or style is None and found.style == "cjk_paren")
        ):
            groups.append([line])
        else:
            groups[-1].append(line)
    return [join_text(g) for g in groups]


def _numbering(plan: PrintedPlan) -> None:
    """Findings for numbers that do not count on within one focus cell (1, 2, 4, 5)."""
    last: tuple[int, str | None] | None = None
    number = 0
    for r, row in enumerate(plan.rows):
        for m, measure in enumerate(row.measures):
            key = (row.focus_cell, measure.theme if len(row.measures) > 1 else None)
            if measure.marker is None:
                continue
            found = markers.match(measure.marker) or markers.match(measure.marker + ".")
            if found is None or not found.number:
                continue
            restart = last is None or last[0] != key[0] or found.number == 1
            if (
                not restart
                and found.number != number + 1
                or restart
                and found.number != 1
                and last is not None
                and last[0] != key[0]
            ):
                plan.findings.append(
                    PrintedFinding(
                        severity="note",
                        code="numbering_gap",
                        message=f"編號「{measure.marker}」與前一項不連續。",
                        page=measure.boxes[0].page if measure.boxes else None,
                        box=measure.boxes[0] if measure.boxes else None,
                        row=r,
                        measure=m,
                    )
                )
            number, last = found.number, key


def _check_sections(plan: PrintedPlan) -> None:
    expected = 1
    for section in plan.sections:
        if section.marker is None:
            continue
        value = chinese_number(section.marker)
        if value != expected:
            plan.findings.append(
                _note(
                    "section_misnumbered",
                    f"章節編號「{section.marker}、{section.heading}」與次序不符。",
                    section.page,
                    None,
                )
            )
        expected += 1


def _repair(plan: PrintedPlan, mended: dict[str, int]) -> None:
    """Mend what stands for several characters (ligatures), counting in `mended`."""

    def fix(text: str) -> str:
        return repair_text(text, mended)

    for section in plan.sections:
        section.heading = fix(section.heading)
        for p in section.paragraphs:
            p.text = fix(p.text)
    for row in plan.rows:
        row.pillar = fix(row.pillar)
        row.focus = [fix(f) for f in row.focus]
        row.extra = {k: fix(v) for k, v in row.extra.items()}
        for measure in row.measures:
            measure.theme = fix(measure.theme) if measure.theme else measure.theme
            measure.marker = fix(measure.marker) if measure.marker else measure.marker
            measure.title = fix(measure.title) if measure.title else measure.title
            for p in measure.paragraphs:
                p.text = fix(p.text)
            for u in measure.units:
                u.text = fix(u.text)
    plan.column_headers = [fix(h) for h in plan.column_headers]


def _note(code: str, message: str, page: int | None, box: Box | None) -> PrintedFinding:
    return PrintedFinding(severity="note", code=code, message=message, page=page, box=box)
