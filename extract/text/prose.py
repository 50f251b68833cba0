"""Plans without a table: an outline 一、 (一) 1., the unit behind each measure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from msgspec.structs import replace

from extract.model import Paragraph, PrintedMeasure, PrintedPlan, PrintedRow, PrintedUnit
from extract.script import markers
from extract.script.markers import Marker
from extract.script.vocabulary import UNIT, UNIT_ROLES, one_of
from extract.text.levels import LEVELS, PROSE, Block, find_levels
from extract.text.measures import is_title

_ROLE = one_of([*UNIT_ROLES, "承辦", "主辦", "執行", "辦理", "權責", "責任"])
_LABEL = rf"(?:{_ROLE}?(?:單位|課室|機關)?\s*[:：]\s*)"
_NAME = rf"[^（）()【】\[\]，。；]{{1,12}}{UNIT}"
_NAMES = rf"((?:{_NAME}[、，,；;/及]?)+)"
# 「（主辦：民政課）」 or 「（民政課、社會課）」 at the end of a measure.
_BRACKET = re.compile(rf"[（(【\[]\s*({_LABEL})?{_NAMES}\s*[）)】\]]\s*[。.]?$")
# 「承辦單位：民政課、社會課」 on a line of its own.
_LINE = re.compile(rf"({_LABEL}){_NAMES}[。.]?$")
NAMED_LEAST = 2  # measures that name a unit: fewer make no plan


def rows_from_sections(plan: PrintedPlan) -> list[PrintedRow]:
    """Read measures out of the sections of a plan without a table.

    The section with the most measures that name a unit is taken; the markers of its paragraphs give
    the levels, as in a table. Returns [] for a document that is no plan.
    """
    read = [_read(section.paragraphs) for section in plan.sections]
    named = [outline.named for outline in read]
    if max(named, default=0) < NAMED_LEAST:
        return []
    best = named.index(max(named))
    plan.sections[best].has_plan_table = True
    plan.sections[best].paragraphs = []
    return [row for row in read[best].rows if row.measures]


@dataclass(slots=True)
class _Outline:
    """Rows made so far, the headings that hold, and how many paragraphs named a unit.

    `labelled`: units stand behind a label (主辦：); a bracket without one is text.
    """

    labelled: bool
    rows: list[PrintedRow] = field(default_factory=list)
    pillar: str = ""
    focus: list[Paragraph] = field(default_factory=list)
    pillars: int = 0
    named: int = 0
    opened: bool = True
    """A heading stands above the next measure that no row has yet."""

    def head(self, level: str, paragraph: Paragraph) -> None:
        """Take up a heading."""
        if level == "pillar":
            self.pillar, self.focus = paragraph.text, []
            self.pillars += 1
        else:
            self.focus = [paragraph]
        self.opened = True

    def row(self) -> PrintedRow:
        """The row of the headings that hold."""
        if self.opened or not self.rows:
            self.opened = False
            self.rows.append(
                PrintedRow(
                    pillar=self.pillar,
                    pillar_cell=max(self.pillars - 1, 0),
                    focus=[p.text for p in self.focus],
                    focus_cell=len(self.rows),
                    focus_boxes=[box for p in self.focus for box in p.boxes],
                )
            )
        return self.rows[-1]

    def measure(self, paragraph: Paragraph, marker: Marker | None) -> None:
        """A paragraph of a measure; one with a marker opens the next."""
        measures = self.row().measures
        text, units = _units(paragraph.text, self.labelled)
        self.named += bool(units)
        if marker is not None or not measures:
            measures.append(PrintedMeasure(confidence=paragraph.confidence))
        measure = measures[-1]
        if marker is not None:
            measure.marker = text[: marker.length].strip()
            text = text[marker.length :].strip()
        if text:
            measure.paragraphs.append(replace(paragraph, text=text))
        measure.boxes += paragraph.boxes
        if units:
            box = paragraph.boxes[-1] if paragraph.boxes else None
            measure.units += [PrintedUnit(text=name, box=box) for name in units]
            measure.units_beside = "measure"


def _read(paragraphs: list[Paragraph]) -> _Outline:
    """Rows of one section."""
    found = [_marker(p.text) for p in paragraphs]
    blocks = [
        Block(PROSE, m.style if m else None, m.number if m else 0, len(p.text))
        for p, m in zip(paragraphs, found, strict=True)
    ]
    levels = find_levels(blocks, LEVELS)
    ends = [_named(p.text) for p in paragraphs]
    out = _Outline(sum(end is not None and bool(end[1]) for end in ends) >= NAMED_LEAST)
    if len(levels.of) < 2:
        return out
    for paragraph, marker, block in zip(paragraphs, found, blocks, strict=True):
        level = levels.level(block)
        if level in ("pillar", "focus"):
            text, units = _units(paragraph.text, out.labelled)
            out.head(level, replace(paragraph, text=text))
            if units and level == "focus":  # it stands for its own measure
                out.measure(paragraph, None)
        elif out.pillar or out.focus:
            out.measure(paragraph, marker if level == "measure" else None)
    for measure in (m for row in out.rows for m in row.measures):
        if len(measure.paragraphs) > 1 and is_title(measure.paragraphs[0].text):
            measure.title = measure.paragraphs.pop(0).text
    return out


def _marker(text: str) -> Marker | None:
    """The marker that opens a paragraph, which is one also before a figure (1.1999服務專線)."""
    return markers.match(text) or markers.match_glued(text)


def _named(text: str) -> re.Match[str] | None:
    """The unit list at the end of a text: its label, if it has one, and its names."""
    return _BRACKET.search(text) or _LINE.match(text)


def _units(text: str, labelled: bool) -> tuple[str, list[str]]:
    """Split the unit list off the end of a measure; a line of units leaves nothing."""
    found = _named(text)
    if found is None or labelled and not found[1]:
        return text, []
    names = [n for n in re.split(r"[、，,；;/及]", found[2]) if n]
    return text[: found.start()].strip(), names
