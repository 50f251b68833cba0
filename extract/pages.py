"""Pages → lines, in the cells of their grids or outside; every glyph goes to exactly one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
import numpy as np

from extract.layout.furniture import over_table
from extract.layout.grid import Grid, find_grids
from extract.layout.lines import Line, make_lines
from extract.layout.overflow import overflow, with_hung_marks
from extract.layout.repair import repair_page
from extract.model import PrintedFinding
from extract.page import Page
from extract.table.columns import count_header_rows


@dataclass(slots=True)
class Sheets:
    """All pages of a document, read."""

    widths: dict[int, float]
    heights: dict[int, float]
    """Page sizes in points, by page number."""
    grids: list[Grid] = field(default_factory=list)
    """Ruled tables in reading order, their cells filled with lines."""
    open_lines: list[tuple[float, list[Line]]] = field(default_factory=list)
    """A page: its height in points and the lines outside its grids."""
    turned: dict[int, int] = field(default_factory=dict)
    """Degrees by page number, see `Page.turn`."""
    glyphs: int = 0
    lost: int = 0
    """Of the glyphs: those a reader saw and could not read."""
    repaired: Counter[str] = field(default_factory=Counter)
    """How often each wrong character of the text layer was replaced."""
    ligatures: bool = False
    """Characters are left that stand for several."""
    findings: list[PrintedFinding] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        """Every line: first those in cells, then those outside."""
        for grid in self.grids:
            for cell in grid.cells:
                yield from cell.lines
        for _, outside in self.open_lines:
            yield from outside


def read_pages(pages: list[Page]) -> Sheets:
    """Make lines of all pages.

    The list is used up: each page is let go once its lines are made, or a document of 2,000 pages
    would stand in memory twice.
    """
    sheets = Sheets({p.number: p.width for p in pages}, {p.number: p.height for p in pages})
    last: Grid | None = None
    edges: list[float] | None = None
    for aside in over_table(pages):
        page = pages.pop(0)
        _note_page(page, sheets)
        grids, outside, removed = _read_page(page, edges, aside)
        if removed:
            sheets.findings.append(_overprint(page.number, removed))
        if last is not None and grids:  # the table may go on, so its foot may be a page break
            height, below = sheets.open_lines[-1]
            sheets.open_lines[-1] = height, overflow(last, below)
        last = grids[-1] if grids else None
        if edges is None:
            edges = next((list(g.xs) for g in grids if count_header_rows(g)), None)
        sheets.grids += grids
        sheets.open_lines.append((page.height, outside))
    sheets.findings = _once(sheets.findings)
    return sheets


def _once(findings: list[PrintedFinding]) -> list[PrintedFinding]:
    """What readers found about whole pages, one finding a code, which names the pages; what points
    at a spot stays by itself.
    """
    by_code: dict[str, list[PrintedFinding]] = {}
    out: list[PrintedFinding] = []
    for f in findings:
        (by_code.setdefault(f.code, []) if f.box is None else out).append(f)
    return out + [_of_pages(alike) for alike in by_code.values()]


def _of_pages(alike: list[PrintedFinding]) -> PrintedFinding:
    """One finding for several of one code, in the order of their pages."""
    pages: dict[str, list[int]] = {}
    for f in alike:
        pages.setdefault(f.message, []).append(f.page or 1)
    message = "".join(f"第{_ranges(at)}頁{text}" for text, at in pages.items())
    return msgspec.structs.replace(alike[0], message=message)


def _ranges(pages: list[int]) -> str:
    """1、3–5 for 1, 3, 4, 5."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return "、".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def _note_page(page: Page, sheets: Sheets) -> None:
    """Mend the page's glyphs and take over what its reader found."""
    repaired, ligatures = repair_page(page)
    sheets.repaired.update(repaired)
    sheets.ligatures = sheets.ligatures or ligatures
    sheets.findings += page.findings
    sheets.glyphs += len(page.chars) + page.glyphs_lost
    sheets.lost += page.glyphs_lost
    if page.turn:
        sheets.turned[page.number] = page.turn


def _read_page(
    page: Page, edges: list[float] | None, aside: np.ndarray
) -> tuple[list[Grid], list[Line], int]:
    """Grids of the page with their cells' lines, the lines outside, glyphs printed twice.

    `edges` are the plan table's column edges (points), once a page before has shown them; `aside`,
    of shape (n,), masks glyphs that stand in no cell although rules run past them.
    """
    grids = find_grids(page, edges)
    key = np.full(len(page.chars), -1)
    base = 0
    for grid in grids:
        where = with_hung_marks(page, grid, grid.locate(page.boxes))
        mine = (where >= 0) & (key < 0) & ~aside
        key[mine] = where[mine] + base
        base += len(grid.cells)
    key[key < 0] = base
    lines, removed = make_lines(page, key)
    for i, cell in enumerate(cell for grid in grids for cell in grid.cells):
        cell.lines = lines.get(i, [])
    return grids, lines.get(base, []), removed


def _overprint(page: int, removed: int) -> PrintedFinding:
    message = f"有{removed}個字重複印在同一位置，只計一次。"
    return PrintedFinding(severity="note", code="overprint_removed", message=message, page=page)
