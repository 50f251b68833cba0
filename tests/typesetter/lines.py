"""Line breaking: paragraphs as lines within a column, their ends made visible."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from functools import cache

import pymupdf

from .content import Measure, Plan, Row, lengthen
from .layout import SIZES, Layout

CJK = pymupdf.Font("china-t")
NO_START = "、，。．：；！？）」』】》…％%,.!?:;)]"
NO_END = "（「『【《(["
MARKED = re.compile(r"[(（○•]")


@dataclass
class Slot:
    """One printed line of a column, and whether justification may spread it."""

    text: str
    indent: float = 0.0
    spread: bool = False
    underlined: bool = False


@cache
def _advance(char: str) -> float:
    """Advance of a glyph of size 1."""
    return CJK.glyph_advance(ord(char))


def clusters(text: str) -> list[str]:
    """Pieces no line break may divide: Latin words, glyphs with clinging punctuation."""
    out: list[str] = []
    for char in text:
        if out and (char == " " or _clings(out[-1][-1], char)):
            out[-1] += char
        else:
            out.append(char)
    return out


def _clings(last: str, char: str) -> bool:
    latin = char.isascii() and char != " " and last.isascii() and last != " "
    return char in NO_START or last in NO_END or latin


class Frame:
    """A layout's columns in points, and text broken into lines within them."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.step = layout.size * layout.leading
        self.width = SIZES[layout.table_paper or layout.paper][0]
        self.text_room = SIZES[layout.paper][0] - 2 * layout.margin
        widths = dict(layout.widths)
        total = sum(widths[c] for c in layout.columns)
        inner = self.width - 2 * layout.margin
        self.edges = [layout.margin]
        for column in layout.columns:
            self.edges.append(self.edges[-1] + inner * widths[column] / total)

    def room(self, column: str) -> float:
        i = self.layout.columns.index(column)
        return self.edges[i + 1] - self.edges[i] - 2 * self.layout.padding

    def advance(self, char: str) -> float:
        own = _advance(char) * self.layout.size
        return own + (self.layout.spacing if ord(char) > 0x2000 else 0.0)

    def length(self, text: str) -> float:
        return sum(self.advance(c) for c in text.rstrip(" "))

    def wrap(
        self, text: str, room: float, hanging: float = 0.0, indent: float = 0.0, ragged: float = 0.0
    ) -> list[Slot]:
        """Lines of a paragraph; `ragged` is the most, in points, by which a line ends early."""
        rng = random.Random(text)
        lines, insets, limit = [""], [indent], room - rng.uniform(0, ragged)
        for piece in clusters(text):
            if lines[-1] and self.length(lines[-1] + piece) > limit - insets[-1] + 1e-6:
                lines.append("")
                insets.append(hanging)
                limit = room - rng.uniform(0, ragged)
            lines[-1] += piece
        last = len(lines) - 1
        return [
            Slot(line.rstrip(" "), inset, i < last)
            for i, (line, inset) in enumerate(zip(lines, insets))
        ]

    def paragraph(self, text: str, room: float, first: bool = True) -> list[Slot]:
        """A paragraph in the layout's habits; `first` if it opens a measure or is a heading."""
        layout = self.layout
        indent = 0.0 if first or MARKED.match(text) else layout.indent
        return self.wrap(text, room, layout.hanging, indent, layout.ragged * layout.size)

    def full(self, text: str, then: str, room: float, first: bool = True) -> bool:
        """Whether the last line is so full that no one sees that `then` is not the next."""
        last = self.paragraph(text, room, first)[-1]
        need = self.length(clusters(then)[0]) + 0.6 * self.layout.size + self.layout.spacing
        # The tolerance of a ragged edge hides an end as well.
        return (
            room - last.indent - self.length(last.text)
            < need + self.layout.ragged * self.layout.size
        )


def settled(plan: Plan, frame: Frame) -> Plan:
    """The plan with a character more wherever a paragraph's end would not show."""
    return replace(plan, rows=tuple(_settled_row(row, frame) for row in plan.rows))


def _settled_row(row: Row, frame: Frame) -> Row:
    measures = list(row.measures)
    room = frame.room("measure")
    for m, following in enumerate([*measures[1:], None]):
        for _ in range(40):
            doubtful = _doubtful(measures[m], following, frame, room)
            if doubtful is None:
                break
            measures[m] = lengthen(measures[m], *doubtful)
    focus = row.focus
    while frame.layout.focus_place == "cell" and frame.full(focus, measures[0].printed[0], room):
        focus = focus[:-1] + "等" + focus[-1]
    return replace(row, focus=focus, measures=tuple(measures))


def _doubtful(
    measure: Measure, following: Measure | None, frame: Frame, room: float
) -> tuple[int, bool] | None:
    """The first paragraph whose end cannot be seen: (index in the body, is the title)."""
    texts = measure.printed
    after = texts[1:] + ([following.printed[0]] if following else [])
    for i, (text, then) in enumerate(zip(texts, after)):
        if frame.full(text, then, room, i == 0):
            return (0, True) if measure.title and i == 0 else (i - bool(measure.title), False)
    return None
