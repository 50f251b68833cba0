"""The default reader: MuPDF's text trace and drawings as a `Page`.

The trace is used rather than structured text because it keeps what decides visibility: render mode,
colour, opacity and paint order. Coordinates come unrotated; the page is turned so that its text
reads upright, whatever its rotation entry says (scanners and converters leave pages on their side).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf

from extract.model import PrintedFinding
from extract.page import Chars, Floats, Ints, Mask, Page
from extract.readers.clipped import clipped
from extract.readers.drawings import Fill, read_drawings
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

ASCENT = 0.38  # of the glyph size: a CJK glyph's baseline stands this far below its centre

_IS_SPACE = np.zeros(0x10000, dtype=bool)
_IS_SPACE[[ord(c) for c in SPACES]] = True
_IS_CONTROL = np.zeros(0x10000, dtype=bool)
_IS_CONTROL[[code for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"]] = True
_IS_CONTROL &= ~_IS_SPACE
_NO_GLYPHS: tuple[tuple[Any, ...], ...] = ((), (), (), ())
_PARTS = itemgetter("chars", "size", "color", "seqno", "dir", "wmode")

Way = tuple[int, int]


class MuPDF:
    """The reader of documents that MuPDF holds open; it keeps nothing of its own."""

    def __init__(self, path: Path) -> None:
        pass

    def close(self) -> None:
        pass

    def read_page(self, page: pymupdf.Page, number: int) -> Page:
        """Read one page (`number` is 1-based).

        Raises whatever MuPDF raises for a page it cannot interpret.
        """
        rect = page.rect * ~page.rotation_matrix
        drawn = read_drawings(page.get_cdrawings())
        trace = Trace(page.get_texttrace())
        way = trace.main_way()
        turn = Turn(DEGREES.get(way, 0), float(rect.width), float(rect.height))
        foreign = trace.foreign(way)
        box, origin = turn.boxes(trace.box), turn.points(trace.origin)
        unseen = trace.white(drawn.fills) | trace.covered(drawn.fills) | _outside(box, turn)
        codes = trace.char.view(np.uint32).astype(float)
        unseen |= clipped(page, codes, trace.box, trace.origin, trace.size)
        shown = ~foreign & ~unseen
        rules = _as_rules(drawn.horizontal), _as_rules(drawn.vertical)
        return make_page(
            number,
            turn,
            trace.char[shown],
            box[shown],
            origin[shown, 1],
            trace.size[shown],
            turn.rules(*rules),
            trace.findings(number, foreign, unseen),
        )


class Trace:
    """The inked glyphs of a page: per glyph (n,) character, box, origin, size and span; per span
    its style. `inkless` are the characters that are drawn without ink.
    """

    inkless: str
    char: Chars
    box: Floats
    origin: Floats
    size: Floats
    span: Ints
    sizes: tuple[float, ...]
    colours: tuple[tuple[float, ...] | None, ...]
    painted: tuple[int, ...]

    def __init__(self, spans: list[dict[str, Any]]) -> None:
        inked = [s for s in spans if _has_ink(s)]
        self.inkless = "".join(_text(s) for s in spans if not _has_ink(s))
        parts: Any = zip(*map(_PARTS, inked)) if inked else ((),) * 6
        glyphs, self.sizes, self.colours, self.painted, directions, modes = parts
        self.ways = [_way(d, mode) for d, mode in zip(directions, modes)]
        lengths = [len(g) for g in glyphs]
        codes, _, origins, boxes = zip(*chain.from_iterable(glyphs)) if any(lengths) else _NO_GLYPHS
        code = _as_codes(codes)
        printed = ~_IS_SPACE[np.minimum(code, 0xFFFF)]
        self.char = code[printed].astype(np.uint32).view("<U1")
        self.box = _flat(boxes, 4)[printed]
        self.origin = _flat(origins, 2)[printed]
        self.span = np.repeat(np.arange(len(inked)), lengths)[printed]
        self.size = np.array(self.sizes, dtype=np.float64)[self.span]

    def main_way(self) -> Way:
        """The way most of the page's glyphs run."""
        counts: dict[Way, int] = {}
        for way, count in zip(self.ways, np.bincount(self.span, minlength=len(self.ways)).tolist()):
            if count:
                counts[way] = counts.get(way, 0) + count
        return max(counts, key=lambda k: counts[k], default=(1, 0))

    def foreign(self, main: Way) -> Mask:
        """Glyphs of watermarks and stamps: they run another way than the page's own text, or are
        large and pale.

        Latin that vertical text turns by 90° is none; its glyphs get the baseline that upright ones
        would have there.
        """
        other = np.array([way != main for way in self.ways], dtype=bool)
        if main == (1, 0):
            upright = ~other[self.span]
            for n in (n for n, way in enumerate(self.ways) if way == (0, 1)):
                own = np.flatnonzero(self.span == n)
                if len(own) and self._is_latin_of_vertical_text(own, upright):
                    other[n] = False
                    centre = (self.box[own, 1] + self.box[own, 3]) / 2
                    self.origin[own, 1] = centre + ASCENT * self.size[own]
        for n, (size, colour) in enumerate(zip(self.sizes, self.colours)):
            if size >= WATERMARK_SIZE and colour is not None:
                other[n] |= sum(colour) / len(colour) > PALE
        return other[self.span]

    def _is_latin_of_vertical_text(self, own: Ints, upright: Mask) -> bool:
        """Whether the glyphs `own` stand right below or above an upright glyph of their size."""
        centre = (self.box[:, :2] + self.box[:, 2:]) / 2
        size = self.size[own[0]]
        near = upright & (np.abs(centre[:, 0] - centre[own[0], 0]) < 0.5 * size)
        near &= np.abs(self.size - size) < 0.2 * size
        ends = self.box[own[0], 1], self.box[own[-1], 3]
        return any(bool((np.abs(centre[near, 1] - y) < size).any()) for y in ends)

    def white(self, fills: list[Fill]) -> Mask:
        """White glyphs that stand on no dark fill."""
        white = {c for c in set(self.colours) if is_white(c)}
        mask = np.array([c in white for c in self.colours], dtype=bool)[self.span]
        if white:
            for x0, y0, x1, y1 in (fill.box for fill in fills if not fill.white):
                within = (self.box[:, 0] >= x0 - 1) & (self.box[:, 2] <= x1 + 1)
                mask &= ~(within & (self.box[:, 1] >= y0 - 3) & (self.box[:, 3] <= y1 + 3))
        return mask

    def covered(self, fills: list[Fill]) -> Mask:
        """Glyphs over which an opaque area was painted later."""
        mask = np.zeros(len(self.char), dtype=bool)
        order = np.array(self.painted, dtype=np.int64)[self.span] if fills else self.span
        x, y = (self.box[:, 0] + self.box[:, 2]) / 2, (self.box[:, 1] + self.box[:, 3]) / 2
        for (x0, y0, x1, y1), painted, _ in fills:
            if painted > 0 and (order < painted).any():
                mask |= (order < painted) & (x > x0) & (x < x1) & (y > y0) & (y < y1)
        return mask

    def findings(self, number: int, foreign: Mask, unseen: Mask) -> list[PrintedFinding]:
        """What the page shows beside its text: watermarks, and text that cannot be seen."""
        out = []
        if foreign.any():
            out.append(watermark(number, "".join(self.char[foreign])))
        hidden = self.inkless + "".join(self.char[unseen & ~foreign])
        if hidden and len(self.char):
            out.append(hidden_text(number, hidden))
        return out


