"""Readings that lead by little become findings: what they name, and the row they stand with."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from extract.checks.order import lists, swallowed
from extract.doubts import outline_doubts, table_doubts
from extract.model import (
    Paragraph,
    PrintedFinding,
    PrintedMeasure,
    PrintedPlan,
    PrintedRow,
    PrintedSection,
)
from extract.paragraphs.rejoin import Doubt, Rejoined
from extract.table.breaks import Break, Verdict
from extract.table.rows import TableRows
from extract.text.levels import CELL, Levels
from extract.text.measures import Item
from extract.text.outline import Outline

from .test_page_breaks import line

ABOVE, BELOW = line("備有書寫用品等。"), line("定期檢討改進。", 2)
NUMBERED = Levels({(CELL, "number"): "measure"}, 0.0)


def paragraph(*odds: float) -> Rejoined:
    lines = [ABOVE, BELOW]
    return Rejoined(lines, "", None, doubts=[Doubt(ABOVE, BELOW, n) for n in odds])


def findings(
    own: list[Item], breaks: tuple[Break, ...] = (), levels: Levels = NUMBERED
) -> list[PrintedFinding]:
    table = SimpleNamespace(styles=SimpleNamespace(levels=levels), breaks=list(breaks))
    read = TableRows(items=[[], own])
    return list(table_doubts(table, read))  # type: ignore[arg-type]


def test_a_doubtful_line_end_is_filed_with_its_measure() -> None:
    sure, unsure = Item(body=[paragraph()]), Item(theme=paragraph(), body=[paragraph(-0.5)])
    (found,) = findings([sure, unsure])
    assert (found.code, found.severity) == ("paragraph_unsure", "check")
    assert (found.row, found.measure, found.page) == (1, 1, 1)
    assert "「備有書寫用品等。定期檢討改進。」連讀" in found.message
    assert "另起一段" in found.message


def test_a_measure_has_one_finding_however_many_line_ends_are_doubtful() -> None:
    (found,) = findings([Item(body=[paragraph(0.1, 0.2), paragraph(1.0)])])
    assert "共3處" in found.message


def test_sections_have_one_finding_on_the_plan() -> None:
    (found,) = outline_doubts(Outline(doubts=[Doubt(ABOVE, BELOW, 0.0)] * 2))
    assert (found.code, found.row) == ("paragraph_unsure", None)
    assert not list(outline_doubts(Outline()))


def test_a_weak_verdict_is_filed_with_the_measure_below_the_break() -> None:
    weak, strong = (Verdict(True, "no sentence ends above the break", n) for n in (1.0, 9.0))
    item = Item(body=[paragraph()])
    breaks = (("focus", strong), ("measure", weak), ("unit", weak))
    (found,) = findings([item], tuple(Break(role, 2, BELOW, v) for role, v in breaks))
    assert (found.code, found.row, found.measure, found.page) == ("row_join_unsure", 1, 0, 2)
    assert "採接續前頁，也可能另起一格" in found.message
    assert not findings([item], (Break("measure", 2, None, weak),)), "nothing printed below"


def test_levels_that_hardly_lead_are_one_finding() -> None:
    levels = Levels({(CELL, "cjk"): "measure"}, 1.0, 0.3, {(CELL, "number"): "measure"})
    (found,) = findings([], levels=levels)
    assert (found.code, found.row) == ("level_unsure", None)
    assert "採「一、」為作法，也可能「1.」為作法" in found.message
    assert not findings([])


def plan_of(*lists: str) -> PrintedPlan:
    """A row a focus point, a measure a figure; * stands for one with a theme, - for no number."""
    rows = []
    for cell, numbers in enumerate(lists):
        row = PrintedRow(focus=["(一)流程"], focus_cell=cell)
        themes = ["項目" if n == "*" else None for n in numbers]
        row.measures = [
            PrintedMeasure(marker=None if n == "-" else f"{'1' if t else n}.", theme=t)
            for n, t in zip(numbers, themes)
        ]
        rows.append(row)
    return PrintedPlan(source_file="a.pdf", sha256="0" * 64, rows=rows)


@pytest.mark.parametrize(
    ("printed", "doubted"),
    [
        (("123", "12", "123"), []),
        (("123", "4512", "123"), [(1, 0), (1, 1)]),  # 4. and 5. go on from the focus point above
        (("123", "12312", "12", "1"), [(1, 3), (1, 4)]),  # a heading between was lost
        (("123", "12*", "12"), []),  # a theme begins its own list
        (("123", "456", "78"), []),  # numbers that run through the plan are its way
        (("123", "35", "12"), []),  # a slip
        (("123", "-", "12"), []),  # a single measure needs no number
        (("123", "-23", "12"), [(1, 0)]),  # the foot of the list above
    ],
)
def test_numbers_tell_of_another_focus_point(
    printed: tuple[str, ...], doubted: list[tuple[int, int]]
) -> None:
    found = list(lists(plan_of(*printed)))
    assert [(f.row, f.measure) for f in found] == doubted
    assert {f.code for f in found} <= {"row_join_unsure"}


@pytest.mark.parametrize(
    ("markers", "focus", "paragraph", "told"),
    [
        ("壹貳肆", "(一)流程參、實施方式", "設服務台。", True),
        ("壹貳參", "(一)流程", "設服務台。肆、管制考核", True),
        ("壹貳參", "(一)流程肆、管制考核", "設服務台。", True),
        ("一二三", "四、流程", "設服務台。", False),
        ("一二三", "(一)流程", "四、設服務台。", False),
        ("一二三", "(一)流程", "三、設服務台\n四、設志工", False),
        ("壹貳肆", "(一)流程", "設服務台。", False),
    ],
)
def test_a_section_s_heading_in_a_row_is_told(
    markers: str, focus: str, paragraph: str, told: bool
) -> None:
    plan = plan_of("1")
    plan.sections = [PrintedSection(marker=m, heading="計畫") for m in markers]
    plan.rows[0].focus = [focus]
    plan.rows[0].measures[0].paragraphs = [Paragraph(text=t) for t in paragraph.split("\n")]
    assert [f.code for f in swallowed(plan)] == ["text_astray"] * told
