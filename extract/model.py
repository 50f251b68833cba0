"""The record of the extract stage: `PrintedPlan`, what a plan prints, never what it means.

It is the seam to `normalize`, written as JSON, one file a plan. Boxes are in PDF points, origin at
the top left of the page turned so that its text reads upright (crop box undone).
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import msgspec

from extract.script.characters import visible

SEAM_VERSION = 1


class Record(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """Types are checked when a record is read, not when it is made."""


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
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


class PrintedPlan(Record, kw_only=True):
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


def file_hash(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_name(name: str) -> str:
    """The file's name as text that may be shown: bytes that are no UTF-8 are read as Big5 or else
    written as \\xNN, and so is what would steer a terminal.
    """
    raw = name.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "cp950"):
        with suppress(UnicodeDecodeError):
            return visible(raw.decode(encoding))
    return visible(raw.decode("utf-8", "backslashreplace"))


def _plain(value: Any) -> object:
    """A NumPy scalar is written as the Python number or string that it stands for."""
    return value.item()


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)
_DECODER = msgspec.json.Decoder(PrintedPlan)


def encode_plan(plan: PrintedPlan) -> bytes:
    """The record as it is written: JSON, UTF-8."""
    return msgspec.json.format(_ENCODER.encode(plan), indent=1)


def decode_plan(record: bytes) -> PrintedPlan:
    """The plan of a record. Raises ValueError that says what is wrong with it, and where."""
    return _DECODER.decode(record)
