"""Whether a page is a scan: judged without the recogniser, so that born-digital pages stay
quick.
"""

from __future__ import annotations

import numpy as np
import pymupdf

from extract.model import Page

FEW = 12  # glyphs: a page with no more has no text of its own worth speaking of
STAMPED = 200  # glyphs: an archive's stamp, a footer or a page number over a scan are never more
COVER, COVER_STAMPED = 0.3, 0.7  # of the page: pictures cover at least this much of a scan
DPI = 50  # enough to tell paper from ink
INK = 60  # of 255: darker than the paper by this much
PAPER = 0.8  # of the picture: a scan is mostly paper, a photograph is not
OWN = 0.3  # of the ink: a page whose visible glyphs make up more is no scan


def is_scan(page: pymupdf.Page, digital: Page) -> bool:
    """Whether the page is a picture of a printed page.

    `digital` is what its text and drawings show.

    A text layer hidden behind a scan is another program's reading of unknown quality and is not
    counted as text. A few visible lines over a picture do not make a page born digital when nearly
    all its ink is the picture's.
    """
    if len(digital.chars) > STAMPED:
        return False
    area = sum(abs(pymupdf.Rect(i["bbox"]) & page.rect) for i in page.get_image_info()) / max(
        abs(page.rect), 1e-6
    )
    if len(digital.chars) <= FEW:
        return bool(area > COVER)
    return bool(area > COVER_STAMPED) and _picture_has_the_ink(page, digital)


def _picture_has_the_ink(page: pymupdf.Page, digital: Page) -> bool:
    pixmap = page.get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY, alpha=False)
    grey = (
        np.frombuffer(pixmap.samples, dtype=np.uint8)
        .reshape(pixmap.height, pixmap.stride)[:, : pixmap.width]
        .astype(int)
    )
    paper = int(np.median(grey))
    if (np.abs(grey - paper) < INK).mean() < PAPER:
        return False
    ink = grey <= paper - INK
    whole = int(ink.sum())
    scale = DPI / 72
    for x0, y0, x1, y1 in digital.boxes:
        ink[
            max(0, int(y0 * scale)) : int(y1 * scale) + 1,
            max(0, int(x0 * scale)) : int(x1 * scale) + 1,
        ] = False
    return whole > 0 and ink.sum() > (1 - OWN) * whole
