"""Page pictures of a plan: small WebP files, drawn once and kept."""

from __future__ import annotations

import os
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

import pymupdf

from extract.document import open_pdf

DPI = 110  # a 10-point character is 15 pixels high: readable, and a page stays under 100 kB
QUALITY = 55

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


@dataclass(frozen=True, slots=True)
class Picture:
    """One page: its number from 1, its width and height in points, and whether it was drawn just
    now.
    """

    number: int
    width: float
    height: float
    drawn: bool


def draw(
    pdf: Path, turned: dict[int, int], folder: Path, wanted: Container[int] | None = None
) -> list[Picture]:
    """Draw every page of `pdf` that `folder` lacks as `<number>.webp`; of `wanted` pages alone.

    `turned` gives the degrees by which a page was turned to read upright, its rotation entry left
    aside (`PrintedPlan.turned`). Returns all pages. Raises what MuPDF raises for a file it cannot
    open.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures = []
    with open_pdf(pdf) as doc:
        for page in doc:
            number = page.number + 1
            page.set_rotation(0)
            upright = pymupdf.Matrix(turned.get(number, 0))
            rect = page.rect * upright
            target = folder / f"{number}.webp"
            lacking = (wanted is None or number in wanted) and not target.exists()
            if lacking:
                _draw(page, upright, target)
            pictures.append(Picture(number, rect.width, rect.height, lacking))
    return pictures


def _draw(page: pymupdf.Page, upright: pymupdf.Matrix, target: Path) -> None:
    scale = pymupdf.Matrix(DPI / 72, DPI / 72)
    picture = page.get_pixmap(matrix=scale * upright, alpha=False)
    fresh = target.with_suffix(f".{os.getpid()}.tmp")
    picture.pil_save(fresh, format="WEBP", quality=QUALITY, method=4)
    os.replace(fresh, target)
