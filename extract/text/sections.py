"""Which lines outside tables open a section, and which are none of a section's text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from extract.layout.lines import Line
from extract.script import markers
from extract.script.markers import Marker
from extract.script.numerals import FORMAL_ANY
from extract.script.vocabulary import goes_on
from extract.text.measures import is_title

BULLETS = "•●◆■ "
HEADING_MOST = 30  # characters: a section's heading with what follows it on the line
OPENING = re.compile(r"依據|緣起|前言|目的|目標|宗旨")
"""How the first section of a plan is headed where sections are numbered like anything else."""
_ATTACHED = re.compile(rf"(?:[{FORMAL_ANY}]+、)?\s*附\s*[件表錄]")
_LEADER = re.compile(r"(?:[.．·‧…⋯]\s*){3,}\s*[0-9０-９]+\s*$")
_CONTENTS = re.compile(r"^(?:目\s*錄|目\s*次)$")
_CONTINUED = ("（續）", "(續)")
_INTRODUCES = re.compile(r"(?:如下|下表|如附表|表列)[表列]?\s*[：:。]$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands: page from 1, top and bottom in points;
    whether it is part of the plan table.
    """

    page: int
    top: float
    bottom: float
    plan: bool


def section_marker(line: Line, style: str = "section") -> Marker | None:
    """The marker of the given style that opens the line, behind a bullet perhaps."""
    text = line.text.lstrip(BULLETS)
    found = markers.match(text)
    if found is None or found.style != style:
        return None
    return found._replace(length=found.length + len(line.text) - len(text))


def section_style(lines: list[Line], table: bool) -> str:
    """How sections are numbered: 壹、, or 一、 where no line is and a plan `table`
    holds what else would be.
    """
    if any(section_marker(line) is not None for line in lines) or not table:
        return "section"
    first = next((line for line in lines if section_marker(line, "cjk") is not None), None)
    return "cjk" if first is not None and OPENING.search(first.text) else "section"


def section_starts(lines: list[Line], style: str) -> list[int]:
    """Indices of the lines that open a section.

    An attached form (附件、附表) has sections of its own: they open none. Where sections are
    numbered 一、 like their own paragraphs, a line opens one only when it counts on and is short.
    """
    out: list[int] = []
    attached = False
    for i, line in enumerate(lines):
        found = section_marker(line, style)
        attached = attached or bool(out) and _ATTACHED.match(line.text) is not None
        if found is None or attached and out and found.number <= len(out):
            continue
        if style == "section" or found.number == len(out) + 1 and _is_heading(line.text):
            out.append(i)
    return out


def _is_heading(text: str) -> bool:
    """Whether a line may head a section: short, and no sentence unless behind a colon."""
    sentence = text.rstrip()[-1] in "。；" and not re.search("[：:]", text)
    return len(text) <= HEADING_MOST and not sentence


def contents(lines: list[Line]) -> list[Line]:
    """Lines of a contents page: headings led by dots to their page,
    or printed again with the text below them.
    """
    led = {line for line in lines if _LEADER.search(line.text)}
    if len(led) >= 2:
        pages = {line.page for line in led}
        return [
            line
            for line in lines
            if line in led or line.page in pages and _CONTENTS.match(line.text)
        ]
    opened = next((i for i, line in enumerate(lines) if _CONTENTS.match(line.text)), None)
    if opened is None:
        return []
    again = Counter(_bare(line) for line in lines[opened + 1 :])
    out = [lines[opened]]
    for line in lines[opened + 1 :]:
        if line.page != lines[opened].page or again[_bare(line)] < 2:
            break
        out.append(line)
    return out


def _bare(line: Line) -> str:
    """The line's text without the page number behind it."""
    return re.sub(r"[\s.．·‧…⋯0-9０-９]+$", "", line.text)


def between(lines: Iterable[Line], places: list[Place]) -> list[Line]:
    """Lines beside the parts of the plan table that only say that it goes on (表（續）)
    or follows (如下表：).
    """
    parts = [place for place in places if place.plan]
    if not parts:
        return []
    first, last = (parts[0].page, parts[0].top), (parts[-1].page, parts[-1].top)
    inside = [line for line in lines if first < (line.page, line.baseline) < last]
    said = Counter(line.text for line in inside)
    above = _nearest_above([line for line in lines if line.page == parts[0].page], parts[0])
    return [line for line in inside if is_continued(line) or said[line.text] > 1] + (
        [above] if above is not None and _INTRODUCES.search(above.text) else []
    )


def is_continued(line: Line) -> bool:
    """Whether the line says that a table goes on, or names it once more: 工作項目表（續）."""
    return goes_on(line.chars) or line.chars.endswith(_CONTINUED)


def captions(lines: Iterable[Line], places: list[Place]) -> dict[int, Line]:
    """The lines that name tables other than the plan table, by place: the line right above one,
    if it is a short phrase or 附件一、…
    """
    pages: dict[int, list[Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    above = {
        n: _nearest_above(pages.get(place.page, []), place)
        for n, place in enumerate(places)
        if not place.plan
    }
    return {n: line for n, line in above.items() if line is not None and _names(line)}


def _names(line: Line) -> bool:
    named = _ATTACHED.match(line.text) is not None or is_title(line.text)
    return named and section_marker(line) is None


def _nearest_above(lines: Iterable[Line], place: Place) -> Line | None:
    """The last of a page's lines above a table, if it stands within three of its sizes."""
    above = [line for line in lines if line.baseline < place.top]
    nearest = max(above, key=lambda line: line.baseline, default=None)
    if nearest is None or place.top - nearest.baseline > 3 * nearest.size:
        return None
    return nearest
