"""Lines and cells of the plan table → the parts of its record: boxes, headings, measures."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from extract.layout.lines import Line
from extract.model import Box, Paragraph, PrintedMeasure
from extract.paragraphs.rejoin import join_text
from extract.table.parts import TextCell
from extract.text.measures import Item, body_text

FOCUS_STYLES = ("cjk_paren", "cjk", "number_paren", "number")


def boxes(lines: list[Line]) -> list[Box]:
    """One box a page around the lines, points."""
    if len(lines) == 1:
        return [lines[0].box]
    return [_around(page, list(own)) for page, own in groupby(lines, key=attrgetter("page"))]


def _around(page: int, lines: list[Line]) -> Box:
    return Box(
        page=page,
        x0=round(min([line.left for line in lines]), 1),
        y0=round(min([line.top for line in lines]), 1),
        x1=round(max([line.right for line in lines]), 1),
        y1=round(max([line.bottom for line in lines]), 1),
    )


def cell_lines(cell: TextCell) -> list[Line]:
    return [placed.line for placed in cell.lines]


def cell_text(cell: TextCell) -> str:
    return join_text(cell_lines(cell)) if cell.lines else ""


class Heading:
    """A printed pillar or focus cell, read once for all the rows beside it."""

    def __init__(self, number: int, cell: TextCell) -> None:
        self.number = number
        self.lines = cell_lines(cell)
        self.text = cell_text(cell)
        self.points = _focus_points(self.lines)
        self.boxes = boxes(self.lines)


def headings(cells: Iterable[TextCell]) -> dict[TextCell, Heading]:
    """The heading of each cell, numbered down the table."""
    return {cell: Heading(n, cell) for n, cell in enumerate(dict.fromkeys(cells))}


def _focus_points(lines: list[Line]) -> list[str]:
    """Focus points printed in a cell: one a (一) … marker, else the whole cell."""
    groups: list[list[Line]] = []
    style = lines[0].marker.style if lines and lines[0].marker else None
    for line in lines:
        found = line.marker.style if line.marker else None
        opens = found in FOCUS_STYLES and found == (style or "cjk_paren")
        if opens or not groups:
            groups.append([line])
        else:
            groups[-1].append(line)
    return [join_text(group) for group in groups]


def printed_measure(item: Item) -> PrintedMeasure:
    """The record of one measure, its units left out. Its confidence is the mean over its glyphs."""
    lines = [line for p in item.paragraphs for line in p.lines]
    count = sum(len(line.chars) for line in lines)
    confidence = sum(line.confidence * len(line.chars) for line in lines) / max(1, count)
    return PrintedMeasure(
        theme=item.theme.text if item.theme is not None else None,
        marker=item.marker,
        title=item.title,
        paragraphs=[_paragraph(body_text(item, p), p.lines) for p in item.body],
        boxes=boxes(lines),
        confidence=round(confidence, 4),
    )


def _paragraph(text: str, lines: list[Line]) -> Paragraph:
    confidence = min(line.confidence for line in lines)
    return Paragraph(text=text, boxes=boxes(lines), confidence=round(confidence, 4))
