"""Text outside the plan table: title and sections."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from extract.layout.lines import Line
from extract.model import Paragraph, PrintedSection
from extract.paragraphs.rejoin import Doubt, Limits, Placed, measure_limits, rejoin
from extract.script.markers import Marker
from extract.text.sections import (
    Place,
    between,
    captions,
    contents,
    section_marker,
    section_starts,
    section_style,
)

TITLE_WITHIN = 6  # lines: the title is one of the first
APART = 3.0  # of the glyph size: a wider gap divides a title from a stamp beside it
_HEADED = re.compile(r"([^：:。，]{1,24}[：:])\s*(.+)$")  # a heading is a phrase: 24 characters


@dataclass(slots=True)
class Outline:
    """Title lines and sections in printed order."""

    title: str | None = None
    sections: list[PrintedSection] = field(default_factory=list)
    after_title: list[Paragraph] = field(default_factory=list)
    starts: list[tuple[int, float]] = field(default_factory=list)
    """Page and y (points) where each section begins."""
    captions: dict[int, Line] = field(default_factory=dict)
    """Lines that name a table, by its place among the tables."""
    aside: list[Line] = field(default_factory=list)
    """Lines that are nobody's text: a contents page, 表（續）."""
    used: list[Line] = field(default_factory=list)
    """The lines that all of this is made of."""
    doubts: list[Doubt] = field(default_factory=list)
    """Line ends where a section's paragraph may as well have ended."""

    def holder(self, at: tuple[int, float]) -> PrintedSection | None:
        """The section in which page and y (points) lie; None before the first."""
        inside = [s for s, start in zip(self.sections, self.starts, strict=True) if start < at]
        return inside[-1] if inside else None

    def open(self, page: int, y: float) -> PrintedSection:
        """A section without heading that begins at page and y (points)."""
        self.sections.append(PrintedSection(page=page))
        self.starts.append((page, y))
        return self.sections[-1]


def read_outline(lines: list[Line], places: list[Place], width: dict[int, float]) -> Outline:
    """Sections and title from the content lines in reading order.

    `places` are the document's tables in reading order, `width` the page widths in points.
    """
    out = Outline()
    out.aside = [*contents(lines), *between(lines, places)]
    out.captions = captions(_without(lines, out.aside), places)
    lines = _without(lines, [*out.aside, *out.captions.values()])
    table_at = next(((p.page, p.top) for p in places if p.plan), None)
    style = section_style(lines, table_at is not None)
    starts = section_starts(lines, style)
    opening = lines[: starts[0]] if starts else lines
    before = [line for line in opening if _above(line, table_at)]
    late = [line for line in opening if not _above(line, table_at)]
    out.title, used, rest = _title(before)
    out.after_title = [_paragraph(line.text, [line]) for line in rest]
    out.used = used + rest + out.aside + list(out.captions.values())
    parts: list[tuple[list[Line], Marker | None]] = [(late, None)] if late else []
    parts += [
        (lines[a:b], section_marker(lines[a], style)) for a, b in pairwise([*starts, len(lines)])
    ]
    limits = measure_limits(
        [[Placed(line, 0.0, width[line.page]) for line in part] for part, _ in parts]
    )
    for part, marker in parts:
        out.sections.append(_section(part, marker, width, limits, out.doubts))
        out.starts.append((part[0].page, part[0].baseline))
        out.used += part
    holder = out.holder(table_at) if table_at is not None else None
    if holder is not None:
        holder.has_plan_table = True
    return out


def _without(lines: list[Line], others: Iterable[Line]) -> list[Line]:
    gone = set(others)
    return [line for line in lines if line not in gone]


def _above(line: Line, table_at: tuple[int, float] | None) -> bool:
    """Whether the line stands before the plan table (any line does, where there is none)."""
    return table_at is None or (line.page, line.baseline) < table_at


def _paragraph(text: str, lines: list[Line]) -> Paragraph:
    confidence = min(line.confidence for line in lines)
    boxes = [line.box for line in lines]
    return Paragraph(text=text, boxes=boxes, confidence=round(confidence, 4))


def _title(lines: list[Line]) -> tuple[str | None, list[Line], list[Line]]:
    """The title (possibly on two or three lines), its lines and the other ones.

    It ends with 計畫, in one of the first lines, and is set in one size; failing that, it is what
    is set largest. What stands beside or above it in another size (a stamp, a number) is no part of
    it.
    """
    for i, line in enumerate(lines[:TITLE_WITHIN]):
        if re.search(r"計\s*[畫劃]", line.text):
            end = i + 1
            while end < len(lines) and _title_goes_on(lines[end - 1], lines[end]):
                end += 1
            own = [part for part in lines[:end] if abs(part.size - line.size) < 0.1 * line.size]
            text = "".join(_widest(part).text for part in own).strip()
            return text, own, [part for part in lines if part not in own]
    if not lines:
        return None, [], []
    largest = max(line.size for line in lines)
    own = [line for line in lines if line.size >= 0.95 * largest]
    rest = [line for line in lines if line.size < 0.95 * largest]
    return "".join(line.text for line in own), own, rest


def _widest(line: Line) -> Line:
    """The line without what stands far beside it: its longest stretch without a wide gap."""
    gaps = [
        n + 1 for n, (a, b) in enumerate(zip(line.x1, line.x0[1:])) if b - a > APART * line.size
    ]
    if not gaps:
        return line
    stretches = [list(range(a, b)) for a, b in pairwise([0, *gaps, len(line.chars)])]
    return line.part(max(stretches, key=len))


def _title_goes_on(line: Line, following: Line) -> bool:
    return (
        following.size >= 0.95 * line.size
        and re.search(r"計\s*[畫劃]\s*(?:表|書)?$", following.text) is not None
        and len(following.text) < 30
    )


def _section(
    lines: list[Line],
    marker: Marker | None,
    width: dict[int, float],
    limits: Limits,
    doubts: list[Doubt],
) -> PrintedSection:
    """The section these lines print; the marker stands before the heading on the first of them.

    What is doubtful about its paragraphs is added to `doubts`.
    """
    section = PrintedSection(page=lines[0].page)
    if marker is not None:
        first, lines = lines[0], lines[1:]
        section.marker = re.sub(r"[\s•●◆■、.．,，]", "", first.text[: marker.length])
        section.heading, body = _heading(first.text[marker.length :].strip())
        if body:
            count = len(body.replace(" ", ""))
            rest = first.part(list(range(len(first.chars) - count, len(first.chars))))
            lines = [rest, *lines]
    placed = [Placed(line, 0.0, width[line.page]) for line in lines]
    paragraphs = rejoin(placed, limits)
    section.paragraphs = [_paragraph(p.text.strip(), p.lines) for p in paragraphs]
    doubts += [doubt for p in paragraphs for doubt in p.doubts]
    return section


def _heading(text: str) -> tuple[str, str]:
    """Divide 「實施對象：本所全體員工。」 into heading and the text after it on the same line."""
    found = _HEADED.match(text)
    return (found.group(1), found.group(2)) if found else (text, "")
