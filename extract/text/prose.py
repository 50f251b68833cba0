"""Plans without a table: the same content printed as an outline 一、 (一) 1., the unit in brackets."""

from __future__ import annotations

import re

from extract.model import Paragraph, PrintedMeasure, PrintedPlan, PrintedRow, PrintedUnit
from extract.script import markers
from extract.script.vocabulary import UNIT, UNIT_ROLES, one_of

# 「（主辦：民政課）」 or 「（民政課、社會課）」 at the end of a measure.
_LABEL = rf"(?:{one_of(list(UNIT_ROLES))}?(?:單位|課室|機關)?\s*[:：]\s*)?"
_NAME = rf"[^（）()【】\[\]，。；]{{1,12}}{UNIT}"
_UNIT = re.compile(rf"[（(【\[]\s*{_LABEL}((?:{_NAME}[、，,；;/及]?)+)\s*[）)】\]]\s*[。.]?$")


def rows_from_sections(plan: PrintedPlan) -> list[PrintedRow]:
    """Read measures out of the sections of a plan without a table.

    The section with the most measures that name a unit is taken; its paragraphs' markers give the levels. Returns [] when
    fewer than two measures name a unit: the document is then no plan.
    """
    best: tuple[int, list[PrintedRow], int] = (1, [], -1)
    for i, section in enumerate(plan.sections):
        rows, named = _read(section.paragraphs)
        if named > best[0]:
            best = (named, rows, i)
    if best[2] >= 0:
        plan.sections[best[2]].has_plan_table = True
        plan.sections[best[2]].paragraphs = []
    return best[1]


def _read(paragraphs: list[Paragraph]) -> tuple[list[PrintedRow], int]:
    found = [markers.match(p.text) for p in paragraphs]
    styles = {m.style for m in found if m is not None}
    levels = sorted(
        styles & {"cjk", "cjk_paren", "number", "number_paren"}, key=markers.LEVEL.__getitem__
    )
    if len(levels) < 2:
        return [], 0
    pillar_style = levels[0] if levels[0] == "cjk" else None
    focus_style = "cjk_paren" if "cjk_paren" in levels else None
    rest = [s for s in levels if s not in (pillar_style, focus_style)]
    measure_style = rest[0] if rest else None
    rows: list[PrintedRow] = []
    pillar, focus = "", ""
    pillar_cell = focus_cell = -1
    named = 0
    for p, m in zip(paragraphs, found):
        if m is not None and m.style == pillar_style:
            pillar, pillar_cell, focus = p.text, pillar_cell + 1, ""
            continue
        if m is not None and m.style == focus_style and measure_style is not None:
            focus, focus_cell = p.text, focus_cell + 1
            rows.append(
                PrintedRow(
                    pillar=pillar,
                    pillar_cell=max(pillar_cell, 0),
                    focus=[focus],
                    focus_cell=focus_cell,
                    focus_boxes=p.boxes,
                )
            )
            text, units = _units(p.text)
            if units:
                # The focus point itself carries the unit: it stands for its own measure.
                rows[-1].focus = [text]
            continue
        if not pillar and not focus:
            continue
        if not rows or (focus == "" and rows[-1].pillar_cell != max(pillar_cell, 0)):
            focus_cell += 1
            rows.append(
                PrintedRow(
                    pillar=pillar,
                    pillar_cell=max(pillar_cell, 0),
                    focus=[focus] if focus else [],
                    focus_cell=focus_cell,
                )
            )
        row = rows[-1]
        text, units = _units(p.text)
        named += bool(units)
        if m is not None and m.style == measure_style or not row.measures:
            measure = PrintedMeasure(confidence=p.confidence)
            if m is not None and m.style == measure_style:
                measure.marker = text[: m.length].strip()
                text = text[m.length :].strip()
            row.measures.append(measure)
        measure = row.measures[-1]
        measure.paragraphs.append(Paragraph(text=text, boxes=p.boxes, confidence=p.confidence))
        measure.boxes += p.boxes
        if units:
            measure.units += [
                PrintedUnit(text=u, box=p.boxes[-1] if p.boxes else None) for u in units
            ]
            measure.units_beside = "measure"
    from extract.text.measures import is_title

    for row in rows:
        for measure in row.measures:
            if len(measure.paragraphs) > 1 and is_title(measure.paragraphs[0].text):
                measure.title = measure.paragraphs.pop(0).text
    return [r for r in rows if r.measures], named


def _units(text: str) -> tuple[str, list[str]]:
    """Split the bracketed unit list off the end of a measure."""
    found = _UNIT.search(text)
    if not found:
        return text, []
    names = [n for n in re.split(r"[、，,；;/及]", found.group(1)) if n]
    return text[: found.start()].strip(), names
