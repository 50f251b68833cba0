"""Whether a page is to be read from its picture.

Judged without the recogniser, so that born-digital pages stay quick.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pymupdf

from extract.page import Mask, Page
from extract.readers.page import is_white

FEW = 12  # glyphs: a page with no more has no text of its own worth speaking of
STAMPED = 200  # glyphs: an archive's stamp, a footer or a page number over a scan are never more
COVER, COVER_STAMPED = 0.3, 0.7  # of the page: pictures cover at least this much of a scan
DPI = 50  # enough to tell paper from ink
INK = 60  # of 255: darker than the paper by this much
PAPER = 0.8  # of the picture: a scan is mostly paper, a photograph is not
OWN = 0.3  # of the ink: a page whose visible glyphs make up more is no scan
USELESS = 0.3  # of the glyphs: a text layer with so many codes that say nothing is no text
WIDE = 0.8  # of the glyph size: Latin letters (m, W aside) are narrower than this
CONTOURS, WIDTH = 40, 0.3  # shapes, of the page's width: text as outlines has more, and is as wide
SMALL, LARGE = 1.0, 40.0  # points: contours of glyphs are neither smaller nor larger

_FULL_WIDTH_LATIN = [ord(c) for c in "§¨°±´·×÷"]  # as wide as an ideograph in Chinese fonts


def needs_picture(page: pymupdf.Page, digital: Page) -> bool:
    """Whether what the page prints stands in its picture alone.

    `digital` is what its text and drawings show. So it is with scans, with fonts whose codes are no
    characters, and with text drawn as outlines.
    """
    if is_useless(digital):
        return True
    return len(digital.chars) <= STAMPED and (is_scan(page, digital) or _is_outlined(page, digital))


def is_useless(digital: Page) -> bool:
    """Whether the codes of the text layer are no text: fonts without a (true) ToUnicode map.

    Such codes are no characters, or Latin letters as wide as the ideographs they stand for.
    """
    code = digital.chars.view(np.uint32) if len(digital.chars) else np.zeros(0, dtype=np.uint32)
    width = digital.boxes[:, 2] - digital.boxes[:, 0]
    wide = code[(code < 0x250) & (width >= WIDE * digital.size)]
    useless = _is_broken(code).sum() + (~np.isin(wide, _FULL_WIDTH_LATIN)).sum()
    return bool(useless > USELESS * len(code))


def _is_broken(code: npt.NDArray[np.uint32]) -> Mask:
    """Codes of no character: replacements, controls, private use but for that of symbol fonts."""
    control = (code < 0x20) | (code >= 0x7F) & (code < 0xA0)
    private = (code >= 0xE000) & (code < 0xF900) & ~((code >= 0xF000) & (code < 0xF100))
    broken: Mask = control | private | (code == 0xFFFD) | (code >= 0xF0000)
    return broken


def is_scan(page: pymupdf.Page, digital: Page) -> bool:
    """Whether the page is a picture of a printed page.

    A text layer hidden behind a scan is another program's reading of unknown quality and is not
    counted as text. A few visible lines over a picture do not make a page born digital when nearly
    all its ink is the picture's.
    """
    if len(digital.chars) > STAMPED:
        return False
    pictures = sum(abs(pymupdf.Rect(i["bbox"]) & page.rect) for i in page.get_image_info())
    area = pictures / max(abs(page.rect), 1e-6)
    if len(digital.chars) <= FEW:
        return bool(area > COVER)
    return bool(area > COVER_STAMPED) and _picture_has_the_ink(page, digital)


def _picture_has_the_ink(page: pymupdf.Page, digital: Page) -> bool:
    pixmap = page.get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY, alpha=False)
    grey = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
    grey = grey[:, : pixmap.width].astype(int)
    paper = int(np.median(grey))
    if (np.abs(grey - paper) < INK).mean() < PAPER:
        return False
    ink = grey <= paper - INK
    whole = int(ink.sum())
    for x0, y0, x1, y1 in (digital.boxes * DPI / 72).tolist():
        ink[max(0, int(y0)) : int(y1) + 1, max(0, int(x0)) : int(x1) + 1] = False
    return whole > 0 and bool(ink.sum() > (1 - OWN) * whole)


def _is_outlined(page: pymupdf.Page, digital: Page) -> bool:
    """Whether the page's text is drawn as outlines: many small contours, side by side."""
    paths = (p for p in page.get_cdrawings() if "f" in p["type"] and not is_white(p.get("fill")))
    contours = list(chain.from_iterable(_contours(path["items"]) for path in paths))
    if len(contours) < max(CONTOURS, 1.5 * len(digital.chars)):
        return False
    left, right = min(x0 for x0, _ in contours), max(x1 for _, x1 in contours)
    return bool(right - left > WIDTH * page.rect.width)


def _contours(items: Sequence[Any]) -> Iterator[tuple[float, float]]:
    """Left and right end (points) of each contour of lines and curves as large as a glyph's."""
    contour: list[tuple[float, float]] = []
    for item in items:
        points = item[1:] if item[0] in "lc" else ()
        if contour and (not points or points[0] != contour[-1]):
            yield from _extent(contour)
            contour = []
        contour += points
    yield from _extent(contour)


def _extent(contour: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    if len(contour) > 4:
        xs, ys = [x for x, _ in contour], [y for _, y in contour]
        if SMALL <= max(max(xs) - min(xs), max(ys) - min(ys)) <= LARGE:
            yield min(xs), max(xs)