def _has_ink(span: dict[str, Any]) -> bool:
    return bool(span["type"] != 3 and span["opacity"] != 0.0)


def _text(span: dict[str, Any]) -> str:
    """The characters of a span, white space aside."""
    code = _as_codes([char[0] for char in span["chars"]])
    return "".join(c for c in map(chr, code.tolist()) if c not in SPACES)


@lru_cache(maxsize=256)
def _way(direction: tuple[float, float], mode: int) -> Way:
    """The writing direction as a unit step along an axis; (0, 0) for slanted text.

    Fonts set vertically (`mode` 1) read as upright text.
    """
    if mode:
        return 1, 0
    straight = max(abs(direction[0]), abs(direction[1])) > 0.99
    return (round(direction[0]), round(direction[1])) if straight else (0, 0)


def _as_codes(codes: Sequence[int]) -> Ints:
    """Character codes; U+FFFD for what broken font maps give that is no character: what steers a
    terminal (a control character that is no white space) among it.
    """
    code = np.array(codes, dtype=np.int64)
    code[(code <= 0) | (code > 0x10FFFF) | (code >= 0xD800) & (code <= 0xDFFF)] = 0xFFFD
    code[_IS_CONTROL[np.minimum(code, 0xFFFF)]] = 0xFFFD
    return code


def _flat(rows: tuple[tuple[float, ...], ...], width: int) -> Floats:
    flat = chain.from_iterable(rows)
    return np.fromiter(flat, np.float64, width * len(rows)).reshape(-1, width)


def _outside(box: Floats, turn: Turn) -> Mask:
    """Boxes that stand off the page."""
    over = (box[:, 2] >= turn.width + 1) | (box[:, 3] >= turn.height + 1)
    outside: Mask = (box[:, 0] <= -1) | (box[:, 1] <= -1) | over
    return outside


def _as_rules(rules: list[tuple[float, float, float]]) -> Floats:
    return np.array(rules, dtype=np.float64).reshape(-1, 3)
