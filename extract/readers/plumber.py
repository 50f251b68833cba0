"""The independent second reader: pdfplumber's characters and edges as a `Page`.

Slower than MuPDF by a factor of ten and more, and with another interpreter (pdfminer.six)
underneath: what the two read alike is what the file says.
"""

from __future__ import annotations

import logging
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from math import hypot
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pdfplumber
import pymupdf

from extract.errors import BadInput
from extract.page import Floats, Page
from extract.readers.drawings import LEVEL
from extract.readers.page import (
    PALE,
    SPACES,
    WATERMARK_SIZE,
    hidden_text,
    is_white,
    make_page,
    watermark,
)
from extract.readers.turn import DEGREES, Turn

# Faulty fonts are common and harmless here; one warning a glyph would bury everything else.
logging.getLogger("pdfminer").setLevel(logging.ERROR)

BASELINE = 0.2  # of the glyph size: pdfminer's boxes reach this far below the baseline


class Glyph(NamedTuple):
    """A glyph as pdfplumber tells it: its box in points, the way its line runs, how bright it
    is.
    """

    text: str
    box: tuple[float, float, float, float]
    way: tuple[int, int]
    white: bool
    pale: bool


class Plumber:
    """An open document; `read_page` may be called for its pages in any order."""

    def __init__(self, path: Path) -> None:
        try:
            self._pdf = pdfplumber.open(path)
        except Exception as error:
            raise BadInput(path.name, f"pdfplumber 無法開啟（{type(error).__name__}）。") from error

    def close(self) -> None:
        self._pdf.close()

    def read_page(self, page: pymupdf.Page, number: int) -> Page:
        """Read page `number` (1-based) of the document; `page`, which MuPDF holds open, is not
        looked at.

        pdfplumber does not tell text drawn without ink (render mode 3) from other text; such text
        is read here.
        """
        own = self._pdf.pages[number - 1]
        left, top, right, bottom = own.cropbox or own.bbox
        glyphs = [g for char in own.chars if (g := _glyph(char, left, top)) is not None]
        visible = [_is_seen(g, right - left, bottom - top) for g in glyphs]
        seen = [g for g, kept in zip(glyphs, visible) if kept]
        ways = Counter(g.way for g in seen).most_common(1)
        main = ways[0][0] if ways else (1, 0)
        turn = Turn(DEGREES.get(main, 0), float(right - left), float(bottom - top))
        boxes = turn.boxes(_rows([g.box for g in seen], 4))
        tall = boxes[:, 3] - boxes[:, 1] >= WATERMARK_SIZE
        upright = [g.way == main and not (g.pale and t) for g, t in zip(seen, tall.tolist())]
        text = [g.text for g, kept in zip(seen, upright) if kept]
        boxes = _spread(boxes[upright], text)
        size = boxes[:, 3] - boxes[:, 1]
        findings = []
        if hidden := "".join(g.text for g, kept in zip(glyphs, visible) if not kept):
            findings.append(hidden_text(number, hidden))
        if tilted := "".join(g.text for g, kept in zip(seen, upright) if not kept):
            findings.append(watermark(number, tilted))
        return make_page(
            number,
            turn,
            np.array(list("".join(text)), dtype="<U1"),
            boxes,
            boxes[:, 3] - BASELINE * size,
            size,
            turn.rules(*_rules(own.edges, left, top)),
            findings,
        )


def _glyph(char: dict[str, Any], left: float, top: float) -> Glyph | None:
    """A character as told by pdfplumber, its box from the crop box's corner; None for white
    space.
    """
    text = char["text"]
    if not text or text in SPACES or text.isspace():
        return None
    if text.startswith("(cid:") or unicodedata.category(text[0]) == "Cc":
        text = "\ufffd"
    colour = char.get("non_stroking_color")
    return Glyph(
        text,
        (char["x0"] - left, char["top"] - top, char["x1"] - left, char["bottom"] - top),
        _way(char["matrix"]),
        is_white(colour),
        is_white(colour, PALE),
    )


def _is_seen(glyph: Glyph, width: float, height: float) -> bool:
    x0, y0, x1, y1 = glyph.box
    return not glyph.white and x0 >= -1 and y0 >= -1 and x1 <= width + 1 and y1 <= height + 1


def _spread(boxes: Floats, texts: Sequence[str]) -> Floats:
    """A box a character: a glyph of several characters (a ligature) is divided into even parts."""
    out = []
    for (x0, y0, x1, y1), text in zip(boxes.tolist(), texts):
        step = (x1 - x0) / len(text)
        out += [(x0 + i * step, y0, x0 + (i + 1) * step, y1) for i in range(len(text))]
    return _rows(out, 4)


def _rules(edges: Iterable[dict[str, Any]], left: float, top: float) -> tuple[Floats, Floats]:
    """Horizontal (x0, x1, y) and vertical (x, y0, y1) rules as drawn."""
    horizontal, vertical = [], []
    for edge in edges:
        if edge.get("stroke") and is_white(edge.get("stroking_color")):
            continue
        x0, x1 = edge["x0"] - left, edge["x1"] - left
        y0, y1 = edge["top"] - top, edge["bottom"] - top
        if min(x1 - x0, y1 - y0) > LEVEL:
            continue  # a slanted side of some shape
        if y1 - y0 <= x1 - x0:
            horizontal.append((x0, x1, (y0 + y1) / 2))
        else:
            vertical.append(((x0 + x1) / 2, y0, y1))
    return _rows(horizontal, 3), _rows(vertical, 3)


def _rows(rows: Sequence[tuple[float, ...]], width: int) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(-1, width)


def _way(matrix: Sequence[float]) -> tuple[int, int]:
    """The way a glyph's line runs on the page, y down; (0, 0) for slanted text."""
    a, b = matrix[0], -matrix[1]
    length = hypot(a, b) or 1.0
    a, b = a / length, b / length
    return (round(a), round(b)) if max(abs(a), abs(b)) > 0.99 else (0, 0)
