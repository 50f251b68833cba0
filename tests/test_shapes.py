"""Shapes offices print a plan in: each comes back exactly, with headings, units and sections."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.model import PrintedPlan

from .test_layouts import fold, found, read, truth
from .typesetter.content import Plan
from .typesetter.shapes import SHAPES

UNREAD = {
    "ragged edge": "a line that ends early before a Latin word is read as the paragraph's last",
}
"""What the reader cannot read yet, and what comes out instead."""


def said_sections(plan: Plan) -> list[tuple]:
    """Marker, heading, paragraphs, and whether the section holds the plan's measures."""
    last = len(plan.sections) - 1
    out = []
    for i, (marker, heading, paragraphs) in enumerate((*plan.sections, *plan.after)):
        below = plan.notes if i == last else ()
        out.append((marker, heading, [fold(p) for p in (*paragraphs, *below)], i == last))
    return out


def found_sections(plan: PrintedPlan) -> list[tuple]:
    return [
        (s.marker, s.heading, [fold(p.text) for p in s.paragraphs], s.has_plan_table)
        for s in plan.sections
    ]


def unread(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[unread(UNREAD[n])] if n in UNREAD else []) for n in SHAPES],
)
def test_a_plan_of_this_shape_comes_back(tmp_path: Path, name: str) -> None:
    shape = SHAPES[name]
    pdf, said = shape.print(shape.plan(seed=7, rows=8))
    plan = read(pdf, tmp_path)
    assert found(plan) == truth(said)
    assert found_sections(plan) == said_sections(said)
    assert plan.title == said.title
    assert plan.glyphs_unplaced == 0


def test_every_unread_shape_is_a_shape() -> None:
    assert set(UNREAD) <= set(SHAPES)
