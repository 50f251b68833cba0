"""Pages of one document → its `PrintedPlan`, with every visible glyph accounted for."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from extract.checks.ledger import Ledger
from extract.checks.pages import PageFacts, check_pages, page_facts
from extract.doubts import outline_doubts, table_doubts
from extract.layout.furniture import split_furniture
from extract.layout.grid import Grid
from extract.layout.lines import Line
from extract.layout.repair import repair_text
from extract.model import Box, PrintedFinding, PrintedPlan, PrintedSection, PrintedTable
from extract.page import Page
from extract.pages import Sheets, read_pages
from extract.paragraphs.rejoin import join_text
from extract.script.numerals import chinese_number
from extract.table.breaks import Break
from extract.table.rows import read_rows
from extract.table.stitching import PlanTable, stitch
from extract.text.mend import mend_plan
from extract.text.outline import Outline, read_outline
from extract.text.prose import rows_from_sections
from extract.text.sections import Place


def build_plan(pages: list[Page], source_file: str, sha256: str) -> tuple[PrintedPlan, list[Break]]:
    """Assemble what the pages print. `pages` in order, numbers 1-based; the list is used up.

    Also returns what was decided at each page break of the plan table, for people who look into it.

    The result's status is `not_a_plan` when neither a plan table nor a plan outline is found.
    """
    plan = PrintedPlan(source_file=source_file, sha256=sha256, pages=len(pages))
    plan.text_source = _text_source(pages)
    sheets = read_pages(pages)
    plan.turned, plan.glyphs, plan.findings = sheets.turned, sheets.glyphs, sheets.findings
    content, furniture = split_furniture(sheets.open_lines)
    table = stitch(sheets.grids, sheets.heights, content)
    ledger = Ledger(sheets.lines())  # only now: vertical text has become other lines
    if table is not None:
        ledger.place(table.headings)
        headings = set(table.headings)
        content = [line for line in content if line not in headings]
    outline = read_outline(content, _places(sheets.grids, table), sheets.widths)
    _fill_outline(plan, outline, ledger)
    _set_aside(plan, furniture + outline.aside, ledger)
    _fill_other_tables(plan, sheets.grids, table, outline, ledger)
    if table is not None:
        _fill_table(plan, table, ledger)
    else:
        plan.rows = rows_from_sections(plan)
    if not plan.rows:
        plan.status = "not_a_plan"
        plan.reason = "找不到執行要項、執行重點與執行單位的表格或條列。"
    plan.findings += _misnumbered(plan.sections)
    plan.findings += check_pages(plan, _facts(sheets, table, ledger, furniture))
    plan.findings += ledger.findings()
    plan.glyphs_unplaced = sheets.lost + sum(len(line.chars) for line in ledger.left())
    if sheets.ligatures:
        mend_plan(plan, sheets.repaired)
    if sheets.repaired:
        plan.findings.append(_repaired(sheets.repaired))
    return plan, table.breaks if table is not None else []


def _text_source(pages: list[Page]) -> Literal["digital", "ocr", "mixed"]:
    """Where the text comes from; pages without a glyph say it only where all are like that."""
    sources = {p.source for p in pages if len(p.chars)} or {p.source for p in pages}
    return "mixed" if len(sources) > 1 else next(iter(sources), "digital")


def _facts(
    sheets: Sheets, table: PlanTable | None, ledger: Ledger, furniture: list[Line]
) -> list[PageFacts]:
    sizes = {number: (width, sheets.heights[number]) for number, width in sheets.widths.items()}
    grids = [sheets.grids[i] for i in table.grids] if table is not None else []
    return page_facts(sizes, ledger.lines, furniture, grids)


def _places(grids: list[Grid], table: PlanTable | None) -> list[Place]:
    used = set(table.grids) if table is not None else set()
    return [Place(g.page, g.ys[0], g.ys[-1], i in used) for i, g in enumerate(grids)]


def _fill_outline(plan: PrintedPlan, outline: Outline, ledger: Ledger) -> None:
    plan.title = repair_text(outline.title) if outline.title else None
    plan.sections = outline.sections
    plan.findings += outline_doubts(outline)
    ledger.place(outline.used)
    for paragraph in outline.after_title:
        message = f"標題之後另有文字：「{paragraph.text}」。"
        box = paragraph.boxes[0]
        plan.findings.append(_note("title_note", message, box.page, box))


def _set_aside(plan: PrintedPlan, furniture: list[Line], ledger: Ledger) -> None:
    """Page numbers, headers and footers are no content, but said."""
    if not furniture:
        return
    ledger.place(furniture)
    texts = "、".join(sorted({line.text.strip() for line in furniture}))
    message = f"頁首、頁尾或頁碼{len(furniture)}行未列入內容：{texts[:80]}。"
    plan.findings.append(_note("page_furniture", message, furniture[0].page))


def _fill_other_tables(
    plan: PrintedPlan,
    grids: list[Grid],
    table: PlanTable | None,
    outline: Outline,
    ledger: Ledger,
) -> None:
    """Tables that are not the plan table stay what they are, in the section they stand in."""
    used = set(table.grids) if table is not None else set()
    for i, grid in enumerate(grids):
        if i in used or not any(c.lines for c in grid.cells):
            continue
        ledger.place(line for cell in grid.cells for line in cell.lines)
        holder = outline.holder((grid.page, grid.ys[0])) or outline.open(grid.page, grid.ys[0])
        caption = outline.captions.get(i)
        holder.tables.append(_other_table(grid, caption.text if caption is not None else None))


def _other_table(grid: Grid, caption: str | None) -> PrintedTable:
    rows: dict[int, list[str]] = {}
    for cell in sorted(grid.cells, key=lambda c: (c.row, c.col)):
        text = repair_text(join_text(cell.lines)) if cell.lines else ""
        rows.setdefault(cell.row, []).append(text)
    header, *body = rows.values()
    return PrintedTable(header=header, rows=body, page=grid.page, caption=caption)


def _fill_table(plan: PrintedPlan, table: PlanTable, ledger: Ledger) -> None:
    read = read_rows(table)
    plan.column_headers = table.columns.headers
    plan.header_repeats = table.header_repeats
    plan.rows = read.rows
    plan.findings += [*read.findings, *table_doubts(table, read)]
    ledger.place(read.used)


def _misnumbered(sections: list[PrintedSection]) -> list[PrintedFinding]:
    """Sections whose printed number is not their place in the plan."""
    out = []
    marked = [(s, s.marker) for s in sections if s.marker is not None]
    for expected, (section, marker) in enumerate(marked, 1):
        if chinese_number(marker) != expected:
            message = f"章節編號「{marker}、{section.heading}」與次序不符。"
            out.append(_note("section_misnumbered", message, section.page))
    return out


def _repaired(counts: Counter[str]) -> PrintedFinding:
    listed = "、".join(f"{k}×{n}" for k, n in sorted(counts.items())[:20])
    return _note("characters_repaired", f"文字層的部首或相容字已還原：{listed}。")


def _note(
    code: str, message: str, page: int | None = None, box: Box | None = None
) -> PrintedFinding:
    return PrintedFinding(severity="note", code=code, message=message, page=page, box=box)
