"""Readings that lead by little become findings: what they name, and the row they stand with."""

from __future__ import annotations

from types import SimpleNamespace

from extract.doubts import outline_doubts, table_doubts
from extract.model import PrintedFinding
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
