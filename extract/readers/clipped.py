"""Glyphs that a clipping path cuts away.

Spreadsheets print a cell that a page break cuts whole on both pages, and clip it. MuPDF's trace
does not know clipping, its structured text does; that costs half as much again, so it is asked only
where glyphs stand on each other, or where a spreadsheet made the file.
"""

from __future__ import annotations

import re

import numpy as np
import pymupdf

from extract.page import Floats, Mask

SPREADSHEET = re.compile(r"Calc|Excel|Spreadsheet|Numbers", re.IGNORECASE)
CROWDED = 0.35  # of the glyph size: centres nearer than this stand on each other
CROWDED_LEAST = 3  # glyphs on others before a page is looked at
TOUCH = 0.25  # of the glyph size: glyphs of one run stand no further apart
ONE_LINE = 0.3  # points: baselines of one run differ by no more
DIGIT = 1  # decimals of a point by which origins are compared


def clipped(page: pymupdf.Page, chars: Floats, box: Floats, origin: Floats, size: Floats) -> Mask:
    """Mask (n,) of the glyphs that are cut away, wholly or with their line.

    `chars` (n,) are codes, `box` (n, 4), `origin` (n, 2) and `size` (n,) in points as MuPDF gives
    them. A line cut along its length keeps parts of some glyphs in sight: it goes as a whole. One
    cut at its end by the cell's edge loses its end alone.
    """
    none = np.zeros(len(origin), dtype=bool)
    if not len(origin) or not (_spreadsheet(page) or _crowded(chars, box, size)):
        return none
    seen = _seen(page)
    hidden = np.array([key not in seen for key in _keys(origin)])
    hidden &= ~_twins(hidden, chars, origin, size)
    if not hidden.any() or hidden.all():
        return none
    return _whole_runs(hidden, box, origin, size)


def _spreadsheet(page: pymupdf.Page) -> bool:
    about = page.parent.metadata or {}
    return bool(SPREADSHEET.search(f"{about.get('creator')} {about.get('producer')}"))


def _crowded(chars: Floats, box: Floats, size: Floats) -> bool:
    """Whether several glyphs stand on other ones that are not their like."""
    step = CROWDED * float(np.median(size))
    places = np.column_stack([(box[:, :2] + box[:, 2:]) / 2 // step, chars])
    _, kept = np.unique(places, axis=0, return_index=True)  # bold drawn twice is one glyph
    _, counts = np.unique(places[kept][:, :2], axis=0, return_counts=True)
    return int((counts > 1).sum()) >= CROWDED_LEAST


def _seen(page: pymupdf.Page) -> set[tuple[float, float]]:
    """Origins of the glyphs that clipping leaves."""
    flags = pymupdf.TEXT_CLIP | pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_PRESERVE_LIGATURES
    text = page.get_textpage(flags=flags).extractRAWDICT()
    spans = (s for b in text["blocks"] for line in b.get("lines", ()) for s in line["spans"])
    return set(_keys(np.array([c["origin"] for span in spans for c in span["chars"]])))


def _twins(hidden: Mask, chars: Floats, origin: Floats, size: Floats) -> Mask:
    """Hidden glyphs right beside their like in sight: structured text has bold once."""
    out = np.zeros(len(hidden), dtype=bool)
    for i in np.flatnonzero(hidden):
        near = (np.abs(origin - origin[i]) < CROWDED * size[i]).all(axis=1)
        out[i] = bool((near & ~hidden & (chars == chars[i])).any())
    return out


def _keys(origin: Floats) -> list[tuple[float, float]]:
    return [(round(x, DIGIT), round(y, DIGIT)) for x, y in origin.tolist()]


def _whole_runs(hidden: Mask, box: Floats, origin: Floats, size: Floats) -> Mask:
    """The hidden glyphs, and the rest of each run in which one stands left of a glyph in sight."""
    order = np.lexsort((box[:, 0], (origin[:, 1] / ONE_LINE).round()))
    apart = box[order[1:], 0] - box[order[:-1], 2] > TOUCH * size[order[1:]]
    level = np.abs(np.diff(origin[order, 1])) > ONE_LINE
    out = hidden.copy()
    for run in np.split(order, np.flatnonzero(apart | level) + 1):
        gone = np.flatnonzero(hidden[run])
        in_sight = np.flatnonzero(~hidden[run])
        if len(gone) and len(in_sight) and gone[0] < in_sight[-1]:
            out[run] = True
    return out
