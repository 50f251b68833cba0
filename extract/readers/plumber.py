"""The independent second reader: pdfplumber's characters and edges as a `Page`.

Slower than MuPDF by a factor of ten and more, and with another interpreter (pdfminer.six) underneath: what the two read
alike is what the file says.
"""

from __future__ import annotations

import logging
from collections import Counter
from math import hypot
from pathlib import Path

import numpy as np
import pdfplumber

from extract.errors import BadInput
from extract.layout.geometry import clean_rules
from extract.model import Page, PrintedFinding
from extract.readers.mupdf import SPACES, WATERMARK_SIZE, WHITE

# Faulty fonts are common and harmless here; one warning a glyph would bury everything else.
logging.getLogger("pdfminer").setLevel(logging.ERROR)


class Plumber:
    """An open document; `read_page` may be called for its pages in any order."""

    def __init__(self, path: Path) -> None:
        try:
            self._pdf = pdfplumber.open(path)
        except Exception as error:
            raise BadInput(path.name, f"pdfplumber 無法開啟（{type(error).__name__}）。") from error

    def close(self) -> None:
        self._pdf.close()

    def read_page(self, number: int) -> Page:
        """Read page `number` (1-based), turned so that its text reads upright. Coordinates in points, origin top left.

        pdfplumber does not tell text drawn without ink (render mode 3) from other text; such text is read here.
        """
        page = self._pdf.pages[number - 1]
        left, top, right, bottom = page.cropbox or page.bbox
        width, height = float(right - left), float(bottom - top)
        inked, hidden, tilted = [], 0, 0
        for char in page.chars:
            text = char["text"]
            if not text or text in SPACES or text.isspace():
                continue
            if text.startswith("(cid:"):
                text = "\ufffd"
            box = (char["x0"] - left, char["top"] - top, char["x1"] - left, char["bottom"] - top)
            if (
                _bright(char.get("non_stroking_color"), WHITE)
                or box[0] < -1
                or box[1] < -1
                or box[2] > width + 1
                or box[3] > height + 1
            ):
                hidden += 1
                continue
            inked.append((text, box, _direction(char["matrix"]), char))
        main = (
            Counter(direction for _, _, direction, _ in inked).most_common(1)[0][0]
            if inked
            else (1, 0)
        )
        turn = _Turn(main, width, height)
        kept = []
        for text, box, direction, char in inked:
            x0, y0, x1, y1 = turn.box(box)
            if direction != main or (
                y1 - y0 >= WATERMARK_SIZE and _bright(char.get("non_stroking_color"), 0.6)
            ):
                tilted += 1
                continue
            # A glyph of several characters (a ligature) keeps its box in even parts.
            step = (x1 - x0) / len(text)
            for i, one in enumerate(text):
                kept.append((one, x0 + i * step, y0, x0 + (i + 1) * step, y1))
        horizontal, vertical = [], []
        for edge in page.edges:
            if _bright(edge.get("stroking_color"), WHITE) and edge.get("stroke"):
                continue
            x0, y0, x1, y1 = turn.box(
                (edge["x0"] - left, edge["top"] - top, edge["x1"] - left, edge["bottom"] - top)
            )
            if y1 - y0 <= x1 - x0:
                horizontal.append((x0, x1, (y0 + y1) / 2))
            else:
                vertical.append(((x0 + x1) / 2, y0, y1))
        width, height = turn.width, turn.height
        findings = []
        if hidden:
            findings.append(
                PrintedFinding(
                    severity="note",
                    code="hidden_text",
                    message=f"第{number}頁有{hidden}個看不見的字（隱藏、被遮蓋或在頁外），未列入。",
                    page=number,
                )
            )
        if tilted:
            findings.append(
                PrintedFinding(
                    severity="note",
                    code="watermark_removed",
                    message=f"第{number}頁有浮水印或斜排文字{tilted}字，未列入表格內容。",
                    page=number,
                )
            )
        h, v = clean_rules(horizontal, vertical, width, height)
        boxes = np.array([k[1:5] for k in kept], dtype=np.float64).reshape(-1, 4)
        size = boxes[:, 3] - boxes[:, 1]
        return Page(
            number=number,
            width=width,
            height=height,
            chars=np.array([k[0] for k in kept], dtype="<U1"),
            boxes=boxes,
            baseline=boxes[:, 3] - 0.2 * size,
            size=size,
            confidence=np.ones(len(kept)),
            horizontal=h,
            vertical=v,
            findings=findings,
        )


def _direction(matrix) -> tuple[int, int]:
    """The way a glyph's line runs on the page, y growing upwards; (0, 0) for slanted text."""
    a, b = matrix[0], matrix[1]
    length = hypot(a, b) or 1.0
    a, b = a / length, b / length
    return (round(a), round(b)) if max(abs(a), abs(b)) > 0.99 else (0, 0)


class _Turn:
    """The turn that makes text of one direction read upright, for boxes (x0, y0, x1, y1) in points from the top left."""

    def __init__(self, direction: tuple[int, int], width: float, height: float) -> None:
        self._direction, self._size = direction, (width, height)
        self.width, self.height = (
            (height, width) if direction in ((0, 1), (0, -1)) else (width, height)
        )

    def box(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        x0, y0, x1, y1 = box
        width, height = self._size
        match self._direction:
            case (0, 1):
                return height - y1, x0, height - y0, x1
            case (0, -1):
                return y0, width - x1, y1, width - x0
            case (-1, 0):
                return width - x1, height - y1, width - x0, height - y0
        return box


def _bright(color, least: float) -> bool:
    if (
        color is None
        or not isinstance(color, (tuple, list))
        or not color
        or not all(isinstance(c, (int, float)) for c in color)
    ):
        return False
    if len(color) == 4:
        return max(color) <= 1 - least
    return min(color) >= least
