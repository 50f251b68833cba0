"""What the readers of text layers share: what ink is, and the `Page` they end in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from extract.layout.geometry import clean_rules
from extract.layout.underlines import Text
from extract.model import PrintedFinding
from extract.page import Chars, Floats, Page
from extract.readers.turn import Turn

WHITE = 0.93  # colour components at or above this are white on paper
WATERMARK_SIZE = 30.0  # points: table text is never this large
PALE = 0.6  # colour components above this, in glyphs of WATERMARK_SIZE, are a watermark's

SPACES = frozenset(
    "\u0020\u00a0\u3000\t\r\n\u200b\u200c\u200d\ufeff\u2002\u2003\u2009\u00ad\u2028\u2029\x00\x0b\x0c"
)


def is_white(colour: Any, least: float = WHITE) -> bool:
    """Whether every component of a colour (grey, RGB or CMYK, 0 to 1) is as bright as `least`."""
    if not isinstance(colour, Sequence) or not colour:
        return False
    if not all(isinstance(c, int | float) for c in colour):
        return False  # a pattern
    if len(colour) == 4:
        return bool(max(colour) <= 1 - least)
    return bool(min(colour) >= least)


def make_page(
    number: int,
    turn: Turn,
    chars: Chars,
    boxes: Floats,
    baseline: Floats,
    size: Floats,
    rules: tuple[Floats, Floats],
    findings: list[PrintedFinding],
) -> Page:
    """A page of a text layer, everything on it turned to read upright already.

    `rules` are horizontal (h, 3) and vertical (v, 3) rules as drawn; see `Page` for the other
    shapes.
    """
    horizontal, vertical = clean_rules(*rules, turn.width, turn.height, Text(boxes, baseline, size))
    return Page(
        number=number,
        width=turn.width,
        height=turn.height,
        chars=chars,
        boxes=boxes,
        baseline=baseline,
        size=size,
        confidence=np.ones(len(chars)),
        horizontal=horizontal,
        vertical=vertical,
        findings=findings,
        turn=turn.degrees,
    )


def hidden_text(number: int, text: str) -> PrintedFinding:
    """The finding that glyphs of the page, `text`, cannot be seen."""
    message = f"有{len(text)}個看不見的字（隱藏、被遮蓋或在頁外），未列入：「{text}」。"
    return note("hidden_text", message, number)


def watermark(number: int, text: str) -> PrintedFinding:
    """The finding that `text` runs across the page's own."""
    message = f"有浮水印或斜排文字，未列入內容：「{text}」。"
    return note("watermark_removed", message, number)


def note(code: str, message: str, page: int) -> PrintedFinding:
    """A note about a page; the message does not name it, so that pages noted alike become one
    finding (`extract.pages`).
    """
    return PrintedFinding(severity="note", code=code, message=message, page=page)
