"""A made-up plan printed without a table: 一、 (一) 1. with units in brackets or on own lines."""

from __future__ import annotations

from dataclasses import replace

from .content import Measure, Plan, lengthen
from .lines import Frame
from .page import Layout, Typesetter


def set_outline(plan: Plan, unit: str, layout: Layout = Layout()) -> bytes:
    """The PDF file's bytes; `unit` is the bracket with {} for the units' names.

    A `unit` that begins with a line feed stands on a line of its own.
    """
    lines: list[str] = []
    pillar = focus = None
    for row in plan.rows:
        if row.pillar != pillar:
            lines.append(row.pillar)
        if row.focus != focus:
            lines.append(row.focus)
        pillar, focus = row.pillar, row.focus
        for m in row.measures:
            lines += _printed(m, unit)
    marker, heading, _ = plan.sections[-1]
    sections = (*plan.sections[:-1], (marker, heading, tuple(lines)), *plan.after)
    return Typesetter(replace(plan, sections=sections, rows=()), layout).save_text()


def _printed(measure: Measure, unit: str) -> list[str]:
    """The measure's paragraphs with its units behind the last."""
    names = unit.format("、".join(measure.units))
    texts = measure.printed
    if names.startswith("\n"):
        return [*texts, names[1:]]
    return [*texts[:-1], texts[-1] + names]


def settled_outline(plan: Plan, unit: str, layout: Layout) -> Plan:
    """The plan with a character more wherever the end of a measure's paragraph would not show."""
    frame = Frame(layout)
    rows = []
    for row in plan.rows:
        measures = [_settled(m, unit, frame) for m in row.measures]
        rows.append(replace(row, measures=tuple(measures)))
    return replace(plan, rows=tuple(rows))


def _settled(measure: Measure, unit: str, frame: Frame) -> Measure:
    for _ in range(40):
        texts = _printed(measure, unit)
        full = [i for i, t in enumerate(texts) if frame.full(t, "承辦", frame.text_room)]
        if not full:
            break
        at = min(full[0], len(measure.paragraphs) - 1)
        measure = lengthen(measure, at, False)
    return measure
