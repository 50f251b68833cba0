"""The two records of the extract stage: `Page` (what a reader sees) and `PrintedPlan` (what a plan
prints).

`Page` lives in memory only: every reader (MuPDF, pdfplumber, OCR) yields it, so nothing after the
readers knows where glyphs came from. `PrintedPlan` is the seam to `normalize`: it is written as
JSON, one file a plan, and says what is printed, never what it means.

All coordinates are PDF points, origin at the top left of the page turned so that its text reads
upright (crop box undone).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

SEAM_VERSION = 1

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Chars = npt.NDArray[np.str_]


@dataclass(slots=True)
class Page:
    """One page as read: visible glyphs and ruled lines, in points, origin top left.

    `chars` has shape (n,) and dtype `<U1`; `boxes` has shape (n, 4) as x0, y0, x1, y1; `baseline`,
    `size` and `confidence` have shape (n,). `horizontal` has shape (h, 3) as x0, x1, y; `vertical`
    has shape (v, 3) as x, y0, y1. White space is not a glyph and is left out by every reader.
    """

    number: int
    width: float
    height: float
    chars: Chars
    boxes: Floats
    baseline: Floats
    size: Floats
    confidence: Floats
    horizontal: Floats
    vertical: Floats
    source: Literal["digital", "ocr"] = "digital"
    findings: list[PrintedFinding] = field(default_factory=list)
    turn: int = 0
    """Degrees (as `pymupdf.Matrix` counts them) by which the page, its rotation entry left aside,
    was turned to read upright.
    """
    glyphs_lost: int = 0
    """Glyphs a reader knows to be visible but could not read (ink that no recognised line
    covers).
    """


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Box(Record):
    """A rectangle on a page: 1-based page number, points, origin top left."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class Paragraph(Record):
    """One printed paragraph or sub-item, wraps rejoined, its own marker included in the text."""

    text: str
    boxes: list[Box] = []
    confidence: float = 1.0


class PrintedUnit(Record):
    """One name of the unit column as printed, wraps rejoined."""

    text: str
    box: Box | None = None


class PrintedMeasure(Record):
    """One measure of a ruled row. `paragraphs` holds the body without marker and title."""

    theme: str | None = None
    marker: str | None = None
    title: str | None = None
    paragraphs: list[Paragraph] = []
    units: list[PrintedUnit] = []
    units_beside: Literal["measure", "row", "none"] = "none"
    boxes: list[Box] = []
    confidence: float = 1.0


class PrintedRow(Record):
    """One ruled row of the plan table, rejoined over page breaks.

    Rows beside the same printed pillar (focus) cell share `pillar_cell` (`focus_cell`), counted
    from 0 down the table. `focus` lists the focus points printed in the cell; several when they are
    stacked.
    """

    pillar: str = ""
    pillar_cell: int = 0
    pillar_boxes: list[Box] = []
    focus: list[str] = []
    focus_cell: int = 0
    focus_boxes: list[Box] = []
    measures: list[PrintedMeasure] = []
    extra: dict[str, str] = {}
    """Cells of columns that are not part of the contract, by printed header (辦理期程, 備註 …)."""


class PrintedTable(Record):
    """A ruled table that is not the plan table (a 編組表, a blank form)."""

    header: list[str] = []
    rows: list[list[str]] = []
    page: int = 1
    caption: str | None = None
    """The line right above the table that names it."""


class PrintedSection(Record):
    """A section of the plan (壹、計畫依據 …); `marker` without its 、 and as printed."""

    marker: str | None = None
    heading: str = ""
    paragraphs: list[Paragraph] = []
    has_plan_table: bool = False
    tables: list[PrintedTable] = []
    page: int = 1


class PrintedFinding(Record):
    """A doubt of the extract stage.

    `row` and `measure` index into `PrintedPlan.rows[row].measures[measure]`.
    """

    severity: Literal["note", "check", "error"]
    code: str
    message: str
    page: int | None = None
    box: Box | None = None
    row: int | None = None
    measure: int | None = None


class PrintedPlan(Record):
    """Everything one PDF prints, or why it could not be read."""

    seam_version: int = SEAM_VERSION
    extractor_version: str = ""
    source_file: str
    sha256: str
    status: Literal["ok", "not_a_plan", "failed"] = "ok"
    reason: str | None = None
    title: str | None = None
    pages: int = 0
    turned: dict[int, int] = {}
    """Pages that read upright only when turned: page number → degrees, see `Page.turn`."""
    text_source: Literal["digital", "ocr", "mixed"] = "digital"
    column_headers: list[str] = []
    header_repeats: bool = False
    sections: list[PrintedSection] = []
    rows: list[PrintedRow] = []
    glyphs: int = 0
    glyphs_unplaced: int = 0
    findings: list[PrintedFinding] = []
