"""Characters that stand for several (ligatures), mended in all texts of a plan."""

from __future__ import annotations

from collections import Counter

from extract.layout.repair import repair_text
from extract.model import PrintedMeasure, PrintedPlan


def mend_plan(plan: PrintedPlan, counts: Counter[str]) -> None:
    """Mend the plan's texts in place; `counts` gains one entry a replaced character.

    One character for one is mended on the page already, before anything looks at the text. The
    title and tables beside the plan table are mended where they are made.
    """

    def fix(text: str) -> str:
        return repair_text(text, counts)

    def fix_measure(measure: PrintedMeasure) -> None:
        measure.theme = fix(measure.theme) if measure.theme else measure.theme
        measure.marker = fix(measure.marker) if measure.marker else measure.marker
        measure.title = fix(measure.title) if measure.title else measure.title
        for paragraph in measure.paragraphs:
            paragraph.text = fix(paragraph.text)
        for unit in measure.units:
            unit.text = fix(unit.text)

    for section in plan.sections:
        section.heading = fix(section.heading)
        for paragraph in section.paragraphs:
            paragraph.text = fix(paragraph.text)
    for row in plan.rows:
        row.pillar = fix(row.pillar)
        row.focus = [fix(point) for point in row.focus]
        row.extra = {label: fix(text) for label, text in row.extra.items()}
        for measure in row.measures:
            fix_measure(measure)
    plan.column_headers = [fix(header) for header in plan.column_headers]
