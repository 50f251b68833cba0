"""Shapes offices print a plan in: each comes back exactly, with headings, units and sections."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.model import PrintedPlan

from .test_layouts import fold, found, read, truth
from .typesetter.content import Plan
from .typesetter.shapes import SHAPES

NO_BANNER = "a banner row is read as a row of its own"
IN_CELL = "a focus point above its list is read as a measure"
NO_RULE = "focus points without a rule between them are read as one cell"
BETWEEN = "a pillar printed between tables is read as text of the section"
NO_VERTICALS = "a table without vertical rules is not found"
HEADER = "a repeated header runs into the merged cell below it"
CONTENTS = "a contents page is read as sections"
NUMBERS = "a number right after its marker hides the marker"
WRAPPED = "names that wrap run together over a gap"
SMALL = "sections numbered 一、二、三、 are not found"
CONTINUED = "表（續） is read as text of the section"
UNREAD = {
    "pillar banner": NO_BANNER,
    "pillar banner, grey": NO_BANNER,
    "pillar banner, units of the row": NO_BANNER,
    "pillar banner, no rule between focus points": NO_BANNER,
    "pillar and focus banner": NO_BANNER,
    "focus banner beside a pillar column": NO_BANNER,
    "focus in the measure cell": IN_CELL,
    "focus in the measure cell, first unit at the top": IN_CELL,
    "pillar banner, focus in the measure cell": NO_BANNER,
    "no rule between focus points": NO_RULE,
    "no rule between focus points, numbered table": NO_RULE,
    "one table a pillar": BETWEEN,
    "one table a pillar, one header": BETWEEN,
    "one table a pillar, split over pages": BETWEEN,
    "horizontal rules only": NO_VERTICALS,
    "horizontal rules only, hanging": NO_VERTICALS,
    "horizontal rules only, banner": NO_VERTICALS,
    "no table, unit on its own line": "units on lines of their own are not found",
    "contents page": CONTENTS,
    "contents page, dots": CONTENTS,
    "header over a merged cell": HEADER,
    "header over a merged cell, whole rows": HEADER,
    "underlined up to the rule": "an underline that ends at a rule cuts the cell",
    "numbers first": NUMBERS,
    "numbers first, no table": NUMBERS,
    "names that wrap": WRAPPED,
    "names that wrap, centred": WRAPPED,
    "sections 一、二、三、": SMALL,
    "sections 一、二、三、 with banner": SMALL,
    "section below ungrouped rows": NO_RULE,
    "stamp beside the title": "a stamp beside the title is read as its end",
    "landscape table": CONTINUED,
    "landscape table drawn sideways": CONTINUED,
    "landscape table with header": CONTINUED,
    "ragged edge": "lines that end short are read as paragraphs",
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
