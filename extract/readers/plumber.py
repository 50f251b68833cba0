"""The independent second reader: pdfplumber's characters and edges as a `Page`.

Slower than MuPDF by a factor of ten and more, and with another interpreter (pdfminer.six) underneath: what the two read
alike is what the file says.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pdfplumber

from ..errors import BadInput
from ..geometry import clean_rules
from ..model import Page, PrintedFinding
from .mupdf import SPACES, WATERMARK_SIZE, WHITE

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
        """Read page `number` (1-based). Coordinates in points, origin top left of the page as displayed."""
        page = self._pdf.pages[number - 1]
        left, top, right, bottom = page.bbox
        width, height = float(right - left), float(bottom - top)
        kept, hidden, tilted = [], 0, 0
        for char in page.chars:
            text = char["text"]
            if not text or text in SPACES or text.isspace():
                continue
            if text.startswith("(cid:"):
                text = "\ufffd"
            if not char["upright"] or (char["size"] >= WATERMARK_SIZE and _bright(char.get("non_stroking_color"), 0.6)):
                tilted += 1
                continue
            x0, x1, y0, y1 = char["x0"] - left, char["x1"] - left, char["top"] - top, char["bottom"] - top
            if _bright(char.get("non_stroking_color"), WHITE) or x0 < -1 or y0 < -1 or x1 > width + 1 or y1 > height + 1:
                hidden += 1
                continue
            # A glyph of several characters (a ligature) keeps its box in even parts.
            step = (x1 - x0) / len(text)
            for i, one in enumerate(text):
                kept.append((one, x0 + i * step, y0, x0 + (i + 1) * step, y1, char["size"]))
        horizontal, vertical = [], []
        for edge in page.edges:
            if _bright(edge.get("stroking_color"), WHITE) and edge.get("stroke"):
                continue
            if edge["orientation"] == "h":
                horizontal.append((edge["x0"] - left, edge["x1"] - left, edge["top"] - top))
            elif edge["orientation"] == "v":
                vertical.append((edge["x0"] - left, edge["top"] - top, edge["bottom"] - top))
        findings = []
        if hidden:
            findings.append(PrintedFinding(severity="note", code="hidden_text", message=f"第{number}頁有{hidden}個看不見的字（隱藏、被遮蓋或在頁外），未列入。", page=number))
        if tilted:
            findings.append(PrintedFinding(severity="note", code="watermark_removed", message=f"第{number}頁有浮水印或斜排文字{tilted}字，未列入表格內容。", page=number))
        h, v = clean_rules(horizontal, vertical, width, height)
        boxes = np.array([k[1:5] for k in kept], dtype=np.float64).reshape(-1, 4)
        size = np.array([k[5] for k in kept], dtype=np.float64)
        return Page(
            number=number, width=width, height=height,
            chars=np.array([k[0] for k in kept], dtype="<U1"),
            boxes=boxes, baseline=boxes[:, 3] - 0.2 * size, size=size, confidence=np.ones(len(kept)),
            horizontal=h, vertical=v, findings=findings,
        )


def _bright(color, least: float) -> bool:
    if color is None or not isinstance(color, (tuple, list)) or not color or not all(isinstance(c, (int, float)) for c in color):
        return False
    if len(color) == 4:
        return max(color) <= 1 - least
    return min(color) >= least
