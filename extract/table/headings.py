"""Headings that stand above the parts of a plan table instead of in it: one table a pillar, say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from extract.layout.grid import Cell
from extract.layout.lines import Line
from extract.table.parts import Part
from extract.text.sections import is_continued

STYLES = ("cjk", "cjk_paren", "number")
LINES_MOST = 3  # a heading above a table is no longer


def take_headings(parts: list[Part], lines: list[Line]) -> list[Line]:
    """Make bands of the numbered headings right above the parts; returns their lines.

    Lines above tables are headings when their numbers grow from 1 on, table by table, together
    with those of the bands in the tables. `lines` are those outside the grids, in reading order.
    """
    above = list(_above(parts, lines))
    styles = Counter(own[0].marker.style for own in above if own and own[0].marker is not None)
    if not styles:
        return []
    style = styles.most_common(1)[0][0]
    found = {n: own for n, own in enumerate(above) if own and _is_of(style, own)}
    numbers = list(_numbers(parts, found, style))
    if len(numbers) < 2 or numbers[0] != 1 or any(a >= b for a, b in pairwise(numbers)):
        return []
    for n, own in found.items():
        _insert(parts[n], own)
    return [line for own in found.values() for line in own]


def _numbers(parts: list[Part], found: dict[int, list[Line]], style: str) -> Iterator[int]:
    """The numbers of a style that headings above the parts and bands within them show."""
    for n, part in enumerate(parts):
        for lines in (found.get(n, []), *(cell.lines for cell in part.cells["band"])):
            if lines and lines[0].marker is not None and _is_of(style, lines):
                yield lines[0].marker.number


def _is_of(style: str, lines: list[Line]) -> bool:
    """Whether a marker of the style opens the lines."""
    return lines[0].marker is not None and lines[0].marker.style == style


def _above(parts: list[Part], lines: list[Line]) -> Iterator[list[Line]]:
    """The numbered heading that stands last above each part, below the part before;
    empty where none does.
    """
    before = (0, 0.0)
    for part in parts:
        start = (part.grid.page, part.grid.ys[0])
        own = [
            line
            for line in lines
            if before < (line.page, line.baseline) < start and not is_continued(line)
        ]
        before = (part.grid.page, part.grid.ys[-1])
        yield _heading(own[-LINES_MOST:])


def _heading(lines: list[Line]) -> list[Line]:
    for n in range(len(lines) - 1, -1, -1):
        found = lines[n].marker
        if found is not None:
            return lines[n:] if found.style in STYLES else []
    return []


def _insert(part: Part, lines: list[Line]) -> None:
    """The lines as a band above the part's first row."""
    grid = part.grid
    band = Cell(
        part.header_rows - 1,
        part.header_rows,
        0,
        len(grid.xs) - 1,
        grid.xs[0],
        lines[0].top,
        grid.xs[-1],
        lines[-1].bottom,
        lines,
    )
    part.cells["band"].insert(0, band)
    part.cells["measure"].insert(0, band)
