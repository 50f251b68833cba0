"""Text outside the plan table: title and sections."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extract.layout.lines import Line
from extract.model import Paragraph, PrintedSection
from extract.script import markers
from extract.text.paragraphs import Limits, Placed, measure_limits, rejoin

_HEADING_MAX = 24  # characters: a section heading is a phrase


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

    `table_at` is the page and y (points) where the plan table begins; `width` the page widths in points.
    """
    out = Outline()
    starts = _section_starts(lines)
    opening = lines[: starts[0]] if starts else lines
    before = [line for line in opening if table_at is None or (line.page, line.baseline) < table_at]
    late = [
        line for line in opening if table_at is not None and (line.page, line.baseline) >= table_at
    ]
    out.title, used, rest = _title(before)
    out.after_title = [
        Paragraph(text=line.text, boxes=[line.box], confidence=round(line.confidence, 4))
        for line in rest
    ]
    out.used = used + rest
    parts = ([(late, None)] if late else []) + [
        (lines[a:b], _section_marker(lines[a])) for a, b in zip(starts, starts[1:] + [len(lines)])
    ]
    limits = measure_limits(
        [[Placed(line, 0.0, width[line.page]) for line in part] for part, _ in parts]
    )
    for part, marker in parts:
        out.sections.append(_section(part, marker, width, limits))
        out.used += part
    if table_at is not None and out.sections:
        holder = None
        for start, section in zip(starts, out.sections[-len(starts) :] if starts else []):
            if (lines[start].page, lines[start].baseline) < table_at:
                holder = section
        if holder is not None:
            holder.has_plan_table = True
    return out


def _section_starts(lines: list[Line]) -> list[int]:
    """Indices of the lines that open a section. An attached form (附件、附表) has 壹、貳 of its own: they open none."""
    out: list[int] = []
    attached = False
    for i, line in enumerate(lines):
        found = _section_marker(line)
        attached = (
            attached
            or bool(out)
            and re.match(r"^(?:[壹貳參叁肆伍陸柒捌玖拾]+、)?\s*附\s*[件表錄]", line.text)
            is not None
        )
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
    """The title (possibly on two or three lines), its lines and the lines that follow it."""
    parts: list[Line] = []
    for i, line in enumerate(lines):
        parts.append(line)
        if re.search(r"計\s*[畫劃]", line.text):
            following = lines[i + 1] if i + 1 < len(lines) else None
            if (
                following is not None
                and following.size >= 0.95 * line.size
                and re.search(r"計\s*[畫劃]\s*(?:表|書)?$", following.text)
                and len(following.text) < 30
            ):
                continue
            return "".join(p.text for p in parts).strip(), parts, lines[i + 1 :]
        if i >= 3:
            break
    if not lines:
        return None, [], []
    largest = max(line.size for line in lines)
    parts = [line for line in lines if line.size >= 0.95 * largest]
    return (
        "".join(line.text for line in parts),
        parts,
        [line for line in lines if line not in parts],
    )


def _section(
    lines: list[Line], marker: markers.Marker | None, width: dict[int, float], limits: Limits
) -> PrintedSection:
    section = PrintedSection(page=lines[0].page)
    placed = [Placed(line, 0.0, width[line.page]) for line in lines]
    if marker is not None:
        text = lines[0].text
        section.marker = re.sub(r"[\s•●◆■、.．,，]", "", text[: marker.length])
        heading, body = _heading(text[marker.length :].strip())
        section.heading = heading
        placed = placed[1:]
        if body:
            first = lines[0]
            count = len(body.replace(" ", ""))
            rest = first.part(list(range(len(first.chars) - count, len(first.chars))))
            placed.insert(0, Placed(rest, 0.0, width[first.page]))
    for p in rejoin(placed, limits):
        section.paragraphs.append(
            Paragraph(
                text=p.text.strip(),
                boxes=[line.box for line in p.lines],
                confidence=round(min(line.confidence for line in p.lines), 4),
            )
        )
    return section


def _heading(text: str) -> tuple[str, str]:
    """Divide 「實施對象：本所全體員工。」 into heading and the text that follows it on the same line."""
    found = re.match(r"^([^：:。，]{1,%d}[：:])\s*(.+)$" % _HEADING_MAX, text)
    if found:
        return found.group(1), found.group(2)
    return text, ""
