"""What a reader sees of one page, in memory only.

Every reader (MuPDF, pdfplumber, OCR) yields a `Page`, so nothing after the readers knows where
glyphs came from. All coordinates are PDF points, origin at the top left of the page turned so that
its text reads upright (crop box undone).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from extract.model import PrintedFinding

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
