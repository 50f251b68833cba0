"""Plans without a table: the same printed as an outline 一、 (一) 1., the unit in brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extract.model import Box, Paragraph, PrintedMeasure, PrintedPlan, PrintedRow, PrintedUnit
from extract.script import markers
from extract.script.markers import LEVEL, Marker
from extract.text.measures import is_title

# 「（主辦：民政課）」 or 「（民政課、社會課）」 at the end of a measure.
_ROLE = r"(?:(?:主辦|承辦|執行|辦理|權責|責任|業務)?(?:單位|課室|機關)?\s*[:：]\s*)?"
_ENDING = r"(?:課|室|科|處|局|所|中心|隊|組|股|館|站|會|機關|單位|同仁|員工)"
_NAME = rf"[^（）()【】\[\]，。；]{{1,12}}{_ENDING}[、，,；;/及]?"
_UNIT = re.compile(rf"[（(【\[]\s*{_ROLE}((?:{_NAME})+)\s*[）)】\]]\s*[。.]?$")
_STYLES = {"cjk", "cjk_paren", "number", "number_paren"}


@dataclass(frozen=True, slots=True)
class Levels:
    """Marker styles of pillars, focus points and measures; None where the outline has no such."""

    pillar: str | None
    focus: str | None
    measure: str | None


def rows_from_sections(plan: PrintedPlan) -> list[PrintedRow]:
    """Read measures out of the sections of a plan without a table.

    The section with the most measures that name a unit is taken; its paragraphs' markers give the
    levels. Returns [] when fewer than two measures name a unit: the document is then no plan.
    """
    read = [_read(section.paragraphs) for section in plan.sections]
    named = [count for _, count in read]
    if max(named, default=0) < 2:
        return []
    best = named.index(max(named))
    plan.sections[best].has_plan_table = True
    plan.sections[best].paragraphs = []
    return read[best][0]


def _read(paragraphs: list[Paragraph]) -> tuple[list[PrintedRow], int]:
    """Rows of one section, and how many of its paragraphs name a unit."""
    levels = _levels(paragraphs)
    if levels is None:
        return [], 0
    rows = _Rows(levels)
    for paragraph in paragraphs:
        rows.enter(paragraph)
    for row in rows.rows:
        for measure in row.measures:
            if len(measure.paragraphs) > 1 and is_title(measure.paragraphs[0].text):
                measure.title = measure.paragraphs.pop(0).text
    return [r for r in rows.rows if r.measures], rows.named


def _levels(paragraphs: list[Paragraph]) -> Levels | None:
    """The outline's levels from the markers in it; None when there are fewer than two."""
    found = {m.style for p in paragraphs if (m := markers.match(p.text))} & _STYLES
    if len(found) < 2:
        return None
    pillar = "cjk" if "cjk" in found else None
    focus = "cjk_paren" if "cjk_paren" in found else None
    return Levels(pillar, focus, min(found - {pillar, focus}, key=LEVEL.__getitem__, default=None))


class _Rows:
    """Takes up the paragraphs of an outline in order; `rows` are what they make."""

    def __init__(self, levels: Levels) -> None:
        self.levels = levels
        self.rows: list[PrintedRow] = []
        self.named = 0
        """Paragraphs of measures that name a unit."""
        self.pillar, self.focus = "", ""
        self.pillar_cell = self.focus_cell = -1

    def enter(self, paragraph: Paragraph) -> None:
        found = markers.match(paragraph.text)
        style = found.style if found is not None else None
        levels = self.levels
        if style is not None and style == levels.pillar:
            self.pillar, self.focus = paragraph.text, ""
            self.pillar_cell += 1
        elif style is not None and style == levels.focus and levels.measure is not None:
            self.focus = paragraph.text
            # A focus point that carries the unit stands for its own measure.
            self._open_row([_units(paragraph.text)[0]], paragraph.boxes)
        elif self.pillar or self.focus:
            self._measure(paragraph, found if style == levels.measure else None)

    def _open_row(self, focus: list[str], boxes: list[Box]) -> None:
        self.focus_cell += 1
        row = PrintedRow(
            pillar=self.pillar,
            pillar_cell=max(self.pillar_cell, 0),
            focus=focus,
            focus_cell=self.focus_cell,
            focus_boxes=boxes,
        )
        self.rows.append(row)

    def _measure(self, paragraph: Paragraph, marker: Marker | None) -> None:
        """A paragraph of a measure; one with a marker opens the next."""
        other_pillar = self.rows and self.rows[-1].pillar_cell != max(self.pillar_cell, 0)
        if not self.rows or (self.focus == "" and other_pillar):
            self._open_row([self.focus] if self.focus else [], [])
        measures = self.rows[-1].measures
        text, units = _units(paragraph.text)
        self.named += bool(units)
        if marker is not None or not measures:
            measures.append(PrintedMeasure(confidence=paragraph.confidence))
        measure = measures[-1]
        if marker is not None:
            measure.marker = text[: marker.length].strip()
            text = text[marker.length :].strip()
        measure.paragraphs.append(paragraph.model_copy(update={"text": text}))
        measure.boxes += paragraph.boxes
        if units:
            box = paragraph.boxes[-1] if paragraph.boxes else None
            measure.units += [PrintedUnit(text=name, box=box) for name in units]
            measure.units_beside = "measure"


def _units(text: str) -> tuple[str, list[str]]:
    """Split the bracketed unit list off the end of a measure."""
    found = _UNIT.search(text)
    if not found:
        return text, []
    names = [n for n in re.split(r"[、，,；;/及]", found.group(1)) if n]
    return text[: found.start()].strip(), names
