"""A made-up plan printed without a table: 一、 (一) 1. with the unit in brackets."""

from __future__ import annotations

from dataclasses import replace

from .content import Plan
from .page import Layout, Typesetter


def set_outline(plan: Plan, unit: str, layout: Layout = Layout()) -> bytes:
    """The PDF file's bytes; `unit` is the bracket with {} for the units' names."""
    lines: list[str] = []
    pillar = focus = None
    for row in plan.rows:
        if row.pillar != pillar:
            lines.append(row.pillar)
        if row.focus != focus:
            lines.append(row.focus)
        pillar, focus = row.pillar, row.focus
        for m in row.measures:
            texts = m.printed
            lines += [*texts[:-1], texts[-1] + unit.format("、".join(m.units))]
    marker, heading, _ = plan.sections[-1]
    setter = Typesetter(
        replace(plan, sections=(*plan.sections[:-1], (marker, heading, tuple(lines)))), layout
    )
    return setter.save_text()
