"""Text outside the plan table: title and sections."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from extract.layout.lines import Line
from extract.model import Paragraph, PrintedSection
from extract.script import markers
from extract.text.paragraphs import Limits, Placed, measure_limits, rejoin

_HEADED = re.compile(r"([^：:。，]{1,24}[：:])\s*(.+)$")  # a heading is a phrase: 24 characters
_ATTACHED = re.compile(r"(?:[壹貳參叁肆伍陸柒捌玖拾]+、)?\s*附\s*[件表錄]")


@dataclass(slots=True)
class Outline:
    """Title lines and sections in printed order."""

    title: str | None = None
    sections: list[PrintedSection] = field(default_factory=list)
    after_title: list[Paragraph] = field(default_factory=list)
    used: list[Line] = field(default_factory=list)
    """The lines that title, sections and notes are made of."""


def read_outline(
    lines: list[Line], table_at: tuple[int, float] | None, width: dict[int, float]
) -> Outline:
    """Sections and title from the content lines in reading order.

    `table_at` is the page and y (points) where the plan table begins; `width` the page widths.
    """
    out = Outline()
    starts = _section_starts(lines)
    opening = lines[: starts[0]] if starts else lines
    before = [line for line in opening if _above(line, table_at)]
    late = [line for line in opening if not _above(line, table_at)]
    out.title, used, rest = _title(before)
    out.after_title = [_paragraph(line.text, [line]) for line in rest]
    out.used = used + rest
    parts: list[tuple[list[Line], markers.Marker | None]] = [(late, None)] if late else []
    parts += [(lines[a:b], _section_marker(lines[a])) for a, b in pairwise([*starts, len(lines)])]
    limits = measure_limits([Placed(line, 0.0, width[line.page]) for line in lines])
    holder = None
    for part, marker in parts:
        section = _section(part, marker, width, limits)
        out.sections.append(section)
        out.used += part
        if _above(part[0], table_at):
            holder = section
    if table_at is not None and holder is not None:
        holder.has_plan_table = True
    return out


def _above(line: Line, table_at: tuple[int, float] | None) -> bool:
    """Whether the line stands before the plan table (any line does, where there is none)."""
    return table_at is None or (line.page, line.baseline) < table_at


def _paragraph(text: str, lines: list[Line]) -> Paragraph:
    confidence = min(line.confidence for line in lines)
    boxes = [line.box for line in lines]
    return Paragraph(text=text, boxes=boxes, confidence=round(confidence, 4))


def _section_starts(lines: list[Line]) -> list[int]:
    """Indices of the lines that open a section.

    An attached form (附件、附表) has 壹、貳 of its own: they open none.
    """
    out: list[int] = []
    attached = False
    for i, line in enumerate(lines):
        found = _section_marker(line)
        attached = attached or bool(out) and _ATTACHED.match(line.text) is not None
        if found is not None and (not attached or not out or found.number > len(out)):
            out.append(i)
    return out


def _section_marker(line: Line) -> markers.Marker | None:
    text = line.text.lstrip("•●◆■ ")
    found = markers.match(text)
    if found is not None and found.style == "section":
        return markers.Marker(found.style, found.number, found.length + len(line.text) - len(text))
    return None


def _title(lines: list[Line]) -> tuple[str | None, list[Line], list[Line]]:
    """The title (possibly on two or three lines), its lines and the lines that follow it.

    It ends with 計畫, in one of the first four lines; failing that, it is what is set largest.
    """
    for i, line in enumerate(lines[:4]):
        if re.search(r"計\s*[畫劃]", line.text):
            end = i + 1
            while end < len(lines) and _title_goes_on(lines[end - 1], lines[end]):
                end += 1
            own = lines[:end]
            return "".join(part.text for part in own).strip(), own, lines[end:]
    if not lines:
        return None, [], []
    largest = max(line.size for line in lines)
    own = [line for line in lines if line.size >= 0.95 * largest]
    rest = [line for line in lines if line.size < 0.95 * largest]
    return "".join(line.text for line in own), own, rest


def _title_goes_on(line: Line, following: Line) -> bool:
    return (
        following.size >= 0.95 * line.size
        and re.search(r"計\s*[畫劃]\s*(?:表|書)?$", following.text) is not None
        and len(following.text) < 30
    )


def _section(
    lines: list[Line], marker: markers.Marker | None, width: dict[int, float], limits: Limits
) -> PrintedSection:
    """The section these lines print; the marker stands before the heading on the first of them."""
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
    section.paragraphs = [_paragraph(p.text.strip(), p.lines) for p in rejoin(placed, limits)]
    return section


def _heading(text: str) -> tuple[str, str]:
    """Divide 「實施對象：本所全體員工。」 into heading and the text after it on the same line."""
    found = _HEADED.match(text)
    return (found.group(1), found.group(2)) if found else (text, "")
