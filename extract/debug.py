"""Page pictures with everything drawn on that the extract stage saw, and what it decided at page
breaks: the first things to look at when a layout goes wrong.
"""

from __future__ import annotations

from pathlib import Path

import pymupdf

from extract.layout.grid import find_grids
from extract.model import Box, PrintedPlan
from extract.page import Page
from extract.table.breaks import Break

DPI = 110
SHOWN = 20  # characters of a line
COLOURS = {
    "rule": (0.1, 0.4, 1.0),
    "cell": (0.55, 0.85, 0.55),
    "line": (1.0, 0.6, 0.1),
    "pillar": (0.5, 0.1, 0.7),
    "focus": (0.0, 0.5, 0.3),
    "measure": (0.9, 0.1, 0.1),
    "paragraph": (0.9, 0.5, 0.5),
    "unit": (0.1, 0.2, 0.9),
    "finding": (1.0, 0.0, 1.0),
}


def draw_pages(
    doc: pymupdf.Document, pages: list[Page], plan: PrintedPlan, out: Path
) -> list[Path]:
    """Write one PNG a page of `doc` into `out`, named after the file; returns their paths.

    `pages` are the pages as read, `plan` what was made of them. A legend stands at the top of each
    picture.
    """
    out.mkdir(parents=True, exist_ok=True)
    boxes = _boxes(plan)
    written = []
    for page in pages:
        target = out / f"{Path(plan.source_file).stem}-{page.number:03d}.png"
        source = doc[page.number - 1]
        source.set_rotation(0)
        picture = source.get_pixmap(
            matrix=pymupdf.Matrix(DPI / 72, DPI / 72) * pymupdf.Matrix(page.turn)
        )
        _draw(page, picture, boxes.get(page.number, [])).save(target)
        written.append(target)
    return written


def write_breaks(path: Path, breaks: list[Break], out: Path) -> Path:
    """Write what was decided at page breaks into `out`, beside the pictures; returns the path.

    One line a cell at the top of a page: the page, the cell's role, whether it goes on from the
    page before, the lead of that reading (log-odds), why, and how the measure beside it begins.
    """
    target = out / f"{path.stem}-breaks.txt"
    target.write_text("".join(map(_told, breaks)), "utf-8")
    return target


def _told(at: Break) -> str:
    text = at.line.text[:SHOWN] if at.line is not None else ""
    goes_on = "goes on" if at.verdict.joins else "begins"
    parts = (f"page {at.page}", at.role, goes_on, f"{at.verdict.lead:.1f}", at.verdict.why, text)
    return "\t".join(parts) + "\n"


def _boxes(plan: PrintedPlan) -> dict[int, list[tuple[str, Box, str]]]:
    """What the plan placed, by page: (kind, box, label)."""
    found: list[tuple[str, Box, str]] = []
    for r, row in enumerate(plan.rows):
        found += [("pillar", b, "") for b in row.pillar_boxes] + [
            ("focus", b, "") for b in row.focus_boxes
        ]
        for m, measure in enumerate(row.measures):
            found += [("paragraph", b, "") for p in measure.paragraphs for b in p.boxes]
            found += [("measure", b, f"{r + 1}.{m + 1}") for b in measure.boxes]
            found += [
                ("unit", u.box, f"{r + 1}.{m + 1}") for u in measure.units if u.box is not None
            ]
    found += [("finding", f.box, f.code) for f in plan.findings if f.box is not None]
    out: dict[int, list[tuple[str, Box, str]]] = {}
    for kind, box, label in found:
        out.setdefault(box.page, []).append((kind, box, label))
    return out


def _draw(page: Page, picture: pymupdf.Pixmap, boxes: list[tuple[str, Box, str]]) -> pymupdf.Pixmap:
    sheet = pymupdf.open().new_page(width=page.width, height=page.height)
    sheet.insert_image(sheet.rect, pixmap=picture)
    # One shape for all: each drawing on the page itself reads the whole page again.
    shape = sheet.new_shape()
    for grid in find_grids(page):
        for cell in grid.cells:
            shape.draw_rect(
                pymupdf.Rect(cell.x0 + 1.5, cell.y0 + 1.5, cell.x1 - 1.5, cell.y1 - 1.5)
            )
    shape.finish(color=COLOURS["cell"], width=0.8)
    for x0, x1, y in page.horizontal:
        shape.draw_line((x0, y), (x1, y))
    for x, y0, y1 in page.vertical:
        shape.draw_line((x, y0), (x, y1))
    shape.finish(color=COLOURS["rule"], width=1)
    for (x0, _, x1, _), baseline in zip(page.boxes, page.baseline):
        shape.draw_line((x0, baseline + 1.2), (x1, baseline + 1.2))
    shape.finish(color=COLOURS["line"], width=0.6)
    for kind, box, label in boxes:
        shape.draw_rect(pymupdf.Rect(box.x0 - 1, box.y0 - 1, box.x1 + 1, box.y1 + 1))
        shape.finish(color=COLOURS[kind], width=0.5 if kind == "paragraph" else 1.1)
        if label:
            shape.insert_text((box.x0 - 1, box.y0 - 2), label, fontsize=6, color=COLOURS[kind])
    x = 8.0
    for kind, colour in COLOURS.items():
        shape.insert_text((x, 10), kind, fontsize=7, color=colour)
        x += 7 + 4 * len(kind)
    shape.commit()
    return sheet.get_pixmap(dpi=DPI)
