"""Property: whatever the layout, a made-up plan set as PDF comes back exactly."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract.document import extract_document
from extract.model import PrintedPlan

from .typesetter.content import Plan, Style, make_plan
from .typesetter.page import Layout, Typesetter

COLUMNS = [
    ("pillar", "focus", "measure", "unit"),
    ("pillar", "focus", "unit", "measure"),
    ("index", "pillar", "focus", "measure", "unit"),
    ("pillar", "focus", "measure", "unit", "remark"),
    ("pillar", "focus", "measure", "unit", "period", "remark"),
]
LABELS = [
    ("執行要項", "執行重點", "推動作法", "執行單位"),
    ("工作要項", "工作重點", "具體作法", "業務單位"),
    ("實施要項", "執行策略", "執行方法", "承辦單位"),
    ("推動要項", "實施策略", "實施方法", "權責單位"),
]


def fold(text: str | None) -> str:
    """Text without spaces: what a line break hides cannot be asked back."""
    return "".join((text or "").split())


def truth(plan: Plan) -> list[dict]:
    return [
        {
            "pillar": fold(row.pillar),
            "focus": [fold(row.focus)],
            "theme": fold(row.theme),
            "marker": fold(m.marker),
            "title": fold(m.title),
            "paragraphs": [fold(p) for p in m.paragraphs],
            "units": sorted(m.units),
        }
        for row in plan.rows
        for m in row.measures
    ]


def found(plan: PrintedPlan) -> list[dict]:
    return [
        {
            "pillar": fold(row.pillar),
            "focus": [fold(f) for f in row.focus],
            "theme": fold(m.theme),
            "marker": fold(m.marker),
            "title": fold(m.title),
            "paragraphs": [fold(p.text) for p in m.paragraphs],
            "units": sorted(u.text for u in m.units),
        }
        for row in plan.rows
        for m in row.measures
    ]


def read(pdf: bytes, folder: Path, reader: str = "mupdf") -> PrintedPlan:
    path = folder / "plan.pdf"
    path.write_bytes(pdf)
    return extract_document(path, reader)


@st.composite
def layouts(draw) -> Layout:
    columns = draw(st.sampled_from(COLUMNS))
    names = draw(st.sampled_from(LABELS))
    size = draw(st.sampled_from([9.0, 10.5, 12.0, 14.0]))
    paper = draw(st.sampled_from(["A4", "A4 landscape", "A3", "B5"]))
    if paper == "B5" and (size > 12 or len(columns) > 4):
        paper = "A4 landscape"
    labels = dict(Layout().labels) | dict(zip(("pillar", "focus", "measure", "unit"), names))
    return Layout(
        paper=paper,
        size=size,
        columns=columns,
        labels=tuple(labels.items()),
        leading=draw(st.sampled_from([1.25, 1.5, 1.8])),
        padding=draw(st.sampled_from([3.0, 5.4, 8.0])),
        joint_header=columns[:3] == ("pillar", "focus", "measure") and draw(st.booleans()),
        repeat_header=draw(st.booleans()),
        justify=draw(st.booleans()),
        hanging=draw(st.sampled_from([0.0, 0.0, 1.5])) * size,
        rules=draw(st.sampled_from(["stroke", "fill", "dashed", "double", "open"])),
        closed_cuts=draw(st.booleans()),
        keep_rows=draw(st.booleans()),
        vertical_pillar=draw(st.booleans()),
        unit_place=draw(st.sampled_from(["top", "middle"])),
        bold=draw(st.sampled_from([1, 1, 2, 3])),
        page_numbers=draw(st.sampled_from(["", "{}", "- {} -", "第{}頁"])),
        rotation=draw(st.sampled_from([0, 0, 90, 180])),
    )


@st.composite
def styles(draw) -> Style:
    return Style(
        marker=draw(st.sampled_from(["{}.", "{}、", "{}. "])),
        sub=draw(st.sampled_from(["({})", "（{}）", "({}).", "○{}"])),
        titled=draw(st.booleans()),
        latin=draw(st.booleans()),
        aligned=draw(st.booleans()),
    )


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 10_000), style=styles(), layout=layouts())
def test_a_plan_comes_back_from_any_layout(
    tmp_path: Path, seed: int, style: Style, layout: Layout
) -> None:
    setter = Typesetter(make_plan(seed, style), layout)
    plan = read(setter.save(), tmp_path)
    assert found(plan) == truth(setter.plan)
    assert plan.title == setter.plan.title
    assert [s.heading for s in plan.sections] == [heading for _, heading, _ in setter.plan.sections]
    assert plan.glyphs_unplaced == 0
